/* redis-scan-command.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "redis-request.h"

G_BEGIN_DECLS

void redis_scan (RedisRequest *request,
                 GPtrArray    *args);

G_END_DECLS
