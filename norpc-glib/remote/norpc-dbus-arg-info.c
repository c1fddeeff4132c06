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

/* Makes a list (owned) of @annotations (nullable), to which others can be added. */
GPtrArray *
norpc_dbus_annotations_new (GDBusAnnotationInfo * const *annotations)
{
  GPtrArray *self = g_ptr_array_new ();

  for (guint i = 0; annotations != NULL && annotations[i] != NULL; i++)
    g_ptr_array_add (self, annotations[i]);

  return self;
}

/* Adds an annotation, in place of one with this key that the description has. */
void
norpc_dbus_annotations_set (GPtrArray  *self,
                            const char *key,
                            const char *value)
{
  for (guint i = self->len; i > 0; i--)
    if (g_str_equal (((const GDBusAnnotationInfo *) self->pdata[i - 1])->key, key))
      g_ptr_array_remove_index (self, i - 1);
  g_ptr_array_add (self, new_annotation (key, value));
}

/* Frees the list, and returns it as an array (owned) that ends with NULL, or NULL if it is empty. */
GDBusAnnotationInfo **
norpc_dbus_annotations_end (GPtrArray *self)
{
  if (self->len == 0)
    {
      g_ptr_array_unref (self);
      return NULL;
    }

  g_ptr_array_add (self, NULL);

  return (GDBusAnnotationInfo **) g_ptr_array_free (self, FALSE);
}

/* An annotation has a type that has another form on D-Bus, so that the description can be made of it. */
#define TYPE_ANNOTATION "org.norpc.Type"

#define NULLABLE_ANNOTATION "org.norpc.Nullable"
#define SENSITIVE_ANNOTATION "org.norpc.Sensitive"

/* Adds the annotations of an argument whose objects have the type @object_type. */
static void
annotate_object (GPtrArray          *annotations,
                 const NorpcArgInfo *info,
                 GType               object_type)
{
  const NorpcInterfaceInfo *object_info = norpc_interface_type_get_info (object_type);
  g_autofree char *type = g_strconcat (object_info->dbus.name, info->get_element_type != NULL ? "[]" : "", NULL);

  if (norpc_arg_info_is_nullable (info))
    norpc_dbus_annotations_set (annotations, NULLABLE_ANNOTATION, "true");
  norpc_dbus_annotations_set (annotations, TYPE_ANNOTATION, type);
}

/* Returns the description (owned) of an argument as others see it. */
GDBusArgInfo *
norpc_dbus_export_arg (const NorpcArgInfo *info)
{
  g_autofree char *type = norpc_dbus_arg_get_type (info);
  g_autofree char *form = norpc_dbus_arg_get_form (info);
  GType object_type = norpc_dbus_arg_get_object_type (info);
  GPtrArray *annotations = norpc_dbus_annotations_new (info->dbus.annotations);
  GDBusArgInfo *self = g_new0 (GDBusArgInfo, 1);

  *self = info->dbus;
  self->ref_count = -1;
  self->signature = g_strdup (form);
  if (object_type != G_TYPE_INVALID)
    annotate_object (annotations, info, object_type);
  else if (!g_str_equal (type, form))
    norpc_dbus_annotations_set (annotations, TYPE_ANNOTATION, type);
  if ((info->flags & NORPC_ARG_FLAGS_SENSITIVE) != 0)
    norpc_dbus_annotations_set (annotations, SENSITIVE_ANNOTATION, "true");
  self->annotations = norpc_dbus_annotations_end (annotations);

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
