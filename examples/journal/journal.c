/* journal.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service of functions: it opens a file when it starts, works in slices, calls asynchronous
 * functions of GIO, and saves after a while.
 */

#include "demo-journal.h"

#include <glib/gstdio.h>

#define SAVE_DELAY 100 /* milliseconds */
#define SLICE 1000     /* lines */

/* The data of the service. Its thread is the only one that uses it, so it has no lock. */
typedef struct
{
  char      *path;    /* (owned) */
  GPtrArray *lines;   /* (owned) (element-type utf8) */
  guint      save_id; /* the source that saves, or 0 */
} Journal;

static Journal *
journal_new (const char *path)
{
  Journal *self = g_new0 (Journal, 1);

  self->path = g_strdup (path);
  self->lines = g_ptr_array_new_with_free_func (g_free);

  return self;
}

static void
journal_free (gpointer data)
{
  Journal *self = data;

  g_ptr_array_unref (self->lines);
  g_free (self->path);
  g_free (self);
}

static void
add_lines (Journal    *self,
           const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' || lines[i + 1] != NULL)
      g_ptr_array_add (self->lines, g_strdup (lines[i]));
}

/* The life cycle */

static gboolean
journal_start (gpointer   service,
               GError   **error)
{
  Journal *self = norpc_simple_service_get_data (service);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (self->path, &text, NULL, error))
    return FALSE;

  add_lines (self, text);

  return TRUE;
}

static gboolean
save_cb (gpointer service)
{
  Journal *self = norpc_simple_service_get_data (service);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  self->save_id = 0;
  g_ptr_array_add (self->lines, NULL);
  text = g_strjoinv ("\n", (char **) self->lines->pdata);
  g_ptr_array_remove_index (self->lines, self->lines->len - 1);

  if (g_file_set_contents (self->path, text, -1, &error))
    demo_journal_emit_saved (service, self->lines->len);
  else
    g_warning ("%s", error->message);

  return G_SOURCE_REMOVE;
}

static void
journal_stop (gpointer service)
{
  Journal *self = norpc_simple_service_get_data (service);

  if (self->save_id == 0)
    return;

  norpc_context_remove_source (self->save_id);
  save_cb (service);
}

/* A synchronous handler */

static void
save_later (DemoJournal *service)
{
  Journal *self = norpc_simple_service_get_data (service);

  if (self->save_id == 0)
    self->save_id = norpc_context_timeout_add (SAVE_DELAY, save_cb, service);
}

static gboolean
journal_append (DemoJournal  *service,
                const char   *text,
                guint        *count,
                GError      **error)
{
  Journal *self = norpc_simple_service_get_data (service);

  if (strchr (text, '\n') != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "There is more than one line");
      return FALSE;
    }

  g_ptr_array_add (self->lines, g_strdup (text));
  save_later (service);
  *count = self->lines->len;

  return TRUE;
}

/* A synchronous handler that can be cancelled */

static gboolean
journal_count (DemoJournal  *service,
               const char   *word,
               guint        *count,
               GError      **error)
{
  Journal *self = norpc_simple_service_get_data (service);
  GCancellable *cancellable = norpc_call_get_cancellable (norpc_call_get_current ());

  *count = 0;
  for (guint i = 0; i < self->lines->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      *count += strstr (self->lines->pdata[i], word) != NULL;
    }

  return TRUE;
}

/* An asynchronous handler that works in slices */

typedef struct
{
  DemoJournal *service; /* (owned) */
  NorpcCall   *call;    /* (owned) */
  char        *word;    /* (owned) */
  GPtrArray   *found;   /* (owned) (element-type utf8) */
  guint        position;
} Find;

static void
find_free (gpointer data)
{
  Find *find = data;

  g_object_unref (find->service);
  norpc_call_unref (find->call);
  g_free (find->word);
  g_ptr_array_unref (find->found);
  g_free (find);
}

static gboolean
find_cb (gpointer user_data)
{
  Find *find = user_data;
  Journal *self = norpc_simple_service_get_data (find->service);
  guint end = MIN (find->position + SLICE, self->lines->len);

  if (norpc_call_is_cancelled (find->call))
    return G_SOURCE_REMOVE;

  for (; find->position < end; find->position++)
    if (strstr (self->lines->pdata[find->position], find->word) != NULL)
      g_ptr_array_add (find->found, g_strdup (self->lines->pdata[find->position]));
  if (end < self->lines->len)
    return G_SOURCE_CONTINUE;

  g_ptr_array_add (find->found, NULL);
  demo_journal_return_find (find->service, find->call,
                            (char **) g_ptr_array_steal (find->found, NULL));

  return G_SOURCE_REMOVE;
}

static gboolean
journal_handle_find (DemoJournal  *service,
                     NorpcCall    *call,
                     const char   *word,
                     GError      **error)
{
  Find *find = g_new0 (Find, 1);

  find->service = g_object_ref (service);
  find->call = norpc_call_ref (call);
  find->word = g_strdup (word);
  find->found = g_ptr_array_new_with_free_func (g_free);
  norpc_context_idle_add_full (G_PRIORITY_DEFAULT_IDLE, find_cb, find, find_free);

  return TRUE;
}

/* An asynchronous function of GIO inside a handler */

typedef struct
{
  DemoJournal *service; /* (owned) */
  NorpcCall   *call;    /* (owned) */
} Import;

static void
import_free (Import *import)
{
  g_object_unref (import->service);
  norpc_call_unref (import->call);
  g_free (import);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Import, import_free)

static void
loaded_cb (GObject      *source_object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (Import) import = user_data;
  Journal *self = norpc_simple_service_get_data (import->service);
  g_autofree char *text = NULL;
  GError *error = NULL;

  if (!g_file_load_contents_finish (G_FILE (source_object), result, &text, NULL, NULL, &error))
    {
      norpc_call_take_error (import->call, error);
      return;
    }

  add_lines (self, text);
  save_later (import->service);
  demo_journal_complete_import (import->service, import->call, self->lines->len);
}

static gboolean
journal_handle_import (DemoJournal  *service,
                       NorpcCall    *call,
                       GFile        *file,
                       GError      **error)
{
  Import *import = g_new0 (Import, 1);

  import->service = g_object_ref (service);
  import->call = norpc_call_ref (call);
  g_file_load_contents_async (file, norpc_call_get_cancellable (call), loaded_cb, import);

  return TRUE;
}

/* A stream that reports progress */

typedef struct
{
  DemoJournal            *service; /* (owned) */
  NorpcCall              *call;    /* (owned) */
  DemoJournalCheckStream *stream;  /* (owned) */
  guint                   position;
  guint                   n_empty;
} Check;

static void
check_free (gpointer data)
{
  Check *check = data;

  g_object_unref (check->service);
  norpc_call_unref (check->call);
  g_object_unref (check->stream);
  g_free (check);
}

static gboolean
check_cb (gpointer user_data)
{
  Check *check = user_data;
  Journal *self = norpc_simple_service_get_data (check->service);
  guint end = MIN (check->position + SLICE, self->lines->len);

  if (norpc_call_is_cancelled (check->call))
    return G_SOURCE_REMOVE;

  for (; check->position < end; check->position++)
    check->n_empty += *(char *) self->lines->pdata[check->position] == '\0';

  /* A client that is slow misses some of it. */
  demo_journal_check_stream_write (check->stream, end, self->lines->len, NULL);
  if (end < self->lines->len)
    return G_SOURCE_CONTINUE;

  demo_journal_complete_check (check->service, check->call, check->n_empty);

  return G_SOURCE_REMOVE;
}

static gboolean
journal_handle_check (DemoJournal             *service,
                      NorpcCall               *call,
                      DemoJournalCheckStream  *stream,
                      GError                 **error)
{
  Check *check = g_new0 (Check, 1);

  check->service = g_object_ref (service);
  check->call = norpc_call_ref (call);
  check->stream = g_object_ref (stream);
  norpc_context_idle_add_full (G_PRIORITY_DEFAULT_IDLE, check_cb, check, check_free);

  return TRUE;
}

/* The service */

static const DemoJournalInterface journal_funcs = {
  .append = journal_append,
  .count = journal_count,
  .handle_find = journal_handle_find,
  .handle_import = journal_handle_import,
  .handle_check = journal_handle_check
};

static NorpcServer *
journal_serve (const char  *path,
               GError     **error)
{
  DemoJournal *service = demo_journal_new_for_funcs (&journal_funcs, journal_new (path), journal_free);

  norpc_simple_service_set_lifecycle (service, journal_start, journal_stop);

  return norpc_serve (service, error);
}

/* The client: all of this is called in the main thread. */

static void
saved_cb (DemoJournal *proxy,
          guint        count,
          gpointer     user_data)
{
  guint *n_saved = user_data;

  *n_saved = count;
}

static void
show_cancellation (DemoJournalProxy *proxy)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;

  g_cancellable_cancel (cancellable);
  lines = demo_journal_proxy_call_find_sync (proxy, "line", cancellable, &error);
  g_print ("%s\n", lines != NULL ? lines[0] : error->message);
}

static void
show_progress (DemoJournalProxy *proxy)
{
  g_autoptr (DemoJournalCheckStream) stream = demo_journal_proxy_open_check (proxy, NULL);
  g_autoptr (GError) error = NULL;
  guint done, total, n_empty;

  while (demo_journal_check_stream_next_sync (stream, &done, &total, NULL, NULL))
    g_print ("checked %u of %u\n", done, total);
  if (!demo_journal_check_stream_outcome_sync (stream, &n_empty, NULL, &error))
    g_error ("%s", error->message);
  g_print ("%u empty\n", n_empty);
}

static void
show_calls (DemoJournalProxy *proxy,
            GFile            *file)
{
  g_autoptr (GFile) missing = g_file_new_for_path ("/nowhere/lines.txt");
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  guint count;

  if (!demo_journal_proxy_call_import_sync (proxy, file, &count, NULL, &error) ||
      !demo_journal_proxy_call_append_sync (proxy, "third line", &count, NULL, &error))
    g_error ("%s", error->message);
  g_print ("%u lines\n", count);

  lines = demo_journal_proxy_call_find_sync (proxy, "third", NULL, &error);
  g_print ("found: %s\n", lines[0]);
  demo_journal_proxy_call_count_sync (proxy, "line", &count, NULL, &error);
  g_print ("%u with a \"line\"\n", count);

  if (!demo_journal_proxy_call_import_sync (proxy, missing, &count, NULL, &error))
    g_print ("not imported: %s\n", g_quark_to_string (error->domain));
}

int
main (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "journal-XXXXXX", NULL);
  int fd = g_mkstemp (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (DemoJournalProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  guint n_saved = 0;

  if (!g_close (fd, &error) || !g_file_set_contents (path, "first line\n\n", -1, &error))
    g_error ("%s", error->message);

  if (journal_serve ("/nowhere/journal.txt", &error) == NULL)
    g_print ("not started: %s\n", g_quark_to_string (error->domain));
  g_clear_error (&error);

  server = journal_serve (path, &error);
  if (server == NULL)
    g_error ("%s", error->message);
  proxy = demo_journal_proxy_new (norpc_server_get_endpoint (server));
  g_signal_connect (proxy, "saved", G_CALLBACK (saved_cb), &n_saved);

  show_calls (proxy, file);
  show_progress (proxy);
  show_cancellation (proxy);

  while (n_saved < 5)
    g_main_context_iteration (NULL, TRUE);
  g_print ("saved %u lines\n", n_saved);
  g_unlink (path);

  return 0;
}
