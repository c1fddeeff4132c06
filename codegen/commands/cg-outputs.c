/* cg-outputs.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The files that one run writes. */

#include "cg-outputs.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *path;   /* (owned) */
  char *text;   /* (owned) */
} Output;

static void
output_free (gpointer data)
{
  Output *output = data;

  g_free (output->path);
  g_free (output->text);
  g_free (output);
}

GPtrArray *
cg_outputs_new (void)
{
  return g_ptr_array_new_with_free_func (output_free);
}

void
cg_outputs_add (GPtrArray  *self,
                const char *path,
                char       *text)
{
  Output *output = g_new0 (Output, 1);

  output->path = g_strdup (path);
  output->text = text;
  g_ptr_array_add (self, output);
}

char *
cg_outputs_make_path (const char *directory,
                      const char *name)
{
  return directory != NULL ? g_build_filename (directory, name, NULL) : g_strdup (name);
}

gboolean
cg_outputs_make_directory (const char  *directory,
                           GError     **error)
{
  int code = g_mkdir_with_parents (directory, 0777) == 0 ? 0 : errno;

  if (code == 0)
    return TRUE;

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "cannot create the folder '%s': %s", directory,
               g_strerror (code));

  return FALSE;
}

static gboolean
is_same_file (const char *a,
              const char *b)
{
  g_autofree char *x = g_canonicalize_filename (a, NULL);
  g_autofree char *y = g_canonicalize_filename (b, NULL);
  GStatBuf s, t;

  return g_str_equal (x, y) ||
         (g_stat (a, &s) == 0 && g_stat (b, &t) == 0 && S_ISREG (s.st_mode) &&
          s.st_dev == t.st_dev && s.st_ino == t.st_ino);
}

static gboolean
fail (GError     **error,
      const char  *path,
      const char  *what)
{
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot write '%s': %s", path, what);

  return FALSE;
}

gboolean
cg_outputs_check (GPtrArray           *self,
                  const char * const  *inputs,
                  GError             **error)
{
  for (guint i = 0; i < self->len; i++)
    {
      const Output *output = g_ptr_array_index (self, i);

      for (guint j = 0; inputs[j] != NULL; j++)
        if (is_same_file (output->path, inputs[j]))
          return fail (error, output->path, "it is one of the files that were read");
      for (guint j = 0; j < i; j++)
        if (is_same_file (output->path, ((Output *) g_ptr_array_index (self, j))->path))
          return fail (error, output->path, "another output has this name");
    }

  return TRUE;
}

/* Escapes the characters that are special to make or Ninja in a name. */
static void
append_name (GString    *text,
             const char *name)
{
  for (; *name != '\0'; name++)
    {
      if (*name == ' ' || *name == '#')
        g_string_append_c (text, '\\');
      else if (*name == '$')
        g_string_append_c (text, '$');
      g_string_append_c (text, *name);
    }
}

char *
cg_outputs_make_depfile (GPtrArray          *self,
                         const char         *path,
                         const char * const *inputs)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MAX (self->len, 1); i++)
    {
      append_name (text, self->len > 0 ? ((Output *) self->pdata[i])->path : path);
      g_string_append (text, i + 1 < self->len ? " " : ":");
    }
  for (guint i = 0; inputs[i] != NULL; i++)
    {
      g_string_append (text, " \\\n  ");
      append_name (text, inputs[i]);
    }
  g_string_append_c (text, '\n');

  return g_string_free (text, FALSE);
}

/* g_file_set_contents() would replace a link, a pipe or a device with a file. */
static gboolean
write_through (const Output  *output,
               GError       **error)
{
  FILE *file = g_fopen (output->path, "we");
  gboolean ok = file != NULL && fputs (output->text, file) != EOF;

  if (file != NULL)
    ok = fclose (file) == 0 && ok;

  return ok || fail (error, output->path, g_strerror (errno));
}

static gboolean
has_text (const Output *output)
{
  g_autofree char *present = NULL;
  gsize length;

  return g_file_get_contents (output->path, &present, &length, NULL) &&
         length == strlen (output->text) && memcmp (present, output->text, length) == 0;
}

/* GLib's message also names a temporary file, in quotes that not all locales can show. Its end is the system's. */
static const char *
get_reason (const GError *error)
{
  const char *end = g_strrstr (error->message, ": ");

  return end != NULL ? end + strlen (": ") : error->message;
}

static gboolean
write_output (const Output  *output,
              GError       **error)
{
  g_autoptr (GError) reason = NULL;
  GStatBuf info;

  if (g_lstat (output->path, &info) == 0)
    {
      if (!S_ISREG (info.st_mode))
        return write_through (output, error);
      if (has_text (output))
        return TRUE;
    }

  return g_file_set_contents (output->path, output->text, -1, &reason) ||
         fail (error, output->path, get_reason (reason));
}

gboolean
cg_outputs_write (GPtrArray  *self,
                  GError    **error)
{
  for (guint i = 0; i < self->len; i++)
    if (!write_output (g_ptr_array_index (self, i), error))
      return FALSE;

  return TRUE;
}
