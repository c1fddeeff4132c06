/* norpc-inspector.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Looks into the services of another process, in a window. */

#include "inspector-format.h"
#include <norpc-glib-gtk/norpc-glib-gtk.h>

static char *page;
static char **places;
static gboolean print_version;

static const GOptionEntry entries[] = {
  { "page", 'p', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &page,
    "The page to show first: services, plots, sequence, invoke or lints", "NAME" },
  { "version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &print_version, "Print the version", NULL },
  { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, &places, NULL, "[ADDRESS]" },
  { NULL }
};

/* Returns an inspector (owned) of the process that was named, or NULL if @error is set. */
static NorpcInspector *
connect_to_process (GError **error)
{
  const char *place = places != NULL ? places[0] : g_getenv ("NORPC_INSPECT");
  g_autofree char *address = NULL;

  if (place == NULL || *place == '\0' || (places != NULL && places[1] != NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "expected the socket, the folder or the D-Bus address of one process");
      return NULL;
    }

  address = inspector_find_address (place, error);

  return address != NULL ? norpc_inspector_new_for_address (address, NULL, error) : NULL;
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

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, "Shows the services of a process that was started with NORPC_INSPECT set to a "
                                         "folder or a D-Bus address.");
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("norpc-inspector: %s\n", error->message);
      return 2;
    }
  if (print_version)
    {
      g_print ("%s\n", NORPC_VERSION);
      return 0;
    }

  inspector = connect_to_process (&error);
  if (inspector == NULL)
    {
      g_printerr ("norpc-inspector: %s\n", error->message);
      return error->domain == G_OPTION_ERROR ? 2 : 1;
    }

  application = gtk_application_new ("org.norpc.Inspector", G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), inspector);

  return g_application_run (G_APPLICATION (application), 0, NULL);
}
