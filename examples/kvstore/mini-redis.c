/* mini-redis.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdio.h>
#include <stdlib.h>

#include <glib-unix.h>

#include "kv-store-service.h"
#include "redis-connection.h"
#include "redis-server.h"

/* The program: a server of the Redis protocol in the main thread, whose keys
 * are owned by a service in a thread of its own, or in another process. */

#define DEFAULT_PORT 6379
#define OBJECT_PATH "/org/example/Kv"

static int
parse_options (int     *argc,
               char  ***argv,
               char   **name,
               GError **error)
{
  int port = DEFAULT_PORT;
  const GOptionEntry entries[] =
  {
    { "port", 'p', 0, G_OPTION_ARG_INT, &port, "The port on loopback, 0 for any that is free", "N" },
    { "dbus", 0, 0, G_OPTION_ARG_STRING, name, "Use the store of kvstore-dbus, on the session bus", "NAME" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a small Redis");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return -1;

  if (*argc > 1 || port < 0 || port > G_MAXUINT16)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   *argc > 1 ? "unexpected argument: %s" : "a port is a number from 0 to 65535",
                   (*argv)[1]);
      return -1;
    }

  return port;
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_CONTINUE;
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!norpc_server_stop_finish (NORPC_SERVER (source), result, &error))
    g_warning ("the store did not stop: %s", error->message);

  g_main_loop_quit (user_data);
}

static void
stop_store (NorpcServer *host,
            GMainLoop   *loop)
{
  norpc_server_stop_async (host, NORPC_STOP_FINISH, NULL, stopped_cb, loop);
  g_main_loop_run (loop);
}

/* @host is NULL if the store is in another process. */
static gboolean
run (NorpcEndpoint *endpoint,
     NorpcServer   *host,
     guint16        port,
     GError       **error)
{
  g_autoptr (RedisServer) server = redis_server_new (endpoint);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint interrupt, terminate;

  if (!redis_server_listen (server, port, error))
    return FALSE;

  interrupt = g_unix_signal_add (SIGINT, quit_cb, loop);
  terminate = g_unix_signal_add (SIGTERM, quit_cb, loop);
  g_print ("listening on 127.0.0.1:%u\n", redis_server_get_port (server));
  fflush (stdout);
  g_main_loop_run (loop);

  /* Requests that have arrived are still answered. */
  redis_server_finish (server);
  if (host != NULL)
    stop_store (host, loop);

  g_source_remove (interrupt);
  g_source_remove (terminate);

  return TRUE;
}

/* The channel has the capacity for all calls that can be pending at once, so it is never full.
 * REDIS_MAX_REQUESTS limits the requests of each client. */
static NorpcServer *
host_store (GError **error)
{
  g_autoptr (KvStoreService) service = kv_store_service_new ();
  g_autoptr (NorpcChannel) channel = norpc_channel_new (REDIS_MAX_CONNECTIONS * REDIS_MAX_REQUESTS,
                                                       NORPC_WHEN_FULL_BUSY);
  g_autoptr (NorpcServer) host = g_object_new (NORPC_TYPE_SERVER,
                                               "service", service,
                                               "channel", channel,
                                               NULL);

  return norpc_server_start (host, NULL, error) ? g_steal_pointer (&host) : NULL;
}

static NorpcEndpoint *
connect_to_store (const char *name,
                  GError    **error)
{
  g_autoptr (GDBusConnection) connection = NULL;

  if (!g_dbus_is_name (name))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "'%s' is not a name on a bus", name);
      return NULL;
    }

  connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);
  if (connection == NULL)
    return NULL;

  return g_object_new (NORPC_TYPE_DBUS_ENDPOINT,
                       "connection", connection,
                       "name", name,
                       "object-path", OBJECT_PATH,
                       "capacity", REDIS_MAX_CONNECTIONS * REDIS_MAX_REQUESTS,
                       NULL);
}

static gboolean
run_with_store (const char *name,
                guint16     port,
                GError    **error)
{
  g_autoptr (NorpcServer) host = NULL;
  g_autoptr (NorpcEndpoint) endpoint = NULL;

  if (name != NULL)
    {
      endpoint = connect_to_store (name, error);
    }
  else
    {
      host = host_store (error);
      if (host != NULL)
        endpoint = g_object_ref (norpc_server_get_endpoint (host));
    }

  return endpoint != NULL && run (endpoint, host, port, error);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  int port = parse_options (&argc, &argv, &name, &error);

  if (port >= 0 && run_with_store (name, (guint16) port, &error))
    return EXIT_SUCCESS;

  g_printerr ("mini-redis: %s\n", error->message);

  return EXIT_FAILURE;
}
