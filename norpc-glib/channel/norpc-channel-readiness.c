/* norpc-channel-readiness.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Clients that wait for room in a channel.
 *
 * For each place that becomes free one client is notified, in their order. The place is not
 * reserved: another client may take it first. So that no client waits in vain, all are
 * notified when the queue has run empty.
 */

#include "call/norpc-call-private.h"
#include "core/norpc-error.h"
#include "norpc-channel-private.h"

/* With the lock of the queue held: how many places there are for normal calls. */
static guint
get_n_places_locked (NorpcChannel *self)
{
  guint n_taken;

  if (!norpc_channel_has_capacity_locked (self, NORPC_LANE_NORMAL))
    return 0;

  n_taken = self->lanes[NORPC_LANE_NORMAL].accepted - self->lanes[NORPC_LANE_NORMAL].freed_seen;

  return self->capacity - n_taken;
}

/* With the lock of the queue held: takes the probes that are to be answered (owned), which
 * no other thread can answer from then on. Cancelled probes are dropped.
 */
static GPtrArray *
take_probes_locked (NorpcChannel *self,
                    gboolean      all,
                    GPtrArray    *cancelled)
{
  GPtrArray *probes = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  guint n_places = get_n_places_locked (self);

  while (self->probes.length > 0 && (all || !self->open || probes->len < n_places))
    {
      NorpcCall *probe = g_queue_pop_head (&self->probes);

      g_atomic_int_add (&self->n_probes, -1);
      g_ptr_array_add (norpc_call_claim (probe) ? probes : cancelled, probe);
    }

  return probes;
}

/* Any thread, with no lock held: tells as many of those that wait as there are places,
 * or all, because the queue has run empty or is closed.
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
                                    "No call will be taken: %s", reason);
      norpc_call_deliver (probe);
    }
}

/* Any thread. */
void
norpc_channel_add_probe (NorpcChannel *self,
                         NorpcCall    *probe)
{
  gboolean idle;

  /* Whoever makes room does so before it looks for probes. */
  g_async_queue_lock (self->queue);
  g_queue_push_tail (&self->probes, probe);
  g_atomic_int_inc (&self->n_probes);
  idle = self->asleep;
  g_async_queue_unlock (self->queue);

  norpc_channel_answer_probes (self, idle);
}
