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
  TEST ("/widgets/spinner", test_spinner);
  TEST ("/widgets/window-closes", test_window_closes);
  TEST ("/widgets/picture", test_picture);

  return g_test_run ();
}
