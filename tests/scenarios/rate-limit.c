/* rate-limit.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* 10,000 calls, at 5,000 a second as the server lets them pass, and at 1,000 a
 * second as a client does behind a buffer. */

#include "scenarios.h"

#define N_CALLS 10000

#define HELLO_TYPE_APP (hello_app_get_type ())
G_DECLARE_FINAL_TYPE (HelloApp, hello_app, HELLO, APP, GObject)

struct _HelloApp
{
  GObject parent_instance;

  guint  n_calls;
  gint64 first; /* when the first came */
  gint64 last;
};

static char *
hello_app_hello (SceneHelloWorld  *service,
                 const char       *name,
                 GError          **error)
{
  HelloApp *self = HELLO_APP (service);

  self->last = g_get_monotonic_time ();
  if (self->n_calls++ == 0)
    self->first = self->last;

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

/* Calls, and returns how many a second came to the service. */
static double
measure_pace (NorpcLayer *at_server,
              NorpcLayer *first_at_client,
              NorpcLayer *second_at_client)
{
  g_autoptr (HelloApp) app = g_object_new (HELLO_TYPE_APP, NULL);
  g_autoptr (NorpcChannel) channel = norpc_channel_new (N_CALLS, NORPC_WHEN_FULL_BUSY);
  g_autoptr (NorpcServer) server = g_object_new (NORPC_TYPE_SERVER, "service", app, "channel", channel, NULL);
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  g_autoptr (SceneHelloWorldProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
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
    g_main_context_iteration (NULL, TRUE);
  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);

  return (double) (N_CALLS - 1) * G_USEC_PER_SEC / (double) (app->last - app->first);
}

static double
measure_at_server (void)
{
  return measure_pace (norpc_rate_limit_new (5000, 1000), NULL, NULL);
}

static double
measure_at_client (void)
{
  return measure_pace (norpc_rate_limit_new (5000, 1000),
                       norpc_buffer_new (N_CALLS),
                       norpc_rate_limit_new (1000, 1000));
}

/* Never faster. How near it comes, in the best of a few attempts, is told: a machine that
 * does other things is late, and Valgrind may be too slow for the pace at all.
 */
static void
assert_pace (double (*measure) (void),
             double   meant)
{
  double pace = 0;

  for (guint i = 0; i < 4 && !(pace > meant * 0.98 && pace < meant * 1.02); i++)
    {
      pace = measure ();
      g_test_message ("%.1f calls a second, meant %.0f", pace, meant);
      if (g_getenv ("NORPC_TEST_VALGRIND") != NULL)
        return;
    }

  g_assert_cmpfloat (pace, <, meant * 1.02);
  g_assert_cmpfloat (pace, >, meant * 0.5);
}

static void
test_server (void)
{
  assert_pace (measure_at_server, 5000);
}

static void
test_client (void)
{
  assert_pace (measure_at_client, 1000);
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
