/* norpc-xml-tree.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads XML into a tree with expat, as the generator does. Text and comments are left out; nothing outside of
 * the text is loaded, and expat bounds what the entities that the text declares expand to.
 */

#include <expat.h>
#include <string.h>

#include "core/norpc-error.h"
#include "norpc-xml-tree-private.h"

/* This function is new in expat 2.9, which deprecates the old one. */
#if XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION < 9
#define XML_GetCurrentByteIndex64 XML_GetCurrentByteIndex
#endif

/* Limits that no real description reaches. */
#define MAX_BYTES      (64 * 1024 * 1024)
#define MAX_DEPTH      100
#define MAX_ATTRIBUTES 100

typedef struct
{
  XML_Parser       parser; /* (owned) */
  NorpcXmlElement *root;   /* (owned) (nullable) */
  GPtrArray       *open;   /* (owned): of unowned NorpcXmlElement */
  GError          *error;  /* (owned) (nullable) */
  const char      *text;
  gsize            length;

  /* The last place that was looked up. */
  gsize index;
  guint line;   /* from 1 */
  guint column; /* from 1, in characters */
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

/* Looks up where the parser is. expat's own functions for this need a replacement since 2.9, too. */
static void
locate (XmlReader *self)
{
  gsize end = MIN ((gsize) MAX (XML_GetCurrentByteIndex64 (self->parser), 0), self->length);

  for (; self->index < end; self->index++)
    {
      char c = self->text[self->index];
      gboolean ends_line = c == '\n' || (c == '\r' && self->text[self->index + 1] != '\n');

      if (ends_line)
        {
          self->line++;
          self->column = 1;
        }
      else if (((guchar) c & 0xc0) != 0x80 && c != '\r')
        {
          self->column++;
        }
    }
}

/* Stops with an error at the current place. expat may call some handlers even after it was stopped. */
static void G_GNUC_PRINTF (2, 3)
stop (XmlReader  *self,
      const char *format,
      ...)
{
  g_autofree char *message = NULL;
  va_list args;

  if (self->error != NULL)
    return;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  locate (self);
  set_xml_error (&self->error, self->line, self->column, message);
  XML_StopParser (self->parser, XML_FALSE);
}

/* @attributes are names and values in turn. */
static NorpcXmlElement *
element_new (XmlReader   *reader,
             const char  *name,
             const char **attributes,
             guint        n_attributes)
{
  NorpcXmlElement *self = g_new0 (NorpcXmlElement, 1);

  self->name = g_strdup (name);
  self->names = g_new0 (char *, n_attributes + 1);
  self->values = g_new0 (char *, n_attributes + 1);
  for (guint i = 0; i < n_attributes; i++)
    {
      self->names[i] = g_strdup (attributes[2 * i]);
      self->values[i] = g_strdup (attributes[2 * i + 1]);
    }
  locate (reader);
  self->line = reader->line;
  self->column = reader->column;
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_xml_element_free);

  return self;
}

static void
element_started_cb (void        *user_data,
                    const char  *name,
                    const char **attributes)
{
  XmlReader *self = user_data;
  guint n_attributes = 0;
  NorpcXmlElement *element;

  while (attributes[2 * n_attributes] != NULL)
    n_attributes++;

  if (self->open->len == MAX_DEPTH)
    stop (self, "elements are nested more than %d deep", MAX_DEPTH);
  else if (n_attributes > MAX_ATTRIBUTES)
    stop (self, "<%s> has more than %d attributes", name, MAX_ATTRIBUTES);
  else if (g_str_equal (name, "xi:include"))
    stop (self, "<xi:include> is not supported: nothing outside of the text is read");
  if (self->error != NULL)
    return;

  element = element_new (self, name, attributes, n_attributes);
  if (self->open->len > 0)
    g_ptr_array_add (((NorpcXmlElement *) g_ptr_array_index (self->open, self->open->len - 1))->children, element);
  else
    self->root = element;
  g_ptr_array_add (self->open, element);
}

static void
element_ended_cb (void       *user_data,
                  const char *name G_GNUC_UNUSED)
{
  XmlReader *self = user_data;

  if (self->error == NULL)
    g_ptr_array_set_size (self->open, (int) self->open->len - 1);
}

static void
declaration_cb (void       *user_data,
                const char *version,
                const char *encoding G_GNUC_UNUSED,
                int         standalone G_GNUC_UNUSED)
{
  if (version != NULL && !g_str_has_prefix (version, "1."))
    stop (user_data, "this is not XML 1.0");
}

static int
external_entity_cb (XML_Parser  parser,
                    const char *context G_GNUC_UNUSED,
                    const char *base G_GNUC_UNUSED,
                    const char *system_id,
                    const char *public_id G_GNUC_UNUSED)
{
  stop (XML_GetUserData (parser), "the entity is in '%s'; nothing outside of the text is read", system_id);

  return XML_STATUS_ERROR;
}

static void
parse_xml (XmlReader *self)
{
  static const XML_Memory_Handling_Suite memory = { g_malloc, g_realloc, g_free };

  /* The text is UTF-8, also if it declares another encoding, which is that of the file that it comes from. */
  self->parser = XML_ParserCreate_MM ("UTF-8", &memory, NULL);
  XML_SetUserData (self->parser, self);
  XML_SetElementHandler (self->parser, element_started_cb, element_ended_cb);
  XML_SetXmlDeclHandler (self->parser, declaration_cb);
  XML_SetExternalEntityRefHandler (self->parser, external_entity_cb);

  if (XML_Parse (self->parser, self->text, (int) self->length, TRUE) != XML_STATUS_OK)
    stop (self, "this is not well-formed XML: %s", XML_ErrorString (XML_GetErrorCode (self->parser)));
  XML_ParserFree (self->parser);
}

/* Returns the root (owned) of the tree, or NULL if @error is set. */
NorpcXmlElement *
norpc_xml_tree_new (const char  *text,
                    GError     **error)
{
  XmlReader self = { .text = text, .length = strlen (text), .line = 1, .column = 1 };

  if (self.length > MAX_BYTES)
    {
      set_xml_error (error, 1, 1, "the text is larger than 64 MiB");
      return NULL;
    }

  self.open = g_ptr_array_new ();
  /* A byte order mark takes no column. */
  self.index = g_str_has_prefix (text, "\xef\xbb\xbf") ? 3 : 0;
  parse_xml (&self);
  g_ptr_array_unref (self.open);
  if (self.error == NULL)
    return self.root;

  g_clear_pointer (&self.root, norpc_xml_element_free);
  g_propagate_error (error, self.error);

  return NULL;
}
