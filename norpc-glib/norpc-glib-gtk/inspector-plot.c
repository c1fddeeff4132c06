/* inspector-plot.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "inspector-feed.h"
#include "inspector-plot.h"

#define MARGIN_LEFT 76
#define MARGIN_RIGHT 12
#define MARGIN_TOP 34
#define MARGIN_BOTTOM 24
#define N_GRID 4

struct _InspectorPlot
{
  GtkWidget parent_instance;

  char                     *title;  /* (owned) */
  const char * const       *lines;  /* (unowned): static names */
  guint                     n_lines;
  InspectorPlotFunc         func;
  InspectorPlotFormatFunc   format;
  gboolean                  is_logarithmic;

  GArray *samples; /* (owned) (nullable): of InspectorSample */
  gint64  now;     /* at the right end */
};

G_DEFINE_FINAL_TYPE (InspectorPlot, inspector_plot, GTK_TYPE_WIDGET)

/* The area for the lines, and the values at its ends. */
typedef struct
{
  double x, y, width, height;
  double lowest, highest;
} Area;

/* Of GNOME's palette: blue, orange, red. */
static const GdkRGBA colors[] = {
  { 0.21f, 0.52f, 0.89f, 1 },
  { 0.90f, 0.38f, 0.00f, 1 },
  { 0.75f, 0.11f, 0.16f, 1 },
};

static void
inspector_plot_finalize (GObject *object)
{
  InspectorPlot *self = INSPECTOR_PLOT (object);

  g_free (self->title);
  g_clear_pointer (&self->samples, g_array_unref);

  G_OBJECT_CLASS (inspector_plot_parent_class)->finalize (object);
}

static double
get_value (InspectorPlot *self,
           guint          sample,
           guint          line)
{
  return self->func (&g_array_index (self->samples, InspectorSample, sample), line);
}

/* Returns the next number whose quarters are round. */
static double
get_round_number (double value)
{
  double power = value > 0 ? pow (10, floor (log10 (value))) : 1;
  double steps[] = { 1, 2, 4, 6, 8 };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (value <= steps[i] * power)
      return steps[i] * power;

  return 10 * power;
}

/* Sets the values at the ends of the area. */
static void
find_range (InspectorPlot *self,
            Area          *area)
{
  double lowest = G_MAXDOUBLE, highest = 0;

  for (guint i = 0; self->samples != NULL && i < self->samples->len; i++)
    for (guint line = 0; line < self->n_lines; line++)
      {
        double value = get_value (self, i, line);

        if (value >= 0)
          {
            lowest = MIN (lowest, value);
            highest = MAX (highest, value);
          }
      }

  if (self->is_logarithmic)
    {
      /* Whole powers of ten. */
      area->lowest = highest > 0 ? pow (10, floor (log10 (MAX (lowest, 1)))) : 1000;
      area->highest = highest > 0 ? pow (10, ceil (log10 (highest))) : 1000000;
      area->highest = MAX (area->highest, area->lowest * 10);
      return;
    }

  area->lowest = 0;
  area->highest = get_round_number (highest);
}

static double
get_y (InspectorPlot *self,
       const Area    *area,
       double         value)
{
  double part = self->is_logarithmic
                  ? log (MAX (value, area->lowest) / area->lowest) / log (area->highest / area->lowest)
                  : value / area->highest;

  return area->y + area->height * (1 - part);
}

static double
get_x (InspectorPlot *self,
       const Area    *area,
       gint64         time)
{
  return area->x + area->width * (1 - (double) (self->now - time) / INSPECTOR_HISTORY);
}

/* @x_part and @y_part are the parts of the text that are left of, or above, the point. */
static void
draw_text (InspectorPlot *self,
           cairo_t       *cr,
           double         x,
           double         y,
           double         x_part,
           double         y_part,
           const char    *text)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, x - width * x_part, y - height * y_part);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_grid (InspectorPlot *self,
           cairo_t       *cr,
           const Area    *area,
           const GdkRGBA *foreground)
{
  int n = self->is_logarithmic ? (int) round (log10 (area->highest / area->lowest)) : N_GRID;
  int step = MAX (n / N_GRID, 1);

  cairo_set_line_width (cr, 1);
  for (int i = 0; i <= n; i += step)
    {
      double value = self->is_logarithmic ? area->lowest * pow (10, i) : area->highest * i / n;
      double y = floor (get_y (self, area, value)) + 0.5;
      g_autofree char *text = self->format (value);

      cairo_set_source_rgba (cr, foreground->red, foreground->green, foreground->blue, 0.15);
      cairo_move_to (cr, area->x, y);
      cairo_line_to (cr, area->x + area->width, y);
      cairo_stroke (cr);
      gdk_cairo_set_source_rgba (cr, foreground);
      draw_text (self, cr, area->x - 8, y, 1, 0.5, text);
    }

  draw_text (self, cr, area->x, area->y + area->height + 4, 0, 0, _("−60 s"));
  draw_text (self, cr, area->x + area->width, area->y + area->height + 4, 1, 0, _("now"));
}

/* A value alone is a point. Those of the lines before are larger, so that they can all be seen if they are equal. */
static void
draw_point (InspectorPlot *self,
            cairo_t       *cr,
            guint          line,
            double         x,
            double         y)
{
  cairo_new_path (cr);
  cairo_arc (cr, x, y, 2 + 1.5 * (self->n_lines - line), 0, 2 * G_PI);
  cairo_fill (cr);
}

/* Draws a line, with gaps where it has no values. */
static void
draw_line (InspectorPlot *self,
           cairo_t       *cr,
           const Area    *area,
           guint          line)
{
  double last_x = 0, last_y = 0;
  guint n_drawn = 0;

  gdk_cairo_set_source_rgba (cr, &colors[line]);
  cairo_set_line_width (cr, 2);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  for (guint i = 0; i <= self->samples->len; i++)
    {
      double value = i < self->samples->len ? get_value (self, i, line) : -1;

      if (value >= 0)
        {
          last_x = get_x (self, area, g_array_index (self->samples, InspectorSample, i).time);
          last_y = get_y (self, area, value);
          cairo_line_to (cr, last_x, last_y);
          n_drawn++;
          continue;
        }
      if (n_drawn > 1)
        cairo_stroke (cr);
      else if (n_drawn == 1)
        draw_point (self, cr, line, last_x, last_y);
      n_drawn = 0;
    }
}

/* Draws the title, and the names of the lines in their colors. */
static void
draw_header (InspectorPlot *self,
             cairo_t       *cr,
             const Area    *area,
             const GdkRGBA *foreground)
{
  double x = area->x + area->width;

  gdk_cairo_set_source_rgba (cr, foreground);
  draw_text (self, cr, area->x, 8, 0, 0, self->title);

  for (guint i = self->n_lines; i-- > 0 && self->n_lines > 1;)
    {
      gdk_cairo_set_source_rgba (cr, &colors[i]);
      draw_text (self, cr, x, 8, 1, 0, _(self->lines[i]));
      x -= 80;
    }
}

static void
inspector_plot_snapshot (GtkWidget   *widget,
                         GtkSnapshot *snapshot)
{
  InspectorPlot *self = INSPECTOR_PLOT (widget);
  float width = (float) gtk_widget_get_width (widget), height = (float) gtk_widget_get_height (widget);
  Area area = { MARGIN_LEFT, MARGIN_TOP, width - MARGIN_LEFT - MARGIN_RIGHT, height - MARGIN_TOP - MARGIN_BOTTOM, 0, 0 };
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  GdkRGBA foreground;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &foreground);
  find_range (self, &area);
  draw_header (self, cr, &area, &foreground);
  draw_grid (self, cr, &area, &foreground);

  cairo_rectangle (cr, area.x, area.y - 2, area.width, area.height + 4);
  cairo_clip (cr);
  for (guint i = 0; self->samples != NULL && i < self->n_lines; i++)
    draw_line (self, cr, &area, i);
  cairo_destroy (cr);
}

static void
inspector_plot_measure (GtkWidget      *widget G_GNUC_UNUSED,
                        GtkOrientation  orientation,
                        int             for_size G_GNUC_UNUSED,
                        int            *minimum,
                        int            *natural,
                        int            *minimum_baseline G_GNUC_UNUSED,
                        int            *natural_baseline G_GNUC_UNUSED)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 320 : 140;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 560 : 220;
}

static void
inspector_plot_class_init (InspectorPlotClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = inspector_plot_finalize;
  widget_class->snapshot = inspector_plot_snapshot;
  widget_class->measure = inspector_plot_measure;
  gtk_widget_class_set_css_name (widget_class, "plot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
inspector_plot_init (InspectorPlot *self)
{
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
}

/* Returns a widget (floating). @lines are at most as many as there are colors. */
GtkWidget *
inspector_plot_new (const char              *title,
                    const char * const      *lines,
                    guint                    n_lines,
                    InspectorPlotFunc        func,
                    InspectorPlotFormatFunc  format,
                    gboolean                 is_logarithmic)
{
  InspectorPlot *self = g_object_new (INSPECTOR_TYPE_PLOT, NULL);

  g_return_val_if_fail (n_lines <= G_N_ELEMENTS (colors), GTK_WIDGET (self));

  self->title = g_strdup (title);
  self->lines = lines;
  self->n_lines = n_lines;
  self->func = func;
  self->format = format;
  self->is_logarithmic = is_logarithmic;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);

  return GTK_WIDGET (self);
}

/* @samples is nullable. */
void
inspector_plot_set_samples (InspectorPlot *self,
                            GArray        *samples,
                            gint64         now)
{
  g_clear_pointer (&self->samples, g_array_unref);
  self->samples = samples != NULL ? g_array_ref (samples) : NULL;
  self->now = now;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
