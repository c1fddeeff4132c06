/* resp-inline.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "resp-inline.h"

typedef struct
{
  const char *at;
  const char *end;
} Line;

static gboolean
is_space (char c)
{
  return g_ascii_isspace (c) || c == '\v';
}

static char
unescape (char c)
{
  switch (c)
    {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
    }
}

/* Reads an escape sequence, after its backslash, between double quotes. */
static void
take_escape (Line    *line,
             GString *word)
{
  if (line->end - line->at >= 3 && line->at[0] == 'x' &&
      g_ascii_isxdigit (line->at[1]) && g_ascii_isxdigit (line->at[2]))
    {
      g_string_append_c (word, (char) (g_ascii_xdigit_value (line->at[1]) * 16 +
                                       g_ascii_xdigit_value (line->at[2])));
      line->at += 3;
    }
  else
    {
      g_string_append_c (word, unescape (*line->at++));
    }
}

/* Reads a quoted string after its first quote, up to the closing one, which ends the word. */
static gboolean
take_quoted (Line    *line,
             char     quote,
             GString *word)
{
  while (line->at < line->end)
    {
      char c = *line->at++;

      if (c == quote)
        return line->at == line->end || is_space (line->at[0]);

      if (c == '\\' && line->at < line->end && quote == '"')
        take_escape (line, word);
      else if (c == '\\' && line->at < line->end && line->at[0] == quote)
        g_string_append_c (word, *line->at++);
      else
        g_string_append_c (word, c);
    }

  return FALSE;
}

static gboolean
take_word (Line    *line,
           GString *word)
{
  while (line->at < line->end)
    {
      char c = *line->at++;

      if (c == '"' || c == '\'')
        return take_quoted (line, c, word);
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        break;

      g_string_append_c (word, c);
    }

  return TRUE;
}

/* Adds the words of a line that a person typed, with quotes as in a shell.
 *
 * Returns: %FALSE if a quote is not closed */
gboolean
resp_inline_split (const char *line,
                   gsize       length,
                   GPtrArray  *args)
{
  Line rest = { line, line + length };

  for (;;)
    {
      g_autoptr (GString) word = NULL;

      while (rest.at < rest.end && is_space (rest.at[0]))
        rest.at++;
      if (rest.at == rest.end)
        return TRUE;

      word = g_string_new (NULL);
      if (!take_word (&rest, word))
        return FALSE;

      g_ptr_array_add (args, g_string_free_to_bytes (g_steal_pointer (&word)));
    }
}
