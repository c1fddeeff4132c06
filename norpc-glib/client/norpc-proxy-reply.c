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
  NorpcProxy *proxy; /* (owned): so that the owner cancels the call when it is disposed */
  GCallback   reply_func;
  gpointer    user_data;
} OwnedReply;

/* Runs in the client's context. */
static void
owned_reply_cb (NorpcReply *reply,
                gpointer    user_data)
{
  OwnedReply *self = user_data;
  g_autoptr (NorpcProxy) proxy = self->proxy;
  GCallback reply_func = self->reply_func;
  gpointer reply_data = self->user_data;

  g_free (self);
  if (norpc_proxy_is_muted (proxy))
    norpc_reply_unref (reply);
  else
    norpc_reply_unpack (reply, reply_func, reply_data);
}

static OwnedReply *
owned_reply_new (NorpcProxy *proxy,
                 GCallback   reply_func,
                 gpointer    user_data)
{
  OwnedReply *self = g_new (OwnedReply, 1);

  *self = (OwnedReply) { g_object_ref (proxy), reply_func, user_data };

  return self;
}

/**
 * norpc_proxy_call_with_reply: (skip)
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @reply_func: (nullable): the function that gets the results, of the type that the generated code
 *   has for the method
 * @user_data: data for @reply_func
 *
 * Sends a call asynchronously, without a [class@Gio.Task].
 *
 * Generated functions use this function. Apart from the call itself, it allocates no memory unless
 * @self has an owner. @reply_func is called in the thread-default main context of the caller, once
 * and never within this function. It gets the results and the error, which it borrows, and
 * @user_data. It is not called any more after the owner of @self has been disposed.
 *
 * A call in flight keeps its proxy alive only if that has an owner.
 *
 * Errors are those of the service and of [error@Norpc.Error], and %G_IO_ERROR_CANCELLED.
 *
 * Since: 0.1
 */
void
norpc_proxy_call_with_reply (NorpcProxy   *self,
                             NorpcCall    *call,
                             GCancellable *cancellable,
                             GCallback     reply_func,
                             gpointer      user_data)
{
  NorpcCallOrigin origin;
  NorpcReplyFunc func = (NorpcReplyFunc) reply_func;

  g_return_if_fail (norpc_proxy_is_valid (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (norpc_call_is_new (call));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  g_return_if_fail (norpc_call_get_method_info (call)->unpack != NULL);

  origin = norpc_proxy_prepare_call (self, call);
  if (reply_func != NULL && origin.owner_gone != NULL)
    {
      user_data = owned_reply_new (self, reply_func, user_data);
      func = owned_reply_cb;
    }
  else
    {
      call->unpacks = TRUE;
    }

  norpc_endpoint_call_for (norpc_proxy_get_private (self)->endpoint, call, &origin, cancellable,
                           func, user_data);
}
