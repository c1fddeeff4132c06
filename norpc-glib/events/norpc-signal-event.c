/* norpc-signal-event.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An emission on its way to a client's context: one event for all of its proxies that listen. Each of
 * them has its own backlog, so that the event has a delivery for each. The context delivers them one
 * at a time, like other events.
 */

#include "client/norpc-proxy-private.h"
#include "core/norpc-info-match-private.h"
#include "core/norpc-log-private.h"
#include "norpc-signal-event-private.h"
#include "norpc-subscription-parts-private.h"

/* Runs in the client's context, with the lock of the events held. */
static void
signal_event_unpacked_locked (NorpcEvent *event)
{
  NorpcSignalEvent *self = (NorpcSignalEvent *) event;

  for (guint i = 0; i < self->n_deliveries; i++)
    if (self->deliveries[i].subscription != NULL)
      norpc_signal_state_take_oldest_locked (&self->deliveries[i].subscription->signals[self->signal]);
}

/* Called with no lock held, while no delivery is going on. */
static void
signal_event_free (NorpcEvent *event)
{
  NorpcSignalEvent *self = (NorpcSignalEvent *) event;

  for (guint i = self->n_begun; i < self->n_deliveries; i++)
    g_clear_pointer (&self->deliveries[i].subscription, norpc_subscription_unref);
  g_clear_pointer (&self->emission, norpc_emission_unref);
  g_free (self);
}

/* Runs in the client's context. A handler may run the context recursively. */
static void
emit_signal (NorpcDelivery    *self,
             NorpcProxy       *proxy,
             NorpcSignalState *state)
{
  NorpcDelivery *outer = state->emitted;

  state->emitted = self;
  norpc_emission_emit (self->event->emission, (GObject *) proxy, state->id);
  state->emitted = outer;
}

/* Runs in the client's context. */
static void
deliver_to_proxy (NorpcDelivery *self)
{
  NorpcSignalState *state = &self->subscription->signals[self->event->signal];
  g_autoptr (NorpcProxy) proxy = norpc_proxy_lock (&self->subscription->weak_proxy);

  if (proxy == NULL)
    return;

  if (self->n_lost > 0)
    {
      norpc_signal_state_emit_lost (state, proxy, self->n_lost, self->number - 1);
      /* A handler may have disposed of the owner. */
      if (norpc_proxy_is_muted (proxy))
        return;
    }

  if (self->closes)
    g_signal_emit (proxy, g_signal_lookup ("signal-closed", NORPC_TYPE_PROXY), 0, g_signal_name (state->id));
  else if (self->event->emission != NULL)
    emit_signal (self, proxy, state);
}

/* Runs in the client's context, before the first delivery. All proxies of a context get the same objects, and those with
 * one description the same values.
 */
static void
prepare_emission (NorpcSignalEvent *self)
{
  g_autoptr (GError) error = NULL;

  if (self->emission == NULL)
    return;

  self->emission = norpc_emission_import (self->emission, self->served_info->signals[self->served_signal]->dbus.args);
  if (self->served_info == self->interface_info ||
      !norpc_signals_compare (self->interface_info, self->signal, self->served_info, self->served_signal).converts)
    return;

  self->emission = norpc_emission_convert (self->emission, self->served_info, self->served_signal, self->interface_info,
                                           self->signal, &error);
  if (self->emission == NULL)
    norpc_critical ("%s; the signal was not passed on to a client", error->message);
}

/* Runs in the client's context. Delivers to one proxy. The others follow at once, or, if a handler runs
 * the context, within that handler.
 */
static void
signal_event_run (NorpcEvent *event)
{
  NorpcSignalEvent *self = (NorpcSignalEvent *) event;
  NorpcDelivery *delivery = &self->deliveries[self->n_begun];

  if (self->n_begun++ == 0)
    prepare_emission (self);

  if (self->n_begun < self->n_deliveries)
    norpc_reply_queue_push_first (self->reply_queue, &event->link);
  if (delivery->subscription != NULL)
    {
      deliver_to_proxy (delivery);
      norpc_subscription_unref (delivery->subscription);
    }

  if (++self->n_ended == self->n_deliveries)
    signal_event_free (event);
}

static const NorpcEventImpl signal_event_impl = {
  signal_event_unpacked_locked,
  signal_event_run,
  signal_event_free,
  NORPC_EVENT_SINGLE
};

static NorpcSignalEvent *
signal_event_new (NorpcReplyQueue          *reply_queue,
                  const NorpcInterfaceInfo *interface_info,
                  guint                     signal,
                  const NorpcSentSignal    *sent,
                  guint                     max_deliveries)
{
  NorpcSignalEvent *self = g_malloc (sizeof (NorpcSignalEvent) + max_deliveries * sizeof (NorpcDelivery));

  *self = (NorpcSignalEvent) {
    .parent.impl = &signal_event_impl,
    .reply_queue = reply_queue,
    .interface_info = interface_info,
    .signal = signal,
    .served_info = sent->interface_info,
    .served_signal = sent->signal,
    .emission = sent->emission != NULL ? norpc_emission_ref (sent->emission) : NULL
  };

  return self;
}

/* Called before other threads know the events. Returns that of proxies with a certain description, or
 * NULL.
 */
static NorpcSignalEvent *
find_event (NorpcEvent               *events,
            const NorpcInterfaceInfo *interface_info)
{
  NorpcSignalEvent *event = (NorpcSignalEvent *) events;

  while (event != NULL && event->interface_info != interface_info)
    event = (NorpcSignalEvent *) event->parent.link.next;

  return event;
}

/* Called with the lock of the events held. Pushes @events (owned) (nullable), or adds them to @dropped if
 * they have no deliveries.
 */
static void
push_events_locked (NorpcReplyQueue  *reply_queue,
                    NorpcEvent       *events,
                    NorpcEvent      **dropped)
{
  while (events != NULL)
    {
      NorpcEvent *event = events;

      events = (NorpcEvent *) event->link.next;
      if (((NorpcSignalEvent *) event)->n_deliveries == 0 ||
          !norpc_reply_queue_push_event_locked (reply_queue, event))
        norpc_events_prepend (dropped, event);
    }
}

/* Runs in the service's context, with the lock of the subscribers held. Passes an emission, or a loss,
 * on to those of @subscribers that listen, which are all in one context. Adds events (owned) to those dropped.
 */
void
norpc_signal_event_send (GPtrArray       *subscribers,
                         NorpcSentSignal *sent)
{
  NorpcReplyQueue *reply_queue = ((NorpcSubscription *) subscribers->pdata[0])->reply_queue;
  NorpcEventQueue *queue = norpc_reply_queue_get_events (reply_queue);
  NorpcEvent *events = NULL;

  g_mutex_lock (&queue->lock);
  for (guint i = 0; i < subscribers->len && !queue->closed; i++)
    {
      NorpcSubscription *subscription = subscribers->pdata[i];
      int index = norpc_subscription_find_expected_locked (subscription, sent->interface_info, sent->signal,
                                                           &sent->problem);
      NorpcSignalEvent *event;

      if (index < 0)
        continue;
      if (sent->emission == NULL && norpc_subscription_count_loss_locked (subscription, (guint) index, sent->n_lost))
        {
          norpc_events_prepend (&sent->dropped, norpc_loss_event_push_locked (subscription, (guint) index));
          continue;
        }

      event = find_event (events, subscription->interface_info);
      if (event == NULL)
        {
          event = signal_event_new (reply_queue, subscription->interface_info, (guint) index, sent,
                                    subscribers->len - i);
          norpc_events_prepend (&events, &event->parent);
        }
      norpc_events_prepend (&sent->dropped, norpc_subscription_add_delivery_locked (subscription, event));
    }
  push_events_locked (reply_queue, events, &sent->dropped);
  g_mutex_unlock (&queue->lock);
}
