/* norpc-dynamic-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The memory of an interface info that is made at run time. */

#include <stdlib.h>
#include <string.h>

#include "events/norpc-property-access-private.h"
#include "norpc-dynamic-info-private.h"

NorpcDynamicInfo *
norpc_dynamic_info_new (void)
{
  NorpcDynamicInfo *self = g_new0 (NorpcDynamicInfo, 1);

  self->run_time.info.dbus.ref_count = -1;
  self->run_time.info.get_type = norpc_run_time_info_get_type;
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->left_out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->function_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->run_time.arg_types = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

/* Only for one that no code has seen yet. */
void
norpc_dynamic_info_free (NorpcDynamicInfo *self)
{
  g_ptr_array_unref (self->blocks);
  g_hash_table_unref (self->left_out);
  g_hash_table_unref (self->function_names);
  g_hash_table_unref (self->run_time.arg_types);
  g_clear_pointer (&self->run_time.types, g_variant_unref);
  g_clear_pointer (&self->errors, g_hash_table_unref);
  g_free (self);
}

/* Returns zeroed memory (owned by the info). */
gpointer
norpc_dynamic_info_alloc (NorpcDynamicInfo *self,
                          gsize             size)
{
  gpointer block = g_malloc0 (size);

  g_ptr_array_add (self->blocks, block);

  return block;
}

/* Returns a string (owned by the info). */
char *
norpc_dynamic_info_strdup (NorpcDynamicInfo *self,
                           const char       *text)
{
  char *copy = g_strdup (text);

  g_ptr_array_add (self->blocks, copy);

  return copy;
}

/* Returns the items (owned by the info) as a list that ends with NULL, or NULL if there are none. Takes
 * ownership of @items.
 */
gpointer
norpc_dynamic_info_take_list (NorpcDynamicInfo *self,
                              GPtrArray        *items)
{
  gpointer *list;

  if (items->len == 0)
    {
      g_ptr_array_unref (items);
      return NULL;
    }

  g_ptr_array_add (items, NULL);
  list = g_ptr_array_free (items, FALSE);
  g_ptr_array_add (self->blocks, list);

  return list;
}

/* Returns NULL if @info was not made at run time. That of the calls that access properties is one of their interface. */
const NorpcDynamicInfo *
norpc_dynamic_info_get (const NorpcInterfaceInfo *info)
{
  if (!norpc_interface_info_is_run_time (info))
    return NULL;
  if (norpc_interface_info_get_run_time (info) == NULL)
    info = ((const NorpcPropertyAccess *) info)->interface_info;

  return (const NorpcDynamicInfo *) info;
}

/* Members of different kinds may have one name; a stream is a method. */
static char *
make_left_out_key (const char *kind,
                   const char *member)
{
  return g_strdup_printf ("%s %s", kind, member);
}

/* Notes that a member, which is described by an element of that name, needs generated code. */
void
norpc_dynamic_info_leave_out (NorpcDynamicInfo *self,
                              const char       *element,
                              const char       *member,
                              const char       *reason)
{
  const char *kind = g_str_equal (element, "stream") ? "method" : element;

  g_hash_table_insert (self->left_out, make_left_out_key (kind, member),
                       g_strdup_printf ("the %s '%s' needs code that norpc-codegen generates: %s", element, member,
                                        reason));
}

/* Returns the reason (unowned) why a member of a kind, "method", "signal" or "property", is left out, or NULL. */
const char *
norpc_dynamic_info_get_left_out (const NorpcInterfaceInfo *info,
                                 const char               *kind,
                                 const char               *member)
{
  const NorpcDynamicInfo *self = norpc_dynamic_info_get (info);
  g_autofree char *key = make_left_out_key (kind, member);

  return self != NULL ? g_hash_table_lookup (self->left_out, key) : NULL;
}

/* Appends a text that may contain anything, so that no two sequences of texts look the same. */
static void
append_text (GString    *text,
             const char *appended)
{
  g_string_append_printf (text, " %" G_GSIZE_FORMAT ":%s", strlen (appended), appended);
}

static void
describe_annotations (GString                      *text,
                      GDBusAnnotationInfo * const  *annotations)
{
  for (guint i = 0; annotations != NULL && annotations[i] != NULL; i++)
    {
      append_text (text, annotations[i]->key);
      append_text (text, annotations[i]->value);
      g_string_append (text, " {");
      describe_annotations (text, annotations[i]->annotations);
      g_string_append (text, " }");
    }
}

static const char *
get_arg_type (const NorpcDynamicInfo *self,
              gconstpointer           arg)
{
  const char *type = g_hash_table_lookup (self->run_time.arg_types, arg);

  return type != NULL ? type : "";
}

static void
describe_args (GString                *text,
               const NorpcDynamicInfo *self,
               const char             *kind,
               GDBusArgInfo * const   *infos)
{
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    {
      const NorpcArgInfo *info = (const NorpcArgInfo *) infos[i];

      g_string_append_printf (text, " %s", kind);
      append_text (text, info->dbus.name);
      g_string_append_printf (text, " %s:%s:%u", info->dbus.signature,
                              info->get_type != NULL ? g_type_name (info->get_type ()) : "", info->flags);
      append_text (text, get_arg_type (self, info));
      describe_annotations (text, infos[i]->annotations);
    }
}

static void
describe_function_name (GString                *text,
                        const NorpcDynamicInfo *self,
                        const char             *member)
{
  append_text (text, g_hash_table_lookup (self->function_names, member));
}

static int
compare_keys (gconstpointer a,
              gconstpointer b)
{
  return g_strcmp0 (*(const char * const *) a, *(const char * const *) b);
}

/* Appends the members that are left out, and the declared errors and types. */
static void
describe_tables (GString                *text,
                 const NorpcDynamicInfo *self)
{
  g_autofree gpointer *left_out = g_hash_table_get_keys_as_array (self->left_out, NULL);
  g_autofree gpointer *errors = g_hash_table_get_keys_as_array (self->errors, NULL);
  g_autofree char *types = g_variant_print (self->run_time.types, FALSE);
  guint n_left_out = g_hash_table_size (self->left_out), n_errors = g_hash_table_size (self->errors);

  qsort (left_out, n_left_out, sizeof (gpointer), compare_keys);
  qsort (errors, n_errors, sizeof (gpointer), compare_keys);
  for (guint i = 0; i < n_left_out; i++)
    append_text (text, g_hash_table_lookup (self->left_out, left_out[i]));
  for (guint i = 0; i < n_errors; i++)
    {
      const NorpcDescribedError *error = g_hash_table_lookup (self->errors, errors[i]);

      append_text (text, errors[i]);
      g_string_append_printf (text, " %d", error->code);
      append_text (text, error->dbus_name != NULL ? error->dbus_name : "");
    }
  append_text (text, types);
}

/* Returns a text (owned) that is the same for two infos that are the same. */
char *
norpc_dynamic_info_describe (const NorpcDynamicInfo *self)
{
  const NorpcInterfaceInfo *info = &self->run_time.info;
  GString *text = g_string_new (info->dbus.name);

  describe_annotations (text, info->dbus.annotations);
  for (guint i = 0; info->methods != NULL && info->methods[i] != NULL; i++)
    {
      const NorpcMethodInfo *method = info->methods[i];

      g_string_append_printf (text, "\nmethod %s %u %u %u", method->dbus.name, method->flags, method->timeout,
                              method->backlog);
      describe_args (text, self, "in", method->dbus.in_args);
      describe_args (text, self, "out", method->dbus.out_args);
      describe_args (text, self, "item", method->items);
      describe_function_name (text, self, method->dbus.name);
      describe_annotations (text, method->dbus.annotations);
    }
  for (guint i = 0; info->signals != NULL && info->signals[i] != NULL; i++)
    {
      const NorpcSignalInfo *signal = info->signals[i];

      g_string_append_printf (text, "\nsignal %s %s %u %u", signal->dbus.name, signal->name, signal->backlog,
                              signal->flags);
      describe_args (text, self, "arg", signal->dbus.args);
      describe_function_name (text, self, signal->dbus.name);
      describe_annotations (text, signal->dbus.annotations);
    }
  for (guint i = 0; info->properties != NULL && info->properties[i] != NULL; i++)
    {
      const NorpcPropertyInfo *property = info->properties[i];

      g_string_append (text, "\nproperty");
      append_text (text, property->dbus.name);
      g_string_append_printf (text, " %s %s:%s %u %u %u", property->name,
                              property->dbus.signature,
                              property->get_type != NULL ? g_type_name (property->get_type ()) : "", property->flags,
                              property->dbus.flags, property->updates);
      append_text (text, get_arg_type (self, property));
      describe_function_name (text, self, property->dbus.name);
      describe_annotations (text, property->dbus.annotations);
    }
  g_string_append_c (text, '\n');
  describe_tables (text, self);

  return g_string_free (text, FALSE);
}
