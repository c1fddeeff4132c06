/* norpc-channel-slots.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The slots of a channel's queue, and how many of them are in use.
 *
 * A call that completes while it is in the queue stays there, so that its arguments are
 * released in the service's context, but its slot is free immediately. The thread that
 * completes the call and the worker that dequeues it race for the slot: the one that moves
 * `slot` on from QUEUED counts it as freed. While the slot is FREEING the worker waits,
 * because the channel might be finalized otherwise. The cost does not depend on the length of
 * the queue.
 */

#include "call/norpc-call-private.h"
#include "core/norpc-atomic-private.h"
#include "norpc-channel-private.h"

/* Thread-safe. Reads `freed` first, because a call is accepted before it is freed. */
static guint
get_waiting (const NorpcLane *lane)
{
  guint freed = (guint) g_atomic_int_get (&lane->freed);

  return (guint) g_atomic_int_get (&lane->accepted) - freed;
}

/* Thread-safe. Gets the number of waiting calls, without completed ones. */
guint
norpc_channel_get_waiting (NorpcChannel *self)
{
  guint n = 0;

  for (guint i = 0; i < NORPC_N_LANES; i++)
    n += get_waiting (&self->lanes[i]);

  return n;
}

/* Called with the lock of the queue held. Returns TRUE if the queue has so many completed
 * calls that no further call is accepted. Uses the last known number of served calls.
 */
gboolean
norpc_channel_is_clogged_locked (NorpcChannel   *self,
                                 NorpcLaneIndex  index)
{
  NorpcLane *lane = &self->lanes[index];
  guint max = self->capacity + MAX (self->capacity, self->max_ended);

  return lane->accepted - lane->served_seen >= max;
}

static gboolean
has_capacity_locked (NorpcChannel   *self,
                     NorpcLaneIndex  index)
{
  NorpcLane *lane = &self->lanes[index];

  return lane->accepted - lane->freed_seen < self->capacity &&
         !norpc_channel_is_clogged_locked (self, index);
}

/* Called with the lock of the queue held. Reads the counters of other threads only if
 * necessary.
 */
gboolean
norpc_channel_has_capacity_locked (NorpcChannel   *self,
                                   NorpcLaneIndex  index)
{
  NorpcLane *lane = &self->lanes[index];

  if (has_capacity_locked (self, index))
    return TRUE;

  lane->freed_seen = (guint) g_atomic_int_get (&lane->freed);
  lane->served_seen = (guint) g_atomic_int_get (&lane->served);

  return has_capacity_locked (self, index);
}

/* Called with the lock of the queue held, after @call was enqueued. A thread that completes
 * the call sets its state before it reads the slot; this function sets the slot before it
 * reads the state.
 */
void
norpc_channel_occupy_locked (NorpcChannel *self,
                             NorpcCall    *call)
{
  NorpcLane *lane = norpc_channel_get_lane (self, call);

  norpc_atomic_int_set_release (&lane->accepted, lane->accepted + 1);
  call->queue = &self->call_queue;
  g_atomic_int_set (&call->slot, NORPC_SLOT_QUEUED);

  if (g_atomic_int_get (&call->state) != NORPC_CALL_OPEN &&
      g_atomic_int_compare_and_exchange (&call->slot, NORPC_SLOT_QUEUED, NORPC_SLOT_FREED))
    g_atomic_int_inc (&lane->freed);
}

/* Called in the thread that has dequeued @call, before it serves or releases the call. */
void
norpc_channel_vacate (NorpcChannel *self,
                      NorpcCall    *call)
{
  if (g_atomic_int_compare_and_exchange (&call->slot, NORPC_SLOT_QUEUED, NORPC_SLOT_TAKEN))
    g_atomic_int_inc (&norpc_channel_get_lane (self, call)->freed);

  /* The other thread is only a few instructions away from FREED. */
  while (g_atomic_int_get (&call->slot) == NORPC_SLOT_FREEING)
    g_thread_yield ();
}

/* Thread-safe. Called before slots are freed, to record the length of the queue. Between two
 * such moments the queue only grows.
 */
void
norpc_channel_note_length (NorpcChannel *self)
{
  NorpcStatsRecorder *recorder = g_atomic_pointer_get (&self->recorder);

  if (recorder != NULL)
    norpc_stats_recorder_note_n_waiting (recorder, norpc_channel_get_waiting (self));
}
