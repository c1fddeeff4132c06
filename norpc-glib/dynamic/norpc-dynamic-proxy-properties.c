/* norpc-dynamic-proxy-properties.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The properties of a proxy whose interface is described at run time. */

#include "core/norpc-error.h"
#include "events/norpc-proxy-properties.h"
#include "norpc-dynamic-member-private.h"
#include "norpc-dynamic-proxy-private.h"

/**
 * norpc_dynamic_proxy_dup_value:
 * @self: a proxy
 * @property_name: the name of a property in the description, or that of the GObject property
 * @error: return location for an error
 *
 * Gets the value that the proxy has of a property; see [method@Norpc.Proxy.load_async].
 *
 * Errors are %NORPC_ERROR_INVALID_ARGUMENT and %NORPC_ERROR_NOT_IMPLEMENTED, as for
 * [method@Norpc.DynamicProxy.new_call]; the former also if the property is not loaded, and the description
 * does not allow %NULL. Until it is loaded, a number is 0, and a string is empty.
 *
 * Returns: (transfer full): the value, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_dynamic_proxy_dup_value (NorpcDynamicProxy  *self,
                               const char         *property_name,
                               GError            **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), NULL);
  g_return_val_if_fail (property_name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return norpc_dynamic_property_dup_variant (G_OBJECT (self), norpc_dynamic_proxy_get_interface_info (self), property_name, error);
}

/* Returns the name of the GObject property, and its value, or NULL if @error is set. */
static const char *
read_new_value (NorpcDynamicProxy  *self,
                const char         *property_name,
                GVariant           *variant,
                GValue             *value,
                GError            **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (variant);
  const NorpcInterfaceInfo *info = norpc_dynamic_proxy_get_interface_info (self);
  int property = norpc_dynamic_find_property (info, property_name, error);
  g_autofree char *problem = NULL;

  if (property < 0)
    return NULL;

  problem = norpc_dynamic_property_set_variant (info, (guint) property, value, sunk);
  if (problem == NULL)
    return info->properties[property]->name;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s", info->dbus.name,
               info->properties[property]->dbus.name, problem);

  return NULL;
}

/**
 * norpc_dynamic_proxy_set_value:
 * @self: a proxy
 * @property_name: the name of a property in the description, or that of the GObject property
 * @value: the value
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the property is set
 * @user_data: data for @callback
 *
 * Sets a property of the service; see [method@Norpc.Proxy.write_value_async].
 *
 * If @value is floating, it is consumed. If it does not match the description, nothing is sent, and the
 * function fails.
 *
 * Since: 0.1
 */
void
norpc_dynamic_proxy_set_value (NorpcDynamicProxy   *self,
                               const char          *property_name,
                               GVariant            *value,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_auto (GValue) new_value = G_VALUE_INIT;
  GError *error = NULL;
  const char *name;

  g_return_if_fail (NORPC_IS_DYNAMIC_PROXY (self));
  g_return_if_fail (property_name != NULL);
  g_return_if_fail (value != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  name = read_new_value (self, property_name, value, &new_value, &error);
  if (name != NULL)
    norpc_proxy_write_value_async (NORPC_PROXY (self), name, &new_value, cancellable, callback, user_data);
  else
    norpc_dynamic_proxy_fail_later (self, cancellable, callback, user_data, error);
}

/**
 * norpc_dynamic_proxy_set_value_finish:
 * @self: a proxy
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.DynamicProxy.set_value].
 *
 * Returns: %TRUE if the service has set the property
 * Since: 0.1
 */
gboolean
norpc_dynamic_proxy_set_value_finish (NorpcDynamicProxy  *self,
                                      GAsyncResult       *result,
                                      GError            **error)
{
  return norpc_proxy_write_value_finish (NORPC_PROXY (self), result, error);
}

/**
 * norpc_dynamic_proxy_set_value_sync:
 * @self: a proxy
 * @property_name: the name of a property in the description, or that of the GObject property
 * @value: the value
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Sets a property of the service, and blocks until that is done. Does not run a main context.
 *
 * See [method@Norpc.DynamicProxy.set_value].
 *
 * Returns: %TRUE if the service has set the property
 * Since: 0.1
 */
gboolean
norpc_dynamic_proxy_set_value_sync (NorpcDynamicProxy  *self,
                                    const char         *property_name,
                                    GVariant           *value,
                                    GCancellable       *cancellable,
                                    GError            **error)
{
  g_auto (GValue) new_value = G_VALUE_INIT;
  const char *name;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_PROXY (self), FALSE);
  g_return_val_if_fail (property_name != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  name = read_new_value (self, property_name, value, &new_value, error);

  return name != NULL && norpc_proxy_write_value_sync (NORPC_PROXY (self), name, &new_value, cancellable, error);
}
