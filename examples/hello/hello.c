/* hello.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "demo-hello.h"

/* The service: it runs in a thread of its own, so its number needs no lock. */
static char *
greet (DemoHello *service, const char *name, GError **error)
{
  guint *n_guests = norpc_simple_service_get_data (service);

  return g_strdup_printf ("Hello, %s! You are guest %u.", name, ++*n_guests);
}

static const DemoHelloInterface hello_funcs = { .greet = greet };

/* The client: it runs in the main thread, which never waits for the service. */
static void
greet_cb (GObject *proxy, GAsyncResult *result, gpointer loop)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = demo_hello_proxy_call_greet_finish (DEMO_HELLO_PROXY (proxy), result, &error);

  g_print ("%s\n", greeting != NULL ? greeting : error->message);
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr (NorpcServer) server = norpc_serve (demo_hello_new_for_funcs (&hello_funcs, g_new0 (guint, 1), g_free), NULL);
  g_autoptr (DemoHelloProxy) hello = demo_hello_proxy_new (norpc_server_get_endpoint (server));
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  demo_hello_proxy_call_greet (hello, "Ada", NULL, greet_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
