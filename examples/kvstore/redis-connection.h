/* redis-connection.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"
#include "redis-server.h"

G_BEGIN_DECLS

/* How many requests of a connection can be pending at the store at once. */
#define REDIS_MAX_REQUESTS 128

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
void             redis_connection_send_answered (RedisConnection    *self);
void             redis_connection_finish        (RedisConnection    *self);
void             redis_connection_close         (RedisConnection    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RedisConnection, redis_connection_unref)

G_END_DECLS
