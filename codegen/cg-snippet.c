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

#define MAX_CELLS    110  /* of a line, on the screen */
#define CELLS_BEFORE 50   /* of a longer line, before what is marked */
#define TAB_CELLS    8
#define STRIDE       1024 /* characters */

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

/* What is shown for a character; says how many cells it has. */
static guint
append_char (GString  *shown,
             gunichar  c,
             guint     cell)
{
  guint n_cells = c == '\t' ? TAB_CELLS - cell % TAB_CELLS : 1;

  if (c == '\t')
    g_string_append_printf (shown, "%*s", (int) n_cells, "");
  else if (g_unichar_iscntrl (c) || g_unichar_type (c) == G_UNICODE_FORMAT)
    g_string_append (shown, "\xef\xbf\xbd");
  else
    {
      g_string_append_unichar (shown, c);
      n_cells = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
    }

  return n_cells;
}

/* The start of what is shown: the line's, or what is a while before @p. */
static const char *
find_start (CgSnippets *self,
            const char *p)
{
  const char *start = p;

  for (guint n = 0; start > self->text && start[-1] != '\n' && start[-1] != '\r'; n += !is_continuation (*start))
    {
      if (n > MAX_CELLS)
        break;
      start--;
    }
  if (start == self->text || start[-1] == '\n' || start[-1] == '\r')
    return start;

  for (start = p; start > p - CELLS_BEFORE; start--)
    ;
  while (is_continuation (*start))
    start++;

  return start;
}

/* The rest of the line at @start, or as much of it as can be of use, without
 * what is not UTF-8. */
static char *
copy_line (const char *start,
           const char *p)
{
  const char *end = start;
  const char *limit = p + 4 * MAX_CELLS;

  while (end < limit && *end != '\0' && *end != '\r' && *end != '\n')
    end++;
  while (end == limit && end > p && is_continuation (*end))
    limit = --end;

  return g_utf8_make_valid (start, end - start);
}

/* Puts the line into @shown, and into @marks what stands below it. */
static void
render (CgSnippets *self,
        const char *p,
        GString    *shown,
        GString    *marks)
{
  const char *start = find_start (self, p);
  gboolean is_cut = start > self->text && start[-1] != '\n' && start[-1] != '\r';
  g_autofree char *line = copy_line (start, p);
  glong first = g_utf8_strlen (start, p - start);
  glong end = first + g_utf8_strlen (p, measure (self->text, p));
  const char *c = line;
  guint cell = 0;

  g_string_append (shown, is_cut ? "..." : "");
  g_string_append (marks, is_cut ? "   " : "");

  for (glong n = 0; *c != '\0' && (cell < MAX_CELLS || n <= first); n++, c = g_utf8_next_char (c))
    {
      guint n_cells = append_char (shown, g_utf8_get_char (c), cell);

      for (guint i = 0; i < n_cells && n < end; i++)
        g_string_append_c (marks, n < first ? ' ' : n == first && i == 0 ? '^' : '~');
      cell += n_cells;
    }

  if (*c != '\0')
    g_string_append (shown, "...");
  if (strchr (marks->str, '^') == NULL)
    g_string_append_c (marks, '^');
}

void
cg_snippets_print (CgSnippets *self,
                   guint       line,
                   guint       column,
                   FILE       *stream)
{
  const Mark *mark = find_mark (self, line, column);
  const char *p = self->text + mark->offset;
  g_autoptr (GString) shown = g_string_new (NULL);
  g_autoptr (GString) marks = g_string_new (NULL);

  if (mark->line != line)
    return;
  for (guint i = mark->column; i < column && *p != '\0' && *p != '\n'; i++)
    for (p++; is_continuation (*p); p++)
      ;

  render (self, p, shown, marks);
  if (*g_strchomp (shown->str) == '\0')
    return;

  fprintf (stream, "%5u | %s\n      | %s\n", line, shown->str, marks->str);
}
