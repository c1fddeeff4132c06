/* kv-sharded-store.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "kvstore.h"

G_BEGIN_DECLS

#define KV_TYPE_SHARDED_STORE (kv_sharded_store_get_type ())
G_DECLARE_FINAL_TYPE (KvShardedStore, kv_sharded_store, KV, SHARDED_STORE, GObject)

KvShardedStore *kv_sharded_store_new (GPtrArray *shards);

G_END_DECLS
