/* hello-world.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The smallest service: in a thread of its own, and pinned to the context of
 * its client, where it may share with it what is not safe among threads. */

#include "scenarios.h"

#define HELLO_TYPE_APP (hello_app_get_type ())
G_DECLARE_FINAL_TYPE (HelloApp, hello_app, HELLO, APP, GObject)

struct _HelloApp
{
  GObject  parent_instance;
  GThread *thread; /* that it was called in */
  GString *log;    /* (unowned) (nullable): its client's */
};

static char *
hello_app_hello (SceneHelloWorld  *service,
                 const char       *name,
                 GError          **error)
{
  HelloApp *self = HELLO_APP (service);

  self->thread = g_thread_self ();
  if (self->log != NULL)
    g_string_append (self->log, name);

  return g_strdup_printf ("Hello, %s", name);
}

static void
hello_app_hello_world_init (SceneHelloWorldInterface *iface)
{
  iface->hello = hello_app_hello;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HelloApp, hello_app, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SCENE_TYPE_HELLO_WORLD,
                                                      hello_app_hello_world_init))

static void
hello_app_class_init (HelloAppClass *klass)
{
}

static void
hello_app_init (HelloApp *self)
{
}

static void
hello_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  char **greeting = user_data;
  g_autoptr (GError) error = NULL;

  *greeting = scene_hello_world_proxy_call_hello_finish (SCENE_HELLO_WORLD_PROXY (object), result, &error);
  g_assert_no_error (error);
}

static void
call_hello (NorpcServer *server)
{
  g_autoptr (SceneHelloWorldProxy) proxy =
    scene_hello_world_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_autofree char *greeting = NULL;

  scene_hello_world_proxy_call_hello (proxy, "World", NULL, hello_cb, &greeting);
  while (greeting == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (greeting, ==, "Hello, World");
}

static void
test_own_thread (void)
{
  g_autoptr (HelloApp) app = g_object_new (HELLO_TYPE_APP, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (app));
  g_autoptr (GError) error = NULL;

  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  call_hello (server);
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (app->thread != NULL && app->thread != g_thread_self ());
}

static void
test_local (void)
{
  g_autoptr (HelloApp) app = g_object_new (HELLO_TYPE_APP, NULL);
  g_autoptr (NorpcServer) server = norpc_server_new_in_context (G_OBJECT (app), NULL);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  app->log = log;
  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  call_hello (server);
  g_string_append_c (log, '!');
  call_hello (server);
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (app->thread == g_thread_self ());
  g_assert_cmpstr (log->str, ==, "World!World");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/hello-world/own-thread", test_own_thread);
  g_test_add_func ("/hello-world/local", test_local);

  return g_test_run ();
}
