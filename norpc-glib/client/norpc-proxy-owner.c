/* norpc-proxy-owner.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The owner of a proxy, such as a widget: after it has been disposed, the proxy is mute. */

#include "norpc-proxy-parts-private.h"

/* Runs in the thread that disposes of the owner. Notifications are frozen for ever. */
static void
mute (NorpcProxy *self)
{
  norpc_proxy_unsubscribe (self);
  g_object_freeze_notify (G_OBJECT (self));
  norpc_proxy_cancel_all (self);
}

/**
 * norpc_proxy_set_owner:
 * @self: a proxy
 * @owner: the object that uses @self, such as a widget
 *
 * Binds @self to the life of @owner. When @owner is disposed, all calls of @self in flight are
 * cancelled, and from then on @self runs no callback, emits no signal and notifies of no property.
 *
 * A callback may thus use @owner without checks, as a handler that is connected by
 * g_signal_connect_object() may. A callback that does not run does not release its data either.
 * Calls that were sent before this function was called keep their callbacks. Synchronous calls
 * that are sent after @owner has been disposed fail with %G_IO_ERROR_CANCELLED, and one-way calls
 * are dropped.
 *
 * The owner can be set only once. It must be set, and disposed, in the context in which @self is
 * used. @self does not keep @owner alive.
 *
 * Since: 0.1
 */
void
norpc_proxy_set_owner (NorpcProxy *self,
                       GObject    *owner)
{
  NorpcProxyPrivate *priv;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (G_IS_OBJECT (owner));

  priv = norpc_proxy_get_private (self);
  g_return_if_fail (priv->owner == NULL);

  g_atomic_pointer_set (&priv->owner, norpc_owner_new (owner, self, mute));
}
