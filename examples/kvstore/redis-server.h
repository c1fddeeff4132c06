/* redis-server.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "kvstore.h"
#include "redis-pubsub.h"

G_BEGIN_DECLS

#define REDIS_MAX_CONNECTIONS 10000

typedef struct _RedisServer RedisServer;

/**
 * RedisServerStats:
 * @started: when it began to listen, in monotonic microseconds
 * @n_connections: how many connections there are
 * @max_connections: how many there can be
 * @n_accepted: how many there were ever
 * @n_refused: how many were refused because there were too many
 * @n_commands: how many requests there were ever
 *
 * The counters of a server.
 */
typedef struct
{
  gint64 started;
  guint n_connections;
  guint max_connections;
  guint64 n_accepted;
  guint64 n_refused;
  guint64 n_commands;
} RedisServerStats;

RedisServer            *redis_server_new           (GPtrArray     *shards);
void                    redis_server_free          (RedisServer   *self);
gboolean                redis_server_listen        (RedisServer   *self,
                                                    guint16        port,
                                                    GError       **error);
guint16                 redis_server_get_port      (RedisServer   *self);
KvStoreProxy           *redis_server_get_store     (RedisServer   *self);
RedisPubsub            *redis_server_get_pubsub    (RedisServer   *self);
const RedisServerStats *redis_server_get_stats     (RedisServer   *self);
void                    redis_server_finish        (RedisServer   *self);
void                    redis_server_close         (RedisServer   *self);

/* For connections. */
void                    redis_server_add           (RedisServer   *self,
                                                    GList         *link);
void                    redis_server_remove        (RedisServer   *self,
                                                    GList         *link);
void                    redis_server_forget        (RedisServer   *self);
void                    redis_server_count_command (RedisServer   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RedisServer, redis_server_free)

G_END_DECLS
