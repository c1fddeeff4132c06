/* kv-sharding.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

G_BEGIN_DECLS

#define KV_TYPE_SHARDING (kv_sharding_get_type ())
G_DECLARE_FINAL_TYPE (KvSharding, kv_sharding, KV, SHARDING, NorpcLayer)

NorpcEndpoint *kv_sharding_new_endpoint (GPtrArray *shards);

G_END_DECLS
