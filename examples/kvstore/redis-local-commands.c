/* redis-local-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-local-commands.h"

#include "kv-glob.h"
#include "kv-store-service.h"
#include "redis-command.h"
#include "redis-connection.h"
#include "resp-reader.h"

/* These need no store. */

void
redis_ping (RedisRequest *request,
            GPtrArray    *args)
{
  if (args->len > 2)
    redis_request_reply_error (request, "ERR wrong number of arguments for 'ping' command");
  else if (args->len == 2)
    redis_request_reply_bulk (request, args->pdata[1]);
  else
    redis_request_reply_status (request, "PONG");
}

void
redis_echo (RedisRequest *request,
            GPtrArray    *args)
{
  redis_request_reply_bulk (request, args->pdata[1]);
}

void
redis_select (RedisRequest *request,
              GPtrArray    *args)
{
  gint64 number;

  if (!redis_arg_get_number (request, args->pdata[1], &number))
    return;

  if (number < G_MININT || number > G_MAXINT)
    {
      redis_request_reply_error (request, "ERR value is out of range, value must between %d and %d",
                                 G_MININT, G_MAXINT);
    }
  else if (number < 0 || number >= KV_STORE_N_DATABASES)
    {
      redis_request_reply_error (request, "ERR DB index is out of range");
    }
  else
    {
      redis_connection_set_database (request->connection, number);
      redis_request_reply_status (request, "OK");
    }
}

void
redis_quit (RedisRequest *request,
            GPtrArray    *args G_GNUC_UNUSED)
{
  RedisConnection *connection = request->connection;

  redis_request_reply_status (request, "OK");
  redis_connection_finish (connection);
}

/* Drops a request that a web page can make a browser send to this port. */
void
redis_drop (RedisRequest *request,
            GPtrArray    *args G_GNUC_UNUSED)
{
  g_autoptr (RedisConnection) connection = redis_connection_ref (request->connection);

  redis_connection_close (connection);
  redis_request_reply_status (request, "OK");
}

/* One of @args, after the names of the command, is a pattern that matches @name. */
static gboolean
is_asked_for (GPtrArray  *args,
              const char *name)
{
  for (guint i = 2; i < args->len; i++)
    {
      gsize length;
      const char *pattern = g_bytes_get_data (args->pdata[i], &length);

      if (kv_glob_match (pattern, length, name, strlen (name), TRUE))
        return TRUE;
    }

  return FALSE;
}

void
redis_config_get (RedisRequest *request,
                  GPtrArray    *args)
{
  RedisServer *server = redis_connection_get_server (request->connection);
  const RedisServerStats *stats = redis_server_get_stats (server);
  g_autofree char *databases = g_strdup_printf ("%d", KV_STORE_N_DATABASES);
  g_autofree char *max_clients = g_strdup_printf ("%u", stats->max_connections);
  g_autofree char *max_bulk = g_strdup_printf ("%d", RESP_MAX_BULK_LENGTH);
  g_autofree char *port = g_strdup_printf ("%u", redis_server_get_port (server));
  const char * const parameters[][2] =
  {
    { "appendonly", "no" },
    { "bind", "127.0.0.1" },
    { "databases", databases },
    { "maxclients", max_clients },
    { "maxmemory", "0" },
    { "port", port },
    { "proto-max-bulk-len", max_bulk },
    { "save", "" },
    { "timeout", "0" },
  };
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  RespWriter *writer;

  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    {
      if (!is_asked_for (args, parameters[i][0]))
        continue;
      g_ptr_array_add (found, (gpointer) parameters[i][0]);
      g_ptr_array_add (found, (gpointer) parameters[i][1]);
    }

  writer = redis_request_begin_reply (request);
  resp_writer_add_array (writer, found->len);
  for (guint i = 0; i < found->len; i++)
    resp_writer_add_string (writer, found->pdata[i]);
  redis_request_end_reply (request);
}

void
redis_config_help (RedisRequest *request,
                   GPtrArray    *args G_GNUC_UNUSED)
{
  static const char * const lines[] =
  {
    "CONFIG GET <pattern>: the parameters that match, and their values",
    "CONFIG HELP: this help",
  };

  redis_request_reply_lines (request, lines, G_N_ELEMENTS (lines));
}
