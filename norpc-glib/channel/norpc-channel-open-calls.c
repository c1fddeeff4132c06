/* norpc-channel-open-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Counts the open calls of a service, which limits how many more it is given. */

#include "call/norpc-call-private.h"
#include "norpc-channel-private.h"

/* Runs in the service's context. Sets where @call is counted, and returns where it was (owned), or NULL.
 * Returns that of @self if it stays as it is.
 */
static NorpcCallQueue *
set_open_at (NorpcChannel *self,
             NorpcCall    *call)
{
  /* If the server has passed the call on, another service works on it. */
  if (call->released_at == &self->call_queue)
    return g_atomic_pointer_compare_and_exchange (&call->open_at, NULL, &self->call_queue) ? NULL
                                                                                           : &self->call_queue;

  return g_atomic_pointer_exchange (&call->open_at, &self->call_queue);
}

/* Runs in the service's context. Counts @call as open, unless it is counted already. A thread
 * that answers a call writes its state before it reads `open_at`; this function writes
 * `open_at` first and then reads the state.
 *
 * A server that has passed on the call, or one that this is an attempt at, may have counted it. Then it
 * counts here from now on, and the caller must close it in the queue that is returned (owned)
 * (nullable), with no lock held.
 */
NorpcCallQueue *
norpc_channel_keep_open (NorpcChannel *self,
                         NorpcCall    *call)
{
  NorpcCallQueue *other;

  /* Other threads see the number of open calls, which is never too large. */
  if (g_atomic_pointer_get (&call->open_at) == &self->call_queue)
    return NULL;

  g_object_ref (self);
  g_atomic_int_inc (&self->n_open);
  norpc_channel_count_turn (self, call, 1);
  other = set_open_at (self, call);
  if (other == &self->call_queue)
    {
      norpc_channel_count_turn (self, call, -1);
      g_atomic_int_add (&self->n_open, -1);
      g_object_unref (self);
      return NULL;
    }

  norpc_call_close_if_answered (call);

  return other;
}

/* Thread-safe. */
guint
norpc_channel_get_n_open (NorpcChannel *self)
{
  return (guint) g_atomic_int_get (&self->n_open);
}

/* Runs in the service's context. Counts the call that the worker took off the channel as open
 * or, if that has completed, the attempt at it.
 */
static void
keep_attempt_open (NorpcChannel *self,
                   NorpcCall    *call)
{
  NorpcCall *outer = call->outer;

  if (outer == NULL || outer->released_at != &self->call_queue)
    {
      NorpcCallQueue *other = norpc_channel_keep_open (self, call);

      if (other != NULL)
        other->funcs->close (other, call);
      return;
    }

  /* A thread that completes either call does so before it reads `open_at`. */
  keep_attempt_open (self, outer);
  if (g_atomic_int_get (&outer->state) != NORPC_CALL_OPEN ||
      g_atomic_int_get (&call->state) != NORPC_CALL_OPEN)
    norpc_call_transfer_open (outer, call);
}

/* Runs in the service's context. A call of the channel that @call is an attempt at may have been
 * released before it was counted. Its count has then passed to @call, unless that was answered
 * meanwhile, and no other thread closes it.
 */
static void
close_released (NorpcChannel *self,
                NorpcCall    *call)
{
  for (NorpcCall *outer = call->outer;
       outer != NULL && outer->released_at == &self->call_queue;
       outer = outer->outer)
    norpc_call_close_if_finished (outer);
}

/* Runs in the service's context, after the handler of a call that came through layers has
 * returned. The worker's pending calls do not include the call if it is an attempt of a layer.
 */
void
norpc_channel_note_attempt (NorpcChannel *self,
                            NorpcCall    *call)
{
  if (!norpc_call_may_be_answered_later (call))
    return;

  keep_attempt_open (self, call);
  close_released (self, call);
}

/* Thread-safe. Counts @call as open no more. Takes ownership of a reference to the channel. */
void
norpc_channel_close_call (NorpcChannel *self,
                          NorpcCall    *call)
{
  norpc_channel_count_turn (self, call, -1);
  g_atomic_int_add (&self->n_open, -1);
  if (g_atomic_int_get (&self->paused))
    norpc_channel_wake_up (self);
  g_object_unref (self);
}
