/* notes-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "notes-service.h"

/* The data of the service. Only its thread uses them, so there is no lock. */
typedef struct
{
  char      *path;  /* (owned) */
  GPtrArray *notes; /* (owned) (element-type utf8) */
} Notes;

static Notes *
notes_new (const char *path)
{
  Notes *self = g_new0 (Notes, 1);

  self->path = g_strdup (path);
  self->notes = g_ptr_array_new_with_free_func (g_free);

  return self;
}

static void
notes_free (gpointer data)
{
  Notes *self = data;

  g_ptr_array_unref (self->notes);
  g_free (self->path);
  g_free (self);
}

/* Runs before the first call. */
static gboolean
notes_start (gpointer   service,
             GError   **error)
{
  Notes *self = norpc_simple_service_get_data (service);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_test (self->path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!g_file_get_contents (self->path, &text, NULL, error))
    return FALSE;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_ptr_array_add (self->notes, g_strdup (lines[i]));

  return TRUE;
}

static gboolean
notes_save (Notes   *self,
            GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->notes->len; i++)
    g_string_append_printf (text, "%s\n", (char *) self->notes->pdata[i]);

  return g_file_set_contents (self->path, text->str, text->len, error);
}

static gboolean
notes_add (DemoNotes   *service,
           const char  *text,
           guint       *number,
           GError     **error)
{
  Notes *self = norpc_simple_service_get_data (service);

  if (*text == '\0')
    {
      g_set_error_literal (error, DEMO_NOTES_ERROR, DEMO_NOTES_ERROR_EMPTY, "A note needs a text");
      return FALSE;
    }

  g_ptr_array_add (self->notes, g_strdelimit (g_strdup (text), "\n", ' '));
  if (!notes_save (self, error))
    {
      g_ptr_array_set_size (self->notes, self->notes->len - 1);
      return FALSE;
    }

  *number = self->notes->len;
  demo_notes_emit_added (service, *number, self->notes->pdata[*number - 1]);

  return TRUE;
}

static char **
notes_find (DemoNotes   *service,
            const char  *text,
            GError     **error)
{
  Notes *self = norpc_simple_service_get_data (service);
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();

  for (guint i = 0; i < self->notes->len; i++)
    if (strstr (self->notes->pdata[i], text) != NULL)
      g_strv_builder_add (found, self->notes->pdata[i]);

  return g_strv_builder_end (found);
}

static const DemoNotesInterface notes_funcs = { .add = notes_add, .find = notes_find };

NorpcServer *
notes_serve (const char  *path,
             GError     **error)
{
  DemoNotes *service = demo_notes_new_for_funcs (&notes_funcs, notes_new (path), notes_free);

  norpc_simple_service_set_lifecycle (service, notes_start, NULL);

  return norpc_serve (service, error);
}
