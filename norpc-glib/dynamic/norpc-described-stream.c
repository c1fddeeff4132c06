/* norpc-described-stream.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams in the description of an object of D-Bus. There, a stream is a method that returns the path of an object;
 * annotations tell what its items and results are.
 */

#include <string.h>

#include "norpc-described-type-private.h"

#define PREFIX "org.norpc.Stream"

/* @name is followed by names and values of attributes, up to NULL. */
static NorpcXmlElement *
new_element (const NorpcXmlElement *place,
             const char            *name,
             ...)
{
  NorpcXmlElement *self = g_new0 (NorpcXmlElement, 1);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();
  const char *attribute;
  va_list attributes;

  va_start (attributes, name);
  while ((attribute = va_arg (attributes, const char *)) != NULL)
    {
      const char *value = va_arg (attributes, const char *);

      if (value == NULL)
        continue;
      g_strv_builder_add (names, attribute);
      g_strv_builder_add (values, value);
    }
  va_end (attributes);

  self->name = g_strdup (name);
  self->names = g_strv_builder_end (names);
  self->values = g_strv_builder_end (values);
  self->line = place->line;
  self->column = place->column;
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_xml_element_free);

  return self;
}

static NorpcXmlElement *
copy_xml_element (const NorpcXmlElement *element)
{
  NorpcXmlElement *self = new_element (element, element->name, NULL);

  g_strfreev (self->names);
  g_strfreev (self->values);
  self->names = g_strdupv (element->names);
  self->values = g_strdupv (element->values);
  for (guint i = 0; i < element->children->len; i++)
    g_ptr_array_add (self->children, copy_xml_element (g_ptr_array_index (element->children, i)));

  return self;
}

/* Returns TRUE for a child of the method that the stream has, too. */
static gboolean
is_kept (const NorpcXmlElement *child)
{
  const char *name = norpc_xml_element_get (child, "name");

  if (g_str_equal (child->name, "arg"))
    return g_strcmp0 (norpc_xml_element_get (child, "direction"), "out") != 0;

  return !g_str_equal (child->name, "annotation") || name == NULL || !g_str_has_prefix (name, PREFIX);
}

/* Adds an element for each value in an annotation, which lists their types and names. */
static gboolean
add_values (NorpcXmlElement        *self,
            const NorpcXmlElement  *method,
            const char             *annotation,
            const char             *element_name,
            GError                **error)
{
  const char *text = norpc_xml_element_get_annotation (method, annotation);
  g_auto (GStrv) values = g_strsplit (text != NULL ? text : "", ", ", -1);

  for (guint i = 0; values[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (values[i], " ", 2);

      if (g_strv_length (parts) != 2)
        {
          norpc_xml_element_fail (method, error, "the annotation '%s' lists types, each with a name: '%s' is none",
                                  annotation, values[i]);
          return FALSE;
        }
      g_ptr_array_add (self->children, new_element (method, element_name, "type", parts[0], "name", parts[1],
                                                    "direction", g_str_equal (element_name, "arg") ? "out" : NULL,
                                                    NULL));
    }

  return TRUE;
}

/* Returns a <stream> (owned) for a <method> that is one, or NULL if it is none or @error is set. */
NorpcXmlElement *
norpc_xml_element_make_stream (const NorpcXmlElement  *method,
                               GError                **error)
{
  const char *direction = norpc_xml_element_get_annotation (method, PREFIX);
  g_autoptr (NorpcXmlElement) self = NULL;

  if (direction == NULL)
    return NULL;
  if (!g_str_equal (direction, "in") && !g_str_equal (direction, "out"))
    {
      norpc_xml_element_fail (method, error, "the annotation '" PREFIX "' is 'in' or 'out', not '%s'", direction);
      return NULL;
    }

  self = new_element (method, "stream", "name", norpc_xml_element_get (method, "name"), "direction", direction,
                      "backlog", norpc_xml_element_get_annotation (method, PREFIX ".Backlog"), NULL);
  for (guint i = 0; i < method->children->len; i++)
    if (is_kept (g_ptr_array_index (method->children, i)))
      g_ptr_array_add (self->children, copy_xml_element (g_ptr_array_index (method->children, i)));
  if (!add_values (self, method, PREFIX ".Items", "arg", error) ||
      !add_values (self, method, PREFIX ".Results", "result", error))
    return NULL;

  return g_steal_pointer (&self);
}
