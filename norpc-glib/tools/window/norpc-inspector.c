/* norpc-inspector.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Looks into the services of another process, in a window. */

#include <glib/gi18n.h>
#include <locale.h>

#include "inspector-command-line.h"
#include "process-chooser.h"
#include <norpc-glib-gtk/norpc-glib-gtk.h>

static char *page;
static char **places;

static const GOptionEntry entries[] = {
  { "page", 'p', G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &page,
    "The page to show first: services, plots, sequence, invoke or lints", "NAME" },
  { G_OPTION_REMAINING, 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME_ARRAY, &places, NULL, "[ADDRESS]" },
  { NULL }
};

/* The first window shows a process, or those in a folder. */
typedef struct
{
  NorpcInspector *inspector; /* (owned) (nullable) */
  char           *place;     /* (owned): of the process, or the folder */
} Start;

static void
show_inspector (GtkApplication *application,
                NorpcInspector *inspector,
                const char     *place)
{
  GtkWidget *window = norpc_gtk_inspector_window_new (inspector);
  g_autofree char *name = g_path_get_basename (place);
  /* Translators: %s is the name of a program. */
  g_autofree char *title = g_strdup_printf (_("Services of %s"), name);

  gtk_window_set_application (GTK_WINDOW (window), application);
  gtk_window_set_title (GTK_WINDOW (window), title);
  if (page != NULL)
    norpc_gtk_inspector_window_set_page (NORPC_GTK_INSPECTOR_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
}

/* The process may have ended meanwhile. */
static void
process_chosen_cb (GtkApplication *application,
                   const char     *address)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcInspector) inspector = norpc_inspector_new_for_address (address, NULL, &error);
  GtkWidget *dialog;

  if (inspector != NULL)
    {
      show_inspector (application, inspector, address);
      return;
    }

  dialog = gtk_message_dialog_new (gtk_application_get_active_window (application),
                                   GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_ERROR,
                                   GTK_BUTTONS_CLOSE, "%s", error->message);
  g_signal_connect (dialog, "response", G_CALLBACK (gtk_window_destroy), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
activate_cb (GtkApplication *application,
             gpointer        user_data)
{
  Start *start = user_data;

  if (start->inspector != NULL)
    show_inspector (application, start->inspector, start->place);
  else
    gtk_window_present (GTK_WINDOW (process_chooser_new (application, start->place, process_chosen_cb)));
}

/* Returns FALSE if @error is set, because there is no such page. */
static gboolean
check_page (GError **error)
{
  static const char * const names[] = { "services", "plots", "sequence", "invoke", "lints", NULL };

  if (page == NULL || g_strv_contains (names, page))
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "there is no page '%s'; expected services, plots, sequence, invoke or lints", page);

  return FALSE;
}

/* Returns FALSE if @error is set, because there is nothing to show. */
static gboolean
find_start (Start   *self,
            GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean is_folder = TRUE;

  if (places != NULL && places[1] != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "expected one process, got '%s' and '%s'", places[0],
                   places[1]);
      return FALSE;
    }

  self->place = places != NULL ? g_strdup (places[0]) : inspector_get_default_place ();
  self->inspector = inspector_connect (self->place, &failure);
  if (self->inspector != NULL)
    return TRUE;

  if (self->place == NULL)
    self->place = g_build_filename (g_get_user_runtime_dir (), "norpc", NULL);
  else if (!g_file_test (self->place, G_FILE_TEST_IS_DIR))
    is_folder = FALSE;
  if (is_folder && gtk_init_check ())
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));

  return FALSE;
}

/* Returns the exit status. */
static int
run (Start *start)
{
  g_autoptr (GtkApplication) application = NULL;
  g_autoptr (GError) error = NULL;

  if (!check_page (&error) || !find_start (start, &error))
    return inspector_print_error (error);

  application = gtk_application_new ("org.norpc.Inspector", G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), start);

  return g_application_run (G_APPLICATION (application), 0, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  Start start = { 0 };
  int status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("norpc-inspector");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, "Shows the services of a process that was started with NORPC_INSPECT set to a "
                                         "folder or a D-Bus address.");
  if (!inspector_parse_command_line (context, &argc, &argv, &status))
    return status;

  status = run (&start);
  g_clear_object (&start.inspector);
  g_free (start.place);

  return status;
}
