/* rate-limit.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* 10,000 calls, at 5,000 a second as the server lets them pass, and at 1,000 a
 * second as a client does behind a buffer. A manual clock lets the time pass. */

#include "scenarios.h"

#define N_CALLS 10000

#define HELLO_TYPE_APP (hello_app_get_type ())
G_DECLARE_FINAL_TYPE (HelloApp, hello_app, HELLO, APP, GObject)

struct _HelloApp
{
  GObject parent_instance;

  guint n_calls;
};

static char *
hello_app_hello (SceneHelloWorld  *service,
                 const char       *name,
                 GError          **error)
{
  HELLO_APP (service)->n_calls++;

  return g_strconcat ("Hello, ", name, NULL);
}

static void
hello_app_hello_world_init (SceneHelloWorldInterface *iface)
{
  iface->hello = hello_app_hello;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HelloApp, hello_app, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SCENE_TYPE_HELLO_WORLD, hello_app_hello_world_init))

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
  guint *n_came = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = scene_hello_world_proxy_call_hello_finish (SCENE_HELLO_WORLD_PROXY (object),
                                                                         result, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (greeting, ==, "Hello, world");
  (*n_came)++;
}

/* Waits for the next reply, whose call is due at the next time that anything waits for. */
static void
await_next (NorpcManualClock *clock,
            const guint      *n_came)
{
  guint n = *n_came;

  /* The call may be on its way to the layer. */
  while (n > 0 && !norpc_manual_clock_advance_to_next (clock))
    g_main_context_iteration (NULL, FALSE);
  while (*n_came == n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (*n_came, ==, n + 1);
}

/* Calls, and returns how long that takes by the clock, in microseconds. */
static gint64
measure (NorpcLayer *at_server,
         NorpcLayer *first_at_client,
         NorpcLayer *second_at_client)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (HelloApp) app = g_object_new (HELLO_TYPE_APP, NULL);
  g_autoptr (NorpcChannel) channel = norpc_channel_new (N_CALLS, NORPC_WHEN_FULL_BUSY);
  g_autoptr (NorpcServer) server = g_object_new (NORPC_TYPE_SERVER, "service", app, "channel", channel, NULL);
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  g_autoptr (SceneHelloWorldProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = norpc_get_monotonic_time ();
  guint n_came = 0;

  norpc_server_add_layer (server, at_server);
  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  endpoint = first_at_client == NULL ? NORPC_ENDPOINT (g_object_ref (channel))
                                     : norpc_stack_new (first_at_client, second_at_client, channel, NULL);
  proxy = scene_hello_world_proxy_new (endpoint);

  for (guint i = 0; i < N_CALLS; i++)
    scene_hello_world_proxy_call_hello (proxy, "world", NULL, hello_cb, &n_came);
  while (n_came < N_CALLS)
    await_next (clock, &n_came);
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (app->n_calls, ==, N_CALLS);

  return norpc_get_monotonic_time () - start;
}

static void
test_server (void)
{
  g_assert_cmpint (measure (norpc_rate_limit_new (5000, 1000), NULL, NULL), ==,
                   (N_CALLS - 1) * (G_USEC_PER_SEC / 5000));
}

static void
test_client (void)
{
  g_assert_cmpint (measure (norpc_rate_limit_new (5000, 1000), norpc_buffer_new (N_CALLS),
                            norpc_rate_limit_new (1000, 1000)), ==,
                   (N_CALLS - 1) * (G_USEC_PER_SEC / 1000));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rate-limit/server", test_server);
  g_test_add_func ("/rate-limit/client", test_client);

  return g_test_run ();
}
