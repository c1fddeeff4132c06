/* norpc-pending-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
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
  g_assert (self->n_begun == self->n_batch && self->current == NULL && self->open == NULL);

  g_mutex_clear (&self->lock);
}

/* Any thread: whether the service may be given another call. Abandoned calls do not
 * count, as the service does not see them.
 */
gboolean
norpc_pending_calls_are_below_limit (NorpcPendingCalls *self)
{
  guint max_open = (guint) g_atomic_int_get (&self->max_open);
  guint n_open = norpc_channel_get_n_open (self->channel);

  return max_open == 0 || g_atomic_int_get (&self->abandoned) || n_open < max_open;
}

/* The worker's context: TRUE if the service has as many calls open as it may.
 * Then the thread that closes one of them wakes up the context.
 */
gboolean
norpc_pending_calls_pause_at_limit (NorpcPendingCalls *self)
{
  gboolean paused = FALSE;

  if (!norpc_pending_calls_are_below_limit (self))
    {
      /* A thread that closes a call does so before it reads this. */
      g_atomic_int_set (&self->channel->paused, TRUE);
      paused = !norpc_pending_calls_are_below_limit (self);
    }
  if (!paused)
    g_atomic_int_set (&self->channel->paused, FALSE);

  return paused;
}

/* Any thread. */
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

/* The worker's context, after the handler of the call has returned, or where it had
 * none because a layer holds the call back. FALSE if a newer call takes its place, so
 * that it was passed over.
 */
gboolean
norpc_pending_calls_note_kept (NorpcCall *call)
{
  g_atomic_int_compare_and_exchange (&call->stage, NORPC_CALL_HANDLED, NORPC_CALL_KEPT);

  return g_atomic_int_get (&call->stage) != NORPC_CALL_SUPERSEDED;
}

/* The worker's context: TRUE if it is the one that is being served, which the pending calls
 * has until it is asked for the next.
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

/* The worker's context, after the handler has returned. Whoever answers sets the state and
 * then looks for the owner, and here it is the other way round: so one of the two
 * unlinks the call. One that was passed to another server may be in the list of that.
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
      /* As norpc_call_deliver () does. The one that runs has another reference. */
      if (g_atomic_pointer_exchange (&call->owner, NULL) != NULL)
        owner->funcs->unref (owner);
    }
}

/* The worker's context, after the handler has returned. A call whose client has gone is
 * nothing to wait for, but the service may still be at it.
 */
static void
keep_locked (NorpcPendingCalls *self,
             NorpcCall         *call)
{
  gboolean open = g_atomic_int_get (&call->state) == NORPC_CALL_OPEN;

  if (!norpc_pending_calls_note_kept (call))
    return;

  if (open || norpc_call_may_be_answered_later (call))
    norpc_channel_keep_open (self->channel, call);
  if (open)
    link_open_locked (self, call);
}

/* The worker's context, with the lock held: the next call (owned), or NULL if there is none.
 * An urgent one passes those of the batch that are not. One of low priority never waits
 * in the batch, where others could not pass it.
 */
static NorpcCall *
take_next_locked (NorpcPendingCalls *self)
{
  NorpcChannel *channel = self->channel;
  NorpcCall *urgent;

  if (self->n_begun < self->n_batch)
    {
      urgent = self->batch[self->n_begun]->priority != NORPC_PRIORITY_URGENT
                 ? norpc_channel_take_urgent (channel) : NULL;
      return urgent != NULL ? urgent : self->batch[self->n_begun++];
    }

  if (!norpc_channel_has_calls (channel))
    return NULL;

  self->n_begun = 0;
  self->n_batch = norpc_channel_take (channel, self->batch, NORPC_PENDING_CALLS_BATCH);

  return self->n_batch > 0 ? self->batch[self->n_begun++] : NULL;
}

/* The worker's context: done with the current call, and on to the next, if @more and the
 * service may be given one. Returns an unowned call, or NULL. The rest of the batch stays
 * for the next dispatch.
 */
NorpcCall *
norpc_pending_calls_next (NorpcPendingCalls *self,
                          gboolean           more)
{
  g_autoptr (NorpcCall) previous = NULL;
  NorpcCall *next;

  g_mutex_lock (&self->lock);
  previous = g_steal_pointer (&self->current);
  if (previous != NULL)
    keep_locked (self, previous);
  next = more && norpc_pending_calls_are_below_limit (self) ? take_next_locked (self) : NULL;
  self->current = next;
  g_mutex_unlock (&self->lock);

  return next;
}

/* Any thread: an open call is answered. TRUE if no other is open. */
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

/* Any thread: nothing that was accepted is left to dispatch, nor to be answered later. Once
 * all is abandoned, a call is open only while another thread is just writing
 * its answer: there may be nobody left to run the worker after that.
 */
gboolean
norpc_pending_calls_is_empty (NorpcPendingCalls *self)
{
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = self->n_begun == self->n_batch && self->current == NULL &&
          (self->open == NULL || g_atomic_int_get (&self->abandoned)) &&
          !norpc_channel_has_calls (self->channel);
  g_mutex_unlock (&self->lock);

  return empty;
}

/* Any thread: all calls in the channel and here, which stay where they are,
 * held by norpc_call_ref_memory (). Returns an owned array.
 */
static GPtrArray *
list_calls (NorpcPendingCalls *self)
{
  GPtrArray *calls;
  guint n_queued;

  g_mutex_lock (&self->lock);
  calls = norpc_channel_list_calls (self->channel);
  n_queued = calls->len;
  for (guint i = self->n_begun; i < self->n_batch; i++)
    g_ptr_array_add (calls, self->batch[i]);
  if (self->current != NULL)
    g_ptr_array_add (calls, self->current);
  for (NorpcCall *call = self->open; call != NULL; call = call->open_next)
    g_ptr_array_add (calls, call);
  for (guint i = n_queued; i < calls->len; i++)
    norpc_call_ref_memory (calls->pdata[i]);
  g_mutex_unlock (&self->lock);

  return calls;
}

/* Any thread: answers everything that was accepted and is not answered. The
 * calls stay where they are, so that their arguments end in the context of
 * the service.
 */
void
norpc_pending_calls_abandon (NorpcPendingCalls *self,
                             const char        *reason)
{
  g_autoptr (GPtrArray) calls = NULL;
  g_autofree char *message = g_strdup_printf ("was not served: %s", reason);

  calls = list_calls (self);
  for (guint i = 0; i < calls->len; i++)
    norpc_call_reject (calls->pdata[i], NORPC_ERROR_CLOSED, message);

  /* Not before: a service that is not started for it gets no call either. */
  g_atomic_int_set (&self->abandoned, TRUE);
}
