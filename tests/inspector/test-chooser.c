/* test-chooser.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The window with the processes that can be inspected, which come and go. */

#include <glib/gstdio.h>
#include <gtk/gtk.h>

#include "process-chooser.h"

/* The limit of a wait, which is reached only when a test fails. */
#define PATIENCE (60 * G_TIME_SPAN_SECOND)

static char *chosen; /* (owned) (nullable): the address */

static void
chosen_cb (GtkApplication *application,
           const char     *address)
{
  g_assert_null (chosen);
  chosen = g_strdup (address);
}

/* Returns the first label below @widget, or NULL, that is visible and has the text. */
static GtkWidget *
find_label (GtkWidget  *widget,
            const char *text)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_label (child, text);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static GtkWidget *
wait_for_label (GtkWidget  *window,
                const char *text)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  GtkWidget *label;

  while ((label = find_label (window, text)) == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, TRUE);
    }

  return label;
}

/* Returns a process (owned) that is ready to be inspected. */
static GSubprocess *
start_inspected (const char *folder)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;
  char line[6] = "";

  g_subprocess_launcher_setenv (launcher, "NORPC_INSPECT", folder, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("NORPC_TEST_INSPECTED"), NULL);
  g_assert_no_error (error);
  g_input_stream_read_all (g_subprocess_get_stdout_pipe (process), line, 5, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "ready");

  return process;
}

static void
activate_cb (GtkApplication *application,
             gpointer        user_data)
{
  const char *folder = user_data;
  GtkWidget *window = process_chooser_new (application, folder, chosen_cb);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  GtkWidget *row;

  gtk_window_present (GTK_WINDOW (window));
  wait_for_label (window, "No program can be inspected.");
  wait_for_label (window, folder);

  process = start_inspected (folder);
  name = g_strdup_printf ("inspected-%s", g_subprocess_get_identifier (process));
  row = gtk_widget_get_ancestor (wait_for_label (window, name), GTK_TYPE_LIST_BOX_ROW);
  g_signal_emit_by_name (row, "activate");
  path = g_build_filename (folder, name, NULL);
  g_assert_cmpstr (chosen, ==, path);

  g_subprocess_force_exit (process);
  wait_for_label (window, "No program can be inspected.");
  g_assert_cmpint (g_unlink (path), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_processes (void)
{
  g_autofree char *folder = g_dir_make_tmp ("norpc-XXXXXX", NULL);
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), folder);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 0, NULL), ==, 0);
  g_assert_nonnull (chosen);
  g_clear_pointer (&chosen, g_free);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_func ("/inspector/chooser/processes", test_processes);

  return g_test_run ();
}
