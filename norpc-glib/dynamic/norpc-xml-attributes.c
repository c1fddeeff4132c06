/* norpc-xml-attributes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads attributes of elements, and annotations with the same meaning. An attribute takes precedence. */

#include <string.h>

#include "core/norpc-number-private.h"
#include "norpc-described-type-private.h"

/* Returns the value (unowned) of an annotation, or NULL. */
const char *
norpc_xml_element_get_annotation (const NorpcXmlElement *self,
                                  const char            *name)
{
  for (guint i = 0; i < self->children->len; i++)
    {
      const NorpcXmlElement *child = g_ptr_array_index (self->children, i);

      if (g_str_equal (child->name, "annotation") && g_strcmp0 (norpc_xml_element_get (child, "name"), name) == 0)
        return norpc_xml_element_get (child, "value");
    }

  return NULL;
}

/* Sets @value to TRUE if the attribute is "true", or the annotation (nullable) is. Other values of an
 * annotation may belong to other tools.
 */
gboolean
norpc_xml_element_read_boolean (const NorpcXmlElement  *self,
                                const char             *attribute,
                                const char             *annotation,
                                gboolean               *value,
                                GError                **error)
{
  const char *text = norpc_xml_element_get (self, attribute);
  const char *annotated = annotation != NULL ? norpc_xml_element_get_annotation (self, annotation) : NULL;

  if (text != NULL && !g_str_equal (text, "true") && !g_str_equal (text, "false"))
    {
      norpc_xml_element_fail (self, error, "the attribute '%s' is 'true' or 'false', not '%s'", attribute, text);
      return FALSE;
    }
  if (g_strcmp0 (text, "true") == 0 || (annotated != NULL && g_ascii_strcasecmp (annotated, "true") == 0))
    *value = TRUE;

  return TRUE;
}

/* Sets @index to that of the attribute among @words. Leaves it if there is no attribute. */
gboolean
norpc_xml_element_read_word (const NorpcXmlElement  *self,
                             const char             *attribute,
                             const char * const     *words,
                             int                    *index,
                             GError                **error)
{
  const char *text = norpc_xml_element_get (self, attribute);
  g_autofree char *expected = NULL;

  if (text == NULL)
    return TRUE;

  for (int i = 0; words[i] != NULL; i++)
    if (g_str_equal (words[i], text))
      {
        *index = i;
        return TRUE;
      }

  expected = g_strjoinv ("', '", (char **) words);
  norpc_xml_element_fail (self, error, "the attribute '%s' is one of '%s', not '%s'", attribute, expected, text);

  return FALSE;
}

/* Reads a number from 1 to G_MAXINT32. Leaves @number if there is none. */
gboolean
norpc_xml_element_read_number (const NorpcXmlElement  *self,
                               const char             *attribute,
                               const char             *annotation,
                               guint                  *number,
                               GError                **error)
{
  const char *text = norpc_xml_element_get (self, attribute);
  guint64 read;

  if (text == NULL && annotation != NULL)
    text = norpc_xml_element_get_annotation (self, annotation);
  if (text == NULL)
    return TRUE;

  if (!norpc_number_read (text, G_MAXINT32, &read))
    {
      norpc_xml_element_fail (self, error, "'%s' is not a %s: a number from 1 to %d", text, attribute, G_MAXINT32);
      return FALSE;
    }
  *number = (guint) read;

  return TRUE;
}

/* D-Bus does not restrict the names of properties and arguments. Here they are names that generated code can
 * have, too. Returns FALSE if @error is set.
 */
gboolean
norpc_xml_element_check_name (const NorpcXmlElement  *self,
                              const char             *name,
                              const char             *what,
                              GError                **error)
{
  for (const char *p = name; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) || (g_ascii_ispunct (*p) && strchr ("-_.:", *p) == NULL))
      {
        norpc_xml_element_fail (self, error, "'%s' is not a name of %s", name, what);
        return FALSE;
      }

  return TRUE;
}
