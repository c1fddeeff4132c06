/* test-widgets.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Widgets follow a service in another thread: labels, a progress bar, a scale. */

#include "window-fixture.h"

static gboolean
shows_reading (gpointer data)
{
  JobWindow *fixture = data;

  return g_str_equal (gtk_label_get_label (fixture->status), "Reading");
}

static void
test_label (JobWindow     *fixture,
            gconstpointer  unused)
{
  g_assert_cmpstr (gtk_label_get_label (fixture->status), ==, "Idle");

  job_job_proxy_call_report (fixture->proxy, "Reading", NULL, NULL, NULL);
  window_wait_until (shows_reading, fixture);
}

/* Records the fractions that a progress bar shows. */
typedef struct
{
  double  fraction;
  guint   n_changes;
} Progress;

static void
fraction_cb (GtkProgressBar *bar,
             GParamSpec     *pspec,
             Progress       *progress)
{
  double fraction = gtk_progress_bar_get_fraction (bar);

  g_assert_cmpfloat (fraction, >, progress->fraction);
  progress->fraction = fraction;
  progress->n_changes++;
}

static gboolean
is_full (gpointer data)
{
  JobWindow *fixture = data;

  return gtk_progress_bar_get_fraction (fixture->bar) == 1;
}

/* The service works in its thread; the main thread only runs its context. */
static void
test_progress (JobWindow     *fixture,
               gconstpointer  unused)
{
  const guint n_steps = 1000;
  Progress progress = { 0 };

  g_assert_cmpstr (gtk_label_get_label (fixture->percent), ==, "0 %");
  g_signal_connect (fixture->bar, "notify::fraction", G_CALLBACK (fraction_cb), &progress);

  job_job_proxy_call_work (fixture->proxy, n_steps, n_steps, NULL, NULL, NULL);
  window_wait_until (is_full, fixture);
  g_assert_cmpuint (progress.n_changes, >=, 1);
  g_assert_cmpuint (progress.n_changes, <=, n_steps);
  g_assert_cmpstr (gtk_label_get_label (fixture->percent), ==, "100 %");
}

/* The binding is made before the proxy has values. */
static void
test_values_arrive_later (JobWindow     *fixture,
                          gconstpointer  unused)
{
  NorpcEndpoint *endpoint = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (JobJobProxy) proxy = job_job_proxy_new (endpoint);

  g_object_bind_property (proxy, "status", fixture->status, "label", G_BINDING_SYNC_CREATE);
  g_assert_cmpstr (gtk_label_get_label (fixture->status), ==, "");
  job_job_proxy_call_report (fixture->proxy, "Reading", NULL, NULL, NULL);
  window_wait_until (shows_reading, fixture);
}

static gboolean
is_insensitive (gpointer data)
{
  JobWindow *fixture = data;

  return !gtk_widget_is_sensitive (GTK_WIDGET (fixture->scale));
}

static void
test_server_stops (JobWindow     *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  job_job_proxy_call_report (fixture->proxy, "Reading", NULL, NULL, NULL);
  g_assert_true (gtk_widget_is_sensitive (GTK_WIDGET (fixture->scale)));

  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  window_wait_until (is_insensitive, fixture);
  g_assert_true (shows_reading (fixture));
}

static guint
get_n_entries (JobWindow *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->entries));
}

/* Waits for a number of entries. */
typedef struct
{
  JobWindow *fixture;
  guint      n_entries;
} Entries;

static gboolean
are_there (gpointer data)
{
  Entries *entries = data;

  return get_n_entries (entries->fixture) == entries->n_entries;
}

/* Waits until the list view has @n_entries more, which the service inserts. */
static void
insert (JobWindow *fixture,
        guint      position,
        guint      n_entries)
{
  Entries entries = { fixture, get_n_entries (fixture) + n_entries };

  job_job_proxy_call_insert (fixture->proxy, position, n_entries, NULL, NULL, NULL);
  window_wait_until (are_there, &entries);
}

/* Gets the label of the first row, or of the one after @label (nullable). */
static GtkWidget *
get_next_label (JobWindow *fixture,
                GtkWidget *label)
{
  GtkWidget *row = label == NULL ? gtk_widget_get_first_child (GTK_WIDGET (fixture->view))
                                 : gtk_widget_get_next_sibling (gtk_widget_get_parent (label));

  return row != NULL ? gtk_widget_get_first_child (row) : NULL;
}

/* The rows that the list view shows have the names of the first entries. */
static void
assert_rows (JobWindow *fixture)
{
  GtkWidget *label = NULL;
  guint n_rows = 0;

  window_wait_painted (fixture);
  while ((label = get_next_label (fixture, label)) != NULL && gtk_widget_get_mapped (label))
    {
      g_autoptr (JobEntry) entry = g_list_model_get_item (G_LIST_MODEL (fixture->entries), n_rows);

      g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (label)), ==, job_entry_get_name (entry));
      n_rows++;
    }
  g_assert_cmpuint (n_rows, >=, 5);
}

static void
test_list_view (JobWindow     *fixture,
                gconstpointer  unused)
{
  g_assert_cmpuint (get_n_entries (fixture), ==, 0);

  insert (fixture, 0, 1000);
  assert_rows (fixture);
  insert (fixture, 2, 3);
  assert_rows (fixture);
}

/* The selected entry is the same when entries are inserted before it and after it. */
static void
test_selection (JobWindow     *fixture,
                gconstpointer  unused)
{
  gpointer selected;

  insert (fixture, 0, 10);
  gtk_single_selection_set_selected (fixture->entries, 4);
  selected = gtk_single_selection_get_selected_item (fixture->entries);

  insert (fixture, 0, 3);
  insert (fixture, 10, 3);
  g_assert_cmpuint (gtk_single_selection_get_selected (fixture->entries), ==, 7);
  g_assert_true (gtk_single_selection_get_selected_item (fixture->entries) == selected);
}

/* Models of GTK sort and filter what the service inserts. */
static void
test_sort_and_filter (JobWindow     *fixture,
                      gconstpointer  unused)
{
  GtkExpression *number = gtk_property_expression_new (JOB_TYPE_ENTRY, NULL, "number");
  GtkExpression *name = gtk_property_expression_new (JOB_TYPE_ENTRY, NULL, "name");
  GtkNumericSorter *sorter = gtk_numeric_sorter_new (number);
  GtkStringFilter *filter = gtk_string_filter_new (name);
  GListModel *entries = gtk_single_selection_get_model (fixture->entries);
  g_autoptr (GtkSortListModel) sorted =
    gtk_sort_list_model_new (g_object_ref (entries), GTK_SORTER (g_object_ref (sorter)));
  g_autoptr (GtkFilterListModel) filtered =
    gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (sorted)), GTK_FILTER (g_object_ref (filter)));

  gtk_numeric_sorter_set_sort_order (sorter, GTK_SORT_DESCENDING);
  gtk_string_filter_set_search (filter, "9");
  insert (fixture, 0, 60);
  insert (fixture, 30, 40);

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (sorted)), ==, 100);
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (JobEntry) entry = g_list_model_get_item (G_LIST_MODEL (sorted), i);

      g_assert_cmpuint (job_entry_get_number (entry), ==, 100 - i);
    }
  /* 9, 19 … 89, and 90 … 99 */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (filtered)), ==, 19);
  g_object_unref (sorter);
  g_object_unref (filter);
}

static gboolean
is_spinning (gpointer data)
{
  JobWindow *fixture = data;

  return gtk_spinner_get_spinning (fixture->spinner);
}

static gboolean
is_not_spinning (gpointer data)
{
  return !is_spinning (data);
}

static void
test_spinner (JobWindow     *fixture,
              gconstpointer  unused)
{
  g_assert_false (is_spinning (fixture));

  job_service_close_gate (fixture->service);
  job_job_proxy_call_report (fixture->proxy, "Reading", NULL, NULL, NULL);
  window_wait_until (is_spinning, fixture);
  job_service_open_gate (fixture->service);
  window_wait_until (is_not_spinning, fixture);
}

static void
report_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      window)
{
  g_assert_not_reached ();
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           gpointer    unused)
{
  g_assert_not_reached ();
}

/* A window that is closed while its calls are in flight needs no code of its own. */
static void
test_window_closes (JobWindow     *fixture,
                    gconstpointer  unused)
{
  NorpcEndpoint *endpoint = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  g_autoptr (JobJobProxy) proxy = job_job_proxy_new (endpoint);
  g_autoptr (GError) error = NULL;

  norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), G_OBJECT (fixture->window));
  job_service_close_gate (fixture->service);
  for (guint i = 0; i < 51; i++)
    job_job_proxy_call_report (fixture->proxy, "Reading", NULL, report_cb, fixture->window);
  job_service_await (fixture->service, 1);

  g_clear_pointer (&fixture->window, gtk_window_destroy);
  g_signal_connect (fixture->proxy, "notify", G_CALLBACK (notify_cb), NULL);
  job_service_open_gate (fixture->service);
  g_assert_true (job_job_proxy_call_ping_sync (proxy, NULL, &error));
  g_assert_no_error (error);
  window_iterate ();
}

static gboolean
shows_all (gpointer data)
{
  JobWindow *fixture = data;

  return shows_reading (fixture) && gtk_progress_bar_get_fraction (fixture->bar) == 0.6;
}

static void
test_picture (JobWindow     *fixture,
              gconstpointer  unused)
{
  gtk_adjustment_set_value (fixture->speed, 70);
  job_job_proxy_call_report (fixture->proxy, "Reading", NULL, NULL, NULL);
  job_job_proxy_call_work (fixture->proxy, 60, 100, NULL, NULL, NULL);
  window_wait_until (shows_all, fixture);
  insert (fixture, 0, 100);
  gtk_single_selection_set_selected (fixture->entries, 2);
  window_wait_painted (fixture);
  g_assert_cmpstr (gtk_label_get_label (fixture->percent), ==, "60 %");
  g_assert_cmpfloat (gtk_adjustment_get_value (fixture->speed), ==, 70);
  window_save (fixture, "widgets.png");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gtk_init ();

#define TEST(path, func) g_test_add (path, JobWindow, NULL, window_set_up, func, window_tear_down)
  TEST ("/widgets/label", test_label);
  TEST ("/widgets/progress", test_progress);
  TEST ("/widgets/values-arrive-later", test_values_arrive_later);
  TEST ("/widgets/server-stops", test_server_stops);
  TEST ("/widgets/list-view", test_list_view);
  TEST ("/widgets/selection", test_selection);
  TEST ("/widgets/sort-and-filter", test_sort_and_filter);
  TEST ("/widgets/spinner", test_spinner);
  TEST ("/widgets/window-closes", test_window_closes);
  TEST ("/widgets/picture", test_picture);

  return g_test_run ();
}
