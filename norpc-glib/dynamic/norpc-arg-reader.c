/* norpc-arg-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads the arguments of members, and annotations. */

#include <string.h>

#include "norpc-described-type-private.h"
#include "norpc-description-reader-private.h"

#define MAX_MESSAGE 255 /* a limit of D-Bus: the types of all arguments of a message */

static const char * const directions[] = { "in", "out", NULL };

/* Annotations of gdbus-codegen and norpc are for generators only. */
static gboolean
is_for_generators (const char *name)
{
  return g_str_has_prefix (name, "org.gtk.GDBus.") || g_str_has_prefix (name, "org.norpc.");
}

/* Returns the annotations of an element as a list that ends with NULL, or NULL if there are none. */
GDBusAnnotationInfo **
norpc_interface_reader_read_annotations (NorpcInterfaceReader  *self,
                                         const NorpcXmlElement *element)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (guint i = 0; i < element->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (element->children, i);
      const char *name = norpc_xml_element_get (child, "name");
      GDBusAnnotationInfo *annotation;

      if (!g_str_equal (child->name, "annotation") || name == NULL || is_for_generators (name))
        continue;

      annotation = norpc_dynamic_info_alloc (self->info, sizeof (GDBusAnnotationInfo));
      annotation->ref_count = -1;
      annotation->key = norpc_dynamic_info_strdup (self->info, name);
      annotation->value = norpc_dynamic_info_strdup (self->info, norpc_xml_element_get (child, "value"));
      annotation->annotations = norpc_interface_reader_read_annotations (self, child);
      g_ptr_array_add (list, annotation);
    }

  return norpc_dynamic_info_take_list (self->info, g_steal_pointer (&list));
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

  *is_among = which == NORPC_READ_SIGNAL;
  if (which == NORPC_READ_SIGNAL)
    return TRUE;
  if (!norpc_xml_element_read_word (arg, "direction", directions, &direction, error))
    return FALSE;

  *is_among = direction == 0 ? which == NORPC_READ_ARGS : which == NORPC_READ_RESULTS || which == NORPC_READ_ITEMS;

  return TRUE;
}

/* D-Bus does not restrict the names of arguments. */
static char *
make_arg_name (NorpcInterfaceReader  *self,
               const NorpcXmlElement *element,
               guint                  index)
{
  const char *name = norpc_xml_element_get (element, "name");
  g_autofree char *unnamed = NULL;

  if (name != NULL && *name != '\0')
    return norpc_dynamic_info_strdup (self->info, name);

  unnamed = g_strdup_printf ("unnamed_arg%u", index);

  return norpc_dynamic_info_strdup (self->info, unnamed);
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
  NorpcArgInfo *arg;

  if (!ok)
    return FALSE;

  arg = norpc_dynamic_info_alloc (self->info, sizeof (NorpcArgInfo));
  arg->dbus.ref_count = -1;
  arg->dbus.name = make_arg_name (self, element, index);
  arg->dbus.signature = norpc_dynamic_info_strdup (self->info, type.signature);
  arg->dbus.annotations = norpc_interface_reader_read_annotations (self, element);
  arg->flags = type.flags;
  arg->get_type = type.get_type;
  g_ptr_array_add (list, arg);

  if (needs_code != NULL && *left_out == NULL)
    *left_out = g_strdup_printf ("its argument '%s' has %s", arg->dbus.name, needs_code);

  return TRUE;
}

static gboolean
check_length (GPtrArray              *args,
              const NorpcXmlElement  *member,
              GError                **error)
{
  gsize length = 0;

  for (guint i = 0; i < args->len; i++)
    length += strlen (((GDBusArgInfo *) g_ptr_array_index (args, i))->signature);
  if (length <= MAX_MESSAGE)
    return TRUE;

  norpc_xml_element_fail (member, error, "the types of all arguments have more than %d characters", MAX_MESSAGE);

  return FALSE;
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
  if (which == NORPC_READ_RESULTS || which == NORPC_READ_OUTCOME)
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
  if (!check_length (list, member, error))
    return FALSE;

  *args = norpc_dynamic_info_take_list (self->info, g_steal_pointer (&list));

  return TRUE;
}
