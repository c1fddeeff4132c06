/* norpc-property.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The GObject properties of generated interfaces and proxies. */

#include "core/norpc-arg-spec-private.h"
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

static GParamSpec *
new_spec (const NorpcPropertyInfo *info,
          GParamFlags              other_flags)
{
  NorpcArgInfo arg = { .dbus.signature = info->dbus.signature, .flags = info->flags, .get_type = info->get_type };

  return norpc_arg_info_new_spec (&arg, info->name, get_flags (info, other_flags));
}

/* Called when the class of a proxy or a simple service is initialized. The identifier of a property is
 * its index and one. The objects notify by themselves: a proxy does so in its main context. @flags are
 * those beside the flags of the description.
 */
void
norpc_property_install (GObjectClass             *object_class,
                        const NorpcInterfaceInfo *interface_info,
                        GParamFlags               flags)
{
  for (guint i = 0; interface_info->properties[i] != NULL; i++)
    g_object_class_install_property (object_class, i + 1,
                                     new_spec (interface_info->properties[i],
                                               flags | G_PARAM_EXPLICIT_NOTIFY));
}

void
norpc_property_install_in_interface (gpointer                  g_iface,
                                     const NorpcInterfaceInfo *interface_info)
{
  for (guint i = 0; interface_info->properties != NULL && interface_info->properties[i] != NULL; i++)
    g_object_interface_install_property (g_iface, new_spec (interface_info->properties[i], 0));
}

/* Returns a message (owned). @arg is the description of the property. */
static char *
describe_rejected (const NorpcArgInfo *arg,
                   GParamSpec         *pspec,
                   const GValue       *value)
{
  const char *type = g_type_name (pspec->value_type);

  if (norpc_arg_info_is_sensitive (arg))
    return g_strdup_printf ("the value is not a valid %s; it is sensitive, and not shown", type);
  if (G_VALUE_HOLDS_ENUM (value))
    return g_strdup_printf ("%d is not a valid %s", g_value_get_enum (value), type);
  if (G_VALUE_HOLDS_FLAGS (value))
    return g_strdup_printf ("%u is not a valid %s", g_value_get_flags (value), type);

  return g_strdup_printf ("the property '%s' of %s does not allow the value", pspec->name,
                          g_type_name (pspec->owner_type));
}

/* Returns a message (owned) if GObject does not let @object have this value of a property, or NULL. @arg is the
 * description of the property. An enumeration can have any number, but a GObject property has only the named ones, and
 * a class may allow less than the description. g_object_set_property () reports that as a mistake of the program, and a
 * client must not cause such a report in the service.
 */
char *
norpc_property_find_problem (GObject            *object,
                             const char         *name,
                             const NorpcArgInfo *arg,
                             const GValue       *value)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), name);
  GParamSpec *target = pspec != NULL ? g_param_spec_get_redirect_target (pspec) : NULL;
  g_auto (GValue) validated = G_VALUE_INIT;

  if (target != NULL)
    pspec = target;
  if (pspec == NULL || (pspec->flags & G_PARAM_LAX_VALIDATION) != 0 || G_VALUE_TYPE (value) != pspec->value_type)
    return NULL;

  g_value_init (&validated, pspec->value_type);
  g_value_copy (value, &validated);

  return g_param_value_validate (pspec, &validated) ? describe_rejected (arg, pspec, value) : NULL;
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
