/* frames-idle.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A scan by g_task_run_in_thread (), with an idle callback for each file. The list grows meanwhile. */

#include <glib/gstdio.h>

#include "demo-disk-usage.h"
#include "frames.h"

typedef struct
{
  GListStore *store;   /* (owned): of DemoEntry; used in the main thread */
  Frames     *frames;  /* (unowned) */
} Idle;

typedef struct
{
  Idle   *idle;     /* (unowned) */
  guint   position; /* of the folder in the list */
  char   *name;     /* (owned) (nullable): of a folder that is new */
  guint64 size;
} Found;

/* Adds a file to the folder in which it is. */
static gboolean
found_cb (gpointer user_data)
{
  g_autofree Found *found = user_data;
  GListStore *store = found->idle->store;
  g_autoptr (DemoEntry) before = g_list_model_get_item (G_LIST_MODEL (store), found->position);
  g_autoptr (DemoEntry) entry = NULL;

  if (before == NULL)
    entry = demo_entry_new (found->name, found->size, 0);
  else
    entry = demo_entry_new (demo_entry_get_name (before), demo_entry_get_size (before) + found->size,
                            demo_entry_get_n_files (before) + 1);
  g_list_store_splice (store, found->position, before != NULL, (gpointer *) &entry, 1);
  g_free (found->name);

  return G_SOURCE_REMOVE;
}

static void
report (Idle       *idle,
        guint       position,
        const char *new_name,
        guint64     size)
{
  Found *found = g_new (Found, 1);

  *found = (Found) { idle, position, g_strdup (new_name), size };
  g_idle_add (found_cb, found);
}

static void
scan_folder (Idle       *idle,
             const char *path,
             guint       position)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);
      GStatBuf info;

      if (g_lstat (inner, &info) != 0)
        continue;
      report (idle, position, NULL, (guint64) info.st_blocks * 512);
      if (S_ISDIR (info.st_mode))
        scan_folder (idle, inner, position);
    }
}

static void
scan_thread (GTask        *task,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  g_autofree char *path = g_file_get_path (source_object);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint position = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (g_file_test (inner, G_FILE_TEST_IS_SYMLINK) || !g_file_test (inner, G_FILE_TEST_IS_DIR))
        continue;
      report (task_data, position, name, 0);
      scan_folder (task_data, inner, position++);
    }
  g_task_return_boolean (task, TRUE);
}

static gboolean
finished_cb (gpointer user_data)
{
  ((Frames *) user_data)->finished = TRUE;

  return G_SOURCE_REMOVE;
}

/* The callbacks of idle sources may still be waiting. */
static void
scanned_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_idle_add_full (G_PRIORITY_LOW, finished_cb, ((Idle *) user_data)->frames, NULL);
}

void
frames_measure_idle (GFile *folder)
{
  Frames frames = { 0 };
  Idle idle = { g_list_store_new (DEMO_TYPE_ENTRY), &frames };
  g_autoptr (GTask) task = g_task_new (folder, NULL, scanned_cb, &idle);
  GtkWindow *window = frames_create_list (G_LIST_MODEL (idle.store));

  frames_begin (&frames, window);
  g_task_set_task_data (task, &idle, NULL);
  g_task_run_in_thread (task, scan_thread);
  frames_measure (&frames);

  gtk_window_destroy (window);
  g_object_unref (idle.store);
  g_array_unref (frames.gaps);
}
