/* norpc-nats-link-deferred.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-link-parts-private.h"
#include "norpc-nats-status-private.h"

/* How many bytes of messages wait for the connection: as many as the library would let wait. */
#define MAX_DEFERRED (8 * 1024 * 1024)

/* About what a message needs besides its data. */
#define MESSAGE_OVERHEAD 512

/* A piece of work that waits for the connection. */
typedef struct
{
  natsMsg          *message; /* (owned) (nullable): is to be published */
  NorpcNatsLinkFunc func;    /* (nullable) */
  gpointer          data;
} Deferred;

/* Runs in the thread of the link. */
void
norpc_nats_link_set_state (NorpcNatsLink      *self,
                           NorpcNatsLinkState  state)
{
  g_mutex_lock (&self->lock);
  self->state = state;
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Returns TRUE if there is a connection, and the thread of the link knows of each loss. Until then, nothing
 * is sent, even if there is a connection again: it would overtake what waits, or is to be sent again.
 */
static gboolean
is_connected (NorpcNatsLink *self)
{
  return g_atomic_int_get (&self->connected) && g_atomic_int_get (&self->n_losses) == 0;
}

/* Called with the lock held. Returns TRUE if the library can be called. */
static gboolean
is_usable_locked (NorpcNatsLink *self)
{
  return self->state == NORPC_NATS_LINK_ONLINE && is_connected (self);
}

static gsize
get_message_size (natsMsg *message)
{
  return MESSAGE_OVERHEAD + (gsize) natsMsg_GetDataLength (message);
}

/* Called with the lock held. */
static void
defer_locked (NorpcNatsLink    *self,
              natsMsg          *message,
              NorpcNatsLinkFunc func,
              gpointer          data)
{
  Deferred *deferred = g_new (Deferred, 1);

  *deferred = (Deferred) { message, func, data };
  g_queue_push_tail (&self->deferred, deferred);
  if (message != NULL)
    self->deferred_size += get_message_size (message);
}

/* Returns what comes next (owned), or NULL, and then sets the state. It stops if the connection is lost meanwhile. */
static Deferred *
pop_deferred (NorpcNatsLink     *self,
              NorpcNatsLinkState state)
{
  Deferred *deferred = NULL;

  g_mutex_lock (&self->lock);
  if (state == NORPC_NATS_LINK_ENDED || is_connected (self))
    deferred = g_queue_pop_head (&self->deferred);
  else
    state = NORPC_NATS_LINK_OFFLINE;
  if (deferred == NULL)
    self->state = state;
  else if (deferred->message != NULL)
    self->deferred_size -= get_message_size (deferred->message);
  g_mutex_unlock (&self->lock);

  return deferred;
}

/* Runs in the thread of the link. Other threads may add more work meanwhile, which comes in its turn. */
void
norpc_nats_link_run_deferred (NorpcNatsLink      *self,
                              NorpcNatsLinkState  state)
{
  natsConnection *nats = state == NORPC_NATS_LINK_ENDED ? NULL : self->nats;
  Deferred *deferred;

  while ((deferred = pop_deferred (self, state)) != NULL)
    {
      if (deferred->message != NULL && nats != NULL)
        natsConnection_PublishMsg (nats, deferred->message);
      if (deferred->message != NULL)
        natsMsg_Destroy (deferred->message);
      else
        deferred->func (self, nats, deferred->data);
      g_free (deferred);
    }
}

/* Called in the thread of the link. @func is called at once, or when there is a connection again, or it is closed. */
void
norpc_nats_link_invoke_connected (NorpcNatsLink    *self,
                                  NorpcNatsLinkFunc func,
                                  gpointer          data)
{
  gboolean ended, waits;

  g_mutex_lock (&self->lock);
  ended = self->state == NORPC_NATS_LINK_ENDED;
  waits = !ended && !is_usable_locked (self);
  if (waits)
    defer_locked (self, NULL, func, data);
  g_mutex_unlock (&self->lock);

  if (!waits)
    func (self, ended ? NULL : self->nats, data);
}

/* Thread-safe. Returns TRUE if messages need not wait for the connection. Otherwise a change of it is going to be
 * followed.
 */
gboolean
norpc_nats_link_is_usable (NorpcNatsLink *self)
{
  gboolean is_usable;

  g_mutex_lock (&self->lock);
  is_usable = is_usable_locked (self);
  g_mutex_unlock (&self->lock);

  return is_usable;
}

/* Called in the thread of the link. Takes ownership of @message, which does not wait for the connection. */
gboolean
norpc_nats_link_publish_now (NorpcNatsLink  *self,
                             natsMsg        *message,
                             GError        **error)
{
  natsStatus status = NATS_CONNECTION_DISCONNECTED;

  if (norpc_nats_link_is_usable (self))
    status = natsConnection_PublishMsg (self->nats, message);
  natsMsg_Destroy (message);

  return norpc_nats_check_status (status, "Could not send a message over NATS", error);
}

/* Called in the thread of the link, or in one that ends an export. Takes ownership of @message, which may wait until
 * there is a connection again.
 */
gboolean
norpc_nats_link_publish (NorpcNatsLink  *self,
                         natsMsg        *message,
                         GError        **error)
{
  natsStatus status = NATS_OK;
  gboolean is_usable;

  g_mutex_lock (&self->lock);
  is_usable = is_usable_locked (self);
  if (self->state == NORPC_NATS_LINK_ENDED)
    status = NATS_CONNECTION_CLOSED;
  else if (!is_usable && self->deferred_size + get_message_size (message) > MAX_DEFERRED)
    status = NATS_INSUFFICIENT_BUFFER;
  else if (!is_usable)
    defer_locked (self, g_steal_pointer (&message), NULL, NULL);
  g_mutex_unlock (&self->lock);

  if (is_usable)
    status = natsConnection_PublishMsg (self->nats, message);
  natsMsg_Destroy (message);

  return norpc_nats_check_status (status, "Could not send a message over NATS", error);
}
