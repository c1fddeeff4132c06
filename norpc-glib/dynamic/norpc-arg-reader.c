/* norpc-arg-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads the arguments of members, and annotations. */

#include <string.h>

#include "norpc-declared-types-private.h"
#include "norpc-described-type-private.h"
#include "norpc-description-reader-private.h"

#define MAX_MESSAGE 255 /* a limit of D-Bus: the types of all arguments of a message */
#define MAX_ARGS    255 /* a limit of GSignal, which also types without a signature reach */

static const char * const directions[] = { "in", "out", NULL };

/* Annotations of gdbus-codegen and norpc are for generators only. */
static gboolean
is_for_generators (const char *name)
{
  return g_str_has_prefix (name, "org.gtk.GDBus.") || g_str_has_prefix (name, "org.norpc.");
}

/* Gets the annotations of an element as a list that ends with NULL, or NULL if there are none. Returns FALSE if
 * @error is set.
 */
gboolean
norpc_interface_reader_read_annotations (NorpcInterfaceReader   *self,
                                         const NorpcXmlElement  *element,
                                         GDBusAnnotationInfo  ***annotations,
                                         GError                **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (guint i = 0; i < element->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (element->children, i);
      const char *name = norpc_xml_element_get (child, "name");
      const char *value = norpc_xml_element_get (child, "value");
      GDBusAnnotationInfo *annotation;

      if (!g_str_equal (child->name, "annotation"))
        continue;
      if (name == NULL || value == NULL)
        {
          norpc_xml_element_fail (child, error, "<annotation> needs the attribute '%s'",
                                  name == NULL ? "name" : "value");
          return FALSE;
        }
      if (is_for_generators (name))
        continue;

      annotation = norpc_dynamic_info_alloc (self->info, sizeof (GDBusAnnotationInfo));
      annotation->ref_count = -1;
      annotation->key = norpc_dynamic_info_strdup (self->info, name);
      annotation->value = norpc_dynamic_info_strdup (self->info, value);
      if (!norpc_interface_reader_read_annotations (self, child, &annotation->annotations, error))
        return FALSE;
      g_ptr_array_add (list, annotation);
    }

  *annotations = norpc_dynamic_info_take_list (self->info, g_steal_pointer (&list));

  return TRUE;
}

/* Gets whether an argument is among those that are read. Returns FALSE if @error is set. */
static gboolean
check_direction (const NorpcXmlElement  *arg,
                 NorpcReadArgs           which,
                 gboolean               *is_among,
                 GError                **error)
{
  int direction = 0;

  if (g_str_equal (arg->name, "result"))
    {
      *is_among = which == NORPC_READ_OUTCOME;
      return TRUE;
    }

  if (!norpc_xml_element_read_word (arg, "direction", directions, &direction, error))
    return FALSE;

  /* The arguments of a signal go out, whatever their direction. */
  if (which == NORPC_READ_SIGNAL)
    *is_among = TRUE;
  else if (direction == 0)
    *is_among = which == NORPC_READ_ARGS;
  else
    *is_among = which == NORPC_READ_RESULTS || which == NORPC_READ_ITEMS;

  return TRUE;
}

/* D-Bus does not require that arguments have names. */
static char *
make_arg_name (NorpcInterfaceReader *self,
               const char           *name,
               guint                 index)
{
  g_autofree char *unnamed = NULL;

  if (name != NULL && *name != '\0')
    return norpc_dynamic_info_strdup (self->info, name);

  unnamed = g_strdup_printf ("unnamed_arg%u", index);

  return norpc_dynamic_info_strdup (self->info, unnamed);
}

static gboolean
are_results (NorpcReadArgs which)
{
  return which == NORPC_READ_RESULTS || which == NORPC_READ_OUTCOME;
}

/* Reads one argument. Returns FALSE if @error is set. */
static gboolean
read_arg (NorpcInterfaceReader   *self,
          const NorpcXmlElement  *element,
          NorpcReadArgs           which,
          guint                   index,
          GPtrArray              *list,
          char                  **left_out,
          GError                **error)
{
  NorpcDescribedType type;
  gboolean ok = norpc_described_type_read (&type, element, self->declared, which == NORPC_READ_ARGS, error);
  g_autofree char *needs_code = type.left_out;
  const char *name = norpc_xml_element_get (element, "name");
  NorpcArgInfo *arg;

  if (!ok || (name != NULL && !norpc_xml_element_check_name (element, name, "an argument", error)))
    return FALSE;

  arg = norpc_dynamic_info_alloc (self->info, sizeof (NorpcArgInfo));
  if (!norpc_interface_reader_read_annotations (self, element, &arg->dbus.annotations, error))
    return FALSE;
  arg->dbus.ref_count = -1;
  arg->dbus.name = make_arg_name (self, name, index);
  arg->dbus.signature = norpc_dynamic_info_strdup (self->info, type.signature);
  arg->flags = type.flags;
  arg->get_type = type.get_type;
  if (type.declared != NULL)
    g_hash_table_insert (self->info->run_time.arg_types, arg, norpc_declared_type_describe (type.declared, FALSE));
  g_ptr_array_add (list, arg);

  if (needs_code != NULL && *left_out == NULL)
    *left_out = g_strdup_printf ("its %s '%s' has %s", are_results (which) ? "result" : "argument", arg->dbus.name,
                                 needs_code);

  return TRUE;
}

/* A declared type counts for nothing: a method that D-Bus cannot have is no error. */
static gboolean
check_length (NorpcInterfaceReader   *self,
              GPtrArray              *args,
              const NorpcXmlElement  *member,
              GError                **error)
{
  gsize length = 0;

  for (guint i = 0; i < args->len; i++)
    if (!g_hash_table_contains (self->info->run_time.arg_types, g_ptr_array_index (args, i)))
      length += strlen (((GDBusArgInfo *) g_ptr_array_index (args, i))->signature);

  if (length > MAX_MESSAGE)
    norpc_xml_element_fail (member, error, "the types of all arguments have more than %d characters", MAX_MESSAGE);
  else if (args->len > MAX_ARGS)
    norpc_xml_element_fail (member, error, "the %s has more than %d arguments", member->name, MAX_ARGS);

  return length <= MAX_MESSAGE && args->len <= MAX_ARGS;
}

/* Reads the arguments of a member that go one way. Returns FALSE if @error is set. */
gboolean
norpc_interface_reader_read_args (NorpcInterfaceReader   *self,
                                  const NorpcXmlElement  *member,
                                  NorpcReadArgs           which,
                                  GDBusArgInfo         ***args,
                                  char                  **left_out,
                                  GError                **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  guint n_before = 0;

  /* The results of a method are counted after its arguments. */
  if (are_results (which))
    n_before = norpc_arg_infos_count (*args);

  for (guint i = 0; i < member->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (member->children, i);
      gboolean is_among;

      if (!g_str_equal (child->name, "arg") &&
          !(g_str_equal (child->name, "result") && g_str_equal (member->name, "stream")))
        continue;
      if (!check_direction (child, which, &is_among, error) ||
          (is_among && !read_arg (self, child, which, n_before + list->len, list, left_out, error)))
        return FALSE;
    }
  if (!check_length (self, list, member, error))
    return FALSE;

  *args = norpc_dynamic_info_take_list (self->info, g_steal_pointer (&list));

  return TRUE;
}
