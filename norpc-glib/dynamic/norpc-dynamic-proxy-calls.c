/* norpc-dynamic-proxy-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Methods that a proxy calls by their names. */

#include "call/norpc-call-private.h"
#include "client/norpc-proxy.h"
#include "norpc-dynamic-proxy-private.h"

/* Takes ownership of @call (nullable), and returns it unless it is that of a stream. */
static NorpcCall *
take_method_call (NorpcDynamicProxy  *self,
                  NorpcCall          *call,
                  GError            **error)
{
  return norpc_dynamic_proxy_take_call (self, call, NORPC_METHOD_FLAGS_STREAM, FALSE, "is a stream, which is opened",
                                        error);
}

static NorpcCall *
new_method_call (NorpcDynamicProxy  *self,
                 const char         *method_name,
                 GVariant           *args,
                 GError            **error)
{
  return take_method_call (self, norpc_dynamic_proxy_new_call (self, method_name, args, error), error);
}

/**
 * norpc_dynamic_proxy_call_method:
 * @self: a proxy
 * @method_name: the name of a method
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the call has completed
 * @user_data: data for @callback
 *
 * Calls a method asynchronously.
 *
 * If @args is floating, it is consumed. If an argument does not match the description, nothing is sent, and
 * the call fails. @callback is called in the thread-default main context of the caller, once, and never
 * within this function.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_dynamic_proxy_call_method (NorpcDynamicProxy   *self,
                                 const char          *method_name,
                                 GVariant            *args,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  GError *error = NULL;
  NorpcCall *call;

  g_return_if_fail (NORPC_IS_DYNAMIC_PROXY (self));
  g_return_if_fail (method_name != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  call = new_method_call (self, method_name, args, &error);
  if (call != NULL)
    norpc_proxy_call (NORPC_PROXY (self), call, cancellable, callback, user_data);
  else
    norpc_dynamic_proxy_fail_later (self, cancellable, callback, user_data, error);
}

/**
 * norpc_dynamic_proxy_call_method_finish:
 * @self: a proxy
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.DynamicProxy.call_method].
 *
 * Errors are those of the service, of [error@Norpc.Error], and %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): a tuple with the results, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_dynamic_proxy_call_method_finish (NorpcDynamicProxy  *self,
                                        GAsyncResult       *result,
                                        GError            **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);

  return norpc_reply_take_variant (norpc_proxy_call_finish (NORPC_PROXY (self), result, error), error);
}

/**
 * norpc_dynamic_proxy_call_method_sync:
 * @self: a proxy
 * @method_name: the name of a method
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a method, and blocks until the reply arrives. Does not run a main context.
 *
 * See [method@Norpc.DynamicProxy.call_method]. Errors are those of
 * [method@Norpc.Endpoint.call_sync].
 *
 * Returns: (transfer full): a tuple with the results, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_dynamic_proxy_call_method_sync (NorpcDynamicProxy  *self,
                                      const char         *method_name,
                                      GVariant           *args,
                                      GCancellable       *cancellable,
                                      GError            **error)
{
  NorpcCall *call;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (method_name != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  call = new_method_call (self, method_name, args, error);
  if (call == NULL)
    return NULL;

  return norpc_reply_take_variant (norpc_proxy_call_sync (NORPC_PROXY (self), call, cancellable, error), error);
}

/**
 * norpc_dynamic_proxy_call_values_sync:
 * @self: a proxy
 * @method_name: the name of a method
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the arguments, with the types of the description
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Calls a method, as [method@Norpc.DynamicProxy.call_method_sync] does, with arguments of any type.
 *
 * A language binding should use this function, and not [method@Norpc.Proxy.call_sync] with a call that its
 * interpreter holds: nothing would notice that a layer or a service drops such a call.
 *
 * Returns: (transfer full): the reply, or %NULL if @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_dynamic_proxy_call_values_sync (NorpcDynamicProxy  *self,
                                      const char         *method_name,
                                      guint               n_values,
                                      const GValue       *values,
                                      GCancellable       *cancellable,
                                      GError            **error)
{
  NorpcCall *call;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (method_name != NULL, NULL);
  g_return_val_if_fail (n_values == 0 || values != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  call = take_method_call (self, norpc_dynamic_proxy_new_call_for_values (self, method_name, n_values, values, error),
                           error);

  return call != NULL ? norpc_proxy_call_sync (NORPC_PROXY (self), call, cancellable, error) : NULL;
}

/**
 * norpc_dynamic_proxy_send_method:
 * @self: a proxy
 * @method_name: the name of a one-way method
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @error: return location for an error
 *
 * Calls a one-way method, without waiting for an answer; see [method@Norpc.Proxy.send].
 *
 * Errors are those of [method@Norpc.DynamicProxy.new_call], and %NORPC_ERROR_INVALID_ARGUMENT if the
 * method is not one-way. This function is thread-safe.
 *
 * Returns: %TRUE if the call was sent
 * Since: 0.1
 */
gboolean
norpc_dynamic_proxy_send_method (NorpcDynamicProxy  *self,
                                 const char         *method_name,
                                 GVariant           *args,
                                 GError            **error)
{
  NorpcCall *call;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), FALSE);
  g_return_val_if_fail (method_name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  call = norpc_dynamic_proxy_take_call (self, norpc_dynamic_proxy_new_call (self, method_name, args, error),
                                        NORPC_METHOD_FLAGS_ONEWAY, TRUE, "is not one-way", error);
  if (call == NULL)
    return FALSE;

  norpc_proxy_send (NORPC_PROXY (self), call);

  return TRUE;
}
