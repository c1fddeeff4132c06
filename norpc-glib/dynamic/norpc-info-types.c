/* norpc-info-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The interface infos of types, and the types of arguments in them, for language bindings. */

#include "client/norpc-proxy.h"
#include "core/norpc-interface-info-private.h"
#include "events/norpc-property-access-private.h"
#include "norpc-declared-types-private.h"
#include "norpc-description.h"
#include "norpc-dynamic-info-private.h"

/**
 * norpc_interface_info_for_type:
 * @type: a type
 *
 * Gets the interface info of a generated interface, or of a class of proxies.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer none) (nullable): the interface info, or %NULL if @type is neither
 * Since: 0.1
 */
const NorpcInterfaceInfo *
norpc_interface_info_for_type (GType type)
{
  const NorpcInterfaceInfo *info = NULL;

  if (G_TYPE_IS_INTERFACE (type))
    {
      gpointer g_iface = g_type_default_interface_ref (type);

      info = norpc_interface_type_get_info (type);
      g_type_default_interface_unref (g_iface);
    }
  else if (g_type_is_a (type, NORPC_TYPE_PROXY))
    {
      NorpcProxyClass *klass = g_type_class_ref (type);

      info = klass->interface_info;
      g_type_class_unref (klass);
    }

  return info;
}

/* Returns (owned) the type of an argument as text. @key is the argument or the property. */
static char *
describe_type (const NorpcInterfaceInfo *info,
               const NorpcArgInfo       *arg,
               gconstpointer             key)
{
  const NorpcDynamicInfo *dynamic = norpc_dynamic_info_get (info);
  const char *declared = dynamic != NULL ? g_hash_table_lookup (dynamic->run_time.arg_types, key) : NULL;
  const char *prefix = norpc_arg_info_is_nullable (arg) ? "?" : "";

  if (declared != NULL)
    return g_strconcat (prefix, declared, NULL);
  if (arg->get_element_type != NULL && !norpc_arg_info_is_list (arg))
    return g_strdup_printf ("%s%s[]", prefix, g_type_name (arg->get_element_type ()));
  if (arg->get_type != NULL)
    return g_strconcat (prefix, g_type_name (arg->get_type ()), NULL);

  return g_strconcat (prefix, arg->dbus.signature + (arg->dbus.signature[0] == 'm'), NULL);
}

static char **
list_types (const NorpcInterfaceInfo *info,
            GDBusArgInfo * const     *infos)
{
  guint n = norpc_arg_infos_count (infos);
  char **types = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    types[i] = describe_type (info, (const NorpcArgInfo *) infos[i], infos[i]);

  return types;
}

/**
 * norpc_interface_info_list_in_types:
 * @info: an interface info
 * @method: the index of a method
 *
 * Lists the types of the arguments of a method or a stream.
 *
 * Each is a type string such as `a{sv}`, or the name of a [alias@GObject.Type] such as `GFile`. An
 * array of such a type ends in `[]`. A type whose value may be %NULL begins with `?`.
 *
 * In an interface info that was made at run time, a type that the description declares is the name of
 * that, such as `Entry` or `Entry[]`; see [method@Norpc.InterfaceInfo.dup_declared_types].
 *
 * Returns: (transfer full) (array zero-terminated=1): the types
 * Since: 0.1
 */
char **
norpc_interface_info_list_in_types (const NorpcInterfaceInfo *info,
                                    guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return list_types (info, info->methods[method]->dbus.in_args);
}

/**
 * norpc_interface_info_list_out_types:
 * @info: an interface info
 * @method: the index of a method
 *
 * Lists the types of the results of a method, or of the outcome of a stream, as
 * [method@Norpc.InterfaceInfo.list_in_types] does those of the arguments.
 *
 * Returns: (transfer full) (array zero-terminated=1): the types
 * Since: 0.1
 */
char **
norpc_interface_info_list_out_types (const NorpcInterfaceInfo *info,
                                     guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return list_types (info, info->methods[method]->dbus.out_args);
}

/**
 * norpc_interface_info_list_item_types:
 * @info: an interface info
 * @method: the index of a stream
 *
 * Lists the types of the values of an item of a stream, as
 * [method@Norpc.InterfaceInfo.list_in_types] does those of the arguments.
 *
 * Returns: (transfer full) (array zero-terminated=1): the types
 * Since: 0.1
 */
char **
norpc_interface_info_list_item_types (const NorpcInterfaceInfo *info,
                                      guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return list_types (info, info->methods[method]->items);
}

/**
 * norpc_interface_info_list_signal_types:
 * @info: an interface info
 * @signal: the index of a signal
 *
 * Lists the types of the arguments of a signal, as [method@Norpc.InterfaceInfo.list_in_types] does those
 * of a method.
 *
 * Returns: (transfer full) (array zero-terminated=1): the types
 * Since: 0.1
 */
char **
norpc_interface_info_list_signal_types (const NorpcInterfaceInfo *info,
                                        guint                     signal)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (signal < norpc_interface_info_get_n_signals (info), NULL);

  return list_types (info, info->signals[signal]->dbus.args);
}

/**
 * norpc_interface_info_list_property_types:
 * @info: an interface info
 *
 * Lists the types of all properties, as [method@Norpc.InterfaceInfo.list_in_types] does those of
 * arguments.
 *
 * Returns: (transfer full) (array zero-terminated=1): the types, in the order of
 *   [method@Norpc.InterfaceInfo.list_properties]
 * Since: 0.1
 */
char **
norpc_interface_info_list_property_types (const NorpcInterfaceInfo *info)
{
  guint n;
  char **types;

  g_return_val_if_fail (info != NULL, NULL);

  n = norpc_interface_info_get_n_properties (info);
  types = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    types[i] = describe_type (info, &norpc_property_access_get (info)->args[i], info->properties[i]);

  return types;
}

/**
 * norpc_interface_info_dup_declared_types:
 * @info: an interface info
 *
 * Describes the types that the description of @info declares, and that need no generated code.
 *
 * Without generated code, a value of such a type has the form that it has outside of the process. The
 * dictionary has the kind of a type by its name, which is that of its element: `enum`, `flags` or
 * `record`; the type string of that form; and the members. Each member has a name, a type as in
 * [method@Norpc.InterfaceInfo.list_in_types], and the number of a value of an enumeration or flags.
 *
 * Returns: (transfer full): a variant of the type `a{s(ssa(ssx))}`, which is empty if @info was not made at
 *   run time
 * Since: 0.1
 */
GVariant *
norpc_interface_info_dup_declared_types (const NorpcInterfaceInfo *info)
{
  const NorpcDynamicInfo *dynamic;

  g_return_val_if_fail (info != NULL, NULL);

  dynamic = norpc_dynamic_info_get (info);

  return dynamic != NULL ? g_variant_ref (dynamic->run_time.types)
                         : g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{s(ssa(ssx))}"), NULL, 0));
}

/**
 * norpc_value_type_for_signature:
 * @signature: a type string of the description language, such as `a{sv}` or `mi`
 *
 * Gets the type of a [struct@GObject.Value] with an argument of a type.
 *
 * Returns: the type, or %G_TYPE_INVALID if @signature is not a type string
 * Since: 0.1
 */
GType
norpc_value_type_for_signature (const char *signature)
{
  g_return_val_if_fail (signature != NULL, G_TYPE_INVALID);

  return g_variant_type_string_is_valid (signature) ? norpc_signature_get_gtype (signature) : G_TYPE_INVALID;
}
