/* redis-pubsub-commands.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"

G_BEGIN_DECLS

void redis_subscribe       (RedisRequest *request,
                            GPtrArray    *args);
void redis_unsubscribe     (RedisRequest *request,
                            GPtrArray    *args);
void redis_psubscribe      (RedisRequest *request,
                            GPtrArray    *args);
void redis_punsubscribe    (RedisRequest *request,
                            GPtrArray    *args);
void redis_publish         (RedisRequest *request,
                            GPtrArray    *args);
void redis_pubsub_channels (RedisRequest *request,
                            GPtrArray    *args);
void redis_pubsub_numsub   (RedisRequest *request,
                            GPtrArray    *args);
void redis_pubsub_numpat   (RedisRequest *request,
                            GPtrArray    *args);
void redis_pubsub_help     (RedisRequest *request,
                            GPtrArray    *args);

G_END_DECLS
