/* norpc-subscription.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-proxy-private.h"
#include "client/norpc-reply-queue-private.h"
#include "core/norpc-info-match-private.h"
#include "norpc-subscription-private.h"

typedef struct _SignalEvent SignalEvent;

/* The emissions of one signal. */
typedef struct
{
  guint        id;        /* since construction: of the GSignal */
  guint        backlog;   /* since construction */
  gboolean     closes;    /* since construction: instead of dropping the oldest */
  guint        n_pending; /* [lock of the events] */
  SignalEvent *oldest;    /* (unowned) (nullable) [lock of the events]: that the context has not
                             begun to deliver */
  SignalEvent *newest;    /* (unowned) (nullable) [lock of the events] */
  gboolean     closed;    /* [lock of the events] */
  guint64      n_emissions; /* [lock of the events]: that were added */
  SignalEvent *emitted;   /* (unowned) (nullable), accessed in the client's context: that the proxy
                             is emitting */
} SignalState;

struct _NorpcSubscription
{
  NorpcSubscriber parent;
  gatomicrefcount ref_count; /* one for the proxy, and one for each event */

  const NorpcInterfaceInfo *interface_info; /* since construction */
  NorpcProxy      *proxy;       /* (unowned), since construction: alive with the lock of the
                                   subscribers held */
  GWeakRef         weak_proxy;  /* for the client's context */
  NorpcReplyQueue *reply_queue; /* (owned), since construction: of the proxy's context */
  NorpcMirror     *mirror;      /* (owned) (nullable), since construction: of properties */
  guint            notify_id;   /* since construction */
  int              n_services;  /* [lock of the events]: that run */
  SignalEvent     *change;      /* (unowned) (nullable) [lock of the events]: an EVENT_CHANGED that
                                   the context has not begun to deliver */
  guint            n_signals;   /* since construction */
  SignalState      signals[];
};

typedef enum
{
  EVENT_EMITTED,
  EVENT_CLOSED, /* the backlog was full, and nothing follows */
  EVENT_CHANGED /* the first service has started, or the last one has stopped */
} EventKind;

struct _SignalEvent
{
  NorpcEvent         parent;
  EventKind          kind;
  NorpcSubscription *subscription; /* (owned) */
  SignalState       *signal;       /* (unowned) (nullable): NULL unless EVENT_EMITTED or
                                      EVENT_CLOSED */
  NorpcEmission     *emission;     /* (owned) (nullable) */
  guint64            number;       /* [lock of the events] until it is delivered: of the emission */
  guint              n_lost;       /* [lock of the events]: how many were dropped before this one */
  SignalEvent       *newer;        /* (unowned) (nullable) [lock of the events]: of the same signal */
};

static NorpcEventQueue *
get_events (NorpcSubscription *self)
{
  return norpc_reply_queue_get_events (self->reply_queue);
}

static void
subscription_unref (NorpcSubscription *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->mirror, norpc_mirror_unref);
  g_weak_ref_clear (&self->weak_proxy);
  norpc_reply_queue_unref (self->reply_queue);
  g_free (self);
}

/* Called with no lock held. */
static void
signal_event_free (NorpcEvent *event)
{
  SignalEvent *self = (SignalEvent *) event;

  g_clear_pointer (&self->emission, norpc_emission_unref);
  subscription_unref (self->subscription);
  g_free (self);
}

/* Called with the lock of the events held. Takes the oldest event off the list of its signal. */
static SignalEvent *
take_oldest_locked (SignalState *state)
{
  SignalEvent *event = state->oldest;

  state->oldest = event->newer;
  if (state->oldest == NULL)
    state->newest = NULL;
  state->n_pending--;

  return event;
}

/* Runs in the client's context, with the lock of the events held. */
static void
signal_event_unpacked_locked (NorpcEvent *event)
{
  SignalEvent *self = (SignalEvent *) event;

  if (self->signal != NULL)
    take_oldest_locked (self->signal);
  else
    self->subscription->change = NULL;
}

/* Runs in the client's context. A handler may run the context recursively. */
static void
emit_signal (SignalEvent *self,
             NorpcProxy  *proxy)
{
  SignalEvent *outer = self->signal->emitted;
  NorpcSubscription *subscription = self->subscription;
  const NorpcSignalInfo *info = subscription->interface_info->signals[self->signal - subscription->signals];

  self->emission = norpc_emission_import (self->emission, info->dbus.args);
  self->signal->emitted = self;
  norpc_emission_emit (self->emission, G_OBJECT (proxy), self->signal->id);
  self->signal->emitted = outer;
}

/* Thread-safe. */
static gboolean
is_mirrored (NorpcSubscription *self)
{
  return self->mirror != NULL && norpc_mirror_is_started (self->mirror);
}

/* Runs in the client's context. */
static void
signal_event_run (NorpcEvent *event)
{
  SignalEvent *self = (SignalEvent *) event;
  g_autoptr (NorpcProxy) proxy = norpc_proxy_lock (&self->subscription->weak_proxy);

  if (proxy != NULL && self->n_lost > 0)
    g_signal_emit (proxy, g_signal_lookup ("signals-lost", NORPC_TYPE_PROXY), 0,
                   g_signal_name (self->signal->id), self->n_lost);

  /* A handler may have disposed of the owner. */
  if (proxy != NULL && !norpc_proxy_is_muted (proxy))
    switch (self->kind)
      {
      case EVENT_EMITTED:
        emit_signal (self, proxy);
        break;

      case EVENT_CLOSED:
        g_signal_emit (proxy, g_signal_lookup ("signal-closed", NORPC_TYPE_PROXY), 0,
                       g_signal_name (self->signal->id));
        break;

      case EVENT_CHANGED:
        norpc_proxy_notify_connected (proxy);
        if (is_mirrored (self->subscription) && norpc_proxy_is_connected (proxy))
          norpc_mirror_load (self->subscription->mirror, proxy);
        break;

      default:
        g_assert_not_reached ();
      }

  signal_event_free (event);
}

static const NorpcEventImpl signal_event_impl = {
  signal_event_unpacked_locked,
  signal_event_run,
  signal_event_free,
  NORPC_EVENT_SINGLE
};

static SignalEvent *
signal_event_new (NorpcSubscription *subscription,
                  EventKind          kind,
                  SignalState       *signal,
                  NorpcEmission     *emission)
{
  SignalEvent *self = g_new0 (SignalEvent, 1);

  self->parent.impl = &signal_event_impl;
  self->kind = kind;
  g_atomic_ref_count_inc (&subscription->ref_count);
  self->subscription = subscription;
  self->signal = signal;
  self->emission = emission != NULL ? norpc_emission_ref (emission) : NULL;

  return self;
}

static void
signal_state_init (SignalState           *state,
                   GType                  type,
                   const NorpcSignalInfo *info)
{
  state->id = g_signal_lookup (info->name, type);
  state->backlog = info->backlog != 0 ? info->backlog : NORPC_DEFAULT_BACKLOG;
  state->closes = (info->flags & NORPC_SIGNAL_FLAGS_CLOSE_WHEN_FULL) != 0;
}

static gboolean
has_handler (NorpcSubscription *self,
             guint              signal_id)
{
  return g_signal_handler_find (self->proxy, G_SIGNAL_MATCH_ID, signal_id, 0, NULL, NULL, NULL) != 0;
}

/* Called with the lock of the events held. If a notification is on its way already, it comes later,
 * so that it comes after the signals that were emitted before. Returns an event (owned) (nullable)
 * to be freed with no lock held.
 */
static SignalEvent *
add_change_locked (NorpcSubscription *self)
{
  SignalEvent *event = g_steal_pointer (&self->change);

  if (event != NULL)
    norpc_event_queue_remove_locked (&event->parent);
  else
    event = signal_event_new (self, EVENT_CHANGED, NULL, NULL);
  if (!norpc_reply_queue_push_event_locked (self->reply_queue, &event->parent))
    return event;

  self->change = event;

  return NULL;
}

/* Called in the thread that starts or stops a service, or that adds or removes a way to one, with
 * the lock of the subscribers held.
 */
static void
note_service (NorpcSubscriber *subscriber,
              int              change)
{
  NorpcSubscription *self = (NorpcSubscription *) subscriber;
  gboolean listens = has_handler (self, self->notify_id) || is_mirrored (self);
  SignalEvent *rejected = NULL;
  gboolean ran;

  g_mutex_lock (&get_events (self)->lock);
  ran = self->n_services > 0;
  self->n_services += change;
  if (ran != (self->n_services > 0) && listens)
    rejected = add_change_locked (self);
  g_mutex_unlock (&get_events (self)->lock);

  if (rejected != NULL)
    signal_event_free (&rejected->parent);
}

/* Called in the thread that constructs @proxy, in whose thread-default context it emits. Returns
 * a subscription that is owned by the proxy.
 */
NorpcSubscriber *
norpc_subscription_new (NorpcProxy               *proxy,
                        const NorpcInterfaceInfo *interface_info)
{
  guint n_signals = norpc_interface_info_get_n_signals (interface_info);
  NorpcSubscription *self = g_malloc0 (sizeof (NorpcSubscription) + n_signals * sizeof (SignalState));
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->parent.note_service = note_service;
  g_atomic_ref_count_init (&self->ref_count);
  self->interface_info = interface_info;
  self->proxy = proxy;
  g_weak_ref_init (&self->weak_proxy, proxy);
  self->reply_queue = norpc_reply_queue_get (context);
  if (interface_info->properties != NULL)
    self->mirror = norpc_mirror_new (proxy, interface_info);
  self->notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);
  self->n_signals = n_signals;
  for (guint i = 0; i < n_signals; i++)
    signal_state_init (&self->signals[i], norpc_interface_info_get_gtype (interface_info), interface_info->signals[i]);

  return &self->parent;
}

/* Called with the lock of the events held. Takes the events that are on their way out of the
 * queue. Returns them (owned) (nullable), linked to each other.
 */
static NorpcEvent *
remove_events_locked (NorpcSubscription *self)
{
  NorpcEvent *removed = NULL;

  for (guint i = 0; i < self->n_signals; i++)
    while (self->signals[i].oldest != NULL)
      {
        NorpcEvent *event = &take_oldest_locked (&self->signals[i])->parent;

        norpc_event_queue_remove_locked (event);
        event->link.next = removed != NULL ? &removed->link : NULL;
        removed = event;
      }
  if (self->change != NULL)
    {
      NorpcEvent *event = &g_steal_pointer (&self->change)->parent;

      norpc_event_queue_remove_locked (event);
      event->link.next = removed != NULL ? &removed->link : NULL;
      removed = event;
    }

  return removed;
}

/* Called in the thread that disposes of the proxy, which has unsubscribed, so that nothing is
 * added any more. Drops what is on its way.
 */
void
norpc_subscription_close (NorpcSubscriber *subscriber)
{
  NorpcSubscription *self = (NorpcSubscription *) subscriber;
  NorpcEvent *removed;

  g_mutex_lock (&get_events (self)->lock);
  removed = remove_events_locked (self);
  g_mutex_unlock (&get_events (self)->lock);

  norpc_events_free (removed);
  if (self->mirror != NULL)
    norpc_mirror_close (self->mirror);
  subscription_unref (self);
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

/* Thread-safe. Returns TRUE if the class of the proxy has a default handler. */
static gboolean
has_default_handler (NorpcSubscription *self,
                     guint              signal)
{
  guint offset = self->interface_info->signals[signal]->class_offset;
  gpointer iface;

  if (offset == 0)
    return FALSE;

  iface = g_type_interface_peek (G_OBJECT_GET_CLASS (self->proxy),
                                 norpc_interface_info_get_gtype (self->interface_info));

  return G_STRUCT_MEMBER (gpointer, iface, offset) != NULL;
}

/* Runs in the service's context. Returns the index that a signal of the service has for the proxy, if
 * that has a handler for it, or -1.
 */
int
norpc_subscription_find_listened (NorpcSubscription        *self,
                                  const NorpcInterfaceInfo *interface_info,
                                  guint                     signal)
{
  int index = (int) signal;

  if (!norpc_interface_infos_match (self->interface_info, interface_info))
    return -1;
  if (self->interface_info != interface_info)
    index = norpc_interface_info_find_signal (self->interface_info, interface_info->signals[signal]);

  return index >= 0 && (has_handler (self, self->signals[index].id) || has_default_handler (self, (guint) index))
           ? index : -1;
}

/* Called with the lock of the events held. Makes room for @event by dropping the oldest one of
 * the same signal (owned).
 */
static NorpcEvent *
drop_oldest_locked (SignalState *state,
                    SignalEvent *event)
{
  SignalEvent *dropped = take_oldest_locked (state);
  SignalEvent *next = state->oldest != NULL ? state->oldest : event;

  norpc_event_queue_remove_locked (&dropped->parent);
  dropped->parent.link.next = NULL;
  next->n_lost += dropped->n_lost + 1;

  return &dropped->parent;
}

/* Called with the lock of the events held. Adds @event to those of its signal. */
static void
append_locked (SignalState *state,
               SignalEvent *event)
{
  if (state->newest != NULL)
    state->newest->newer = event;
  else
    state->oldest = event;
  state->newest = event;
  state->n_pending++;
  if (event->kind == EVENT_EMITTED)
    event->number = ++state->n_emissions;
}

/* Runs in the service's context. Returns an event (owned) (nullable) to be freed with no lock
 * held.
 */
NorpcEvent *
norpc_subscription_add_emission (NorpcSubscription *self,
                                 guint              signal,
                                 NorpcEmission     *emission)
{
  NorpcEventQueue *events = get_events (self);
  SignalState *state = &self->signals[signal];
  SignalEvent *event = signal_event_new (self, EVENT_EMITTED, state, emission);
  NorpcEvent *dropped = NULL;

  g_mutex_lock (&events->lock);
  if (state->closed || events->closed)
    dropped = &event->parent;
  else if (state->n_pending >= state->backlog && state->closes)
    state->closed = TRUE;
  else if (state->n_pending >= state->backlog)
    dropped = drop_oldest_locked (state, event);
  if (state->closed && dropped == NULL)
    event->kind = EVENT_CLOSED;
  if (dropped != &event->parent)
    {
      append_locked (state, event);
      norpc_reply_queue_push_event_locked (self->reply_queue, &event->parent);
    }
  g_mutex_unlock (&events->lock);

  return dropped;
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
  SignalEvent *event = self->signals[signal].emitted;

  if (event == NULL)
    return NULL;

  *number = event->number;

  return event->emission;
}
