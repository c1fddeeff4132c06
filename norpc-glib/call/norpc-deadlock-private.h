/* norpc-deadlock-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "server/norpc-server-state-private.h"

G_BEGIN_DECLS

#define NORPC_MAX_STOPPED_EXECUTORS 3

/* The reason why a thread blocks, on its own stack: the reply to a call, or the work of
 * another thread for a server that is started or stopped.
 */
typedef struct
{
  NorpcCall *call; /* (unowned) (nullable) */

  gconstpointer   executor; /* (nullable): without a call, what has to run */
  NorpcWorker      *worker;     /* (unowned) (nullable): until it has come to @state, or else
                               until the thread that is @executor has ended */
  NorpcServerPhase  state;

  /* The executors that do not run while the thread is blocked. */
  gconstpointer stopped[NORPC_MAX_STOPPED_EXECUTORS];
  guint         n_stopped;
} NorpcThreadWait;

gboolean norpc_deadlock_begin_wait (NorpcThreadWait *wait);
void     norpc_deadlock_end_wait   (NorpcThreadWait *wait);
void     norpc_deadlock_check      (NorpcCall       *call);

G_END_DECLS
