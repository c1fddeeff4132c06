/* window-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "window-fixture.h"

/* The limit of a wait, in seconds. It is reached only when a test fails. */
#define PATIENCE_S 60

static gboolean
give_up (gpointer data)
{
  gboolean *is_late = data;

  *is_late = TRUE;

  return G_SOURCE_REMOVE;
}

void
window_wait_until (WindowCondition condition,
                   gpointer        data)
{
  gboolean is_late = FALSE;
  guint timeout = g_timeout_add_seconds (PATIENCE_S, give_up, &is_late);

  while (!condition (data))
    {
      g_assert_false (is_late);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (timeout);
}

/* Dispatches all sources that are ready. */
void
window_iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
bind_status (JobWindow *fixture)
{
  fixture->status = GTK_LABEL (gtk_label_new (NULL));
  g_object_bind_property (fixture->proxy, "status", fixture->status, "label", G_BINDING_SYNC_CREATE);
}

static char *
format_percent (gpointer this_object,
                double   fraction,
                gpointer unused)
{
  return g_strdup_printf ("%.0f %%", fraction * 100);
}

/* This label is bound by a GtkExpression; GBinding binds all other widgets. */
static void
bind_percent (JobWindow *fixture)
{
  GtkExpression *fraction = gtk_property_expression_new (JOB_TYPE_JOB, NULL, "fraction");
  GtkExpression *percent = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 1, &fraction,
                                                        G_CALLBACK (format_percent), NULL, NULL);

  fixture->percent = GTK_LABEL (gtk_label_new (NULL));
  gtk_expression_bind (percent, fixture->percent, "label", fixture->proxy);
}

static void
bind_fraction (JobWindow *fixture)
{
  fixture->bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  g_object_bind_property (fixture->proxy, "fraction", fixture->bar, "fraction", G_BINDING_SYNC_CREATE);
}

static void
bind_speed (JobWindow *fixture)
{
  fixture->speed = gtk_adjustment_new (0, 0, 100, 1, 10, 0);
  fixture->scale = GTK_SCALE (gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, fixture->speed));
  gtk_range_set_round_digits (GTK_RANGE (fixture->scale), -1);
  gtk_widget_set_size_request (GTK_WIDGET (fixture->scale), 400, -1);
  g_object_bind_property (fixture->proxy, "speed", fixture->speed, "value",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
}

static void
bind_busy (JobWindow *fixture)
{
  fixture->spinner = GTK_SPINNER (gtk_spinner_new ());
  g_object_bind_property (fixture->proxy, "busy", fixture->spinner, "spinning", G_BINDING_SYNC_CREATE);
}

static void
setup_row_cb (GtkListItemFactory *factory,
              GtkListItem        *row,
              gpointer            unused)
{
  GtkExpression *item = gtk_property_expression_new (GTK_TYPE_LIST_ITEM, NULL, "item");
  GtkExpression *name = gtk_property_expression_new (JOB_TYPE_ENTRY, item, "name");
  GtkWidget *label = gtk_label_new (NULL);

  gtk_expression_bind (name, label, "label", row);
  gtk_list_item_set_child (row, label);
}

static void
bind_entries (JobWindow *fixture)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_row_cb), NULL);
  fixture->entries = gtk_single_selection_new (NULL);
  g_object_bind_property (fixture->proxy, "entries", fixture->entries, "model", G_BINDING_SYNC_CREATE);
  fixture->view = GTK_LIST_VIEW (gtk_list_view_new (GTK_SELECTION_MODEL (fixture->entries), factory));
}

static gboolean
is_shown (gpointer data)
{
  JobWindow *fixture = data;
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (fixture->window));

  return gdk_surface_get_mapped (surface) && gtk_widget_get_width (GTK_WIDGET (fixture->scale)) > 0;
}

static GtkWidget *
make_scrolled_window (GtkWidget *child)
{
  GtkWidget *window = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (window), child);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (window), 200);

  return window;
}

static void
make_window (JobWindow *fixture)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  bind_status (fixture);
  bind_percent (fixture);
  bind_fraction (fixture);
  bind_speed (fixture);
  bind_busy (fixture);
  bind_entries (fixture);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->status));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->bar));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->percent));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->scale));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (fixture->spinner));
  gtk_box_append (GTK_BOX (box), make_scrolled_window (GTK_WIDGET (fixture->view)));
  fixture->content = box;
  g_object_bind_property (fixture->proxy, "connected", fixture->content, "sensitive", G_BINDING_SYNC_CREATE);

  fixture->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_child (fixture->window, box);
  gtk_window_present (fixture->window);
  window_wait_until (is_shown, fixture);
}

void
window_set_up (JobWindow     *fixture,
               gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  fixture->service = job_service_new ();
  fixture->server = norpc_server_new (G_OBJECT (fixture->service));
  norpc_server_start (fixture->server, NULL, &error);
  g_assert_no_error (error);
  fixture->proxy = job_job_proxy_new_sync (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)),
                                           NULL, &error);
  g_assert_no_error (error);
  make_window (fixture);
}

void
window_tear_down (JobWindow     *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  job_service_open_gate (fixture->service);
  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&fixture->window, gtk_window_destroy);
  window_iterate ();
  g_assert_finalize_object (fixture->proxy);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->service);
}

static void
painted_cb (GdkFrameClock *clock,
            gboolean      *is_painted)
{
  *is_painted = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

/* Runs the main context until the window shows the state of its widgets. */
void
window_wait_painted (JobWindow *fixture)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (fixture->window));
  gboolean is_painted = FALSE;
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &is_painted);

  gtk_widget_queue_draw (GTK_WIDGET (fixture->window));
  window_wait_until (is_true, &is_painted);
  g_signal_handler_disconnect (clock, handler);
}

/* Writes a screenshot of the window to the PNG @name in the build directory. */
void
window_save (JobWindow  *fixture,
             const char *name)
{
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (fixture->window));
  int width, height;

  window_wait_painted (fixture);
  paintable = gtk_widget_paintable_new (GTK_WIDGET (fixture->window));
  width = gdk_paintable_get_intrinsic_width (paintable);
  height = gdk_paintable_get_intrinsic_height (paintable);
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_to_node (snapshot);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, width, height));
  g_assert_true (gdk_texture_save_to_png (texture, g_test_get_filename (G_TEST_BUILT, name, NULL)));
}
