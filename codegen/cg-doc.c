/* cg-doc.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Puts text of a description into C, where it must neither end the comment
 * or the string that it is in, nor mean anything to the tools that read it. */

#include "cg-doc.h"

#include <string.h>

#define FILL_COLUMN 72

/* Would the line begin a tag of a doc comment, as "Returns:" does? */
static gboolean
is_tag (const char *line)
{
  static const char * const tags[] = {
    "returns:", "return value:", "since:", "deprecated:", "stability:",
    "description:", "rename to:", "virtual:", "type:", "transfer:", "value:",
    "get value func:", "set value func:", "ref func:", "unref func:",
    "attributes:", "unref func:", NULL
  };
  g_autofree char *lower = g_ascii_strdown (line, -1);

  for (guint i = 0; tags[i] != NULL; i++)
    if (g_str_has_prefix (lower, tags[i]))
      return TRUE;

  return FALSE;
}

static void
append_escaped (GString    *escaped,
                const char *line)
{
  gboolean tag = is_tag (line);

  for (const char *p = line; *p != '\0'; p++)
    {
      char previous = p > line ? p[-1] : '\0';

      if (*p == '/' && previous == '*')
        g_string_append (escaped, "&#47;");
      else if (*p == '*' && (previous == '/' || p == line))
        g_string_append (escaped, "&#42;");
      else if (*p == '/' && p == line)
        g_string_append (escaped, "&#47;");
      else if (*p == '?' && previous == '?')
        g_string_append (escaped, "&#63;");
      else if (*p == '@' && p == line)
        g_string_append (escaped, "&#64;");
      else if (*p == '(' && p == line)
        g_string_append (escaped, "&#40;");
      else if (*p == '\\' && p[1] == '\0')
        g_string_append (escaped, "&#92;");
      else if (*p == ':' && tag)
        {
          g_string_append (escaped, "&#58;");
          tag = FALSE;
        }
      else
        g_string_append_c (escaped, *p);
    }
}

/* The text as lines of a doc comment; indentation goes, empty lines stay. */
char *
cg_doc_escape (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *escaped = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_strstrip (lines[i]);
      g_strdelimit (lines[i], "\t\r\v\f", ' ');
      if (*lines[i] == '\0' && (i == 0 || *lines[i - 1] == '\0'))
        continue;
      if (escaped->len > 0)
        g_string_append_c (escaped, '\n');
      append_escaped (escaped, lines[i]);
    }

  return g_strchomp (g_string_free (escaped, FALSE));
}

/* The text as one paragraph, filled; lines after the first are indented. */
char *
cg_doc_paragraph (const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n\v\f", -1);
  GString *filled = g_string_new (NULL);
  gsize column = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autoptr (GString) word = g_string_new (NULL);

      if (*words[i] == '\0')
        continue;

      append_escaped (word, words[i]);
      if (column > 0 && column + word->len > FILL_COLUMN)
        {
          g_string_append (filled, "\n  ");
          column = 2;
        }
      else if (column > 0)
        {
          g_string_append_c (filled, ' ');
          column++;
        }
      g_string_append_len (filled, word->str, word->len);
      column += word->len;
    }

  return g_string_free (filled, FALSE);
}

/* A string literal. */
char *
cg_c_string (const char *text)
{
  GString *literal = g_string_new ("\"");

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_printf (literal, "\\%c", *p);
      else if (*p == '?' && p > text && p[-1] == '?')
        g_string_append (literal, "\\?");
      else if (*p == '\n')
        g_string_append (literal, "\\n");
      else if (g_ascii_isprint (*p))
        g_string_append_c (literal, *p);
      else
        g_string_append_printf (literal, "\\%03o", (guchar) *p);
    }
  g_string_append_c (literal, '"');

  return g_string_free (literal, FALSE);
}
