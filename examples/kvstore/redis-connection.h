/* redis-connection.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-pubsub.h"
#include "redis-request.h"
#include "redis-server.h"

G_BEGIN_DECLS

/* How many requests of a connection can be pending at the store at once. */
#define REDIS_MAX_REQUESTS 128

/* A subscriber for whom more than this waits to be sent is disconnected, as in Redis. */
#define REDIS_MAX_UNSENT_PUSHES (32 * 1024 * 1024)

RedisConnection *redis_connection_new           (RedisServer        *server,
                                                 GSocketConnection  *stream);
RedisConnection *redis_connection_ref           (RedisConnection    *self);
void             redis_connection_unref         (RedisConnection    *self);
RedisServer     *redis_connection_get_server    (RedisConnection    *self);
guint            redis_connection_get_database  (RedisConnection    *self);
void             redis_connection_set_database  (RedisConnection    *self,
                                                 guint               database);
RespWriter      *redis_connection_get_writer    (RedisConnection    *self);
gboolean         redis_connection_is_next       (RedisConnection    *self,
                                                 RedisRequest       *request);
GHashTable      *redis_connection_get_names     (RedisConnection    *self,
                                                 RedisTopic          topic);
guint            redis_connection_get_n_names   (RedisConnection    *self);
RespWriter      *redis_connection_begin_push    (RedisConnection    *self);
void             redis_connection_end_push      (RedisConnection    *self);
void             redis_connection_abandon       (RedisConnection    *self);
gboolean         redis_connection_hold          (RedisConnection    *self,
                                                 RedisRequest       *request,
                                                 GPtrArray          *args);
void             redis_connection_send_answered (RedisConnection    *self);
void             redis_connection_finish        (RedisConnection    *self);
void             redis_connection_close         (RedisConnection    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RedisConnection, redis_connection_unref)

G_END_DECLS
