/* kv-sharded-keys.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-sharded-store-private.h"

#include "kv-slot.h"

/* The methods for the keys that the client names. They run in its thread, and own their array arguments. */

static void
complete_get_many (KvGathering *self)
{
  GPtrArray *values = g_ptr_array_new_full (self->keys->len, (GDestroyNotify) kv_found_free);

  for (guint i = 0; i < self->keys->len; i++)
    {
      KvShare *share = &self->shares[kv_slot_find_shard (self->keys->pdata[i], self->self->shards->len)];

      g_ptr_array_add (values, kv_found_copy (share->found->pdata[share->n_taken++]));
    }

  kv_store_return_get_many (KV_STORE (self->self), self->call, values);
}

static void
found_cb (GPtrArray    *values,
          const GError *error,
          gpointer      user_data)
{
  KvShare *share = user_data;
  g_autoptr (GError) problem = NULL;

  if (error == NULL && values->len == share->n_keys)
    share->found = g_ptr_array_ref (values);
  else if (error == NULL)
    problem = g_error_new (NORPC_ERROR, NORPC_ERROR_FAILED, "a shard has returned %u values for %u keys", values->len,
                           share->n_keys);
  kv_share_end (share, problem != NULL ? problem : error);
}

static gboolean
kv_sharded_store_handle_get_many (KvStore   *store,
                                  NorpcCall *call,
                                  guint      number,
                                  GPtrArray *keys,
                                  GError   **error G_GNUC_UNUSED)
{
  KvGathering *gathering = kv_gathering_new (store, call, complete_get_many);

  gathering->keys = keys;
  kv_gathering_add_keys (gathering, keys);
  for (guint i = 0; i < gathering->self->shards->len; i++)
    {
      KvShare *share = &gathering->shares[i];

      if (share->items != NULL)
        kv_store_proxy_call_get_many_with_reply (kv_gathering_begin (gathering, i), number,
                                                 g_steal_pointer (&share->items), NULL, found_cb, share);
    }
  kv_gathering_end (gathering);

  return TRUE;
}

static void
complete_set_many (KvGathering *self)
{
  kv_store_complete_set_many (KV_STORE (self->self), self->call);
}

static void
done_cb (const GError *error,
         gpointer      user_data)
{
  kv_share_end (user_data, error);
}

static gboolean
kv_sharded_store_handle_set_many (KvStore   *store,
                                  NorpcCall *call,
                                  guint      number,
                                  GPtrArray *pairs,
                                  GError   **error G_GNUC_UNUSED)
{
  KvGathering *gathering = kv_gathering_new (store, call, complete_set_many);
  g_autoptr (GPtrArray) moved = pairs;

  for (guint i = 0; i < pairs->len; i++)
    {
      KvPair *pair = pairs->pdata[i];

      kv_gathering_add (gathering, pair->key, kv_pair_copy (pair), (GDestroyNotify) kv_pair_free);
    }
  for (guint i = 0; i < gathering->self->shards->len; i++)
    {
      KvShare *share = &gathering->shares[i];

      if (share->items != NULL)
        kv_store_proxy_call_set_many_with_reply (kv_gathering_begin (gathering, i), number,
                                                 g_steal_pointer (&share->items), NULL, done_cb, share);
    }
  kv_gathering_end (gathering);

  return TRUE;
}

static void
complete_remove (KvGathering *self)
{
  kv_store_complete_remove (KV_STORE (self->self), self->call, (guint) self->sum);
}

static void
complete_count (KvGathering *self)
{
  kv_store_complete_count (KV_STORE (self->self), self->call, (guint) self->sum);
}

static void
number_cb (guint         number,
           const GError *error,
           gpointer      user_data)
{
  KvShare *share = user_data;

  share->gathering->sum += number;
  kv_share_end (share, error);
}

static gboolean
kv_sharded_store_handle_remove (KvStore   *store,
                                NorpcCall *call,
                                guint      number,
                                GPtrArray *keys,
                                GError   **error G_GNUC_UNUSED)
{
  KvGathering *gathering = kv_gathering_new (store, call, complete_remove);

  gathering->keys = keys;
  kv_gathering_add_keys (gathering, keys);
  for (guint i = 0; i < gathering->self->shards->len; i++)
    {
      KvShare *share = &gathering->shares[i];

      if (share->items != NULL)
        kv_store_proxy_call_remove_with_reply (kv_gathering_begin (gathering, i), number,
                                               g_steal_pointer (&share->items), NULL, number_cb, share);
    }
  kv_gathering_end (gathering);

  return TRUE;
}

static gboolean
kv_sharded_store_handle_count (KvStore   *store,
                               NorpcCall *call,
                               guint      number,
                               GPtrArray *keys,
                               GError   **error G_GNUC_UNUSED)
{
  KvGathering *gathering = kv_gathering_new (store, call, complete_count);

  gathering->keys = keys;
  kv_gathering_add_keys (gathering, keys);
  for (guint i = 0; i < gathering->self->shards->len; i++)
    {
      KvShare *share = &gathering->shares[i];

      if (share->items != NULL)
        kv_store_proxy_call_count_with_reply (kv_gathering_begin (gathering, i), number,
                                              g_steal_pointer (&share->items), NULL, number_cb, share);
    }
  kv_gathering_end (gathering);

  return TRUE;
}

void
kv_sharded_store_init_keys (KvStoreInterface *iface)
{
  iface->handle_get_many = kv_sharded_store_handle_get_many;
  iface->handle_set_many = kv_sharded_store_handle_set_many;
  iface->handle_remove = kv_sharded_store_handle_remove;
  iface->handle_count = kv_sharded_store_handle_count;
}
