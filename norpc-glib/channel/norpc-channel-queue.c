/* norpc-channel-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The queue of a channel, from which the worker dequeues the calls. */

#include "call/norpc-call-private.h"
#include "core/norpc-atomic-private.h"
#include "core/norpc-burst-private.h"
#include "norpc-channel-private.h"

/* Called with the lock of the queue held, after a call was enqueued. Returns the waker of the worker
 * (owned) if the worker sleeps, or NULL. From then on, the worker counts as awake.
 */
NorpcWaker *
norpc_channel_steal_sleeper_locked (NorpcChannel *self)
{
  if (!self->asleep || (self->napping && norpc_burst_put_off (self->waker)))
    return NULL;

  self->asleep = FALSE;

  return norpc_waker_ref (self->waker);
}

/* Thread-safe. Returns FALSE if the channel has, or has had, a worker. @wake_func is called
 * with @data when the worker is to wake up, until the channel is detached.
 */
gboolean
norpc_channel_open (NorpcChannel  *self,
                    GMainContext  *context,
                    NorpcWakeFunc  wake_func,
                    gpointer       data)
{
  gboolean opened;

  g_async_queue_lock (self->queue);
  opened = !self->used;
  if (opened)
    {
      g_clear_pointer (&self->reason, g_free);
      self->used = TRUE;
      self->open = TRUE;
      self->context = context;
      self->waker = norpc_waker_new (context);
      norpc_waker_set_func (self->waker, wake_func, data);
    }
  g_async_queue_unlock (self->queue);

  return opened;
}

/* Thread-safe. Returns an array (owned) of the calls in the queue, with references to their
 * memory. The calls stay in the queue.
 */
GPtrArray *
norpc_channel_list_calls (NorpcChannel *self)
{
  GPtrArray *calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref_memory);

  g_async_queue_lock (self->queue);
  for (guint i = 0; i < NORPC_N_LANES; i++)
    norpc_lane_list_locked (&self->lanes[i], calls);
  g_async_queue_unlock (self->queue);

  return calls;
}

/* Called with the lock of the queue held. */
static NorpcCall *
take_from_lane_locked (NorpcLane *lane,
                       gboolean   one)
{
  /* Reads the counters first, because the queue takes longer. */
  if (norpc_lane_get_unserved (lane) == 0)
    return NULL;

  return one ? norpc_lane_pop_locked (lane) : norpc_lane_take_locked (lane);
}

/* Runs in the service's context, which is awake. Dequeues a chain of calls (owned), or @one call, or
 * returns NULL. The calls count as waiting until norpc_channel_served () is called for each. Calls of
 * low priority are dequeued one at a time, because other calls may overtake them.
 */
NorpcCall *
norpc_channel_take (NorpcChannel *self,
                    gboolean      one)
{
  NorpcCall *chain;

  g_async_queue_lock (self->queue);
  self->asleep = FALSE;
  chain = take_from_lane_locked (&self->lanes[NORPC_LANE_URGENT], one);
  if (chain == NULL)
    chain = take_from_lane_locked (&self->lanes[NORPC_LANE_NORMAL], one);
  if (chain == NULL)
    chain = take_from_lane_locked (&self->lanes[NORPC_LANE_LOW], TRUE);
  g_async_queue_unlock (self->queue);

  return chain;
}

/* Runs in the service's context. Dequeues a call that overtakes those dequeued before it, or
 * returns NULL.
 */
NorpcCall *
norpc_channel_take_urgent (NorpcChannel *self)
{
  NorpcCall *call;

  if (norpc_lane_get_unserved (&self->lanes[NORPC_LANE_URGENT]) == 0)
    return NULL;

  g_async_queue_lock (self->queue);
  call = norpc_lane_pop_locked (&self->lanes[NORPC_LANE_URGENT]);
  g_async_queue_unlock (self->queue);

  return call;
}

/* Runs in the service's context. A thread that adds a probe does so before it checks for free
 * slots; this function frees the slot before it checks for probes.
 */
void
norpc_channel_served (NorpcChannel *self,
                      NorpcCall    *call)
{
  NorpcLane *lane = &self->lanes[norpc_priority_get_lane (call->priority)];

  if (norpc_metrics_are_enabled ())
    norpc_channel_note_length (self);

  norpc_channel_vacate (self, call);
  norpc_atomic_int_set_release (&lane->served, lane->served + 1);

  if (g_atomic_int_get (&self->n_probes) > 0)
    norpc_channel_answer_probes (self, FALSE);
}

/* Runs in the service's context, when all dequeued calls are served. Returns FALSE if there
 * are calls. If it returns TRUE, the next thread that enqueues a call wakes up the worker, unless
 * the worker naps and the thread is in a burst.
 */
gboolean
norpc_channel_fall_asleep (NorpcChannel *self,
                           gboolean      nap)
{
  gboolean empty;

  g_async_queue_lock (self->queue);
  empty = !norpc_channel_has_calls (self);
  self->asleep = empty;
  self->napping = nap;
  g_async_queue_unlock (self->queue);

  if (empty && g_atomic_int_get (&self->n_probes) > 0)
    norpc_channel_answer_probes (self, TRUE);

  return empty;
}

/* Thread-safe. Wakes up the worker, even if it does not sleep. */
void
norpc_channel_wake_up (NorpcChannel *self)
{
  g_autoptr (NorpcWaker) waker = NULL;

  g_async_queue_lock (self->queue);
  self->asleep = FALSE;
  waker = self->waker != NULL ? norpc_waker_ref (self->waker) : NULL;
  g_async_queue_unlock (self->queue);

  if (waker != NULL)
    norpc_waker_wake (waker);
}
