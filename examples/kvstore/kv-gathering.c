/* kv-gathering.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-sharded-store-private.h"

#include "kv-slot.h"

/* One call for all shards: the calls for its shares are sent, and it is answered when all of them have ended. */

void
kv_gathering_end (KvGathering *self)
{
  if (--self->n_pending > 0)
    return;

  if (self->error == NULL)
    self->complete (self);
  else
    norpc_call_take_error (self->call, g_steal_pointer (&self->error));

  for (guint i = 0; i < self->self->shards->len; i++)
    g_clear_pointer (&self->shares[i].found, g_ptr_array_unref);
  g_clear_pointer (&self->databases, g_tree_unref);
  g_clear_pointer (&self->scan.pattern, g_bytes_unref);
  g_clear_pointer (&self->keys, g_ptr_array_unref);
  norpc_call_unref (self->call);
  g_object_unref (self->self);
  g_free (self);
}

/* It is pending until kv_gathering_end(), so that it does not end while calls are sent. */
KvGathering *
kv_gathering_new (KvStore   *store,
                  NorpcCall *call,
                  void       (*complete) (KvGathering *self))
{
  KvShardedStore *store_self = KV_SHARDED_STORE (store);
  guint n_shards = store_self->shards->len;
  KvGathering *self = g_malloc0 (sizeof (KvGathering) + n_shards * sizeof (KvShare));

  self->self = g_object_ref (store_self);
  self->call = norpc_call_ref (call);
  self->complete = complete;
  self->n_pending = 1;
  for (guint i = 0; i < n_shards; i++)
    self->shares[i].gathering = self;

  return self;
}

/* Returns the shard (unowned) that gets the next call. */
KvStoreProxy *
kv_gathering_begin (KvGathering *self,
                    guint        index)
{
  self->n_pending++;

  return self->self->shards->pdata[index];
}

/* A share has ended. */
void
kv_share_end (KvShare      *self,
              const GError *error)
{
  if (error != NULL && self->gathering->error == NULL)
    self->gathering->error = g_error_copy (error);
  kv_gathering_end (self->gathering);
}

/* Takes ownership of @item, which goes to the shard of @key. */
void
kv_gathering_add (KvGathering   *self,
                  GBytes        *key,
                  gpointer       item,
                  GDestroyNotify destroy)
{
  KvShare *share = &self->shares[kv_slot_find_shard (key, self->self->shards->len)];

  if (share->items == NULL)
    share->items = g_ptr_array_new_with_free_func (destroy);
  g_ptr_array_add (share->items, item);
  share->n_keys++;
}

void
kv_gathering_add_keys (KvGathering *self,
                       GPtrArray   *keys)
{
  for (guint i = 0; i < keys->len; i++)
    kv_gathering_add (self, keys->pdata[i], g_bytes_ref (keys->pdata[i]), (GDestroyNotify) g_bytes_unref);
}
