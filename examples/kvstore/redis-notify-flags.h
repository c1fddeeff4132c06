/* redis-notify-flags.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "kvstore.h"

G_BEGIN_DECLS

/* The parameter notify-keyspace-events: a bit for each character, in the order of
 * REDIS_NOTIFY_CHARACTERS. */
typedef guint RedisNotifyFlags;

/* All that the parameter can have. `A` stands for the classes from `g` to `d`. */
#define REDIS_NOTIFY_CHARACTERS "g$lshzxetdnKEm"

gboolean redis_notify_flags_parse       (GBytes           *text,
                                         RedisNotifyFlags *flags);
char    *redis_notify_flags_to_string   (RedisNotifyFlags  flags);
gboolean redis_notify_flags_has         (RedisNotifyFlags  flags,
                                         char              character);
KvEvents redis_notify_flags_get_events  (RedisNotifyFlags  flags);

G_END_DECLS
