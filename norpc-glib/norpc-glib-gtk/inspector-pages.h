/* inspector-pages.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The pages of the window: widgets (floating) that show what a feed gets, as long as they live. */

#pragma once

#include <gtk/gtk.h>

#include "inspector-feed.h"

G_BEGIN_DECLS

GtkWidget *inspector_services_page_new (InspectorFeed *feed);
GtkWidget *inspector_plots_page_new    (InspectorFeed *feed);
GtkWidget *inspector_sequence_page_new (InspectorFeed *feed);
GtkWidget *inspector_invoke_page_new   (InspectorFeed *feed);
GtkWidget *inspector_lints_page_new    (InspectorFeed *feed);

G_END_DECLS
