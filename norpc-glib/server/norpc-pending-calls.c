/* norpc-pending-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-reply-queue-private.h"
#include "core/norpc-context-private.h"
#include "events/norpc-stream-private.h"
#include "norpc-pending-calls-private.h"

void
norpc_pending_calls_init (NorpcPendingCalls *self,
                          NorpcCallOwner    *owner,
                          NorpcChannel      *channel)
{
  self->owner = owner;
  self->channel = channel;
  g_mutex_init (&self->lock);
}

void
norpc_pending_calls_clear (NorpcPendingCalls *self)
{
  g_assert (self->batch == NULL && self->current == NULL && self->open == NULL);

  g_mutex_clear (&self->lock);
}

/* Thread-safe. Returns TRUE if all calls that wait have completed, and no others can follow: as the
 * channel may be closed at any time, the calls that wait are counted after that.
 */
static gboolean
have_all_completed (NorpcPendingCalls *self)
{
  return norpc_channel_is_closed (self->channel) && norpc_channel_get_waiting (self->channel) == 0;
}

/* Thread-safe. Returns TRUE if the service may get another call. Abandoned and completed calls
 * are not limited, because the service does not get them.
 */
gboolean
norpc_pending_calls_are_below_limit (NorpcPendingCalls *self)
{
  guint max_open = (guint) g_atomic_int_get (&self->max_open);

  return max_open == 0 || norpc_channel_get_n_open (self->channel) < max_open ||
         g_atomic_int_get (&self->abandoned) || have_all_completed (self);
}

/* Thread-safe. Returns TRUE if nothing waits for a client's turn any more, because the service gets
 * no further call, or because all calls that wait have completed.
 */
static gboolean
have_turns_ended (NorpcPendingCalls *self)
{
  return g_atomic_int_get (&self->abandoned) || have_all_completed (self);
}

/* Thread-safe. Returns TRUE if there is a call to be dequeued. */
gboolean
norpc_pending_calls_have_next (NorpcPendingCalls *self)
{
  return norpc_channel_has_calls (self->channel) || norpc_channel_has_ready (self->channel) ||
         (norpc_channel_get_n_deferred (self->channel) > 0 && have_turns_ended (self));
}

/* Runs in the service's context. Returns TRUE if the service has the maximum number of open
 * calls. The thread that closes one of them then wakes up the context.
 */
gboolean
norpc_pending_calls_pause_at_limit (NorpcPendingCalls *self)
{
  gboolean paused = FALSE;

  if (!norpc_pending_calls_are_below_limit (self))
    {
      /* A thread that closes a call does so before it reads this flag. */
      g_atomic_int_set (&self->channel->paused, TRUE);
      paused = !norpc_pending_calls_are_below_limit (self);
    }
  if (!paused)
    g_atomic_int_set (&self->channel->paused, FALSE);

  return paused;
}

/* Thread-safe. */
void
norpc_pending_calls_set_max_open (NorpcPendingCalls *self,
                                  guint              max_open)
{
  g_atomic_int_set (&self->max_open, (int) max_open);
  if (g_atomic_int_get (&self->channel->paused))
    norpc_channel_wake_up (self->channel);
}

static void
unlink_open_locked (NorpcPendingCalls *self,
                    NorpcCall         *call)
{
  if (call->open_previous != NULL)
    call->open_previous->open_next = call->open_next;
  else if (self->open == call)
    self->open = call->open_next;
  else
    return;

  if (call->open_next != NULL)
    call->open_next->open_previous = call->open_previous;
  call->open_previous = call->open_next = NULL;
}

/* Runs in the service's context, after the handler of the call has returned, or if a layer
 * delays the call. Returns FALSE if the call was skipped because a newer call supersedes it.
 */
gboolean
norpc_pending_calls_note_kept (NorpcCall *call)
{
  g_atomic_int_compare_and_exchange (&call->stage, NORPC_CALL_HANDLED, NORPC_CALL_KEPT);

  return g_atomic_int_get (&call->stage) != NORPC_CALL_SUPERSEDED;
}

/* Runs in the service's context. Returns TRUE if @call is the current call, to which the
 * pending calls keep a reference until the next one is taken.
 */
gboolean
norpc_pending_calls_is_current (NorpcPendingCalls *self,
                                NorpcCall         *call)
{
  gboolean current;

  g_mutex_lock (&self->lock);
  current = self->current == call;
  g_mutex_unlock (&self->lock);

  return current;
}

/* Runs in the service's context, after the handler has returned. A thread that answers sets
 * the state before it reads the owner; this function sets the owner before it reads the state,
 * so one of the two unlinks the call. A call that was passed to another server may be in the
 * list of that server.
 */
static void
link_open_locked (NorpcPendingCalls *self,
                  NorpcCall         *call)
{
  NorpcCallOwner *owner = self->owner->funcs->ref (self->owner);

  if (!g_atomic_pointer_compare_and_exchange (&call->owner, NULL, owner))
    {
      owner->funcs->unref (owner);
      return;
    }

  call->open_next = self->open;
  if (self->open != NULL)
    self->open->open_previous = call;
  self->open = call;

  if (g_atomic_int_get (&call->state) != NORPC_CALL_OPEN)
    {
      unlink_open_locked (self, call);
      /* As in norpc_call_deliver (). The worker that runs has another reference. */
      if (g_atomic_pointer_exchange (&call->owner, NULL) != NULL)
        owner->funcs->unref (owner);
    }
}

/* Runs in the service's context, after the handler has returned. Returns TRUE if the answer is
 * delivered when the call is released.
 */
static gboolean
was_answered_by_handler (NorpcCall *call)
{
  return g_atomic_int_get (&call->state) == NORPC_CALL_WRITTEN;
}

/* Runs in the service's context, after the handler has returned. A call whose client no longer
 * waits is not listed, but it counts as open while the service may still work on it. Returns as
 * norpc_channel_keep_open ().
 */
static NorpcCallQueue *
keep_locked (NorpcPendingCalls *self,
             NorpcCall         *call)
{
  gboolean open = g_atomic_int_get (&call->state) == NORPC_CALL_OPEN;
  NorpcCallQueue *other = NULL;

  if (!norpc_pending_calls_note_kept (call))
    return NULL;

  if (open || norpc_call_may_be_answered_later (call))
    other = norpc_channel_keep_open (self->channel, call);
  if (open)
    link_open_locked (self, call);

  return other;
}

/* Runs in the service's context, with the lock held. If the number of open calls is limited, no call
 * waits in the batch: the worker has to be woken up if a call completes that is the last one to
 * wait for the service to stop.
 */
static gboolean
dequeues_one_locked (NorpcPendingCalls *self)
{
  return g_atomic_int_get (&self->max_open) != 0 || norpc_channel_has_turns (self->channel);
}

/* Runs in the service's context, with the lock held. Returns the next call (owned), or NULL. An
 * urgent call overtakes calls of the batch that are not urgent. A call of low priority never waits
 * in the batch, because other calls could not overtake it there.
 */
static NorpcCall *
dequeue_locked (NorpcPendingCalls *self)
{
  NorpcChannel *channel = self->channel;
  NorpcCall *call = NULL;

  if (self->batch != NULL)
    call = self->batch->priority != NORPC_PRIORITY_URGENT ? norpc_channel_take_urgent (channel) : NULL;
  else if (norpc_channel_has_calls (channel))
    self->batch = norpc_channel_take (channel, dequeues_one_locked (self));

  if (call == NULL && self->batch != NULL)
    {
      call = self->batch;
      self->batch = g_steal_pointer (&call->queue_next);
    }

  return call;
}

/* Runs in the service's context, with the lock held. Returns the next call (owned) that does not have
 * to wait for its client's turn, or NULL.
 */
static NorpcCall *
take_next_locked (NorpcPendingCalls *self)
{
  NorpcCall *call = NULL;

  if (!norpc_channel_may_have_turns (self->channel))
    return dequeue_locked (self);

  call = norpc_channel_take_ready (self->channel, have_turns_ended (self));
  while (call == NULL)
    {
      call = dequeue_locked (self);
      if (call == NULL)
        break;
      if (!norpc_channel_begin_turn (self->channel, call))
        call = NULL;
    }

  return call;
}

/* Runs in the service's context. Finishes the current call, and takes the next one if @more is
 * TRUE and the service may get one. Returns it (unowned), or NULL. The rest of the batch stays
 * for the next dispatch.
 */
NorpcCall *
norpc_pending_calls_next (NorpcPendingCalls *self,
                          gboolean           more)
{
  g_autoptr (NorpcCall) previous = NULL;
  NorpcCallQueue *other = NULL;
  NorpcCall *next;

  g_mutex_lock (&self->lock);
  previous = g_steal_pointer (&self->current);
  if (previous != NULL)
    {
      if (!was_answered_by_handler (previous))
        other = keep_locked (self, previous);
      if (norpc_channel_may_have_turns (self->channel))
        norpc_channel_end_turn (self->channel, previous);
    }
  next = more && norpc_pending_calls_are_below_limit (self) ? take_next_locked (self) : NULL;
  self->current = next;
  g_mutex_unlock (&self->lock);

  if (other != NULL)
    other->funcs->close (other, previous);

  return next;
}

/* Thread-safe. Removes an open call that was answered. Returns TRUE if no other call is open. */
gboolean
norpc_pending_calls_remove (NorpcPendingCalls *self,
                            NorpcCall         *call)
{
  gboolean none;

  g_mutex_lock (&self->lock);
  unlink_open_locked (self, call);
  none = self->open == NULL;
  g_mutex_unlock (&self->lock);

  return none;
}

/* Thread-safe. Returns TRUE if no accepted call is left to be dispatched or to be answered
 * later. Once all calls are abandoned, a call is open only while another thread is writing its
 * answer. Such calls are not waited for, because the worker may not run again.
 */
gboolean
norpc_pending_calls_is_empty (NorpcPendingCalls *self)
{
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = self->batch == NULL && self->current == NULL &&
          (self->open == NULL || g_atomic_int_get (&self->abandoned)) &&
          !norpc_channel_has_calls (self->channel) && norpc_channel_get_n_deferred (self->channel) == 0;
  g_mutex_unlock (&self->lock);

  return empty;
}

/* Thread-safe. Returns an array (owned) of all calls in the channel and in this struct, with
 * references to their memory. The calls are not removed.
 */
static GPtrArray *
list_calls (NorpcPendingCalls *self)
{
  GPtrArray *calls;
  guint n_queued;

  g_mutex_lock (&self->lock);
  calls = norpc_channel_list_calls (self->channel);
  norpc_channel_list_deferred (self->channel, calls);
  norpc_call_list_chain (self->batch, calls);
  n_queued = calls->len;
  if (self->current != NULL)
    g_ptr_array_add (calls, self->current);
  for (NorpcCall *call = self->open; call != NULL; call = call->open_next)
    g_ptr_array_add (calls, call);
  for (guint i = n_queued; i < calls->len; i++)
    norpc_call_ref_memory (calls->pdata[i]);
  g_mutex_unlock (&self->lock);

  return calls;
}

/* Thread-safe. Returns TRUE if a stream is open whose client's end is in the thread-default context of
 * the calling thread, which runs it: if the thread blocks until the stream is over, it may do so for
 * ever.
 */
gboolean
norpc_pending_calls_need_caller (NorpcPendingCalls *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (NorpcReplyQueue) reply_queue = norpc_reply_queue_get_thread_default ();
  g_autoptr (GPtrArray) calls = list_calls (self);

  if (!norpc_context_is_own (context))
    return FALSE;

  for (guint i = 0; i < calls->len; i++)
    {
      NorpcCall *call = calls->pdata[i];

      if (call->reply_queue == reply_queue && g_atomic_int_get (&call->state) == NORPC_CALL_OPEN &&
          norpc_stream_needs_client (call))
        return TRUE;
    }

  return FALSE;
}

/* Thread-safe. Fails all accepted calls that are not answered. The calls are not removed, so
 * that their arguments are released in the service's context. The message says which calls the
 * service may have acted on.
 */
void
norpc_pending_calls_abandon (NorpcPendingCalls *self,
                             const char        *reason)
{
  g_autofree char *rejection = g_strdup_printf ("was rejected: %s", reason);
  g_autofree char *interruption = g_strdup_printf ("was interrupted: %s", reason);
  g_autoptr (GPtrArray) calls = list_calls (self);

  for (guint i = 0; i < calls->len; i++)
    {
      NorpcCall *call = calls->pdata[i];
      gboolean begun = norpc_call_get_stage (call) >= NORPC_CALL_ATTEMPTED;

      norpc_call_reject (call, NORPC_ERROR_CLOSED, begun ? interruption : rejection);
    }

  /* Set last: a service that is not started because of this flag gets no call. */
  g_atomic_int_set (&self->abandoned, TRUE);
}
