/* norpc-proxy-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls that a proxy makes. */

#include "call/norpc-call-private.h"
#include "norpc-endpoint-private.h"
#include "norpc-proxy-private.h"

/* The client's context: hands the reply to the task, whose callback runs
 * within.
 */
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

/**
 * norpc_proxy_call:
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): called with the reply
 * @user_data: data for @callback
 *
 * Calls.
 *
 * Generated functions are made of this. The result is tagged with the
 * [struct@Norpc.MethodInfo] of the method. @callback is called in the
 * thread-default context that the caller has now, never within this
 * function.
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
  GTask *task;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  origin = norpc_proxy_prepare_call (self, call);
  if (callback == NULL)
    {
      norpc_endpoint_call_for (norpc_proxy_get_endpoint (self), call, &origin, cancellable, NULL, NULL);
      return;
    }

  task = g_task_new (self, cancellable, callback, user_data);
  /* The macro of the same name would give the task a name, too, which takes
   * longer than all the rest.
   */
  (g_task_set_source_tag) (task, (gpointer) norpc_call_get_method_info (call));
  norpc_call_note_iteration (call);
  norpc_endpoint_call_for (norpc_proxy_get_endpoint (self), call, &origin, cancellable, reply_cb, task);
}

/**
 * norpc_proxy_call_finish:
 * @self: a proxy
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Gets the reply to a call that [method@Norpc.Proxy.call] made.
 *
 * The errors are those of the service and of [error@Norpc.Error], and
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the reply, or %NULL with @error set
 * Since: 0.1
 */
NorpcReply *
norpc_proxy_call_finish (NorpcProxy    *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * norpc_proxy_call_sync:
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls, and blocks until there is a reply. No main context is run.
 *
 * The errors are those of [method@Norpc.Endpoint.call_sync].
 *
 * Returns: (transfer full): the reply, or %NULL with @error set
 * Since: 0.1
 */
NorpcReply *
norpc_proxy_call_sync (NorpcProxy    *self,
                       NorpcCall     *call,
                       GCancellable  *cancellable,
                       GError       **error)
{
  NorpcCallOrigin origin;

  g_return_val_if_fail (NORPC_IS_PROXY (self), NULL);
  g_return_val_if_fail (call != NULL, NULL);

  origin = norpc_proxy_prepare_call (self, call);

  return norpc_endpoint_call_sync_for (norpc_proxy_get_endpoint (self), call, &origin, cancellable, error);
}

/**
 * norpc_proxy_send:
 * @self: a proxy
 * @call: (transfer full): a call
 *
 * Sends a one-way call, without waiting for an answer.
 *
 * Generated functions of methods that are `oneway` are made of this. The call has
 * no deadline, is not cancelled, and inherits neither from a call that is being
 * handled. It comes after the calls that were sent before it.
 *
 * When the service fails, or does not implement the method, there is a warning, once
 * for each method and error code. Where another call would complete with
 * %NORPC_ERROR_BUSY or %NORPC_ERROR_CLOSED, the call is dropped without a
 * warning: that is what happens under load, and when a program ends.
 *
 * It does not block, and may be used in any thread.
 *
 * Since: 0.1
 */
void
norpc_proxy_send (NorpcProxy *self,
                  NorpcCall  *call)
{
  NorpcCallOrigin origin;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (call != NULL);

  origin = norpc_proxy_prepare_call (self, call);
  call->one_way = TRUE;
  norpc_endpoint_send_for (norpc_proxy_get_endpoint (self), call, &origin);
}
