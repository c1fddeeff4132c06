/* inspector-sequence-page.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The last events as a sequence diagram, which follows them as long as it is scrolled to its end. Elsewhere it stays as it
 * is, because the events that are read would move away.
 */

#include <glib/gi18n-lib.h>

#include "inspector-pages.h"
#include "inspector-sequence.h"

typedef struct
{
  InspectorFeed     *feed;     /* (unowned): lives longer than the page */
  InspectorSequence *sequence; /* (unowned) */
  GtkAdjustment     *vertical; /* (unowned): of the scrolled window */
  guint64            last_event; /* that is shown */
  gboolean           follows;    /* it is scrolled to its end */
} Page;

/* The part that is visible, or the length, has changed. */
static void
scrolled_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");
  double height = gtk_adjustment_get_page_size (page->vertical);
  double end = gtk_adjustment_get_upper (page->vertical) - height;

  if (page->follows && gtk_adjustment_get_value (page->vertical) < end)
    gtk_adjustment_set_value (page->vertical, end);
  inspector_sequence_set_view (page->sequence, gtk_adjustment_get_value (page->vertical), height);
}

static void
moved_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");
  double end = gtk_adjustment_get_upper (page->vertical) - gtk_adjustment_get_page_size (page->vertical);

  page->follows = gtk_adjustment_get_value (page->vertical) >= end - 1;
  scrolled_cb (widget);
}

static void
updated_cb (GtkWidget *widget)
{
  Page *page = g_object_get_data (G_OBJECT (widget), "page");
  GQueue *events = inspector_feed_get_events (page->feed);
  guint64 last = events->tail != NULL ? inspector_get_uint64 (events->tail->data, "serial") : 0;

  if (last == page->last_event || !page->follows)
    return;

  page->last_event = last;
  inspector_sequence_set_layout (page->sequence,
                                 inspector_sequence_layout_new (events, inspector_feed_get_services (page->feed)));
}

GtkWidget *
inspector_sequence_page_new (InspectorFeed *feed)
{
  Page *page = g_new0 (Page, 1);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *viewport = gtk_viewport_new (NULL, NULL);

  page->feed = feed;
  page->follows = TRUE;
  page->sequence = INSPECTOR_SEQUENCE (inspector_sequence_new ());
  gtk_accessible_update_property (GTK_ACCESSIBLE (page->sequence), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Sequence diagram of calls"), -1);
  gtk_viewport_set_child (GTK_VIEWPORT (viewport), GTK_WIDGET (page->sequence));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), viewport);
  gtk_widget_set_vexpand (scrolled, TRUE);
  page->vertical = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));

  g_object_set_data_full (G_OBJECT (scrolled), "page", page, g_free);
  g_signal_connect_object (page->vertical, "changed", G_CALLBACK (scrolled_cb), scrolled, G_CONNECT_SWAPPED);
  g_signal_connect_object (page->vertical, "value-changed", G_CALLBACK (moved_cb), scrolled, G_CONNECT_SWAPPED);
  g_signal_connect_object (feed, "updated", G_CALLBACK (updated_cb), scrolled, G_CONNECT_SWAPPED);

  return scrolled;
}
