/* inspector-services-page.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Threads, their services and methods as a tree, and the calls in flight. */

#include <glib/gi18n-lib.h>

#include "inspector-pages.h"
#include "inspector-table.h"
#include "inspector-words.h"

static const InspectorColumn tree_columns[] = {
  { N_ ("Thread, Service, Method"), FALSE, TRUE },
  { N_ ("State"), FALSE, TRUE },
  { N_ ("Calls"), TRUE, FALSE },
  { N_ ("Calls/s"), TRUE, FALSE },
  { N_ ("Median"), TRUE, FALSE },
  { N_ ("99 %"), TRUE, FALSE },
};

static const InspectorColumn call_columns[] = {
  { N_ ("Call"), TRUE, FALSE },
  { N_ ("Service"), TRUE, FALSE },
  { N_ ("Method"), FALSE, TRUE },
  { N_ ("Arguments"), FALSE, TRUE },
  { N_ ("Stage"), FALSE, FALSE },
  { N_ ("Age"), TRUE, FALSE },
  { N_ ("Time Left"), TRUE, FALSE },
  { N_ ("From"), FALSE, FALSE },
};

typedef struct
{
  InspectorFeed *feed;  /* (unowned): lives longer than the page */
  GListStore    *tree;  /* (owned): of InspectorRow */
  GListStore    *calls; /* (owned): of InspectorRow */
} Page;

static void
page_free (gpointer data)
{
  Page *page = data;

  g_object_unref (page->tree);
  g_object_unref (page->calls);
  g_free (page);
}

static void
show_time (InspectorRow *row,
           guint         cell,
           GVariant     *dict,
           const char   *key)
{
  gint64 time;
  gboolean is_known = g_variant_lookup (dict, key, "x", &time) && time != 0;

  inspector_row_take_cell (row, cell, is_known ? inspector_format_time (time) : g_strdup (""));
}

/* Returns the rates (owned) of a method, or NULL if it has not been called. */
static GVariant *
find_rates (GVariant   *methods,
            guint       service,
            const char *interface,
            const char *method)
{
  for (gsize i = 0; i < g_variant_n_children (methods); i++)
    {
      g_autoptr (GVariant) rates = g_variant_get_child_value (methods, i);

      if (inspector_get_uint (rates, "service") == service &&
          g_str_equal (inspector_get_string (rates, "interface"), interface) &&
          g_str_equal (inspector_get_string (rates, "method"), method))
        return g_steal_pointer (&rates);
    }

  return NULL;
}

static char *
format_failed (guint64 n_failed)
{
  /* Translators: %s is a number of calls. */
  const char *format = g_dngettext (GETTEXT_PACKAGE, "%s failed", "%s failed", (gulong) n_failed);
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, n_failed);

  return g_strdup_printf (format, number);
}

static void
show_rates (Page         *page,
            InspectorRow *row,
            GVariant     *rates)
{
  guint64 n_failed = inspector_get_uint64 (rates, "failed");
  g_autofree char *key = inspector_feed_make_key (rates);
  InspectorSample summary;

  inspector_feed_summarize (page->feed, key, &summary);
  inspector_row_take_cell (row, 1, n_failed > 0 ? format_failed (n_failed) : g_strdup (""));
  inspector_row_take_cell (row, 2, g_strdup_printf ("%" G_GUINT64_FORMAT, inspector_get_uint64 (rates, "calls")));
  inspector_row_take_cell (row, 3, g_strdup_printf ("%.1f", summary.rate));
  inspector_row_take_cell (row, 4, summary.median > 0 ? inspector_format_time (summary.median) : g_strdup (""));
  inspector_row_take_cell (row, 5, summary.median > 0 ? inspector_format_time (summary.p99) : g_strdup (""));
}

static void
show_methods (Page         *page,
              InspectorRow *row,
              GVariant     *service)
{
  g_autoptr (GVariant) methods = g_variant_lookup_value (service, "methods", G_VARIANT_TYPE ("a(sss)"));
  guint position = 0;

  for (gsize i = 0; methods != NULL && i < g_variant_n_children (methods); i++)
    {
      const char *interface, *method, *type;
      g_autoptr (GVariant) rates = NULL;
      g_autofree char *key = NULL;
      InspectorRow *child;

      g_variant_get_child (methods, i, "(&s&s&s)", &interface, &method, &type);
      key = g_strdup_printf ("%s.%s", interface, method);
      child = inspector_rows_put (inspector_row_get_children (row), &position, key, FALSE);
      inspector_row_set_cell (child, 0, key);
      rates = find_rates (inspector_feed_get_methods (page->feed), inspector_get_uint (service, "service"), interface,
                          method);
      if (rates != NULL)
        show_rates (page, child, rates);
    }
  inspector_rows_end (inspector_row_get_children (row), position);
}

static void
show_service (Page         *page,
              InspectorRow *row,
              GVariant     *service)
{
  guint number = inspector_get_uint (service, "service");
  g_autofree char *name = inspector_format_service (service);

  inspector_row_take_cell (row, 0, g_strdup_printf ("%u: %s%s", number, name,
                                                    inspector_get_boolean (service, "exported") ? _(" (object)") : ""));
  inspector_row_take_cell (row, 1, g_strdup_printf (_("%s, %u of %u waiting, %u open"),
                                                    inspector_translate_word (inspector_get_string (service, "phase")),
                                                    inspector_get_uint (service, "waiting"),
                                                    inspector_get_uint (service, "capacity"),
                                                    inspector_get_uint (service, "open")));
  show_methods (page, row, service);
}

/* Shows the services of a thread, if @first is the first service of it. */
static void
show_thread (Page     *page,
             GVariant *services,
             gsize     first,
             guint    *position)
{
  g_autoptr (GVariant) of_first = g_variant_get_child_value (services, first);
  guint64 context = inspector_get_uint64 (of_first, "context");
  g_autofree char *thread_key = g_strdup_printf ("%" G_GUINT64_FORMAT, context);
  InspectorRow *thread = NULL;
  guint child_position = 0;

  for (gsize i = 0; i < g_variant_n_children (services); i++)
    {
      g_autoptr (GVariant) service = g_variant_get_child_value (services, i);
      g_autofree char *key = g_strdup_printf ("%u", inspector_get_uint (service, "service"));

      if (inspector_get_uint64 (service, "context") != context)
        continue;
      if (i < first)
        return;
      if (thread == NULL)
        thread = inspector_rows_put (page->tree, position, thread_key, TRUE);
      show_service (page, inspector_rows_put (inspector_row_get_children (thread), &child_position, key, TRUE), service);
    }

  inspector_row_set_cell (thread, 0, inspector_get_string (of_first, "thread"));
  inspector_row_take_cell (thread, 1, g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u service", "%u services",
                                                                 child_position), child_position));
  inspector_rows_end (inspector_row_get_children (thread), child_position);
}

static void
show_call (InspectorRow *row,
           GVariant     *call)
{
  inspector_row_take_cell (row, 0, g_strdup_printf ("%" G_GUINT64_FORMAT, inspector_get_uint64 (call, "call")));
  inspector_row_take_cell (row, 1, g_strdup_printf ("%u", inspector_get_uint (call, "service")));
  inspector_row_take_cell (row, 2, g_strdup_printf ("%s.%s", inspector_get_string (call, "interface"),
                                                    inspector_get_string (call, "method")));
  inspector_row_set_cell (row, 3, inspector_get_string (call, "args"));
  inspector_row_set_cell (row, 4, inspector_translate_word (inspector_get_string (call, "stage")));
  show_time (row, 5, call, "age");
  show_time (row, 6, call, "time-left");
  inspector_row_set_cell (row, 7, inspector_get_string (call, "client"));
}

static void
show_calls (Page *page)
{
  GVariant *calls = inspector_feed_get_calls (page->feed);
  guint position = 0;

  for (gsize i = 0; i < g_variant_n_children (calls); i++)
    {
      g_autoptr (GVariant) call = g_variant_get_child_value (calls, i);
      g_autofree char *key = g_strdup_printf ("%" G_GUINT64_FORMAT, inspector_get_uint64 (call, "call"));

      show_call (inspector_rows_put (page->calls, &position, key, FALSE), call);
    }
  inspector_rows_end (page->calls, position);
}

static void
updated_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");
  GVariant *services = inspector_feed_get_services (page->feed);
  guint position = 0;

  for (gsize i = 0; i < g_variant_n_children (services); i++)
    show_thread (page, services, i, &position);
  inspector_rows_end (page->tree, position);
  show_calls (page);
}

GtkWidget *
inspector_services_page_new (InspectorFeed *feed)
{
  Page *page = g_new0 (Page, 1);
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  GtkWidget *frame = gtk_frame_new (_("Calls in Flight"));
  GtkNoSelection *selection;

  page->feed = feed;
  page->tree = g_list_store_new (INSPECTOR_TYPE_ROW);
  page->calls = g_list_store_new (INSPECTOR_TYPE_ROW);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (page->calls)));

  gtk_frame_set_child (GTK_FRAME (frame), inspector_table_new (GTK_SELECTION_MODEL (selection), call_columns,
                                                               G_N_ELEMENTS (call_columns)));
  gtk_paned_set_start_child (GTK_PANED (paned), inspector_tree_new (page->tree, tree_columns,
                                                                    G_N_ELEMENTS (tree_columns)));
  gtk_paned_set_end_child (GTK_PANED (paned), frame);
  gtk_paned_set_position (GTK_PANED (paned), 340);

  g_object_set_data_full (G_OBJECT (paned), "page", page, page_free);
  g_signal_connect_object (feed, "updated", G_CALLBACK (updated_cb), paned, G_CONNECT_SWAPPED);

  return paned;
}
