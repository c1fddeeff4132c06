/* norpc-dynamic-member.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "core/norpc-value-variant-private.h"
#include "events/norpc-property-access-private.h"
#include "norpc-dynamic-info-private.h"
#include "norpc-dynamic-member-private.h"

static void
set_no_member (const NorpcInterfaceInfo  *info,
               const char                *kind,
               const char                *name,
               GError                   **error)
{
  const char *left_out = norpc_dynamic_info_get_left_out (info, kind, name);

  if (left_out != NULL)
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED, "%s: %s", info->dbus.name, left_out);
  else
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s has no %s '%s'", info->dbus.name, kind, name);
}

int
norpc_dynamic_find_method (const NorpcInterfaceInfo  *info,
                           const char                *name,
                           GError                   **error)
{
  int index = norpc_interface_info_find_method (info, name);

  if (index < 0)
    set_no_member (info, "method", name, error);

  return index;
}

int
norpc_dynamic_find_signal (const NorpcInterfaceInfo  *info,
                           const char                *name,
                           GError                   **error)
{
  int index = norpc_interface_info_find_signal_named (info, name);

  if (index < 0)
    set_no_member (info, "signal", name, error);

  return index;
}

int
norpc_dynamic_find_property (const NorpcInterfaceInfo  *info,
                             const char                *name,
                             GError                   **error)
{
  int index = norpc_interface_info_find_property_named (info, name);

  if (index < 0)
    set_no_member (info, "property", name, error);

  return index;
}

/* Initializes @value, and sets it. Returns a message (owned), or NULL. */
char *
norpc_dynamic_property_set_variant (const NorpcInterfaceInfo *info,
                                    guint                     property,
                                    GValue                   *value,
                                    GVariant                 *variant)
{
  const NorpcArgInfo *arg = &norpc_property_access_get (info)->args[property];

  g_value_init (value, norpc_arg_info_get_gtype (&arg->dbus));

  return norpc_value_set_variant (arg, value, variant);
}

/* Returns the value (owned) that @object has, or NULL if @error is set. */
GVariant *
norpc_dynamic_property_dup_variant (GObject                   *object,
                                    const NorpcInterfaceInfo  *info,
                                    const char                *name,
                                    GError                   **error)
{
  int property = norpc_dynamic_find_property (info, name, error);
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *problem = NULL;
  const NorpcArgInfo *arg;
  GVariant *variant;

  if (property < 0)
    return NULL;

  arg = &norpc_property_access_get (info)->args[property];
  g_value_init (&value, norpc_arg_info_get_gtype (&arg->dbus));
  if ((g_object_class_find_property (G_OBJECT_GET_CLASS (object), info->properties[property]->name)->flags &
       G_PARAM_READABLE) == 0)
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: the property '%s' can only be written",
                   info->dbus.name, name);
      return NULL;
    }

  g_object_get_property (object, info->properties[property]->name, &value);
  variant = norpc_value_to_variant (arg, &value, &problem);
  if (variant == NULL)
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s: property '%s': %s", info->dbus.name, name,
                 problem);

  return variant != NULL ? g_variant_ref_sink (variant) : NULL;
}
