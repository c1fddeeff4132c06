/* inspector-invoke-page.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls methods by hand. */

#include <glib/gi18n-lib.h>

#include "inspector-pages.h"
#include "inspector-row.h"

typedef struct
{
  InspectorFeed *feed;    /* (unowned): lives longer than the page */
  GListStore    *methods; /* (owned): of InspectorRow, whose cells are a service, an interface, a method and a type */
  GtkDropDown   *choice;  /* (unowned) */
  GtkLabel      *type;    /* (unowned) */
  GtkEntry      *args;    /* (unowned) */
  GtkWidget     *button;  /* (unowned) */
  GtkWidget     *cancel_button; /* (unowned): visible while a call is in flight */
  GtkTextBuffer *results; /* (unowned) */
  GCancellable  *cancellable; /* (owned): of the last call */
  gboolean       is_gone;     /* the page was removed from its window */
} Page;

enum
{
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
  /* The search looks only at the beginning, before GTK 4.12. */
  g_autofree char *title = g_strdup_printf ("%s (%u: %s)", method, service, interface);
  InspectorRow *row = inspector_rows_put (page->methods, position, title, FALSE);

  inspector_row_take_cell (row, CELL_SERVICE, g_strdup_printf ("%u", service));
  inspector_row_set_cell (row, CELL_INTERFACE, interface);
  inspector_row_set_cell (row, CELL_METHOD, method);
  inspector_row_set_cell (row, CELL_TYPE, type);
}

/* Shows what the method that is chosen takes. */
static void
show_type (Page *page)
{
  InspectorRow *row = gtk_drop_down_get_selected_item (page->choice);
  const char *type = row != NULL ? inspector_row_get_cell (row, CELL_TYPE) : NULL;
  gboolean has_args = type != NULL && !g_str_equal (type, "()");
  g_autofree char *text = NULL;

  if (has_args)
    text = g_strdup_printf (_("Arguments of the type %s, in the text format of GVariant:"), type);
  else
    text = g_strdup (row != NULL ? _("The method has no arguments.") : _("There is no method"));
  gtk_label_set_text (page->type, text);
  gtk_widget_set_sensitive (GTK_WIDGET (page->args), has_args);
}

static gboolean
is_calling (Page *page)
{
  return gtk_widget_get_visible (page->cancel_button);
}

/* One button takes the place of the other one, and its focus. */
static void
set_calling (Page     *page,
             gboolean  calling)
{
  GtkWidget *shown = calling ? page->cancel_button : page->button;
  GtkWidget *hidden = calling ? page->button : page->cancel_button;

  gtk_widget_set_visible (shown, TRUE);
  if (gtk_widget_has_focus (hidden))
    gtk_widget_grab_focus (shown);
  gtk_widget_set_visible (hidden, FALSE);
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
  /* Those of the method that was chosen before. */
  if (!is_calling (page))
    gtk_text_buffer_set_text (page->results, "", -1);
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

  if (page->is_gone)
    return;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gtk_text_buffer_set_text (page->results, _("The call was cancelled."), -1);
  else if (results == NULL)
    gtk_text_buffer_set_text (page->results, error->message, -1);
  else
    gtk_text_buffer_set_text (page->results, *results != '\0' ? results : _("The call succeeded, and has no results."), -1);
  set_calling (page, FALSE);
}

static void
invoke_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");
  InspectorRow *row = gtk_drop_down_get_selected_item (page->choice);
  gboolean has_args = gtk_widget_get_sensitive (GTK_WIDGET (page->args));

  if (row == NULL || is_calling (page))
    return;

  set_calling (page, TRUE);
  gtk_text_buffer_set_text (page->results, _("Calling…"), -1);
  g_clear_object (&page->cancellable);
  page->cancellable = g_cancellable_new ();
  norpc_inspector_invoke (inspector_feed_get_inspector (page->feed),
                          (guint) g_ascii_strtoull (inspector_row_get_cell (row, CELL_SERVICE), NULL, 10),
                          inspector_row_get_cell (row, CELL_INTERFACE), inspector_row_get_cell (row, CELL_METHOD),
                          has_args ? gtk_editable_get_text (GTK_EDITABLE (page->args)) : "", page->cancellable,
                          invoked_cb, g_object_ref (widget));
}

static void
cancel_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");

  g_cancellable_cancel (page->cancellable);
}

/* The page is in a window, or no longer. A call that is in flight keeps the page. */
static void
root_changed_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");

  page->is_gone = gtk_widget_get_root (widget) == NULL;
  if (page->is_gone)
    g_cancellable_cancel (page->cancellable);
}

/* The key is the title, which a row has from the start. */
static char *
get_title (InspectorRow *row)
{
  return g_strdup (inspector_row_get_key (row));
}

static GtkWidget *
make_choice (Page *page)
{
  GtkExpression *title = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK (get_title), NULL, NULL);
  GtkWidget *choice = gtk_drop_down_new (g_object_ref (G_LIST_MODEL (page->methods)), title);

  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (choice), TRUE);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (choice), "search-match-mode") != NULL)
    g_object_set (choice, "search-match-mode", GTK_STRING_FILTER_MATCH_MODE_SUBSTRING, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Method"), -1);
  page->choice = GTK_DROP_DOWN (choice);

  return choice;
}

static GtkWidget *
make_args (Page *page)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  page->args = GTK_ENTRY (gtk_entry_new ());
  gtk_entry_set_placeholder_text (page->args, _("'a text', 3"));
  gtk_widget_set_hexpand (GTK_WIDGET (page->args), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (page->args), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Arguments"), -1);
  page->button = gtk_button_new_with_mnemonic (_("_Call"));
  gtk_widget_add_css_class (page->button, "suggested-action");
  gtk_widget_set_sensitive (page->button, FALSE);
  page->cancel_button = gtk_button_new_with_mnemonic (_("_Cancel"));
  gtk_widget_set_visible (page->cancel_button, FALSE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page->args));
  gtk_box_append (GTK_BOX (box), page->button);
  gtk_box_append (GTK_BOX (box), page->cancel_button);

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
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Results"), -1);
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
  g_signal_connect (box, "notify::root", G_CALLBACK (root_changed_cb), NULL);
  g_signal_connect_object (feed, "updated", G_CALLBACK (updated_cb), box, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->choice, "notify::selected-item", G_CALLBACK (chosen_cb), box, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->button, "clicked", G_CALLBACK (invoke_cb), box, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->cancel_button, "clicked", G_CALLBACK (cancel_cb), box, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->args, "activate", G_CALLBACK (invoke_cb), box, G_CONNECT_SWAPPED);
  chosen_cb (box);

  return box;
}
