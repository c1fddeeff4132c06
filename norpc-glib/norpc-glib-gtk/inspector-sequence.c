/* inspector-sequence.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <math.h>

#include "inspector-sequence.h"

#define HEADER_HEIGHT 40
#define ROW_HEIGHT 26
#define COLUMN_WIDTH 290
#define TIME_WIDTH 90
#define ARC_WIDTH 60 /* at most, to the right of a service */
#define HEAD_SIZE 6
#define TEXT_OFFSET 28 /* most arcs are narrower */

struct _InspectorSequence
{
  GtkWidget parent_instance;

  InspectorSequenceLayout *layout; /* (owned) (nullable) */
  double                   top;    /* of the part that is visible, in pixels */
  double                   height; /* of the part that is visible, in pixels */
};

G_DEFINE_FINAL_TYPE (InspectorSequence, inspector_sequence, GTK_TYPE_WIDGET)

/* Of GNOME's palette. */
static const GdkRGBA call_color = { 0.21f, 0.52f, 0.89f, 1 };
static const GdkRGBA reply_color = { 0.15f, 0.64f, 0.41f, 1 };
static const GdkRGBA failure_color = { 0.75f, 0.11f, 0.16f, 1 };

static void
inspector_sequence_finalize (GObject *object)
{
  InspectorSequence *self = INSPECTOR_SEQUENCE (object);

  g_clear_pointer (&self->layout, inspector_sequence_layout_free);

  G_OBJECT_CLASS (inspector_sequence_parent_class)->finalize (object);
}

static double
get_column_x (guint column)
{
  return TIME_WIDTH + COLUMN_WIDTH * (column + 0.5);
}

static double
get_row_y (double row)
{
  return HEADER_HEIGHT + ROW_HEIGHT * (row + 0.9);
}

/* Draws a text that is at most @width pixels wide; @part of it is left of @x. */
static void
draw_text (InspectorSequence *self,
           cairo_t           *cr,
           double             x,
           double             y,
           double             part,
           double             width,
           const char        *text)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  int text_width, text_height;

  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  cairo_move_to (cr, x - text_width * part, y - text_height);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_head (cairo_t *cr,
           double   x,
           double   y,
           double   direction)
{
  cairo_move_to (cr, x, y);
  cairo_line_to (cr, x - direction * HEAD_SIZE, y - HEAD_SIZE / 2.0);
  cairo_line_to (cr, x - direction * HEAD_SIZE, y + HEAD_SIZE / 2.0);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static const GdkRGBA *
get_color (const InspectorArrow *arrow)
{
  if (!arrow->is_reply)
    return &call_color;

  return arrow->failed ? &failure_color : &reply_color;
}

/* Draws the arc from a call to its reply, beside the column of the service; a wider one for calls that take many
 * rows. The part from the start of the handler is thicker.
 */
static void
draw_arc (cairo_t              *cr,
          const InspectorArrow *arrow)
{
  double x = get_column_x (arrow->service);
  double from = get_row_y (arrow->sent_row), to = get_row_y (arrow->row);
  double width = MIN (12 + 6 * sqrt (arrow->row - (guint) arrow->sent_row), ARC_WIDTH);

  cairo_set_line_width (cr, 1.5);
  cairo_move_to (cr, x, from);
  cairo_curve_to (cr, x + width, from, x + width, to, x, to);
  cairo_stroke (cr);

  /* The handler starts somewhere between the row before and the next one. */
  if (arrow->handled_row >= 0)
    {
      cairo_set_line_width (cr, 5);
      cairo_move_to (cr, x, get_row_y (arrow->handled_row - 0.5));
      cairo_line_to (cr, x, to);
      cairo_stroke (cr);
    }
}

/* Returns the text (owned) of the time since the first event. Later ones are as precise as early ones. */
static char *
format_moment (gint64 time)
{
  if (time >= G_GINT64_CONSTANT (1000000000))
    return g_strdup_printf ("%.4f s", (double) time / 1e9);
  if (time >= 1000000)
    return g_strdup_printf ("%.2f ms", (double) time / 1e6);

  return inspector_format_time (time);
}

/* A call that a service sends to itself has no length. */
static void
draw_arrow (InspectorSequence    *self,
            cairo_t              *cr,
            const InspectorArrow *arrow,
            const GdkRGBA        *foreground)
{
  guint from = arrow->is_reply ? arrow->service : arrow->client;
  guint to = arrow->is_reply ? arrow->client : arrow->service;
  double from_x = get_column_x (from), to_x = get_column_x (to), y = get_row_y (arrow->row);
  double direction = to_x >= from_x ? 1 : -1;
  double dashes[] = { 4, 3 };
  g_autofree char *time = format_moment (arrow->time);

  gdk_cairo_set_source_rgba (cr, get_color (arrow));
  if (arrow->is_reply && arrow->sent_row >= 0)
    draw_arc (cr, arrow);

  cairo_set_line_width (cr, 1.5);
  cairo_set_dash (cr, dashes, arrow->is_reply ? G_N_ELEMENTS (dashes) : 0, 0);
  cairo_move_to (cr, from_x, y);
  cairo_line_to (cr, to_x - direction * HEAD_SIZE, y);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);
  draw_head (cr, to_x, y, direction);

  gdk_cairo_set_source_rgba (cr, foreground);
  draw_text (self, cr, MIN (from_x, to_x) + TEXT_OFFSET, y - 1, 0,
             MAX (fabs (to_x - from_x), COLUMN_WIDTH) - TEXT_OFFSET - 8, arrow->text);
  cairo_set_source_rgba (cr, foreground->red, foreground->green, foreground->blue, 0.6);
  draw_text (self, cr, TIME_WIDTH - 12, y + ROW_HEIGHT / 4.0, 1, TIME_WIDTH - 12, time);
}

/* A text between two lines, across all columns. */
static void
draw_gap (InspectorSequence    *self,
          cairo_t              *cr,
          const InspectorArrow *arrow,
          const GdkRGBA        *foreground)
{
  double y = get_row_y (arrow->row), width = get_column_x (self->layout->columns->len);

  cairo_set_source_rgba (cr, foreground->red, foreground->green, foreground->blue, 0.6);
  draw_text (self, cr, TIME_WIDTH, y - 1, 0, width - TIME_WIDTH, arrow->text);
  cairo_set_line_width (cr, 1);
  cairo_move_to (cr, TIME_WIDTH, floor (y) + 0.5);
  cairo_line_to (cr, width, floor (y) + 0.5);
  cairo_stroke (cr);
}

/* Draws the titles at the top of the part that is visible, and the lines of the columns. */
static void
draw_columns (InspectorSequence *self,
              cairo_t           *cr,
              const GdkRGBA     *foreground,
              gboolean           titles)
{
  for (guint i = 0; i < self->layout->columns->len; i++)
    {
      double x = get_column_x (i);

      if (titles)
        {
          gdk_cairo_set_source_rgba (cr, foreground);
          draw_text (self, cr, x, self->top + HEADER_HEIGHT - 12, 0.5, COLUMN_WIDTH - 16, self->layout->columns->pdata[i]);
          continue;
        }
      cairo_set_source_rgba (cr, foreground->red, foreground->green, foreground->blue, 0.25);
      cairo_set_line_width (cr, 1);
      cairo_move_to (cr, floor (x) + 0.5, self->top);
      cairo_line_to (cr, floor (x) + 0.5, self->top + self->height);
      cairo_stroke (cr);
    }
}

/* Returns TRUE if the arrow, or the arc from its call, is visible. */
static gboolean
is_visible (InspectorSequence    *self,
            const InspectorArrow *arrow)
{
  double top = get_row_y (arrow->sent_row >= 0 ? arrow->sent_row : (double) arrow->row) - ROW_HEIGHT;
  double bottom = get_row_y (arrow->row) + ROW_HEIGHT;

  return bottom >= self->top && top <= self->top + self->height;
}

static void
inspector_sequence_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  InspectorSequence *self = INSPECTOR_SEQUENCE (widget);
  float width = (float) gtk_widget_get_width (widget);
  cairo_t *cr;
  GdkRGBA foreground;

  if (self->layout == NULL)
    return;

  /* Only the part that is visible, because the whole may be very long. */
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, (float) self->top, width, (float) self->height));
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &foreground);
  cairo_save (cr);
  cairo_rectangle (cr, 0, self->top + HEADER_HEIGHT, width, self->height);
  cairo_clip (cr);
  draw_columns (self, cr, &foreground, FALSE);
  for (guint i = 0; i < self->layout->arrows->len; i++)
    {
      const InspectorArrow *arrow = self->layout->arrows->pdata[i];

      if (is_visible (self, arrow))
        (arrow->n_missing > 0 ? draw_gap : draw_arrow) (self, cr, arrow, &foreground);
    }
  cairo_restore (cr);
  draw_columns (self, cr, &foreground, TRUE);
  cairo_destroy (cr);
}

static void
inspector_sequence_measure (GtkWidget      *widget,
                            GtkOrientation  orientation,
                            int             for_size G_GNUC_UNUSED,
                            int            *minimum,
                            int            *natural,
                            int            *minimum_baseline G_GNUC_UNUSED,
                            int            *natural_baseline G_GNUC_UNUSED)
{
  InspectorSequence *self = INSPECTOR_SEQUENCE (widget);
  guint n_columns = self->layout != NULL ? self->layout->columns->len : 0;
  guint n_rows = self->layout != NULL ? self->layout->n_rows : 0;

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? TIME_WIDTH + (int) n_columns * COLUMN_WIDTH
                                                       : HEADER_HEIGHT + (int) (n_rows + 1) * ROW_HEIGHT;
  *natural = *minimum;
}

/* A tooltip shows the whole text of the arrow in a row, which may be too long for its place. */
static gboolean
inspector_sequence_query_tooltip (GtkWidget  *widget,
                                  int         x,
                                  int         y,
                                  gboolean    keyboard_mode,
                                  GtkTooltip *tooltip)
{
  InspectorSequence *self = INSPECTOR_SEQUENCE (widget);

  if (self->layout == NULL || keyboard_mode || y < self->top + HEADER_HEIGHT)
    return FALSE;

  for (guint i = 0; i < self->layout->arrows->len; i++)
    {
      const InspectorArrow *arrow = self->layout->arrows->pdata[i];
      GdkRectangle row = { x, (int) get_row_y (arrow->row) - ROW_HEIGHT, 1, ROW_HEIGHT };

      if (y >= row.y && y < row.y + row.height)
        {
          gtk_tooltip_set_text (tooltip, arrow->text);
          gtk_tooltip_set_tip_area (tooltip, &row);
          return TRUE;
        }
    }

  return FALSE;
}

static void
inspector_sequence_class_init (InspectorSequenceClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = inspector_sequence_finalize;
  widget_class->snapshot = inspector_sequence_snapshot;
  widget_class->measure = inspector_sequence_measure;
  widget_class->query_tooltip = inspector_sequence_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "sequence");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
inspector_sequence_init (InspectorSequence *self)
{
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
}

/* Returns a widget (floating). */
GtkWidget *
inspector_sequence_new (void)
{
  return g_object_new (INSPECTOR_TYPE_SEQUENCE, NULL);
}

/* Takes ownership of @layout. */
void
inspector_sequence_set_layout (InspectorSequence       *self,
                               InspectorSequenceLayout *layout)
{
  g_clear_pointer (&self->layout, inspector_sequence_layout_free);
  self->layout = layout;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* Sets the part that is visible. */
void
inspector_sequence_set_view (InspectorSequence *self,
                             double             top,
                             double             height)
{
  self->top = floor (top);
  self->height = ceil (height);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
