/* norpc-channel-send.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How clients put calls into the queue of a channel. */

#include "call/norpc-call-private.h"
#include "call/norpc-deadlock-private.h"
#include "client/norpc-sync-wait-private.h"
#include "core/norpc-context-private.h"
#include "norpc-channel-private.h"

/* Called with the lock of the queue held. Gets the executor of the handlers, for a synchronous
 * call of @waiting_thread. If that thread owns the context, the executor is the thread,
 * because it may not be dispatching a source of the context.
 */
static gconstpointer
find_executor_locked (NorpcChannel *self,
                      GThread      *waiting_thread)
{
  if (self->context != NULL && waiting_thread == g_thread_self () && norpc_context_is_own (self->context))
    return waiting_thread;

  return self->context;
}

/* Called in the client's thread, with the lock of the queue held. Returns NULL if the call was
 * accepted, or else the reason (owned) and its error code.
 */
static char *
push_locked (NorpcChannel *self,
             NorpcCall    *call,
             NorpcError   *code)
{
  NorpcLaneIndex index = norpc_priority_get_lane (call->priority);

  if (!self->open)
    {
      *code = NORPC_ERROR_CLOSED;
      return g_strdup_printf ("was rejected: %s", self->reason);
    }

  if ((self->when_full == NORPC_WHEN_FULL_BUSY || call->must_not_wait) &&
      !norpc_channel_has_capacity_locked (self, index))
    {
      *code = NORPC_ERROR_BUSY;
      return norpc_channel_is_clogged_locked (self, index)
               ? g_strdup ("was rejected: too many completed calls are still in the queue")
               : g_strdup_printf ("was rejected: %u calls are already waiting", self->capacity);
    }

  if (call->is_sync)
    norpc_call_set_executor (call, find_executor_locked (self, call->waiting_thread));
  call->must_not_wait = FALSE;
  norpc_lane_push_locked (&self->lanes[index], call);
  norpc_channel_occupy_locked (self, call);

  return NULL;
}

/* Called in the thread that sends the call. Wakes up the worker only if it sleeps, and after
 * the lock is released, because the worker needs that lock first.
 */
void
norpc_channel_send (NorpcEndpoint *endpoint,
                    NorpcCall     *call)
{
  NorpcChannel *self = (NorpcChannel *) endpoint; /* not checked: this runs for each call */
  g_autoptr (NorpcWaker) sleeper = NULL;
  g_autofree char *rejection = NULL;
  NorpcError code = NORPC_ERROR_FAILED;
  gboolean is_sync = call->is_sync;
  gboolean passed_on = is_sync && call->waiting_thread != g_thread_self ();

  if (G_UNLIKELY (norpc_call_is_queued (call)))
    {
      norpc_call_note_sent_twice (call);
      norpc_call_unref (call);
      return;
    }

  norpc_metrics_call_sent (call, &self->recorder);

  /* The call may be answered and freed once it is in the queue. */
  if (passed_on)
    norpc_call_ref_memory (call);

  g_async_queue_lock (self->queue);
  rejection = push_locked (self, call, &code);
  if (rejection == NULL)
    sleeper = norpc_channel_steal_sleeper_locked (self);
  g_async_queue_unlock (self->queue);

  if (rejection != NULL)
    norpc_call_reject_owned (call, code, rejection);
  else if (sleeper != NULL)
    norpc_waker_wake (sleeper);

  if (sleeper != NULL && is_sync && !passed_on)
    norpc_sync_wait_note_wake_up ();
  if (passed_on)
    {
      if (rejection == NULL)
        norpc_deadlock_check (call);
      norpc_call_unref_memory (call);
    }
}

/* Called in the thread that is about to block. */
gconstpointer
norpc_channel_get_executor (NorpcEndpoint *endpoint)
{
  NorpcChannel *self = NORPC_CHANNEL (endpoint);
  gconstpointer executor;

  g_async_queue_lock (self->queue);
  executor = find_executor_locked (self, g_thread_self ());
  g_async_queue_unlock (self->queue);

  return executor;
}
