/* test-window.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The window of an inspector, with a service that is inspected. */

#include <libintl.h>
#include <locale.h>

#include "inspector-command-line.h"
#include "inspector-feed.h"
#include "window-fixture.h"

#define TEXT_DOMAIN "norpc-glib-gtk-1"

static void
test_services (Windowed      *self,
               gconstpointer  unused)
{
  gboolean done = FALSE;

  windowed_call_get (self->proxy, "a");
  store_store_proxy_call_unlock (self->proxy, "ada", "lovelace", NULL, windowed_unlocked_cb, &done);
  windowed_wait_for_label (self, "org.example.Store.Get");
  windowed_wait_for_label (self, "running, 0 of 4096 waiting, 1 open");
  windowed_wait_for_label (self, "user='ada', password=<sensitive>");
  windowed_save_picture (self, "services");

  windowed_answer_kept (self);
  windowed_iterate_until (windowed_is_true, &done);
  while (windowed_find_widget (GTK_WIDGET (self->window), GTK_TYPE_LABEL, "user='ada'") != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
has_call_line (gpointer data)
{
  return windowed_count_pixels (data, 53, 132, 227) > 20;
}

/* Lines are drawn as soon as there are two samples. */
static void
test_plots (Windowed      *self,
            gconstpointer  unused)
{
  windowed_show_page (self, "plots");
  for (guint i = 0; i < 10; i++)
    windowed_call_get (self->proxy, "a");
  windowed_wait_for_label (self, "org.example.Store.Get");
  windowed_iterate_until (has_call_line, self);

  /* For a picture with more in it. */
  if (g_getenv ("NORPC_TEST_SCREENSHOTS") != NULL)
    for (guint i = 0; i < 2000; i++)
      {
        windowed_call_get (self->proxy, i % 50 == 0 ? "slow" : "a");
        for (guint j = 0; j < 5; j++)
          g_main_context_iteration (NULL, FALSE);
        g_usleep (i % 400 < 200 ? 3000 : 12000);
      }
  windowed_save_picture (self, "plots");
}

/* A feed, and the method of its first sample. */
typedef struct
{
  InspectorFeed *feed;
  char          *key; /* (owned) (nullable) */
} Fed;

static const InspectorSample *
get_last_sample (Fed *self)
{
  GArray *samples = self->key != NULL ? inspector_feed_get_samples (self->feed, self->key) : NULL;

  return samples != NULL ? &g_array_index (samples, InspectorSample, samples->len - 1) : NULL;
}

static gboolean
has_latency (gpointer data)
{
  Fed *self = data;
  GVariant *methods = inspector_feed_get_methods (self->feed);

  if (self->key == NULL && g_variant_n_children (methods) > 0)
    {
      g_autoptr (GVariant) method = g_variant_get_child_value (methods, 0);

      self->key = inspector_feed_make_key (method);
    }

  return get_last_sample (self) != NULL && get_last_sample (self)->median > 0;
}

static gboolean
has_no_latency (gpointer data)
{
  return get_last_sample (data)->median == 0;
}

/* The latency of the last call stays when no other one follows, but not its rate. */
static void
test_summary (Windowed      *self,
              gconstpointer  unused)
{
  g_autoptr (NorpcInspector) inspector = norpc_inspector_new ();
  Fed fed = { .feed = inspector_feed_new (inspector) };
  InspectorSample summary;
  gint64 end;

  windowed_call_get (self->proxy, "a");
  windowed_iterate_until (has_latency, &fed);
  inspector_feed_summarize (fed.feed, fed.key, &summary);
  g_assert_cmpint (summary.median, >, 0);
  g_assert_cmpfloat (summary.rate, >, 0);

  windowed_iterate_until (has_no_latency, &fed);
  end = g_get_monotonic_time () + 2 * G_TIME_SPAN_SECOND;
  while (get_last_sample (&fed)->time < end)
    g_main_context_iteration (NULL, TRUE);
  inspector_feed_summarize (fed.feed, fed.key, &summary);
  g_assert_cmpint (summary.median, >, 0);
  g_assert_cmpfloat (summary.rate, ==, 0);

  g_object_unref (fed.feed);
  g_free (fed.key);
}

static void
test_lints (Windowed      *self,
            gconstpointer  unused)
{
  gboolean done = FALSE;

  windowed_show_page (self, "lints");
  windowed_call_get (self->proxy, "slow");
  store_store_proxy_call_unlock (self->proxy, "ada", "lovelace", NULL, windowed_unlocked_cb, &done);
  windowed_answer_kept (self);
  windowed_iterate_until (windowed_is_true, &done);
  windowed_wait_for_label (self, "blocking-handler");
  windowed_wait_for_label (self, "no-deadline");
  windowed_save_picture (self, "lints");
}

/* Returns the address (owned) of a process that is ready to be inspected, and the process (owned). */
static char *
start_inspected (const char   *folder,
                 GSubprocess **process)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  char line[6] = "";
  char *address;

  g_subprocess_launcher_setenv (launcher, "NORPC_INSPECT", folder, TRUE);
  *process = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("NORPC_TEST_INSPECTED"), NULL);
  g_assert_no_error (error);
  g_input_stream_read_all (g_subprocess_get_stdout_pipe (*process), line, 5, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "ready");
  address = inspector_find_address (folder, &error);
  g_assert_no_error (error);

  return address;
}

/* The window of another process, which ends. */
static void
test_other_process (Windowed      *self,
                    gconstpointer  unused)
{
  g_autofree char *folder = g_dir_make_tmp ("norpc-XXXXXX", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *address = start_inspected (folder, &process);
  g_autoptr (NorpcInspector) inspector = norpc_inspector_new_for_address (address, NULL, NULL);
  Windowed other = { .window = GTK_WINDOW (norpc_gtk_inspector_window_new (inspector)) };

  g_object_add_weak_pointer (G_OBJECT (other.window), (gpointer *) &other.window);
  gtk_window_present (other.window);
  windowed_wait_for_label (&other, "stores");
  windowed_wait_for_label (&other, "user='ada', password=<sensitive>");
  windowed_wait_for_label (&other, "org.example.Store.Get");

  g_subprocess_force_exit (process);
  windowed_wait_for_label (&other, "The process can no longer be inspected: ");
  gtk_window_destroy (other.window);
  windowed_iterate_until (windowed_is_null, &other.window);
}

static void
test_pages (Windowed      *self,
            gconstpointer  unused)
{
  g_assert_false (norpc_gtk_inspector_window_set_page (NORPC_GTK_INSPECTOR_WINDOW (self->window), "nothing"));
  g_assert_true (NORPC_IS_INSPECTOR (
    norpc_gtk_inspector_window_get_inspector (NORPC_GTK_INSPECTOR_WINDOW (self->window))));
}

/* The language has to be set before the window is made. The name of the locale is one that gettext does not take for
 * English.
 */
static void
set_up_german (Windowed      *self,
               gconstpointer  unused)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_setenv ("LANGUAGE", "de", TRUE);
  /* Instead of those that may be installed, which the class has bound. */
  g_type_class_unref (g_type_class_ref (NORPC_GTK_TYPE_INSPECTOR_WINDOW));
  bindtextdomain (TEXT_DOMAIN, g_getenv ("NORPC_TEST_TRANSLATIONS"));
  windowed_set_up (self, unused);
}

static void
test_german (Windowed      *self,
             gconstpointer  unused)
{
  if (g_str_equal (g_dgettext (TEXT_DOMAIN, "Services"), "Services"))
    {
      g_test_skip ("gettext is not installed, or has no translations in the locale C.UTF-8");
      return;
    }

  windowed_call_get (self->proxy, "a");
  windowed_wait_for_label (self, "Thread, Dienst, Methode");
  windowed_wait_for_label (self, "läuft, 0 von 4096 warten, 0 offen");
  windowed_wait_for_label (self, "1 Dienst");
  windowed_wait_for_label (self, "Hinweise");
  windowed_show_page (self, "invoke");
  windowed_wait_for_label (self, "Argumente des Typs (s)");
  windowed_wait_for_label (self, "Aufrufen");
  windowed_show_page (self, "lints");
  windowed_wait_for_label (self, "Schlimmster Fall");
  windowed_save_picture (self, "german");
}

static void
tear_down_german (Windowed      *self,
                  gconstpointer  unused)
{
  windowed_tear_down (self, unused);
  g_unsetenv ("LANGUAGE");
  setlocale (LC_ALL, "C");
}

/* Nothing records calls after the last window has gone. */
static void
test_show (void)
{
  GtkWindow *parent = GTK_WINDOW (gtk_window_new ());
  GListModel *windows = gtk_window_get_toplevels ();
  gpointer shown = NULL;

  norpc_gtk_show_inspector (parent);
  for (guint i = 0; i < g_list_model_get_n_items (windows) && shown == NULL; i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (NORPC_GTK_IS_INSPECTOR_WINDOW (window))
        shown = window;
    }
  g_assert_nonnull (shown);
  g_object_add_weak_pointer (shown, &shown);
  gtk_window_destroy (parent);
  windowed_iterate_until (windowed_is_null, &shown);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

  TEST_WINDOWED ("services", test_services);
  TEST_WINDOWED ("plots", test_plots);
  TEST_WINDOWED ("summary", test_summary);
  TEST_WINDOWED ("lints", test_lints);
  TEST_WINDOWED ("pages", test_pages);
  g_test_add ("/inspector/window/german", Windowed, NULL, set_up_german, test_german, tear_down_german);
  TEST_WINDOWED ("other-process", test_other_process);
  g_test_add_func ("/inspector/window/show", test_show);

  return g_test_run ();
}
