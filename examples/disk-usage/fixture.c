/* fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gstdio.h>

#include "fixture.h"

/* In seconds. Reached only by a test that fails. */
#define PATIENCE 60

/* To be called after g_test_init (). */
void
fixture_init (void)
{
  /* It would replace the styles of libadwaita. */
  g_unsetenv ("GTK_THEME");
  /* The functions gtk_test_accessible_… need it. */
  g_setenv ("GTK_A11Y", "test", TRUE);
  adw_init ();
}

static void
make_file (Fixture    *self,
           const char *folder,
           const char *name,
           gsize       size)
{
  g_autofree char *folder_path = g_build_filename (self->folder, folder, NULL);
  g_autofree char *path = g_build_filename (folder_path, name, NULL);
  g_autofree char *content = g_malloc (size);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder_path, 0755), ==, 0);
  memset (content, 'x', size);
  g_file_set_contents (path, content, (gssize) size, &error);
  g_assert_no_error (error);
}

static void
make_files (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("disk-usage-XXXXXX", &error);
  g_assert_no_error (error);
  make_file (self, "Music", "song", 300000);
  make_file (self, "Pictures/Holidays", "picture", 500000);
  make_file (self, "Documents", "letter", 20000);
  make_file (self, ".", "notes", 100000);
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_all (inner);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

/* The application ends when its window is gone. */
static void
activated_cb (GApplication *application,
              Fixture      *self)
{
  self->window = DISK_USAGE_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (application)));
  g_assert_nonnull (self->window);
  self->test (self);
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
}

/* Runs the application, and in it the test function @data. */
void
fixture_run (gconstpointer data)
{
  Fixture fixture = { .test = (FixtureTest) data };

  make_files (&fixture);
  fixture.application = disk_usage_application_new ();
  g_signal_connect_after (fixture.application, "activate", G_CALLBACK (activated_cb), &fixture);
  g_assert_cmpint (g_application_run (G_APPLICATION (fixture.application), 0, NULL), ==, 0);
  g_object_unref (fixture.application);
  remove_all (fixture.folder);
  g_free (fixture.folder);
}

void
fixture_add (const char  *path,
             FixtureTest  test)
{
  g_test_add_data_func (path, (gconstpointer) test, fixture_run);
}

/* Returns a child (unowned) of the window's template. */
gpointer
fixture_get_child (Fixture    *self,
                   const char *name)
{
  GObject *child = gtk_widget_get_template_child (GTK_WIDGET (self->window), DISK_USAGE_TYPE_WINDOW, name);

  g_assert_nonnull (child);

  return child;
}

/* Returns the entries (unowned) that a list shows. */
GListModel *
fixture_get_model (Fixture    *self,
                   const char *list)
{
  return G_LIST_MODEL (gtk_list_view_get_model (fixture_get_child (self, list)));
}

static gboolean
late_cb (gpointer data)
{
  g_error ("Waited in vain");

  return G_SOURCE_REMOVE;
}

/* Runs the main context until @condition holds. */
void
fixture_wait (Fixture   *self,
              gboolean (*condition) (Fixture *self))
{
  guint timeout = g_timeout_add_seconds (PATIENCE, late_cb, NULL);

  while (!condition (self))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timeout);
}

/* Returns whether no scan runs. */
gboolean
fixture_has_stopped (Fixture *self)
{
  return !gtk_widget_get_visible (fixture_get_child (self, "stop_button"));
}

void
fixture_scan_folder (Fixture    *self,
                     const char *path)
{
  g_autoptr (GFile) folder = g_file_new_for_path (path);

  disk_usage_window_scan (self->window, folder);
  g_assert_false (fixture_has_stopped (self));
  fixture_wait (self, fixture_has_stopped);
}

void
fixture_scan (Fixture *self)
{
  fixture_scan_folder (self, self->folder);
}

void
fixture_wait_text (Fixture    *self,
                   const char *child,
                   const char *property,
                   const char *expected)
{
  g_autofree char *text = NULL;

  for (g_object_get (fixture_get_child (self, child), property, &text, NULL);
       g_strcmp0 (text, expected) != 0;
       g_object_get (fixture_get_child (self, child), property, &text, NULL))
    {
      g_main_context_iteration (NULL, TRUE);
      g_free (text);
    }
}

/* Returns whether @widget, or a widget in it, is a label with that text. */
gboolean
fixture_has_label (GtkWidget  *widget,
                   const char *text)
{
  if (GTK_IS_LABEL (widget) && g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), text) == 0)
    return TRUE;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (fixture_has_label (child, text))
      return TRUE;

  return FALSE;
}

static void
painted_cb (GdkFrameClock *clock,
            gpointer       data)
{
  (*(guint *) data)++;
}

/* Runs the main context until the window shows the state of its widgets. The first frame may allocate them. */
void
fixture_wait_painted (GtkWidget *widget)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  guint n_painted = 0;
  gulong handler = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &n_painted);

  while (n_painted < 3)
    {
      gtk_widget_queue_draw (widget);
      g_main_context_iteration (NULL, TRUE);
    }
  g_signal_handler_disconnect (clock, handler);
}

/* Writes a picture of the window to the PNG @name in the build directory. */
void
fixture_save (Fixture    *self,
              const char *name)
{
  GtkWidget *widget = GTK_WIDGET (self->window);
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  int scale = gtk_widget_get_scale_factor (widget);
  float width, height;

  fixture_wait_painted (widget);
  paintable = gtk_widget_paintable_new (widget);
  width = (float) (gdk_paintable_get_intrinsic_width (paintable) * scale);
  height = (float) (gdk_paintable_get_intrinsic_height (paintable) * scale);
  g_assert_cmpfloat (width, >, 300);
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (widget)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, width, height));
  g_assert_true (gdk_texture_save_to_png (texture, g_test_get_filename (G_TEST_BUILT, name, NULL)));
}
