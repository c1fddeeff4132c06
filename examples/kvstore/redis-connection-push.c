/* redis-connection-push.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "redis-connection-private.h"

/* The subscriptions of a connection, and the messages that it gets. Everything here runs in the
 * main thread. */

GHashTable *
redis_connection_get_names (RedisConnection *self,
                            RedisTopic       topic)
{
  return self->names[topic];
}

/* Returns: how many channels and patterns it subscribes to */
guint
redis_connection_get_n_names (RedisConnection *self)
{
  return g_hash_table_size (self->names[REDIS_CHANNELS]) +
         g_hash_table_size (self->names[REDIS_PATTERNS]);
}

/* A subscriber has no request that waits for the store, so a message can be written at once.
 *
 * Returns: (transfer none): where to write it, before redis_connection_end_push() */
RespWriter *
redis_connection_begin_push (RedisConnection *self)
{
  g_assert (g_queue_is_empty (&self->requests));

  return self->writer;
}

/* The source of the connection sends the message, together with others that have arrived. */
void
redis_connection_end_push (RedisConnection *self)
{
  if (self->abandoned || resp_writer_get_length (self->writer) > REDIS_MAX_UNSENT_PUSHES)
    redis_connection_abandon (self);
  else
    g_source_set_ready_time (self->source, 0);
}

/* Closes the connection, but not before the caller is done with its subscriptions. */
void
redis_connection_abandon (RedisConnection *self)
{
  self->abandoned = TRUE;
  resp_writer_clear (self->writer);
  g_source_set_ready_time (self->source, 0);
}
