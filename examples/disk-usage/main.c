/* main.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gi18n.h>

#include "scanner.h"
#include "window.h"

static NorpcServer *server; /* (owned): used in the main thread */

static void
startup_cb (GApplication *application)
{
  g_autoptr (GError) error = NULL;

  server = scanner_serve (&error);
  if (server == NULL)
    g_error ("%s", error->message);
}

static void
activate_cb (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    window = GTK_WINDOW (disk_usage_window_new (GTK_APPLICATION (application), norpc_server_get_endpoint (server)));
  gtk_window_present (window);
}

static void
open_cb (GApplication  *application,
         GFile        **files,
         int            n_files,
         const char    *hint)
{
  activate_cb (application);
  disk_usage_window_scan (DISK_USAGE_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (application))),
                          files[0]);
}

static void
shutdown_cb (GApplication *application)
{
  norpc_server_stop (server, NORPC_STOP_ABANDON, NULL, NULL);
  g_clear_object (&server);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (AdwApplication) application = NULL;

  bindtextdomain (GETTEXT_PACKAGE, LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = adw_application_new ("org.example.DiskUsage", G_APPLICATION_HANDLES_OPEN);
  g_signal_connect (application, "startup", G_CALLBACK (startup_cb), NULL);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), NULL);
  g_signal_connect (application, "open", G_CALLBACK (open_cb), NULL);
  g_signal_connect (application, "shutdown", G_CALLBACK (shutdown_cb), NULL);

  return g_application_run (G_APPLICATION (application), argc, argv);
}
