/* primes.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <gtk/gtk.h>

#include "prime-search.h"

#define LIMIT 100000

/* All of this runs in the main thread, as GTK requires; the search runs in a thread of its own. */

static void
search_cb (GObject      *source_object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GtkWindow *window = user_data;
  g_autoptr (GError) error = NULL;
  guint n_found;

  if (demo_primes_proxy_call_search_finish (DEMO_PRIMES_PROXY (source_object), result, &n_found, &error))
    g_print ("There are %u primes up to %u.\n", n_found, LIMIT);
  else
    g_printerr ("%s\n", error->message);
  gtk_window_destroy (window);
}

static void
setup_row_cb (GtkListItemFactory *factory,
              GtkListItem        *row,
              gpointer            user_data)
{
  GtkExpression *item = gtk_property_expression_new (GTK_TYPE_LIST_ITEM, NULL, "item");
  GtkExpression *value = gtk_property_expression_new (DEMO_TYPE_PRIME, item, "value");
  GtkWidget *label = gtk_label_new (NULL);

  gtk_expression_bind (value, label, "label", row);
  gtk_list_item_set_child (row, label);
}

static GtkWidget *
create_list (DemoPrimesProxy *proxy)
{
  GtkNoSelection *selection = gtk_no_selection_new (NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list = gtk_scrolled_window_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_row_cb), NULL);
  g_object_bind_property (proxy, "found", selection, "model", G_BINDING_SYNC_CREATE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (list),
                                 gtk_list_view_new (GTK_SELECTION_MODEL (selection), factory));
  gtk_widget_set_vexpand (list, TRUE);

  return list;
}

static GtkWidget *
create_widgets (DemoPrimesProxy *proxy)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *bar = gtk_progress_bar_new ();
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 1, 10000, 1);

  g_object_set (box, "margin-top", 12, "margin-bottom", 12, "margin-start", 12, "margin-end", 12, NULL);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), scale);
  gtk_box_append (GTK_BOX (box), create_list (proxy));

  g_object_bind_property (proxy, "status", label, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property (proxy, "fraction", bar, "fraction", G_BINDING_SYNC_CREATE);
  g_object_bind_property (proxy, "speed", gtk_range_get_adjustment (GTK_RANGE (scale)), "value",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  return box;
}

static void
activate_cb (GtkApplication *application,
             NorpcServer    *server)
{
  GtkWidget *window = gtk_application_window_new (application);
  g_autoptr (DemoPrimesProxy) proxy =
    demo_primes_proxy_new (norpc_server_get_endpoint (server));

  gtk_window_set_title (GTK_WINDOW (window), "Primes");
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 400);
  gtk_window_set_child (GTK_WINDOW (window), create_widgets (proxy));

  /* If the window is closed earlier, the search is cancelled, and the callback does not run. */
  norpc_proxy_set_owner (NORPC_PROXY (proxy), G_OBJECT (window));
  demo_primes_proxy_call_search (proxy, LIMIT, NULL, search_cb, window);
  g_object_set_data_full (G_OBJECT (window), "proxy", g_steal_pointer (&proxy), g_object_unref);

  gtk_window_present (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (PrimeSearch) search = prime_search_new ();
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (search));
  g_autoptr (GtkApplication) application = NULL;
  g_autoptr (GError) error = NULL;

  /* From here on, only the thread of the server uses the service. */
  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);

  application = gtk_application_new ("org.example.Primes", G_APPLICATION_DEFAULT_FLAGS);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), server);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
