/* norpc-dbus-arg-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-arg-info-private.h"
#include "norpc-dbus-form-private.h"

static GDBusAnnotationInfo *
new_annotation (const char *key,
                const char *value)
{
  GDBusAnnotationInfo *self = g_new0 (GDBusAnnotationInfo, 1);

  self->ref_count = -1;
  self->key = (char *) key;
  self->value = g_strdup (value);

  return self;
}

/* Makes an array (owned) of annotations, which ends with NULL: @annotations and one more. */
GDBusAnnotationInfo **
norpc_dbus_add_annotation (GDBusAnnotationInfo * const *annotations,
                           const char                  *key,
                           const char                  *value)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; annotations != NULL && annotations[i] != NULL; i++)
    g_ptr_array_add (list, annotations[i]);
  g_ptr_array_add (list, new_annotation (key, value));
  g_ptr_array_add (list, NULL);

  return (GDBusAnnotationInfo **) g_ptr_array_free (list, FALSE);
}

/* A type that has another form on D-Bus is told in an annotation, from which the description can be made. */
#define TYPE_ANNOTATION "org.norpc.Type"

#define NULLABLE_ANNOTATION "org.norpc.Nullable"

/* Makes the annotations (owned) of an argument whose objects have the type @object_type. */
static GDBusAnnotationInfo **
annotate_object (const NorpcArgInfo *info,
                 GType               object_type)
{
  const NorpcInterfaceInfo *object_info = norpc_interface_type_get_info (object_type);
  g_autofree char *type = g_strconcat (object_info->dbus.name, info->get_element_type != NULL ? "[]" : "", NULL);
  g_autofree GDBusAnnotationInfo **annotations = NULL;

  if (!norpc_arg_info_is_nullable (info))
    return norpc_dbus_add_annotation (info->dbus.annotations, TYPE_ANNOTATION, type);

  annotations = norpc_dbus_add_annotation (info->dbus.annotations, NULLABLE_ANNOTATION, "true");

  return norpc_dbus_add_annotation (annotations, TYPE_ANNOTATION, type);
}

/* Returns the description (owned) of an argument as others see it. */
GDBusArgInfo *
norpc_dbus_export_arg (const NorpcArgInfo *info)
{
  g_autofree char *type = norpc_dbus_arg_get_type (info);
  g_autofree char *form = norpc_dbus_arg_get_form (info);
  GType object_type = norpc_dbus_arg_get_object_type (info);
  GDBusArgInfo *self = g_new0 (GDBusArgInfo, 1);

  *self = info->dbus;
  self->ref_count = -1;
  self->signature = g_strdup (form);
  if (object_type != G_TYPE_INVALID)
    self->annotations = annotate_object (info, object_type);
  else if (!g_str_equal (type, form))
    self->annotations = norpc_dbus_add_annotation (info->dbus.annotations, TYPE_ANNOTATION, type);

  return self;
}

GDBusArgInfo **
norpc_dbus_export_args (GDBusArgInfo * const *infos)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    g_ptr_array_add (list, norpc_dbus_export_arg ((const NorpcArgInfo *) infos[i]));
  g_ptr_array_add (list, NULL);

  return (GDBusArgInfo **) g_ptr_array_free (list, FALSE);
}
