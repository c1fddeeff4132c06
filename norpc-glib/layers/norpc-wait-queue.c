/* norpc-wait-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-layer-private.h"
#include "core/norpc-error.h"
#include "core/norpc-timer-private.h"
#include "norpc-wait-queue-parts-private.h"

NorpcWaitQueue *
norpc_wait_queue_new (NorpcLayer                *layer,
                      const NorpcWaitQueueFuncs *funcs)
{
  NorpcWaitQueue *self = g_new0 (NorpcWaitQueue, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_weak_ref_init (&self->layer, layer);
  g_mutex_init (&self->lock);
  norpc_timer_init (&self->timer, &norpc_wait_queue_timer_funcs, self);
  norpc_timer_prepare ();
  self->funcs = funcs;
  self->drain = norpc_wait_queue_drain;
  self->max_waiting = G_MAXUINT;

  return self;
}

/* Thread-safe. State that NorpcWaitQueueFuncs read may change only with the lock held. */
void
norpc_wait_queue_lock (NorpcWaitQueue *self)
{
  g_mutex_lock (&self->lock);
}

void
norpc_wait_queue_unlock (NorpcWaitQueue *self)
{
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Called before the first call. Sets the maximum number of waiting calls; further
 * calls are rejected.
 */
void
norpc_wait_queue_set_max (NorpcWaitQueue *self,
                          guint           max_waiting)
{
  g_mutex_lock (&self->lock);
  self->max_waiting = max_waiting;
  g_mutex_unlock (&self->lock);
}

typedef enum
{
  SEND_PASS,
  SEND_ASK, /* pass if the next endpoint is ready */
  SEND_QUEUED,
  SEND_ENDED,
  SEND_BUSY,
  SEND_CLOSED
} SendVerdict;

/* Called with the lock held. @call cannot pass now. */
static SendVerdict
enqueue_or_reject_locked (NorpcWaitQueue *self,
                          NorpcLayer     *layer,
                          NorpcCall      *call,
                          gboolean        first)
{
  if (self->waiting.length >= self->max_waiting || (call->must_not_wait && !self->funcs->asks_next))
    return SEND_BUSY;

  call->must_not_wait = FALSE;
  if (!norpc_wait_queue_push_locked (self, &self->waiting, call, first))
    return SEND_ENDED;
  if (!self->draining)
    norpc_wait_queue_start_timer_locked (self, layer);

  return SEND_QUEUED;
}

/* Called with the lock held. */
static SendVerdict
judge_locked (NorpcWaitQueue *self,
              NorpcLayer     *layer,
              NorpcCall      *call)
{
  if (self->closed)
    return SEND_CLOSED;

  if (self->waiting.length > 0 || self->forwarding || self->passing)
    return enqueue_or_reject_locked (self, layer, call, FALSE);

  if (self->funcs->asks_next)
    {
      self->passing = TRUE;
      return SEND_ASK;
    }

  if (!self->funcs->admit (layer, self->n_passed, FALSE))
    return enqueue_or_reject_locked (self, layer, call, FALSE);

  return norpc_wait_queue_count_locked (self, call) ? SEND_PASS : SEND_ENDED;
}

/* Called in the thread that sends @call (owned); only one thread does so at a time, so that no
 * other call uses the same capacity. Passes the call on if the next endpoint is ready.
 */
static SendVerdict
pass_if_next_is_ready (NorpcWaitQueue *self,
                       NorpcLayer     *layer,
                       NorpcCall      *call)
{
  SendVerdict verdict = SEND_PASS;
  gboolean waiting;

  if (norpc_wait_queue_is_next_ready (layer))
    {
      call->must_not_wait = FALSE;
      norpc_layer_forward (layer, g_steal_pointer (&call));
    }

  g_mutex_lock (&self->lock);
  self->passing = FALSE;
  if (call != NULL)
    verdict = enqueue_or_reject_locked (self, layer, call, TRUE);
  waiting = self->waiting.length + self->probes.length > 0;
  g_mutex_unlock (&self->lock);

  if (waiting)
    norpc_wait_queue_drain (self);

  return verdict;
}

/* Thread-safe. Takes ownership of @call, and passes it on or enqueues it. */
void
norpc_wait_queue_send (NorpcWaitQueue *self,
                       NorpcLayer     *layer,
                       NorpcCall      *call)
{
  SendVerdict verdict;

  g_mutex_lock (&self->lock);
  verdict = judge_locked (self, layer, call);
  g_mutex_unlock (&self->lock);

  if (verdict == SEND_PASS)
    norpc_layer_forward (layer, call);
  else if (verdict == SEND_ASK)
    verdict = pass_if_next_is_ready (self, layer, call);

  if (verdict == SEND_ENDED)
    norpc_call_unref (call);
  else if (verdict == SEND_BUSY)
    norpc_call_reject_owned (call, NORPC_ERROR_BUSY, "was rejected: it would have to wait");
  else if (verdict == SEND_CLOSED)
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: its layer was disposed of");
}

/* Thread-safe. */
gboolean
norpc_wait_queue_is_ready (NorpcWaitQueue *self,
                           NorpcLayer     *layer)
{
  guint capacity;

  g_mutex_lock (&self->lock);
  capacity = self->funcs->get_capacity (layer, self->n_passed, self->waiting.length);
  g_mutex_unlock (&self->lock);

  return capacity > 0 && (self->funcs->asks_next || norpc_wait_queue_is_next_ready (layer));
}

/* Thread-safe. */
void
norpc_wait_queue_await_ready (NorpcWaitQueue *self,
                              NorpcLayer     *layer,
                              NorpcCall      *probe)
{
  SendVerdict verdict;

  g_mutex_lock (&self->lock);
  if (self->closed)
    verdict = SEND_CLOSED;
  else if (self->probes.length == 0 &&
           self->funcs->get_capacity (layer, self->n_passed, self->waiting.length) > 0)
    verdict = SEND_PASS;
  else if (norpc_wait_queue_push_locked (self, &self->probes, norpc_call_ref (probe), FALSE))
    verdict = SEND_QUEUED;
  else
    verdict = SEND_ENDED;
  if (verdict == SEND_QUEUED && !self->draining)
    norpc_wait_queue_start_timer_locked (self, layer);
  g_mutex_unlock (&self->lock);

  if (verdict == SEND_PASS)
    norpc_wait_queue_answer_probe (self, layer, probe);
  else if (verdict == SEND_CLOSED)
    norpc_call_reject (probe, NORPC_ERROR_CLOSED, "was rejected: its layer was disposed of");
  else if (verdict == SEND_ENDED)
    norpc_call_unref (probe);
}

/* Called in the thread that disposes of the layer. Rejects all waiting calls, and all later
 * ones. Each call leaves the queue as it completes.
 */
void
norpc_wait_queue_close (NorpcWaitQueue *self)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref_memory);

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  norpc_wait_queue_list_locked (calls, &self->waiting);
  norpc_wait_queue_list_locked (calls, &self->probes);
  g_mutex_unlock (&self->lock);

  norpc_timer_stop (&self->timer);
  for (guint i = 0; i < calls->len; i++)
    norpc_call_reject (calls->pdata[i], NORPC_ERROR_CLOSED,
                       "was rejected: its layer was disposed of");
}
