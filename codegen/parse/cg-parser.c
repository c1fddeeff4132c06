/* cg-parser.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads a description into the model, with a stack of open elements. */

#include "cg-parser-private.h"

#include <string.h>

static Frame *
top_frame (Parser *self)
{
  return &g_array_index (self->frames, Frame, self->frames->len - 1);
}

static const char *
get_local_name (const char *name)
{
  const char *colon = strchr (name, ':');

  return colon != NULL ? colon + 1 : name;
}

/* Sets the location to the current position in the file plus @skip bytes. */
static void
set_location (Parser      *self,
              CgXmlReader *reader,
              gsize        skip)
{
  self->reader = reader;
  self->location = cg_source_locate (self->source, cg_xml_reader_get_offset (reader) + skip);
  cg_source_anchor (self->source);
}

static void
start_cb (CgXmlReader  *reader,
          const char   *name,
          const char  **list,
          gpointer      user_data)
{
  Parser *self = user_data;
  Frame *parent = top_frame (self);
  Attributes attributes = { self, name, list, parent, 0 };
  Frame frame = { .kind = KIND_IGNORED, .name = g_intern_string (name) };

  set_location (self, reader, 0);
  frame.location = self->location;
  if (parent->kind == KIND_ROOT)
    self->root = self->location;
  if (parent->kind == KIND_DOC)
    cg_doc_markup_tag (self->doc, get_local_name (name), FALSE);

  frame.kind = cg_element_start (&attributes, &frame.object);
  if (parent->kind == KIND_ROOT)
    self->is_other = frame.kind == KIND_IGNORED;
  g_array_append_val (self->frames, frame);
}

static void
end_doc (Parser *self,
         CgNode *node)
{
  const char *text = g_strchomp (self->doc->str);

  /* a comment takes precedence, as over the annotation in gdbus-codegen */
  if (node != NULL && node->doc == NULL && *text != '\0')
    node->doc = cg_description_string (self->description, text);
}

static void
end_cb (CgXmlReader *reader G_GNUC_UNUSED,
        const char  *name,
        gpointer     user_data)
{
  Parser *self = user_data;
  Frame frame = *top_frame (self);

  g_array_set_size (self->frames, self->frames->len - 1);
  if ((frame.kind & KIND_WITH_ARGS) != 0)
    cg_comments_end (self, frame.object);
  else if (frame.kind == KIND_DOC && top_frame (self)->kind != KIND_DOC)
    end_doc (self, frame.object);
  else if (frame.kind == KIND_DOC)
    cg_doc_markup_tag (self->doc, get_local_name (name), TRUE);
}

static void
text_cb (CgXmlReader *reader,
         const char  *text,
         gsize        length,
         gpointer     user_data)
{
  Parser *self = user_data;
  Frame *frame = top_frame (self);
  gsize n_blanks = 0;

  while (n_blanks < length && strchr (" \t\r\n", text[n_blanks]) != NULL)
    n_blanks++;

  if (frame->kind == KIND_DOC)
    cg_doc_markup_text (self->doc, text, length);
  else if (frame->kind != KIND_IGNORED && !frame->said && n_blanks < length)
    {
      set_location (self, reader, n_blanks);
      cg_diagnostics_warning (self->diagnostics, CG_WARNING_STRAY_TEXT, &self->location,
                              "text does not belong in <%s>; it is ignored", frame->name);
      frame->said = TRUE;
    }
}

static void
comment_cb (CgXmlReader *reader,
            const char  *text,
            gpointer     user_data)
{
  Parser *self = user_data;

  set_location (self, reader, 0);
  cg_comments_read (self, text);
}

static void
skipped_cb (CgXmlReader *reader G_GNUC_UNUSED,
            const char  *entity,
            gsize        offset,
            gpointer     user_data)
{
  Parser *self = user_data;
  CgLocation location = cg_source_locate (self->source, offset);

  cg_diagnostics_warning (self->diagnostics, CG_WARNING_UNDECLARED_ENTITY, &location,
                          "the entity '&%s;' is not declared in this file; it is left out", entity);
}

/* Also reports the location of an element whose end tag is missing or wrong. */
static void
report (Parser       *self,
        const GError *error,
        gsize         offset)
{
  const Frame *frame = top_frame (self);
  CgLocation location = cg_source_locate (self->source, offset);
  CgLocation whole = { self->source->name, self->source->index, 0, 0, 0 };

  if (frame->kind != KIND_ROOT && error->code == CG_XML_ERROR_OPEN_ELEMENT)
    cg_diagnostics_error (self->diagnostics, &location, "the file ends before </%s>", frame->name);
  else if (frame->kind != KIND_ROOT && error->code == CG_XML_ERROR_WRONG_END_TAG)
    cg_diagnostics_error (self->diagnostics, &location, "%s; expected </%s>",
                          error->message, frame->name);
  else
    {
      cg_diagnostics_error (self->diagnostics,
                            error->code == CG_XML_ERROR_NO_ROOT ? &whole : &location,
                            "%s", error->message);
      return;
    }

  cg_diagnostics_note (self->diagnostics, &frame->location, "<%s> begins here", frame->name);
}

static void
read_source (Parser *self)
{
  static const CgXmlHandlers handlers = { start_cb, end_cb, text_cb, comment_cb, skipped_cb };
  g_autoptr (GError) error = NULL;
  gsize offset = 0;

  if (!cg_xml_read (self->source->text, self->source->length, self->source->encoding,
                    &handlers, self, &offset, &error))
    report (self, error, offset);
  else if (!self->is_other && self->n_definitions == 0)
    cg_diagnostics_error (self->diagnostics, &self->root, "there is no <interface> in it");
  self->reader = NULL;
}

/* The interfaces that every object of D-Bus has, and so everything that is introspected. */
static gboolean
is_standard (const CgInterface *interface)
{
  static const char * const names[] = {
    "org.freedesktop.DBus.Introspectable", "org.freedesktop.DBus.Peer", "org.freedesktop.DBus.Properties", NULL
  };

  return interface->node.name != NULL && g_strv_contains (names, interface->node.name);
}

/* Removes the standard interfaces from those of the file, which begin at @first, if it describes another one. GDBus
 * implements them for each object, and nobody wants code for them because it is in what an object says of itself.
 */
static void
leave_out_standard (GPtrArray *interfaces,
                    guint      first)
{
  guint n_others = 0;

  for (guint i = first; i < interfaces->len; i++)
    n_others += !is_standard (g_ptr_array_index (interfaces, i));

  for (guint i = interfaces->len; i > first && n_others > 0; i--)
    if (is_standard (g_ptr_array_index (interfaces, i - 1)))
      g_ptr_array_remove_index (interfaces, i - 1);
}

/* Adds the contents of @source to @description. */
void
cg_parse (CgSource      *source,
          CgDescription *description,
          CgDiagnostics *diagnostics)
{
  Parser self = { .source = source, .description = description, .diagnostics = diagnostics };
  Frame outside = { KIND_ROOT, "", { source->name, source->index, 1, 1, 0 }, NULL, FALSE };
  g_autofree char *base_name = g_filename_display_basename (source->name);
  guint n_interfaces = description->interfaces->len;

  self.frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  self.doc = g_string_new (NULL);
  self.prefixes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_array_append_val (self.frames, outside);
  g_ptr_array_add (description->files, (gpointer) cg_description_string (description, base_name));

  read_source (&self);

  g_array_unref (self.frames);
  g_hash_table_unref (self.prefixes);
  g_string_free (self.doc, TRUE);
  cg_comments_drop (&self);
  leave_out_standard (description->interfaces, n_interfaces);
  g_free (self.root_xmlns);
}
