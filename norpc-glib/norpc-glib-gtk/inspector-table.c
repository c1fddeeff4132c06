/* inspector-table.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gi18n-lib.h>

#include "inspector-table.h"

/* A cell on the screen. */

static InspectorRow *
get_row (GtkListItem *item)
{
  gpointer object = gtk_list_item_get_item (item);

  return GTK_IS_TREE_LIST_ROW (object) ? gtk_tree_list_row_get_item (object) : g_object_ref (object);
}

static GtkLabel *
get_label (GtkListItem *item)
{
  GtkWidget *child = gtk_list_item_get_child (item);

  return GTK_LABEL (GTK_IS_TREE_EXPANDER (child) ? gtk_tree_expander_get_child (GTK_TREE_EXPANDER (child)) : child);
}

static void
update_cell (InspectorRow *row,
             GtkListItem  *item)
{
  guint cell = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (item), "cell"));
  const char *text = inspector_row_get_cell (row, cell);
  GtkLabel *label = get_label (item);

  gtk_label_set_text (label, text);
  /* The text may be too long for its column. */
  if (gtk_label_get_ellipsize (label) != PANGO_ELLIPSIZE_NONE)
    gtk_widget_set_tooltip_text (GTK_WIDGET (label), *text != '\0' ? text : NULL);
}

static void
setup_cb (GtkListItemFactory *factory,
          GtkListItem        *item,
          gpointer            user_data)
{
  gboolean is_number = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), "is-number"));
  gboolean is_tree = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (factory), "is-tree"));
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *child = label;

  gtk_label_set_xalign (GTK_LABEL (label), is_number ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), is_number ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
  if (is_number)
    gtk_widget_add_css_class (label, "numeric");
  if (is_tree)
    {
      child = gtk_tree_expander_new ();
      gtk_tree_expander_set_child (GTK_TREE_EXPANDER (child), label);
    }
  gtk_list_item_set_child (item, child);
  g_object_set_data (G_OBJECT (item), "cell", user_data);
}

static void
bind_cb (GtkListItemFactory *factory G_GNUC_UNUSED,
         GtkListItem        *item,
         gpointer            user_data G_GNUC_UNUSED)
{
  g_autoptr (InspectorRow) row = get_row (item);
  GtkWidget *child = gtk_list_item_get_child (item);

  if (GTK_IS_TREE_EXPANDER (child))
    gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (child), gtk_list_item_get_item (item));
  g_signal_connect (row, "changed", G_CALLBACK (update_cell), item);
  update_cell (row, item);
  /* A row of a tree has no item any more when it is unbound because it has gone. */
  g_object_set_data_full (G_OBJECT (item), "row", g_steal_pointer (&row), g_object_unref);
}

static void
unbind_cb (GtkListItemFactory *factory G_GNUC_UNUSED,
           GtkListItem        *item,
           gpointer            user_data G_GNUC_UNUSED)
{
  InspectorRow *row = g_object_get_data (G_OBJECT (item), "row");

  g_signal_handlers_disconnect_by_func (row, update_cell, item);
  g_object_set_data (G_OBJECT (item), "row", NULL);
}

static void
add_column (GtkColumnView         *view,
            const InspectorColumn *column,
            guint                  cell,
            gboolean               is_tree)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkColumnViewColumn) view_column = NULL;

  g_object_set_data (G_OBJECT (factory), "is-number", GINT_TO_POINTER (column->is_number));
  g_object_set_data (G_OBJECT (factory), "is-tree", GINT_TO_POINTER (is_tree));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GUINT_TO_POINTER (cell));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);

  view_column = gtk_column_view_column_new (_(column->title), factory);
  gtk_column_view_column_set_expand (view_column, column->expands);
  gtk_column_view_column_set_resizable (view_column, TRUE);
  gtk_column_view_append_column (view, view_column);
}

/* Returns a view in a scrolled window (floating). Takes ownership of @model. */
static GtkWidget *
make_view (GtkSelectionModel     *model,
           const InspectorColumn *columns,
           guint                  n_columns,
           gboolean               is_tree)
{
  GtkWidget *view = gtk_column_view_new (model);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_widget_add_css_class (view, "data-table");
  for (guint i = 0; i < n_columns; i++)
    add_column (GTK_COLUMN_VIEW (view), &columns[i], i, is_tree && i == 0);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  gtk_widget_set_hexpand (scrolled, TRUE);
  gtk_widget_set_vexpand (scrolled, TRUE);

  return scrolled;
}

/* Takes ownership of @model, whose items are rows. Returns a widget (floating). */
GtkWidget *
inspector_table_new (GtkSelectionModel     *model,
                     const InspectorColumn *columns,
                     guint                  n_columns)
{
  return make_view (model, columns, n_columns, FALSE);
}

/* Returns the children (owned) of a row, which come and go, or NULL if it never has any. */
static GListModel *
get_children_cb (gpointer item,
                 gpointer user_data G_GNUC_UNUSED)
{
  GListStore *children = inspector_row_get_children (item);

  return children != NULL ? g_object_ref (G_LIST_MODEL (children)) : NULL;
}

/* Returns a tree (floating), all of it open at first. */
GtkWidget *
inspector_tree_new (GListStore            *rows,
                    const InspectorColumn *columns,
                    guint                  n_columns)
{
  GtkTreeListModel *tree =
    gtk_tree_list_model_new (g_object_ref (G_LIST_MODEL (rows)), FALSE, TRUE, get_children_cb, NULL, NULL);

  return make_view (GTK_SELECTION_MODEL (gtk_single_selection_new (G_LIST_MODEL (tree))), columns, n_columns, TRUE);
}
