/* redis-key-commands.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"

G_BEGIN_DECLS

void redis_del      (RedisRequest *request,
                     GPtrArray    *args);
void redis_exists   (RedisRequest *request,
                     GPtrArray    *args);
void redis_expire   (RedisRequest *request,
                     GPtrArray    *args);
void redis_pexpire  (RedisRequest *request,
                     GPtrArray    *args);
void redis_ttl      (RedisRequest *request,
                     GPtrArray    *args);
void redis_pttl     (RedisRequest *request,
                     GPtrArray    *args);
void redis_persist  (RedisRequest *request,
                     GPtrArray    *args);
void redis_type     (RedisRequest *request,
                     GPtrArray    *args);
void redis_keys     (RedisRequest *request,
                     GPtrArray    *args);
void redis_dbsize   (RedisRequest *request,
                     GPtrArray    *args);
void redis_flushall (RedisRequest *request,
                     GPtrArray    *args);

G_END_DECLS
