/* norpc-loss-event.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Emissions of a signal that were lost on their way to this process, on their way to a proxy: it learns of them also if no
 * emission follows. An emission that does follow, before the context has begun to deliver the event, tells of them instead.
 */

#include "client/norpc-proxy-private.h"
#include "norpc-subscription-parts-private.h"

typedef struct
{
  NorpcEvent         parent;
  NorpcSubscription *subscription; /* (owned) */
  NorpcSignalState  *state;        /* (unowned), since construction: of the signal */
  guint              n_lost;       /* when unpacked: how many no emission tells of */
  guint64            number;       /* when unpacked: of the last one */
} NorpcLossEvent;

/* Runs in the client's context. A handler may run the context recursively, or dispose of the owner of the proxy. */
void
norpc_signal_state_emit_lost (NorpcSignalState *self,
                              NorpcProxy       *proxy,
                              guint             n_lost,
                              guint64           number)
{
  guint64 outer = self->lost;

  self->lost = number;
  g_signal_emit (proxy, g_signal_lookup ("signals-lost", NORPC_TYPE_PROXY), 0, g_signal_name (self->id), n_lost);
  self->lost = outer;
}

/* Runs in the client's context, with the lock of the events held. */
static void
loss_event_unpacked_locked (NorpcEvent *event)
{
  NorpcLossEvent *self = (NorpcLossEvent *) event;

  self->state->loss = NULL;
  self->n_lost = self->state->n_lost;
  self->state->n_lost = 0;
  self->number = self->state->n_emissions;
}

/* Called with no lock held. */
static void
loss_event_free (NorpcEvent *event)
{
  norpc_subscription_unref (((NorpcLossEvent *) event)->subscription);
  g_free (event);
}

/* Runs in the client's context. */
static void
loss_event_run (NorpcEvent *event)
{
  NorpcLossEvent *self = (NorpcLossEvent *) event;
  g_autoptr (NorpcProxy) proxy = norpc_proxy_lock (&self->subscription->weak_proxy);

  if (proxy != NULL && self->n_lost > 0)
    norpc_signal_state_emit_lost (self->state, proxy, self->n_lost, self->number);
  loss_event_free (event);
}

static const NorpcEventImpl loss_event_impl = {
  loss_event_unpacked_locked,
  loss_event_run,
  loss_event_free,
  NORPC_EVENT_SINGLE
};

/* Runs in the service's context, with the lock of the events held, after a loss was counted. An event that is on its way
 * already comes later, so that it comes after the emissions before this loss. Returns an event (owned) (nullable) to be freed
 * with no lock held.
 */
NorpcEvent *
norpc_loss_event_push_locked (NorpcSubscription *subscription,
                              guint              signal)
{
  NorpcSignalState *state = &subscription->signals[signal];
  NorpcEvent *event = g_steal_pointer (&state->loss);

  if (event != NULL)
    {
      norpc_event_queue_remove_locked (event);
    }
  else
    {
      NorpcLossEvent *self = g_new0 (NorpcLossEvent, 1);

      self->parent.impl = &loss_event_impl;
      norpc_ref_count_inc (&subscription->ref_count);
      self->subscription = subscription;
      self->state = state;
      event = &self->parent;
    }
  if (!norpc_reply_queue_push_event_locked (subscription->reply_queue, event))
    return event;

  state->loss = event;

  return NULL;
}
