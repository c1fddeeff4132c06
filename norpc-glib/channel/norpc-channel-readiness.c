/* norpc-channel-readiness.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Clients that wait for a free slot in a channel.
 *
 * For each slot that becomes free, one client is notified, in order. The slot is not reserved:
 * another client may use it first. To keep any client from waiting forever, all clients are
 * notified when the queue is empty.
 */

#include "call/norpc-call-private.h"
#include "core/norpc-error.h"
#include "norpc-channel-private.h"

/* Called with the lock of the queue held. Gets the number of free slots for normal calls. */
static guint
get_n_free_locked (NorpcChannel *self)
{
  guint n_taken;

  if (!norpc_channel_has_capacity_locked (self, NORPC_LANE_NORMAL))
    return 0;

  n_taken = self->lanes[NORPC_LANE_NORMAL].accepted - self->lanes[NORPC_LANE_NORMAL].freed_seen;

  return self->capacity - n_taken;
}

/* Called with the lock of the queue held. Claims the probes to answer (owned), so that no
 * other thread can answer them. Drops cancelled probes.
 */
static GPtrArray *
take_probes_locked (NorpcChannel *self,
                    gboolean      all,
                    GPtrArray    *cancelled)
{
  GPtrArray *probes = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  guint n_free = get_n_free_locked (self);

  while (self->probes.length > 0 && (all || !self->open || probes->len < n_free))
    {
      NorpcCall *probe = g_queue_pop_head (&self->probes);

      g_atomic_int_add (&self->n_probes, -1);
      g_ptr_array_add (norpc_call_claim (probe) ? probes : cancelled, probe);
    }

  return probes;
}

/* Thread-safe. Called with no lock held. Notifies as many waiting clients as there are free
 * slots, or all of them if @all is TRUE or the channel is closed.
 */
void
norpc_channel_answer_probes (NorpcChannel *self,
                             gboolean      all)
{
  g_autoptr (GPtrArray) cancelled = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  g_autoptr (GPtrArray) probes = NULL;
  g_autofree char *reason = NULL;

  g_async_queue_lock (self->queue);
  probes = take_probes_locked (self, all, cancelled);
  if (!self->open)
    reason = g_strdup (self->reason);
  g_async_queue_unlock (self->queue);

  for (guint i = 0; i < probes->len; i++)
    {
      NorpcCall *probe = probes->pdata[i];

      if (reason != NULL)
        probe->error = g_error_new (NORPC_ERROR, NORPC_ERROR_CLOSED,
                                    "The channel is closed: %s", reason);
      norpc_call_deliver (probe);
    }
}

/* Thread-safe. */
void
norpc_channel_add_probe (NorpcChannel *self,
                         NorpcCall    *probe)
{
  gboolean idle;

  /* A thread that frees a slot does so before it checks for probes. */
  g_async_queue_lock (self->queue);
  g_queue_push_tail (&self->probes, probe);
  g_atomic_int_inc (&self->n_probes);
  /* The wake-up for calls in the queue may have been put off. */
  idle = self->asleep && !norpc_channel_has_calls (self);
  g_async_queue_unlock (self->queue);

  norpc_channel_answer_probes (self, idle);
}
