/* redis-request.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-request.h"

#include "redis-command.h"
#include "redis-connection.h"

RedisRequest *
redis_request_new (RedisConnection *connection)
{
  RedisRequest *self = g_new0 (RedisRequest, 1);

  self->link.data = self;
  self->connection = redis_connection_ref (connection);

  return self;
}

void
redis_request_free (RedisRequest *self)
{
  g_clear_pointer (&self->early, resp_writer_free);
  g_clear_pointer (&self->connection, redis_connection_unref);
  g_free (self);
}

KvStoreProxy *
redis_request_get_store (RedisRequest *self)
{
  return redis_server_get_store (redis_connection_get_server (self->connection));
}

RedisPubsub *
redis_request_get_pubsub (RedisRequest *self)
{
  return redis_server_get_pubsub (redis_connection_get_server (self->connection));
}

guint
redis_request_get_database (RedisRequest *self)
{
  return redis_connection_get_database (self->connection);
}

/* A store answers the calls of one proxy in order, so a reply from it can
 * be written at once. A reply that needs no store, a call that was rejected, or a
 * reply of another shard can be early: it waits apart.
 *
 * Returns: (transfer none): where to write the reply, before
 *   redis_request_end_reply() */
RespWriter *
redis_request_begin_reply (RedisRequest *self)
{
  if (redis_connection_is_next (self->connection, self))
    return redis_connection_get_writer (self->connection);

  g_assert (self->early == NULL);
  self->early = resp_writer_new ();

  return self->early;
}

/* The request may be freed by this. */
void
redis_request_end_reply (RedisRequest *self)
{
  self->answered = TRUE;
  redis_connection_send_answered (self->connection);
}

void
redis_request_reply_status (RedisRequest *self,
                            const char   *status)
{
  resp_writer_add_status (redis_request_begin_reply (self), status);
  redis_request_end_reply (self);
}

void
redis_request_reply_integer (RedisRequest *self,
                             gint64        number)
{
  resp_writer_add_integer (redis_request_begin_reply (self), number);
  redis_request_end_reply (self);
}

void
redis_request_reply_bulk (RedisRequest *self,
                          GBytes       *bytes)
{
  resp_writer_add_bulk (redis_request_begin_reply (self), bytes);
  redis_request_end_reply (self);
}

void
redis_request_reply_lines (RedisRequest       *self,
                           const char * const *lines,
                           gsize               n_lines)
{
  RespWriter *writer = redis_request_begin_reply (self);

  resp_writer_add_array (writer, n_lines);
  for (gsize i = 0; i < n_lines; i++)
    resp_writer_add_status (writer, lines[i]);
  redis_request_end_reply (self);
}

void
redis_request_reply_error (RedisRequest *self,
                           const char   *format,
                           ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  resp_writer_add_error (redis_request_begin_reply (self), "%s", text);
  redis_request_end_reply (self);
}

static void
fail_as_redis (RedisRequest *self,
               const GError *error)
{
  switch ((KvStoreError) error->code)
    {
    case KV_STORE_ERROR_BAD_TTL:
      redis_request_reply_error (self, "ERR %s in '%s' command", error->message, self->command->name);
      break;

    case KV_STORE_ERROR_TOO_LONG:
      redis_request_reply_error (self, "ERR %s (proto-max-bulk-len)", error->message);
      break;

    case KV_STORE_ERROR_NO_DATABASE:
    case KV_STORE_ERROR_NOT_A_NUMBER:
    case KV_STORE_ERROR_OVERFLOW:
    default:
      redis_request_reply_error (self, "ERR %s", error->message);
      break;
    }
}

/* Answers with the result of a call to the store. */
void
redis_request_fail (RedisRequest *self,
                    const GError *error)
{
  if (error->domain == KV_STORE_ERROR)
    fail_as_redis (self, error);
  else if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
    redis_request_reply_error (self, "BUSY the store has too much to do, try again");
  else
    redis_request_reply_error (self, "ERR %s", error->message);
}
