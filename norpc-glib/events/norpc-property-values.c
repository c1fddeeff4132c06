/* norpc-property-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-log-private.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-copy-private.h"
#include "core/norpc-value-equal-private.h"
#include "core/norpc-value-variant-private.h"
#include "norpc-property-access-private.h"
#include "norpc-property-values-private.h"

struct _NorpcPropertyValues
{
  const NorpcInterfaceInfo  *interface_info;
  const NorpcPropertyAccess *access;
  GValue                     values[]; /* (owned): of the properties, in their order */
};

/* Returns an empty value (owned) of a container type that has no type string, or NULL. */
static gpointer
new_empty_boxed (GType type)
{
  if (type == G_TYPE_BYTES)
    return g_bytes_new (NULL, 0);
  if (type == G_TYPE_PTR_ARRAY)
    return g_ptr_array_new ();
  if (type == G_TYPE_ARRAY)
    return g_array_new (FALSE, FALSE, sizeof (int)); /* of enumerators or flags */

  return NULL;
}

/* Returns an empty value (floating) of a type. A variant has an empty text: GVariant's own has an empty tuple, for which
 * D-Bus has no form.
 */
static GVariant *
new_empty_variant (const GVariantType *type)
{
  GVariantBuilder builder;
  const GVariantType *child;

  if (g_variant_type_equal (type, G_VARIANT_TYPE_VARIANT))
    return g_variant_new_variant (g_variant_new_string (""));
  if (!g_variant_type_is_tuple (type))
    return g_variant_new_from_data (type, NULL, 0, FALSE, NULL, NULL);

  g_variant_builder_init (&builder, type);
  for (child = g_variant_type_first (type); child != NULL; child = g_variant_type_next (child))
    g_variant_builder_add_value (&builder, new_empty_variant (child));

  return g_variant_builder_end (&builder);
}

/* Sets a value that the description allows, if there is one: the first enumerator, an empty text or container, a
 * variant with an empty text, or NULL.
 */
static void
init_value (const NorpcArgInfo *arg,
            GValue             *value)
{
  GType type = norpc_arg_info_get_gtype (&arg->dbus);
  g_autoptr (GVariant) empty = NULL;

  g_value_init (value, type);
  if (norpc_arg_info_is_nullable (arg))
    return;

  if (G_TYPE_FUNDAMENTAL (type) == G_TYPE_ENUM)
    {
      g_autoptr (GEnumClass) klass = g_type_class_ref (type);

      g_value_set_enum (value, klass->values[0].value);
    }
  else if (arg->get_type == NULL && *arg->dbus.signature != '\0')
    {
      empty = g_variant_ref_sink (new_empty_variant (G_VARIANT_TYPE (arg->dbus.signature)));
      g_free (norpc_value_set_variant (arg, value, empty));
    }
  else if (G_TYPE_FUNDAMENTAL (type) == G_TYPE_BOXED)
    {
      g_value_take_boxed (value, new_empty_boxed (type));
    }
}

NorpcPropertyValues *
norpc_property_values_new (const NorpcInterfaceInfo *interface_info)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (interface_info);
  NorpcPropertyValues *self = g_malloc0 (sizeof (NorpcPropertyValues) + access->n_properties * sizeof (GValue));

  self->interface_info = interface_info;
  self->access = access;
  for (guint i = 0; i < access->n_properties; i++)
    init_value (&access->args[i], &self->values[i]);

  return self;
}

void
norpc_property_values_free (NorpcPropertyValues *self)
{
  for (guint i = 0; i < self->access->n_properties; i++)
    g_value_unset (&self->values[i]);
  g_free (self);
}

void
norpc_property_values_get (const NorpcPropertyValues *self,
                           guint                      property_id,
                           GValue                    *value)
{
  g_value_copy (&self->values[property_id - 1], value);
}

/* Keeps a copy of @value, and notifies for @owner if it is another one. A value that the description does not allow
 * is a mistake of the service: clients could not load the properties any more.
 */
void
norpc_property_values_set (NorpcPropertyValues *self,
                           guint                property_id,
                           const GValue        *value,
                           GObject             *owner,
                           GParamSpec          *pspec)
{
  const NorpcArgInfo *arg = &self->access->args[property_id - 1];
  GValue *kept = &self->values[property_id - 1];
  g_autofree char *problem = norpc_value_find_problem (arg, value);

  if (problem != NULL)
    {
      norpc_critical ("%s: property '%s': %s", self->interface_info->dbus.name, arg->dbus.name, problem);
      return;
    }
  if (norpc_value_equal (arg, kept, value))
    return;

  norpc_value_copy_deep (arg, value, kept);
  g_object_notify_by_pspec (owner, pspec);
}
