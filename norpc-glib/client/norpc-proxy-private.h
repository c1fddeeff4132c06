/* norpc-proxy-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-call-send-private.h"
#include "norpc-proxy.h"
#include "norpc-subscribers-private.h"

G_BEGIN_DECLS

/* How a proxy gets signals and properties of services: implemented in events/. */
struct _NorpcProxyEvents
{
  NorpcSubscriber *(*subscriber_new)   (NorpcProxy               *proxy,
                                        const NorpcInterfaceInfo *interface_info);
  void             (*subscriber_close) (NorpcSubscriber          *subscriber); /* takes ownership */
  void             (*load)             (NorpcSubscriber          *subscriber);
  gboolean         (*is_ready)         (NorpcSubscriber          *subscriber);
};

NorpcSubscriber *norpc_proxy_get_subscriber (NorpcProxy *self);

/* A proxy is mute once its owner has been disposed. */
GCancellable *norpc_proxy_get_owner_gone (NorpcProxy *self);
gboolean      norpc_proxy_is_muted       (NorpcProxy *self);
NorpcProxy   *norpc_proxy_lock           (GWeakRef   *weak_proxy);

NorpcCallOrigin norpc_proxy_prepare_call (NorpcProxy *self,
                                          NorpcCall  *call);
void            norpc_proxy_call_always  (NorpcProxy          *self,
                                          NorpcCall           *call,
                                          GCancellable        *cancellable,
                                          GAsyncReadyCallback  callback,
                                          gpointer             user_data);

void             norpc_proxy_notify_ready     (NorpcProxy *self);
void             norpc_proxy_notify_connected (NorpcProxy *self);

/* Thread-safe. Returns TRUE if somebody may know whether the proxy is connected. */
gboolean         norpc_proxy_connected_was_read (NorpcProxy *self);

G_END_DECLS
