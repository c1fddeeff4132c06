/* inspector-lints-page.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signs of mistakes. */

#include <glib/gi18n-lib.h>

#include "inspector-pages.h"
#include "inspector-table.h"

static const InspectorColumn columns[] = {
  { N_ ("Lint"), FALSE, FALSE },
  { N_ ("Times"), TRUE, FALSE },
  { N_ ("Service"), TRUE, FALSE },
  { N_ ("Method"), FALSE, TRUE },
  { N_ ("Worst Case"), FALSE, TRUE },
};

typedef struct
{
  InspectorFeed *feed;  /* (unowned): lives longer than the page */
  GListStore    *lints; /* (owned): of InspectorRow */
} Page;

static void
page_free (gpointer data)
{
  Page *page = data;

  g_object_unref (page->lints);
  g_free (page);
}

static void
show_lint (InspectorRow *row,
           GVariant     *lint)
{
  const char *method = inspector_get_string (lint, "method");
  guint service = inspector_get_uint (lint, "service");

  inspector_row_set_cell (row, 0, inspector_get_string (lint, "name"));
  inspector_row_take_cell (row, 1, g_strdup_printf ("%" G_GUINT64_FORMAT, inspector_get_uint64 (lint, "count")));
  inspector_row_take_cell (row, 2, service != 0 ? g_strdup_printf ("%u", service) : g_strdup (""));
  inspector_row_take_cell (row, 3, *method != '\0' ? g_strdup_printf ("%s.%s", inspector_get_string (lint, "interface"),
                                                                      method)
                                                   : g_strdup (""));
  inspector_row_set_cell (row, 4, inspector_get_string (lint, "text"));
}

/* Returns what tells a lint from others (owned): the same as in the other process. Its text changes, except for that of
 * a warning.
 */
static char *
make_key (GVariant *lint)
{
  const char *name = inspector_get_string (lint, "name");

  return g_strdup_printf ("%s %u %s.%s %s", name, inspector_get_uint (lint, "service"),
                          inspector_get_string (lint, "interface"), inspector_get_string (lint, "method"),
                          g_str_equal (name, "warning") ? inspector_get_string (lint, "text") : "");
}

static void
updated_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");
  GVariant *lints = inspector_feed_get_lints (page->feed);
  guint position = 0;

  for (gsize i = 0; i < g_variant_n_children (lints); i++)
    {
      g_autoptr (GVariant) lint = g_variant_get_child_value (lints, i);
      g_autofree char *key = make_key (lint);

      show_lint (inspector_rows_put (page->lints, &position, key, FALSE), lint);
    }
  inspector_rows_end (page->lints, position);
}

GtkWidget *
inspector_lints_page_new (InspectorFeed *feed)
{
  Page *page = g_new0 (Page, 1);
  GtkNoSelection *selection;
  GtkWidget *table;

  page->feed = feed;
  page->lints = g_list_store_new (INSPECTOR_TYPE_ROW);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (page->lints)));
  table = inspector_table_new (GTK_SELECTION_MODEL (selection), columns, G_N_ELEMENTS (columns));

  g_object_set_data_full (G_OBJECT (table), "page", page, page_free);
  g_signal_connect_object (feed, "updated", G_CALLBACK (updated_cb), table, G_CONNECT_SWAPPED);

  return table;
}
