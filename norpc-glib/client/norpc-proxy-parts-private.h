/* norpc-proxy-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-latest-private.h"
#include "norpc-owner-private.h"
#include "norpc-proxy-private.h"

G_BEGIN_DECLS

/* Notifies of the property `busy`. */
NorpcGroupWatcher *norpc_proxy_busy_watcher_new   (NorpcProxy        *proxy);
void               norpc_proxy_busy_watcher_close (NorpcGroupWatcher *watcher);

/* The data of a proxy, for the files that implement it. */
typedef struct
{
  NorpcEndpoint *endpoint; /* (owned), since construction */
  NorpcEndpointInterface *endpoint_iface; /* (unowned), since construction: of that endpoint */
  int            timeout;  /* atomic: milliseconds, or 0 */
  int            priority; /* atomic: NorpcPriority */
  NorpcCallGroup *calls;   /* (owned), since construction: the calls in flight */
  NorpcGroupWatcher *busy_watcher; /* (owned), since construction: of these calls */
  NorpcLatest    latest;   /* has its own lock */
  NorpcSubscriber *subscriber; /* (owned) (nullable), since construction, until it is disposed */
  gboolean       is_subscribed; /* accessed in the client's context, and at the end */
  gboolean       loads_properties; /* since construction */
  int            was_read; /* atomic: "connected" was */
  NorpcOwner    *owner;    /* (owned) (nullable), atomic: set once */
} NorpcProxyPrivate;

NorpcProxyPrivate *norpc_proxy_get_private (NorpcProxy *self);
gboolean           norpc_proxy_check_type  (NorpcProxy *self);
void               norpc_proxy_unsubscribe (NorpcProxy *self);

extern GType norpc_proxy_last_type; /* atomic: of a proxy that was checked last */

/* Thread-safe. A fast form of NORPC_IS_PROXY (). */
static inline gboolean
norpc_proxy_is_valid (NorpcProxy *self)
{
  return self != NULL &&
         (G_TYPE_FROM_INSTANCE (self) == (GType) g_atomic_pointer_get (&norpc_proxy_last_type) ||
          norpc_proxy_check_type (self));
}

G_END_DECLS
