/* norpc-nats-subscription.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-status-private.h"
#include "norpc-nats-subscription-private.h"

/* How long the server may take to confirm the end of a subscription, in milliseconds. The library waits for that in a
 * thread of its own.
 */
#define DRAIN_TIMEOUT 5000

/* The receiver of the messages. A callback in progress has a reference. */
typedef struct
{
  gatomicrefcount      ref_count;
  NorpcNatsMessageFunc func;    /* since construction */
  gpointer             data;    /* (owned), since construction */
  GDestroyNotify       destroy; /* since construction */
} Target;

struct _NorpcNatsSubscription
{
  gatomicrefcount   ref_count;
  NorpcNatsLink    *link;        /* (owned) (nullable), accessed in the thread of the link: until its owner ends it */
  char             *subject;     /* (owned), since construction */
  char             *queue_group; /* (owned) (nullable), since construction */
  natsSubscription *nats;        /* (owned) (nullable), accessed in the thread of the link: once it has subscribed */
  int               ended;       /* atomic: by its owner */
  int               has_turn;    /* atomic: it has one of the turns of the link while it is drained */
  guint             link_id;     /* once it has a turn: a number of the link, which may end before */

  GMutex            lock;
  Target           *target;      /* (owned) (nullable) [lock]: until it takes no more messages */
};

/* Thread-safe. */
static void
target_unref (Target *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  self->destroy (self->data);
  g_free (self);
}

/* Thread-safe. One reference is the owner's, the other one the library's. */
static void
subscription_unref (NorpcNatsSubscription *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->nats != NULL)
    natsSubscription_Destroy (self->nats);
  g_clear_pointer (&self->target, target_unref);
  g_clear_pointer (&self->link, norpc_nats_link_unref);
  g_mutex_clear (&self->lock);
  g_free (self->queue_group);
  g_free (self->subject);
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
  Target *target;

  g_mutex_lock (&self->lock);
  target = self->target;
  if (target != NULL)
    g_atomic_ref_count_inc (&target->ref_count);
  g_mutex_unlock (&self->lock);

  if (target == NULL)
    {
      natsMsg_Destroy (message);
      return;
    }

  target->func (message, target->data);
  target_unref (target);
}

/* Runs in a thread of the library. */
static void
give_turn_back (NorpcNatsSubscription *self)
{
  if (g_atomic_int_compare_and_exchange (&self->has_turn, TRUE, FALSE))
    norpc_nats_link_end_turn (self->link_id, natsSubscription_DrainCompletionStatus (self->nats) != NATS_TIMEOUT);
}

/* Runs in a thread of the library, after the last message. */
static void
complete_cb (void *closure)
{
  give_turn_back (closure);
  subscription_unref (closure);
}

static NorpcNatsSubscription *
subscription_new (const char           *subject,
                  const char           *queue_group,
                  NorpcNatsMessageFunc  func,
                  gpointer              data,
                  GDestroyNotify        destroy)
{
  NorpcNatsSubscription *self = g_new0 (NorpcNatsSubscription, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->subject = g_strdup (subject);
  self->queue_group = g_strdup (queue_group);
  self->target = g_new (Target, 1);
  *self->target = (Target) { 0, func, data, destroy };
  g_atomic_ref_count_init (&self->target->ref_count);

  return self;
}

static natsStatus
subscribe_at (natsConnection        *nats,
              NorpcNatsSubscription *self)
{
  natsStatus status;

  if (self->queue_group != NULL)
    status = natsConnection_QueueSubscribe (&self->nats, nats, self->subject, self->queue_group, message_cb, self);
  else
    status = natsConnection_Subscribe (&self->nats, nats, self->subject, message_cb, self);
  if (status != NATS_OK)
    return status;

  g_atomic_ref_count_inc (&self->ref_count);
  if (natsSubscription_SetOnCompleteCB (self->nats, complete_cb, self) != NATS_OK)
    subscription_unref (self); /* the connection is closed already */

  return NATS_OK;
}

/* Runs in the thread of the link. */
static void
begin_subscribing (NorpcNatsLink  *link G_GNUC_UNUSED,
                   natsConnection *nats,
                   gpointer        data)
{
  NorpcNatsSubscription *self = data;
  natsStatus status = nats != NULL && !g_atomic_int_get (&self->ended) ? subscribe_at (nats, self) : NATS_OK;

  if (status != NATS_OK)
    g_debug ("NATS: could not subscribe to '%s': %s", self->subject, natsStatus_GetText (status));
  subscription_unref (self);
}

/* Runs in the thread of the link. The owner may have ended it before. */
static void
run_begin (gpointer data)
{
  NorpcNatsSubscription *self = data;

  if (self->link != NULL)
    norpc_nats_link_invoke_connected (self->link, begin_subscribing, self);
  else
    subscription_unref (self);
}

/* Calls @func in the thread of the link: at once if this is it. */
static void
run_in_link (NorpcNatsLink  *link,
             void          (*func) (gpointer data),
             gpointer        data)
{
  if (norpc_nats_link_is_current (link))
    func (data);
  else
    norpc_nats_link_invoke (link, func, data);
}

/* Thread-safe. Does not block, because the thread of the link subscribes, once there is a connection. @destroy releases
 * @data, maybe in a thread of the library. Returns NULL if @error is set.
 */
NorpcNatsSubscription *
norpc_nats_subscription_new (NorpcNatsLink         *link,
                             const char            *subject,
                             const char            *queue_group,
                             NorpcNatsMessageFunc   func,
                             gpointer               data,
                             GDestroyNotify         destroy,
                             GError               **error)
{
  NorpcNatsSubscription *self;

  if (norpc_nats_link_is_closed (link))
    {
      norpc_nats_check_status (NATS_CONNECTION_CLOSED, "Could not subscribe at NATS", error);
      destroy (data);
      return NULL;
    }

  self = subscription_new (subject, queue_group, func, data, destroy);
  self->link = norpc_nats_link_ref (link);
  g_atomic_ref_count_inc (&self->ref_count);
  run_in_link (link, run_begin, self);

  return self;
}

/* Subscribes in this thread, and may block. The link has to last until the subscription ends. Returns NULL if @error is
 * set.
 */
NorpcNatsSubscription *
norpc_nats_subscription_new_sync (NorpcNatsLink         *link,
                                  const char            *subject,
                                  NorpcNatsMessageFunc   func,
                                  gpointer               data,
                                  GDestroyNotify         destroy,
                                  GError               **error)
{
  NorpcNatsSubscription *self = subscription_new (subject, NULL, func, data, destroy);
  natsStatus status = subscribe_at (norpc_nats_link_get_nats (link), self);

  if (norpc_nats_check_status (status, "Could not subscribe at NATS", error))
    return self;

  subscription_unref (self);

  return NULL;
}

/* Gets that of one that subscribed in its thread. */
natsSubscription *
norpc_nats_subscription_get_nats (NorpcNatsSubscription *self)
{
  return self->nats;
}

/* Called in the thread of the link. Returns how many messages the library has dropped, because they came too fast. */
gint64
norpc_nats_subscription_get_n_dropped (NorpcNatsSubscription *self)
{
  gint64 n = 0;

  if (self->nats != NULL)
    natsSubscription_GetDropped (self->nats, &n);

  return n;
}

/* Runs in the thread of the link, when there is a connection again. Nothing has got its messages meanwhile. */
static void
unsubscribe (NorpcNatsLink  *link G_GNUC_UNUSED,
             natsConnection *nats,
             gpointer        data)
{
  NorpcNatsSubscription *self = data;

  if (nats != NULL)
    natsSubscription_Unsubscribe (self->nats);
  subscription_unref (self);
}

/* Thread-safe. */
static void
drop_target (NorpcNatsSubscription *self)
{
  Target *target;

  g_mutex_lock (&self->lock);
  target = g_steal_pointer (&self->target);
  g_mutex_unlock (&self->lock);

  if (target != NULL)
    target_unref (target);
}

/* Called in the thread of the link. Takes no more messages, even if the library has received some. Without a connection,
 * this does not wait for the library, which may be blocked.
 */
static void
end_now (NorpcNatsLink         *link,
         NorpcNatsSubscription *self)
{
  drop_target (self);
  if (self->nats != NULL)
    norpc_nats_link_invoke_connected (link, unsubscribe, self);
  else
    subscription_unref (self);
}

/* Runs in the thread of the link. */
static gboolean
drain_in_turn (NorpcNatsLink *link,
               gboolean       is_silent,
               gpointer       data)
{
  NorpcNatsSubscription *self = data;
  gboolean begun = TRUE;

  if (is_silent || !norpc_nats_link_is_connected (link))
    {
      end_now (link, self);
      return FALSE;
    }

  self->link_id = norpc_nats_link_get_id (link);
  g_atomic_int_set (&self->has_turn, TRUE);
  if (natsSubscription_DrainTimeout (self->nats, DRAIN_TIMEOUT) != NATS_OK)
    {
      /* If the connection has been closed meanwhile, the turn has ended already, which counts. */
      begun = !g_atomic_int_compare_and_exchange (&self->has_turn, TRUE, FALSE);
      natsSubscription_Unsubscribe (self->nats);
    }
  subscription_unref (self);

  return begun;
}

/* Runs in the thread of the link. From here on, the subscription does not keep the link, which is to end if nothing else
 * does.
 */
static void
run_end (gpointer data)
{
  NorpcNatsSubscription *self = data;
  NorpcNatsLink *link = g_steal_pointer (&self->link);

  if (self->nats != NULL && norpc_nats_link_is_connected (link))
    norpc_nats_link_await_turn (link, drain_in_turn, self);
  else
    end_now (link, self);
  norpc_nats_link_unref (link);
}

/* Thread-safe. Does not block. Messages that the library has received are still passed on, if there is a connection, and
 * so are those that the server has sent, if it answers in time.
 */
void
norpc_nats_subscription_end (gpointer data)
{
  NorpcNatsSubscription *self = data;

  g_atomic_int_set (&self->ended, TRUE);
  run_in_link (self->link, run_end, self);
}

/* Runs in the thread of the link. */
static void
run_drop (gpointer data)
{
  NorpcNatsSubscription *self = data;
  NorpcNatsLink *link = g_steal_pointer (&self->link);

  end_now (link, self);
  norpc_nats_link_unref (link);
}

/* Thread-safe. Does not block, and is over when the thread of the link has done it. Messages that the library has received
 * are dropped.
 */
void
norpc_nats_subscription_drop (gpointer data)
{
  NorpcNatsSubscription *self = data;

  g_atomic_int_set (&self->ended, TRUE);
  run_in_link (self->link, run_drop, self);
}

/* Ends a subscription that subscribed in its thread. May block. Messages that the library has received are dropped. */
void
norpc_nats_subscription_end_sync (NorpcNatsSubscription *self)
{
  natsSubscription_Unsubscribe (self->nats);
  subscription_unref (self);
}
