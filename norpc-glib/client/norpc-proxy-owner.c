/* norpc-proxy-owner.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The owner of a proxy, such as a widget: after it has been disposed, the proxy is mute. */

#include "call/norpc-call-private.h"
#include "core/norpc-interface-info-private.h"
#include "norpc-proxy-parts-private.h"

/* Runs in the thread that disposes of the owner, which a handler may do: then the other handlers do
 * not run. Values that were written to properties still reach the service.
 */
static void
mute (NorpcProxy *self)
{
  const GSignalInvocationHint *emission = g_signal_get_invocation_hint (self);
  g_autoptr (GError) error = NULL;

  g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The owner of the proxy was disposed");
  norpc_proxy_unsubscribe (self);
  if (emission != NULL)
    g_signal_stop_emission (self, emission->signal_id, emission->detail);
  norpc_call_group_cancel (norpc_proxy_get_private (self)->calls, error, NORPC_METHOD_WRITES_SHOWN);
}

/**
 * norpc_proxy_set_owner:
 * @self: a proxy
 * @owner: the object that uses @self, such as a widget
 *
 * Binds @self to the life of @owner. When @owner is disposed, all calls of @self in flight are
 * cancelled, and from then on @self runs no callback, emits no signal and notifies of no property.
 * Values that are written to its properties still reach the service.
 *
 * A callback may thus use @owner without checks, as a handler that is connected by
 * g_signal_connect_object() may. A callback that does not run does not release its data either.
 * Only the callbacks of calls that were sent before this function was called run, with
 * %G_IO_ERROR_CANCELLED. Synchronous calls that are sent after @owner has been disposed fail with
 * %G_IO_ERROR_CANCELLED, and one-way calls are dropped.
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
