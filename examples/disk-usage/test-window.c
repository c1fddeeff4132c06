/* test-window.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The window, with the scanner, on a display of its own. */

#include <glib/gstdio.h>
#include <unistd.h>

#include "scanner.h"
#include "window.h"

#define NOBODY 65534

typedef struct
{
  NorpcServer     *server; /* (owned) */
  DiskUsageWindow *window; /* (unowned) (nullable) */
  char            *folder; /* (owned) */
} Fixture;

static gpointer
get_child (Fixture    *self,
           const char *name)
{
  GObject *child = gtk_widget_get_template_child (GTK_WIDGET (self->window), DISK_USAGE_TYPE_WINDOW, name);

  g_assert_nonnull (child);

  return child;
}

static void
make_file (Fixture    *self,
           const char *folder,
           const char *name,
           gsize       size)
{
  g_autofree char *folder_path = g_build_filename (self->folder, folder, NULL);
  g_autofree char *path = g_build_filename (folder_path, name, NULL);
  g_autofree char *content = g_malloc0 (size);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder_path, 0755), ==, 0);
  memset (content, 'x', size);
  g_file_set_contents (path, content, (gssize) size, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("disk-usage-XXXXXX", &error);
  g_assert_no_error (error);
  make_file (self, "Music", "song", 300000);
  make_file (self, "Pictures/Holidays", "picture", 500000);
  make_file (self, "Documents", "letter", 20000);
  make_file (self, ".", "notes", 100000);

  self->server = scanner_serve (&error);
  g_assert_no_error (error);
  self->window = disk_usage_window_new (NULL, norpc_server_get_endpoint (self->server));
  gtk_window_present (GTK_WINDOW (self->window));
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_all (inner);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (self->server);
  remove_all (self->folder);
  g_free (self->folder);
}

static void
scan (Fixture *self)
{
  g_autoptr (GFile) folder = g_file_new_for_path (self->folder);
  GtkWidget *stop_button = get_child (self, "stop_button");

  disk_usage_window_scan (self->window, folder);
  g_assert_true (gtk_widget_get_visible (stop_button));
  while (gtk_widget_get_visible (stop_button))
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_text (GObject    *object,
               const char *property,
               const char *expected)
{
  g_autofree char *text = NULL;

  for (g_object_get (object, property, &text, NULL);
       g_strcmp0 (text, expected) != 0;
       g_object_get (object, property, &text, NULL))
    {
      g_main_context_iteration (NULL, TRUE);
      g_free (text);
    }
}

/* Returns the entry (owned) at @position of a list. */
static DemoEntry *
get_entry (Fixture    *self,
           const char *list,
           guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (get_child (self, list))), position);
}

static void
check_entry (Fixture    *self,
             const char *list,
             guint       position,
             const char *name)
{
  g_autoptr (DemoEntry) entry = get_entry (self, list, position);

  g_assert_nonnull (entry);
  g_assert_cmpstr (demo_entry_get_name (entry), ==, name);
}

/* The largest entry is the first. */
static void
test_scan (Fixture       *self,
           gconstpointer  data)
{
  scan (self);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (get_child (self, "pages")), ==, "usage");
  check_entry (self, "entry_list", 0, "Pictures");
  check_entry (self, "entry_list", 1, "Music");
  check_entry (self, "entry_list", 2, "");
  check_entry (self, "entry_list", 3, "Documents");
  wait_for_text (get_child (self, "count_label"), "label", "4 files");
}

static void
test_location (Fixture       *self,
               gconstpointer  data)
{
  scan (self);
  g_signal_emit_by_name (get_child (self, "entry_list"), "activate", 0);
  wait_for_text (get_child (self, "title"), "subtitle", "Pictures");
  check_entry (self, "entry_list", 0, "Holidays");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self->window), "win.leave", NULL));
  wait_for_text (get_child (self, "title"), "subtitle", "");
  check_entry (self, "entry_list", 0, "Pictures");
}

static void
test_search (Fixture       *self,
             gconstpointer  data)
{
  GListModel *found = G_LIST_MODEL (gtk_list_view_get_model (get_child (self, "found_list")));
  GtkEditable *text = get_child (self, "search_entry");

  scan (self);
  gtk_editable_set_text (text, "holi");
  while (g_list_model_get_n_items (found) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (get_child (self, "pages")), ==, "search");
  check_entry (self, "found_list", 0, "Pictures/Holidays");

  gtk_editable_set_text (text, "");
  while (g_str_equal (gtk_stack_get_visible_child_name (get_child (self, "pages")), "search"))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
has_label (GtkWidget  *widget,
           const char *text)
{
  if (GTK_IS_LABEL (widget) && g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), text) == 0)
    return TRUE;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_label (child, text))
      return TRUE;

  return FALSE;
}

/* The superuser can read everything, so this is done as another user. */
static void
test_unreadable (Fixture       *self,
                 gconstpointer  data)
{
  g_autofree char *secret = g_build_filename (self->folder, "Documents", NULL);
  gboolean is_root = geteuid () == 0;

  g_assert_cmpint (g_chmod (secret, 0), ==, 0);
  g_assert_cmpint (g_chmod (self->folder, 0755), ==, 0);
  g_assert_true (!is_root || seteuid (NOBODY) == 0);
  scan (self);
  g_assert_true (!is_root || seteuid (0) == 0);
  while (!has_label (get_child (self, "toasts"), "1 folder could not be read"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_chmod (secret, 0755), ==, 0);
}

static void
test_wrong_folder (Fixture       *self,
                   gconstpointer  data)
{
  g_autofree char *path = g_build_filename (self->folder, "none", NULL);
  g_autofree char *message = g_strdup_printf ("%s: No such file or directory", path);
  g_autoptr (GFile) folder = g_file_new_for_path (path);

  disk_usage_window_scan (self->window, folder);
  while (!has_label (get_child (self, "toasts"), message))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (gtk_widget_get_visible (get_child (self, "stop_button")));
}

static void
test_stop (Fixture       *self,
           gconstpointer  data)
{
  g_autoptr (GFile) root = g_file_new_for_path ("/");

  disk_usage_window_scan (self->window, root);
  while (gtk_progress_bar_get_fraction (get_child (self, "progress")) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self->window), "win.stop", NULL));
  g_assert_false (gtk_widget_get_visible (get_child (self, "stop_button")));

  /* The scanner is free for the next folder. */
  scan (self);
  check_entry (self, "entry_list", 0, "Pictures");
}

/* The window is closed with a scan and a search in flight. */
static void
test_close (Fixture       *self,
            gconstpointer  data)
{
  GWeakRef window;
  g_autoptr (GFile) root = g_file_new_for_path ("/");

  disk_usage_window_scan (self->window, root);
  gtk_editable_set_text (get_child (self, "search_entry"), "x");
  while (gtk_progress_bar_get_fraction (get_child (self, "progress")) == 0)
    g_main_context_iteration (NULL, TRUE);

  g_weak_ref_init (&window, self->window);
  gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&self->window)));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (g_weak_ref_get (&window));
  g_weak_ref_clear (&window);
}

static void
draw_cb (GtkWidget *widget,
         gpointer   data)
{
  *(gboolean *) data = TRUE;
}

/* Saves a picture, for people to look at. */
static void
test_picture (Fixture       *self,
              gconstpointer  data)
{
  GtkWidget *widget = GTK_WIDGET (self->window);
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  gboolean drawn = FALSE;
  int width, height;

  scan (self);
  wait_for_text (get_child (self, "count_label"), "label", "4 files");
  g_signal_connect_after (gtk_widget_get_frame_clock (widget), "after-paint", G_CALLBACK (draw_cb), &drawn);
  gtk_widget_queue_draw (widget);
  while (!drawn)
    g_main_context_iteration (NULL, TRUE);

  paintable = gtk_widget_paintable_new (widget);
  width = gdk_paintable_get_intrinsic_width (paintable);
  height = gdk_paintable_get_intrinsic_height (paintable);
  g_assert_cmpint (width, >, 400);
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (widget)), node,
                                         &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  g_assert_true (gdk_texture_save_to_png (texture, g_test_get_filename (G_TEST_BUILT, "disk-usage.png", NULL)));
}

#define ADD(path, test) g_test_add ("/disk-usage/window/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("scan", test_scan);
  ADD ("location", test_location);
  ADD ("search", test_search);
  ADD ("unreadable", test_unreadable);
  ADD ("wrong-folder", test_wrong_folder);
  ADD ("stop", test_stop);
  ADD ("close", test_close);
  ADD ("picture", test_picture);

  return g_test_run ();
}
