/* application.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The application: it runs the scanner as long as it runs itself, and has the actions that need no window. */

#include <glib/gi18n.h>

#include "application.h"
#include "scanner.h"
#include "window.h"

struct _DiskUsageApplication
{
  AdwApplication parent_instance;

  NorpcServer *server; /* (owned) (nullable): of the scanner, from startup to shutdown */
};

G_DEFINE_FINAL_TYPE (DiskUsageApplication, disk_usage_application, ADW_TYPE_APPLICATION)

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  adw_show_about_window (gtk_application_get_active_window (user_data),
                         "application-name", _("Disk Usage"),
                         "application-icon", "org.example.DiskUsage",
                         "developer-name", _("The authors of norpc-glib"),
                         "version", DISK_USAGE_VERSION,
                         "comments", _("See what occupies the space in a folder."),
                         "license-type", GTK_LICENSE_LGPL_2_1,
                         /* Translators: put your names here, one a line. */
                         "translator-credits", _("translator-credits"),
                         NULL);
}

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  g_application_quit (user_data);
}

static const GActionEntry actions[] = {
  { .name = "about", .activate = about_cb },
  { .name = "quit", .activate = quit_cb }
};

static const struct
{
  const char *action;
  const char *keys[2];
} accels[] = {
  { "app.quit", { "<Control>q" } },
  { "window.close", { "<Control>w" } },
  { "win.open", { "<Control>o" } },
  { "win.search", { "<Control>f" } },
  { "win.leave", { "<Alt>Up" } }
};

static void
disk_usage_application_startup (GApplication *application)
{
  DiskUsageApplication *self = DISK_USAGE_APPLICATION (application);
  g_autoptr (GError) error = NULL;

  G_APPLICATION_CLASS (disk_usage_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name ("org.example.DiskUsage");
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), accels[i].action, accels[i].keys);

  self->server = scanner_serve (&error);
  if (self->server == NULL)
    g_error ("%s", error->message);
}

static void
disk_usage_application_activate (GApplication *application)
{
  DiskUsageApplication *self = DISK_USAGE_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    window = GTK_WINDOW (disk_usage_window_new (GTK_APPLICATION (application),
                                                norpc_server_get_endpoint (self->server)));
  gtk_window_present (window);
}

static void
disk_usage_application_open (GApplication  *application,
                             GFile        **files,
                             int            n_files,
                             const char    *hint)
{
  g_application_activate (application);
  disk_usage_window_scan (DISK_USAGE_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (application))),
                          files[0]);
}

static void
disk_usage_application_shutdown (GApplication *application)
{
  DiskUsageApplication *self = DISK_USAGE_APPLICATION (application);

  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_clear_object (&self->server);

  G_APPLICATION_CLASS (disk_usage_application_parent_class)->shutdown (application);
}

static void
disk_usage_application_class_init (DiskUsageApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = disk_usage_application_startup;
  application_class->activate = disk_usage_application_activate;
  application_class->open = disk_usage_application_open;
  application_class->shutdown = disk_usage_application_shutdown;
}

static void
disk_usage_application_init (DiskUsageApplication *self)
{
}

DiskUsageApplication *
disk_usage_application_new (void)
{
  return g_object_new (DISK_USAGE_TYPE_APPLICATION,
                       "application-id", "org.example.DiskUsage",
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       "resource-base-path", "/org/example/DiskUsage",
                       NULL);
}
