/* norpc-deadlock-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-waiters-private.h"

G_BEGIN_DECLS

/* What a thread sleeps for, in its own stack: the answer to a call, or what
 * another thread has to do for a server that is started or stopped.
 */
typedef struct
{
  NorpcCall *call; /* (unowned) (nullable) */

  GThread        *thread; /* (unowned) (nullable): without a call, who has to act */
  NorpcHost      *host;   /* (unowned) (nullable): until it has come to @state, or else
                             until @thread has ended */
  NorpcHostState  state;
} NorpcThreadWait;

gboolean norpc_deadlock_begin_wait (NorpcThreadWait *wait);
void     norpc_deadlock_end_wait   (void);
void     norpc_deadlock_look       (NorpcCall       *call);
void     norpc_deadlock_substitute (NorpcCall       *call,
                                    NorpcCall       *substitute);

G_END_DECLS
