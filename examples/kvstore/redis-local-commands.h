/* redis-local-commands.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"

G_BEGIN_DECLS

void redis_ping   (RedisRequest *request,
                   GPtrArray    *args);
void redis_echo   (RedisRequest *request,
                   GPtrArray    *args);
void redis_select (RedisRequest *request,
                   GPtrArray    *args);
void redis_reset  (RedisRequest *request,
                   GPtrArray    *args);
void redis_quit   (RedisRequest *request,
                   GPtrArray    *args);
void redis_drop   (RedisRequest *request,
                   GPtrArray    *args);

G_END_DECLS
