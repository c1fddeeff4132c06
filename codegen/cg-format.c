/* cg-format.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A description in canonical form: an element a line, two blanks a level,
 * attributes in one order, no more than one empty line. What stands in comments,
 * in documentation and in elements of others is moved as a whole. */

#include "cg-format.h"

#include "cg-lexer.h"
#include "cg-parser.h"

#include <string.h>

#define INDENT 2

typedef struct
{
  CgSource *source;
  CgLexer   lexer;
  GString  *out;
  guint     depth;
  guint     n_newlines;   /* since the last token that is no space */
  gsize     open;         /* where a start tag ends, if that was the last */
} Formatter;

static const char *
get_text (const Formatter *self,
          const CgToken   *token)
{
  return self->source->text + token->offset;
}

/* The line that a token begins in. */
static const char *
get_line (const Formatter *self,
          const CgToken   *token)
{
  const char *line = get_text (self, token);

  while (line > self->source->text && line[-1] != '\n')
    line--;

  return line;
}

static void
begin_line (Formatter *self,
            gboolean   can_be_apart)
{
  if (self->out->len > 0)
    g_string_append (self->out, can_be_apart && self->n_newlines > 1 && self->open != self->out->len ? "\n\n" : "\n");
  g_string_append_printf (self->out, "%*s", (int) self->depth * INDENT, "");
}

static void
append_moved (Formatter     *self,
              const CgToken *token,
              gsize          length)
{
  cg_format_append_text (self->out, get_text (self, token), length, get_line (self, token),
                         self->depth * INDENT);
}

static void
add_text (Formatter     *self,
          const CgToken *token)
{
  const char *text = get_text (self, token);
  gsize start = strspn (text, " \t\r\n");
  CgToken trimmed = { token->kind, token->offset + start, token->length - start };

  for (gsize i = 0; i < start && i < token->length; i++)
    self->n_newlines += text[i] == '\n' || (text[i] == '\r' && text[i + 1] != '\n');
  if (start >= token->length)
    return;

  begin_line (self, TRUE);
  while (g_ascii_isspace (text[start + trimmed.length - 1]))
    trimmed.length--;
  append_moved (self, &trimmed, trimmed.length);

  self->n_newlines = 0;
  for (gsize i = start + trimmed.length; i < token->length; i++)
    self->n_newlines += text[i] == '\n';
}

static void
add_comment (Formatter     *self,
             const CgToken *token)
{
  gboolean is_line = memchr (get_text (self, token), '\n', token->length) == NULL;

  /* one behind an element stays there */
  if (is_line && self->n_newlines == 0 && self->out->len > 0 && self->out->str[self->out->len - 1] == '>')
    g_string_append_c (self->out, ' ');
  else
    begin_line (self, TRUE);
  append_moved (self, token, token->length);
}

/* All is UTF-8 by now. */
static void
add_instruction (Formatter     *self,
                 const CgToken *token)
{
  g_autofree char *text = g_strndup (get_text (self, token), token->length);
  g_autoptr (GRegex) regex = g_regex_new ("(\\sencoding\\s*=\\s*)(\"[^\"]*\"|'[^']*')", 0, 0, NULL);
  g_autofree char *declaration = NULL;

  begin_line (self, TRUE);
  if (token->offset == 0 && g_str_has_prefix (text, "<?xml"))
    declaration = g_regex_replace (regex, text, -1, 0, "\\1\"UTF-8\"", 0, NULL);
  g_string_append (self->out, declaration != NULL ? declaration : text);
}

static gboolean
is_end (const char *tag)
{
  return tag[1] == '/';
}

static gboolean
is_empty (const char *tag,
          gsize       length)
{
  return tag[length - 2] == '/';
}

/* Is an element there to have others in it, one a line? */
static gboolean
is_structure (const Formatter *self,
              const char      *tag)
{
  g_autofree char *name = g_strndup (tag + 1, strcspn (tag + 1, " \t\r\n/>"));

  return self->depth == 0 || (cg_parser_knows_element (name) && !g_str_equal (name, "doc"));
}

/* All up to the end tag of an element, which @token begins. */
static void
add_whole (Formatter *self,
           CgToken   *token)
{
  guint depth = 1;
  CgToken next;

  while (depth > 0 && cg_lexer_next (&self->lexer, &next))
    if (next.kind == CG_TOKEN_TAG)
      {
        const char *tag = get_text (self, &next);

        if (is_end (tag))
          depth--;
        else if (!is_empty (tag, next.length))
          depth++;
      }

  append_moved (self, token, self->lexer.offset - token->offset);
}

static void
end_element (Formatter     *self,
             const CgToken *token)
{
  self->depth--;
  if (self->open == self->out->len)
    {
      g_string_truncate (self->out, self->out->len - 1);
      g_string_append (self->out, "/>");
      return;
    }

  begin_line (self, FALSE);
  cg_format_append_tag (self->out, get_text (self, token), token->length);
}

static void
add_tag (Formatter *self,
         CgToken   *token)
{
  const char *tag = get_text (self, token);

  if (is_end (tag))
    {
      end_element (self, token);
      return;
    }

  begin_line (self, TRUE);
  if (!is_structure (self, tag) && !is_empty (tag, token->length))
    {
      add_whole (self, token);
      return;
    }

  cg_format_append_tag (self->out, tag, token->length);
  if (is_empty (tag, token->length))
    return;
  self->depth++;
  self->open = self->out->len;
}

static void
add_token (Formatter *self,
           CgToken   *token)
{
  switch (token->kind)
    {
    case CG_TOKEN_TEXT:
      add_text (self, token);
      return;

    case CG_TOKEN_TAG:
      add_tag (self, token);
      break;

    case CG_TOKEN_COMMENT:
      add_comment (self, token);
      break;

    case CG_TOKEN_INSTRUCTION:
      add_instruction (self, token);
      break;

    case CG_TOKEN_CDATA:
    case CG_TOKEN_DOCTYPE:
      begin_line (self, TRUE);
      append_moved (self, token, token->length);
      break;

    default:
      g_assert_not_reached ();
    }

  self->n_newlines = 0;
}

char *
cg_format (CgSource      *source,
           CgDiagnostics *diagnostics)
{
  Formatter self = { source, { source, diagnostics, 0 }, g_string_new (NULL), 0, 0, 0 };
  CgToken token;

  while (cg_lexer_next (&self.lexer, &token))
    add_token (&self, &token);
  g_string_append_c (self.out, '\n');

  return g_string_free (self.out, FALSE);
}
