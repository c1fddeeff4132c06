/* notes-window.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "notes-service.h"

#include <gtk/gtk.h>

static void
show_note (GtkListBox *list,
           const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_list_box_append (list, label);
}

static void
added_cb (DemoNotes  *proxy,
          guint       number,
          const char *text,
          gpointer    list)
{
  show_note (list, text);
}

static void
find_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      list)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) notes = demo_notes_proxy_call_find_finish (DEMO_NOTES_PROXY (source_object), result, &error);

  if (notes == NULL)
    g_warning ("%s", error->message);
  for (guint i = 0; notes != NULL && notes[i] != NULL; i++)
    show_note (list, notes[i]);
}

static void
add_cb (GObject      *source_object,
        GAsyncResult *result,
        gpointer      entry)
{
  g_autoptr (GError) error = NULL;

  if (demo_notes_proxy_call_add_finish (DEMO_NOTES_PROXY (source_object), result, NULL, &error))
    gtk_editable_set_text (entry, "");
  gtk_widget_set_tooltip_text (entry, error != NULL ? error->message : NULL);
}

static void
entry_activate_cb (GtkEntry *entry,
                   gpointer  proxy)
{
  demo_notes_proxy_call_add (proxy, gtk_editable_get_text (GTK_EDITABLE (entry)), NULL, add_cb, entry);
}

static void
activate_cb (GtkApplication *app,
             gpointer        server)
{
  DemoNotesProxy *proxy = demo_notes_proxy_new (norpc_server_get_endpoint (server));
  GtkWidget *window = gtk_application_window_new (app);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *list = gtk_list_box_new ();

  gtk_window_set_title (GTK_WINDOW (window), "Notes");
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), list);

  /* When the window is closed, no callback runs any more, and no signal arrives. */
  norpc_proxy_set_owner (NORPC_PROXY (proxy), G_OBJECT (window));
  g_object_set_data_full (G_OBJECT (window), "proxy", proxy, g_object_unref);
  g_signal_connect (proxy, "added", G_CALLBACK (added_cb), list);
  g_signal_connect (entry, "activate", G_CALLBACK (entry_activate_cb), proxy);
  demo_notes_proxy_call_find (proxy, "", NULL, find_cb, list);
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcServer) server = notes_serve ("my-notes.txt", &error);
  g_autoptr (GtkApplication) app = gtk_application_new ("org.example.Notes", G_APPLICATION_NON_UNIQUE);

  if (server == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  g_signal_connect (app, "activate", G_CALLBACK (activate_cb), server);

  return g_application_run (G_APPLICATION (app), argc, argv);
}
