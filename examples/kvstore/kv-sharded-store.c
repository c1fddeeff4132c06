/* kv-sharded-store.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-sharded-store-private.h"

/* The calls for many keys, or for none, of a store that consists of shards. Each shard gets a call for the keys that it
 * owns, and the replies are put together.
 *
 * Such a call is atomic in each shard, but not as a whole: another client may see the change of one shard before that of
 * the next one, and if a shard fails, the others may have performed their parts. Keys with the same {tag} are
 * in one shard.
 *
 * Everything here runs in the client's thread.
 */

static void store_iface_init (KvStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KvShardedStore, kv_sharded_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KV_TYPE_STORE, store_iface_init))

static void
store_iface_init (KvStoreInterface *iface)
{
  kv_sharded_store_init_keys (iface);
  kv_sharded_store_init_lists (iface);
}

static void
kv_sharded_store_finalize (GObject *object)
{
  g_ptr_array_unref (KV_SHARDED_STORE (object)->shards);

  G_OBJECT_CLASS (kv_sharded_store_parent_class)->finalize (object);
}

static void
kv_sharded_store_class_init (KvShardedStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kv_sharded_store_finalize;
}

static void
kv_sharded_store_init (KvShardedStore *self)
{
  self->shards = g_ptr_array_new_with_free_func (g_object_unref);
}

/* Returns: (transfer full): a new service for @shards, NorpcEndpoint */
KvShardedStore *
kv_sharded_store_new (GPtrArray *shards)
{
  KvShardedStore *self = g_object_new (KV_TYPE_SHARDED_STORE, NULL);

  for (guint i = 0; i < shards->len; i++)
    g_ptr_array_add (self->shards, kv_store_proxy_new (shards->pdata[i]));

  return self;
}
