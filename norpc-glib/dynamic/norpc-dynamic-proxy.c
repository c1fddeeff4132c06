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
NorpcCall *
norpc_dynamic_proxy_take_call (NorpcDynamicProxy  *self,
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
