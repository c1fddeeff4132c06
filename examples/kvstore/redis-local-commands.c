/* redis-local-commands.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-local-commands.h"

#include "kv-store-service.h"
#include "redis-command.h"
#include "redis-connection.h"

/* These need no store. */

static void
reply_pong (RedisRequest *request,
            GBytes       *message)
{
  RespWriter *writer = redis_request_begin_reply (request);

  resp_writer_add_array (writer, 2);
  resp_writer_add_string (writer, "pong");
  if (message != NULL)
    resp_writer_add_bulk (writer, message);
  else
    resp_writer_add_string (writer, "");
  redis_request_end_reply (request);
}

/* A subscriber gets a reply that looks like a message. */
void
redis_ping (RedisRequest *request,
            GPtrArray    *args)
{
  if (args->len > 2)
    redis_request_reply_error (request, "ERR wrong number of arguments for 'ping' command");
  else if (redis_connection_get_n_names (request->connection) > 0)
    reply_pong (request, args->len == 2 ? args->pdata[1] : NULL);
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

/* Brings the connection into the state of a new one. */
void
redis_reset (RedisRequest *request,
             GPtrArray    *args)
{
  if (redis_connection_hold (request->connection, request, args))
    return;

  redis_pubsub_unsubscribe_all (redis_request_get_pubsub (request), request->connection);
  redis_connection_set_database (request->connection, 0);
  redis_request_reply_status (request, "RESET");
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
