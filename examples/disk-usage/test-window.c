/* test-window.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The window, with the scanner, on a display of its own. */

#include <glib/gstdio.h>
#include <unistd.h>

#include "fixture.h"

#define NOBODY 65534

/* Returns the entry (owned) at @position of a list. */
static DemoEntry *
get_entry (Fixture    *self,
           const char *list,
           guint       position)
{
  return g_list_model_get_item (fixture_get_model (self, list), position);
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

/* The entries of a folder follow its name. */
static void
wait_first_entry (Fixture    *self,
                  const char *name)
{
  gboolean is_there = FALSE;

  while (!is_there)
    {
      g_autoptr (DemoEntry) entry = get_entry (self, "entry_list", 0);

      is_there = entry != NULL && g_str_equal (demo_entry_get_name (entry), name);
      if (!is_there)
        g_main_context_iteration (NULL, TRUE);
    }
}

/* The largest entry is the first. */
static void
test_scan (Fixture *self)
{
  g_assert_false (gtk_widget_get_sensitive (fixture_get_child (self, "chart_button")));
  fixture_scan (self);
  g_assert_true (gtk_widget_get_sensitive (fixture_get_child (self, "chart_button")));
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture_get_child (self, "pages")), ==, "usage");
  check_entry (self, "entry_list", 0, "Pictures");
  check_entry (self, "entry_list", 1, "Music");
  check_entry (self, "entry_list", 2, "");
  check_entry (self, "entry_list", 3, "Documents");
  fixture_wait_text (self, "count_label", "label", "4 files");
}

static void
test_location (Fixture *self)
{
  fixture_scan (self);
  g_signal_emit_by_name (fixture_get_child (self, "entry_list"), "activate", 0);
  fixture_wait_text (self, "title", "subtitle", "Pictures");
  wait_first_entry (self, "Holidays");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self->window), "win.leave", NULL));
  fixture_wait_text (self, "title", "subtitle", "");
  wait_first_entry (self, "Pictures");
}

static void
test_search (Fixture *self)
{
  GListModel *found = fixture_get_model (self, "found_list");
  GtkEditable *text = fixture_get_child (self, "search_entry");

  fixture_scan (self);
  gtk_editable_set_text (text, "holi");
  while (g_list_model_get_n_items (found) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (fixture_get_child (self, "pages")), ==, "found");
  check_entry (self, "found_list", 0, "Pictures/Holidays");

  gtk_editable_set_text (text, "");
  while (!g_str_equal (gtk_stack_get_visible_child_name (fixture_get_child (self, "pages")), "usage"))
    g_main_context_iteration (NULL, TRUE);
}

static void
test_nothing_found (Fixture *self)
{
  fixture_scan (self);
  gtk_editable_set_text (fixture_get_child (self, "search_entry"), "nothing of that name");
  while (!g_str_equal (gtk_stack_get_visible_child_name (fixture_get_child (self, "pages")), "nothing-found"))
    g_main_context_iteration (NULL, TRUE);
}

/* Links lead around in a circle. */
static void
test_links (Fixture *self)
{
  g_autofree char *up = g_build_filename (self->folder, "Pictures", "up", NULL);
  g_autofree char *here = g_build_filename (self->folder, "here", NULL);

  g_assert_cmpint (symlink (self->folder, up), ==, 0);
  g_assert_cmpint (symlink ("here", here), ==, 0);
  fixture_scan (self);
  check_entry (self, "entry_list", 0, "Pictures");
  fixture_wait_text (self, "count_label", "label", "6 files");
}

static gpointer
change_thread (gpointer data)
{
  Fixture *self = data;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("d%u", i % 10);
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      if (g_mkdir (path, 0755) != 0)
        g_assert_cmpint (g_rmdir (path), ==, 0);
    }

  return NULL;
}

/* Folders come and go while they are scanned. */
static void
test_changes (Fixture *self)
{
  GThread *thread = g_thread_new ("change", change_thread, self);

  for (guint i = 0; i < 20; i++)
    fixture_scan (self);
  g_thread_join (thread);
  g_assert_false (fixture_has_label (fixture_get_child (self, "toasts"), "1 folder could not be read"));

  fixture_scan (self);
  fixture_wait_text (self, "count_label", "label", "4 files");
  check_entry (self, "entry_list", 0, "Pictures");
}

static void
add_entries (GListStore *entries,
             guint64     size)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u of %" G_GUINT64_FORMAT, i, size);
      g_autoptr (DemoEntry) entry = demo_entry_new (name, size, 1);

      g_list_store_append (entries, entry);
    }
}

/* Larger entries appear above the others, and the list stays at its top. The scanner is a fake, so that the test
 * decides when there are which entries.
 */
static void
test_top (Fixture *self)
{
  g_autoptr (NorpcFake) fake = norpc_fake_new (demo_disk_usage_interface_info ());
  g_autoptr (GListStore) entries = g_list_store_new (DEMO_TYPE_ENTRY);
  DiskUsageWindow *window;
  GtkWidget *list;
  GListModel *model;

  add_entries (entries, 1);
  g_object_set (norpc_fake_get_service (fake), "entries", entries, "location", "", NULL);
  window = disk_usage_window_new (NULL, NORPC_ENDPOINT (fake));
  list = GTK_WIDGET (gtk_widget_get_template_child (GTK_WIDGET (window), DISK_USAGE_TYPE_WINDOW, "entry_list"));
  gtk_stack_set_visible_child_name (
    GTK_STACK (gtk_widget_get_template_child (GTK_WIDGET (window), DISK_USAGE_TYPE_WINDOW, "pages")), "usage");
  gtk_window_present (GTK_WINDOW (window));
  model = G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
  while (g_list_model_get_n_items (model) < 50)
    g_main_context_iteration (NULL, TRUE);
  fixture_wait_painted (GTK_WIDGET (window));

  add_entries (entries, 2);
  while (g_list_model_get_n_items (model) < 100)
    g_main_context_iteration (NULL, TRUE);
  fixture_wait_painted (GTK_WIDGET (window));
  g_assert_cmpfloat (gtk_adjustment_get_value (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list))), ==, 0);

  gtk_window_destroy (GTK_WINDOW (window));
}

/* The superuser can read everything, so this is done as another user. */
static void
test_unreadable (Fixture *self)
{
  g_autofree char *secret = g_build_filename (self->folder, "Documents", NULL);
  gboolean is_root = geteuid () == 0;

  g_assert_cmpint (g_chmod (secret, 0), ==, 0);
  g_assert_cmpint (g_chmod (self->folder, 0755), ==, 0);
  g_assert_true (!is_root || seteuid (NOBODY) == 0);
  fixture_scan (self);
  g_assert_true (!is_root || seteuid (0) == 0);
  while (!fixture_has_label (fixture_get_child (self, "toasts"), "1 folder could not be read"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_chmod (secret, 0755), ==, 0);
}

static void
test_wrong_folder (Fixture *self)
{
  g_autofree char *path = g_build_filename (self->folder, "none", NULL);
  g_autofree char *message = g_strdup_printf ("%s: No such file or directory", path);
  g_autoptr (GFile) folder = g_file_new_for_path (path);

  disk_usage_window_scan (self->window, folder);
  while (!fixture_has_label (fixture_get_child (self, "toasts"), message))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (gtk_widget_get_visible (fixture_get_child (self, "stop_button")));
}

static void
test_stop (Fixture *self)
{
  g_autoptr (GFile) root = g_file_new_for_path ("/");

  disk_usage_window_scan (self->window, root);
  while (gtk_progress_bar_get_fraction (fixture_get_child (self, "progress")) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self->window), "win.stop", NULL));
  g_assert_false (gtk_widget_get_visible (fixture_get_child (self, "stop_button")));

  /* The scanner is free for the next folder. */
  fixture_scan (self);
  check_entry (self, "entry_list", 0, "Pictures");
}

/* The window is closed with a scan and a search in flight. */
static void
test_close (Fixture *self)
{
  GWeakRef window;
  g_autoptr (GFile) root = g_file_new_for_path ("/");

  disk_usage_window_scan (self->window, root);
  gtk_editable_set_text (fixture_get_child (self, "search_entry"), "x");
  while (gtk_progress_bar_get_fraction (fixture_get_child (self, "progress")) == 0)
    g_main_context_iteration (NULL, TRUE);

  g_weak_ref_init (&window, self->window);
  gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&self->window)));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (g_weak_ref_get (&window));
  g_weak_ref_clear (&window);
}

/* Saves a picture, for people to look at. That of the README was made with DISK_USAGE_PICTURE_OF=/usr GDK_SCALE=2. */
static void
test_picture (Fixture *self)
{
  const char *folder = g_getenv ("DISK_USAGE_PICTURE_OF");

  fixture_scan_folder (self, folder != NULL ? folder : self->folder);
  fixture_save (self, "disk-usage.png");
}

#define ADD(path, test) fixture_add ("/disk-usage/window/" path, test)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();

  ADD ("scan", test_scan);
  ADD ("location", test_location);
  ADD ("search", test_search);
  ADD ("nothing-found", test_nothing_found);
  ADD ("top", test_top);
  ADD ("links", test_links);
  ADD ("changes", test_changes);
  ADD ("unreadable", test_unreadable);
  ADD ("wrong-folder", test_wrong_folder);
  ADD ("stop", test_stop);
  ADD ("close", test_close);
  ADD ("picture", test_picture);

  return g_test_run ();
}
