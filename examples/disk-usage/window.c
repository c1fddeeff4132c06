/* window.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The window. All of it runs in the main thread, as GTK requires; the scanner runs in a thread of its own. */

#include <glib/gi18n.h>

#include "chart.h"
#include "demo-disk-usage.h"
#include "entry-list.h"
#include "window.h"

struct _DiskUsageWindow
{
  AdwApplicationWindow parent_instance;

  DemoDiskUsageProxy      *proxy;  /* (owned) */
  DemoDiskUsageScanStream *scan;   /* (owned) (nullable): while it runs */
  GListStore              *found;  /* (owned): of DemoEntry */

  AdwToastOverlay *toasts;
  AdwWindowTitle  *title;
  GtkWidget       *stop_button;
  GtkProgressBar  *progress;
  GtkSearchBar    *search_bar;
  GtkSearchEntry  *search_entry;
  GtkStack        *pages;
  DiskUsageChart  *chart;
  GtkLabel        *size_label;
  GtkLabel        *count_label;
  GtkListView     *entry_list;
  GtkEventControllerMotion *entry_motion;
  GtkListView     *found_list;
};

G_DEFINE_FINAL_TYPE (DiskUsageWindow, disk_usage_window, ADW_TYPE_APPLICATION_WINDOW)

static void
show_toast (DiskUsageWindow *self,
            const char      *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

/* The scan */

static void
set_scan (DiskUsageWindow         *self,
          DemoDiskUsageScanStream *scan)
{
  g_set_object (&self->scan, scan);
  gtk_progress_bar_set_fraction (self->progress, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), scan != NULL);
  gtk_widget_set_visible (self->stop_button, scan != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.stop", scan != NULL);
}

/* A scan that another one has replaced ends silently, and so does one that the user has stopped. */
static void
finish_scan (DiskUsageWindow         *self,
             DemoDiskUsageScanStream *scan,
             guint                    n_unreadable,
             const GError            *error)
{
  g_autofree char *text = NULL;

  if (scan != self->scan)
    return;

  set_scan (self, NULL);
  if (error == NULL && n_unreadable > 0)
    text = g_strdup_printf (ngettext ("%u folder could not be read", "%u folders could not be read", n_unreadable),
                            n_unreadable);
  else if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    text = g_strdup (error->message);
  if (text != NULL)
    show_toast (self, text);
}

static void
outcome_cb (GObject      *source_object,
            GAsyncResult *result,
            gpointer      user_data)
{
  DemoDiskUsageScanStream *scan = DEMO_DISK_USAGE_SCAN_STREAM (source_object);
  g_autoptr (GError) error = NULL;
  guint n_unreadable = 0;

  demo_disk_usage_scan_stream_outcome_finish (scan, result, &n_unreadable, &error);
  finish_scan (user_data, scan, n_unreadable, error);
}

static void
progress_cb (GObject      *source_object,
             GAsyncResult *result,
             gpointer      user_data)
{
  DiskUsageWindow *self = user_data;
  DemoDiskUsageScanStream *scan = DEMO_DISK_USAGE_SCAN_STREAM (source_object);
  g_autoptr (GError) error = NULL;
  double fraction;

  if (demo_disk_usage_scan_stream_next_finish (scan, result, &fraction, &error))
    {
      if (scan == self->scan)
        gtk_progress_bar_set_fraction (self->progress, fraction);
      demo_disk_usage_scan_stream_next_async (scan, NULL, progress_cb, self);
    }
  else if (error == NULL)
    demo_disk_usage_scan_stream_outcome_async (scan, NULL, outcome_cb, self);
  else
    finish_scan (self, scan, 0, error);
}

/* Scans @folder, in place of the folder before. */
void
disk_usage_window_scan (DiskUsageWindow *self,
                        GFile           *folder)
{
  g_autoptr (DemoDiskUsageScanStream) scan = demo_disk_usage_proxy_open_scan (self->proxy, folder, NULL);
  g_autofree char *name = g_file_get_basename (folder);
  g_autofree char *title = name != NULL ? g_filename_display_name (name) : g_file_get_uri (folder);

  set_scan (self, scan);
  adw_window_title_set_title (self->title, title);
  gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.search", TRUE);
  gtk_stack_set_visible_child_name (self->pages, "usage");
  demo_disk_usage_scan_stream_next_async (scan, NULL, progress_cb, self);
}

static void
stop_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  DiskUsageWindow *self = DISK_USAGE_WINDOW (widget);

  norpc_stream_close (NORPC_STREAM (self->scan));
  set_scan (self, NULL);
}

static void
scan_home_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  g_autoptr (GFile) home = g_file_new_for_path (g_get_home_dir ());

  disk_usage_window_scan (DISK_USAGE_WINDOW (widget), home);
}

static void
chosen_cb (GtkNativeDialog *dialog,
           int              response,
           gpointer         user_data)
{
  g_autoptr (GFile) folder = NULL;

  if (response != GTK_RESPONSE_ACCEPT)
    return;

  folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  disk_usage_window_scan (user_data, folder);
}

static void
open_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  GtkFileChooserNative *dialog =
    gtk_file_chooser_native_new (_("Scan a Folder"), GTK_WINDOW (widget), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                 _("_Scan"), _("_Cancel"));

  g_signal_connect_object (dialog, "response", G_CALLBACK (chosen_cb), widget, 0);
  g_signal_connect (dialog, "hide", G_CALLBACK (g_object_unref), NULL);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* The location */

static void
moved_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!demo_disk_usage_proxy_call_enter_finish (DEMO_DISK_USAGE_PROXY (source_object), result, &error))
    show_toast (user_data, error->message);
}

static void
entry_cb (DiskUsageWindow *self,
          guint            position)
{
  GListModel *model = G_LIST_MODEL (gtk_list_view_get_model (self->entry_list));
  g_autoptr (DemoEntry) entry = g_list_model_get_item (model, position);

  if (*demo_entry_get_name (entry) != '\0')
    demo_disk_usage_proxy_call_enter (self->proxy, demo_entry_get_name (entry), NULL, moved_cb, self);
}

static void
left_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!demo_disk_usage_proxy_call_leave_finish (DEMO_DISK_USAGE_PROXY (source_object), result, &error))
    show_toast (user_data, error->message);
}

static void
leave_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  DiskUsageWindow *self = DISK_USAGE_WINDOW (widget);

  demo_disk_usage_proxy_call_leave (self->proxy, NULL, left_cb, self);
}

static void
location_cb (DiskUsageWindow *self)
{
  const char *location = demo_disk_usage_get_location (DEMO_DISK_USAGE (self->proxy));
  gboolean is_inside = location != NULL && *location != '\0';

  adw_window_title_set_subtitle (self->title, is_inside ? location : "");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.leave", is_inside);

  /* The row that had the focus is gone. */
  if (gtk_widget_get_focus_child (GTK_WIDGET (self->entry_list)) != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (self->entry_list));
}

/* The search */

static void
show_found (DiskUsageWindow *self,
            GPtrArray       *found)
{
  g_list_store_splice (self->found, 0, g_list_model_get_n_items (G_LIST_MODEL (self->found)),
                       found->pdata, found->len);
  gtk_stack_set_visible_child_name (self->pages, found->len > 0 ? "found" : "nothing-found");
}

static void
found_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  DiskUsageWindow *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found =
    demo_disk_usage_proxy_call_search_finish (DEMO_DISK_USAGE_PROXY (source_object), result, &error);

  /* The next search cancels this one. The user may have ended the search meanwhile. */
  if (found == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_toast (self, error->message);
  else if (found != NULL && *gtk_editable_get_text (GTK_EDITABLE (self->search_entry)) != '\0')
    show_found (self, found);
}

static void
search_changed_cb (DiskUsageWindow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));

  if (*text == '\0')
    {
      gtk_stack_set_visible_child_name (self->pages, "usage");
      return;
    }

  demo_disk_usage_proxy_call_search (self->proxy, text, NULL, found_cb, self);
}

static void
search_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  DiskUsageWindow *self = DISK_USAGE_WINDOW (widget);

  gtk_search_bar_set_search_mode (self->search_bar, !gtk_search_bar_get_search_mode (self->search_bar));
}

static void
gone_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  DiskUsageWindow *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!demo_disk_usage_proxy_call_go_finish (DEMO_DISK_USAGE_PROXY (source_object), result, &error))
    show_toast (self, error->message);
  else
    {
      gtk_search_bar_set_search_mode (self->search_bar, FALSE);
      gtk_stack_set_visible_child_name (self->pages, "usage");
      /* The focus was in the list that is not shown any more. */
      gtk_widget_grab_focus (GTK_WIDGET (self->entry_list));
    }
}

static void
found_entry_cb (DiskUsageWindow *self,
                guint            position)
{
  g_autoptr (DemoEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->found), position);

  demo_disk_usage_proxy_call_go (self->proxy, demo_entry_get_name (entry), NULL, gone_cb, self);
}

/* What follows the scanner */

/* The chart is on that page. */
static gboolean
is_usage_page (DiskUsageWindow *self,
               const char      *name)
{
  return g_strcmp0 (name, "usage") == 0;
}

static gboolean
format_size (GBinding     *binding,
             const GValue *from,
             GValue       *to,
             gpointer      user_data)
{
  g_value_take_string (to, g_format_size (g_value_get_uint64 (from)));

  return TRUE;
}

static gboolean
format_file_count (GBinding     *binding,
                   const GValue *from,
                   GValue       *to,
                   gpointer      user_data)
{
  guint n = g_value_get_uint (from);

  g_value_take_string (to, g_strdup_printf (ngettext ("%'u file", "%'u files", n), n));

  return TRUE;
}

/* Rows that move up move the list down. It stays at its top as long as nobody uses it. */
static void
items_changed_cb (DiskUsageWindow *self)
{
  GtkWidget *list = GTK_WIDGET (self->entry_list);

  if (!gtk_event_controller_motion_contains_pointer (self->entry_motion) &&
      gtk_widget_get_focus_child (list) == NULL)
    gtk_widget_activate_action (list, "list.scroll-to-item", "u", 0);
}

/* Widgets follow the proxy, which follows the scanner. */
static void
follow_scanner (DiskUsageWindow *self)
{
  GtkExpression *size = gtk_property_expression_new (DEMO_TYPE_ENTRY, NULL, "size");
  GtkSorter *sorter = GTK_SORTER (gtk_numeric_sorter_new (size));
  g_autoptr (GtkSortListModel) sorted = gtk_sort_list_model_new (NULL, sorter);
  GtkExpression *whole = gtk_property_expression_new (DEMO_TYPE_DISK_USAGE_PROXY,
                                                      gtk_object_expression_new (G_OBJECT (self->proxy)), "size");

  gtk_numeric_sorter_set_sort_order (GTK_NUMERIC_SORTER (sorter), GTK_SORT_DESCENDING);
  g_object_bind_property (self->proxy, "entries", sorted, "model", G_BINDING_SYNC_CREATE);
  entry_list_set_up (self->entry_list, G_LIST_MODEL (sorted), whole);
  entry_list_set_up (self->found_list, G_LIST_MODEL (self->found), NULL);
  g_object_set (self->chart, "model", sorted, NULL);
  g_signal_connect_object (sorted, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);

  g_object_bind_property_full (self->proxy, "size", self->size_label, "label", G_BINDING_SYNC_CREATE,
                               format_size, NULL, NULL, NULL);
  g_object_bind_property_full (self->proxy, "file-count", self->count_label, "label", G_BINDING_SYNC_CREATE,
                               format_file_count, NULL, NULL, NULL);
  g_signal_connect_swapped (self->proxy, "notify::location", G_CALLBACK (location_cb), self);
  location_cb (self);
}

static void
disk_usage_window_dispose (GObject *object)
{
  DiskUsageWindow *self = DISK_USAGE_WINDOW (object);

  g_clear_object (&self->scan);
  g_clear_object (&self->proxy);
  g_clear_object (&self->found);

  G_OBJECT_CLASS (disk_usage_window_parent_class)->dispose (object);
}

static void
disk_usage_window_class_init (DiskUsageWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = disk_usage_window_dispose;

  g_type_ensure (DISK_USAGE_TYPE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/example/DiskUsage/window.ui");
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, title);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, stop_button);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, progress);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, search_bar);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, search_entry);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, chart);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, size_label);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, count_label);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, entry_list);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, entry_motion);
  gtk_widget_class_bind_template_child (widget_class, DiskUsageWindow, found_list);
  /* For the tests. */
  gtk_widget_class_bind_template_child_full (widget_class, "chart_button", FALSE, 0);
  gtk_widget_class_bind_template_child_full (widget_class, "menu_button", FALSE, 0);
  gtk_widget_class_bind_template_child_full (widget_class, "search_button", FALSE, 0);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_cb);
  gtk_widget_class_bind_template_callback (widget_class, is_usage_page);
  gtk_widget_class_bind_template_callback (widget_class, found_entry_cb);

  gtk_widget_class_install_action (widget_class, "win.open", NULL, open_cb);
  gtk_widget_class_install_action (widget_class, "win.scan-home", NULL, scan_home_cb);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_cb);
  gtk_widget_class_install_action (widget_class, "win.leave", NULL, leave_cb);
  gtk_widget_class_install_action (widget_class, "win.stop", NULL, stop_cb);
  /* Not an accelerator of the application, because Escape also ends the search. */
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "win.stop", NULL);
}

static void
disk_usage_window_init (DiskUsageWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.search", FALSE);
  self->found = g_list_store_new (DEMO_TYPE_ENTRY);
  set_scan (self, NULL);
}

DiskUsageWindow *
disk_usage_window_new (GtkApplication *application,
                       NorpcEndpoint  *scanner)
{
  DiskUsageWindow *self = g_object_new (DISK_USAGE_TYPE_WINDOW, "application", application, NULL);

  self->proxy = demo_disk_usage_proxy_new (scanner);
  /* From the moment when the window is closed, no callback runs. */
  norpc_proxy_set_owner (NORPC_PROXY (self->proxy), G_OBJECT (self));
  follow_scanner (self);

  return self;
}
