/* test-access.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The app for those who use the keyboard alone, a screen reader, or another language. */

#include <glib/gi18n.h>

#include "fixture.h"
#include "keyboard.h"

/* The keyboard */

static gboolean
hides_search (Fixture *self)
{
  return !gtk_search_bar_get_search_mode (fixture_get_child (self, "search_bar"));
}

static gboolean
has_found (Fixture *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (fixture_get_child (self, "pages")), "found") == 0;
}

/* GTK drops keys for a widget that is not shown yet. */
static gboolean
has_focus_in (Fixture    *self,
              const char *name)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self->window));
  GtkWidget *child = fixture_get_child (self, name);

  return focus != NULL && gtk_widget_get_mapped (focus) && gtk_widget_is_ancestor (focus, child);
}

static gboolean
has_focus_in_found_list (Fixture *self)
{
  return has_focus_in (self, "found_list");
}

static gboolean
has_focus_in_search (Fixture *self)
{
  return has_focus_in (self, "search_entry");
}

static gboolean
has_focus_in_entry_list (Fixture *self)
{
  return has_focus_in (self, "entry_list");
}

/* Searches for a folder and opens it. */
static void
test_search (Fixture *self)
{
  g_autoptr (Keyboard) keyboard = keyboard_new (GTK_WINDOW (self->window));

  fixture_scan (self);
  keyboard_press (keyboard, GDK_KEY_f, GDK_CONTROL_MASK);
  fixture_wait (self, has_focus_in_search);
  keyboard_type (keyboard, "holi");
  fixture_wait (self, has_found);
  keyboard_press (keyboard, GDK_KEY_Tab, 0);
  fixture_wait (self, has_focus_in_found_list);
  keyboard_press (keyboard, GDK_KEY_Return, 0);
  fixture_wait_text (self, "title", "subtitle", "Pictures/Holidays");
  fixture_wait (self, hides_search);
  fixture_wait (self, has_focus_in_entry_list);

  keyboard_press (keyboard, GDK_KEY_Up, GDK_ALT_MASK);
  fixture_wait_text (self, "title", "subtitle", "Pictures");
  fixture_wait (self, has_focus_in_entry_list);

  /* Escape ends the search. */
  keyboard_press (keyboard, GDK_KEY_f, GDK_CONTROL_MASK);
  fixture_wait (self, has_focus_in_search);
  keyboard_press (keyboard, GDK_KEY_Escape, 0);
  fixture_wait (self, hides_search);
}

/* Opens one folder after the other. The focus stays in the list. */
static void
test_list (Fixture *self)
{
  g_autoptr (Keyboard) keyboard = keyboard_new (GTK_WINDOW (self->window));

  fixture_scan (self);
  /* Rows are there with the first frame. */
  fixture_wait_painted (GTK_WIDGET (self->window));
  for (guint i = 0; i < 20 && !has_focus_in_entry_list (self); i++)
    {
      GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self->window));

      keyboard_press (keyboard, GDK_KEY_Tab, 0);
      while (gtk_window_get_focus (GTK_WINDOW (self->window)) == focus)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_true (has_focus_in_entry_list (self));

  keyboard_press (keyboard, GDK_KEY_Return, 0);
  fixture_wait_text (self, "title", "subtitle", "Pictures");
  fixture_wait (self, has_focus_in_entry_list);
  keyboard_press (keyboard, GDK_KEY_Return, 0);
  fixture_wait_text (self, "title", "subtitle", "Pictures/Holidays");
  fixture_wait (self, has_focus_in_entry_list);
}

/* The scanner is a fake, which scans forever. */
static void
test_stop (Fixture *self)
{
  g_autoptr (NorpcFake) fake = norpc_fake_new (demo_disk_usage_interface_info ());
  g_autoptr (GListStore) entries = g_list_store_new (DEMO_TYPE_ENTRY);
  g_autoptr (GFile) folder = g_file_new_for_path (self->folder);
  g_autoptr (Keyboard) keyboard = NULL;
  g_autoptr (GError) error = NULL;

  gtk_window_destroy (GTK_WINDOW (self->window));
  g_object_set (norpc_fake_get_service (fake), "entries", entries, "location", "", NULL);
  norpc_fake_never_answer (fake, "Scan", &error);
  g_assert_no_error (error);
  self->window = disk_usage_window_new (GTK_APPLICATION (self->application), NORPC_ENDPOINT (fake));
  gtk_window_present (GTK_WINDOW (self->window));
  keyboard = keyboard_new (GTK_WINDOW (self->window));

  disk_usage_window_scan (self->window, folder);
  g_assert_true (gtk_widget_get_visible (fixture_get_child (self, "stop_button")));
  keyboard_press (keyboard, GDK_KEY_Escape, 0);
  fixture_wait (self, fixture_has_stopped);
}

static gboolean
shows_menu (Fixture *self)
{
  return gtk_widget_get_visible (
    GTK_WIDGET (gtk_menu_button_get_popover (fixture_get_child (self, "menu_button"))));
}

static gboolean
shows_shortcuts (Fixture *self)
{
  return gtk_widget_get_mapped (
    GTK_WIDGET (gtk_application_window_get_help_overlay (GTK_APPLICATION_WINDOW (self->window))));
}

static void
test_menu (Fixture *self)
{
  g_autoptr (Keyboard) keyboard = keyboard_new (GTK_WINDOW (self->window));

  keyboard_press (keyboard, GDK_KEY_F10, 0);
  fixture_wait (self, shows_menu);
  gtk_menu_button_popdown (fixture_get_child (self, "menu_button"));

  g_assert_false (shows_shortcuts (self));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (self->window), "win.show-help-overlay", NULL));
  fixture_wait (self, shows_shortcuts);
}

/* Each action has the key that the shortcuts window shows. */
static void
test_shortcuts (Fixture *self)
{
  const char *const expected[][2] = {
    { "win.open", "<Control>o" },
    { "win.search", "<Control>f" },
    { "win.leave", "<Alt>Up" },
    { "win.show-help-overlay", "<Control>question" },
    { "window.close", "<Control>w" },
    { "app.quit", "<Control>q" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_auto (GStrv) keys =
        gtk_application_get_accels_for_action (GTK_APPLICATION (self->application), expected[i][0]);

      g_assert_nonnull (keys[0]);
      g_assert_cmpstr (keys[0], ==, expected[i][1]);
    }
}

/* Returns the window (unowned), or NULL. */
static GtkWindow *
find_about_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (ADW_IS_ABOUT_WINDOW (window))
        return window;
    }

  return NULL;
}

static void
test_about (Fixture *self)
{
  GtkWindow *about;

  g_action_group_activate_action (G_ACTION_GROUP (self->application), "about", NULL);
  about = find_about_window ();
  g_assert_nonnull (about);
  g_assert_cmpstr (adw_about_window_get_application_name (ADW_ABOUT_WINDOW (about)), ==, "Disk Usage");
  g_assert_true (gtk_icon_theme_has_icon (gtk_icon_theme_get_for_display (gtk_widget_get_display (GTK_WIDGET (about))),
                                          adw_about_window_get_application_icon (ADW_ABOUT_WINDOW (about))));
  gtk_window_destroy (about);
}

/* The screen reader */

/* Returns the label (owned) of @widget. */
static char *
dup_label (GtkWidget *widget)
{
  /* The function returns a value that differs. */
  return gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, "", NULL);
}

/* Returns whether it has a name of its own, or is the inner part of a widget that has one. Each button is labelled
 * by its child, which says nothing if that is an icon.
 */
static gboolean
has_name (GtkWidget *widget)
{
  for (; widget != NULL && !GTK_IS_WINDOW (widget); widget = gtk_widget_get_parent (widget))
    {
      g_autofree char *label = dup_label (widget);

      if (g_strcmp0 (label, "undefined") != 0 ||
          (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)) != NULL))
        return TRUE;
    }

  return FALSE;
}

/* All widgets that can have the focus have a name, except for the window's controls, which are those of GTK, and
 * scrolled windows, which pass the focus on.
 */
static void
check_names (GtkWidget *widget)
{
  if (GTK_IS_WINDOW_CONTROLS (widget) || !gtk_widget_get_visible (widget))
    return;

  if (gtk_widget_get_focusable (widget) && !GTK_IS_SCROLLED_WINDOW (widget) && !has_name (widget))
    g_error ("%s “%s” has no name", G_OBJECT_TYPE_NAME (widget),
             gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)));

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_names (child);
}

static void
test_names (Fixture *self)
{
  GtkWidget *content = adw_application_window_get_content (ADW_APPLICATION_WINDOW (self->window));

  check_names (content);
  fixture_scan (self);
  gtk_search_bar_set_search_mode (fixture_get_child (self, "search_bar"), TRUE);
  gtk_editable_set_text (fixture_get_child (self, "search_entry"), "holi");
  fixture_wait (self, has_found);
  check_names (content);
}

static void
check_row (Fixture    *self,
           guint       position,
           const char *name)
{
  GtkWidget *row = gtk_widget_get_first_child (fixture_get_child (self, "entry_list"));
  g_autoptr (DemoEntry) entry = g_list_model_get_item (fixture_get_model (self, "entry_list"), position);
  g_autofree char *size = g_format_size (demo_entry_get_size (entry));
  g_autofree char *expected = g_strdup_printf ("%s, %s, 1 file", name, size);
  g_autofree char *label = NULL;

  for (guint i = 0; i < position; i++)
    row = gtk_widget_get_next_sibling (row);
  label = dup_label (row);
  gtk_test_accessible_assert_role (row, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  g_assert_cmpstr (label, ==, expected);
}

static void
test_roles (Fixture *self)
{
  g_autofree char *label = NULL;

  fixture_scan (self);
  label = dup_label (fixture_get_child (self, "chart"));
  gtk_test_accessible_assert_role (fixture_get_child (self, "chart"), GTK_ACCESSIBLE_ROLE_IMG);
  g_assert_true (g_str_has_prefix (label, "“Pictures” occupies "));

  gtk_test_accessible_assert_role (fixture_get_child (self, "progress"), GTK_ACCESSIBLE_ROLE_PROGRESS_BAR);
  gtk_test_accessible_assert_role (fixture_get_child (self, "entry_list"), GTK_ACCESSIBLE_ROLE_LIST);
  check_row (self, 0, "Pictures");
  check_row (self, 2, "Files in This Folder");
}

/* Another language */

static void
test_german (Fixture *self)
{
  fixture_scan (self);
  fixture_wait_text (self, "count_label", "label", "4 Dateien");
  g_assert_true (fixture_has_label (fixture_get_child (self, "entry_list"), "Dateien in diesem Ordner"));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (fixture_get_child (self, "search_button")), ==,
                   "Nach Ordnern suchen");
  fixture_save (self, "disk-usage-german.png");
}

/* The language has to be set before the window is made. */
static void
run_german (gconstpointer data)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_BUILT, "po", NULL);

  bindtextdomain (GETTEXT_PACKAGE, folder);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_setenv ("LANGUAGE", "de", TRUE);
  if (g_str_equal (_("Disk Usage"), "Disk Usage"))
    g_test_skip ("gettext is not installed, or has no translations in the locale C.UTF-8");
  else
    fixture_run (data);
}

#define ADD(path, test) fixture_add ("/disk-usage/access/" path, test)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();

  ADD ("search", test_search);
  ADD ("list", test_list);
  ADD ("stop", test_stop);
  ADD ("menu", test_menu);
  ADD ("shortcuts", test_shortcuts);
  ADD ("about", test_about);
  ADD ("names", test_names);
  ADD ("roles", test_roles);
  /* The last one, because the language stays. */
  g_test_add_data_func ("/disk-usage/access/german", (gconstpointer) test_german, run_german);

  return g_test_run ();
}
