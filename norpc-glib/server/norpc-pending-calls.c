/* norpc-pending-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "norpc-pending-calls-private.h"
#include "norpc-worker-private.h"

void
norpc_pending_calls_init (NorpcPendingCalls *self)
{
  g_mutex_init (&self->lock);
}

void
norpc_pending_calls_clear (NorpcPendingCalls *self)
{
  g_assert (self->n_begun == self->n_batch && self->current == NULL && self->open == NULL);

  g_mutex_clear (&self->lock);
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
 * then looks for the worker, and here it is the other way round: so one of the two
 * unlinks the call. One that was passed to another server may be in the list of that.
 */
static void
link_open_locked (NorpcPendingCalls *self,
                  NorpcWorker       *worker,
                  NorpcCall         *call)
{
  NorpcWorker *owned_host = norpc_worker_ref (worker);

  if (!g_atomic_pointer_compare_and_exchange (&call->worker, NULL, owned_host))
    {
      norpc_worker_unref (owned_host);
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
      if (g_atomic_pointer_exchange (&call->worker, NULL) != NULL)
        norpc_worker_unref (worker);
    }
}

/* The worker's context, after the handler has returned. A call whose client has gone is
 * nothing to wait for, but the service may still be at it.
 */
static void
keep_locked (NorpcPendingCalls *self,
             NorpcWorker       *worker,
             NorpcCall         *call)
{
  gboolean open = g_atomic_int_get (&call->state) == NORPC_CALL_OPEN;

  if (!norpc_pending_calls_note_kept (call))
    return;

  if (open || norpc_call_is_in_hands (call))
    norpc_channel_keep_open (worker->channel, call);
  if (open)
    link_open_locked (self, worker, call);
}

/* The worker's context, with the lock held: the next call (owned), or NULL if there is none.
 * An urgent one passes those of the batch that are not. One of low priority never waits
 * in the batch, where others could not pass it.
 */
static NorpcCall *
take_next_locked (NorpcPendingCalls *self,
                  NorpcChannel      *channel)
{
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
                          NorpcWorker       *worker,
                          gboolean           more)
{
  g_autoptr (NorpcCall) previous = NULL;
  NorpcCall *next;

  g_mutex_lock (&self->lock);
  previous = g_steal_pointer (&self->current);
  if (previous != NULL)
    keep_locked (self, worker, previous);
  next = more && norpc_worker_is_below_limit (worker) ? take_next_locked (self, worker->channel) : NULL;
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

/* Any thread: nothing that was accepted is left to dispatch, nor, if @with_open,
 * to be answered later.
 */
gboolean
norpc_pending_calls_is_empty (NorpcPendingCalls *self,
                              NorpcChannel      *channel,
                              gboolean           with_open)
{
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = self->n_begun == self->n_batch && self->current == NULL &&
          !(with_open && self->open != NULL) && !norpc_channel_has_calls (channel);
  g_mutex_unlock (&self->lock);

  return empty;
}

/* Any thread: all calls in the channel and here, which stay where they are,
 * held by norpc_call_ref_memory (). Returns an owned array.
 */
GPtrArray *
norpc_pending_calls_list (NorpcPendingCalls *self,
                          NorpcChannel      *channel)
{
  GPtrArray *calls;
  guint n_queued;

  g_mutex_lock (&self->lock);
  calls = norpc_channel_list_calls (channel);
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
