/* norpc-inspector.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Looks into the services of another process, in a window. */

#include "inspector-command-line.h"
#include <norpc-glib-gtk/norpc-glib-gtk.h>

static char *page;
static char **places;

static const GOptionEntry entries[] = {
  { "page", 'p', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &page,
    "The page to show first: services, plots, sequence, invoke or lints", "NAME" },
  { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, &places, NULL, "[ADDRESS]" },
  { NULL }
};

/* Returns an inspector (owned) of the process that was named, or NULL if @error is set. */
static NorpcInspector *
connect_to_process (GError **error)
{
  if (places != NULL && places[1] != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "expected one process, got '%s' and '%s'", places[0],
                   places[1]);
      return NULL;
    }

  return inspector_connect (places != NULL ? places[0] : NULL, error);
}

static void
activate_cb (GtkApplication *application,
             gpointer        user_data)
{
  GtkWidget *window = norpc_gtk_inspector_window_new (user_data);

  gtk_window_set_application (GTK_WINDOW (window), application);
  if (page != NULL && !norpc_gtk_inspector_window_set_page (NORPC_GTK_INSPECTOR_WINDOW (window), page))
    g_printerr ("norpc-inspector: there is no page '%s'\n", page);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GtkApplication) application = NULL;
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_set_prgname ("norpc-inspector");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, "Shows the services of a process that was started with NORPC_INSPECT set to a "
                                         "folder or a D-Bus address.");
  if (!inspector_parse_command_line (context, &argc, &argv, &status))
    return status;

  inspector = connect_to_process (&error);
  if (inspector == NULL)
    return inspector_print_error (error);

  application = gtk_application_new ("org.norpc.Inspector", G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), inspector);

  return g_application_run (G_APPLICATION (application), 0, NULL);
}
