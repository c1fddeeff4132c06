/* norpc-channel-places.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The places in the queue of a channel, and with its service: which calls count as
 * waiting, and which as open.
 *
 * A call that ends while it is in the queue stays there, so that its arguments are
 * released in the service's context, but its place is free at once. Whoever ends it and
 * the worker that takes it race for the place: one of them moves `place` on from QUEUED,
 * and only that one counts it as freed. While it is FREEING the worker waits, as the
 * channel might be finalized otherwise. All of it costs the same however long the
 * queue is.
 *
 * A call that the service keeps is open until the service no longer works on it: it has
 * answered, also too late, or nobody holds the call any more. What its client does about
 * it meanwhile makes no difference to that.
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
  call->channel = self;
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

/* The thread that ends the call, which may be in a queue, with no lock held. */
void
norpc_call_free_slot (NorpcCall *self)
{
  g_autoptr (NorpcChannel) awaited = NULL;
  NorpcChannel *channel;

  if (!g_atomic_int_compare_and_exchange (&self->slot, NORPC_SLOT_QUEUED, NORPC_SLOT_FREEING))
    return;

  /* The channel is there until the place is FREED. */
  channel = self->channel;
  if (norpc_metrics_are_enabled ())
    norpc_channel_note_length (channel);
  g_atomic_int_inc (&get_lane (channel, self)->freed);
  if (g_atomic_int_get (&channel->n_probes) > 0)
    awaited = g_object_ref (channel);
  g_atomic_int_set (&self->slot, NORPC_SLOT_FREED);

  if (awaited != NULL)
    norpc_channel_answer_probes (awaited, FALSE);
}

/* Thread-safe: the service has answered. */
static gboolean
has_answered (NorpcCall *call)
{
  return g_atomic_int_get (&call->late) ||
         (g_atomic_int_get (&call->replied) &&
          g_atomic_int_get (&call->state) == NORPC_CALL_ANSWERED);
}

/* The worker's context, which holds one reference to the call, and has seen its handler
 * return: TRUE if the service has not answered, and somebody else holds the call, too.
 */
gboolean
norpc_call_is_in_hands (NorpcCall *self)
{
  return g_atomic_int_get (&self->stage) >= NORPC_CALL_ATTEMPTED && !has_answered (self) &&
         !g_atomic_ref_count_compare (&self->call_refs, 1);
}

/* The worker's context: counts @call as open, if it does not count anywhere yet. Whoever
 * answers says so before looking at where it is open, and here it is the other way round.
 */
void
norpc_channel_keep_open (NorpcChannel *self,
                         NorpcCall    *call)
{
  g_object_ref (self);
  g_atomic_int_inc (&self->n_open);
  if (!g_atomic_pointer_compare_and_exchange (&call->open_at, NULL, self))
    {
      g_atomic_int_add (&self->n_open, -1);
      g_object_unref (self);
      return;
    }

  if (has_answered (call))
    norpc_call_close (call);
}

/* Thread-safe. */
guint
norpc_channel_get_n_open (NorpcChannel *self)
{
  return (guint) g_atomic_int_get (&self->n_open);
}

/* Thread-safe. Whether the service no longer works on the call, whose memory the caller holds. */
static gboolean
is_done_with (NorpcCall *call)
{
  return has_answered (call) || g_atomic_ref_count_compare (&call->call_refs, 0);
}

/* The thread that ends @outer, and holds something of @inner, which is the attempt at it: the
 * place of @outer is that of @inner from now on, if a service works on that. A thread that
 * answers or releases @inner does so before it reads its place; here it is the other way round.
 */
void
norpc_call_pass_place (NorpcCall *outer,
                       NorpcCall *inner)
{
  NorpcChannel *channel;

  /* The place is that of the call which the worker has taken off the channel, or of an attempt
   * that was passed it.
   */
  while (outer != NULL && g_atomic_pointer_get (&outer->open_at) == NULL)
    outer = outer->outer;
  if (outer == NULL || norpc_call_get_stage (inner) < NORPC_CALL_ATTEMPTED || is_done_with (inner))
    return;

  channel = g_atomic_pointer_exchange (&outer->open_at, NULL);
  if (channel == NULL)
    return;

  if (!g_atomic_pointer_compare_and_exchange (&inner->open_at, NULL, channel))
    {
      g_atomic_int_add (&channel->n_open, -1);
      g_object_unref (channel);
    }
  else if (is_done_with (inner))
    {
      norpc_call_close (inner);
    }
}

/* The worker's context: has the call that the worker has taken off the channel count as open, or,
 * as far as those have ended, the attempt at it.
 */
static void
keep_attempt_open (NorpcChannel *self,
                   NorpcCall    *call)
{
  NorpcCall *outer = call->outer;

  if (outer == NULL || outer->released_at != self)
    {
      norpc_channel_keep_open (self, call);
      return;
    }

  /* Whoever ends either does so before it looks for the place. */
  keep_attempt_open (self, outer);
  if (g_atomic_int_get (&outer->state) != NORPC_CALL_OPEN ||
      g_atomic_int_get (&call->state) != NORPC_CALL_OPEN)
    norpc_call_pass_place (outer, call);
}

/* The worker's context, after the handler of @call has returned, which came through layers: the
 * pending does not know it if it is an attempt of a layer.
 */
void
norpc_channel_note_attempt (NorpcChannel *self,
                            NorpcCall    *call)
{
  if (call->outer != NULL && call->outer->released_at == self && norpc_call_is_in_hands (call))
    keep_attempt_open (self, call);
}

/* Any thread: the service no longer works on the call. */
void
norpc_call_close (NorpcCall *self)
{
  g_autoptr (NorpcChannel) channel = NULL;

  if (g_atomic_pointer_get (&self->open_at) == NULL)
    return;

  channel = g_atomic_pointer_exchange (&self->open_at, NULL);
  if (channel == NULL)
    return;

  g_atomic_int_add (&channel->n_open, -1);
  if (g_atomic_int_get (&channel->paused))
    norpc_channel_wake_up (channel);
}
