/* client-drop.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One client's call never ends, and holds what another client's call waits for:
 * when the first client drops what it has in flight, the other goes on. */

#include "scenarios.h"

#define LOOP_TYPE_APP (loop_app_get_type ())
G_DECLARE_FINAL_TYPE (LoopApp, loop_app, LOOP, APP, GObject)

struct _LoopApp
{
  GObject    parent_instance;
  NorpcCall *holder;  /* (owned) (nullable): who has the token */
  GQueue     waiting; /* of owned NorpcCall: who waits for it */
  int        n_ticks; /* atomic: how often the loop went round */
};

static void begin (LoopApp *self);

static void
end (LoopApp *self)
{
  g_clear_pointer (&self->holder, norpc_call_unref);
  begin (self);
}

/* The service's context: the loop goes round until nobody wants its end. */
static gboolean
tick_cb (gpointer user_data)
{
  LoopApp *self = user_data;

  g_atomic_int_inc (&self->n_ticks);
  if (!norpc_call_is_cancelled (self->holder))
    return G_SOURCE_CONTINUE;

  end (self);

  return G_SOURCE_REMOVE;
}

/* The service's context: gives the token to the next. */
static void
begin (LoopApp *self)
{
  if (self->holder != NULL || self->waiting.length == 0)
    return;

  self->holder = g_queue_pop_head (&self->waiting);
  if (g_str_equal (norpc_call_get_method_name (self->holder), "InfLoop"))
    {
      g_autoptr (GSource) source = g_timeout_source_new (1);

      g_source_set_callback (source, tick_cb, self, NULL);
      g_source_attach (source, g_main_context_get_thread_default ());
    }
  else
    {
      scene_loop_complete_noop (SCENE_LOOP (self), self->holder);
      end (self);
    }
}

static gboolean
loop_app_handle (SceneLoop  *service,
                 NorpcCall  *call,
                 GError    **error)
{
  LoopApp *self = LOOP_APP (service);

  g_queue_push_tail (&self->waiting, norpc_call_ref (call));
  begin (self);

  return TRUE;
}

static void
loop_app_loop_init (SceneLoopInterface *iface)
{
  iface->handle_inf_loop = loop_app_handle;
  iface->handle_noop = loop_app_handle;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (LoopApp, loop_app, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SCENE_TYPE_LOOP, loop_app_loop_init))

static void
loop_app_finalize (GObject *object)
{
  LoopApp *self = LOOP_APP (object);

  g_assert_null (self->holder);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) norpc_call_unref);

  G_OBJECT_CLASS (loop_app_parent_class)->finalize (object);
}

static void
loop_app_class_init (LoopAppClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = loop_app_finalize;
}

static void
loop_app_init (LoopApp *self)
{
}

static void
inf_loop_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  GError **error = user_data;

  g_assert_false (scene_loop_proxy_call_inf_loop_finish (SCENE_LOOP_PROXY (object), result, error));
}

static void
noop_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  gboolean *done = user_data;
  g_autoptr (GError) error = NULL;

  *done = scene_loop_proxy_call_noop_finish (SCENE_LOOP_PROXY (object), result, &error);
  g_assert_no_error (error);
}

static void
test_client_drop (void)
{
  g_autoptr (LoopApp) app = g_object_new (LOOP_TYPE_APP, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (app));
  g_autoptr (SceneLoopProxy) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL, dropped = NULL;
  gboolean done = FALSE;

  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  first = scene_loop_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  second = scene_loop_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));

  scene_loop_proxy_call_inf_loop (first, NULL, inf_loop_cb, &dropped);
  while (g_atomic_int_get (&app->n_ticks) < 10)
    g_main_context_iteration (NULL, FALSE);
  scene_loop_proxy_call_noop (second, NULL, noop_cb, &done);
  for (int n_ticks = g_atomic_int_get (&app->n_ticks); g_atomic_int_get (&app->n_ticks) < n_ticks + 10;)
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (done);

  norpc_proxy_cancel_all (NORPC_PROXY (first));
  while (!done || dropped == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (dropped, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/client-drop", test_client_drop);

  return g_test_run ();
}
