/* window-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* If NORPC_TEST_SCREENSHOTS is a folder, pictures of the pages are saved there. */

#include "window-fixture.h"

/* Lines have soft edges. */
#define TOLERANCE 40

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

void
windowed_set_up (Windowed      *self,
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

void
windowed_iterate_until (gboolean (*condition) (gpointer data),
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

gboolean
windowed_is_null (gpointer data)
{
  return *(gpointer *) data == NULL;
}

void
windowed_tear_down (Windowed      *self,
                    gconstpointer  unused)
{
  if (self->window != NULL)
    gtk_window_destroy (self->window);
  /* The lists of its feed may be on their way. */
  windowed_iterate_until (windowed_is_null, &self->window);
  g_clear_object (&self->proxy);
  g_clear_object (&self->relay_proxy);
  g_assert_true (norpc_server_stop (self->relay, NORPC_STOP_ABANDON, NULL, NULL));
  g_clear_object (&self->relay);
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
  g_clear_object (&self->server);
  g_clear_pointer (&self->calls, g_async_queue_unref);
}

/* Returns the first widget of a type below @widget, or NULL, that is visible and, if it is a label, has the text. */
GtkWidget *
windowed_find_widget (GtkWidget  *widget,
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
      GtkWidget *found = windowed_find_widget (child, type, text);

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

  return windowed_find_widget (wanted->window, GTK_TYPE_LABEL, wanted->text) != NULL;
}

void
windowed_wait_for_label (Windowed   *self,
                         const char *text)
{
  Wanted wanted = { GTK_WIDGET (self->window), text };

  windowed_iterate_until (is_shown, &wanted);
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
void
windowed_save_picture (Windowed   *self,
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
guint
windowed_count_pixels (Windowed *self,
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

void
windowed_show_page (Windowed   *self,
                    const char *name)
{
  g_assert_true (norpc_gtk_inspector_window_set_page (NORPC_GTK_INSPECTOR_WINDOW (self->window), name));
}

void
windowed_unlocked_cb (GObject      *object,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  gboolean *done = user_data;

  *done = TRUE;
  store_store_proxy_call_unlock_finish (STORE_STORE_PROXY (object), result, NULL);
}

void
windowed_call_get (StoreStoreProxy *proxy,
                   const char      *key)
{
  g_autofree char *value = NULL;

  g_assert_true (store_store_proxy_call_get_sync (proxy, key, &value, NULL, NULL));
}

/* Goes on with a call that was kept. */
void
windowed_answer_kept (Windowed *self)
{
  g_autoptr (NorpcCall) call = g_async_queue_pop (self->calls);

  norpc_call_return_values (call, 0, NULL);
}

gboolean
windowed_is_true (gpointer data)
{
  return *(gboolean *) data;
}
