/* norpc-dynamic-proxy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "call/norpc-call-variant.h"
#include "client/norpc-endpoint.h"
#include "client/norpc-owner-private.h"
#include "client/norpc-proxy-private.h"
#include "core/norpc-error.h"
#include "norpc-dynamic-info-private.h"
#include "norpc-dynamic-member-private.h"
#include "norpc-dynamic-proxy-private.h"

/**
 * NorpcDynamicProxy:
 *
 * A proxy whose interface is described at run time.
 *
 * Methods are called by their names, with arguments and results in tuples. The proxy has the signals and
 * the properties of the description, as a generated proxy has them: handlers are connected to a signal by
 * its name, such as `changed`, and properties notify and can be bound. The names are those of
 * generated code; see [the page on descriptions at run time](dynamic.html#names).
 *
 * The service may be a [class@Norpc.DynamicService], or an object that implements the generated interface of
 * the same name: methods, signals and properties are found by their names and types.
 *
 * [method@Norpc.Proxy.load_async], [method@Norpc.Proxy.set_timeout] and all other functions of
 * [class@Norpc.Proxy] apply.
 *
 * Since: 0.1
 */

G_DEFINE_ABSTRACT_TYPE (NorpcDynamicProxy, norpc_dynamic_proxy, NORPC_TYPE_PROXY)

static void
norpc_dynamic_proxy_class_init (NorpcDynamicProxyClass *klass G_GNUC_UNUSED)
{
}

static void
norpc_dynamic_proxy_init (NorpcDynamicProxy *self G_GNUC_UNUSED)
{
}

static const NorpcInterfaceInfo *
get_proxy_info (NorpcDynamicProxy *self)
{
  return NORPC_PROXY_GET_CLASS (self)->interface_info;
}

/**
 * norpc_dynamic_proxy_type_for:
 * @info: an interface info that was made at run time
 *
 * Gets the class of the proxies of an interface.
 *
 * Returns: a type derived from [class@Norpc.DynamicProxy]
 * Since: 0.1
 */
GType
norpc_dynamic_proxy_type_for (const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (info != NULL, G_TYPE_INVALID);
  g_return_val_if_fail (norpc_dynamic_info_get (info) != NULL, G_TYPE_INVALID);

  return norpc_dynamic_info_get (info)->proxy_type;
}

/**
 * norpc_dynamic_proxy_new:
 * @endpoint: the endpoint to call
 * @info: an interface info that was made at run time
 *
 * Creates a proxy. It emits signals and notifies of properties in the thread-default main context of the
 * caller.
 *
 * Returns: (transfer full): a new proxy
 * Since: 0.1
 */
NorpcDynamicProxy *
norpc_dynamic_proxy_new (NorpcEndpoint            *endpoint,
                         const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (NORPC_IS_ENDPOINT (endpoint), NULL);
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (norpc_dynamic_info_get (info) != NULL, NULL);

  return g_object_new (norpc_dynamic_info_get (info)->proxy_type, "endpoint", endpoint, NULL);
}

/**
 * norpc_dynamic_proxy_get_interface_info:
 * @self: a proxy
 *
 * Gets the interface of the proxy.
 *
 * Returns: (transfer none): the interface info
 * Since: 0.1
 */
const NorpcInterfaceInfo *
norpc_dynamic_proxy_get_interface_info (NorpcDynamicProxy *self)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);

  return get_proxy_info (self);
}

/**
 * norpc_dynamic_proxy_new_call:
 * @self: a proxy
 * @method_name: the name of a method
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @error: return location for an error
 *
 * Creates a call, whose timeout and priority can be set before [method@Norpc.Proxy.call] or
 * [method@Norpc.Proxy.call_sync] sends it.
 *
 * If @args is floating, it is consumed. If there is no such method, or if an argument does not match the
 * description, @error is set to %NORPC_ERROR_INVALID_ARGUMENT; if the method needs generated code, to
 * %NORPC_ERROR_NOT_IMPLEMENTED. The message names the argument or the method.
 *
 * Returns: (transfer full): a new call, or %NULL if @error is set
 * Since: 0.1
 */
NorpcCall *
norpc_dynamic_proxy_new_call (NorpcDynamicProxy  *self,
                              const char         *method_name,
                              GVariant           *args,
                              GError            **error)
{
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;
  g_autoptr (NorpcCall) call = NULL;
  int method;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (method_name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  method = norpc_dynamic_find_method (get_proxy_info (self), method_name, error);
  if (method < 0)
    return NULL;

  call = norpc_call_new (get_proxy_info (self), (guint) method);

  return norpc_call_set_args_variant (call, sunk, error) ? g_steal_pointer (&call) : NULL;
}

/**
 * norpc_dynamic_proxy_new_call_for_values:
 * @self: a proxy
 * @method_name: the name of a method
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the arguments, with the types of the description
 * @error: return location for an error
 *
 * Creates a call with arguments of any type, also of those that have no form as a
 * [struct@GLib.Variant].
 *
 * Errors are those of [method@Norpc.DynamicProxy.new_call].
 *
 * Returns: (transfer full): a new call, or %NULL if @error is set
 * Since: 0.1
 */
NorpcCall *
norpc_dynamic_proxy_new_call_for_values (NorpcDynamicProxy  *self,
                                         const char         *method_name,
                                         guint               n_values,
                                         const GValue       *values,
                                         GError            **error)
{
  g_autoptr (NorpcCall) call = NULL;
  int method;
  guint n_args;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (method_name != NULL, NULL);
  g_return_val_if_fail (n_values == 0 || values != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  method = norpc_dynamic_find_method (get_proxy_info (self), method_name, error);
  if (method < 0)
    return NULL;

  call = norpc_call_new (get_proxy_info (self), (guint) method);
  norpc_call_get_args (call, &n_args);
  if (n_args != n_values)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: expected %u argument%s, got %u",
                   get_proxy_info (self)->dbus.name, method_name, n_args, n_args == 1 ? "" : "s", n_values);
      return NULL;
    }
  for (guint i = 0; i < n_args; i++)
    if (!norpc_call_set_arg (call, i, &values[i], error))
      return NULL;

  return g_steal_pointer (&call);
}

/* Takes ownership of @call (nullable), and returns it if its method has a flag, or has not. Otherwise returns
 * NULL and sets @error.
 */
static NorpcCall *
take_call_of_kind (NorpcDynamicProxy  *self,
                   NorpcCall          *call,
                   NorpcMethodFlags    flag,
                   gboolean            has_flag,
                   const char         *advice,
                   GError            **error)
{
  g_autoptr (NorpcCall) taken = call;

  if (taken == NULL || ((norpc_call_get_method_info (taken)->flags & flag) != 0) == has_flag)
    return g_steal_pointer (&taken);

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s %s", get_proxy_info (self)->dbus.name,
               norpc_call_get_method_info (taken)->dbus.name, advice);

  return NULL;
}

/* Completes an asynchronous function with @error, which is owned, later. */
void
norpc_dynamic_proxy_fail_later (NorpcDynamicProxy   *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data,
                                GError              *error)
{
  g_autoptr (GTask) task = norpc_owner_task_new (norpc_proxy_get_owner_gone (NORPC_PROXY (self)), self, cancellable,
                                                 callback, user_data);

  g_task_set_source_tag (task, norpc_dynamic_proxy_fail_later);
  g_task_return_error (task, error);
}

/* Takes ownership of @call (nullable), and returns it unless it is that of a stream. */
static NorpcCall *
take_method_call (NorpcDynamicProxy  *self,
                  NorpcCall          *call,
                  GError            **error)
{
  return take_call_of_kind (self, call, NORPC_METHOD_FLAGS_STREAM, FALSE, "is a stream, which is opened", error);
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
  g_autoptr (NorpcReply) reply = NULL;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);

  reply = norpc_proxy_call_finish (NORPC_PROXY (self), result, error);

  return reply != NULL ? norpc_reply_dup_variant (reply, error) : NULL;
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
  g_autoptr (NorpcReply) reply = NULL;
  NorpcCall *call;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (method_name != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  call = new_method_call (self, method_name, args, error);
  if (call == NULL)
    return NULL;

  reply = norpc_proxy_call_sync (NORPC_PROXY (self), call, cancellable, error);

  return reply != NULL ? norpc_reply_dup_variant (reply, error) : NULL;
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

  call = take_call_of_kind (self, norpc_dynamic_proxy_new_call (self, method_name, args, error),
                            NORPC_METHOD_FLAGS_ONEWAY, TRUE, "is not one-way", error);
  if (call == NULL)
    return FALSE;

  norpc_proxy_send (NORPC_PROXY (self), call);

  return TRUE;
}

/* Takes ownership of @call (nullable). Returns NULL if @error is set. */
static NorpcDynamicStream *
open_stream_for_call (NorpcDynamicProxy  *self,
                      NorpcCall          *call,
                      GCancellable       *cancellable,
                      GError            **error)
{
  NorpcCall *opening = take_call_of_kind (self, call, NORPC_METHOD_FLAGS_STREAM, TRUE, "is not a stream", error);

  if (opening == NULL)
    return NULL;

  return NORPC_DYNAMIC_STREAM (norpc_proxy_open_stream (NORPC_PROXY (self), NORPC_TYPE_DYNAMIC_STREAM, opening,
                                                        cancellable));
}

/**
 * norpc_dynamic_proxy_open_stream:
 * @self: a proxy
 * @stream_name: the name of a stream
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens a stream.
 *
 * Errors are those of [method@Norpc.DynamicProxy.new_call]; those of the service are in the outcome of the
 * stream.
 *
 * Returns: (transfer full): the client's end, or %NULL if @error is set
 * Since: 0.1
 */
NorpcDynamicStream *
norpc_dynamic_proxy_open_stream (NorpcDynamicProxy  *self,
                                 const char         *stream_name,
                                 GVariant           *args,
                                 GCancellable       *cancellable,
                                 GError            **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (stream_name != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return open_stream_for_call (self, norpc_dynamic_proxy_new_call (self, stream_name, args, error), cancellable, error);
}

/**
 * norpc_dynamic_proxy_open_stream_for_values:
 * @self: a proxy
 * @stream_name: the name of a stream
 * @n_values: the number of @values
 * @values: (array length=n_values) (nullable): the arguments, with the types of the description
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Opens a stream, as [method@Norpc.DynamicProxy.open_stream] does, with arguments of any type.
 *
 * Returns: (transfer full): the client's end, or %NULL if @error is set
 * Since: 0.1
 */
NorpcDynamicStream *
norpc_dynamic_proxy_open_stream_for_values (NorpcDynamicProxy  *self,
                                            const char         *stream_name,
                                            guint               n_values,
                                            const GValue       *values,
                                            GCancellable       *cancellable,
                                            GError            **error)
{
  NorpcCall *call;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (stream_name != NULL, NULL);
  g_return_val_if_fail (n_values == 0 || values != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  call = norpc_dynamic_proxy_new_call_for_values (self, stream_name, n_values, values, error);

  return open_stream_for_call (self, call, cancellable, error);
}
