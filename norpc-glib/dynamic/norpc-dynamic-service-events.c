/* norpc-dynamic-service-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The signals and the properties of a service whose interface is described at run time. */

#include "core/norpc-error.h"
#include "core/norpc-value-variant-private.h"
#include "events/norpc-property-access-private.h"
#include "events/norpc-property-private.h"
#include "norpc-dynamic-member-private.h"
#include "norpc-dynamic-service.h"

/* Emits a signal with @values, the first of which is the service. */
static void
emit_values (NorpcDynamicService   *self,
             const NorpcSignalInfo *info,
             GValue                *values)
{
  g_value_init (&values[0], G_OBJECT_TYPE (self));
  g_value_set_object (&values[0], self);
  g_signal_emitv (values, g_signal_lookup (info->name, G_OBJECT_TYPE (self)), 0, NULL);
}

/**
 * norpc_dynamic_service_emit_variant:
 * @self: a service
 * @signal_name: the name of a signal in the description, or that of the GSignal
 * @args: (nullable): a tuple with the arguments, or %NULL if there are none
 * @error: return location for an error
 *
 * Emits a signal. Must be called in the main context of the service.
 *
 * If @args is floating, it is consumed. If there is no such signal, or if an argument does not match the
 * description, nothing is emitted, and @error is set to %NORPC_ERROR_INVALID_ARGUMENT; if the signal
 * needs generated code, to %NORPC_ERROR_NOT_IMPLEMENTED.
 *
 * Returns: %TRUE if the signal was emitted
 * Since: 0.1
 */
gboolean
norpc_dynamic_service_emit_variant (NorpcDynamicService  *self,
                                    const char           *signal_name,
                                    GVariant             *args,
                                    GError              **error)
{
  g_autoptr (GVariant) sunk = args != NULL ? g_variant_ref_sink (args) : NULL;
  const NorpcSignalInfo *info;
  g_autofree GValue *values = NULL;
  g_autofree char *problem = NULL;
  guint n_args;
  int index;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_SERVICE (self), FALSE);
  g_return_val_if_fail (signal_name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  index = norpc_dynamic_find_signal (norpc_dynamic_service_get_interface_info (self), signal_name, error);
  if (index < 0)
    return FALSE;

  info = norpc_dynamic_service_get_interface_info (self)->signals[index];
  n_args = norpc_arg_infos_count (info->dbus.args);
  values = g_new0 (GValue, n_args + 1);
  for (guint i = 0; i < n_args; i++)
    g_value_init (&values[i + 1], norpc_arg_info_get_gtype (info->dbus.args[i]));

  if (norpc_values_set_variant (info->dbus.args, values + 1, n_args, sunk, "argument", &problem))
    emit_values (self, info, values);
  else
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s",
                 norpc_dynamic_service_get_interface_info (self)->dbus.name, info->dbus.name, problem);
  for (guint i = 0; i <= n_args; i++)
    g_value_unset (&values[i]);

  return problem == NULL;
}

/**
 * norpc_dynamic_service_dup_value:
 * @self: a service
 * @property_name: the name of a property in the description, or that of the GObject property
 * @error: return location for an error
 *
 * Gets the value of a property.
 *
 * Returns: (transfer full): the value, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_dynamic_service_dup_value (NorpcDynamicService  *self,
                                 const char           *property_name,
                                 GError              **error)
{
  g_return_val_if_fail (NORPC_IS_DYNAMIC_SERVICE (self), NULL);
  g_return_val_if_fail (property_name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return norpc_dynamic_property_dup_variant (G_OBJECT (self), norpc_dynamic_service_get_interface_info (self), property_name, error);
}

/**
 * norpc_dynamic_service_set_value:
 * @self: a service
 * @property_name: the name of a property in the description, or that of the GObject property
 * @value: the value
 * @error: return location for an error
 *
 * Sets a property, and notifies if it has changed. Must be called in the main context of the service.
 *
 * If @value is floating, it is consumed. If it does not match the description, @error is set to
 * %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Returns: %TRUE if the property has the value
 * Since: 0.1
 */
gboolean
norpc_dynamic_service_set_value (NorpcDynamicService  *self,
                                 const char           *property_name,
                                 GVariant             *value,
                                 GError              **error)
{
  g_autoptr (GVariant) sunk = NULL;
  g_auto (GValue) kept = G_VALUE_INIT;
  g_autofree char *problem = NULL;
  const NorpcInterfaceInfo *info;
  int property;

  g_return_val_if_fail (NORPC_IS_DYNAMIC_SERVICE (self), FALSE);
  g_return_val_if_fail (property_name != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  sunk = g_variant_ref_sink (value);
  info = norpc_dynamic_service_get_interface_info (self);
  property = norpc_dynamic_find_property (info, property_name, error);
  if (property < 0)
    return FALSE;

  problem = norpc_dynamic_property_set_variant (info, (guint) property, &kept, sunk);
  if (problem == NULL)
    problem = norpc_property_find_problem (G_OBJECT (self), info->properties[property]->name,
                                           &norpc_property_access_get (info)->args[property], &kept);
  if (problem == NULL)
    g_object_set_property (G_OBJECT (self), info->properties[property]->name, &kept);
  else
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s", info->dbus.name,
                 info->properties[property]->dbus.name, problem);

  return problem == NULL;
}
