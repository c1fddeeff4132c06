/* test-window.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The window of an inspector, with a service that is inspected. If NORPC_TEST_SCREENSHOTS is a folder, pictures of the
 * pages are saved there.
 */

#include <libintl.h>
#include <locale.h>
#include <norpc-glib-gtk/norpc-glib-gtk.h>

#include "inspector-command-line.h"
#include "inspector-feed.h"
#include "inspector-sequence.h"
#include "store.h"

#define TEXT_DOMAIN "norpc-glib-gtk-1"

/* Lines have soft edges. */
#define TOLERANCE 40

/* The limit of a wait, which is reached only when a test fails. */
#define PATIENCE (60 * G_TIME_SPAN_SECOND)

typedef struct
{
  NorpcServer     *server;
  StoreStoreProxy *proxy;
  NorpcServer     *relay;       /* its service calls the other one */
  StoreStoreProxy *relay_proxy;
  GAsyncQueue     *calls;  /* (owned): of owned NorpcCall, which the service has kept */
  GtkWindow       *window; /* (unowned): until it is destroyed */
} Windowed;

static gboolean
get (StoreStore  *service,
     const char  *key,
     char       **value,
     GError     **error)
{
  if (g_str_equal (key, "slow"))
    g_usleep (20 * 1000);
  *value = g_strconcat (key, key, NULL);

  return TRUE;
}

static gboolean
handle_unlock (StoreStore  *service,
               NorpcCall   *call,
               const char  *user,
               const char  *password,
               GError     **error)
{
  g_async_queue_push (norpc_simple_service_get_data (service), norpc_call_ref (call));

  return TRUE;
}

/* Of the relay, whose data is a proxy for the other service. */
static gboolean
relay_get (StoreStore  *service,
           const char  *key,
           char       **value,
           GError     **error)
{
  return store_store_proxy_call_get_sync (norpc_simple_service_get_data (service), key, value, NULL, error);
}

static const StoreStoreInterface relay_funcs = { .get = relay_get };
static const StoreStoreInterface store_funcs = { .get = get, .handle_unlock = handle_unlock };

static void
set_up (Windowed      *self,
        gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  self->calls = g_async_queue_new ();
  self->server = norpc_serve (store_store_new_for_funcs (&store_funcs, self->calls, NULL), &error);
  g_assert_no_error (error);
  self->proxy = store_store_proxy_new (norpc_server_get_endpoint (self->server));
  self->relay = norpc_serve (store_store_new_for_funcs (&relay_funcs,
                                                        store_store_proxy_new (norpc_server_get_endpoint (self->server)),
                                                        g_object_unref), &error);
  g_assert_no_error (error);
  self->relay_proxy = store_store_proxy_new (norpc_server_get_endpoint (self->relay));
  self->window = GTK_WINDOW (norpc_gtk_inspector_window_new (NULL));
  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  gtk_window_present (self->window);
}

static void
iterate_until (gboolean (*condition) (gpointer data),
               gpointer   data)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (!condition (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static gboolean
is_null (gpointer data)
{
  return *(gpointer *) data == NULL;
}

static void
tear_down (Windowed      *self,
           gconstpointer  unused)
{
  if (self->window != NULL)
    gtk_window_destroy (self->window);
  /* The lists of its feed may be on their way. */
  iterate_until (is_null, &self->window);
  g_clear_object (&self->proxy);
  g_clear_object (&self->relay_proxy);
  g_assert_true (norpc_server_stop (self->relay, NORPC_STOP_ABANDON, NULL, NULL));
  g_clear_object (&self->relay);
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
  g_clear_object (&self->server);
  g_clear_pointer (&self->calls, g_async_queue_unref);
}

/* Returns the first widget of a type below @widget, or NULL, that is visible and, if it is a label, has the text. */
static GtkWidget *
find_widget (GtkWidget  *widget,
             GType       type,
             const char *text)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) &&
      (text == NULL || strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type, text);

      if (found != NULL)
        return found;
    }

  return NULL;
}

typedef struct
{
  GtkWidget  *window;
  const char *text;
} Wanted;

static gboolean
is_shown (gpointer data)
{
  Wanted *wanted = data;

  return find_widget (wanted->window, GTK_TYPE_LABEL, wanted->text) != NULL;
}

static void
wait_for_label (Windowed   *self,
                const char *text)
{
  Wanted wanted = { GTK_WIDGET (self->window), text };

  iterate_until (is_shown, &wanted);
}

/* Returns what the window shows (owned), or NULL if it has not been drawn yet. */
static GskRenderNode *
snapshot_window (Windowed *self)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (self->window));
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, GDK_SNAPSHOT (snapshot), gdk_paintable_get_intrinsic_width (paintable),
                          gdk_paintable_get_intrinsic_height (paintable));

  return gtk_snapshot_free_to_node (snapshot);
}

/* Returns a picture (owned) of the window. */
static GdkTexture *
draw_window (Windowed *self)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  g_autoptr (GskRenderNode) node = NULL;

  while ((node = snapshot_window (self)) == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, TRUE);
    }

  return gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (self->window)), node, NULL);
}

/* Saves a picture, if it is wanted. */
static void
save_picture (Windowed   *self,
              const char *name)
{
  const char *folder = g_getenv ("NORPC_TEST_SCREENSHOTS");
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *path = NULL;

  if (folder == NULL)
    return;

  texture = draw_window (self);
  path = g_strdup_printf ("%s/%s.png", folder, name);
  g_assert_true (gdk_texture_save_to_png (texture, path));
}

/* Returns how many pixels of the window are about as red, green and blue. */
static guint
count_pixels (Windowed *self,
              int       red,
              int       green,
              int       blue)
{
  g_autoptr (GdkTexture) texture = draw_window (self);
  gsize width = (gsize) gdk_texture_get_width (texture), height = (gsize) gdk_texture_get_height (texture);
  g_autofree guint32 *pixels = g_new (guint32, width * height);
  guint n = 0;

  gdk_texture_download (texture, (guchar *) pixels, width * 4);
  for (gsize i = 0; i < width * height; i++)
    if (ABS ((int) (pixels[i] >> 16 & 255) - red) < TOLERANCE && ABS ((int) (pixels[i] >> 8 & 255) - green) < TOLERANCE &&
        ABS ((int) (pixels[i] & 255) - blue) < TOLERANCE)
      n++;

  return n;
}

static void
show_page (Windowed   *self,
           const char *name)
{
  g_assert_true (norpc_gtk_inspector_window_set_page (NORPC_GTK_INSPECTOR_WINDOW (self->window), name));
}

static void
unlocked_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  gboolean *done = user_data;

  *done = TRUE;
  store_store_proxy_call_unlock_finish (STORE_STORE_PROXY (object), result, NULL);
}

static void
call_get (StoreStoreProxy *proxy,
          const char      *key)
{
  g_autofree char *value = NULL;

  g_assert_true (store_store_proxy_call_get_sync (proxy, key, &value, NULL, NULL));
}

/* Goes on with a call that was kept. */
static void
answer_kept (Windowed *self)
{
  g_autoptr (NorpcCall) call = g_async_queue_pop (self->calls);

  norpc_call_return_values (call, 0, NULL);
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
test_services (Windowed      *self,
               gconstpointer  unused)
{
  gboolean done = FALSE;

  call_get (self->proxy, "a");
  store_store_proxy_call_unlock (self->proxy, "ada", "lovelace", NULL, unlocked_cb, &done);
  wait_for_label (self, "org.example.Store.Get");
  wait_for_label (self, "running, 0 of 4096 waiting, 1 open");
  wait_for_label (self, "user='ada', password=<sensitive>");
  save_picture (self, "services");

  answer_kept (self);
  iterate_until (is_true, &done);
  while (find_widget (GTK_WIDGET (self->window), GTK_TYPE_LABEL, "user='ada'") != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
has_call_line (gpointer data)
{
  return count_pixels (data, 53, 132, 227) > 20;
}

/* Lines are drawn as soon as there are two samples. */
static void
test_plots (Windowed      *self,
            gconstpointer  unused)
{
  show_page (self, "plots");
  for (guint i = 0; i < 10; i++)
    call_get (self->proxy, "a");
  wait_for_label (self, "org.example.Store.Get");
  iterate_until (has_call_line, self);

  /* For a picture with more in it. */
  if (g_getenv ("NORPC_TEST_SCREENSHOTS") != NULL)
    for (guint i = 0; i < 2000; i++)
      {
        call_get (self->proxy, i % 50 == 0 ? "slow" : "a");
        for (guint j = 0; j < 5; j++)
          g_main_context_iteration (NULL, FALSE);
        g_usleep (i % 400 < 200 ? 3000 : 12000);
      }
  save_picture (self, "plots");
}

typedef struct
{
  GtkAdjustment *adjustment;
  double         upper;
} Scrolled;

static gboolean
is_longer (gpointer data)
{
  Scrolled *scrolled = data;

  return gtk_adjustment_get_upper (scrolled->adjustment) > scrolled->upper;
}

static gboolean
is_at_end (gpointer data)
{
  GtkAdjustment *adjustment = data;

  return gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >=
         gtk_adjustment_get_upper (adjustment) - 1;
}

static gboolean
count_frame_cb (GtkWidget     *widget,
                GdkFrameClock *clock,
                gpointer       user_data)
{
  guint *n = user_data;

  (*n)++;

  return *n < 3 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
has_three (gpointer data)
{
  return *(guint *) data == 3;
}

/* Waits until widgets have the sizes that they want. */
static void
wait_for_frames (GtkWidget *widget)
{
  guint n = 0;

  gtk_widget_add_tick_callback (widget, count_frame_cb, &n, NULL);
  iterate_until (has_three, &n);
}

/* The events that are read do not move away. */
static void
test_sequence_scrolled (Windowed      *self,
                        gconstpointer  unused)
{
  Scrolled scrolled = { 0 };
  GtkWidget *sequence;

  show_page (self, "sequence");
  sequence = find_widget (GTK_WIDGET (self->window), INSPECTOR_TYPE_SEQUENCE, NULL);
  scrolled.adjustment = gtk_scrolled_window_get_vadjustment (
    GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (sequence, GTK_TYPE_SCROLLED_WINDOW)));
  scrolled.upper = 2000;
  for (guint i = 0; i < 50; i++)
    call_get (self->proxy, "a");
  iterate_until (is_longer, &scrolled);
  iterate_until (is_at_end, scrolled.adjustment);

  gtk_adjustment_set_value (scrolled.adjustment, 10);
  scrolled.upper = gtk_adjustment_get_upper (scrolled.adjustment);
  call_get (self->proxy, "slow");
  show_page (self, "lints");
  wait_for_label (self, "blocking-handler");
  show_page (self, "sequence");
  wait_for_frames (sequence);
  g_assert_cmpfloat (gtk_adjustment_get_upper (scrolled.adjustment), ==, scrolled.upper);
  g_assert_cmpfloat (gtk_adjustment_get_value (scrolled.adjustment), ==, 10);

  /* It follows again. */
  gtk_adjustment_set_value (scrolled.adjustment, scrolled.upper);
  iterate_until (is_longer, &scrolled);
  iterate_until (is_at_end, scrolled.adjustment);
}

/* A feed, and the method of its first sample. */
typedef struct
{
  InspectorFeed *feed;
  char          *key; /* (owned) (nullable) */
} Fed;

static const InspectorSample *
get_last_sample (Fed *self)
{
  GArray *samples = self->key != NULL ? inspector_feed_get_samples (self->feed, self->key) : NULL;

  return samples != NULL ? &g_array_index (samples, InspectorSample, samples->len - 1) : NULL;
}

static gboolean
has_latency (gpointer data)
{
  Fed *self = data;
  GVariant *methods = inspector_feed_get_methods (self->feed);

  if (self->key == NULL && g_variant_n_children (methods) > 0)
    {
      g_autoptr (GVariant) method = g_variant_get_child_value (methods, 0);

      self->key = inspector_feed_make_key (method);
    }

  return get_last_sample (self) != NULL && get_last_sample (self)->median > 0;
}

static gboolean
has_no_latency (gpointer data)
{
  return get_last_sample (data)->median == 0;
}

/* The latency of the last call stays when no other one follows, but not its rate. */
static void
test_summary (Windowed      *self,
              gconstpointer  unused)
{
  g_autoptr (NorpcInspector) inspector = norpc_inspector_new ();
  Fed fed = { .feed = inspector_feed_new (inspector) };
  InspectorSample summary;
  gint64 end;

  call_get (self->proxy, "a");
  iterate_until (has_latency, &fed);
  inspector_feed_summarize (fed.feed, fed.key, &summary);
  g_assert_cmpint (summary.median, >, 0);
  g_assert_cmpfloat (summary.rate, >, 0);

  iterate_until (has_no_latency, &fed);
  end = g_get_monotonic_time () + 2 * G_TIME_SPAN_SECOND;
  while (get_last_sample (&fed)->time < end)
    g_main_context_iteration (NULL, TRUE);
  inspector_feed_summarize (fed.feed, fed.key, &summary);
  g_assert_cmpint (summary.median, >, 0);
  g_assert_cmpfloat (summary.rate, ==, 0);

  g_object_unref (fed.feed);
  g_free (fed.key);
}

/* Blue arrows to the service, and an arc in green. */
static gboolean
has_sequence (gpointer data)
{
  return count_pixels (data, 53, 132, 227) > 100 && count_pixels (data, 38, 162, 105) > 100;
}

static void
test_sequence (Windowed      *self,
               gconstpointer  unused)
{
  gboolean done = FALSE;

  show_page (self, "sequence");
  store_store_proxy_call_unlock (self->proxy, "ada", "lovelace", NULL, unlocked_cb, &done);
  call_get (self->relay_proxy, "b");
  call_get (self->proxy, "a");
  answer_kept (self);
  call_get (self->relay_proxy, "slow");
  iterate_until (is_true, &done);
  g_assert_false (store_store_proxy_call_clear_sync (self->proxy, NULL, NULL));
  iterate_until (has_sequence, self);
  save_picture (self, "sequence");
}

typedef struct
{
  Windowed      *windowed;
  GtkEntry      *entry;
  GtkDropDown   *choice;
  GtkWidget     *call_button;
  GtkWidget     *cancel_button;
  GtkTextBuffer *results;
} InvokePage;

/* Shows the page, where Store.Get is chosen, which is the first method. */
static InvokePage
show_invoke_page (Windowed *self)
{
  InvokePage page = { .windowed = self };
  GtkWidget *view;

  show_page (self, "invoke");
  wait_for_label (self, "Arguments of the type (s)");
  wait_for_label (self, "Get (");
  page.entry = GTK_ENTRY (find_widget (GTK_WIDGET (self->window), GTK_TYPE_ENTRY, NULL));
  page.choice = GTK_DROP_DOWN (find_widget (GTK_WIDGET (self->window), GTK_TYPE_DROP_DOWN, NULL));
  view = find_widget (GTK_WIDGET (self->window), GTK_TYPE_TEXT_VIEW, NULL);
  page.call_button = gtk_widget_get_next_sibling (GTK_WIDGET (page.entry));
  page.cancel_button = gtk_widget_get_next_sibling (page.call_button);
  page.results = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));

  return page;
}

static gboolean
has_result (gpointer data)
{
  InvokePage *page = data;

  return gtk_widget_get_visible (page->call_button) && !gtk_widget_get_visible (page->cancel_button);
}

/* Returns the text (owned) below. */
static char *
get_results (InvokePage *page)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (page->results, &start, &end);

  return gtk_text_buffer_get_text (page->results, &start, &end, FALSE);
}

static void
assert_result (InvokePage *page,
               const char *expected)
{
  g_autofree char *text = NULL;

  iterate_until (has_result, page);
  text = get_results (page);
  if (strstr (text, expected) == NULL)
    g_error ("'%s' is not in '%s'", expected, text);
}

static void
test_invoke (Windowed      *self,
             gconstpointer  unused)
{
  InvokePage page = show_invoke_page (self);
  g_autofree char *none = NULL;

  gtk_editable_set_text (GTK_EDITABLE (page.entry), "'ab'");
  g_signal_emit_by_name (page.call_button, "clicked");
  g_assert_false (has_result (&page));
  assert_result (&page, "value='abab'");
  save_picture (self, "invoke");

  gtk_editable_set_text (GTK_EDITABLE (page.entry), "3");
  g_signal_emit_by_name (page.entry, "activate");
  assert_result (&page, "takes arguments of the type '(s)'");

  /* Clear has no arguments, and what is in the entry is not for it. */
  gtk_drop_down_set_selected (page.choice, 2);
  wait_for_label (self, "The method has no arguments.");
  wait_for_label (self, "Clear (");
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (page.entry)));
  none = get_results (&page);
  g_assert_cmpstr (none, ==, "");
  g_signal_emit_by_name (page.call_button, "clicked");
  assert_result (&page, "StoreStore+Funcs");
}

/* Returns the first widget of a type below @widget, visible or not, or NULL. */
static GtkWidget *
find_hidden (GtkWidget *widget,
             GType      type)
{
  GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (widget), type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_hidden (child, type);

  return found;
}

/* Both services have one. */
static gboolean
has_two_items (gpointer data)
{
  return g_list_model_get_n_items (data) == 2;
}

/* The name of a method finds it. */
static void
test_invoke_search (Windowed      *self,
                    gconstpointer  unused)
{
  InvokePage page = show_invoke_page (self);
  GtkWidget *entry = find_hidden (GTK_WIDGET (page.choice), GTK_TYPE_SEARCH_ENTRY);
  GtkWidget *list = find_hidden (GTK_WIDGET (page.choice), GTK_TYPE_LIST_VIEW);

  gtk_editable_set_text (GTK_EDITABLE (entry), "unl");
  iterate_until (has_two_items, gtk_list_view_get_model (GTK_LIST_VIEW (list)));

  /* It stays, although the list is updated meanwhile. */
  call_get (self->proxy, "slow");
  show_page (self, "lints");
  wait_for_label (self, "blocking-handler");
  g_assert_true (has_two_items (gtk_list_view_get_model (GTK_LIST_VIEW (list))));
}

/* Chooses Store.Unlock, which the service does not answer before the test does. */
static void
invoke_unlock (InvokePage *page)
{
  gtk_drop_down_set_selected (page->choice, 3);
  wait_for_label (page->windowed, "Arguments of the type (ss)");
  gtk_editable_set_text (GTK_EDITABLE (page->entry), "'ada', 'lovelace'");
  g_signal_emit_by_name (page->entry, "activate");
}

static gboolean
is_cancelled (gpointer data)
{
  return g_cancellable_is_cancelled (data);
}

static void
test_invoke_cancelled (Windowed      *self,
                       gconstpointer  unused)
{
  InvokePage page = show_invoke_page (self);
  g_autoptr (NorpcCall) call = NULL;

  invoke_unlock (&page);
  call = g_async_queue_pop (self->calls);
  g_assert_true (gtk_widget_get_visible (page.cancel_button));
  gtk_widget_grab_focus (page.cancel_button);
  g_signal_emit_by_name (page.cancel_button, "clicked");
  assert_result (&page, "The call was cancelled.");
  g_assert_true (gtk_window_get_focus (self->window) == page.call_button);
  iterate_until (is_cancelled, norpc_call_get_cancellable (call));

  /* Another call is not cancelled. */
  gtk_drop_down_set_selected (page.choice, 0);
  wait_for_label (self, "Arguments of the type (s)");
  gtk_editable_set_text (GTK_EDITABLE (page.entry), "'ab'");
  g_signal_emit_by_name (page.entry, "activate");
  assert_result (&page, "value='abab'");
}

/* The window goes while a call is in flight. */
static void
test_invoke_closed (Windowed      *self,
                    gconstpointer  unused)
{
  InvokePage page = show_invoke_page (self);
  g_autoptr (NorpcCall) call = NULL;

  invoke_unlock (&page);
  call = g_async_queue_pop (self->calls);
  gtk_window_destroy (self->window);
  iterate_until (is_null, &self->window);
  iterate_until (is_cancelled, norpc_call_get_cancellable (call));
}

static void
test_lints (Windowed      *self,
            gconstpointer  unused)
{
  gboolean done = FALSE;

  show_page (self, "lints");
  call_get (self->proxy, "slow");
  store_store_proxy_call_unlock (self->proxy, "ada", "lovelace", NULL, unlocked_cb, &done);
  answer_kept (self);
  iterate_until (is_true, &done);
  wait_for_label (self, "blocking-handler");
  wait_for_label (self, "no-deadline");
  save_picture (self, "lints");
}

/* Returns the address (owned) of a process that is ready to be inspected, and the process (owned). */
static char *
start_inspected (const char   *folder,
                 GSubprocess **process)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  char line[6] = "";
  char *address;

  g_subprocess_launcher_setenv (launcher, "NORPC_INSPECT", folder, TRUE);
  *process = g_subprocess_launcher_spawn (launcher, &error, g_getenv ("NORPC_TEST_INSPECTED"), NULL);
  g_assert_no_error (error);
  g_input_stream_read_all (g_subprocess_get_stdout_pipe (*process), line, 5, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "ready");
  address = inspector_find_address (folder, &error);
  g_assert_no_error (error);

  return address;
}

/* The window of another process, which ends. */
static void
test_other_process (Windowed      *self,
                    gconstpointer  unused)
{
  g_autofree char *folder = g_dir_make_tmp ("norpc-XXXXXX", NULL);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *address = start_inspected (folder, &process);
  g_autoptr (NorpcInspector) inspector = norpc_inspector_new_for_address (address, NULL, NULL);
  Windowed other = { .window = GTK_WINDOW (norpc_gtk_inspector_window_new (inspector)) };

  g_object_add_weak_pointer (G_OBJECT (other.window), (gpointer *) &other.window);
  gtk_window_present (other.window);
  wait_for_label (&other, "stores");
  wait_for_label (&other, "user='ada', password=<sensitive>");
  wait_for_label (&other, "org.example.Store.Get");

  g_subprocess_force_exit (process);
  wait_for_label (&other, "The process can no longer be inspected: ");
  gtk_window_destroy (other.window);
  iterate_until (is_null, &other.window);
}

static void
test_pages (Windowed      *self,
            gconstpointer  unused)
{
  g_assert_false (norpc_gtk_inspector_window_set_page (NORPC_GTK_INSPECTOR_WINDOW (self->window), "nothing"));
  g_assert_true (NORPC_IS_INSPECTOR (
    norpc_gtk_inspector_window_get_inspector (NORPC_GTK_INSPECTOR_WINDOW (self->window))));
}

/* The language has to be set before the window is made. The name of the locale is one that gettext does not take for
 * English.
 */
static void
set_up_german (Windowed      *self,
               gconstpointer  unused)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_setenv ("LANGUAGE", "de", TRUE);
  /* Instead of those that may be installed, which the class has bound. */
  g_type_class_unref (g_type_class_ref (NORPC_GTK_TYPE_INSPECTOR_WINDOW));
  bindtextdomain (TEXT_DOMAIN, g_getenv ("NORPC_TEST_TRANSLATIONS"));
  set_up (self, unused);
}

static void
test_german (Windowed      *self,
             gconstpointer  unused)
{
  if (g_str_equal (g_dgettext (TEXT_DOMAIN, "Services"), "Services"))
    {
      g_test_skip ("gettext is not installed, or has no translations in the locale C.UTF-8");
      return;
    }

  call_get (self->proxy, "a");
  wait_for_label (self, "Thread, Dienst, Methode");
  wait_for_label (self, "läuft, 0 von 4096 warten, 0 offen");
  wait_for_label (self, "1 Dienst");
  wait_for_label (self, "Hinweise");
  show_page (self, "invoke");
  wait_for_label (self, "Argumente des Typs (s)");
  wait_for_label (self, "Aufrufen");
  show_page (self, "lints");
  wait_for_label (self, "Schlimmster Fall");
  save_picture (self, "german");
}

static void
tear_down_german (Windowed      *self,
                  gconstpointer  unused)
{
  tear_down (self, unused);
  g_unsetenv ("LANGUAGE");
  setlocale (LC_ALL, "C");
}

/* Nothing records calls after the last window has gone. */
static void
test_show (void)
{
  GtkWindow *parent = GTK_WINDOW (gtk_window_new ());
  GListModel *windows = gtk_window_get_toplevels ();
  gpointer shown = NULL;

  norpc_gtk_show_inspector (parent);
  for (guint i = 0; i < g_list_model_get_n_items (windows) && shown == NULL; i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (NORPC_GTK_IS_INSPECTOR_WINDOW (window))
        shown = window;
    }
  g_assert_nonnull (shown);
  g_object_add_weak_pointer (shown, &shown);
  gtk_window_destroy (parent);
  iterate_until (is_null, &shown);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

#define TEST_WINDOWED(path, func) g_test_add (path, Windowed, NULL, set_up, func, tear_down)

  TEST_WINDOWED ("/inspector/window/services", test_services);
  TEST_WINDOWED ("/inspector/window/plots", test_plots);
  TEST_WINDOWED ("/inspector/window/sequence-scrolled", test_sequence_scrolled);
  TEST_WINDOWED ("/inspector/window/summary", test_summary);
  TEST_WINDOWED ("/inspector/window/sequence", test_sequence);
  TEST_WINDOWED ("/inspector/window/invoke", test_invoke);
  TEST_WINDOWED ("/inspector/window/invoke-search", test_invoke_search);
  TEST_WINDOWED ("/inspector/window/invoke-cancelled", test_invoke_cancelled);
  TEST_WINDOWED ("/inspector/window/invoke-closed", test_invoke_closed);
  TEST_WINDOWED ("/inspector/window/lints", test_lints);
  TEST_WINDOWED ("/inspector/window/pages", test_pages);
  g_test_add ("/inspector/window/german", Windowed, NULL, set_up_german, test_german, tear_down_german);
  TEST_WINDOWED ("/inspector/window/other-process", test_other_process);
  g_test_add_func ("/inspector/window/show", test_show);

  return g_test_run ();
}
