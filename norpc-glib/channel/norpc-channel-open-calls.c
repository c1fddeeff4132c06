/* norpc-channel-open-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many calls a service has open, which bounds how many more it is given. */

#include "call/norpc-call-private.h"
#include "norpc-channel-private.h"

/* The worker's context: counts @call as open, if it does not count anywhere yet. Whoever
 * answers says so before looking at where it is open, and here it is the other way round.
 */
void
norpc_channel_keep_open (NorpcChannel *self,
                         NorpcCall    *call)
{
  g_object_ref (self);
  g_atomic_int_inc (&self->n_open);
  if (!g_atomic_pointer_compare_and_exchange (&call->open_at, NULL, &self->call_queue))
    {
      g_atomic_int_add (&self->n_open, -1);
      g_object_unref (self);
      return;
    }

  norpc_call_close_if_answered (call);
}

/* Thread-safe. */
guint
norpc_channel_get_n_open (NorpcChannel *self)
{
  return (guint) g_atomic_int_get (&self->n_open);
}

/* The worker's context: has the call that the worker has taken off the channel count as open, or,
 * as far as those have ended, the attempt at it.
 */
static void
keep_attempt_open (NorpcChannel *self,
                   NorpcCall    *call)
{
  NorpcCall *outer = call->outer;

  if (outer == NULL || outer->released_at != &self->call_queue)
    {
      norpc_channel_keep_open (self, call);
      return;
    }

  /* Whoever ends either does so before it looks for the place. */
  keep_attempt_open (self, outer);
  if (g_atomic_int_get (&outer->state) != NORPC_CALL_OPEN ||
      g_atomic_int_get (&call->state) != NORPC_CALL_OPEN)
    norpc_call_transfer_open (outer, call);
}

/* The worker's context, after the handler of @call has returned, which came through layers: the
 * pending does not know it if it is an attempt of a layer.
 */
void
norpc_channel_note_attempt (NorpcChannel *self,
                            NorpcCall    *call)
{
  if (norpc_call_may_be_answered_later (call))
    keep_attempt_open (self, call);
}

/* Any thread, which has a reference to the channel, and gives it up: one open call less. */
void
norpc_channel_close_call (NorpcChannel *self)
{
  g_atomic_int_add (&self->n_open, -1);
  if (g_atomic_int_get (&self->paused))
    norpc_channel_wake_up (self);
  g_object_unref (self);
}
