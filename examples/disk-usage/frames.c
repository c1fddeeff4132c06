/* frames.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Measures how smooth a window stays while a folder is scanned: the gaps between the frames of its clock, and the
 * work of the main thread in them, in processor time. The work tells what a window would do to the frames of a machine
 * that has nothing else to do.
 *
 *   disk-usage-frames FOLDER           the window of the app, with its scanner
 *   disk-usage-frames --queue FOLDER   a thread, and a timeout that takes all that it has found off a GAsyncQueue
 *   disk-usage-frames --idle FOLDER    g_task_run_in_thread (), with an idle callback for each file
 *   disk-usage-frames                  the window of the app for three seconds, without a scan
 */

#include <time.h>

#include "demo-disk-usage.h"
#include "frames.h"
#include "scanner.h"
#include "window.h"

/* Returns that of this thread, in microseconds. */
static gint64
get_processor_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);

  return time.tv_sec * G_TIME_SPAN_SECOND + time.tv_nsec / 1000;
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  Frames *frames = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 gap = now - frames->last;
  gint64 worked = get_processor_time ();

  if (frames->last != 0)
    g_array_append_val (frames->gaps, gap);
  if (frames->gaps->len > 0)
    frames->most_work = MAX (frames->most_work, worked - frames->worked);
  frames->last = now;
  frames->worked = worked;

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

static void
print_gaps (Frames *frames,
            gint64  duration)
{
  guint n;

  g_array_sort (frames->gaps, compare_gaps);
  n = frames->gaps->len;
  g_assert (n > 0);
  g_print ("seconds %.2f\nframes %u\nmedian-gap-ms %.1f\np99-gap-ms %.1f\nlongest-gap-ms %.1f\nmost-work-ms %.1f\n",
           (double) duration / G_TIME_SPAN_SECOND, n,
           (double) g_array_index (frames->gaps, gint64, n / 2) / G_TIME_SPAN_MILLISECOND,
           (double) g_array_index (frames->gaps, gint64, n * 99 / 100) / G_TIME_SPAN_MILLISECOND,
           (double) g_array_index (frames->gaps, gint64, n - 1) / G_TIME_SPAN_MILLISECOND,
           (double) frames->most_work / G_TIME_SPAN_MILLISECOND);
}

/* Runs the main context until the scan is over, and the frame after that is there, and prints the gaps. */
void
frames_measure (Frames *frames)
{
  gint64 begin = g_get_monotonic_time ();
  gint64 end;
  guint n;

  while (!frames->finished)
    g_main_context_iteration (NULL, TRUE);
  end = g_get_monotonic_time ();
  n = frames->gaps->len;
  while (frames->gaps->len == n)
    g_main_context_iteration (NULL, TRUE);

  print_gaps (frames, end - begin);
}

/* Begins to measure when the window is on the display. */
void
frames_begin (Frames    *frames,
              GtkWindow *window)
{
  frames->gaps = g_array_new (FALSE, FALSE, sizeof (gint64));
  gtk_window_present (window);
  gtk_widget_add_tick_callback (GTK_WIDGET (window), tick_cb, frames, NULL);
  while (frames->gaps->len < 10)
    g_main_context_iteration (NULL, TRUE);
  g_array_set_size (frames->gaps, 0);
  frames->most_work = 0;
}

/* The window of the other scans */

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

/* Returns a window with the list, the largest entry first. */
GtkWindow *
frames_create_list (GListModel *entries)
{
  GtkExpression *size = gtk_property_expression_new (DEMO_TYPE_ENTRY, NULL, "size");
  GtkSorter *sorter = GTK_SORTER (gtk_numeric_sorter_new (size));
  GListModel *sorted = G_LIST_MODEL (gtk_sort_list_model_new (g_object_ref (entries), sorter));
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list = gtk_scrolled_window_new ();
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());

  gtk_numeric_sorter_set_sort_order (GTK_NUMERIC_SORTER (sorter), GTK_SORT_DESCENDING);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_row_cb), NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (list),
                                 gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (sorted)), factory));
  gtk_window_set_default_size (window, 760, 520);
  gtk_window_set_child (window, list);

  return window;
}

/* The app */

static void
visible_cb (GObject    *stop_button,
            GParamSpec *pspec,
            gpointer    user_data)
{
  ((Frames *) user_data)->finished = !gtk_widget_get_visible (GTK_WIDGET (stop_button));
}

static gboolean
finished_cb (gpointer user_data)
{
  ((Frames *) user_data)->finished = TRUE;

  return G_SOURCE_REMOVE;
}

/* Without a folder, nothing is scanned. */
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
  frames_begin (&frames, GTK_WINDOW (window));
  if (folder != NULL)
    disk_usage_window_scan (window, folder);
  else
    g_timeout_add (3000, finished_cb, &frames);
  g_signal_connect (gtk_widget_get_template_child (GTK_WIDGET (window), DISK_USAGE_TYPE_WINDOW, "stop_button"),
                    "notify::visible", G_CALLBACK (visible_cb), &frames);
  frames_measure (&frames);

  gtk_window_destroy (GTK_WINDOW (window));
  g_array_unref (frames.gaps);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GFile) folder = argc > 1 ? g_file_new_for_path (argv[argc - 1]) : NULL;

  adw_init ();
  if (argc == 3 && g_str_equal (argv[1], "--idle"))
    frames_measure_idle (folder);
  else if (argc == 3 && g_str_equal (argv[1], "--queue"))
    frames_measure_queue (folder);
  else if (argc <= 2)
    measure_app (folder);
  else
    g_error ("Usage: disk-usage-frames [[--queue|--idle] FOLDER]");

  return 0;
}
