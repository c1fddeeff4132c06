/* norpc-nats-subscription.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-subscription-private.h"

/* How long the server may take to confirm the end of a subscription, in milliseconds. */
#define DRAIN_TIMEOUT 5000

struct _NorpcNatsSubscription
{
  gatomicrefcount      ref_count;
  natsConnection      *connection; /* (unowned), since construction: of the link, which lasts longer */
  natsSubscription    *nats;       /* (owned), since construction */
  NorpcNatsMessageFunc func;       /* since construction */
  gpointer             data;       /* (owned), since construction */
  GDestroyNotify       destroy;    /* since construction */
};

/* Thread-safe. One reference is the owner's, the other one the library's. */
static void
subscription_unref (NorpcNatsSubscription *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->nats != NULL)
    natsSubscription_Destroy (self->nats);
  self->destroy (self->data);
  g_free (self);
}

/* Runs in a thread of the library. */
static void
message_cb (natsConnection   *nats G_GNUC_UNUSED,
            natsSubscription *subscription G_GNUC_UNUSED,
            natsMsg          *message,
            void             *closure)
{
  NorpcNatsSubscription *self = closure;

  self->func (message, self->data);
}

/* Runs in a thread of the library, after the last message. */
static void
complete_cb (void *closure)
{
  subscription_unref (closure);
}

/* Thread-safe. @destroy releases @data, maybe in a thread of the library. Returns NULL if @error is set. */
NorpcNatsSubscription *
norpc_nats_subscription_new (NorpcNatsLink         *link,
                             const char            *subject,
                             const char            *queue_group,
                             NorpcNatsMessageFunc   func,
                             gpointer               data,
                             GDestroyNotify         destroy,
                             GError               **error)
{
  natsConnection *nats = norpc_nats_link_get_nats (link);
  NorpcNatsSubscription *self = g_new0 (NorpcNatsSubscription, 1);
  natsStatus status;

  g_atomic_ref_count_init (&self->ref_count);
  self->connection = nats;
  self->func = func;
  self->data = data;
  self->destroy = destroy;
  if (queue_group != NULL)
    status = natsConnection_QueueSubscribe (&self->nats, nats, subject, queue_group, message_cb, self);
  else
    status = natsConnection_Subscribe (&self->nats, nats, subject, message_cb, self);

  if (!norpc_nats_check_status (status, "Could not subscribe at NATS", error))
    {
      subscription_unref (self);
      return NULL;
    }

  g_atomic_ref_count_inc (&self->ref_count);
  if (natsSubscription_SetOnCompleteCB (self->nats, complete_cb, self) != NATS_OK)
    subscription_unref (self); /* the connection is closed already */

  return self;
}

/* Thread-safe. Returns how many messages the library has dropped, because they came too fast. */
gint64
norpc_nats_subscription_get_n_dropped (NorpcNatsSubscription *self)
{
  gint64 n = 0;

  natsSubscription_GetDropped (self->nats, &n);

  return n;
}

/* Thread-safe. Messages that the library has received are still passed on. */
void
norpc_nats_subscription_end (gpointer data)
{
  NorpcNatsSubscription *self = data;

  /* The library takes longer, in a thread of its own: until the server has answered, which it does not without a
   * connection.
   */
  if (natsConnection_Status (self->connection) != NATS_CONN_STATUS_CONNECTED ||
      natsSubscription_DrainTimeout (self->nats, DRAIN_TIMEOUT) != NATS_OK)
    natsSubscription_Unsubscribe (self->nats);
  subscription_unref (self);
}
