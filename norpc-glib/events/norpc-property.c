/* norpc-property.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The GObject properties of generated interfaces and proxies. */

#include "norpc-property-private.h"

gboolean
norpc_property_is_readable (const NorpcPropertyInfo *info)
{
  return (info->dbus.flags & G_DBUS_PROPERTY_INFO_FLAGS_READABLE) != 0;
}

gboolean
norpc_property_is_writable (const NorpcPropertyInfo *info)
{
  return (info->dbus.flags & G_DBUS_PROPERTY_INFO_FLAGS_WRITABLE) != 0;
}

/* Thread-safe. Returns the index of the property whose GObject property is @name, or -1. */
int
norpc_property_find (const NorpcInterfaceInfo *interface_info,
                     const char               *name)
{
  for (int i = 0; interface_info->properties != NULL && interface_info->properties[i] != NULL; i++)
    if (g_str_equal (interface_info->properties[i]->name, name))
      return i;

  return -1;
}

static GParamFlags
get_flags (const NorpcPropertyInfo *info,
           GParamFlags              other)
{
  return (norpc_property_is_readable (info) ? G_PARAM_READABLE : 0) |
         (norpc_property_is_writable (info) ? G_PARAM_WRITABLE : 0) |
         G_PARAM_STATIC_STRINGS | other;
}

/* The value of a proxy before it knows that of the service. A string is not NULL if the
 * description does not allow it.
 */
static const char *
get_default_string (const NorpcPropertyInfo *info)
{
  if (info->dbus.signature[0] == 'm' || (info->flags & NORPC_ARG_FLAGS_NULLABLE) != 0)
    return NULL;

  return g_str_equal (info->dbus.signature, "o") ? "/" : "";
}

static GParamSpec *
new_integer_spec (const NorpcPropertyInfo *info,
                  GType                    type,
                  GParamFlags              flags)
{
  gboolean is_short = g_str_equal (info->dbus.signature, "n") || g_str_equal (info->dbus.signature, "q");

  switch (type)
    {
    case G_TYPE_UCHAR:
      return g_param_spec_uchar (info->name, NULL, NULL, 0, G_MAXUINT8, 0, flags);

    case G_TYPE_INT:
      return g_param_spec_int (info->name, NULL, NULL, is_short ? G_MININT16 : G_MININT,
                               is_short ? G_MAXINT16 : G_MAXINT, 0, flags);

    case G_TYPE_UINT:
      return g_param_spec_uint (info->name, NULL, NULL, 0, is_short ? G_MAXUINT16 : G_MAXUINT, 0, flags);

    case G_TYPE_INT64:
      return g_param_spec_int64 (info->name, NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);

    default:
      return g_param_spec_uint64 (info->name, NULL, NULL, 0, G_MAXUINT64, 0, flags);
    }
}

static GParamSpec *
new_enum_spec (const NorpcPropertyInfo *info,
               GType                    type,
               GParamFlags              flags)
{
  GEnumClass *klass = g_type_class_ref (type);
  GParamSpec *pspec = g_param_spec_enum (info->name, NULL, NULL, type, klass->values[0].value, flags);

  g_type_class_unref (klass);

  return pspec;
}

static GParamSpec *
new_spec (const NorpcPropertyInfo *info,
          GParamFlags              other_flags)
{
  GParamFlags flags = get_flags (info, other_flags);
  NorpcArgInfo arg = { .dbus.signature = info->dbus.signature, .get_type = info->get_type };
  GType type = norpc_arg_info_get_gtype (&arg.dbus);

  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_BOOLEAN:
      return g_param_spec_boolean (info->name, NULL, NULL, FALSE, flags);

    case G_TYPE_DOUBLE:
      return g_param_spec_double (info->name, NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0.0, flags);

    case G_TYPE_STRING:
      return g_param_spec_string (info->name, NULL, NULL, get_default_string (info), flags);

    case G_TYPE_ENUM:
      return new_enum_spec (info, type, flags);

    case G_TYPE_FLAGS:
      return g_param_spec_flags (info->name, NULL, NULL, type, 0, flags);

    case G_TYPE_BOXED:
      return g_param_spec_boxed (info->name, NULL, NULL, type, flags);

    case G_TYPE_VARIANT:
      return g_param_spec_variant (info->name, NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags);

    case G_TYPE_PARAM:
      return g_param_spec_param (info->name, NULL, NULL, type, flags);

    case G_TYPE_OBJECT:
    case G_TYPE_INTERFACE:
      return g_param_spec_object (info->name, NULL, NULL, type, flags);

    default:
      return new_integer_spec (info, type, flags);
    }
}

/* Called when the class of a proxy is initialized. The identifier of a property is its index and
 * one. A proxy notifies by itself, because it does so in its main context.
 */
void
norpc_property_install (GObjectClass             *object_class,
                        const NorpcInterfaceInfo *interface_info)
{
  for (guint i = 0; interface_info->properties[i] != NULL; i++)
    g_object_class_install_property (object_class, i + 1,
                                     new_spec (interface_info->properties[i], G_PARAM_EXPLICIT_NOTIFY));
}

void
norpc_property_install_in_interface (gpointer                  g_iface,
                                     const NorpcInterfaceInfo *interface_info)
{
  for (guint i = 0; interface_info->properties != NULL && interface_info->properties[i] != NULL; i++)
    g_object_interface_install_property (g_iface, new_spec (interface_info->properties[i], 0));
}

static void
free_value (gpointer data)
{
  g_value_unset (data);
  g_free (data);
}

/**
 * norpc_object_peek_property: (skip)
 * @object: an object
 * @name: the name of a readable property
 *
 * Gets the value of a property, which @object keeps until this function is called again for
 * the same property.
 *
 * Generated functions use this function. It must be called in the main context of
 * @object.
 *
 * Returns: (transfer none): the value
 * Since: 0.1
 */
const GValue *
norpc_object_peek_property (GObject    *object,
                            const char *name)
{
  g_autofree char *key = NULL;
  GValue *value;

  g_return_val_if_fail (G_IS_OBJECT (object), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  key = g_strconcat ("norpc-peeked-", name, NULL);
  value = g_new0 (GValue, 1);
  g_object_get_property (object, name, value);
  g_object_set_data_full (object, key, value, free_value);

  return value;
}
