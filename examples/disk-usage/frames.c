/* frames.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Measures how smooth a window stays while a folder is scanned: the gaps between the frames of its clock.
 *
 *   disk-usage-frames FOLDER          the window of the app, with its scanner
 *   disk-usage-frames --idle FOLDER   g_task_run_in_thread (), with an idle callback for each file
 */

#include <glib/gstdio.h>

#include "scanner.h"
#include "window.h"

typedef struct
{
  GArray *gaps;      /* (owned): of gint64, microseconds */
  gint64  last;      /* the time of the last frame, or 0 */
  gboolean finished; /* the scan is over */
} Frames;

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  Frames *frames = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 gap = now - frames->last;

  if (frames->last != 0)
    g_array_append_val (frames->gaps, gap);
  frames->last = now;

  return G_SOURCE_CONTINUE;
}

static int
compare_gaps (gconstpointer a,
              gconstpointer b)
{
  gint64 first = *(const gint64 *) a;
  gint64 second = *(const gint64 *) b;

  return first < second ? -1 : first > second;
}

/* Runs the main context until the scan is over, and prints the gaps. */
static void
measure (GtkWindow *window,
         Frames    *frames)
{
  gint64 begin = g_get_monotonic_time ();
  guint n;

  while (!frames->finished)
    g_main_context_iteration (NULL, TRUE);

  g_array_sort (frames->gaps, compare_gaps);
  n = frames->gaps->len;
  g_assert (n > 0);
  g_print ("seconds %.2f\nframes %u\nmedian-gap-ms %.1f\np99-gap-ms %.1f\nlongest-gap-ms %.1f\n",
           (double) (g_get_monotonic_time () - begin) / G_TIME_SPAN_SECOND, n,
           (double) g_array_index (frames->gaps, gint64, n / 2) / G_TIME_SPAN_MILLISECOND,
           (double) g_array_index (frames->gaps, gint64, n * 99 / 100) / G_TIME_SPAN_MILLISECOND,
           (double) g_array_index (frames->gaps, gint64, n - 1) / G_TIME_SPAN_MILLISECOND);
}

/* Begins to measure when the window is on the display. */
static void
begin (GtkWindow *window,
       Frames    *frames)
{
  frames->gaps = g_array_new (FALSE, FALSE, sizeof (gint64));
  gtk_window_present (window);
  gtk_widget_add_tick_callback (GTK_WIDGET (window), tick_cb, frames, NULL);
  while (frames->gaps->len < 10)
    g_main_context_iteration (NULL, TRUE);
  g_array_set_size (frames->gaps, 0);
}

/* The app */

static void
visible_cb (GObject    *stop_button,
            GParamSpec *pspec,
            gpointer    user_data)
{
  ((Frames *) user_data)->finished = !gtk_widget_get_visible (GTK_WIDGET (stop_button));
}

static void
measure_app (GFile *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcServer) server = scanner_serve (&error);
  DiskUsageWindow *window;
  Frames frames = { 0 };

  if (server == NULL)
    g_error ("%s", error->message);

  window = disk_usage_window_new (NULL, norpc_server_get_endpoint (server));
  begin (GTK_WINDOW (window), &frames);
  disk_usage_window_scan (window, folder);
  g_signal_connect (gtk_widget_get_template_child (GTK_WIDGET (window), DISK_USAGE_TYPE_WINDOW, "stop_button"),
                    "notify::visible", G_CALLBACK (visible_cb), &frames);
  measure (GTK_WINDOW (window), &frames);

  gtk_window_destroy (GTK_WINDOW (window));
  g_array_unref (frames.gaps);
}

/* A thread with idle callbacks */

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

static void
setup_row_cb (GtkListItemFactory *factory,
              GtkListItem        *row)
{
  GtkExpression *item = gtk_property_expression_new (GTK_TYPE_LIST_ITEM, NULL, "item");
  GtkExpression *name = gtk_property_expression_new (DEMO_TYPE_ENTRY, item, "name");
  GtkWidget *label = gtk_label_new (NULL);

  gtk_expression_bind (name, label, "label", row);
  gtk_list_item_set_child (row, label);
}

static GtkWidget *
create_list (GListStore *store)
{
  GtkExpression *size = gtk_property_expression_new (DEMO_TYPE_ENTRY, NULL, "size");
  GtkSorter *sorter = GTK_SORTER (gtk_numeric_sorter_new (size));
  GListModel *sorted = G_LIST_MODEL (gtk_sort_list_model_new (g_object_ref (G_LIST_MODEL (store)), sorter));
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list = gtk_scrolled_window_new ();

  gtk_numeric_sorter_set_sort_order (GTK_NUMERIC_SORTER (sorter), GTK_SORT_DESCENDING);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_row_cb), NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (list),
                                 gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (sorted)), factory));

  return list;
}

static void
measure_idle (GFile *folder)
{
  Frames frames = { 0 };
  Idle idle = { g_list_store_new (DEMO_TYPE_ENTRY), &frames };
  g_autoptr (GTask) task = g_task_new (folder, NULL, scanned_cb, &idle);
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());

  gtk_window_set_default_size (window, 760, 520);
  gtk_window_set_child (window, create_list (idle.store));
  begin (window, &frames);
  g_task_set_task_data (task, &idle, NULL);
  g_task_run_in_thread (task, scan_thread);
  measure (window, &frames);

  gtk_window_destroy (window);
  g_object_unref (idle.store);
  g_array_unref (frames.gaps);
}

int
main (int    argc,
      char **argv)
{
  gboolean idle = argc == 3 && g_str_equal (argv[1], "--idle");
  g_autoptr (GFile) folder = NULL;

  if (argc != 2 && !idle)
    {
      g_printerr ("Usage: disk-usage-frames [--idle] FOLDER\n");
      return 2;
    }

  adw_init ();
  folder = g_file_new_for_path (argv[argc - 1]);
  if (idle)
    measure_idle (folder);
  else
    measure_app (folder);

  return 0;
}
