/* cg-diagnostics.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Collects what is wrong with the descriptions of one run and prints it in
 * the order of its places, in the compiler's form. */

#include "cg-diagnostics.h"

#define MAX_MESSAGE_BYTES 500

typedef struct
{
  CgLocation  location;
  guint       serial;   /* keeps the order of messages on one place */
  const char *severity;
  char       *text;     /* (owned) */
  GPtrArray  *notes;    /* (owned) (element-type Diagnostic) (nullable) */
} Diagnostic;

struct _CgDiagnostics
{
  GPtrArray *list;      /* (owned) (element-type Diagnostic) */
  guint      n_errors;
};

static void
diagnostic_free (gpointer data)
{
  Diagnostic *diagnostic = data;

  g_free (diagnostic->text);
  g_clear_pointer (&diagnostic->notes, g_ptr_array_unref);
  g_free (diagnostic);
}

/* Messages quote descriptions: nothing of those may move the cursor, break
 * the line, or fill the screen. */
static char *
make_printable (const char *text)
{
  GString *printable = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (printable->len >= MAX_MESSAGE_BYTES)
        {
          g_string_append (printable, "...");
          break;
        }

      if (g_unichar_iscntrl (c) || g_unichar_type (c) == G_UNICODE_FORMAT)
        g_string_append_printf (printable, "\\u%04x", c);
      else
        g_string_append_unichar (printable, c);
    }

  return g_string_free (printable, FALSE);
}

static Diagnostic *
diagnostic_new (const CgLocation *location,
                const char       *severity,
                const char       *format,
                va_list           args)
{
  Diagnostic *diagnostic = g_new0 (Diagnostic, 1);
  g_autofree char *text = g_strdup_vprintf (format, args);
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  diagnostic->location = *location;
  diagnostic->severity = severity;
  diagnostic->text = make_printable (valid);

  return diagnostic;
}

static void
add (CgDiagnostics *self,
     Diagnostic    *diagnostic)
{
  diagnostic->serial = self->list->len;
  g_ptr_array_add (self->list, diagnostic);
}

CgDiagnostics *
cg_diagnostics_new (void)
{
  CgDiagnostics *self = g_new0 (CgDiagnostics, 1);

  self->list = g_ptr_array_new_with_free_func (diagnostic_free);

  return self;
}

void
cg_diagnostics_free (CgDiagnostics *self)
{
  g_ptr_array_unref (self->list);
  g_free (self);
}

void
cg_diagnostics_error (CgDiagnostics    *self,
                      const CgLocation *location,
                      const char       *format,
                      ...)
{
  va_list args;

  va_start (args, format);
  add (self, diagnostic_new (location, "error", format, args));
  va_end (args);
  self->n_errors++;
}

void
cg_diagnostics_warning (CgDiagnostics    *self,
                        const CgLocation *location,
                        const char       *format,
                        ...)
{
  va_list args;

  va_start (args, format);
  add (self, diagnostic_new (location, "warning", format, args));
  va_end (args);
}

/* Adds to the last error or warning. */
void
cg_diagnostics_note (CgDiagnostics    *self,
                     const CgLocation *location,
                     const char       *format,
                     ...)
{
  Diagnostic *last;
  va_list args;

  g_return_if_fail (self->list->len > 0);

  last = g_ptr_array_index (self->list, self->list->len - 1);
  if (last->notes == NULL)
    last->notes = g_ptr_array_new_with_free_func (diagnostic_free);

  va_start (args, format);
  g_ptr_array_add (last->notes, diagnostic_new (location, "note", format, args));
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

  if (x->location.file_index != y->location.file_index)
    return x->location.file_index < y->location.file_index ? -1 : 1;
  if (x->location.line != y->location.line)
    return x->location.line < y->location.line ? -1 : 1;
  if (x->location.column != y->location.column)
    return x->location.column < y->location.column ? -1 : 1;

  return x->serial < y->serial ? -1 : 1;
}

static void
print_one (const Diagnostic *diagnostic,
           FILE             *stream)
{
  const CgLocation *location = &diagnostic->location;

  if (location->line > 0)
    fprintf (stream, "%s:%u:%u: ", location->file, location->line, location->column);
  else
    fprintf (stream, "%s: ", location->file);
  fprintf (stream, "%s: %s\n", diagnostic->severity, diagnostic->text);
}

void
cg_diagnostics_print (CgDiagnostics *self,
                      FILE          *stream)
{
  g_ptr_array_sort (self->list, compare);

  for (guint i = 0; i < self->list->len; i++)
    {
      const Diagnostic *diagnostic = g_ptr_array_index (self->list, i);

      print_one (diagnostic, stream);
      for (guint j = 0; diagnostic->notes != NULL && j < diagnostic->notes->len; j++)
        print_one (g_ptr_array_index (diagnostic->notes, j), stream);
    }
}
