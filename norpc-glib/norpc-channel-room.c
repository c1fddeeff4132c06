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

/* Long for a client that runs its context, and not for ever if it does not. */
int norpc_permit_kept_time = 100;

/* With the lock of the queue held. */
static NorpcPermit *
norpc_permit_new_locked (NorpcChannel *channel,
                         NorpcInbox   *inbox)
{
  NorpcPermit *self = g_new0 (NorpcPermit, 1);

  self->channel = g_object_ref (channel);
  self->inbox = inbox;
  self->expiry = g_get_monotonic_time () + (gint64) norpc_permit_kept_time * 1000;
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

/* With the lock of the queue held: how many places are kept. They were kept in
 * the order in which they expire.
 */
guint
norpc_channel_get_n_kept_locked (NorpcChannel *self)
{
  gint64 now = self->permits.length > 0 ? g_get_monotonic_time () : 0;
  NorpcPermit *first;

  while ((first = g_queue_peek_head (&self->permits)) != NULL && first->expiry <= now)
    unlink_permit_locked (first);

  return self->permits.length;
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

/* The alarms' thread. */
static void
place_is_free (GObject *object)
{
  norpc_channel_answer_probes (NORPC_CHANNEL (object));
}

/* Any thread: looks again at @time, for those who wait. */
static void
set_alarm (NorpcChannel *self,
           gint64        time)
{
  NorpcAlarm *alarm = g_atomic_pointer_get (&self->alarm);

  if (alarm == NULL)
    {
      alarm = norpc_alarm_new (G_OBJECT (self), place_is_free);
      if (!g_atomic_pointer_compare_and_exchange (&self->alarm, NULL, alarm))
        {
          norpc_alarm_free (alarm);
          alarm = g_atomic_pointer_get (&self->alarm);
        }
    }

  norpc_alarm_set (alarm, time);
}

/* With the lock of the queue held: when there may be room for who waits although
 * no call is served, or 0.
 */
static gint64
get_expiry_locked (NorpcChannel *self)
{
  NorpcPermit *first;

  if (self->probes.length == 0 || norpc_channel_get_n_kept_locked (self) == 0)
    return 0;

  first = g_queue_peek_head (&self->permits);

  return first->expiry;
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
      gint64 expiry;

      g_async_queue_lock (self->queue);
      probe = next_probe_locked (self, &claimed);
      expiry = probe == NULL ? get_expiry_locked (self) : 0;
      g_async_queue_unlock (self->queue);

      if (expiry != 0)
        set_alarm (self, expiry);
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
