/* panic.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A handler that fails without a word, as one does that throws an exception in
 * another language: its client is told, and the service goes on. */

#include "scenarios.h"

#define PANIC_TYPE_APP (panic_app_get_type ())
G_DECLARE_FINAL_TYPE (PanicApp, panic_app, PANIC, APP, GObject)

struct _PanicApp
{
  GObject parent_instance;
};

static gboolean
panic_app_panic (ScenePanic  *service,
                 GError     **error)
{
  return FALSE;
}

static gboolean
panic_app_carry (ScenePanic  *service,
                 gboolean    *out_on,
                 GError     **error)
{
  *out_on = TRUE;

  return TRUE;
}

static void
panic_app_panic_init (ScenePanicInterface *iface)
{
  iface->panic = panic_app_panic;
  iface->carry = panic_app_carry;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PanicApp, panic_app, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SCENE_TYPE_PANIC, panic_app_panic_init))

static void
panic_app_class_init (PanicAppClass *klass)
{
}

static void
panic_app_init (PanicApp *self)
{
}

static void
panic_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  GError **error = user_data;

  g_assert_false (scene_panic_proxy_call_panic_finish (SCENE_PANIC_PROXY (object), result, error));
}

static void
test_panic (void)
{
  g_autoptr (GObject) app = g_object_new (PANIC_TYPE_APP, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (app);
  g_autoptr (ScenePanicProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  gboolean on = FALSE;

  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  proxy = scene_panic_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));

  scene_panic_proxy_call_panic (proxy, NULL, panic_cb, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "org.example.Panic.Panic failed and gave no reason");

  g_clear_error (&error);
  g_assert_true (scene_panic_proxy_call_carry_sync (proxy, &on, NULL, &error));
  g_assert_true (on);
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/panic", test_panic);

  return g_test_run ();
}
