/* cg-attributes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values of the attributes of the tag that is being read, and their places. */

#include "cg-parser-private.h"

#include "xml/cg-suggest.h"

#include <string.h>

/* Finds the location of the attribute @name, or of its value, in the current tag. An attribute from
 * an entity has the location of the tag. */
CgLocation
cg_attributes_locate (Attributes *attributes,
                      const char *name,
                      gboolean    value)
{
  Parser *self = attributes->parser;
  const char *start = self->source->text + cg_xml_reader_get_offset (self->reader);
  const char *end = start + cg_xml_reader_get_length (self->reader);
  const char *p = start + strcspn (start, " \t\r\n>");

  while (p < end)
    {
      const char *word = p + strspn (p, " \t\r\n");
      gsize length = strcspn (word, " \t\r\n=>/");
      const char *quote = word + length;

      quote += strcspn (quote, "\"'>");
      if (*quote == '>' || quote >= end)
        break;
      if (length == strlen (name) && strncmp (word, name, length) == 0)
        return cg_source_locate (self->source, (value ? quote + 1 : word) - self->source->text);
      p = strchr (quote + 1, *quote);
      if (p == NULL)
        break;
      p++;
    }

  return self->location;
}

/* The value belongs to the description. Without such an attribute, @location is that of the tag. */
const char *
cg_attributes_get_string (Attributes *self,
                          const char *name,
                          CgLocation *location)
{
  const char *value = cg_xml_find_attribute (self->list, name);

  *location = value != NULL ? cg_attributes_locate (self, name, TRUE) : self->parser->location;

  return cg_description_string (self->parser->description, value);
}

/* Reads an attribute that is one of @words. Returns @value if there is no such attribute, or if it
 * is another word. */
int
cg_attributes_get_word (Attributes *self,
                        const char *name,
                        const Word *words,
                        const char *hint,
                        int         value)
{
  const char *string = cg_xml_find_attribute (self->list, name);
  CgSuggestion suggestion = { string, NULL, 0 };
  g_autofree char *meant = NULL;
  CgLocation location;

  if (string == NULL)
    return value;

  for (; words->word != NULL; words++)
    if (g_str_equal (words->word, string))
      return words->value;
    else
      cg_suggestion_offer (&suggestion, words->word);

  location = cg_attributes_locate (self, name, TRUE);
  meant = cg_suggestion_make_text (&suggestion);
  cg_diagnostics_error (self->parser->diagnostics, &location, "%s=\"%s\" is not %s%s",
                        name, string, hint, meant);

  return value;
}

gboolean
cg_attributes_get_boolean (Attributes *self,
                           const char *name)
{
  static const Word words[] = { { "true", TRUE }, { "false", FALSE }, { NULL, 0 } };

  return cg_attributes_get_word (self, name, words, "'true' or 'false'", FALSE);
}

/* Reads the attributes of an element that has a type. */
void
cg_attributes_get_type (Attributes *self,
                        CgTypeUse  *use)
{
  use->signature = cg_attributes_get_string (self, "type", &use->location);
  use->nullable = cg_attributes_get_boolean (self, "nullable");
  use->nullable_location = use->nullable
                           ? cg_attributes_locate (self, "nullable", FALSE)
                           : use->location;
}

/* Reads the attribute of an element whose values may be secret. */
void
cg_attributes_get_sensitive (Attributes *self,
                             CgTypeUse  *use)
{
  use->is_sensitive = cg_attributes_get_boolean (self, "sensitive");
}

/* Reads the attribute of an element that may be a list model. */
void
cg_attributes_get_element_type (Attributes *self,
                                CgTypeUse  *use)
{
  use->element_signature = cg_attributes_get_string (self, "element-type", &use->element_location);
}

/* Reads the attributes for the version and the deprecation of an element. They take precedence over
 * comments. */
void
cg_attributes_get_common (Attributes *self,
                          CgNode     *node)
{
  const char *since = cg_xml_find_attribute (self->list, "since");
  const char *deprecated = cg_xml_find_attribute (self->list, "deprecated");

  if (since != NULL && *since != '\0')
    node->since = cg_description_string (self->parser->description, since);
  if (deprecated != NULL)
    cg_node_set_deprecated (node, cg_description_string (self->parser->description, deprecated));
}
