/* norpc-server-state-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/* How far a host has come: it only ever moves down this list. */
typedef enum
{
  NORPC_HOST_NEW,
  NORPC_HOST_STARTING,
  NORPC_HOST_RUNNING,
  NORPC_HOST_STOPPING,
  NORPC_HOST_STOPPED
} NorpcHostState;

/*
 * Those who wait until a host has come so far: threads, and tasks.
 *
 * The lock is taken before the host's own.
 */
typedef struct
{
  GMutex     lock;
  GCond      changed;
  GPtrArray *waits; /* (owned) [lock]: of owned Wait */
} NorpcWaiters;

void     norpc_waiters_init  (NorpcWaiters    *self);
void     norpc_waiters_clear (NorpcWaiters    *self);
void     norpc_waiters_wake  (NorpcWaiters    *self,
                              NorpcHost       *host);
gboolean norpc_waiters_wait  (NorpcWaiters    *self,
                              NorpcHost       *host,
                              NorpcHostState   state,
                              GCancellable    *cancellable,
                              GError         **error);
void     norpc_waiters_await (NorpcWaiters    *self,
                              NorpcHost       *host,
                              NorpcHostState   state,
                              GTask           *task);

G_END_DECLS
