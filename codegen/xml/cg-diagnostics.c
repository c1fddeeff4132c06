/* cg-diagnostics.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Collects the errors and warnings of one run, and prints them in the order of their locations, in
 * the form that compilers use, with the lines of the description. */

#include "cg-diagnostics.h"

#include <string.h>

#define MAX_MESSAGE_BYTES 1000
#define MAX_WORD          100
#define MAX_BEFORE 100  /* the number of characters that are shown before the marked ones */
#define CUT_BEFORE 50   /* the same in a longer line */
#define MAX_AFTER  70   /* the number of characters that are shown from there */

typedef struct
{
  CgLocation  location;
  CgLocation  place;    /* the location by which it is sorted: a note follows its error or warning */
  guint       serial;   /* keeps the order of messages with the same location */
  const char *severity;
  char       *text;     /* (owned) */
  char       *option;   /* (owned) (nullable): the name of a warning, as it is shown */
} Diagnostic;

struct _CgDiagnostics
{
  GPtrArray  *list;   /* (owned) (element-type Diagnostic) */
  GHashTable *texts;  /* (owned) (element-type guint utf8): by index of the file */
  Diagnostic *last;   /* (nullable): what notes belong to */
  CgWarnings  warnings;
  guint       n_errors;
};

static void
diagnostic_free (gpointer data)
{
  Diagnostic *diagnostic = data;

  g_free (diagnostic->text);
  g_free (diagnostic->option);
  g_free (diagnostic);
}

static gboolean
is_invisible (gunichar c)
{
  return g_unichar_iscntrl (c) || g_unichar_type (c) == G_UNICODE_FORMAT;
}

/* Messages quote descriptions. Quotes must not move the cursor, break the line or fill the screen,
 * so long names are truncated. */
static char *
make_printable (const char *text)
{
  GString *printable = g_string_new (NULL);
  gsize word = 0;

  for (; *text != '\0' && printable->len < MAX_MESSAGE_BYTES; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      word = *text == ' ' || *text == '\'' || *text == '>' ? 0 : word + 1;
      if (word > MAX_WORD)
        {
          if (word == MAX_WORD + 1)
            g_string_append (printable, "...");
        }
      else if (is_invisible (c))
        g_string_append_printf (printable, "\\u%04x", c);
      else
        g_string_append_unichar (printable, c);
    }

  return g_string_free (printable, FALSE);
}

static Diagnostic *
add (CgDiagnostics    *self,
     const char       *severity,
     const CgLocation *location,
     const char       *format,
     va_list           args)
{
  Diagnostic *diagnostic = g_new0 (Diagnostic, 1);
  g_autofree char *text = g_strdup_vprintf (format, args);
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  diagnostic->location = *location;
  diagnostic->place = *location;
  diagnostic->serial = self->list->len;
  diagnostic->severity = severity;
  diagnostic->text = make_printable (valid);
  g_ptr_array_add (self->list, diagnostic);

  return diagnostic;
}

CgDiagnostics *
cg_diagnostics_new (void)
{
  CgDiagnostics *self = g_new0 (CgDiagnostics, 1);

  self->list = g_ptr_array_new_with_free_func (diagnostic_free);
  self->texts = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  return self;
}

void
cg_diagnostics_free (CgDiagnostics *self)
{
  g_ptr_array_unref (self->list);
  g_hash_table_unref (self->texts);
  g_free (self);
}

void
cg_diagnostics_set_warnings (CgDiagnostics    *self,
                             const CgWarnings *warnings)
{
  self->warnings = *warnings;
}

void
cg_diagnostics_take_text (CgDiagnostics *self,
                          guint          file_index,
                          char          *text)
{
  g_hash_table_replace (self->texts, GUINT_TO_POINTER (file_index), text);
}

void
cg_diagnostics_error (CgDiagnostics    *self,
                      const CgLocation *location,
                      const char       *format,
                      ...)
{
  va_list args;

  va_start (args, format);
  self->last = add (self, "error", location, format, args);
  va_end (args);
  self->n_errors++;
}

void
cg_diagnostics_warning (CgDiagnostics    *self,
                        CgWarning         warning,
                        const CgLocation *location,
                        const char       *format,
                        ...)
{
  static const char * const severities[] = {
    [CG_WARNING_LEVEL_NOTE] = "note",
    [CG_WARNING_LEVEL_WARNING] = "warning",
    [CG_WARNING_LEVEL_ERROR] = "error",
  };
  CgWarningLevel level = cg_warnings_get_level (&self->warnings, warning);
  gboolean is_error = level == CG_WARNING_LEVEL_ERROR;
  va_list args;

  self->last = NULL;
  if (level == CG_WARNING_LEVEL_SILENT)
    return;

  va_start (args, format);
  self->last = add (self, severities[level], location, format, args);
  va_end (args);

  self->last->option = g_strdup_printf (" [-W%s%s]", is_error ? "error=" : "",
                                        cg_warning_get_name (warning));
  self->n_errors += is_error;
}

void
cg_diagnostics_finding (CgDiagnostics    *self,
                        const char       *severity,
                        const CgLocation *location,
                        const char       *format,
                        va_list           args)
{
  self->last = add (self, severity, location, format, args);
}

void
cg_diagnostics_forget (CgDiagnostics *self)
{
  g_ptr_array_set_size (self->list, 0);
  self->last = NULL;
}

/* Adds a note to the last error or warning. */
void
cg_diagnostics_note (CgDiagnostics    *self,
                     const CgLocation *location,
                     const char       *format,
                     ...)
{
  va_list args;

  if (self->last == NULL)
    return;

  va_start (args, format);
  add (self, "note", location, format, args)->place = self->last->place;
  va_end (args);
}

gboolean
cg_diagnostics_has_errors (CgDiagnostics *self)
{
  return self->n_errors > 0;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  const Diagnostic *x = *(Diagnostic * const *) a;
  const Diagnostic *y = *(Diagnostic * const *) b;
  const guint of_x[] = { x->place.file_index, x->place.line, x->place.column, x->serial };
  const guint of_y[] = { y->place.file_index, y->place.line, y->place.column, y->serial };
  gsize i = 0;

  while (i < G_N_ELEMENTS (of_x) - 1 && of_x[i] == of_y[i])
    i++;

  return of_x[i] < of_y[i] ? -1 : 1;
}

static gboolean
is_continuation (char c)
{
  return (c & 0xc0) == 0x80;
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

/* Checks whether @p is the first character of a value in quotes. */
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

/* Gets the length of the token at @p: a value, the name of a tag, or a word. */
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

/* Gets the start of the part of the line that is shown, at most @max characters before @p. */
static const char *
find_start (const char *text,
            const char *p,
            guint       max)
{
  for (guint i = 0; i < max && p > text && !is_line_end (p[-1]); i++)
    for (p--; p > text && is_continuation (*p) && !is_line_end (p[-1]); p--)
      ;

  return p;
}

/* Copies the part of the line around @p that is shown, and counts the characters before @p.
 * Characters that would move the cursor are replaced. */
static char *
copy_around (const char *text,
             const char *p,
             gsize      *n_before)
{
  const char *start = find_start (text, p, MAX_BEFORE);
  const char *end = p;
  g_autofree char *valid = NULL;
  GString *shown;

  if (start > text && !is_line_end (start[-1]))
    start = find_start (text, p, CUT_BEFORE);
  for (guint i = 0; !is_line_end (*end) && i < MAX_AFTER; i += !is_continuation (*end))
    end++;

  shown = g_string_new (start > text && !is_line_end (start[-1]) ? "..." : "");
  *n_before = shown->len;
  valid = g_utf8_make_valid (start, end - start);
  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = *c == '\t' ? ' ' : g_utf8_get_char (c);

      g_string_append_unichar (shown, is_invisible (character) ? 0xfffd : character);
    }
  *n_before += g_utf8_strlen (start, p - start);
  if (!is_line_end (*end))
    g_string_append (shown, "...");

  return g_strchomp (g_string_free (shown, FALSE));
}

/* Prints the line, and marks what stands at the place:
 *
 *     4 |     <arg name="key" tpye="s"/>
 *       |                     ^~~~
 *
 * A tab is shown as one blank, and every character as wide as any other. */
static void
print_snippet (const char       *text,
               const CgLocation *location,
               FILE             *stream)
{
  const char *p = text + location->offset;
  gsize n_before = 0;
  g_autofree char *shown = copy_around (text, p, &n_before);
  gsize n_marked = CLAMP (g_utf8_strlen (p, measure (text, p)), 1, MAX_AFTER);
  g_autofree char *tildes = g_strnfill (n_marked - 1, '~');

  if (*shown != '\0')
    fprintf (stream, "%5u | %s\n      | %*s^%s\n", location->line, shown,
             (int) n_before, "", tildes);
}

static void
print_one (CgDiagnostics    *self,
           const Diagnostic *diagnostic,
           FILE             *stream)
{
  const CgLocation *location = &diagnostic->location;
  const char *text = g_hash_table_lookup (self->texts, GUINT_TO_POINTER (location->file_index));

  if (location->line > 0)
    fprintf (stream, "%s:%u:%u: ", location->file, location->line, location->column);
  else
    fprintf (stream, "%s: ", location->file);
  fprintf (stream, "%s: %s%s\n", diagnostic->severity, diagnostic->text,
           diagnostic->option != NULL ? diagnostic->option : "");

  if (location->line > 0 && text != NULL)
    print_snippet (text, location, stream);
}

void
cg_diagnostics_print (CgDiagnostics *self,
                      FILE          *stream)
{
  g_ptr_array_sort (self->list, compare);

  for (guint i = 0; i < self->list->len; i++)
    print_one (self, g_ptr_array_index (self->list, i), stream);
}
