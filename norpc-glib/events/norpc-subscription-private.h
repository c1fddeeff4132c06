/* norpc-subscription-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-event-queue-private.h"
#include "client/norpc-proxy.h"
#include "client/norpc-subscribers-private.h"
#include "norpc-emission-private.h"
#include "norpc-mirror-private.h"

G_BEGIN_DECLS

/*
 * The signals that a proxy gets from the services behind its endpoint.
 *
 * The proxy owns its subscription, and so do the events that are on their way to it. A service
 * reaches it by the NorpcSubscribers of its endpoint, whose lock keeps the proxy alive: the proxy
 * unsubscribes before it is finalized.
 */
typedef struct _NorpcSubscription NorpcSubscription;

NorpcSubscriber *norpc_subscription_new   (NorpcProxy               *proxy,
                                           const NorpcInterfaceInfo *interface_info);
void             norpc_subscription_close (NorpcSubscriber          *subscriber);
void             norpc_subscription_load     (NorpcSubscriber        *subscriber);
gboolean         norpc_subscription_is_ready (NorpcSubscriber        *subscriber);

/* Called in the client's context, around a time in which it is blocked. A service that goes and comes back meanwhile is no
 * news, nor is anything before the client has read the property or has a handler.
 */
typedef enum
{
  NORPC_NEWS_CONNECTED,
  NORPC_NEWS_ALONE,
  NORPC_NEWS_PENDING, /* the proxy has to notify of "connected" anyway */
  NORPC_NEWS_UNSEEN,  /* the client does not know the state */
} NorpcNews;

NorpcNews norpc_subscription_get_news  (NorpcSubscriber *subscriber);
void      norpc_subscription_skip_news (NorpcSubscriber *subscriber,
                                        NorpcNews        before);

/* Thread-safe. */
NorpcMirror *norpc_subscription_get_mirror (NorpcSubscription *self);

/* Called in the client's context. The emissions of a signal are numbered from 1. */
gboolean       norpc_subscription_is_closed    (NorpcSubscription *self,
                                                guint              signal,
                                                guint64           *n_emissions);
NorpcEmission *norpc_subscription_peek_emitted (NorpcSubscription *self,
                                                guint              signal,
                                                guint64           *number);
guint64        norpc_subscription_peek_lost    (NorpcSubscription *self,
                                                guint              signal);

void           norpc_subscription_reopen       (NorpcSubscription *self,
                                                const char        *signal_name);

/* Called with the lock of the subscribers held. */
int         norpc_subscription_find_listened (NorpcSubscription         *self,
                                              const NorpcInterfaceInfo  *interface_info,
                                              guint                      signal,
                                              const char               **problem);
NorpcMirror *norpc_subscription_get_started_mirror (NorpcSubscription         *self,
                                                    const NorpcPropertyAccess *access,
                                                    gboolean                  *same_values);

G_END_DECLS
