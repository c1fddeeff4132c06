/* cg-outputs.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Writes files so that after a failure everything is as it was: each is
 * written beside its place first, then all are put there, and what was there
 * is kept until the last one is. */

#include "cg-outputs.h"

#include "cg-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char     *path;      /* (owned): as it was given */
  char     *target;    /* (owned): the same with symbolic links resolved */
  char     *text;      /* (owned) */
  char     *temporary; /* (owned) (nullable): what is to be put there */
  char     *backup;    /* (owned) (nullable): what was there */
  gboolean  is_new;    /* nothing was there */
  gboolean  is_stream; /* no file to be replaced: a pipe, a terminal */
  gboolean  is_done;
} Output;

struct _CgOutputs
{
  GPtrArray *list;     /* (owned) (element-type Output) */
};

static void
output_free (gpointer data)
{
  Output *output = data;

  g_free (output->path);
  g_free (output->target);
  g_free (output->text);
  g_free (output->temporary);
  g_free (output->backup);
  g_free (output);
}

CgOutputs *
cg_outputs_new (void)
{
  CgOutputs *self = g_new0 (CgOutputs, 1);

  self->list = g_ptr_array_new_with_free_func (output_free);

  return self;
}

void
cg_outputs_free (CgOutputs *self)
{
  g_ptr_array_unref (self->list);
  g_free (self);
}

void
cg_outputs_add (CgOutputs  *self,
                const char *path,
                char       *text)
{
  Output *output = g_new0 (Output, 1);

  output->path = g_strdup (path);
  output->target = cg_file_resolve_links (path);
  output->text = text;
  g_ptr_array_add (self->list, output);
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
cg_outputs_check (const CgOutputs     *self,
                  const char * const  *inputs,
                  GError             **error)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      const Output *output = g_ptr_array_index (self->list, i);

      for (guint j = 0; inputs[j] != NULL; j++)
        if (is_same_file (output->target, inputs[j]))
          return fail (error, output->path, "it is one of the files that were read");
      for (guint j = 0; j < i; j++)
        if (is_same_file (output->target, ((Output *) g_ptr_array_index (self->list, j))->target))
          return fail (error, output->path, "another output has this name");
    }

  return TRUE;
}

/* Neither make nor Ninja can have all characters in a name; these they can. */
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
cg_outputs_make_depfile (const CgOutputs    *self,
                         const char * const *inputs)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->list->len; i++)
    {
      append_name (text, ((Output *) g_ptr_array_index (self->list, i))->path);
      g_string_append (text, i + 1 < self->list->len ? " " : ":");
    }
  for (guint i = 0; inputs[i] != NULL; i++)
    {
      g_string_append (text, " \\\n  ");
      append_name (text, inputs[i]);
    }
  g_string_append_c (text, '\n');

  return g_string_free (text, FALSE);
}

static gboolean
fail_errno (GError     **error,
            const char  *path)
{
  return fail (error, path, g_strerror (errno));
}

static gboolean
write_all (int         file,
           const char *text)
{
  gsize length = strlen (text);

  while (length > 0)
    {
      gssize n = write (file, text, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      text += n;
      length -= n;
    }

  return TRUE;
}

static gboolean
write_stream (const Output  *output,
              GError       **error)
{
  int file = g_open (output->path, O_WRONLY | O_CLOEXEC, 0);
  gboolean ok = file >= 0 && write_all (file, output->text);

  if (!ok)
    fail_errno (error, output->path);
  if (file >= 0)
    close (file);

  return ok;
}

static gboolean
has_text (const Output *output)
{
  g_autofree char *present = NULL;
  gsize length;

  return g_file_get_contents (output->target, &present, &length, NULL) &&
         length == strlen (output->text) && memcmp (present, output->text, length) == 0;
}

/* Finds out which kind of file exists at the path, if any. */
static gboolean
inspect (Output  *output,
         GError **error)
{
  GStatBuf info, target_info;

  if (g_stat (output->path, &info) != 0)
    return errno == ENOENT || fail_errno (error, output->path);
  if (S_ISDIR (info.st_mode))
    return fail (error, output->path, g_strerror (EISDIR));

  /* A link in /proc may lead to a file without a name. */
  output->is_stream = !S_ISREG (info.st_mode) || g_stat (output->target, &target_info) != 0 ||
                      info.st_dev != target_info.st_dev || info.st_ino != target_info.st_ino;
  output->is_done = !output->is_stream && has_text (output);

  return TRUE;
}

/* Writes what is to be there beside it, unless it is there. */
static gboolean
stage (Output  *output,
       GError **error)
{
  g_autofree char *temporary = g_strconcat (output->target, ".XXXXXX", NULL);
  int file;
  gboolean ok;

  if (!inspect (output, error))
    return FALSE;
  if (output->is_stream || output->is_done)
    return TRUE;

  file = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0666);
  if (file < 0)
    return fail_errno (error, output->path);

  output->temporary = g_steal_pointer (&temporary);
  ok = write_all (file, output->text);
  if (close (file) != 0 || !ok)
    return fail_errno (error, output->path);

  return TRUE;
}

/* Puts it in its place; what was there gets another name besides. */
static gboolean
commit (Output  *output,
        GError **error)
{
  if (output->temporary == NULL)
    return TRUE;

  if (g_file_test (output->target, G_FILE_TEST_EXISTS))
    {
      g_autofree char *backup = g_strconcat (output->temporary, "~", NULL);

      if (link (output->target, backup) == 0)
        output->backup = g_steal_pointer (&backup);
    }
  else
    output->is_new = TRUE;

  if (g_rename (output->temporary, output->target) != 0)
    return fail_errno (error, output->path);

  g_clear_pointer (&output->temporary, g_free);
  output->is_done = TRUE;

  return TRUE;
}

static void
undo (Output *output)
{
  if (!output->is_done)
    return;
  if (output->backup != NULL)
    g_rename (output->backup, output->target);
  else if (output->is_new)
    g_unlink (output->target);
}

static void
clean_up (Output *output)
{
  if (output->temporary != NULL)
    g_unlink (output->temporary);
  if (output->backup != NULL)
    g_unlink (output->backup);
}

gboolean
cg_outputs_write (CgOutputs  *self,
                  GError    **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < self->list->len; i++)
    ok = stage (g_ptr_array_index (self->list, i), error);
  for (guint i = 0; ok && i < self->list->len; i++)
    ok = commit (g_ptr_array_index (self->list, i), error);
  for (guint i = 0; ok && i < self->list->len; i++)
    if (((Output *) g_ptr_array_index (self->list, i))->is_stream)
      ok = write_stream (g_ptr_array_index (self->list, i), error);

  for (guint i = 0; !ok && i < self->list->len; i++)
    undo (g_ptr_array_index (self->list, i));
  for (guint i = 0; i < self->list->len; i++)
    clean_up (g_ptr_array_index (self->list, i));

  return ok;
}
