/* redis-config-commands.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"

G_BEGIN_DECLS

void redis_config_get  (RedisRequest *request,
                        GPtrArray    *args);
void redis_config_set  (RedisRequest *request,
                        GPtrArray    *args);
void redis_config_help (RedisRequest *request,
                        GPtrArray    *args);

G_END_DECLS
