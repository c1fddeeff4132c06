/* norpc-endpoint-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"
#include "norpc-call-send-private.h"
#include "norpc-endpoint.h"
#include "norpc-subscribers-private.h"

G_BEGIN_DECLS

/* Like the public functions, for a call that a proxy sends. */
void        norpc_endpoint_call_for      (NorpcEndpoint          *self,
                                          NorpcCall              *call,
                                          const NorpcCallOrigin  *origin,
                                          GCancellable           *cancellable,
                                          NorpcReplyFunc          reply_func,
                                          gpointer                user_data);
NorpcReply *norpc_endpoint_call_sync_for (NorpcEndpoint          *self,
                                          NorpcCall              *call,
                                          const NorpcCallOrigin  *origin,
                                          GCancellable           *cancellable,
                                          GError                **error);
void        norpc_endpoint_send_for      (NorpcEndpoint          *self,
                                          NorpcCall              *call,
                                          const NorpcCallOrigin  *origin);

void norpc_endpoint_send_checked (NorpcEndpoint          *self,
                                  NorpcCall              *call,
                                  NorpcEndpointInterface *iface);

void          norpc_endpoint_prepare_call (NorpcCall             *call,
                                           const NorpcCallOrigin *origin,
                                           GCancellable          *cancellable,
                                           NorpcReplyFunc         reply_func,
                                           gpointer               user_data);
gconstpointer norpc_endpoint_get_executor (NorpcEndpoint         *self);

void norpc_endpoint_subscribe   (NorpcEndpoint   *self,
                                 NorpcSubscriber *subscriber);
void norpc_endpoint_unsubscribe (NorpcEndpoint   *self,
                                 NorpcSubscriber *subscriber);

G_END_DECLS
