/* cg-snippet.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Shows a line of a description with a place in it marked:
 *
 *     4 |     <arg name="key" tpye="s"/>
 *       |                     ^~~~
 */

#include "cg-snippet.h"

#include <string.h>

#define MAX_BEFORE 100  /* characters that are shown of a line before what is marked */
#define CUT_BEFORE 50   /* the same if there are more */
#define MAX_AFTER  70   /* and from there */
#define STRIDE     1024 /* characters */

/* Places from which others are found: the start of each line, and some within
 * long ones. */
typedef struct
{
  guint line;
  guint column;
  gsize offset;
} Mark;

struct _CgSnippets
{
  char   *text;    /* (owned): perhaps not valid UTF-8 */
  gsize   length;
  GArray *marks;   /* (owned) (element-type Mark): empty until one is asked for */
};

CgSnippets *
cg_snippets_new (char  *text,
                 gsize  length)
{
  CgSnippets *self = g_new0 (CgSnippets, 1);

  self->text = text;
  self->length = length;
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));

  return self;
}

void
cg_snippets_free (CgSnippets *self)
{
  g_free (self->text);
  g_array_unref (self->marks);
  g_free (self);
}

static gboolean
is_continuation (char c)
{
  return (c & 0xc0) == 0x80;
}

static void
find_marks (CgSnippets *self)
{
  Mark mark = { 1, 1, 0 };

  g_array_append_val (self->marks, mark);
  for (gsize i = 0; i < self->length; i++)
    {
      char c = self->text[i];

      mark.offset = i + 1;
      if (c == '\n' || (c == '\r' && self->text[i + 1] != '\n'))
        {
          mark.line++;
          mark.column = 1;
          g_array_append_val (self->marks, mark);
        }
      else if (!is_continuation (self->text[i + 1]) && ++mark.column % STRIDE == 0)
        g_array_append_val (self->marks, mark);
    }
}

/* The last mark not behind the place. */
static const Mark *
find_mark (CgSnippets *self,
           guint       line,
           guint       column)
{
  guint first = 0;
  guint end;

  if (self->marks->len == 0)
    find_marks (self);

  for (end = self->marks->len; end - first > 1;)
    {
      guint middle = first + (end - first) / 2;
      const Mark *mark = &g_array_index (self->marks, Mark, middle);

      if (mark->line < line || (mark->line == line && mark->column <= column))
        first = middle;
      else
        end = middle;
    }

  return &g_array_index (self->marks, Mark, first);
}

static gboolean
is_name (char c)
{
  return g_ascii_isalnum (c) || (c & 0x80) != 0 || (c != '\0' && strchr ("_-.:", c) != NULL);
}

static gsize
measure_name (const char *p)
{
  const char *end = p;

  while (is_name (*end))
    end++;

  return end - p;
}

/* Is @p the first character of a value in quotes? */
static gboolean
is_value (const char *start,
          const char *p)
{
  const char *q = p - 1;

  if (q <= start || (*q != '"' && *q != '\''))
    return FALSE;
  for (q--; q > start && (*q == ' ' || *q == '\t'); q--)
    ;

  return *q == '=';
}

/* How many bytes at @p are one thing: a value, a tag's name, a word. */
static gsize
measure (const char *start,
         const char *p)
{
  if (is_value (start, p))
    {
      const char stop[] = { p[-1], '\r', '\n', '\0' };

      return MAX (strcspn (p, stop), 1);
    }
  if (g_str_has_prefix (p, "<!--"))
    return strlen ("<!--");
  if (*p == '<')
    return 1 + (p[1] == '/') + measure_name (p + 1 + (p[1] == '/'));
  if (*p == '&')
    {
      gsize length = 1 + strspn (p + 1, "#" G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS);

      return length + (p[length] == ';');
    }

  return MAX (measure_name (p), 1);
}

static gboolean
is_line_end (char c)
{
  return c == '\0' || c == '\n' || c == '\r';
}

/* The start of what is shown: that of the line, or a place @max characters before @p. */
static const char *
find_start (CgSnippets *self,
            const char *p,
            guint       max)
{
  for (guint i = 0; i < max && p > self->text && !is_line_end (p[-1]); i++)
    for (p--; p > self->text && is_continuation (*p) && !is_line_end (p[-1]); p--)
      ;

  return p;
}

/* Copies what is shown of the line around @p, and counts the characters in front of @p.
 * A character that would move the cursor is replaced. */
static char *
copy_around (CgSnippets *self,
             const char *p,
             gsize      *n_before)
{
  const char *start = find_start (self, p, MAX_BEFORE);
  const char *end = p;
  g_autofree char *valid = NULL;
  GString *shown;

  if (start > self->text && !is_line_end (start[-1]))
    start = find_start (self, p, CUT_BEFORE);
  for (guint i = 0; !is_line_end (*end) && i < MAX_AFTER; i += !is_continuation (*end))
    end++;

  shown = g_string_new (start > self->text && !is_line_end (start[-1]) ? "..." : "");
  *n_before = shown->len;
  valid = g_utf8_make_valid (start, end - start);
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = *c == '\t' ? ' ' : g_utf8_get_char (c);
      gboolean is_shown = !g_unichar_iscntrl (character) && g_unichar_type (character) != G_UNICODE_FORMAT;

      g_string_append_unichar (shown, is_shown ? character : 0xfffd);
    }
  *n_before += g_utf8_strlen (start, p - start);
  if (!is_line_end (*end))
    g_string_append (shown, "...");

  return g_strchomp (g_string_free (shown, FALSE));
}

/* A tab is shown as one blank, and every character as wide as any other. */
void
cg_snippets_print (CgSnippets *self,
                   guint       line,
                   guint       column,
                   FILE       *stream)
{
  const Mark *mark = find_mark (self, line, column);
  const char *p = self->text + mark->offset;
  g_autofree char *shown = NULL;
  g_autofree char *tildes = NULL;
  gsize n_before = 0;
  gsize n_marked;

  if (mark->line != line)
    return;
  for (guint i = mark->column; i < column && !is_line_end (*p); i++)
    for (p++; is_continuation (*p); p++)
      ;

  shown = copy_around (self, p, &n_before);
  if (*shown == '\0')
    return;

  n_marked = CLAMP (g_utf8_strlen (p, measure (self->text, p)), 1, MAX_AFTER);
  tildes = g_strnfill (n_marked - 1, '~');
  fprintf (stream, "%5u | %s\n      | %*s^%s\n", line, shown, (int) n_before, "", tildes);
}
