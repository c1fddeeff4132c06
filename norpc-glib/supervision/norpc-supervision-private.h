/* norpc-supervision-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-restart-policy-private.h"
#include "norpc-supervised-run-private.h"
#include "norpc-supervised-status-private.h"

G_BEGIN_DECLS

/*
 * The part of a supervisor that its services and timers have a reference to: it makes a service, follows its server,
 * and makes the next one.
 *
 * The functions are thread-safe.
 */
typedef struct _NorpcSupervision NorpcSupervision;

NorpcSupervision      *norpc_supervision_new        (GObject              *supervisor);
void                   norpc_supervision_set_func   (NorpcSupervision     *self,
                                                     GMainContext         *context,
                                                     NorpcSupervisorFunc   make_service,
                                                     gpointer              user_data,
                                                     GDestroyNotify        destroy);
void                   norpc_supervision_unref      (NorpcSupervision     *self);
NorpcSupervisedStatus *norpc_supervision_get_status (NorpcSupervision     *self);
guint                  norpc_supervision_get_value  (NorpcSupervision     *self,
                                                     NorpcRestartProperty  property);
void                   norpc_supervision_set_value  (NorpcSupervision     *self,
                                                     NorpcRestartProperty  property,
                                                     guint                 value);
void                   norpc_supervision_start      (NorpcSupervision     *self);
void                   norpc_supervision_restart    (NorpcSupervision     *self,
                                                     NorpcStopMode         mode);
NorpcSupervisedRun    *norpc_supervision_stop       (NorpcSupervision     *self,
                                                     const char           *reason);
void                   norpc_supervision_release    (NorpcSupervision     *self);

G_END_DECLS
