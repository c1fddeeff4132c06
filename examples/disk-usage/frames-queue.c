/* frames-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A scan in a thread that makes an object for each file, and sends those of each folder by a GAsyncQueue. Ten times
 * a second, the main thread takes all that is in it, and adds the objects to the lists of their folders. The
 * outermost one is shown at the end.
 */

#include <glib/gstdio.h>

#include "demo-disk-usage.h"
#include "frames.h"

typedef struct
{
  GFile       *folder; /* (unowned) */
  GAsyncQueue *queue;  /* (unowned): of owned Batch; the last one is that of the folder itself */
  GListStore  *shown;  /* (unowned): of DemoEntry; used in the main thread */
  Frames      *frames; /* (unowned): used in the main thread */
} Scan;

/* A folder and what is in it */
typedef struct
{
  GListStore *inner;   /* (owned): of DemoEntry; used in the main thread, once it is in the queue */
  GPtrArray  *entries; /* (owned): of owned DemoEntry, which are to be in it */
  gboolean    is_last;
} Batch;

/* The thread */

static DemoEntry *
scan_folder (Scan       *scan,
             const char *path,
             gboolean    is_last)
{
  Batch *batch = g_new0 (Batch, 1);
  g_autofree char *shown_name = g_filename_display_basename (path);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint64 size = 0;
  guint n_files = 0;

  batch->inner = g_list_store_new (DEMO_TYPE_ENTRY);
  batch->entries = g_ptr_array_new_with_free_func (g_object_unref);
  batch->is_last = is_last;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      GStatBuf info;
      DemoEntry *entry;

      if (g_lstat (inner, &info) != 0)
        continue;
      if (S_ISDIR (info.st_mode))
        entry = scan_folder (scan, inner, FALSE);
      else
        entry = demo_entry_new (name, (guint64) info.st_blocks * 512, 1);
      size += demo_entry_get_size (entry);
      n_files += demo_entry_get_n_files (entry);
      g_ptr_array_add (batch->entries, entry);
    }
  g_async_queue_push (scan->queue, batch);

  return demo_entry_new (shown_name, size, n_files);
}

static gpointer
scan_thread (gpointer user_data)
{
  Scan *scan = user_data;
  g_autofree char *path = g_file_get_path (scan->folder);

  g_object_unref (scan_folder (scan, path, TRUE));

  return NULL;
}

/* The main thread */

static void
take_batch (Scan  *scan,
            Batch *batch)
{
  for (guint i = 0; i < batch->entries->len; i++)
    g_list_store_insert (batch->inner, 0, batch->entries->pdata[i]);
  if (batch->is_last)
    g_list_store_splice (scan->shown, 0, 0, batch->entries->pdata, batch->entries->len);
  scan->frames->finished = batch->is_last;
}

static gboolean
queue_cb (gpointer user_data)
{
  Scan *scan = user_data;
  Batch *batch;

  while ((batch = g_async_queue_try_pop (scan->queue)) != NULL)
    {
      take_batch (scan, batch);
      g_ptr_array_unref (batch->entries);
      /* In an app, the folder would keep it. */
      g_object_unref (batch->inner);
      g_free (batch);
    }

  return !scan->frames->finished;
}

void
frames_measure_queue (GFile *folder)
{
  g_autoptr (GListStore) shown = g_list_store_new (DEMO_TYPE_ENTRY);
  g_autoptr (GAsyncQueue) queue = g_async_queue_new ();
  GtkWindow *window = frames_create_list (G_LIST_MODEL (shown));
  Frames frames = { 0 };
  Scan scan = { folder, queue, shown, &frames };
  GThread *thread;

  frames_begin (&frames, window);
  thread = g_thread_new ("scan", scan_thread, &scan);
  g_timeout_add (100, queue_cb, &scan);
  frames_measure (&frames);
  g_thread_join (thread);

  gtk_window_destroy (window);
  g_array_unref (frames.gaps);
}
