/* redis-info-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-info-commands.h"

#include <unistd.h>

#include "redis-command.h"
#include "redis-connection.h"

/* The version of Redis whose behaviour these commands have. */
#define REDIS_VERSION "7.0.15"

enum
{
  SECTION_SERVER,
  SECTION_CLIENTS,
  SECTION_STATS,
  SECTION_KEYSPACE,
  N_SECTIONS
};

static const char * const section_names[N_SECTIONS] = { "Server", "Clients", "Stats", "Keyspace" };

static gboolean
is_every_section (GBytes *arg)
{
  return redis_arg_is (arg, "all") || redis_arg_is (arg, "default") || redis_arg_is (arg, "everything");
}

/* Returns: a bit for each requested section */
static guint
get_sections (GPtrArray *args)
{
  guint sections = args->len == 1 ? (1 << N_SECTIONS) - 1 : 0;

  for (guint i = 1; i < args->len; i++)
    {
      for (guint j = 0; j < N_SECTIONS; j++)
        {
          if (is_every_section (args->pdata[i]) || redis_arg_is (args->pdata[i], section_names[j]))
            sections |= 1 << j;
        }
    }

  return sections;
}

static void
add_server (GString     *text,
            RedisServer *server)
{
  gint64 uptime = (g_get_monotonic_time () - redis_server_get_stats (server)->started) / G_USEC_PER_SEC;

  g_string_append_printf (text,
                          "redis_version:" REDIS_VERSION "\r\n"
                          "redis_mode:standalone\r\n"
                          "process_id:%d\r\n"
                          "tcp_port:%u\r\n"
                          "uptime_in_seconds:%" G_GINT64_FORMAT "\r\n",
                          (int) getpid (), redis_server_get_port (server), uptime);
}

static void
add_clients (GString     *text,
             RedisServer *server)
{
  const RedisServerStats *stats = redis_server_get_stats (server);

  g_string_append_printf (text,
                          "connected_clients:%u\r\n"
                          "maxclients:%u\r\n",
                          stats->n_connections, stats->max_connections);
}

static void
add_stats (GString     *text,
           RedisServer *server)
{
  const RedisServerStats *stats = redis_server_get_stats (server);
  RedisPubsub *pubsub = redis_server_get_pubsub (server);

  g_string_append_printf (text,
                          "total_connections_received:%" G_GUINT64_FORMAT "\r\n"
                          "total_commands_processed:%" G_GUINT64_FORMAT "\r\n"
                          "rejected_connections:%" G_GUINT64_FORMAT "\r\n"
                          "pubsub_channels:%u\r\n"
                          "pubsub_patterns:%u\r\n",
                          stats->n_accepted, stats->n_commands, stats->n_refused,
                          redis_pubsub_get_n_names (pubsub, REDIS_CHANNELS),
                          redis_pubsub_get_n_names (pubsub, REDIS_PATTERNS));
}

static void
add_keyspace (GString  *text,
              GVariant *databases)
{
  GVariantIter iter;
  guint number;
  guint64 n_keys, n_expiring;

  g_variant_iter_init (&iter, databases);
  while (g_variant_iter_next (&iter, "(utt)", &number, &n_keys, &n_expiring))
    g_string_append_printf (text,
                            "db%u:keys=%" G_GUINT64_FORMAT ",expires=%" G_GUINT64_FORMAT ",avg_ttl=0\r\n",
                            number, n_keys, n_expiring);
}

static void
add_section (GString     *text,
             guint        section,
             RedisServer *server,
             GVariant    *databases)
{
  g_string_append_printf (text, "%s# %s\r\n", text->len > 0 ? "\r\n" : "", section_names[section]);

  switch (section)
    {
    case SECTION_SERVER:
      add_server (text, server);
      break;

    case SECTION_CLIENTS:
      add_clients (text, server);
      break;

    case SECTION_STATS:
      add_stats (text, server);
      break;

    case SECTION_KEYSPACE:
    default:
      add_keyspace (text, databases);
      break;
    }
}

/* Runs in the main thread. */
static void
info_cb (GVariant     *databases,
         const GError *error,
         gpointer      user_data)
{
  RedisRequest *request = user_data;
  RedisServer *server = redis_connection_get_server (request->connection);
  g_autoptr (GBytes) bytes = NULL;
  GString *text;

  if (error != NULL)
    {
      redis_request_fail (request, error);
      return;
    }

  text = g_string_new (NULL);
  for (guint i = 0; i < N_SECTIONS; i++)
    {
      if (request->option & (1 << i))
        add_section (text, i, server, databases);
    }

  bytes = g_string_free_to_bytes (text);
  redis_request_reply_bulk (request, bytes);
}

void
redis_info (RedisRequest *request,
            GPtrArray    *args)
{
  request->option = get_sections (args);
  kv_store_proxy_call_list_databases_with_reply (redis_request_get_store (request), NULL, info_cb, request);
}
