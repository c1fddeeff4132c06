/* cg-lexer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Cuts the text of a description at its markup. GMarkup tells the place only
 * after a tag, accepts some of what XML forbids, and knows no entities; so
 * this decides what it is fed, piece by piece, and knows where each begins. */

#include "cg-lexer.h"

#include <string.h>

static gboolean
fail (CgLexer    *self,
      gsize       offset,
      const char *message)
{
  CgLocation location = cg_source_locate (self->source, offset);

  cg_diagnostics_error (self->diagnostics, &location, "%s", message);

  return FALSE;
}

static gboolean
lex_until (CgLexer    *self,
           CgToken    *token,
           gsize       skip,
           const char *end,
           const char *message)
{
  const char *start = self->source->text + self->offset;
  const char *found = strstr (start + skip, end);

  if (found == NULL)
    return fail (self, self->offset, message);

  token->length = found + strlen (end) - start;

  return TRUE;
}

static gboolean
lex_comment (CgLexer *self,
             CgToken *token)
{
  const char *start = self->source->text + self->offset;
  const char *hyphens;

  token->kind = CG_TOKEN_COMMENT;
  if (!lex_until (self, token, strlen ("<!--"), "-->",
                  "the comment has no end"))
    return FALSE;

  hyphens = strstr (start + strlen ("<!--"), "--");
  if (hyphens[2] != '>')
    return fail (self, hyphens - self->source->text, "'--' cannot stand inside a comment");

  return TRUE;
}

/* Every instruction says for whom it is; "xml" is for the declaration alone. */
static gboolean
lex_instruction (CgLexer *self,
                 CgToken *token)
{
  const char *target = self->source->text + self->offset + strlen ("<?");
  gsize length = strcspn (target, " \t\r\n?>");

  token->kind = CG_TOKEN_INSTRUCTION;
  if (length == 0 || strchr (G_CSET_DIGITS "-.", *target) != NULL ||
      strcspn (target, "\"'<>&;%[]=!/()|,*+") < length)
    return fail (self, self->offset, "a name must follow '<?'");
  if (length == strlen ("xml") && g_ascii_strncasecmp (target, "xml", length) == 0 && strncmp (target, "xml", length) != 0)
    return fail (self, self->offset, "an XML declaration begins with '<?xml', in lower case");

  return lex_until (self, token, strlen ("<?"), "?>", "the processing instruction has no end");
}

static const struct
{
  const char *begin;
  const char *end;
} opaque[] = {
  { "\"", "\"" },
  { "'", "'" },
  { "<!--", "-->" },
  { "<?", "?>" },
};

/* The end of the quotes, the comment or the instruction at @p; @p itself if it
 * is none of them, and NULL if it has no end. */
static const char *
skip_opaque (const char *p)
{
  for (gsize i = 0; i < G_N_ELEMENTS (opaque); i++)
    if (g_str_has_prefix (p, opaque[i].begin))
      {
        const char *end = strstr (p + strlen (opaque[i].begin), opaque[i].end);

        return end != NULL ? end + strlen (opaque[i].end) - 1 : NULL;
      }

  return p;
}

/* Ends at the '>' outside of quotes, brackets, comments and instructions. */
static gboolean
lex_doctype (CgLexer *self,
             CgToken *token)
{
  const char *start = self->source->text + self->offset;
  gboolean in_subset = FALSE;

  token->kind = CG_TOKEN_DOCTYPE;

  for (const char *p = start; *p != '\0'; p++)
    {
      const char *end = skip_opaque (p);

      if (end == NULL)
        break;
      if (end > p)
        p = end;
      else if (*p == '[')
        in_subset = TRUE;
      else if (*p == ']')
        in_subset = FALSE;
      else if (*p == '>' && !in_subset)
        {
          token->length = p + 1 - start;
          return TRUE;
        }
    }

  return fail (self, self->offset, "the document type declaration has no end");
}

/* A value that goes on in another line is most often one without an end. */
static gboolean
fail_in_value (CgLexer    *self,
               const char *quote,
               const char *p)
{
  CgLocation begin = cg_source_locate (self->source, quote - self->source->text);
  CgLocation place = cg_source_locate (self->source, p - self->source->text);

  cg_diagnostics_error (self->diagnostics, &place, "'<' cannot stand in an attribute value; write '&lt;'");
  if (begin.line != place.line)
    cg_diagnostics_note (self->diagnostics, &begin, "the value begins here");

  return FALSE;
}

static gboolean
lex_tag (CgLexer *self,
         CgToken *token)
{
  const char *start = self->source->text + self->offset;
  const char *quote = NULL;

  token->kind = CG_TOKEN_TAG;

  for (const char *p = start + 1; *p != '\0'; p++)
    {
      if (*p == '<' && quote != NULL)
        return fail_in_value (self, quote, p);
      if (*p == '<')
        return fail (self, p - self->source->text, "'<' cannot stand inside a tag");
      if (quote != NULL)
        {
          if (*p != *quote)
            continue;
          quote = NULL;
          if (p[1] != '\0' && strchr (" \t\r\n/>", p[1]) == NULL)
            return fail (self, p + 1 - self->source->text, "a blank must follow the value of an attribute");
        }
      else if (*p == '"' || *p == '\'')
        quote = p;
      else if (*p == '>')
        {
          token->length = p + 1 - start;
          return TRUE;
        }
    }

  return fail (self, self->offset, quote != NULL
               ? "an attribute value in the tag has no end"
               : "the tag has no end");
}

/* Nothing else begins with "<!". */
static gboolean
fail_at_declaration (CgLexer *self)
{
  const char *start = self->source->text + self->offset;

  return fail (self, self->offset,
               g_ascii_strncasecmp (start, "<!DOCTYPE", strlen ("<!DOCTYPE")) == 0
               ? "write '<!DOCTYPE' in capitals"
               : g_ascii_strncasecmp (start, "<![CDATA[", strlen ("<![CDATA[")) == 0
               ? "write '<![CDATA[' in capitals"
               : "this is neither a comment nor a CDATA section; "
                 "declarations stand in a document type declaration only");
}

static gboolean
lex_markup (CgLexer *self,
            CgToken *token)
{
  const char *start = self->source->text + self->offset;

  if (g_str_has_prefix (start, "<!--"))
    return lex_comment (self, token);

  if (g_str_has_prefix (start, "<![CDATA["))
    {
      token->kind = CG_TOKEN_CDATA;
      return lex_until (self, token, strlen ("<![CDATA["), "]]>",
                        "the CDATA section has no end");
    }

  if (g_str_has_prefix (start, "<?"))
    return lex_instruction (self, token);

  if (g_str_has_prefix (start, "<!DOCTYPE"))
    return lex_doctype (self, token);

  if (g_str_has_prefix (start, "<!"))
    return fail_at_declaration (self);

  return lex_tag (self, token);
}

static gboolean
lex_text (CgLexer *self,
          CgToken *token)
{
  const char *start = self->source->text + self->offset;
  const char *end;

  token->kind = CG_TOKEN_TEXT;
  token->length = strcspn (start, "<");
  end = g_strstr_len (start, token->length, "]]>");

  return end == NULL ||
         fail (self, end - self->source->text, "']]>' cannot stand in text; write ']]&gt;'");
}

/* Returns FALSE at the end of the text, and after an error. */
gboolean
cg_lexer_next (CgLexer *self,
               CgToken *token)
{
  const char *start = self->source->text + self->offset;

  if (*start == '\0')
    return FALSE;

  token->offset = self->offset;
  if (*start == '<' ? !lex_markup (self, token) : !lex_text (self, token))
    return FALSE;

  self->offset += token->length;

  return TRUE;
}
