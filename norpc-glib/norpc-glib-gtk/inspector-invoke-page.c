/* inspector-invoke-page.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls methods by hand. */

#include "inspector-pages.h"
#include "inspector-row.h"

typedef struct
{
  InspectorFeed *feed;    /* (unowned): lives longer than the page */
  GListStore    *methods; /* (owned): of InspectorRow, whose cells are a title, a service, an interface, a method and a
                             type */
  GtkDropDown   *choice;  /* (unowned) */
  GtkLabel      *type;    /* (unowned) */
  GtkEntry      *args;    /* (unowned) */
  GtkWidget     *button;  /* (unowned) */
  GtkTextBuffer *results; /* (unowned) */
  GCancellable  *cancellable; /* (owned): cancelled when the page goes */
} Page;

enum
{
  CELL_TITLE,
  CELL_SERVICE,
  CELL_INTERFACE,
  CELL_METHOD,
  CELL_TYPE
};

static void
page_free (gpointer data)
{
  Page *page = data;

  g_object_unref (page->cancellable);
  g_object_unref (page->methods);
  g_free (page);
}

static void
show_method (Page       *page,
             guint      *position,
             guint       service,
             const char *interface,
             const char *method,
             const char *type)
{
  g_autofree char *title = g_strdup_printf ("%u: %s.%s", service, interface, method);
  InspectorRow *row = inspector_rows_put (page->methods, position, title, FALSE);

  inspector_row_set_cell (row, CELL_TITLE, title);
  inspector_row_take_cell (row, CELL_SERVICE, g_strdup_printf ("%u", service));
  inspector_row_set_cell (row, CELL_INTERFACE, interface);
  inspector_row_set_cell (row, CELL_METHOD, method);
  inspector_row_set_cell (row, CELL_TYPE, type);
}

static void
show_type (Page *page)
{
  InspectorRow *row = gtk_drop_down_get_selected_item (page->choice);
  g_autofree char *text = row != NULL ? g_strdup_printf ("Arguments of the type %s, in the text format of GVariant:",
                                                         inspector_row_get_cell (row, CELL_TYPE))
                                      : g_strdup ("There is no method");

  gtk_label_set_text (page->type, text);
}

static void
updated_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");
  GVariant *services = inspector_feed_get_services (page->feed);
  guint position = 0;

  for (gsize i = 0; i < g_variant_n_children (services); i++)
    {
      g_autoptr (GVariant) service = g_variant_get_child_value (services, i);
      g_autoptr (GVariant) methods = g_variant_lookup_value (service, "methods", G_VARIANT_TYPE ("a(sss)"));

      for (gsize j = 0; methods != NULL && j < g_variant_n_children (methods); j++)
        {
          const char *interface, *method, *type;

          g_variant_get_child (methods, j, "(&s&s&s)", &interface, &method, &type);
          if (*type != '\0')
            show_method (page, &position, inspector_get_uint (service, "service"), interface, method, type);
        }
    }
  inspector_rows_end (page->methods, position);

  /* A row is chosen when it is added, before it has its cells. */
  show_type (page);
}

static void
chosen_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");

  show_type (page);
  gtk_widget_set_sensitive (page->button, gtk_drop_down_get_selected_item (page->choice) != NULL);
}

/* The page may have been removed from its window. */
static void
invoked_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GtkWidget) widget = user_data;
  Page *page = g_object_get_data (G_OBJECT (widget), "page");
  g_autoptr (GError) error = NULL;
  g_autofree char *results = norpc_inspector_invoke_finish (NORPC_INSPECTOR (source_object), result, &error);

  if (g_cancellable_is_cancelled (page->cancellable))
    return;

  if (results == NULL)
    gtk_text_buffer_set_text (page->results, error->message, -1);
  else
    gtk_text_buffer_set_text (page->results, *results != '\0' ? results : "The call succeeded, and has no results.", -1);
  gtk_widget_set_sensitive (page->button, TRUE);
}

static void
invoke_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");
  InspectorRow *row = gtk_drop_down_get_selected_item (page->choice);

  if (row == NULL || !gtk_widget_get_sensitive (page->button))
    return;

  gtk_widget_set_sensitive (page->button, FALSE);
  gtk_text_buffer_set_text (page->results, "Calling…", -1);
  norpc_inspector_invoke (inspector_feed_get_inspector (page->feed),
                          (guint) g_ascii_strtoull (inspector_row_get_cell (row, CELL_SERVICE), NULL, 10),
                          inspector_row_get_cell (row, CELL_INTERFACE), inspector_row_get_cell (row, CELL_METHOD),
                          gtk_editable_get_text (GTK_EDITABLE (page->args)), page->cancellable, invoked_cb,
                          g_object_ref (widget));
}

static char *
get_title (InspectorRow *row)
{
  return g_strdup (inspector_row_get_cell (row, CELL_TITLE));
}

static GtkWidget *
make_choice (Page *page)
{
  GtkExpression *title = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK (get_title), NULL, NULL);
  GtkWidget *choice = gtk_drop_down_new (g_object_ref (G_LIST_MODEL (page->methods)), title);

  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (choice), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, "Method", -1);
  page->choice = GTK_DROP_DOWN (choice);

  return choice;
}

static GtkWidget *
make_args (Page *page)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  page->args = GTK_ENTRY (gtk_entry_new ());
  gtk_entry_set_placeholder_text (page->args, "'a text', 3");
  gtk_widget_set_hexpand (GTK_WIDGET (page->args), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (page->args), GTK_ACCESSIBLE_PROPERTY_LABEL, "Arguments", -1);
  page->button = gtk_button_new_with_mnemonic ("_Call");
  gtk_widget_add_css_class (page->button, "suggested-action");
  gtk_widget_set_sensitive (page->button, FALSE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page->args));
  gtk_box_append (GTK_BOX (box), page->button);

  return box;
}

static GtkWidget *
make_results (Page *page)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_text_view_new ();

  page->results = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_view_set_editable (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Results", -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_scrolled_window_set_has_frame (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_widget_set_vexpand (scrolled, TRUE);

  return scrolled;
}

GtkWidget *
inspector_invoke_page_new (InspectorFeed *feed)
{
  Page *page = g_new0 (Page, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  page->feed = feed;
  page->methods = g_list_store_new (INSPECTOR_TYPE_ROW);
  page->cancellable = g_cancellable_new ();
  page->type = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (page->type, 0);
  gtk_widget_set_margin_top (box, 18);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  gtk_box_append (GTK_BOX (box), make_choice (page));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page->type));
  gtk_box_append (GTK_BOX (box), make_args (page));
  gtk_box_append (GTK_BOX (box), make_results (page));

  g_object_set_data_full (G_OBJECT (box), "page", page, page_free);
  g_signal_connect_object (box, "destroy", G_CALLBACK (g_cancellable_cancel), page->cancellable, G_CONNECT_SWAPPED);
  g_signal_connect_object (feed, "updated", G_CALLBACK (updated_cb), box, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->choice, "notify::selected-item", G_CALLBACK (chosen_cb), box, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->button, "clicked", G_CALLBACK (invoke_cb), box, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->args, "activate", G_CALLBACK (invoke_cb), box, G_CONNECT_SWAPPED);
  chosen_cb (box);

  return box;
}
