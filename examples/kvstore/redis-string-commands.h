/* redis-string-commands.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"

G_BEGIN_DECLS

void redis_get    (RedisRequest *request,
                   GPtrArray    *args);
void redis_set    (RedisRequest *request,
                   GPtrArray    *args);
void redis_getdel (RedisRequest *request,
                   GPtrArray    *args);
void redis_append (RedisRequest *request,
                   GPtrArray    *args);
void redis_strlen (RedisRequest *request,
                   GPtrArray    *args);
void redis_incr   (RedisRequest *request,
                   GPtrArray    *args);
void redis_decr   (RedisRequest *request,
                   GPtrArray    *args);
void redis_incrby (RedisRequest *request,
                   GPtrArray    *args);
void redis_decrby (RedisRequest *request,
                   GPtrArray    *args);
void redis_mget   (RedisRequest *request,
                   GPtrArray    *args);
void redis_mset   (RedisRequest *request,
                   GPtrArray    *args);

G_END_DECLS
