/* redis-command-commands.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"

G_BEGIN_DECLS

void redis_command       (RedisRequest *request,
                          GPtrArray    *args);
void redis_command_count (RedisRequest *request,
                          GPtrArray    *args);
void redis_command_docs  (RedisRequest *request,
                          GPtrArray    *args);
void redis_command_info  (RedisRequest *request,
                          GPtrArray    *args);
void redis_command_list  (RedisRequest *request,
                          GPtrArray    *args);
void redis_command_help  (RedisRequest *request,
                          GPtrArray    *args);

G_END_DECLS
