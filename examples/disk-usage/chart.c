/* chart.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A ring with a segment for each of the largest entries. It is used in the main thread, as all widgets. */

#include <math.h>
#include <glib/gi18n.h>

#include "chart.h"
#include "demo-disk-usage.h"

#define N_SEGMENTS 7
#define GAP 0.03  /* radians, between segments */
#define HOLE 0.72 /* of the radius: there is a text in it */

struct _DiskUsageChart
{
  GtkWidget parent_instance;

  GListModel *model; /* (owned) (nullable): of DemoEntry, the largest first */
};

G_DEFINE_FINAL_TYPE (DiskUsageChart, disk_usage_chart, GTK_TYPE_WIDGET)

typedef enum
{
  PROP_MODEL = 1,
} DiskUsageChartProperty;

static GParamSpec *properties[PROP_MODEL + 1];

/* GNOME's palette; the last one is for all smaller entries. */
static const char *const colors[N_SEGMENTS + 1] = {
  "#3584e4", "#33d17a", "#f6d32d", "#ff7800", "#e01b24", "#9141ac", "#986a44", "#9a9996"
};

/* Returns the color of the entry at @position. */
const char *
disk_usage_chart_get_color (guint position)
{
  return colors[MIN (position, N_SEGMENTS)];
}

/* Gets the sizes of the segments, and their sum. */
static guint64
get_segments (DiskUsageChart *self,
              guint64         segments[N_SEGMENTS + 1])
{
  guint n = self->model != NULL ? g_list_model_get_n_items (self->model) : 0;
  guint64 sum = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DemoEntry) entry = g_list_model_get_item (self->model, i);

      segments[MIN (i, N_SEGMENTS)] += demo_entry_get_size (entry);
      sum += demo_entry_get_size (entry);
    }

  return sum;
}

static void
draw_segment (cairo_t       *cr,
              const GdkRGBA *color,
              double         begin,
              double         end)
{
  gdk_cairo_set_source_rgba (cr, color);
  cairo_arc (cr, 0, 0, 1, begin, end);
  cairo_arc_negative (cr, 0, 0, HOLE, end, begin);
  cairo_close_path (cr);
  cairo_fill (cr);
}

/* The ring, as long as nothing is in it. */
static void
draw_ring (GtkWidget *widget,
           cairo_t   *cr)
{
  GdkRGBA color;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  color.alpha *= 0.1f;
  draw_segment (cr, &color, 0, 2 * G_PI);
}

static void
draw_segments (cairo_t *cr,
               guint64  segments[N_SEGMENTS + 1],
               guint64  sum)
{
  double angle = -G_PI_2;

  for (guint i = 0; i <= N_SEGMENTS; i++)
    {
      double part = 2 * G_PI * (double) segments[i] / (double) sum;
      double gap = segments[i] < sum ? GAP : 0;
      GdkRGBA color;

      gdk_rgba_parse (&color, disk_usage_chart_get_color (i));
      if (part > gap)
        draw_segment (cr, &color, angle, angle + part - gap);
      angle += part;
    }
}

static void
disk_usage_chart_snapshot (GtkWidget   *widget,
                           GtkSnapshot *snapshot)
{
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  guint64 segments[N_SEGMENTS + 1] = { 0 };
  guint64 sum = get_segments (DISK_USAGE_CHART (widget), segments);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));

  cairo_translate (cr, width / 2, height / 2);
  cairo_scale (cr, MIN (width, height) / 2, MIN (width, height) / 2);
  if (sum > 0)
    draw_segments (cr, segments, sum);
  else
    draw_ring (widget, cr);
  cairo_destroy (cr);
}

static void
disk_usage_chart_measure (GtkWidget      *widget,
                          GtkOrientation  orientation,
                          int             for_size,
                          int            *minimum,
                          int            *natural,
                          int            *minimum_baseline,
                          int            *natural_baseline)
{
  *minimum = 240;
  *natural = 280;
}

/* Screen readers say which entry is the largest. */
static void
describe (DiskUsageChart *self)
{
  guint64 segments[N_SEGMENTS + 1] = { 0 };
  guint64 sum = get_segments (self, segments);
  g_autoptr (DemoEntry) largest = self->model != NULL ? g_list_model_get_item (self->model, 0) : NULL;
  g_autofree char *text = NULL;

  if (largest == NULL || sum == 0)
    text = g_strdup (_("Nothing was found"));
  else if (*demo_entry_get_name (largest) == '\0')
    text = g_strdup_printf (_("Files occupy %.0f %%"), 100. * (double) segments[0] / (double) sum);
  else
    text = g_strdup_printf (_("“%s” occupies %.0f %%"), demo_entry_get_name (largest),
                            100. * (double) segments[0] / (double) sum);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
items_changed_cb (DiskUsageChart *self)
{
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_model (DiskUsageChart *self,
           GListModel     *model)
{
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_func (self->model, items_changed_cb, self);
  g_set_object (&self->model, model);
  if (model != NULL)
    g_signal_connect_swapped (model, "items-changed", G_CALLBACK (items_changed_cb), self);
  items_changed_cb (self);
}

static void
disk_usage_chart_set_property (GObject      *object,
                               guint         property_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  switch ((DiskUsageChartProperty) property_id)
    {
    case PROP_MODEL:
      set_model (DISK_USAGE_CHART (object), g_value_get_object (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
disk_usage_chart_dispose (GObject *object)
{
  DiskUsageChart *self = DISK_USAGE_CHART (object);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_func (self->model, items_changed_cb, self);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (disk_usage_chart_parent_class)->dispose (object);
}

static void
disk_usage_chart_class_init (DiskUsageChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->set_property = disk_usage_chart_set_property;
  object_class->dispose = disk_usage_chart_dispose;
  widget_class->snapshot = disk_usage_chart_snapshot;
  widget_class->measure = disk_usage_chart_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);

  properties[PROP_MODEL] =
    g_param_spec_object ("model", NULL, NULL, G_TYPE_LIST_MODEL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
disk_usage_chart_init (DiskUsageChart *self)
{
}
