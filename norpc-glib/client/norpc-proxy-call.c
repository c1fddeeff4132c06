/* norpc-proxy-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls of a proxy. */

#include "call/norpc-call-private.h"
#include "core/norpc-log-private.h"
#include "norpc-endpoint-private.h"
#include "norpc-proxy-parts-private.h"
#include "norpc-reply-queue-private.h"

/* Called in the client's thread, before it sends the call. */
NorpcCallOrigin
norpc_proxy_prepare_call (NorpcProxy *self,
                          NorpcCall  *call)
{
  NorpcProxyPrivate *priv = norpc_proxy_get_private (self);
  int priority = g_atomic_int_get (&priv->priority);

  call->client = norpc_call_group_get_id (priv->calls);
  if (!call->has_timeout)
    call->timeout = (guint) g_atomic_int_get (&priv->timeout);
  if (!call->has_priority && priority != NORPC_PRIORITY_NORMAL)
    norpc_call_set_priority (call, (NorpcPriority) priority);

  return (NorpcCallOrigin) {
    priv->calls, &priv->latest, norpc_proxy_get_owner_gone (self), priv->endpoint_iface
  };
}

/* Runs in the client's context. Returns the reply with the task, which runs its callback. */
static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (norpc_reply_propagate_error (reply, &error))
    {
      g_task_return_pointer (task, reply, (GDestroyNotify) norpc_reply_unref);
    }
  else
    {
      norpc_reply_unref (reply);
      g_task_return_error (task, error);
    }
}

/* Called in the client's thread. Sends a call whose reply is delivered with @task (owned). */
static void
call_with_task (NorpcProxy   *self,
                NorpcCall    *call,
                GCancellable *cancellable,
                GTask        *task)
{
  NorpcCallOrigin origin = norpc_proxy_prepare_call (self, call);

  /* The macro of the same name would also set the name of the task, which takes longer than
   * everything else here.
   */
  (g_task_set_source_tag) (task, (gpointer) norpc_call_get_method_info (call));
  norpc_reply_queue_note_iteration (call);
  norpc_endpoint_call_for (norpc_proxy_get_private (self)->endpoint, call, &origin, cancellable, reply_cb, task);
}

/* As norpc_proxy_call (), for a callback of the library, which runs also if the proxy is mute. */
void
norpc_proxy_call_always (NorpcProxy          *self,
                         NorpcCall           *call,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  call_with_task (self, call, cancellable, g_task_new (self, cancellable, callback, user_data));
}

/**
 * norpc_proxy_call:
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the reply arrives
 * @user_data: data for @callback
 *
 * Sends a call asynchronously.
 *
 * Generated functions use this function. The source tag of the result is the
 * [struct@Norpc.MethodInfo] of the method. @callback is called in the thread-default main
 * context of the caller, never within this function.
 *
 * Since: 0.1
 */
void
norpc_proxy_call (NorpcProxy          *self,
                  NorpcCall           *call,
                  GCancellable        *cancellable,
                  GAsyncReadyCallback  callback,
                  gpointer             user_data)
{
  NorpcCallOrigin origin;

  g_return_if_fail (norpc_proxy_is_valid (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (norpc_call_is_new (call));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (callback != NULL)
    {
      call_with_task (self, call, cancellable,
                      norpc_owner_task_new (norpc_proxy_get_owner_gone (self), self, cancellable,
                                            callback, user_data));
      return;
    }

  origin = norpc_proxy_prepare_call (self, call);
  norpc_endpoint_call_for (norpc_proxy_get_private (self)->endpoint, call, &origin, cancellable, NULL, NULL);
}

/**
 * norpc_proxy_call_finish:
 * @self: a proxy
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes a call that was sent with [method@Norpc.Proxy.call].
 *
 * Errors are those of the service and of [error@Norpc.Error], and %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the reply, or %NULL if the call failed and @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_proxy_call_finish (NorpcProxy    *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (norpc_proxy_is_valid (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * norpc_proxy_take_reply: (skip)
 * @self: a proxy
 * @result: the result that was passed to the callback
 * @method: the method that was called
 * @error: return location for an error
 *
 * Finishes a call of @method that was sent with [method@Norpc.Proxy.call].
 *
 * Generated code uses this function in place of [method@Norpc.Proxy.call_finish]. Errors are the
 * same.
 *
 * Returns: (transfer full): the reply, or %NULL if the call failed and @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_proxy_take_reply (NorpcProxy             *self,
                        GAsyncResult           *result,
                        const NorpcMethodInfo  *method,
                        GError                **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (g_task_get_source_tag ((GTask *) result) != method)
    {
      norpc_critical ("The result is not that of a call of %s", method->dbus.name);
      return NULL;
    }

  return g_task_propagate_pointer ((GTask *) result, error);
}

/**
 * norpc_proxy_call_sync:
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Sends a call, and blocks until the reply arrives. Does not run a main context.
 *
 * A call completes with %NORPC_ERROR_NO_REPLY when its last reference is released. If the caller keeps another
 * reference to @call, as the object of a language binding does, it waits for its timeout then.
 *
 * Errors are those of [method@Norpc.Endpoint.call_sync].
 *
 * Returns: (transfer full): the reply, or %NULL if the call failed and @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_proxy_call_sync (NorpcProxy    *self,
                       NorpcCall     *call,
                       GCancellable  *cancellable,
                       GError       **error)
{
  NorpcCallOrigin origin;

  g_return_val_if_fail (norpc_proxy_is_valid (self), NULL);
  g_return_val_if_fail (call != NULL, NULL);
  g_return_val_if_fail (norpc_call_is_new (call), NULL);

  origin = norpc_proxy_prepare_call (self, call);

  return norpc_endpoint_call_sync_for (norpc_proxy_get_private (self)->endpoint, call, &origin, cancellable, error);
}

/**
 * norpc_proxy_send:
 * @self: a proxy
 * @call: (transfer full): a call
 *
 * Sends a one-way call, without waiting for an answer.
 *
 * Generated functions of `oneway` methods use this function. The call has no deadline,
 * cannot be cancelled, and inherits neither from a call that is being handled. It is
 * handled after the calls that were sent before it.
 *
 * If the service fails or does not implement the method, a warning is logged, once for
 * each method and error code. If the call is rejected with %NORPC_ERROR_BUSY or
 * %NORPC_ERROR_CLOSED, it is dropped without a warning, because this is normal under load
 * and when a program exits.
 *
 * This function does not block, and is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_proxy_send (NorpcProxy *self,
                  NorpcCall  *call)
{
  NorpcCallOrigin origin;

  g_return_if_fail (norpc_proxy_is_valid (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (norpc_call_is_new (call));

  if (norpc_proxy_is_muted (self))
    {
      norpc_call_unref (call);
      return;
    }

  origin = norpc_proxy_prepare_call (self, call);
  call->one_way = TRUE;
  norpc_endpoint_send_for (norpc_proxy_get_private (self)->endpoint, call, &origin);
}

/**
 * norpc_proxy_cancel_all:
 * @self: a proxy
 *
 * Cancels all calls in flight that were sent by @self.
 *
 * Each call fails with %G_IO_ERROR_CANCELLED, as if its cancellable had been cancelled.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_proxy_cancel_all (NorpcProxy *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (norpc_proxy_is_valid (self));

  g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "All calls of the proxy were cancelled");
  norpc_call_group_cancel (norpc_proxy_get_private (self)->calls, error, NORPC_METHOD_FLAGS_NONE);
}
