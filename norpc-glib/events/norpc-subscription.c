/* norpc-subscription.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-proxy-private.h"
#include "core/norpc-info-match-private.h"
#include "core/norpc-interface-peek.h"
#include "norpc-subscription-parts-private.h"

/* The first service has started, or the endpoint no longer takes calls, or takes calls again. */
struct _NorpcChangeEvent
{
  NorpcEvent         parent;
  NorpcSubscription *subscription; /* (owned) */
  gboolean           notifies;     /* [lock of the events] until the context has begun to deliver the event: the proxy
                                      notifies of "connected" */
  gboolean           loads;        /* as above: there is a service, whose properties are requested */
};

static NorpcEventQueue *
get_events (NorpcSubscription *self)
{
  return norpc_reply_queue_get_events (self->reply_queue);
}

void
norpc_subscription_unref (NorpcSubscription *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->mirror, norpc_mirror_unref);
  g_weak_ref_clear (&self->weak_proxy);
  norpc_reply_queue_unref (self->reply_queue);
  g_free (self);
}

/* Called with the lock of the events held. Takes the oldest delivery off the list of its signal. */
NorpcDelivery *
norpc_signal_state_take_oldest_locked (NorpcSignalState *self)
{
  NorpcDelivery *delivery = self->oldest;

  self->oldest = delivery->newer;
  if (self->oldest == NULL)
    self->newest = NULL;
  self->n_pending--;

  return delivery;
}

/* Thread-safe. */
static gboolean
is_mirrored (NorpcSubscription *self)
{
  return self->mirror != NULL && norpc_mirror_is_started (self->mirror);
}

/* Called with no lock held. */
static void
change_event_free (NorpcEvent *event)
{
  norpc_subscription_unref (((NorpcChangeEvent *) event)->subscription);
  g_free (event);
}

/* Runs in the client's context, with the lock of the events held. */
static void
change_event_unpacked_locked (NorpcEvent *event)
{
  ((NorpcChangeEvent *) event)->subscription->change = NULL;
}

/* Runs in the client's context. */
static void
change_event_run (NorpcEvent *event)
{
  NorpcChangeEvent *self = (NorpcChangeEvent *) event;
  NorpcSubscription *subscription = self->subscription;
  g_autoptr (NorpcProxy) proxy = norpc_proxy_lock (&subscription->weak_proxy);

  if (proxy != NULL && self->notifies)
    norpc_proxy_notify_connected (proxy);
  if (proxy != NULL && self->loads && is_mirrored (subscription) && norpc_proxy_is_connected (proxy))
    norpc_mirror_load (subscription->mirror, proxy);
  change_event_free (event);
}

static const NorpcEventImpl change_event_impl = {
  change_event_unpacked_locked,
  change_event_run,
  change_event_free,
  NORPC_EVENT_SINGLE
};

static NorpcChangeEvent *
change_event_new (NorpcSubscription *subscription)
{
  NorpcChangeEvent *self = g_new0 (NorpcChangeEvent, 1);

  self->parent.impl = &change_event_impl;
  g_atomic_ref_count_inc (&subscription->ref_count);
  self->subscription = subscription;

  return self;
}

static void
signal_state_init (NorpcSignalState      *state,
                   GType                  type,
                   const NorpcSignalInfo *info)
{
  state->id = g_signal_lookup (info->name, type);
  state->backlog = info->backlog != 0 ? info->backlog : NORPC_DEFAULT_BACKLOG;
  state->closes = (info->flags & NORPC_SIGNAL_FLAGS_CLOSE_WHEN_FULL) != 0;
}

/* Called with the lock of the events held. If a change is on its way already, both are one, which comes later,
 * so that it comes after the signals that were emitted before. Returns an event (owned) (nullable)
 * to be freed with no lock held.
 */
static NorpcEvent *
add_change_locked (NorpcSubscription *self,
                   gboolean           notifies,
                   gboolean           loads)
{
  NorpcChangeEvent *event = g_steal_pointer (&self->change);

  if (event != NULL)
    norpc_event_queue_remove_locked (&event->parent);
  else
    event = change_event_new (self);
  event->notifies = event->notifies || notifies;
  event->loads = event->loads || loads;
  if (!norpc_reply_queue_push_event_locked (self->reply_queue, &event->parent))
    return &event->parent;

  self->change = event;

  return NULL;
}

static gboolean
has_notify_handler (NorpcSubscription *self)
{
  return g_signal_handler_find (self->proxy, G_SIGNAL_MATCH_ID, self->notify_id, 0, NULL, NULL, NULL) != 0;
}

/* Called with locks of the endpoint held. */
static void
change_numbers (NorpcSubscription *self,
                int                n_services,
                int                n_open)
{
  gboolean listens = has_notify_handler (self) || is_mirrored (self);
  NorpcEvent *rejected = NULL;
  gboolean ran, connected, notifies, loads;

  g_mutex_lock (&get_events (self)->lock);
  ran = self->n_services > 0;
  connected = ran || self->n_open > 0;
  self->n_services += n_services;
  self->n_open += n_open;
  notifies = connected != (self->n_services > 0 || self->n_open > 0);
  loads = !ran && self->n_services > 0;
  if ((notifies || loads) && listens)
    rejected = add_change_locked (self, notifies, loads);
  g_mutex_unlock (&get_events (self)->lock);

  if (rejected != NULL)
    change_event_free (rejected);
}

/* Called in the thread that starts or stops a service, or that adds or removes a way to one, with
 * the lock of the subscribers held.
 */
static void
note_service (NorpcSubscriber *subscriber,
              int              change)
{
  change_numbers ((NorpcSubscription *) subscriber, change, 0);
}

/* Called in any thread, with the lock of the endpoint held. */
static void
note_open (NorpcSubscriber *subscriber,
           int              change)
{
  change_numbers ((NorpcSubscription *) subscriber, 0, change);
}

/* Called with the lock of the events held. */
static NorpcNews
get_state_locked (NorpcSubscription *self)
{
  return self->n_services > 0 || self->n_open > 0 ? NORPC_NEWS_CONNECTED : NORPC_NEWS_ALONE;
}

NorpcNews
norpc_subscription_get_news (NorpcSubscriber *subscriber)
{
  NorpcSubscription *self = (NorpcSubscription *) subscriber;
  NorpcNews news;

  if (!norpc_proxy_connected_was_read (self->proxy) && !has_notify_handler (self))
    return NORPC_NEWS_UNSEEN;

  g_mutex_lock (&get_events (self)->lock);
  news = self->change != NULL && self->change->notifies ? NORPC_NEWS_PENDING : get_state_locked (self);
  g_mutex_unlock (&get_events (self)->lock);

  return news;
}

void
norpc_subscription_skip_news (NorpcSubscriber *subscriber,
                              NorpcNews        before)
{
  NorpcSubscription *self = (NorpcSubscription *) subscriber;

  g_mutex_lock (&get_events (self)->lock);
  if (self->change != NULL && (before == NORPC_NEWS_UNSEEN || before == get_state_locked (self)))
    self->change->notifies = FALSE;
  g_mutex_unlock (&get_events (self)->lock);
}

/* Called in the thread that constructs @proxy, in whose thread-default context it emits. Returns
 * a subscription that is owned by the proxy.
 */
NorpcSubscriber *
norpc_subscription_new (NorpcProxy               *proxy,
                        const NorpcInterfaceInfo *interface_info)
{
  guint n_signals = norpc_interface_info_get_n_signals (interface_info);
  NorpcSubscription *self = g_malloc0 (sizeof (NorpcSubscription) + n_signals * sizeof (NorpcSignalState));
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->parent.note_service = note_service;
  self->parent.note_open = note_open;
  g_atomic_ref_count_init (&self->ref_count);
  self->interface_info = interface_info;
  self->proxy = proxy;
  g_weak_ref_init (&self->weak_proxy, proxy);
  self->reply_queue = norpc_reply_queue_get (context);
  self->parent.context = self->reply_queue;
  if (interface_info->properties != NULL)
    self->mirror = norpc_mirror_new (proxy, interface_info);
  self->notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);
  self->n_signals = n_signals;
  for (guint i = 0; i < n_signals; i++)
    signal_state_init (&self->signals[i], norpc_interface_info_get_gtype (interface_info), interface_info->signals[i]);

  return &self->parent;
}

/* Called with the lock of the events held, while the proxy has a reference to its subscription. Drops
 * the oldest emission of a signal. Returns its event (owned) if that was its last delivery, or NULL.
 */
static NorpcEvent *
drop_oldest_locked (NorpcSignalState *state)
{
  NorpcDelivery *delivery = norpc_signal_state_take_oldest_locked (state);
  NorpcSignalEvent *event = delivery->event;

  norpc_subscription_unref (g_steal_pointer (&delivery->subscription));
  if (--event->n_left > 0)
    return NULL;

  norpc_event_queue_remove_locked (&event->parent);

  return &event->parent;
}

/* Called with the lock of the events held. Drops what is on its way to the proxy. Returns events (owned)
 * (nullable), linked to each other.
 */
static NorpcEvent *
drop_all_locked (NorpcSubscription *self)
{
  NorpcEvent *dropped = NULL;

  for (guint i = 0; i < self->n_signals; i++)
    {
      NorpcEvent *loss = g_steal_pointer (&self->signals[i].loss);

      while (self->signals[i].oldest != NULL)
        norpc_events_prepend (&dropped, drop_oldest_locked (&self->signals[i]));
      if (loss != NULL)
        norpc_event_queue_remove_locked (loss);
      norpc_events_prepend (&dropped, loss);
    }
  if (self->change != NULL)
    {
      norpc_event_queue_remove_locked (&self->change->parent);
      norpc_events_prepend (&dropped, &g_steal_pointer (&self->change)->parent);
    }

  return dropped;
}

/* Called in the thread that disposes of the proxy, which has unsubscribed, so that nothing is
 * added any more. Drops what is on its way.
 */
void
norpc_subscription_close (NorpcSubscriber *subscriber)
{
  NorpcSubscription *self = (NorpcSubscription *) subscriber;
  NorpcEvent *dropped;

  g_mutex_lock (&get_events (self)->lock);
  dropped = drop_all_locked (self);
  g_mutex_unlock (&get_events (self)->lock);

  norpc_events_free (dropped);
  if (self->mirror != NULL)
    norpc_mirror_close (self->mirror);
  norpc_subscription_unref (self);
}

/* Called in the thread that constructs the proxy. */
void
norpc_subscription_load (NorpcSubscriber *subscriber)
{
  NorpcSubscription *self = (NorpcSubscription *) subscriber;

  if (self->mirror != NULL)
    norpc_mirror_load (self->mirror, self->proxy);
}

/* Thread-safe. Returns TRUE if the values of all properties have been there. */
gboolean
norpc_subscription_is_ready (NorpcSubscriber *subscriber)
{
  NorpcSubscription *self = (NorpcSubscription *) subscriber;

  return self->mirror == NULL || norpc_mirror_is_ready (self->mirror);
}

/* Thread-safe. Returns the mirror (unowned), or NULL if the interface has no properties. */
NorpcMirror *
norpc_subscription_get_mirror (NorpcSubscription *self)
{
  return self->mirror;
}

/* Runs in the service's context. Returns the mirror (unowned) of a proxy that shows the properties
 * of the interface, or NULL. @same_values is set to TRUE if changes have the same values for the proxy
 * as for the service.
 */
NorpcMirror *
norpc_subscription_get_started_mirror (NorpcSubscription         *self,
                                       const NorpcPropertyAccess *access,
                                       gboolean                  *same_values)
{
  const NorpcPropertyAccess *own;

  if (!is_mirrored (self))
    return NULL;

  own = norpc_mirror_get_access (self->mirror);
  if (!norpc_interface_infos_match (own->interface_info, access->interface_info))
    return NULL;

  *same_values = norpc_property_access_has_same_values (own, access);

  return self->mirror;
}

/* Thread-safe, while the proxy is alive. */
static gboolean
has_handler (NorpcSubscription *self,
             NorpcSignalState  *state)
{
  gulong handler = (gulong) g_atomic_pointer_get (&state->handler);

  /* To find a handler takes longer. */
  if (handler != 0 && g_signal_handler_is_connected (self->proxy, handler))
    return TRUE;

  handler = g_signal_handler_find (self->proxy, G_SIGNAL_MATCH_ID, state->id, 0, NULL, NULL, NULL);
  g_atomic_pointer_set (&state->handler, handler);

  return handler != 0;
}

/* Thread-safe. Returns TRUE if the class of the proxy has a default handler. */
static gboolean
has_default_handler (NorpcSubscription *self,
                     guint              signal)
{
  guint offset = self->interface_info->signals[signal]->class_offset;
  gpointer iface;

  if (offset == 0)
    return FALSE;

  iface = norpc_interface_peek (self->proxy, norpc_interface_info_get_gtype (self->interface_info));

  return G_STRUCT_MEMBER (gpointer, iface, offset) != NULL;
}

/* Thread-safe, while the proxy is alive. */
static gboolean
listens (NorpcSubscription *self,
         guint              signal)
{
  return has_handler (self, &self->signals[signal]) || has_default_handler (self, signal);
}

/* Thread-safe. Returns the index that a signal of the service has for the proxy, or -1. If the proxy has a signal of that
 * name whose arguments differ, @problem is set to a text that says how, if the proxy has a handler for it.
 */
static int
get_own_signal (NorpcSubscription         *self,
                const NorpcInterfaceInfo  *interface_info,
                guint                      signal,
                const char               **problem)
{
  const char *name = interface_info->signals[signal]->dbus.name;

  if (self->interface_info == interface_info)
    return (int) signal;
  if (!norpc_interface_infos_match (self->interface_info, interface_info))
    return -1;

  for (guint i = 0; i < self->n_signals; i++)
    if (g_str_equal (self->interface_info->signals[i]->dbus.name, name))
      {
        const char *difference = norpc_signals_compare (self->interface_info, i, interface_info, signal).problem;

        if (difference == NULL)
          return (int) i;
        if (listens (self, i))
          *problem = difference;
        return -1;
      }

  return -1;
}

/* Runs in the service's context. Returns the index that a signal of the service has for the proxy, if
 * that has a handler for it, or -1. @problem (unowned) is set if it has one, but describes the signal in another way.
 */
int
norpc_subscription_find_listened (NorpcSubscription         *self,
                                  const NorpcInterfaceInfo  *interface_info,
                                  guint                      signal,
                                  const char               **problem)
{
  int index = get_own_signal (self, interface_info, signal, problem);

  return index >= 0 && listens (self, (guint) index) ? index : -1;
}

/* Runs in the service's context, with the lock of the events held. Returns the index that a signal of the
 * service has for the proxy, if the proxy gets an emission that is made now, or -1. If it gets earlier
 * ones, which have not arrived yet, its handlers are not looked at again before the backlog is full.
 */
int
norpc_subscription_find_expected_locked (NorpcSubscription         *self,
                                         const NorpcInterfaceInfo  *interface_info,
                                         guint                      signal,
                                         const char               **problem)
{
  int index = get_own_signal (self, interface_info, signal, problem);
  const NorpcSignalState *state;

  if (index < 0)
    return -1;

  state = &self->signals[index];

  return (state->n_pending > 0 && state->n_pending < state->backlog) || listens (self, (guint) index) ? index : -1;
}

/* Called with the lock of the events held. Adds a delivery to those of its signal. */
static void
append_locked (NorpcSignalState *state,
               NorpcDelivery    *delivery)
{
  if (state->newest != NULL)
    state->newest->newer = delivery;
  else
    state->oldest = delivery;
  state->newest = delivery;
  state->n_pending++;
  if (!delivery->closes)
    delivery->number = ++state->n_emissions;
}

/* Called with the lock of the events held. Makes room for @delivery by dropping the oldest one of the
 * same signal. Returns an event (owned) (nullable) to be freed with no lock held.
 */
static NorpcEvent *
make_room_locked (NorpcSignalState *state,
                  NorpcDelivery    *delivery)
{
  guint n_lost = state->oldest->n_lost + 1;
  NorpcEvent *dropped = drop_oldest_locked (state);
  NorpcDelivery *next = state->oldest != NULL ? state->oldest : delivery;

  next->n_lost += n_lost;

  return dropped;
}

/* Runs in the service's context, with the lock of the events held, before @event is pushed. Adds a
 * delivery to @event, unless the signal is closed. Returns an event (owned) (nullable) to be freed with
 * no lock held.
 */
NorpcEvent *
norpc_subscription_add_delivery_locked (NorpcSubscription *self,
                                        NorpcSignalEvent  *event)
{
  NorpcSignalState *state = &self->signals[event->signal];
  NorpcDelivery *delivery = &event->deliveries[event->n_deliveries];
  NorpcEvent *dropped = NULL;

  if (state->closed)
    return NULL;

  norpc_ref_count_inc (&self->ref_count);
  *delivery = (NorpcDelivery) { .subscription = self, .event = event, .n_lost = state->n_lost };
  state->n_lost = 0;
  if (state->closes && (state->n_pending >= state->backlog || event->emission == NULL))
    state->closed = delivery->closes = TRUE;
  else if (state->n_pending >= state->backlog)
    dropped = make_room_locked (state, delivery);

  append_locked (state, delivery);
  event->n_deliveries++;
  event->n_left++;

  return dropped;
}

/* Runs in the service's context, with the lock of the events held. Emissions of a signal were lost on their way to this
 * process: the next emission tells of them, or a loss event before. Returns FALSE if the loss closes the signal.
 */
gboolean
norpc_subscription_count_loss_locked (NorpcSubscription *self,
                                      guint              signal,
                                      guint              n_lost)
{
  NorpcSignalState *state = &self->signals[signal];

  if (state->closes)
    return FALSE;

  state->n_emissions += n_lost;
  state->n_lost += MIN (n_lost, G_MAXUINT - state->n_lost);

  return TRUE;
}

/* Called in the client's context, after the proxy has emitted "signal-closed". The proxy gets emissions of the signal
 * again.
 */
void
norpc_subscription_reopen (NorpcSubscription *self,
                           const char        *signal_name)
{
  g_mutex_lock (&get_events (self)->lock);
  for (guint i = 0; i < self->n_signals; i++)
    if (g_str_equal (self->interface_info->signals[i]->name, signal_name))
      self->signals[i].closed = FALSE;
  g_mutex_unlock (&get_events (self)->lock);
}

/* Called in the client's context. Returns TRUE if the signal is closed. @n_emissions is how many
 * emissions have been added so far.
 */
gboolean
norpc_subscription_is_closed (NorpcSubscription *self,
                              guint              signal,
                              guint64           *n_emissions)
{
  gboolean closed;

  g_mutex_lock (&get_events (self)->lock);
  *n_emissions = self->signals[signal].n_emissions;
  closed = self->signals[signal].closed;
  g_mutex_unlock (&get_events (self)->lock);

  return closed;
}

/* Called in the client's context. Returns the emission that the proxy is emitting, or NULL. */
NorpcEmission *
norpc_subscription_peek_emitted (NorpcSubscription *self,
                                 guint              signal,
                                 guint64           *number)
{
  NorpcDelivery *delivery = self->signals[signal].emitted;

  if (delivery == NULL)
    return NULL;

  *number = delivery->number;

  return delivery->event->emission;
}

/* Called in the client's context, while the proxy emits "signals-lost". Returns the number of the last lost emission that
 * this is about, or 0.
 */
guint64
norpc_subscription_peek_lost (NorpcSubscription *self,
                              guint              signal)
{
  return self->signals[signal].lost;
}
