/* cg-doc-builder.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Blocks of Markdown, and what is marked in them. */

#include "cg-doc-builder-private.h"

#include <string.h>

#define FILL_COLUMN 72

CgDocBuilder *
cg_doc_builder_new (gboolean    is_filled,
                    const char *interface)
{
  CgDocBuilder *self = g_new0 (CgDocBuilder, 1);

  self->out = g_string_new (NULL);
  self->block = g_string_new (NULL);
  self->interface = g_strdup (interface);
  self->is_filled = is_filled;

  return self;
}

void
cg_doc_builder_free (CgDocBuilder *self)
{
  g_string_free (self->out, TRUE);
  g_string_free (self->block, TRUE);
  if (self->span != NULL)
    g_string_free (self->span, TRUE);
  g_free (self->target);
  g_free (self->interface);
  g_free (self);
}

/* One paragraph in lines that are not too long; its words stay what they are. */
static char *
fill (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);
  GString *filled = g_string_new (NULL);
  gsize column = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      gsize length = g_utf8_strlen (words[i], -1);

      if (length == 0)
        continue;
      if (column > 0 && column + 1 + length > FILL_COLUMN)
        {
          g_string_append_c (filled, '\n');
          column = 0;
        }
      else if (column > 0)
        {
          g_string_append_c (filled, ' ');
          column++;
        }
      g_string_append (filled, words[i]);
      column += length;
    }

  return g_string_free (filled, FALSE);
}

/* Paragraphs have an empty line between them; items of a list, none. */
void
cg_doc_builder_flush (CgDocBuilder *self)
{
  g_autofree char *text = self->is_pre || !self->is_filled ? g_strdup (self->block->str) : fill (self->block->str);
  const char *start = text + strspn (text, "\r\n");
  gboolean is_item = g_str_has_prefix (start, "- ");

  g_strchomp (text);
  g_string_truncate (self->block, 0);
  self->mark = 0;
  self->is_fresh = FALSE;
  if (*start == '\0' || g_str_equal (start, "-"))
    return;

  if (self->out->len > 0)
    g_string_append (self->out, is_item && self->was_item ? "\n" : "\n\n");
  g_string_append (self->out, start);
  self->was_item = is_item;
}

void
cg_doc_builder_start_mark (CgDocBuilder *self,
                           const char   *mark)
{
  g_string_append (self->block, mark);
  self->mark = self->block->len;
}

/* What ends a mark must be next to what it marks. */
void
cg_doc_builder_end_mark (CgDocBuilder *self,
                         const char   *mark)
{
  gsize length = self->block->len;

  while (length > self->mark && g_ascii_isspace (self->block->str[length - 1]))
    length--;
  if (length == self->mark && g_str_has_suffix (self->block->str, mark))
    g_string_truncate (self->block, length - strlen (mark));
  else if (length > 0)
    g_string_insert (self->block, length, mark);
  self->mark = 0;
}

void
cg_doc_builder_start_item (CgDocBuilder *self)
{
  cg_doc_builder_flush (self);
  g_string_append (self->block, "- ");
  self->is_fresh = TRUE;
}

void
cg_doc_builder_start_span (CgDocBuilder *self)
{
  if (self->span == NULL && !self->is_pre)
    self->span = g_string_new (NULL);
}

char *
cg_doc_builder_end_span (CgDocBuilder *self)
{
  GString *span = g_steal_pointer (&self->span);

  return span != NULL ? g_strstrip (g_string_free (span, FALSE)) : NULL;
}

void
cg_doc_builder_end_code (CgDocBuilder *self)
{
  g_autofree char *span = cg_doc_builder_end_span (self);

  if (span != NULL && *span != '\0')
    g_string_append_printf (self->block, "`%s`", g_strdelimit (span, "`", '\''));
}

void
cg_doc_builder_start_pre (CgDocBuilder *self)
{
  cg_doc_builder_flush (self);
  self->is_pre = TRUE;
  g_string_append (self->block, "```\n");
}

/* Code is indented from its first column. */
void
cg_doc_builder_end_pre (CgDocBuilder *self)
{
  g_auto (GStrv) lines = g_strsplit (self->block->str, "\n", -1);
  gsize indent = G_MAXSIZE;
  gboolean has_text = FALSE;

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    if (*g_strchomp (lines[i]) != '\0')
      indent = MIN (indent, strspn (lines[i], " \t"));

  g_string_truncate (self->block, 0);
  g_string_append (self->block, "```");
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      has_text = has_text || *lines[i] != '\0';
      if (has_text)
        g_string_append_printf (self->block, "\n%s", lines[i] + MIN (indent, strlen (lines[i])));
    }
  while (g_str_has_suffix (self->block->str, "\n"))
    g_string_truncate (self->block, self->block->len - 1);
  g_string_append (self->block, "\n```");
  cg_doc_builder_flush (self);
  self->is_pre = FALSE;
}

void
cg_doc_builder_text (CgDocBuilder *self,
                     const char   *text,
                     gsize         length)
{
  if (self->span != NULL)
    {
      g_string_append_len (self->span, text, length);
      return;
    }

  if (self->is_fresh || (self->mark > 0 && self->mark == self->block->len))
    while (length > 0 && g_ascii_isspace (*text))
      {
        text++;
        length--;
      }
  if (length == 0)
    return;

  self->is_fresh = FALSE;
  g_string_append_len (self->block, text, length);
}

char *
cg_doc_builder_finish (CgDocBuilder *self)
{
  cg_doc_builder_end_code (self);
  cg_doc_builder_flush (self);

  return g_strstrip (g_strdup (self->out->str));
}
