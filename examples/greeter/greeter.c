/* greeter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "demo-greeter.h"

/* The service: functions, and data that only its thread uses, so that it has no lock. */

typedef struct
{
  guint n_greeted;
} Greeter;

static char *
greeter_greet (DemoGreeter  *service,
               const char   *name,
               GError      **error)
{
  Greeter *self = norpc_simple_service_get_data (service);

  if (*name == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "There is nobody to greet");
      return NULL;
    }

  self->n_greeted++;
  return g_strdup_printf ("Hello, %s! You are guest %u.", name, self->n_greeted);
}

static const DemoGreeterInterface greeter_funcs = { .greet = greeter_greet };

/* The client: this is called in the main thread. */

static void
greet_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  DemoGreeterProxy *proxy = DEMO_GREETER_PROXY (source_object);
  GMainLoop *loop = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = demo_greeter_proxy_call_greet_finish (proxy, result, &error);

  g_print ("%s\n", greeting != NULL ? greeting : error->message);
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (DemoGreeterProxy) proxy = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = NULL;

  /* From here on the service lives in a thread of its own. */
  server = norpc_serve (demo_greeter_new_for_funcs (&greeter_funcs, g_new0 (Greeter, 1), g_free), &error);
  if (server == NULL)
    g_error ("%s", error->message);
  proxy = demo_greeter_proxy_new (norpc_server_get_endpoint (server));

  demo_greeter_proxy_call_greet (proxy, "Ada", NULL, greet_cb, loop);
  g_main_loop_run (loop);

  greeting = demo_greeter_proxy_call_greet_sync (proxy, "", NULL, &error);
  g_print ("%s\n", greeting != NULL ? greeting : error->message);
  return 0;
}
