/* redis-pubsub.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "kvstore.h"
#include "redis-notify-flags.h"

G_BEGIN_DECLS

typedef struct _RedisConnection RedisConnection;
typedef struct _RedisPubsub RedisPubsub;

/* A connection subscribes to channels, and to all channels that match a pattern. */
typedef enum
{
  REDIS_CHANNELS,
  REDIS_PATTERNS,
  REDIS_N_TOPICS
} RedisTopic;

RedisPubsub     *redis_pubsub_new               (GPtrArray        *endpoints);
void             redis_pubsub_free              (RedisPubsub      *self);
guint            redis_pubsub_get_n_shards      (RedisPubsub      *self);
KvNotifierProxy *redis_pubsub_get_notifier      (RedisPubsub      *self,
                                                 guint             index);
guint            redis_pubsub_find_shard        (RedisPubsub      *self,
                                                 GBytes           *channel);
void             redis_pubsub_subscribe         (RedisPubsub      *self,
                                                 RedisConnection  *connection,
                                                 RedisTopic        topic,
                                                 GBytes           *name);
void             redis_pubsub_unsubscribe       (RedisPubsub      *self,
                                                 RedisConnection  *connection,
                                                 RedisTopic        topic,
                                                 GBytes           *name);
void             redis_pubsub_unsubscribe_all   (RedisPubsub      *self,
                                                 RedisConnection  *connection);
guint            redis_pubsub_get_n_names       (RedisPubsub      *self,
                                                 RedisTopic        topic);
guint            redis_pubsub_get_n_subscribers (RedisPubsub      *self,
                                                 GBytes           *channel);
GPtrArray       *redis_pubsub_list_channels     (RedisPubsub      *self,
                                                 GBytes           *pattern);
guint            redis_pubsub_take_n_receivers  (RedisPubsub      *self,
                                                 guint             index);
RedisNotifyFlags redis_pubsub_get_flags         (RedisPubsub      *self);
void             redis_pubsub_set_shard_flags   (RedisPubsub      *self,
                                                 guint             index,
                                                 RedisNotifyFlags  flags);
void             redis_pubsub_set_flags         (RedisPubsub      *self,
                                                 RedisNotifyFlags  flags);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RedisPubsub, redis_pubsub_free)

G_END_DECLS
