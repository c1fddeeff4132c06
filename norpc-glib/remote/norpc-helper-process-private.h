/* norpc-helper-process-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-helper-program-private.h"
#include "norpc-helper-status-private.h"
#include "supervision/norpc-restart-policy-private.h"

G_BEGIN_DECLS

/*
 * The process of a helper, which is started again when it ends. It works in the thread of D-Bus endpoints.
 *
 * The functions are thread-safe, except those that are called before the start.
 */
typedef struct _NorpcHelperProcess NorpcHelperProcess;

NorpcHelperProcess    *norpc_helper_process_new         (GObject            *helper);
void                   norpc_helper_process_unref       (gpointer            self);
NorpcHelperProgram    *norpc_helper_process_get_program (NorpcHelperProcess *self);
NorpcRestartPolicy    *norpc_helper_process_get_policy  (NorpcHelperProcess *self);
void                   norpc_helper_process_start       (NorpcHelperProcess *self,
                                                         const char         *path);
void                   norpc_helper_process_stop        (NorpcHelperProcess *self);
void                   norpc_helper_process_restart     (NorpcHelperProcess *self);
NorpcSupervisedStatus *norpc_helper_process_get_status  (NorpcHelperProcess *self);

G_END_DECLS
