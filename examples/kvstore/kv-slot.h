/* kv-slot.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint kv_slot_find       (GBytes *key);
guint kv_slot_find_shard (GBytes *key,
                          guint   n_shards);

G_END_DECLS
