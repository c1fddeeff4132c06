/* norpc-subscription-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-reply-queue-private.h"
#include "norpc-subscription-private.h"

G_BEGIN_DECLS

typedef struct _NorpcSignalEvent NorpcSignalEvent;
typedef struct _NorpcDelivery NorpcDelivery;

typedef struct _NorpcChangeEvent NorpcChangeEvent;

/* The emissions of one signal that a proxy gets. */
typedef struct
{
  guint          id;        /* since construction: of the GSignal */
  guint          backlog;   /* since construction */
  gboolean       closes;    /* since construction: instead of dropping the oldest */
  gsize          handler;   /* atomic: the ID of a handler that was found last, or 0 */
  guint          n_pending; /* [lock of the events] */
  NorpcDelivery *oldest;    /* (unowned) (nullable) [lock of the events]: that the context has not
                               begun to deliver */
  NorpcDelivery *newest;    /* (unowned) (nullable) [lock of the events] */
  gboolean       closed;    /* [lock of the events] */
  guint64        n_emissions; /* [lock of the events]: that were added, or lost before that */
  guint          n_lost;    /* [lock of the events]: that were lost before, since the last one was added, and that no
                               event tells of which the context has begun to deliver */
  NorpcEvent    *loss;      /* (unowned) (nullable) [lock of the events]: that tells of them, unless an emission does before;
                               the context has not begun to deliver it */
  NorpcDelivery *emitted;   /* (unowned) (nullable), accessed in the client's context: that the proxy
                               is emitting */
  guint64        lost;      /* accessed in the client's context: the number of the last emission whose loss the proxy is
                               telling, or 0 */
} NorpcSignalState;

/* A subscription, for the files that implement it. */
struct _NorpcSubscription
{
  NorpcSubscriber parent;
  gatomicrefcount ref_count; /* one for the proxy, and one for each delivery and each change */

  const NorpcInterfaceInfo *interface_info; /* since construction */
  NorpcProxy      *proxy;       /* (unowned), since construction: alive with the lock of the
                                   subscribers held */
  GWeakRef         weak_proxy;  /* for the client's context */
  NorpcReplyQueue *reply_queue; /* (owned), since construction: of the proxy's context */
  NorpcMirror     *mirror;      /* (owned) (nullable), since construction: of properties */
  guint            notify_id;   /* since construction */
  int              n_services;  /* [lock of the events]: that run */
  int              n_open;      /* [lock of the events]: endpoints that take calls also while their service is replaced */
  NorpcChangeEvent *change;     /* (unowned) (nullable) [lock of the events]: that the context has not
                                   begun to deliver */
  guint            n_signals;   /* since construction */
  NorpcSignalState signals[];
};

/* An emission on its way to one proxy. */
struct _NorpcDelivery
{
  NorpcSubscription *subscription; /* (owned) (nullable) [lock of the events] until the context has
                                      begun to deliver the event: NULL if it was dropped */
  NorpcSignalEvent  *event;        /* (unowned), since construction */
  NorpcDelivery     *newer;        /* (unowned) (nullable) [lock of the events]: of the same signal */
  guint64            number;       /* since construction: of the emission */
  guint              n_lost;       /* like the subscription: how many were dropped before this one */
  gboolean           closes;       /* since construction: emissions were lost, and nothing follows */
};

/* An emission on its way to the proxies of one context that listen, and that have the same description. */
struct _NorpcSignalEvent
{
  NorpcEvent       parent;
  NorpcReplyQueue *reply_queue; /* (unowned), since construction: for the client's context */
  const NorpcInterfaceInfo *interface_info; /* since construction: of the proxies */
  guint            signal;       /* since construction: the index of the signal there */
  const NorpcInterfaceInfo *served_info;   /* since construction: of the service */
  guint            served_signal; /* since construction: the index of the signal there */
  guint            n_deliveries; /* before other threads know the event */
  guint            n_left;       /* [lock of the events]: deliveries that were not dropped */

  /* Accessed in the client's context. A handler may run it, and so begin with the next delivery. */
  NorpcEmission   *emission; /* (owned) (nullable): NULL if it was lost, or the proxies have no such values */
  guint            n_begun;
  guint            n_ended;

  NorpcDelivery    deliveries[];
};

void           norpc_subscription_unref               (NorpcSubscription *self);
int            norpc_subscription_find_expected_locked (NorpcSubscription         *self,
                                                       const NorpcInterfaceInfo  *interface_info,
                                                       guint                      signal,
                                                       const char               **problem);
NorpcEvent    *norpc_subscription_add_delivery_locked (NorpcSubscription *self,
                                                       NorpcSignalEvent  *event);
gboolean       norpc_subscription_count_loss_locked   (NorpcSubscription *self,
                                                       guint              signal,
                                                       guint              n_lost);
NorpcDelivery *norpc_signal_state_take_oldest_locked  (NorpcSignalState  *self);

/* norpc-loss-event.c */
NorpcEvent    *norpc_loss_event_push_locked           (NorpcSubscription *subscription,
                                                       guint              signal);
void           norpc_signal_state_emit_lost           (NorpcSignalState  *self,
                                                       NorpcProxy        *proxy,
                                                       guint              n_lost,
                                                       guint64            number);

G_END_DECLS
