/* inspector-plot.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Draws lines of values over the last minute. */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define INSPECTOR_TYPE_PLOT (inspector_plot_get_type ())
G_DECLARE_FINAL_TYPE (InspectorPlot, inspector_plot, INSPECTOR, PLOT, GtkWidget)

/* Returns the value of a line at a sample, or a negative number if it has none there. */
typedef double (*InspectorPlotFunc) (gconstpointer sample,
                                     guint         line);

/* Returns the text (owned) of a value on the axis. */
typedef char *(*InspectorPlotFormatFunc) (double value);

GtkWidget *inspector_plot_new         (const char              *title,
                                       const char * const      *lines,
                                       guint                    n_lines,
                                       InspectorPlotFunc        func,
                                       InspectorPlotFormatFunc  format,
                                       gboolean                 is_logarithmic);
void       inspector_plot_set_samples (InspectorPlot           *self,
                                       GArray                  *samples,
                                       gint64                   now);

G_END_DECLS
