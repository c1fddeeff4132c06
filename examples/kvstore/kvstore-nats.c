/* kvstore-nats.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdlib.h>

#include <glib-unix.h>
#include <norpc-glib-nats/norpc-glib-nats.h>

#include "kv-shard-prefix.h"
#include "kv-store-service.h"

/* One of several stores, each in a process of its own, that share the keys out among them. mini-redis with the option
 * --nats makes one store of them.
 */

/* More calls than wait in a busy mini-redis, so that none is rejected. */
#define CAPACITY 60000

typedef struct
{
  char *urls;     /* (owned) */
  int   index;
  int   n_shards;
} Options;

static gboolean
parse_options (int      argc,
               char   **argv,
               Options *options,
               GError **error)
{
  const GOptionEntry entries[] =
  {
    { "shards", 's', 0, G_OPTION_ARG_INT, &options->n_shards, "The number of stores, " KV_DEFAULT_SHARDS " by default", "N" },
    { "index", 'i', 0, G_OPTION_ARG_INT, &options->index, "Which one of them this is, from 0", "N" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("URL - a store at NATS, which has a part of the keys");

  options->n_shards = atoi (KV_DEFAULT_SHARDS);
  options->index = -1;
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error) || !kv_shard_check_number (options->n_shards, error))
    return FALSE;

  if (argc != 2)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "expected the URL of a NATS server");
      return FALSE;
    }
  if (options->index < 0 || options->index >= options->n_shards)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "expected --index with a number from 0 to %d",
                   options->n_shards - 1);
      return FALSE;
    }
  options->urls = g_strdup (argv[1]);

  return TRUE;
}

/* Two stores with the same keys would both be wrong. */
static gboolean
check_is_free (NorpcNatsConnection *connection,
               const char          *prefix,
               GError             **error)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (connection, prefix);
  g_autoptr (KvStoreProxy) store = kv_store_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autoptr (GError) problem = NULL;
  guint64 n_keys;

  if (!kv_store_proxy_call_get_size_sync (store, 0, &n_keys, NULL, &problem) &&
      g_error_matches (problem, NORPC_ERROR, NORPC_ERROR_CLOSED))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "another process serves %s", prefix);

  return FALSE;
}

static NorpcServer *
host_store (GError **error)
{
  g_autoptr (KvStoreService) service = kv_store_service_new ();
  g_autoptr (NorpcChannel) channel = norpc_channel_new (CAPACITY, NORPC_WHEN_FULL_BUSY);
  g_autoptr (NorpcServer) server = g_object_new (NORPC_TYPE_SERVER, "service", service, "channel", channel, NULL);

  return norpc_server_start (server, NULL, error) ? g_steal_pointer (&server) : NULL;
}

/* Returns the export (owned) once clients reach it, or NULL if @error is set. */
static NorpcNatsExport *
export_store (NorpcNatsConnection *connection,
              const char          *prefix,
              NorpcServer         *server,
              GError             **error)
{
  g_autoptr (NorpcNatsExport) export =
    norpc_nats_export_new_full (connection, prefix, norpc_server_get_endpoint (server), kv_store_interface_info (),
                                NORPC_NATS_EXPORT_DEFAULT_QUEUE_GROUP, CAPACITY, error);

  if (export == NULL || !norpc_nats_export_add_interface (export, kv_notifier_interface_info (), error) ||
      !norpc_nats_export_announce (export, "kvstore", "1.0.0", "A part of a store of keys and values", error) ||
      !norpc_nats_connection_flush_sync (connection, 10000, error))
    return NULL;

  return g_steal_pointer (&export);
}

typedef struct
{
  NorpcNatsExport *export; /* (unowned) */
  GMainLoop       *loop;   /* (unowned) */
  gboolean         is_draining;
} Serving;

static void
drained_cb (GObject      *export,
            GAsyncResult *result,
            gpointer      loop)
{
  norpc_nats_export_drain_finish (NORPC_NATS_EXPORT (export), result, NULL);
  g_main_loop_quit (loop);
}

/* Calls that have arrived are still answered. */
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
serve (const Options *options,
       GError       **error)
{
  g_autofree char *prefix = kv_shard_make_prefix ((guint) options->index, (guint) options->n_shards);
  g_autoptr (NorpcNatsConnection) connection = norpc_nats_connection_new_sync (options->urls, NULL, error);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (NorpcNatsExport) export = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Serving serving;

  if (connection == NULL || !check_is_free (connection, prefix, error))
    return FALSE;
  server = host_store (error);
  if (server == NULL)
    return FALSE;
  export = export_store (connection, prefix, server, error);
  if (export == NULL)
    return FALSE;

  serving = (Serving) { export, loop, FALSE };
  g_unix_signal_add (SIGINT, terminate_cb, &serving);
  g_unix_signal_add (SIGTERM, terminate_cb, &serving);
  g_print ("%s is at NATS\n", prefix);
  g_main_loop_run (loop);

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  Options options = { NULL };
  gboolean done = parse_options (argc, argv, &options, &error) && serve (&options, &error);

  if (!done)
    g_printerr ("kvstore-nats: %s\n", error->message);
  g_free (options.urls);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
