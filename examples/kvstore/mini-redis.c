/* mini-redis.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdio.h>
#include <stdlib.h>

#include <glib-unix.h>
#ifdef HAVE_NATS
#include <norpc-glib-nats/norpc-glib-nats.h>
#endif

#include "kv-shard-prefix.h"
#include "kv-store-service.h"
#include "redis-connection.h"
#include "redis-server.h"

/* The program: a server of the Redis protocol in the main thread, whose keys
 * are owned by a service in a thread of its own, or in other processes. */

#define DEFAULT_PORT 6379
#define OBJECT_PATH "/org/example/Kv"

typedef struct
{
  int   port;
  char *name;     /* (owned) (nullable): of the store on the session bus */
  char *urls;     /* (owned) (nullable): of the NATS servers */
  int   n_shards; /* at NATS */
} Options;

static gboolean
check_options (const Options  *options,
               const char     *unexpected,
               GError        **error)
{
  if (unexpected != NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "unexpected argument: %s", unexpected);
  else if (options->port < 0 || options->port > G_MAXUINT16)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "a port is a number from 0 to 65535");
  else if (options->name != NULL && !g_dbus_is_name (options->name))
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "'%s' is not a name on a bus", options->name);
  else if (options->name != NULL && options->urls != NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "the store is either on the bus or at NATS");
  else
    return kv_shard_check_number (options->n_shards, error);

  return FALSE;
}

static gboolean
parse_options (int       argc,
               char    **argv,
               Options  *options,
               GError  **error)
{
  const GOptionEntry entries[] =
  {
    { "port", 'p', 0, G_OPTION_ARG_INT, &options->port, "The port on loopback, 0 for any that is free", "N" },
    { "dbus", 0, 0, G_OPTION_ARG_STRING, &options->name, "Use the store of kvstore-dbus, on the session bus", "NAME" },
#ifdef HAVE_NATS
    { "nats", 0, 0, G_OPTION_ARG_STRING, &options->urls, "Use the stores of kvstore-nats", "URL" },
    { "shards", 0, 0, G_OPTION_ARG_INT, &options->n_shards,
      "The number of stores at NATS, " KV_DEFAULT_SHARDS " by default", "N" },
#endif
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a small Redis");

  options->port = DEFAULT_PORT;
  options->n_shards = atoi (KV_DEFAULT_SHARDS);
  g_option_context_add_main_entries (context, entries, NULL);

  return g_option_context_parse (context, &argc, &argv, error) &&
         check_options (options, argc > 1 ? argv[1] : NULL, error);
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

/* @host is NULL if the store is in other processes. */
static gboolean
run (GPtrArray   *shards,
     NorpcServer *host,
     guint16      port,
     GError     **error)
{
  g_autoptr (RedisServer) server = redis_server_new (shards);
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

static gboolean
find_store_on_bus (GPtrArray   *shards,
                   const char  *name,
                   GError     **error)
{
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, error);

  if (connection == NULL)
    return FALSE;

  g_ptr_array_add (shards, g_object_new (NORPC_TYPE_DBUS_ENDPOINT,
                                         "connection", connection,
                                         "name", name,
                                         "object-path", OBJECT_PATH,
                                         "capacity", REDIS_MAX_CONNECTIONS * REDIS_MAX_REQUESTS,
                                         NULL));

  return TRUE;
}

#ifdef HAVE_NATS
static gboolean
find_stores_at_nats (GPtrArray      *shards,
                     const Options  *options,
                     GError        **error)
{
  g_autoptr (NorpcNatsConnection) connection = norpc_nats_connection_new_sync (options->urls, NULL, error);

  if (connection == NULL)
    return FALSE;

  for (guint i = 0; i < (guint) options->n_shards; i++)
    {
      g_autofree char *prefix = kv_shard_make_prefix (i, (guint) options->n_shards);

      g_ptr_array_add (shards, g_object_new (NORPC_NATS_TYPE_ENDPOINT,
                                             "connection", connection,
                                             "prefix", prefix,
                                             "capacity", REDIS_MAX_CONNECTIONS * REDIS_MAX_REQUESTS,
                                             NULL));
    }

  return TRUE;
}
#else
static gboolean
find_stores_at_nats (GPtrArray      *shards G_GNUC_UNUSED,
                     const Options  *options G_GNUC_UNUSED,
                     GError        **error)
{
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "it was built without NATS");

  return FALSE;
}
#endif

static gboolean
run_with_options (const Options  *options,
                  GError        **error)
{
  g_autoptr (GPtrArray) shards = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (NorpcServer) host = NULL;

  if (options->urls != NULL)
    {
      if (!find_stores_at_nats (shards, options, error))
        return FALSE;
    }
  else if (options->name != NULL)
    {
      if (!find_store_on_bus (shards, options->name, error))
        return FALSE;
    }
  else
    {
      host = host_store (error);
      if (host == NULL)
        return FALSE;
      g_ptr_array_add (shards, g_object_ref (norpc_server_get_endpoint (host)));
    }

  return run (shards, host, (guint16) options->port, error);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  Options options = { 0 };
  gboolean done = parse_options (argc, argv, &options, &error) && run_with_options (&options, &error);

  if (!done)
    g_printerr ("mini-redis: %s\n", error->message);
  g_free (options.name);
  g_free (options.urls);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
