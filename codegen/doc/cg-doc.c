/* cg-doc.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Escapes text of a description for comments and strings of C: it must not end the comment or
 * string, and must not be markup to the tools that read it. */

#include "cg-doc.h"

#include "model/cg-spelling.h"

#include <string.h>

#define FILL_COLUMN 72

typedef struct
{
  GString    *text;
  GHashTable *links;    /* (nullable) (element-type utf8 utf8): by reference; if
                         * NULL, nothing is one */
  gboolean    in_code;  /* between backticks */
} Escaper;

/* Checks whether the line would begin a tag of a doc comment, such as "Returns:". */
static gboolean
is_tag (const char *line)
{
  static const char * const tags[] = {
    "returns", "return", "return value", "returns value", "since", "deprecated",
    "stability", "description", "rename to", "virtual", "type", "transfer", "value",
    "get value func", "set value func", "ref func", "unref func", "attributes", NULL
  };

  for (guint i = 0; tags[i] != NULL; i++)
    {
      gsize length = strlen (tags[i]);

      if (g_ascii_strncasecmp (line, tags[i], length) == 0 &&
          line[length + strspn (line + length, " ")] == ':')
        return TRUE;
    }

  return FALSE;
}

/* Checks for a bidirectional control character. Compilers warn if the end of its range is missing,
 * and filling lines may separate the two. */
static gboolean
is_bidi_control (gunichar c)
{
  return c == 0x61c || c == 0x200e || c == 0x200f ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Replaces white space of other scripts, which the scanner of GObject Introspection treats as white
 * space, by blanks, and invisible control characters by references. */
static char *
make_plain (const char *text)
{
  GString *plain = g_string_new (NULL);

  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (is_bidi_control (c))
        g_string_append_printf (plain, "&#x%04X;", c);
      else
        g_string_append_unichar (plain, c == 0x85 || (c > 0x7f && g_unichar_isspace (c)) ? ' ' : c);
    }

  return g_string_free (plain, FALSE);
}

/* Gets the length of a name with dots at the beginning of the text, or 0. */
static gsize
measure_dotted (const char *p)
{
  gsize length = 0;
  guint n_words = 0;

  for (;;)
    {
      gsize word = strspn (p + length, CG_WORD_CHARACTERS);

      if (word == 0 || g_ascii_isdigit (p[length]))
        return 0;
      length += word;
      n_words++;
      if (p[length] != '.' || (!g_ascii_isalpha (p[length + 1]) && p[length + 1] != '_'))
        return n_words > 1 ? length : 0;
      length++;
    }
}

/* Gets the length of a reference, without its "#", or 0. References are those of gdbus-codegen:
 * #org.example.Kv, org.example.Kv.Get(), #org.example.Kv::Changed, #org.example.Kv:Size. */
static gsize
measure_reference (const char *name,
                   gboolean    has_sign)
{
  gsize length = measure_dotted (name);
  gsize colons = strspn (name + length, ":");
  gsize member = strspn (name + length + colons, CG_WORD_CHARACTERS "-");

  if (length == 0)
    return 0;
  if (g_str_has_prefix (name + length, "()"))
    return length + strlen ("()");
  if (!has_sign)
    return 0;
  if (colons > 0 && colons <= 2 && member > 0)
    return length + colons + member;

  return length;
}

/* Appends a reference: a link if the element is known, otherwise code. Returns its length in the
 * line. */
static gsize
append_reference (Escaper    *self,
                  const char *line,
                  const char *p)
{
  gboolean has_sign = *p == '#';
  gsize length;
  const char *link;
  g_autofree char *reference = NULL;

  if (self->links == NULL || self->in_code ||
      (p > line && (g_ascii_isalnum (p[-1]) || strchr ("_./:#@&%-", p[-1]) != NULL)))
    return 0;

  length = measure_reference (p + has_sign, has_sign);
  if (length == 0)
    return 0;

  reference = g_strndup (p + has_sign, length);
  link = g_hash_table_lookup (self->links, reference);
  if (link != NULL)
    g_string_append (self->text, link);
  else
    g_string_append_printf (self->text, "`%s`", reference);

  return has_sign + length;
}

/* Checks whether gi-docgen would treat the text as a link. */
static gboolean
is_link (const char *p)
{
  const char *word = p + 1 + (p[1] == '`');
  gsize length = strspn (word, CG_WORD_CHARACTERS);

  return length > 0 && word[length] == '@';
}

/* Gets the replacement for the character @p, the first of its line, if it is special there, or
 * NULL. */
static const char *
get_first_replacement (const char *p)
{
  if (*p == '/')
    return "&#47;";
  if (*p == '(')
    return "&#40;";
  if (*p == '#')
    return "&#35;";
  if (*p == '@' && strchr (p, ':') != NULL)
    return "&#64;";
  if (*p == '*' && p[1] == ' ')
    return "-";

  /* two of them begin emphasised text */
  return *p == '*' && ((p[1] != '*' && !g_ascii_isalnum (p[1])) || strchr (p + 2, '*') == NULL)
         ? "&#42;" : NULL;
}

/* Does the same for a character at any place. */
static const char *
get_replacement (const Escaper *self,
                 char           previous,
                 const char    *p)
{
  if (*p == '/' && previous == '*')
    return "&#47;";
  if (*p == '*' && previous == '/')
    return "&#42;";
  if (*p == '?' && previous == '?')
    return "&#63;";
  if (*p == '\\' && p[1] == '\0')
    return "&#92;";
  if (*p == '[' && is_link (p))
    return "&#91;";
  if (*p == '|' && p[1] == '[')
    return "&#124;";

  return *p == '<' && !self->in_code && (g_ascii_isalpha (p[1]) || strchr ("/!?", p[1]) != NULL)
         ? "&lt;" : NULL;
}

static void
append_line (Escaper    *self,
             const char *line)
{
  gboolean tag = is_tag (line);

  for (const char *p = line; *p != '\0';)
    {
      const char *replacement = p == line ? get_first_replacement (p) : NULL;
      gsize length = *p == '#' || g_ascii_isalpha (*p) ? append_reference (self, line, p) : 0;

      if (length > 0)
        {
          p += length;
          continue;
        }

      if (replacement == NULL)
        replacement = get_replacement (self, p > line ? p[-1] : '\0', p);
      if (*p == '`')
        self->in_code = !self->in_code;
      if (*p == ':' && tag)
        {
          replacement = "&#58;";
          tag = FALSE;
        }
      if (replacement != NULL)
        g_string_append (self->text, replacement);
      else
        g_string_append_c (self->text, *p);
      p++;
    }
}

/* Appends a line of code with its indentation relative to the first line of the code. Characters
 * that tools would misread are replaced, although that is visible in code. */
static void
append_code (Escaper    *self,
             const char *line,
             gsize       indent)
{
  const char *text = line + MIN (indent, strspn (line, " \t"));
  const char *first = text + strspn (text, " \t");
  const char *colon = is_tag (first) ? strchr (first, ':') : NULL;

  for (const char *p = text; *p != '\0'; p++)
    {
      const char *replacement = get_replacement (self, p > text ? p[-1] : '\0', p);

      if (p == colon)
        replacement = "&#58;";
      else if (p == first && *p == '@')
        replacement = get_first_replacement (p);
      if (replacement != NULL)
        g_string_append (self->text, replacement);
      else
        g_string_append_c (self->text, *p);
    }
}

/* Returns TRUE for a line of code between fences, and for the fences. */
static gboolean
append_fenced (Escaper *self,
               char    *line,
               gssize  *fence)
{
  gsize indent = strspn (line, " \t");
  gboolean is_fence = g_str_has_prefix (line + indent, "```");

  if (!is_fence && *fence < 0)
    return FALSE;

  g_strchomp (line);
  if (self->text->len > 0)
    g_string_append_c (self->text, '\n');
  self->in_code = TRUE;
  append_code (self, line, *fence < 0 ? indent : (gsize) *fence);
  if (is_fence)
    *fence = *fence < 0 ? (gssize) indent : -1;
  self->in_code = FALSE;

  return TRUE;
}

/* Formats the text as lines of a doc comment, without indentation and with empty lines. @links has
 * the replacements of references, by their text. */
char *
cg_doc_escape (const char *text,
               GHashTable *links)
{
  g_autofree char *plain = make_plain (text);
  g_auto (GStrv) lines = g_strsplit (plain, "\n", -1);
  Escaper self = { g_string_new (NULL), links, FALSE };
  gssize fence = -1;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (append_fenced (&self, lines[i], &fence))
        continue;
      g_strstrip (lines[i]);
      g_strdelimit (lines[i], "\t\r\v\f", ' ');
      if (*lines[i] == '\0')
        self.in_code = FALSE;
      if (*lines[i] == '\0' && (i == 0 || *lines[i - 1] == '\0'))
        continue;
      if (self.text->len > 0)
        g_string_append_c (self.text, '\n');
      append_line (&self, lines[i]);
    }
  if (fence >= 0)
    g_string_append (self.text, "\n```");

  return g_strchomp (g_string_free (self.text, FALSE));
}

/* Formats the text as one filled paragraph. Lines after the first begin with @indent. */
char *
cg_doc_paragraph (const char *text,
                  const char *indent,
                  GHashTable *links)
{
  g_autofree char *plain = make_plain (text);
  g_auto (GStrv) words = g_strsplit_set (plain, " \t\r\n\v\f", -1);
  g_autoptr (GString) line = g_string_new (NULL);
  Escaper self = { g_string_new (NULL), links, FALSE };

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (*words[i] == '\0')
        continue;

      if (line->len > 0 && strlen (indent) + line->len + strlen (words[i]) > FILL_COLUMN)
        {
          append_line (&self, line->str);
          g_string_append_printf (self.text, "\n%s", indent);
          g_string_truncate (line, 0);
        }
      g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", words[i]);
    }
  append_line (&self, line->str);

  return g_string_free (self.text, FALSE);
}

/* Makes a string literal. */
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
