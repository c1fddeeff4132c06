/* cg-xml-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads XML with expat. Nothing outside of the text is loaded; expat bounds what the
 * entities that the text declares expand to. */

#include "cg-xml-reader.h"

#include <expat.h>
#include <string.h>

/* These functions are new in expat 2.9, which deprecates the old ones. */
#if XML_MAJOR_VERSION == 2 && XML_MINOR_VERSION < 9
#define XML_GetCurrentByteIndex64 XML_GetCurrentByteIndex
#define XML_GetCurrentByteCount64 XML_GetCurrentByteCount
#endif

/* A limit that no real description or GIR reaches. */
#define MAX_DEPTH      100
#define MAX_ATTRIBUTES 100

G_DEFINE_QUARK (cg-xml-error, cg_xml_error)

struct _CgXmlReader
{
  XML_Parser           parser;
  const CgXmlHandlers *handlers;
  gpointer             data;
  const char          *text;
  gsize                text_length;
  GHashTable          *entities;     /* (owned) (element-type utf8): declared, by name */
  gboolean             has_doctype;
  gboolean             has_dtd;      /* outside of the text */
  guint                depth;
  gboolean             has_root;
  GError              *error;        /* (owned) (nullable) */
  gsize                error_offset;
};

#define FAIL(offset, ...) cg_xml_reader_fail (self, offset, __VA_ARGS__)
#define HERE cg_xml_reader_get_offset (self)

/* Newer versions of expat have other functions, with 64 bits on all machines. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS

gsize
cg_xml_reader_get_offset (const CgXmlReader *self)
{
  return MIN ((gsize) MAX (XML_GetCurrentByteIndex64 (self->parser), 0), self->text_length);
}

gsize
cg_xml_reader_get_length (const CgXmlReader *self)
{
  return MIN ((gsize) XML_GetCurrentByteCount64 (self->parser),
              self->text_length - cg_xml_reader_get_offset (self));
}

G_GNUC_END_IGNORE_DEPRECATIONS

const char *
cg_xml_find_attribute (const char **attributes,
                       const char  *name)
{
  for (; *attributes != NULL; attributes += 2)
    if (g_str_equal (attributes[0], name))
      return attributes[1];

  return NULL;
}

/* expat may call some handlers even after it was stopped. */
void
cg_xml_reader_fail (CgXmlReader *self,
                    gsize        offset,
                    const char  *format,
                    ...)
{
  va_list args;

  if (self->error != NULL)
    return;

  va_start (args, format);
  self->error = g_error_new_valist (CG_XML_ERROR, CG_XML_ERROR_OTHER, format, args);
  va_end (args);
  self->error_offset = offset;
  XML_StopParser (self->parser, XML_FALSE);
}

static void
skip (CgXmlReader *self,
      const char  *entity,
      gsize        offset)
{
  if (self->error == NULL && self->handlers->skipped != NULL)
    self->handlers->skipped (self, entity, offset, self->data);
}

/* expat does not report the entities that it leaves out of attributes. */
static void
check_references (CgXmlReader *self)
{
  const char *start = self->text + cg_xml_reader_get_offset (self);
  const char *end = start + cg_xml_reader_get_length (self);

  for (const char *p = start; (p = memchr (p, '&', end - p)) != NULL; p++)
    {
      static const char * const predefined[] = { "lt", "gt", "amp", "quot", "apos", NULL };
      g_autofree char *name = g_strndup (p + 1, strcspn (p + 1, ";"));

      if (*name != '#' && !g_strv_contains (predefined, name) &&
          !g_hash_table_contains (self->entities, name))
        skip (self, name, p - self->text);
    }
}

static void
start_cb (void        *user_data,
          const char  *element,
          const char **attributes)
{
  CgXmlReader *self = user_data;
  gsize n_attributes = XML_GetSpecifiedAttributeCount (self->parser) / 2;

  if (self->error != NULL)
    return;

  self->has_root = TRUE;
  if (++self->depth > MAX_DEPTH)
    FAIL (HERE, "elements are nested more than %d deep", MAX_DEPTH);
  else if (n_attributes > MAX_ATTRIBUTES)
    FAIL (HERE, "<%s> has more than %d attributes", element, MAX_ATTRIBUTES);
  else if (self->has_dtd)
    check_references (self);

  if (self->error == NULL)
    self->handlers->start (self, element, attributes, self->data);
}

static void
end_cb (void       *user_data,
        const char *element)
{
  CgXmlReader *self = user_data;

  self->depth--;
  if (self->error == NULL)
    self->handlers->end (self, element, self->data);
}

static void
text_cb (void       *user_data,
         const char *text,
         int         length)
{
  CgXmlReader *self = user_data;

  if (self->error == NULL && self->handlers->text != NULL)
    self->handlers->text (self, text, length, self->data);
}

static void
comment_cb (void       *user_data,
            const char *text)
{
  CgXmlReader *self = user_data;

  if (self->error == NULL && self->handlers->comment != NULL)
    self->handlers->comment (self, text, self->data);
}

static void
declaration_cb (void       *user_data,
                const char *version,
                const char *encoding G_GNUC_UNUSED,
                int         standalone G_GNUC_UNUSED)
{
  CgXmlReader *self = user_data;

  if (version != NULL && !g_str_has_prefix (version, "1."))
    FAIL (HERE, "this is not XML 1.0");
}

static void
doctype_cb (void       *user_data,
            const char *name G_GNUC_UNUSED,
            const char *system_id,
            const char *public_id G_GNUC_UNUSED,
            int         has_internal_subset G_GNUC_UNUSED)
{
  CgXmlReader *self = user_data;

  self->has_doctype = TRUE;
  self->has_dtd = system_id != NULL;
}

static void
entity_cb (void       *user_data,
           const char *name,
           int         is_parameter,
           const char *value G_GNUC_UNUSED,
           int         value_length G_GNUC_UNUSED,
           const char *base G_GNUC_UNUSED,
           const char *system_id G_GNUC_UNUSED,
           const char *public_id G_GNUC_UNUSED,
           const char *notation G_GNUC_UNUSED)
{
  CgXmlReader *self = user_data;

  if (!is_parameter)
    g_hash_table_add (self->entities, g_strdup (name));
}

static void
skipped_entity_cb (void       *user_data,
                   const char *name,
                   int         is_parameter)
{
  CgXmlReader *self = user_data;

  if (!is_parameter)
    skip (self, name, HERE);
}

static int
external_entity_cb (XML_Parser  parser,
                    const char *context G_GNUC_UNUSED,
                    const char *base G_GNUC_UNUSED,
                    const char *system_id,
                    const char *public_id G_GNUC_UNUSED)
{
  CgXmlReader *self = XML_GetUserData (parser);

  FAIL (HERE, "the entity is in '%s'; only this file is read", system_id);

  return XML_STATUS_ERROR;
}

/* Explains what expat calls an invalid token. */
static void
fail_at_token (CgXmlReader *self,
               gsize        offset)
{
  const char *p = self->text + offset;
  gsize left = self->text_length - offset;
  gunichar c = left > 0 ? g_utf8_get_char_validated (p, left) : ' ';

  if (c == (gunichar) -1 || c == (gunichar) -2)
    FAIL (offset, "the byte 0x%02x is not valid UTF-8 here", (guchar) *p);
  else if (c == 0xfffe || c == 0xffff || (c < 0x20 && strchr ("\t\r\n", c) == NULL))
    FAIL (offset, "the character U+%04X is not allowed in XML", c);
  else if (offset > 0 && p[-1] == '&')
    FAIL (offset - 1, "expected the name of an entity after '&'; "
                      "write '&amp;' for the character");
  else if (offset > 1 && p[-1] == '-' && p[-2] == '-')
    FAIL (offset - 2, "'--' is not allowed in a comment");
  else if (*p == '<')
    FAIL (offset, "'<' is not allowed in a tag or an attribute; "
                  "write '&lt;' for the character");
  else
    FAIL (offset, "this is not well-formed XML");
}

/* The messages for errors of expat. "%s" is the word at the location. */
static const struct
{
  enum XML_Error  code;
  const char     *message;
} messages[] = {
  { XML_ERROR_UNCLOSED_TOKEN, "what begins here has no end" },
  { XML_ERROR_UNCLOSED_CDATA_SECTION, "the CDATA section has no end" },
  { XML_ERROR_JUNK_AFTER_DOC_ELEMENT, "expected the end of the file after the root element" },
  { XML_ERROR_DUPLICATE_ATTRIBUTE, "duplicate attribute '%s'" },
  { XML_ERROR_TAG_MISMATCH, "unexpected end tag </%s>" },
  { XML_ERROR_UNDEFINED_ENTITY, "the entity '&%s;' is not declared in this file" },
  { XML_ERROR_RECURSIVE_ENTITY_REF, "the entity '&%s;' refers to itself" },
  { XML_ERROR_AMPLIFICATION_LIMIT_BREACH, "the entities of the file expand to too much text" },
  { XML_ERROR_BAD_CHAR_REF, "the reference is not to a character of XML" },
  { XML_ERROR_MISPLACED_XML_PI, "the XML declaration must be the first thing in the file" },
  { XML_ERROR_XML_DECL, "the XML declaration is not well-formed" },
  { XML_ERROR_UNKNOWN_ENCODING, "the encoding '%s' is not supported; UTF-8, UTF-16, ISO-8859-1 and US-ASCII are" },
  { XML_ERROR_INCORRECT_ENCODING, "the file is not in the encoding that it declares" },
};

static void
fail_as_expat (CgXmlReader *self)
{
  enum XML_Error code = XML_GetErrorCode (self->parser);
  gsize offset = cg_xml_reader_get_offset (self);
  const char *p = self->text + offset + (self->text[offset] == '&');
  gsize length = strspn (p, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-.:");
  g_autofree char *word = g_strndup (p, length);
  gsize i = 0;

  while (i < G_N_ELEMENTS (messages) && messages[i].code != code)
    i++;

  if (i < G_N_ELEMENTS (messages))
    FAIL (offset, messages[i].message, word);
  else if (code == XML_ERROR_NO_ELEMENTS)
    FAIL (offset, self->has_root ? "the file ends before an end tag" : "the file has no element");
  else if (code == XML_ERROR_INVALID_TOKEN)
    fail_at_token (self, offset);
  else if (code == XML_ERROR_SYNTAX && !self->has_doctype && *p != '<')
    FAIL (offset, "text comes before the root element; is this XML?");
  else
    FAIL (offset, "this is not well-formed XML: %s", XML_ErrorString (code));

  if (code == XML_ERROR_NO_ELEMENTS)
    self->error->code = self->has_root ? CG_XML_ERROR_OPEN_ELEMENT : CG_XML_ERROR_NO_ROOT;
  else if (code == XML_ERROR_TAG_MISMATCH)
    self->error->code = CG_XML_ERROR_WRONG_END_TAG;
}

/* Parses the whole text with the handlers that are set. */
static gboolean
run (CgXmlReader  *self,
     gsize        *error_offset,
     GError      **error)
{
  enum XML_Status status = XML_Parse (self->parser, self->text, (int) self->text_length, TRUE);

  if (status != XML_STATUS_OK && self->error == NULL)
    fail_as_expat (self);
  XML_ParserFree (self->parser);
  g_hash_table_unref (self->entities);
  if (self->error == NULL)
    return TRUE;

  *error_offset = self->error_offset;
  g_propagate_error (error, self->error);

  return FALSE;
}

/* Names that other programs write for the encodings that expat has, such as Python for UTF-8. */
static const struct
{
  const char *alias;
  const char *name;
} encodings[] = {
  { "utf8", "UTF-8" }, { "utf_8", "UTF-8" }, { "utf16", "UTF-16" }, { "utf_16", "UTF-16" },
  { "latin1", "ISO-8859-1" }, { "latin-1", "ISO-8859-1" }, { "latin_1", "ISO-8859-1" },
  { "l1", "ISO-8859-1" }, { "iso8859-1", "ISO-8859-1" }, { "iso_8859-1", "ISO-8859-1" },
  { "iso88591", "ISO-8859-1" }, { "ascii", "US-ASCII" }, { "us_ascii", "US-ASCII" },
};

static int
unknown_encoding_cb (void         *user_data,
                     const char   *declared,
                     XML_Encoding *info G_GNUC_UNUSED)
{
  const char **found = user_data;

  for (gsize i = 0; i < G_N_ELEMENTS (encodings); i++)
    if (g_ascii_strcasecmp (encodings[i].alias, declared) == 0)
      *found = encodings[i].name;

  return XML_STATUS_ERROR;
}

/* Returns the name that expat has for the declared encoding (static), or NULL if it knows the declared name itself,
 * or does not support the encoding.
 */
static const char *
find_encoding (const char *text,
               gsize       length)
{
  const char *end = memchr (text, '>', length);
  XML_Parser parser = XML_ParserCreate (NULL);
  const char *found = NULL;

  XML_SetUserData (parser, &found);
  XML_SetUnknownEncodingHandler (parser, unknown_encoding_cb, &found);
  /* Only the declaration. If it is in UTF-16, its last byte may follow. */
  if (end != NULL)
    XML_Parse (parser, text, (int) MIN ((gsize) (end - text) + 2, length), FALSE);
  XML_ParserFree (parser);

  return found;
}

static void
reader_init (CgXmlReader *self,
             const char  *text,
             gsize        length,
             const char  *encoding)
{
  if (encoding == NULL)
    encoding = find_encoding (text, length);

  *self = (CgXmlReader) {
    .parser = XML_ParserCreate (encoding), .text = text, .text_length = length
  };
  self->entities = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  XML_SetUserData (self->parser, self);
}

gboolean
cg_xml_read (const char           *text,
             gsize                 length,
             const char           *encoding,
             const CgXmlHandlers  *handlers,
             gpointer              data,
             gsize                *error_offset,
             GError              **error)
{
  CgXmlReader self;

  reader_init (&self, text, length, encoding);
  self.handlers = handlers;
  self.data = data;

  XML_SetElementHandler (self.parser, start_cb, end_cb);
  XML_SetCharacterDataHandler (self.parser, text_cb);
  XML_SetCommentHandler (self.parser, comment_cb);
  XML_SetXmlDeclHandler (self.parser, declaration_cb);
  XML_SetStartDoctypeDeclHandler (self.parser, doctype_cb);
  XML_SetEntityDeclHandler (self.parser, entity_cb);
  XML_SetSkippedEntityHandler (self.parser, skipped_entity_cb);
  XML_SetExternalEntityRefHandler (self.parser, external_entity_cb);

  return run (&self, error_offset, error);
}

static void
append_cb (void       *user_data,
           const char *text,
           int         length)
{
  CgXmlReader *self = user_data;

  g_string_append_len (self->data, text, length);
}

char *
cg_xml_decode (const char  *text,
               gsize        length,
               gsize       *decoded_length,
               gsize       *error_offset,
               GError     **error)
{
  g_autoptr (GString) decoded = g_string_new (NULL);
  CgXmlReader self;

  /* the default handler gets the input as UTF-8 */
  reader_init (&self, text, length, NULL);
  self.data = decoded;
  self.has_root = TRUE;
  XML_SetDefaultHandler (self.parser, append_cb);
  if (!run (&self, error_offset, error))
    return NULL;

  *decoded_length = decoded->len;

  return g_string_free (g_steal_pointer (&decoded), FALSE);
}
