/* greeter-nats.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The greeter in another process: `greeter-nats URL --serve` serves it, and `greeter-nats URL NAME` calls it. */

#include <signal.h>

#include <glib-unix.h>
#include <norpc-glib-nats/norpc-glib-nats.h>

#include "demo-greeter.h"

static char *
greeter_greet (DemoGreeter  *service,
               const char   *name,
               GError      **error)
{
  return g_strdup_printf ("Hello, %s!", name);
}

static const DemoGreeterInterface greeter_funcs = { .greet = greeter_greet };

static void
drained_cb (GObject      *export,
            GAsyncResult *result,
            gpointer      loop)
{
  norpc_nats_export_drain_finish (NORPC_NATS_EXPORT (export), result, NULL);
  g_main_loop_quit (loop);
}

typedef struct
{
  NorpcNatsExport *export; /* (unowned) */
  GMainLoop       *loop;   /* (unowned) */
  gboolean         is_draining;
} Serving;

static gboolean
terminate_cb (gpointer data)
{
  Serving *serving = data;

  if (!serving->is_draining)
    norpc_nats_export_drain (serving->export, drained_cb, serving->loop);
  serving->is_draining = TRUE;

  return G_SOURCE_CONTINUE; /* without a handler, a second signal would end the process at once */
}

static gboolean
serve (NorpcNatsConnection  *connection,
       GError              **error)
{
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (NorpcNatsExport) export = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Serving serving;

  server = norpc_serve (demo_greeter_new_for_funcs (&greeter_funcs, NULL, NULL), error);
  if (server == NULL)
    return FALSE;

  export = norpc_nats_export_new (connection, "demo.greeter", norpc_server_get_endpoint (server),
                                  demo_greeter_interface_info (), error);
  if (export == NULL || !norpc_nats_export_announce (export, "greeter", "1.0.0", "Greets people", error))
    return FALSE;

  serving = (Serving) { export, loop, FALSE };
  g_unix_signal_add (SIGTERM, terminate_cb, &serving);
  g_main_loop_run (loop);

  return TRUE;
}

static gboolean
greet (NorpcNatsConnection  *connection,
       const char           *name,
       GError              **error)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (connection, "demo.greeter");
  g_autoptr (DemoGreeterProxy) proxy = demo_greeter_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autofree char *greeting = demo_greeter_proxy_call_greet_sync (proxy, name, NULL, error);

  if (greeting == NULL)
    return FALSE;

  g_print ("%s\n", greeting);

  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (NorpcNatsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  if (argc != 3)
    {
      g_printerr ("Usage: greeter-nats URL --serve|NAME\n");
      return 2;
    }

  connection = norpc_nats_connection_new_sync (argv[1], NULL, &error);
  if (connection != NULL && g_str_equal (argv[2], "--serve"))
    done = serve (connection, &error);
  else if (connection != NULL)
    done = greet (connection, argv[2], &error);
  if (!done)
    g_printerr ("%s\n", error->message);

  return done ? 0 : 1;
}
