/* norpc-xml-tree.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads XML into a tree. Text and comments are left out. */

#include <string.h>

#include "core/norpc-error.h"
#include "norpc-xml-tree-private.h"

#define MAX_DEPTH 32
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

typedef struct
{
  NorpcXmlElement *root;   /* (owned) (nullable) */
  GPtrArray       *open;   /* (owned): of unowned NorpcXmlElement */
  guint            line;   /* of the tag that is read */
  guint            column;
} XmlReader;

void
norpc_xml_element_free (NorpcXmlElement *self)
{
  g_free (self->name);
  g_strfreev (self->names);
  g_strfreev (self->values);
  g_ptr_array_unref (self->children);
  g_free (self);
}

/* Returns the value (unowned) of an attribute, or NULL. */
const char *
norpc_xml_element_get (const NorpcXmlElement *self,
                       const char            *name)
{
  for (guint i = 0; self->names[i] != NULL; i++)
    if (g_str_equal (self->names[i], name))
      return self->values[i];

  return NULL;
}

static void
set_xml_error (GError     **error,
               guint        line,
               guint        column,
               const char  *message)
{
  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_DESCRIPTION, "line %u, column %u: %s", line, column, message);
}

/* Sets an error with the place of the element. */
void
norpc_xml_element_fail (const NorpcXmlElement  *self,
                        GError                **error,
                        const char             *format,
                        ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  set_xml_error (error, self->line, self->column, message);
}

static gboolean
check_names (NorpcXmlElement  *element,
             GError          **error)
{
  for (guint i = 0; element->names[i] != NULL; i++)
    for (guint j = 0; j < i; j++)
      if (g_str_equal (element->names[i], element->names[j]))
        {
          norpc_xml_element_fail (element, error, "<%s> has the attribute '%s' twice", element->name,
                                  element->names[i]);
          return FALSE;
        }

  return TRUE;
}

static void
xml_element_started (GMarkupParseContext  *context G_GNUC_UNUSED,
                     const char           *name,
                     const char          **attribute_names,
                     const char          **attribute_values,
                     gpointer              user_data,
                     GError              **error)
{
  XmlReader *self = user_data;
  NorpcXmlElement *element;

  /* GMarkup allows several. */
  if (self->open->len == 0 && self->root != NULL)
    {
      set_xml_error (error, self->line, self->column, "nothing may follow the root element");
      return;
    }

  element = g_new0 (NorpcXmlElement, 1);
  element->name = g_strdup (name);
  element->names = g_strdupv ((char **) attribute_names);
  element->values = g_strdupv ((char **) attribute_values);
  element->line = self->line;
  element->column = self->column;
  element->children = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_xml_element_free);

  if (self->open->len > 0)
    g_ptr_array_add (((NorpcXmlElement *) g_ptr_array_index (self->open, self->open->len - 1))->children, element);
  else
    self->root = element;
  g_ptr_array_add (self->open, element);

  if (self->open->len > MAX_DEPTH)
    norpc_xml_element_fail (element, error, "elements are nested more than %d deep", MAX_DEPTH);
  else
    check_names (element, error);
}

static void
xml_element_ended (GMarkupParseContext  *context G_GNUC_UNUSED,
                   const char           *name G_GNUC_UNUSED,
                   gpointer              user_data,
                   GError              **error G_GNUC_UNUSED)
{
  XmlReader *self = user_data;

  g_ptr_array_set_size (self->open, (int) self->open->len - 1);
}

static const GMarkupParser xml_parser = { xml_element_started, xml_element_ended, NULL, NULL, NULL };

/* GMarkup writes a place of its own, which is the end of a tag, before most messages. */
static const char *
skip_place (const char *message)
{
  const char *colon = g_str_has_prefix (message, "Error on line ") ? strstr (message, ": ") : NULL;

  return colon != NULL ? colon + 2 : message;
}

/* Turns an error of GMarkup into one of ours. */
static void
propagate_xml_error (XmlReader  *self,
                     GError     *problem,
                     GError    **error)
{
  if (problem->domain == NORPC_ERROR)
    {
      g_propagate_error (error, problem);
      return;
    }

  set_xml_error (error, self->line, self->column, skip_place (problem->message));
  g_error_free (problem);
}

/* Moves the place over a chunk of valid UTF-8. */
static void
advance_place (guint      *line,
               guint      *column,
               const char *chunk,
               gsize       length)
{
  for (const char *p = chunk; p < chunk + length; p = g_utf8_next_char (p))
    if (*p == '\n')
      {
        ++*line;
        *column = 1;
      }
    else
      {
        ++*column;
      }
}

/* Returns the length of the tag that @chunk begins with, or that of the whole chunk if it is another kind of
 * markup, or text.
 */
static gsize
find_tag_end (const char *chunk,
              gsize       length)
{
  char quote = '\0';

  if (length < 2 || chunk[0] != '<' || !(g_ascii_isalpha (chunk[1]) || chunk[1] == '_' || chunk[1] == '/'))
    return length;

  for (gsize i = 1; i < length; i++)
    if (quote == '\0' && chunk[i] == '>')
      return i + 1;
    else if (chunk[i] == quote)
      quote = '\0';
    else if (quote == '\0' && (chunk[i] == '"' || chunk[i] == '\''))
      quote = chunk[i];

  return length;
}

/* Returns TRUE for the tag of an element with a prefix, which means nothing here. */
static gboolean
is_foreign_tag (const char *chunk,
                gsize       length)
{
  for (gsize i = 1; i < length && strchr (" \t\r\n/>", chunk[i]) == NULL; i++)
    if (chunk[i] == ':')
      return chunk[0] == '<' && g_ascii_isalpha (chunk[1]);

  return FALSE;
}

/* Feeds the parser a chunk, without the references in the text after a tag and in tags of other namespaces:
 * documentation has entities that the document type declares, which GMarkup does not know.
 */
static gboolean
parse_chunk (GMarkupParseContext  *context,
             const char           *chunk,
             gsize                 length,
             GError              **error)
{
  gsize tag = is_foreign_tag (chunk, length) ? 0 : find_tag_end (chunk, length);

  if (tag > 0 && !g_markup_parse_context_parse (context, chunk, (gssize) tag, error))
    return FALSE;

  while (tag < length)
    {
      const char *reference = memchr (chunk + tag, '&', length - tag);
      gsize end = reference != NULL ? (gsize) (reference - chunk) : length;

      if (end > tag && !g_markup_parse_context_parse (context, chunk + tag, (gssize) (end - tag), error))
        return FALSE;
      tag = end + 1;
    }

  return TRUE;
}

/* Feeds the parser a chunk for each tag, so that the beginning of a tag is known. */
static gboolean
parse_xml (XmlReader            *self,
           GMarkupParseContext  *context,
           const char           *text,
           GError              **error)
{
  guint line = 1, column = 1;

  while (*text != '\0')
    {
      const char *next = strchr (text + 1, '<');
      gsize length = next != NULL ? (gsize) (next - text) : strlen (text);

      if (*text == '<')
        {
          self->line = line;
          self->column = column;
        }
      if (!parse_chunk (context, text, length, error))
        return FALSE;

      advance_place (&line, &column, text, length);
      text += length;
    }

  return g_markup_parse_context_end_parse (context, error);
}

/* Returns the root (owned) of the tree, or NULL if @error is set. */
NorpcXmlElement *
norpc_xml_tree_new (const char  *text,
                    GError     **error)
{
  XmlReader self = { .line = 1, .column = 1 };
  GMarkupParseContext *context;
  const char *end;
  GError *problem = NULL;

  if (!g_utf8_validate (text, -1, &end))
    {
      advance_place (&self.line, &self.column, text, (gsize) (end - text));
      set_xml_error (error, self.line, self.column, "expected XML in UTF-8");
      return NULL;
    }

  if (g_str_has_prefix (text, BYTE_ORDER_MARK))
    text += strlen (BYTE_ORDER_MARK);

  self.open = g_ptr_array_new ();
  context = g_markup_parse_context_new (&xml_parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &self, NULL);
  if (!parse_xml (&self, context, text, &problem))
    {
      propagate_xml_error (&self, problem, error);
      g_clear_pointer (&self.root, norpc_xml_element_free);
    }
  else if (self.root == NULL)
    {
      set_xml_error (error, self.line, self.column, "the document has no element");
    }
  g_markup_parse_context_free (context);
  g_ptr_array_unref (self.open);

  return self.root;
}
