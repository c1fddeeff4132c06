/* no-runtime.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Generated code needs no server, no channel and no thread. */

#include "scenarios.h"

#define ADD_TYPE_APP (add_app_get_type ())
G_DECLARE_FINAL_TYPE (AddApp, add_app, ADD, APP, GObject)

struct _AddApp
{
  GObject parent_instance;
};

static gboolean
add_app_add (SceneAdd  *service,
             guint64    x,
             guint64    y,
             guint64   *out_sum,
             GError   **error)
{
  *out_sum = x + y;

  return TRUE;
}

static void
add_app_add_init (SceneAddInterface *iface)
{
  iface->add = add_app_add;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AddApp, add_app, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SCENE_TYPE_ADD, add_app_add_init))

static void
add_app_class_init (AddAppClass *klass)
{
}

static void
add_app_init (AddApp *self)
{
}

static void
add_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (scene_add_proxy_call_add_finish (SCENE_ADD_PROXY (object), result, user_data, &error));
  g_assert_no_error (error);
}

static void
test_no_runtime (void)
{
  g_autoptr (AddApp) app = g_object_new (ADD_TYPE_APP, NULL);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (app));
  g_autoptr (SceneAddProxy) proxy = scene_add_proxy_new (NORPC_ENDPOINT (direct));
  g_autoptr (GError) error = NULL;
  guint64 sum = 0;

  scene_add_proxy_call_add (proxy, 1, 2, NULL, add_cb, &sum);
  while (sum == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (sum, ==, 3);

  g_assert_true (scene_add_proxy_call_add_sync (proxy, 3, 4, &sum, NULL, &error));
  g_assert_cmpuint (sum, ==, 7);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/no-runtime", test_no_runtime);

  return g_test_run ();
}
