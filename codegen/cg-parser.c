/* cg-parser.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads one description into the model: feeds GMarkup with what is between
 * marks, and keeps the elements that are open. */

#include "cg-parser-private.h"

#include "cg-doctype.h"

#include <string.h>

#define MAX_DEPTH      100
#define MAX_ATTRIBUTES 100

static Frame *
top_frame (Parser *self)
{
  return &g_array_index (self->frames, Frame, self->frames->len - 1);
}

static void
prefix_clear (gpointer data)
{
  Prefix *prefix = data;

  g_free (prefix->prefix);
  g_free (prefix->uri);
}

static const char *
get_local_name (const char *name)
{
  const char *colon = strchr (name, ':');

  return colon != NULL ? colon + 1 : name;
}

static void
start_element_cb (GMarkupParseContext  *context,
                  const char           *name,
                  const char          **attribute_names,
                  const char          **attribute_values,
                  gpointer              user_data,
                  GError              **error)
{
  Parser *self = user_data;
  Attributes attributes = { self, name, attribute_names, attribute_values };
  Frame *parent = top_frame (self);
  Frame frame = { KIND_IGNORED, g_intern_string (name), self->location, NULL, self->prefixes->len, FALSE };

  (void) context;

  if (parent->kind == KIND_ROOT && self->has_root)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                 "<%s> follows the end of the root element", name);
  else if (self->frames->len > MAX_DEPTH)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                 "elements are nested more than %d deep", MAX_DEPTH);
  else if (g_strv_length ((char **) attribute_names) > MAX_ATTRIBUTES)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                 "<%s> has more than %d attributes", name, MAX_ATTRIBUTES);
  else
    {
      self->has_root = TRUE;
      if (parent->kind == KIND_DOC)
        cg_doc_builder_start (self->doc, get_local_name (name), attribute_names, attribute_values);
      frame.kind = cg_element_start (&attributes, parent, &frame.object);
      if (self->frames->len == 1)
        self->is_other = frame.kind == KIND_IGNORED;
      g_array_append_val (self->frames, frame);
    }
}

void
cg_parser_start_doc (Parser   *self,
                     gboolean  is_foreign,
                     gboolean  deprecates)
{
  const CgNode *interface = NULL;

  for (guint i = 0; i < self->frames->len; i++)
    {
      const Frame *frame = &g_array_index (self->frames, Frame, i);

      if (frame->kind == KIND_INTERFACE)
        interface = frame->object;
    }

  g_clear_pointer (&self->doc, cg_doc_builder_free);
  self->doc = cg_doc_builder_new (is_foreign, interface != NULL ? interface->name : NULL);
  self->doc_deprecates = deprecates;
}

static void
end_doc (Parser *self,
         CgNode *node)
{
  g_autofree char *text = cg_doc_builder_finish (self->doc);

  g_clear_pointer (&self->doc, cg_doc_builder_free);
  if (node == NULL)
    return;

  /* that of a comment goes first, as with gdbus-codegen and its annotation */
  if (self->doc_deprecates)
    cg_node_set_deprecated (node, *text != '\0' ? cg_description_string (self->description, text) : "true");
  else if (node->doc == NULL && *text != '\0')
    node->doc = cg_description_string (self->description, text);
}

static void
end_element_cb (GMarkupParseContext  *context,
                const char           *name,
                gpointer              user_data,
                GError              **error)
{
  Parser *self = user_data;
  Frame frame = *top_frame (self);

  (void) context;
  (void) error;

  g_array_set_size (self->prefixes, frame.n_prefixes);
  g_array_set_size (self->frames, self->frames->len - 1);

  if ((frame.kind & KIND_WITH_ARGS) != 0)
    cg_comments_end (self, frame.object);
  else if (frame.kind == KIND_DOC && top_frame (self)->kind != KIND_DOC)
    end_doc (self, frame.object);
  else if (frame.kind == KIND_DOC)
    cg_doc_builder_end (self->doc, get_local_name (name));
}

static void
text_cb (GMarkupParseContext  *context,
         const char           *text,
         gsize                 length,
         gpointer              user_data,
         GError              **error)
{
  Parser *self = user_data;

  (void) context;
  (void) error;

  if (top_frame (self)->kind == KIND_DOC)
    cg_doc_builder_text (self->doc, text, length);
}

static const GMarkupParser markup_parser = {
  start_element_cb,
  end_element_cb,
  text_cb,
  NULL,
  NULL
};

/* GMarkup puts a place of its own counting in front of its messages. */
static const char *
strip_place (const char *message)
{
  const char *colon;

  if (!g_str_has_prefix (message, "Error on line ") && !g_str_has_prefix (message, "Line "))
    return message;

  colon = strchr (message, ':');

  return colon != NULL ? colon + 1 + strspn (colon + 1, " ") : message;
}

static gboolean
feed (Parser              *self,
      GMarkupParseContext *context)
{
  const char *text = self->source->text + self->token.offset;
  g_autoptr (GString) expanded = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *skipped = NULL;
  gsize length = self->token.length;
  gsize error_offset = 0;

  if (self->token.kind != CG_TOKEN_CDATA && memchr (text, '&', length) != NULL)
    {
      expanded = g_string_new (NULL);
      if (!cg_entities_expand (self->entities, text, length, expanded, &error_offset, &error))
        {
          CgLocation location = cg_source_locate (self->source, self->token.offset + error_offset);

          cg_diagnostics_error (self->diagnostics, &location, "%s", error->message);
          return FALSE;
        }
      text = expanded->str;
      length = expanded->len;

      skipped = cg_entities_get_skipped (self->entities);
      if (skipped != NULL)
        cg_diagnostics_warning (self->diagnostics, CG_WARNING_UNDECLARED_ENTITY, &self->location,
                                "the entity '&%s;' is not declared in this file; it is left out", skipped);
    }

  if (!g_markup_parse_context_parse (context, text, length, &error))
    {
      cg_diagnostics_error (self->diagnostics, &self->location, "%s", strip_place (error->message));
      return FALSE;
    }

  return TRUE;
}

static gboolean
is_space (const char *text,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;

  return TRUE;
}

static gboolean
read_text (Parser              *self,
           GMarkupParseContext *context)
{
  const char *text = self->source->text + self->token.offset;
  Frame *frame = top_frame (self);

  if (self->token.kind == CG_TOKEN_TEXT && is_space (text, self->token.length))
    return frame->kind == KIND_DOC ? feed (self, context) : TRUE;

  /* where the text is, not the space in front of it */
  if (self->token.kind == CG_TOKEN_TEXT)
    self->location = cg_source_locate (self->source, self->token.offset + strspn (text, " \t\r\n"));

  if (frame->kind == KIND_ROOT)
    {
      cg_diagnostics_error (self->diagnostics, &self->location, "%s", self->has_root
                            ? "text follows the end of the root element"
                            : "text comes before the root element; is this XML?");
      return FALSE;
    }

  if ((frame->kind & (KIND_DOC | KIND_IGNORED)) == 0 && !frame->said)
    {
      cg_diagnostics_warning (self->diagnostics, CG_WARNING_STRAY_TEXT, &self->location,
                              "text does not belong in <%s>; it is ignored", frame->name);
      frame->said = TRUE;
    }

  return feed (self, context);
}

#define QUOTED(words) "(?:\"(?:" words ")\"|'(?:" words ")')"
#define XML_VERSION   "^<\\?xml\\s+version\\s*=\\s*" QUOTED ("1\\.[0-9]+")
#define XML_REST      "(?:\\s+encoding\\s*=\\s*" QUOTED ("[A-Za-z][A-Za-z0-9._-]*") ")?" \
                      "(?:\\s+standalone\\s*=\\s*" QUOTED ("yes|no") ")?\\s*\\?>$"

static gboolean
read_instruction (Parser *self)
{
  const char *text = self->source->text + self->token.offset;
  g_autofree char *declaration = g_strndup (text, self->token.length);

  if (!g_str_has_prefix (declaration, "<?xml") || strchr (" \t\r\n?", declaration[strlen ("<?xml")]) == NULL)
    return TRUE;

  if (self->token.offset != 0)
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "the XML declaration must be the first thing in the file");
  else if (!g_regex_match_simple (XML_VERSION, declaration, 0, 0))
    cg_diagnostics_error (self->diagnostics, &self->location, "this is not XML 1.0");
  else if (!g_regex_match_simple (XML_VERSION XML_REST, declaration, 0, 0))
    cg_diagnostics_error (self->diagnostics, &self->location,
                          "an XML declaration has a version, then an encoding if need be, "
                          "then standalone='yes' or 'no', and nothing else");
  else
    return TRUE;

  return FALSE;
}

/* Reads what it declares. */
static gboolean
read_doctype (Parser *self)
{
  const char *text = self->source->text + self->token.offset;
  CgDoctype doctype = { text + self->token.length, self->entities, text, NULL };

  if (self->has_root || self->has_doctype)
    {
      cg_diagnostics_error (self->diagnostics, &self->location, self->has_root
                            ? "the document type declaration must come before the root element"
                            : "there is a document type declaration already");
      return FALSE;
    }

  self->has_doctype = TRUE;
  if (!cg_doctype_read (&doctype))
    {
      CgLocation location = cg_source_locate (self->source, doctype.p - self->source->text);

      cg_diagnostics_error (self->diagnostics, &location, "%s", doctype.message);
      return FALSE;
    }

  return TRUE;
}

static gboolean
read_token (Parser              *self,
            GMarkupParseContext *context)
{
  self->location = cg_source_locate (self->source, self->token.offset);
  cg_source_anchor (self->source);

  switch (self->token.kind)
    {
    case CG_TOKEN_TEXT:
    case CG_TOKEN_CDATA:
      return read_text (self, context);

    case CG_TOKEN_TAG:
      return feed (self, context);

    case CG_TOKEN_COMMENT:
      cg_comments_read (self);
      return TRUE;

    case CG_TOKEN_INSTRUCTION:
      return read_instruction (self);

    case CG_TOKEN_DOCTYPE:
      return read_doctype (self);

    default:
      g_assert_not_reached ();
    }
}

/* All was read without an error in the XML: is it a whole? */
static void
check_end (Parser *self)
{
  CgLocation end = cg_source_locate (self->source, self->source->length);
  const Frame *frame = top_frame (self);

  if (!self->has_root)
    {
      CgLocation whole = { self->source->name, self->source->index, 0, 0 };

      cg_diagnostics_error (self->diagnostics, &whole, "there is no element in the file");
    }
  else if (frame->kind != KIND_ROOT)
    {
      cg_diagnostics_error (self->diagnostics, &end, "the file ends before </%s>", frame->name);
      cg_diagnostics_note (self->diagnostics, &frame->location, "<%s> begins here", frame->name);
    }
}

static void
read_tokens (Parser *self)
{
  CgLexer lexer = { self->source, self->diagnostics, 0 };
  GMarkupParseContext *context =
    g_markup_parse_context_new (&markup_parser, G_MARKUP_TREAT_CDATA_AS_TEXT, self, NULL);
  CgLocation root = { self->source->name, self->source->index, 0, 0 };
  gboolean ok = TRUE;

  while (ok && cg_lexer_next (&lexer, &self->token))
    {
      gboolean had_root = self->has_root;

      ok = read_token (self, context);
      if (self->has_root && !had_root)
        root = self->location;
    }

  if (ok && lexer.offset == self->source->length)
    {
      check_end (self);
      if (self->has_root && !self->is_other && self->n_definitions == 0)
        cg_diagnostics_error (self->diagnostics, &root, "there is no <interface> in it");
    }

  g_markup_parse_context_free (context);
}

/* Adds what @source describes to @description. */
void
cg_parse (CgSource      *source,
          CgDescription *description,
          CgDiagnostics *diagnostics)
{
  Parser self = { .source = source, .description = description, .diagnostics = diagnostics };
  Frame outside = { KIND_ROOT, "", { source->name, source->index, 1, 1 }, NULL, 0, FALSE };
  g_autofree char *base_name = g_filename_display_basename (source->name);

  self.entities = cg_entities_new ();
  self.frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  self.prefixes = g_array_new (FALSE, FALSE, sizeof (Prefix));
  g_array_set_clear_func (self.prefixes, prefix_clear);
  self.said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_array_append_val (self.frames, outside);
  g_ptr_array_add (description->files, (gpointer) cg_description_string (description, base_name));

  read_tokens (&self);

  cg_entities_free (self.entities);
  g_array_unref (self.frames);
  g_array_unref (self.prefixes);
  g_hash_table_unref (self.said);
  g_clear_pointer (&self.doc, cg_doc_builder_free);
  cg_comments_drop (&self);
  g_free (self.root_xmlns);
}
