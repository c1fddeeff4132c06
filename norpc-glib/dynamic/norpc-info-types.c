/* norpc-info-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The interface infos of types, and the types of arguments in them, for language bindings. */

#include "client/norpc-proxy.h"
#include "core/norpc-interface-info-private.h"
#include "events/norpc-interface-members-private.h"
#include "norpc-description.h"

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

/* Returns (owned) the type of an argument as text. */
static char *
describe_type (const NorpcArgInfo *arg)
{
  const char *prefix = norpc_arg_info_is_nullable (arg) ? "?" : "";

  if (arg->get_element_type != NULL && !norpc_arg_info_is_list (arg))
    return g_strdup_printf ("%s%s[]", prefix, g_type_name (arg->get_element_type ()));
  if (arg->get_type != NULL)
    return g_strconcat (prefix, g_type_name (arg->get_type ()), NULL);

  return g_strconcat (prefix, arg->dbus.signature + (arg->dbus.signature[0] == 'm'), NULL);
}

static char **
list_types (GDBusArgInfo * const *infos)
{
  guint n = norpc_arg_infos_count (infos);
  char **types = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    types[i] = describe_type ((const NorpcArgInfo *) infos[i]);

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
 * Returns: (transfer full) (array zero-terminated=1): the types
 * Since: 0.1
 */
char **
norpc_interface_info_list_in_types (const NorpcInterfaceInfo *info,
                                    guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return list_types (info->methods[method]->dbus.in_args);
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

  return list_types (info->methods[method]->dbus.out_args);
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

  return list_types (info->methods[method]->items);
}
