/* norpc-nats-subscription-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-link-private.h"

G_BEGIN_DECLS

/* A subscription of the NATS library, whose data lasts until the library has called back for the last time. */
typedef struct _NorpcNatsSubscription NorpcNatsSubscription;

/* Runs in a thread of the library. Takes ownership of @message. */
typedef void (*NorpcNatsMessageFunc) (natsMsg  *message,
                                      gpointer  data);

NorpcNatsSubscription *norpc_nats_subscription_new (NorpcNatsLink         *link,
                                                    const char            *subject,
                                                    const char            *queue_group,
                                                    NorpcNatsMessageFunc   func,
                                                    gpointer               data,
                                                    GDestroyNotify         destroy,
                                                    GError               **error);
NorpcNatsSubscription *norpc_nats_subscription_new_sync (NorpcNatsLink         *link,
                                                         const char            *subject,
                                                         NorpcNatsMessageFunc   func,
                                                         gpointer               data,
                                                         GDestroyNotify         destroy,
                                                         GError               **error);
natsSubscription      *norpc_nats_subscription_get_nats (NorpcNatsSubscription *self);
gint64                 norpc_nats_subscription_get_n_dropped (NorpcNatsSubscription *self);
void                   norpc_nats_subscription_end (gpointer               self);
void                   norpc_nats_subscription_drop (gpointer              self);
void                   norpc_nats_subscription_end_sync (NorpcNatsSubscription *self);

G_END_DECLS
