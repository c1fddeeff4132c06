/* norpc-info-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The members of an interface info, whether it was compiled or made at run time, for language bindings, which
 * cannot read all fields of the structs.
 */

#include "core/norpc-interface-info-private.h"
#include "norpc-description.h"
#include "norpc-dynamic-info-private.h"

/* Returns the names (owned) of infos of any type. @offset is that of the name in an info. */
static char **
list_names (gconstpointer infos,
            gsize         offset)
{
  const gconstpointer *list = infos;
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    g_ptr_array_add (names, g_strdup (G_STRUCT_MEMBER (const char *, list[i], offset)));
  g_ptr_array_add (names, NULL);

  return (char **) g_ptr_array_free (names, FALSE);
}

/**
 * norpc_interface_info_list_methods:
 * @info: an interface info
 *
 * Lists the methods and streams. The index of a method is its position in this list.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, in the order of the description
 * Since: 0.1
 */
char **
norpc_interface_info_list_methods (const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return list_names (info->methods, G_STRUCT_OFFSET (NorpcMethodInfo, dbus.name));
}

/**
 * norpc_interface_info_list_signals:
 * @info: an interface info
 *
 * Lists the signals.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, in the order of the description
 * Since: 0.1
 */
char **
norpc_interface_info_list_signals (const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return list_names (info->signals, G_STRUCT_OFFSET (NorpcSignalInfo, dbus.name));
}

/**
 * norpc_interface_info_list_properties:
 * @info: an interface info
 *
 * Lists the properties.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, in the order of the description
 * Since: 0.1
 */
char **
norpc_interface_info_list_properties (const NorpcInterfaceInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);

  return list_names (info->properties, G_STRUCT_OFFSET (NorpcPropertyInfo, dbus.name));
}

/**
 * norpc_interface_info_get_gobject_name:
 * @info: an interface info
 * @member: the name of a signal or a property
 *
 * Gets the name of the GSignal or the GObject property for a member of the description.
 *
 * If a signal and a property have one name, that of the signal is returned.
 *
 * Returns: (nullable): the name, or %NULL if there is no such member
 * Since: 0.1
 */
const char *
norpc_interface_info_get_gobject_name (const NorpcInterfaceInfo *info,
                                       const char               *member)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (member != NULL, NULL);

  for (guint i = 0; i < norpc_interface_info_get_n_signals (info); i++)
    if (g_str_equal (info->signals[i]->dbus.name, member))
      return info->signals[i]->name;
  for (guint i = 0; i < norpc_interface_info_get_n_properties (info); i++)
    if (g_str_equal (info->properties[i]->dbus.name, member))
      return info->properties[i]->name;

  return NULL;
}

/**
 * norpc_interface_info_get_function_name:
 * @info: an interface info that was made at run time
 * @member: the name of a method, a stream, a signal or a property
 *
 * Gets the name that generated functions have for a member: `get_size` for a method `GetSize`.
 *
 * Members that are left out have one, too. If a method and another member have one name, that of the method
 * is returned.
 *
 * Returns: (nullable): the name, or %NULL if there is no such member
 * Since: 0.1
 */
const char *
norpc_interface_info_get_function_name (const NorpcInterfaceInfo *info,
                                        const char               *member)
{
  const NorpcDynamicInfo *self;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (member != NULL, NULL);

  self = norpc_dynamic_info_get (info);

  return self != NULL ? g_hash_table_lookup (self->function_names, member) : NULL;
}

/**
 * norpc_interface_info_list_in_args:
 * @info: an interface info
 * @method: the index of a method
 *
 * Lists the arguments of a method or a stream.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 * Since: 0.1
 */
char **
norpc_interface_info_list_in_args (const NorpcInterfaceInfo *info,
                                   guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return list_names (info->methods[method]->dbus.in_args, G_STRUCT_OFFSET (GDBusArgInfo, name));
}

/**
 * norpc_interface_info_list_out_args:
 * @info: an interface info
 * @method: the index of a method
 *
 * Lists the results of a method, or the parts of the outcome of a stream.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 * Since: 0.1
 */
char **
norpc_interface_info_list_out_args (const NorpcInterfaceInfo *info,
                                    guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return list_names (info->methods[method]->dbus.out_args, G_STRUCT_OFFSET (GDBusArgInfo, name));
}

/**
 * norpc_interface_info_list_items:
 * @info: an interface info
 * @method: the index of a method
 *
 * Lists the values of an item of a stream.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 * Since: 0.1
 */
char **
norpc_interface_info_list_items (const NorpcInterfaceInfo *info,
                                 guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return list_names (info->methods[method]->items, G_STRUCT_OFFSET (GDBusArgInfo, name));
}

/**
 * norpc_interface_info_list_signal_args:
 * @info: an interface info
 * @signal: the index of a signal
 *
 * Lists the arguments of a signal.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names
 * Since: 0.1
 */
char **
norpc_interface_info_list_signal_args (const NorpcInterfaceInfo *info,
                                       guint                     signal)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (signal < norpc_interface_info_get_n_signals (info), NULL);

  return list_names (info->signals[signal]->dbus.args, G_STRUCT_OFFSET (GDBusArgInfo, name));
}

/* Returns the type string (owned) of a tuple, or NULL if a value has no form as a variant. */
static char *
make_tuple_type (GDBusArgInfo * const *infos)
{
  GString *type = g_string_new ("(");

  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    {
      const NorpcArgInfo *info = (const NorpcArgInfo *) infos[i];
      gboolean is_maybe = norpc_arg_info_is_nullable (info) && info->dbus.signature[0] != 'm';

      if (*info->dbus.signature == '\0')
        {
          g_string_free (type, TRUE);
          return NULL;
        }
      g_string_append_printf (type, "%s%s", is_maybe ? "m" : "", info->dbus.signature);
    }
  g_string_append_c (type, ')');

  return g_string_free (type, FALSE);
}

/**
 * norpc_interface_info_get_in_type:
 * @info: an interface info
 * @method: the index of a method
 *
 * Gets the type of a tuple with the arguments of a method, for
 * [method@Norpc.Call.set_args_variant] and the like.
 *
 * An argument that may be %NULL is a maybe.
 *
 * Returns: (nullable): a type string, or %NULL if an argument has no form as a
 *   [struct@GLib.Variant]
 * Since: 0.1
 */
char *
norpc_interface_info_get_in_type (const NorpcInterfaceInfo *info,
                                  guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return make_tuple_type (info->methods[method]->dbus.in_args);
}

/**
 * norpc_interface_info_get_out_type:
 * @info: an interface info
 * @method: the index of a method
 *
 * Gets the type of a tuple with the results of a method, or with the outcome of a stream.
 *
 * Returns: (nullable): a type string, or %NULL if a result has no form as a [struct@GLib.Variant]
 * Since: 0.1
 */
char *
norpc_interface_info_get_out_type (const NorpcInterfaceInfo *info,
                                   guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return make_tuple_type (info->methods[method]->dbus.out_args);
}

/**
 * norpc_interface_info_get_signal_type:
 * @info: an interface info
 * @signal: the index of a signal
 *
 * Gets the type of a tuple with the arguments of a signal.
 *
 * Returns: (nullable): a type string, or %NULL if an argument has no form as a [struct@GLib.Variant]
 * Since: 0.1
 */
char *
norpc_interface_info_get_signal_type (const NorpcInterfaceInfo *info,
                                      guint                     signal)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (signal < norpc_interface_info_get_n_signals (info), NULL);

  return make_tuple_type (info->signals[signal]->dbus.args);
}

/**
 * norpc_interface_info_get_item_type:
 * @info: an interface info
 * @method: the index of a stream
 *
 * Gets the type of a tuple with the values of an item of a stream.
 *
 * Returns: (nullable): a type string, or %NULL if a value has no form as a [struct@GLib.Variant]
 * Since: 0.1
 */
char *
norpc_interface_info_get_item_type (const NorpcInterfaceInfo *info,
                                    guint                     method)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NULL);

  return make_tuple_type (info->methods[method]->items);
}

/**
 * norpc_interface_info_get_method_flags:
 * @info: an interface info
 * @method: the index of a method
 *
 * Gets the flags of a method.
 *
 * Returns: the flags
 * Since: 0.1
 */
NorpcMethodFlags
norpc_interface_info_get_method_flags (const NorpcInterfaceInfo *info,
                                       guint                     method)
{
  g_return_val_if_fail (info != NULL, NORPC_METHOD_FLAGS_NONE);
  g_return_val_if_fail (method < norpc_interface_info_get_n_methods (info), NORPC_METHOD_FLAGS_NONE);

  return info->methods[method]->flags;
}
