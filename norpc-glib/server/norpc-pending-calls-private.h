/* norpc-pending-calls-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "channel/norpc-channel-private.h"
#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * The calls that a worker has dequeued from its channel and that are not answered.
 *
 * A call waits in a batch, or is being dispatched (the current call), or is open: its handler
 * has returned without an answer, and its client waits for one. The lock may be held while the
 * lock of the channel's queue is taken, so that a call is always in one or the other.
 */
typedef struct
{
  NorpcCallOwner *owner;   /* (unowned), since construction: the worker */
  NorpcChannel   *channel; /* (unowned), since construction */

  int max_open;  /* atomic: the maximum number of open calls, or 0 for no limit */
  int abandoned; /* atomic: no further calls are served */

  GMutex lock;

  NorpcCall *batch;   /* (owned) (nullable) [lock]: a chain */
  NorpcCall *current; /* (owned) (nullable) [lock] */
  NorpcCall *open;    /* (unowned) (nullable) [lock] */
} NorpcPendingCalls;

void       norpc_pending_calls_init            (NorpcPendingCalls *self,
                                                NorpcCallOwner    *owner,
                                                NorpcChannel      *channel);
void       norpc_pending_calls_clear           (NorpcPendingCalls *self);
gboolean   norpc_pending_calls_are_below_limit (NorpcPendingCalls *self);
gboolean   norpc_pending_calls_pause_at_limit  (NorpcPendingCalls *self);
void       norpc_pending_calls_set_max_open    (NorpcPendingCalls *self,
                                                guint              max_open);
gboolean   norpc_pending_calls_have_next       (NorpcPendingCalls *self);
NorpcCall *norpc_pending_calls_next            (NorpcPendingCalls *self,
                                                gboolean           more);
gboolean   norpc_pending_calls_is_current      (NorpcPendingCalls *self,
                                                NorpcCall         *call);
gboolean   norpc_pending_calls_note_kept       (NorpcCall         *call);
gboolean   norpc_pending_calls_remove          (NorpcPendingCalls *self,
                                                NorpcCall         *call);
gboolean   norpc_pending_calls_is_empty        (NorpcPendingCalls *self);
gboolean   norpc_pending_calls_need_caller     (NorpcPendingCalls *self);
void       norpc_pending_calls_abandon         (NorpcPendingCalls *self,
                                                const char        *reason);

G_END_DECLS
