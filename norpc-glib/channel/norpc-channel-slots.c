/* norpc-channel-slots.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The slots of a channel's queue, and how many of them are in use.
 *
 * A call that ends while it is in the queue stays there, so that its arguments are
 * released in the service's context, but its slot is free at once. The thread that ends it and
 * the worker that takes it race for the slot: one of them moves `slot` on from QUEUED,
 * and only that one counts it as freed. While it is FREEING the worker waits, as the
 * channel might be finalized otherwise. All of it costs the same however long the
 * queue is.
 */

#include "call/norpc-call-private.h"
#include "norpc-channel-private.h"

/* About as much memory as a large queue takes. */
guint norpc_channel_max_ended = 65536;

static NorpcLane *
get_lane (NorpcChannel *self,
          NorpcCall    *call)
{
  return &self->lanes[norpc_priority_get_lane (call->priority)];
}

/* Thread-safe. A call is accepted before it is freed, so the count of freed ones is read first. */
static guint
get_waiting (const NorpcLane *lane)
{
  guint freed = (guint) g_atomic_int_get (&lane->freed);

  return (guint) g_atomic_int_get (&lane->accepted) - freed;
}

/* Thread-safe. Gets how many calls wait, without those that have ended. */
guint
norpc_channel_get_waiting (NorpcChannel *self)
{
  guint n = 0;

  for (guint i = 0; i < NORPC_N_LANES; i++)
    n += get_waiting (&self->lanes[i]);

  return n;
}

/* Called with the lock of the queue held: TRUE if so many calls that have ended are in the
 * queue that no other is accepted. The count of calls that the worker has served meanwhile is not read.
 */
gboolean
norpc_channel_is_clogged_locked (NorpcChannel   *self,
                                 NorpcLaneIndex  index)
{
  NorpcLane *lane = &self->lanes[index];
  guint max = self->capacity + MAX (self->capacity, norpc_channel_max_ended);

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

/* Called with the lock of the queue held. The counts of other threads are read only if needed. */
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

/* Called with the lock of the queue held, which has @call from now on. Whoever ends the
 * call sets its state before it looks at the place, and here it is the other way round.
 */
void
norpc_channel_occupy_locked (NorpcChannel *self,
                             NorpcCall    *call)
{
  NorpcLane *lane = get_lane (self, call);

  g_atomic_int_set (&lane->accepted, lane->accepted + 1);
  call->queue = &self->call_queue;
  g_atomic_int_set (&call->slot, NORPC_SLOT_QUEUED);

  if (g_atomic_int_get (&call->state) != NORPC_CALL_OPEN &&
      g_atomic_int_compare_and_exchange (&call->slot, NORPC_SLOT_QUEUED, NORPC_SLOT_FREED))
    g_atomic_int_inc (&lane->freed);
}

/* The thread that has taken @call out of the queue, and is about to serve or release it. */
void
norpc_channel_vacate (NorpcChannel *self,
                      NorpcCall    *call)
{
  if (g_atomic_int_compare_and_exchange (&call->slot, NORPC_SLOT_QUEUED, NORPC_SLOT_TAKEN))
    g_atomic_int_inc (&get_lane (self, call)->freed);

  /* The other thread has a few instructions to go. */
  while (g_atomic_int_get (&call->slot) == NORPC_SLOT_FREEING)
    g_thread_yield ();
}

/* Any thread, before calls leave their places: for the statistics. The queue only grows
 * from one of these moments to the next.
 */
void
norpc_channel_note_length (NorpcChannel *self)
{
  NorpcStatsRecorder *recorder = g_atomic_pointer_get (&self->recorder);

  if (recorder != NULL)
    norpc_stats_recorder_note_n_waiting (recorder, norpc_channel_get_waiting (self));
}
