/* norpc-server-state-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/* How far a worker has come: it only ever moves down this list. */
typedef enum
{
  NORPC_SERVER_NEW,
  NORPC_SERVER_STARTING,
  NORPC_SERVER_RUNNING,
  NORPC_SERVER_STOPPING,
  NORPC_SERVER_STOPPED
} NorpcServerPhase;

/*
 * Those who wait until a worker has come so far: threads, and tasks.
 *
 * The lock is taken before the worker's own.
 */
typedef struct
{
  GMutex     lock;
  GCond      changed;
  GPtrArray *waits; /* (owned) [lock]: of owned Wait */
} NorpcServerState;

void     norpc_server_state_init  (NorpcServerState  *self);
void     norpc_server_state_clear (NorpcServerState  *self);
void     norpc_server_state_wake  (NorpcServerState  *self,
                                   NorpcWorker       *worker);
gboolean norpc_server_state_wait  (NorpcServerState  *self,
                                   NorpcWorker       *worker,
                                   NorpcServerPhase   state,
                                   GCancellable      *cancellable,
                                   GError           **error);
void     norpc_server_state_await (NorpcServerState  *self,
                                   NorpcWorker       *worker,
                                   NorpcServerPhase   state,
                                   GTask             *task);

G_END_DECLS
