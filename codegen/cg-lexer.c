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

/* Ends at the '>' outside of quotes, brackets and comments. */
static gboolean
lex_doctype (CgLexer *self,
             CgToken *token)
{
  const char *start = self->source->text + self->offset;
  gboolean in_subset = FALSE;

  token->kind = CG_TOKEN_DOCTYPE;

  for (const char *p = start; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\'')
        {
          p = strchr (p + 1, *p);
          if (p == NULL)
            break;
        }
      else if (g_str_has_prefix (p, "<!--"))
        {
          p = strstr (p + strlen ("<!--"), "-->");
          if (p == NULL)
            break;
          p += strlen ("--");
        }
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

static gboolean
lex_tag (CgLexer *self,
         CgToken *token)
{
  const char *start = self->source->text + self->offset;
  char quote = '\0';

  token->kind = CG_TOKEN_TAG;

  for (const char *p = start + 1; *p != '\0'; p++)
    {
      if (*p == '<')
        return fail (self, p - self->source->text, quote != '\0'
                     ? "'<' cannot stand in an attribute value; write '&lt;'"
                     : "'<' cannot stand inside a tag");
      if (quote != '\0')
        {
          if (*p == quote)
            quote = '\0';
        }
      else if (*p == '"' || *p == '\'')
        quote = *p;
      else if (*p == '>')
        {
          token->length = p + 1 - start;
          return TRUE;
        }
    }

  return fail (self, self->offset, quote != '\0'
               ? "an attribute value in the tag has no end"
               : "the tag has no end");
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
    {
      token->kind = CG_TOKEN_INSTRUCTION;
      return lex_until (self, token, strlen ("<?"), "?>",
                        "the processing instruction has no end");
    }

  if (g_str_has_prefix (start, "<!DOCTYPE"))
    return lex_doctype (self, token);

  return lex_tag (self, token);
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
  if (*start == '<')
    {
      if (!lex_markup (self, token))
        return FALSE;
    }
  else
    {
      token->kind = CG_TOKEN_TEXT;
      token->length = strcspn (start, "<");
    }

  self->offset += token->length;

  return TRUE;
}
