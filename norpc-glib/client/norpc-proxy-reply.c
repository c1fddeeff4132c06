/* norpc-proxy-reply.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls of a proxy whose replies go to plain functions, without a GTask. */

#include "call/norpc-call-private.h"
#include "norpc-endpoint-private.h"
#include "norpc-proxy-parts-private.h"

/* A reply function that runs only while the owner of the proxy is there. */
typedef struct
{
  NorpcProxy     *proxy; /* (owned): so that the owner cancels the call when it is disposed */
  NorpcReplyFunc  unpack;
  gpointer        user_data;
} OwnedReply;

/* Runs in the client's context. */
static void
owned_reply_cb (NorpcReply *reply,
                gpointer    user_data)
{
  OwnedReply *self = user_data;
  g_autoptr (NorpcProxy) proxy = self->proxy;
  NorpcReplyFunc unpack = self->unpack;
  gpointer reply_data = self->user_data;

  g_free (self);
  if (norpc_proxy_is_muted (proxy))
    norpc_reply_unref (reply);
  else
    unpack (reply, reply_data);
}

static OwnedReply *
owned_reply_new (NorpcProxy     *proxy,
                 NorpcReplyFunc  unpack,
                 gpointer        user_data)
{
  OwnedReply *self = g_new (OwnedReply, 1);

  *self = (OwnedReply) { g_object_ref (proxy), unpack, user_data };

  return self;
}

/**
 * norpc_proxy_call_with_reply: (skip)
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @unpack: a function that calls @reply_func with the contents of the reply
 * @reply_func: (nullable): a function of any type, for norpc_reply_get_callback()
 * @user_data: data for @unpack
 *
 * Sends a call asynchronously, without a [class@Gio.Task].
 *
 * Generated functions use this function. Apart from the call itself, it allocates no memory unless
 * @self has an owner. @unpack is called in the thread-default main context of the caller, exactly
 * once and never within this function. If @reply_func is %NULL, or the owner of @self has been
 * disposed, it is not called.
 *
 * A call in flight keeps its proxy alive only if that has an owner.
 *
 * Errors are those of the service and of [error@Norpc.Error], and %G_IO_ERROR_CANCELLED.
 *
 * Since: 0.1
 */
void
norpc_proxy_call_with_reply (NorpcProxy     *self,
                             NorpcCall      *call,
                             GCancellable   *cancellable,
                             NorpcReplyFunc  unpack,
                             GCallback       reply_func,
                             gpointer        user_data)
{
  NorpcCallOrigin origin;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (norpc_call_is_new (call));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  g_return_if_fail (unpack != NULL);

  origin = norpc_proxy_prepare_call (self, call);
  call->reply_callback = reply_func;
  if (reply_func == NULL)
    {
      unpack = NULL;
    }
  else if (origin.owner_gone != NULL)
    {
      user_data = owned_reply_new (self, unpack, user_data);
      unpack = owned_reply_cb;
    }

  norpc_endpoint_call_for (norpc_proxy_get_private (self)->endpoint, call, &origin, cancellable,
                           unpack, user_data);
}
