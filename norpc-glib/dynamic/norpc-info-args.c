/* norpc-info-args.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The arguments of the members of an interface info, for language bindings, which cannot read all fields of the
 * structs.
 */

#include "core/norpc-interface-info-private.h"
#include "events/norpc-property-access-private.h"
#include "norpc-description.h"

/* Returns NULL behind the last one. */
static const NorpcArgInfo *
get_arg (GDBusArgInfo * const *infos,
         guint                 index)
{
  return index < norpc_arg_infos_count (infos) ? (const NorpcArgInfo *) infos[index] : NULL;
}

/**
 * norpc_interface_info_get_in_arg:
 * @info: an interface info
 * @method: the index of a method
 * @index: the index of an argument
 *
 * Gets an argument of a method or a stream.
 *
 * Returns: (transfer none) (nullable): the argument, or %NULL if the method has no more arguments
 * Since: 0.1
 */
const NorpcArgInfo *
norpc_interface_info_get_in_arg (const NorpcInterfaceInfo *info,
                                 guint                     method,
                                 guint                     index)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return get_arg (info->methods[method]->dbus.in_args, index);
}

/**
 * norpc_interface_info_get_out_arg:
 * @info: an interface info
 * @method: the index of a method
 * @index: the index of a result
 *
 * Gets a result of a method, or a part of the outcome of a stream.
 *
 * Returns: (transfer none) (nullable): the result, or %NULL if the method has no more results
 * Since: 0.1
 */
const NorpcArgInfo *
norpc_interface_info_get_out_arg (const NorpcInterfaceInfo *info,
                                  guint                     method,
                                  guint                     index)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return get_arg (info->methods[method]->dbus.out_args, index);
}

/**
 * norpc_interface_info_get_item:
 * @info: an interface info
 * @method: the index of a stream
 * @index: the index of a value
 *
 * Gets a value of an item of a stream.
 *
 * Returns: (transfer none) (nullable): the value, or %NULL if an item has no more values
 * Since: 0.1
 */
const NorpcArgInfo *
norpc_interface_info_get_item (const NorpcInterfaceInfo *info,
                               guint                     method,
                               guint                     index)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return get_arg (info->methods[method]->items, index);
}

/**
 * norpc_interface_info_get_signal_arg:
 * @info: an interface info
 * @signal: the index of a signal
 * @index: the index of an argument
 *
 * Gets an argument of a signal.
 *
 * Returns: (transfer none) (nullable): the argument, or %NULL if the signal has no more arguments
 * Since: 0.1
 */
const NorpcArgInfo *
norpc_interface_info_get_signal_arg (const NorpcInterfaceInfo *info,
                                     guint                     signal,
                                     guint                     index)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (signal < norpc_interface_info_get_n_signals (info), NULL);

  return get_arg (info->signals[signal]->dbus.args, index);
}

/**
 * norpc_interface_info_get_property_arg:
 * @info: an interface info
 * @property: the index of a property
 *
 * Gets the value of a property, as an argument with the name of the property.
 *
 * Returns: (transfer none): the value
 * Since: 0.1
 */
const NorpcArgInfo *
norpc_interface_info_get_property_arg (const NorpcInterfaceInfo *info,
                                       guint                     property)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (property < norpc_interface_info_get_n_properties (info), NULL);

  return &norpc_property_access_get (info)->args[property];
}

/**
 * norpc_arg_info_get_value_type:
 * @self: an argument
 *
 * Gets the type that a [struct@GObject.Value] with the argument has.
 *
 * Returns: the type
 * Since: 0.1
 */
GType
norpc_arg_info_get_value_type (const NorpcArgInfo *self)
{
  g_return_val_if_fail (self != NULL, G_TYPE_INVALID);

  return norpc_arg_info_get_gtype (&self->dbus);
}
