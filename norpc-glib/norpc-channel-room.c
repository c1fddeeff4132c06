/* norpc-channel-room.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Who waits for room in a channel, and the places that are kept for those who
 * were told that there is some.
 *
 * A place is taken, by a permit, before its client is told. So however many
 * clients wait, no more are told than there are places.
 */

#include "norpc-call-private.h"
#include "norpc-channel-private.h"
#include "norpc-error.h"
#include "norpc-permit-private.h"

/* With the lock of the queue held. */
static NorpcPermit *
norpc_permit_new_locked (NorpcChannel *channel,
                         NorpcInbox   *inbox)
{
  NorpcPermit *self = g_new0 (NorpcPermit, 1);

  self->channel = g_object_ref (channel);
  self->inbox = inbox;
  self->link.data = self;
  g_queue_push_tail_link (&channel->permits, &self->link);

  return self;
}

/* With the lock of the queue held. */
static void
unlink_permit_locked (NorpcPermit *self)
{
  g_queue_unlink (&self->channel->permits, &self->link);
  self->used = TRUE;
}

/* The client's context, or wherever its answer ends: gives the place back, if
 * it was not used.
 */
void
norpc_permit_free (NorpcPermit *self)
{
  NorpcChannel *channel = self->channel;
  gboolean used;

  g_async_queue_lock (channel->queue);
  used = self->used;
  if (!used)
    unlink_permit_locked (self);
  g_async_queue_unlock (channel->queue);

  if (!used)
    norpc_channel_answer_probes (channel);

  g_object_unref (channel);
  g_free (self);
}

/* The client's context, which has the answer. */
NorpcPermit *
norpc_call_steal_permit (NorpcCall *call)
{
  return g_steal_pointer (&call->permit);
}

/* The client's thread, with the lock of the queue held. TRUE if a place was kept
 * for a call from there, which it takes.
 */
gboolean
norpc_channel_use_permit_locked (NorpcChannel *self,
                                 NorpcInbox   *inbox)
{
  if (inbox == NULL)
    return FALSE;

  for (GList *link = self->permits.head; link != NULL; link = link->next)
    {
      NorpcPermit *permit = link->data;

      if (permit->inbox == inbox)
        {
          unlink_permit_locked (permit);
          return TRUE;
        }
    }

  return FALSE;
}

/* With the lock of the queue held: takes the next probe that there is an answer
 * for (owned), or NULL. @claimed if it is to be answered, and has not ended in
 * the meantime: then a place is kept, where there is a client to use it.
 */
static NorpcCall *
next_probe_locked (NorpcChannel *self,
                   gboolean     *claimed)
{
  NorpcCall *probe;

  if (self->probes.length == 0 ||
      (self->open && !norpc_channel_has_room_locked (self, NORPC_LANE_NORMAL)))
    return NULL;

  probe = g_queue_pop_head (&self->probes);
  g_atomic_int_add (&self->n_probes, -1);

  *claimed = norpc_call_claim (probe);
  if (*claimed && self->open && probe->inbox != NULL)
    probe->permit = norpc_permit_new_locked (self, probe->inbox);
  else if (*claimed && !self->open)
    probe->error = g_error_new (NORPC_ERROR, NORPC_ERROR_CLOSED,
                                "No call will be taken: %s", self->reason);

  return probe;
}

/* Any thread, with no lock held: tells those who wait for room that there is
 * some, or that there never will be.
 */
void
norpc_channel_answer_probes (NorpcChannel *self)
{
  while (TRUE)
    {
      g_autoptr (NorpcCall) probe = NULL;
      gboolean claimed;

      g_async_queue_lock (self->queue);
      probe = next_probe_locked (self, &claimed);
      g_async_queue_unlock (self->queue);

      if (probe == NULL)
        break;
      if (claimed)
        norpc_call_deliver (probe);
    }
}

/* Any thread. */
void
norpc_channel_add_probe (NorpcChannel *self,
                         NorpcCall    *probe)
{
  g_async_queue_lock (self->queue);
  g_queue_push_tail (&self->probes, probe);
  g_atomic_int_inc (&self->n_probes);
  g_async_queue_unlock (self->queue);

  /* Whoever makes room does so before it looks for probes. */
  norpc_channel_answer_probes (self);
}
