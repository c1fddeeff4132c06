/* norpc-dbus-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-info-private.h"

gboolean
norpc_dbus_arg_is_portable (const NorpcArgInfo *info)
{
  return *info->dbus.signature != '\0' && !norpc_arg_info_is_nullable (info) &&
         g_variant_is_signature (info->dbus.signature);
}

static const NorpcArgInfo *
find_not_portable (GDBusArgInfo * const *infos)
{
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    if (!norpc_dbus_arg_is_portable ((const NorpcArgInfo *) infos[i]))
      return (const NorpcArgInfo *) infos[i];

  return NULL;
}

gboolean
norpc_dbus_args_are_portable (GDBusArgInfo * const *infos)
{
  return find_not_portable (infos) == NULL;
}

/* Returns a text (owned) that says why a method cannot be called over D-Bus, or NULL. */
char *
norpc_dbus_find_not_portable (const NorpcMethodInfo *info)
{
  const NorpcArgInfo *arg = find_not_portable (info->dbus.in_args);
  const NorpcArgInfo *result = find_not_portable (info->dbus.out_args);

  if (norpc_method_info_is_stream (info))
    return g_strdup ("it is a stream");
  if (arg != NULL)
    return g_strdup_printf ("the argument '%s' has no form there", arg->dbus.name);
  if (result != NULL)
    return g_strdup_printf ("the result '%s' has no form there", result->dbus.name);

  return NULL;
}

gboolean
norpc_dbus_property_is_portable (const NorpcPropertyInfo *info)
{
  return norpc_dbus_arg_is_portable (&(NorpcArgInfo) {
    { -1, info->dbus.name, info->dbus.signature, NULL }, info->flags, info->get_type, info->get_element_type
  });
}

/* Returns the signature (owned) of the body of a message. */
char *
norpc_dbus_args_get_signature (GDBusArgInfo * const *infos)
{
  GString *signature = g_string_new (NULL);

  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    g_string_append (signature, infos[i]->signature);

  return g_string_free (signature, FALSE);
}

/* Returns the index of a signal that can cross, or -1. */
int
norpc_dbus_find_signal (const NorpcInterfaceInfo *info,
                        const char               *name)
{
  for (int i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    if (g_str_equal (info->signals[i]->dbus.name, name))
      return norpc_dbus_args_are_portable (info->signals[i]->dbus.args) ? i : -1;

  return -1;
}

/* Returns the index of a property that can cross, or -1. */
int
norpc_dbus_find_property (const NorpcInterfaceInfo *info,
                          const char               *name)
{
  for (int i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    if (g_str_equal (info->properties[i]->dbus.name, name))
      return norpc_dbus_property_is_portable (info->properties[i]) ? i : -1;

  return -1;
}

/* Makes an array (owned) of annotations, which ends with NULL: those of an interface and one more. */
static GDBusAnnotationInfo **
add_annotation (GDBusAnnotationInfo * const *annotations)
{
  static GDBusAnnotationInfo mark = { -1, (char *) NORPC_DBUS_CALLS_ANNOTATION, (char *) "1", NULL };
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; annotations != NULL && annotations[i] != NULL; i++)
    g_ptr_array_add (list, annotations[i]);
  g_ptr_array_add (list, &mark);
  g_ptr_array_add (list, NULL);

  return (GDBusAnnotationInfo **) g_ptr_array_free (list, FALSE);
}

/* Makes an array (owned), which ends with NULL, of the members that can cross. */
static GDBusMethodInfo **
list_methods (const NorpcInterfaceInfo *info)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; info->methods != NULL && info->methods[i] != NULL; i++)
    {
      g_autofree char *reason = norpc_dbus_find_not_portable (info->methods[i]);

      if (reason == NULL)
        g_ptr_array_add (list, (gpointer) &info->methods[i]->dbus);
    }
  g_ptr_array_add (list, NULL);

  return (GDBusMethodInfo **) g_ptr_array_free (list, FALSE);
}

static GDBusSignalInfo **
list_signals (const NorpcInterfaceInfo *info)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    if (norpc_dbus_args_are_portable (info->signals[i]->dbus.args))
      g_ptr_array_add (list, (gpointer) &info->signals[i]->dbus);
  g_ptr_array_add (list, NULL);

  return (GDBusSignalInfo **) g_ptr_array_free (list, FALSE);
}

static GDBusPropertyInfo **
list_properties (const NorpcInterfaceInfo *info)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    if (norpc_dbus_property_is_portable (info->properties[i]))
      g_ptr_array_add (list, (gpointer) &info->properties[i]->dbus);
  g_ptr_array_add (list, NULL);

  return (GDBusPropertyInfo **) g_ptr_array_free (list, FALSE);
}

static GDBusInterfaceInfo *
new_exported_info (const NorpcInterfaceInfo *info)
{
  GDBusInterfaceInfo *self = g_new0 (GDBusInterfaceInfo, 1);

  self->ref_count = -1;
  self->name = info->dbus.name;
  self->methods = list_methods (info);
  self->signals = list_signals (info);
  self->properties = list_properties (info);
  self->annotations = add_annotation (info->dbus.annotations);

  return self;
}

/* Thread-safe. Returns the description of an interface as others see it: it has the members that can cross, and
 * an annotation that tells clients with norpc-glib of others. Made on first use, and never freed, as GDBus may
 * describe an object in its own thread at any time.
 */
GDBusInterfaceInfo *
norpc_dbus_get_exported_info (const NorpcInterfaceInfo *info)
{
  static GMutex lock;
  static GHashTable *exported; /* (owned) [lock]: of unowned NorpcInterfaceInfo and owned GDBusInterfaceInfo */
  GDBusInterfaceInfo *found;

  g_mutex_lock (&lock);
  if (exported == NULL)
    exported = g_hash_table_new (NULL, NULL);
  found = g_hash_table_lookup (exported, info);
  if (found == NULL)
    {
      found = new_exported_info (info);
      g_hash_table_insert (exported, (gpointer) info, found);
    }
  g_mutex_unlock (&lock);

  return found;
}
