/* inspector-plots-page.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The methods that were called, and plots of the one that is selected. */

#include <glib/gi18n-lib.h>

#include "inspector-pages.h"
#include "inspector-plot.h"
#include "inspector-table.h"

static const InspectorColumn columns[] = {
  { N_ ("Method"), FALSE, TRUE },
  { N_ ("Service"), TRUE, FALSE },
  { N_ ("Calls/s"), TRUE, FALSE },
  { N_ ("Median"), TRUE, FALSE },
  { N_ ("99 %"), TRUE, FALSE },
  { N_ ("Failed"), TRUE, FALSE },
};

static const char * const rate_lines[] = { N_ ("Calls/s") };
static const char * const latency_lines[] = { N_ ("Median"), N_ ("90 %"), N_ ("99 %") };

typedef struct
{
  InspectorFeed      *feed;    /* (unowned): lives longer than the page */
  GListStore         *methods; /* (owned): of InspectorRow */
  GtkSingleSelection *selection; /* (owned) */
  InspectorPlot      *rates;     /* (unowned) */
  InspectorPlot      *latencies; /* (unowned) */
} Page;

static void
page_free (gpointer data)
{
  Page *page = data;

  g_object_unref (page->methods);
  g_object_unref (page->selection);
  g_free (page);
}

static double
get_rate (gconstpointer sample,
          guint         line G_GNUC_UNUSED)
{
  return ((const InspectorSample *) sample)->rate;
}

static double
get_latency (gconstpointer sample,
             guint         line)
{
  const InspectorSample *self = sample;
  gint64 latencies[] = { self->median, self->p90, self->p99 };

  return latencies[line] > 0 ? (double) latencies[line] : -1;
}

static char *
format_rate (double value)
{
  return g_strdup_printf (value >= 100 || value == 0 ? "%.0f" : "%.1f", value);
}

static char *
format_latency (double value)
{
  if (value >= 1e9)
    return g_strdup_printf ("%.0f s", value / 1e9);
  if (value >= 1e6)
    return g_strdup_printf ("%.0f ms", value / 1e6);
  if (value >= 1e3)
    return g_strdup_printf ("%.0f µs", value / 1e3);

  return g_strdup_printf ("%.0f ns", value);
}

static void
show_method (Page         *page,
             InspectorRow *row,
             GVariant     *method)
{
  InspectorSample summary;

  inspector_feed_summarize (page->feed, inspector_row_get_key (row), &summary);
  inspector_row_take_cell (row, 0, g_strdup_printf ("%s.%s", inspector_get_string (method, "interface"),
                                                    inspector_get_string (method, "method")));
  inspector_row_take_cell (row, 1, g_strdup_printf ("%u", inspector_get_uint (method, "service")));
  inspector_row_take_cell (row, 2, g_strdup_printf ("%.1f", summary.rate));
  inspector_row_take_cell (row, 3, summary.median > 0 ? inspector_format_time (summary.median) : g_strdup (""));
  inspector_row_take_cell (row, 4, summary.median > 0 ? inspector_format_time (summary.p99) : g_strdup (""));
  inspector_row_take_cell (row, 5, g_strdup_printf ("%" G_GUINT64_FORMAT, inspector_get_uint64 (method, "failed")));
}

static int
compare_keys (gconstpointer a,
              gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Shows the methods in an order that does not change when others are called. */
static void
show_methods (Page *page)
{
  GVariant *methods = inspector_feed_get_methods (page->feed);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                         (GDestroyNotify) g_variant_unref);
  guint position = 0;

  for (gsize i = 0; i < g_variant_n_children (methods); i++)
    {
      GVariant *method = g_variant_get_child_value (methods, i);
      char *key = inspector_feed_make_key (method);

      g_ptr_array_add (keys, key);
      g_hash_table_replace (by_key, key, method);
    }
  g_ptr_array_sort (keys, compare_keys);
  for (guint i = 0; i < keys->len; i++)
    show_method (page, inspector_rows_put (page->methods, &position, keys->pdata[i], FALSE),
                 g_hash_table_lookup (by_key, keys->pdata[i]));
  inspector_rows_end (page->methods, position);
}

static void
draw_selected (Page *page)
{
  InspectorRow *row = gtk_single_selection_get_selected_item (page->selection);
  GArray *samples = row != NULL ? inspector_feed_get_samples (page->feed, inspector_row_get_key (row)) : NULL;
  gint64 now = g_get_monotonic_time ();

  inspector_plot_set_samples (page->rates, samples, now);
  inspector_plot_set_samples (page->latencies, samples, now);
}

static void
updated_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");

  show_methods (page);
  draw_selected (page);
}

static void
selected_cb (GtkWidget *widget)
{
  draw_selected (g_object_get_data (G_OBJECT (widget), "page"));
}

static GtkWidget *
make_plots (Page *page)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  page->rates = INSPECTOR_PLOT (inspector_plot_new (_("Calls per Second"), rate_lines, G_N_ELEMENTS (rate_lines), get_rate,
                                                    format_rate, FALSE));
  page->latencies = INSPECTOR_PLOT (inspector_plot_new (_("Latency"), latency_lines, G_N_ELEMENTS (latency_lines),
                                                        get_latency, format_latency, TRUE));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page->rates));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (page->latencies));

  return box;
}

GtkWidget *
inspector_plots_page_new (InspectorFeed *feed)
{
  Page *page = g_new0 (Page, 1);
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);

  page->feed = feed;
  page->methods = g_list_store_new (INSPECTOR_TYPE_ROW);
  page->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (page->methods)));
  gtk_paned_set_start_child (GTK_PANED (paned),
                             inspector_table_new (GTK_SELECTION_MODEL (g_object_ref (page->selection)), columns,
                                                  G_N_ELEMENTS (columns)));
  gtk_paned_set_end_child (GTK_PANED (paned), make_plots (page));
  gtk_paned_set_position (GTK_PANED (paned), 170);

  g_object_set_data_full (G_OBJECT (paned), "page", page, page_free);
  g_signal_connect_object (feed, "updated", G_CALLBACK (updated_cb), paned, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->selection, "notify::selected", G_CALLBACK (selected_cb), paned, G_CONNECT_SWAPPED);

  return paned;
}
