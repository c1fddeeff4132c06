/* norpc-supervised-run-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-supervisor.h"

G_BEGIN_DECLS

/*
 * One service of a supervisor, from the function that makes it to its end.
 *
 * The functions are thread-safe.
 */
typedef struct _NorpcSupervisedRun NorpcSupervisedRun;

/* Functions of the owner. Except @begins and @may_start, they may be called in any thread. No lock is held. */
typedef struct
{
  void     (*begins)    (gpointer            owner, /* the service is about to be made in @context */
                         NorpcSupervisedRun *run,
                         GMainContext       *context);
  gboolean (*may_start) (gpointer            owner, /* whether a service is still wanted */
                         NorpcSupervisedRun *run);
  void     (*started)   (gpointer            owner, /* the service has started in @server */
                         NorpcSupervisedRun *run,
                         NorpcServer        *server);
  void     (*ended)     (gpointer            owner, /* there is no service, because of @error (owned) */
                         NorpcSupervisedRun *run,
                         GError             *error);
  void     (*unref)     (gpointer            owner);
} NorpcSupervisedRunFuncs;

NorpcSupervisedRun *norpc_supervised_run_new        (const NorpcSupervisedRunFuncs *funcs,
                                                     gpointer                       owner,
                                                     GMainContext                  *context,
                                                     NorpcSupervisorFunc            make_service,
                                                     gpointer                       user_data);
NorpcSupervisedRun *norpc_supervised_run_ref        (NorpcSupervisedRun            *self);
void                norpc_supervised_run_unref      (gpointer                       self);
void                norpc_supervised_run_launch     (NorpcSupervisedRun            *self);
NorpcServer        *norpc_supervised_run_dup_server (NorpcSupervisedRun            *self);
NorpcThread        *norpc_supervised_run_dup_thread (NorpcSupervisedRun            *self);
gboolean            norpc_supervised_run_wait_made  (NorpcSupervisedRun            *self,
                                                     GCancellable                  *cancellable,
                                                     GError                       **error);
void                norpc_supervised_run_await_made (NorpcSupervisedRun            *self,
                                                     GTask                         *task);

G_END_DECLS
