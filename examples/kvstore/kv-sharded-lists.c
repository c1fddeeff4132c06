/* kv-sharded-lists.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-sharded-store-private.h"

/* The methods for all keys. They run in the thread of the client. */

static void
complete_flush (KvGathering *self)
{
  kv_store_complete_flush (KV_STORE (self->self), self->call);
}

static void
flushed_cb (const GError *error,
            gpointer      user_data)
{
  kv_share_end (user_data, error);
}

static gboolean
kv_sharded_store_handle_flush (KvStore   *store,
                               NorpcCall *call,
                               GError   **error G_GNUC_UNUSED)
{
  KvGathering *gathering = kv_gathering_new (store, call, complete_flush);

  for (guint i = 0; i < gathering->self->shards->len; i++)
    kv_store_proxy_call_flush_with_reply (kv_gathering_begin (gathering, i), NULL, flushed_cb, &gathering->shares[i]);
  kv_gathering_end (gathering);

  return TRUE;
}

static void
complete_get_size (KvGathering *self)
{
  kv_store_complete_get_size (KV_STORE (self->self), self->call, self->sum);
}

static void
size_cb (guint64       number,
         const GError *error,
         gpointer      user_data)
{
  KvShare *share = user_data;

  share->gathering->sum += number;
  kv_share_end (share, error);
}

static gboolean
kv_sharded_store_handle_get_size (KvStore   *store,
                                  NorpcCall *call,
                                  guint      number,
                                  GError   **error G_GNUC_UNUSED)
{
  KvGathering *gathering = kv_gathering_new (store, call, complete_get_size);

  for (guint i = 0; i < gathering->self->shards->len; i++)
    kv_store_proxy_call_get_size_with_reply (kv_gathering_begin (gathering, i), number, NULL, size_cb,
                                             &gathering->shares[i]);
  kv_gathering_end (gathering);

  return TRUE;
}

typedef struct
{
  guint64 n_keys;
  guint64 n_expiring;
} Database;

static void
add_database (KvGathering *self,
              guint        number,
              guint64      n_keys,
              guint64      n_expiring)
{
  Database *database = g_tree_lookup (self->databases, GUINT_TO_POINTER (number));

  if (database == NULL)
    {
      database = g_new0 (Database, 1);
      g_tree_insert (self->databases, GUINT_TO_POINTER (number), database);
    }
  database->n_keys += n_keys;
  database->n_expiring += n_expiring;
}

static gboolean
append_database_cb (gpointer number,
                    gpointer data,
                    gpointer builder)
{
  const Database *database = data;

  g_variant_builder_add (builder, "(utt)", GPOINTER_TO_UINT (number), database->n_keys, database->n_expiring);

  return FALSE;
}

static void
complete_list_databases (KvGathering *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(utt)"));
  g_tree_foreach (self->databases, append_database_cb, &builder);
  kv_store_return_list_databases (KV_STORE (self->self), self->call, g_variant_ref_sink (g_variant_builder_end (&builder)));
}

static void
databases_cb (GVariant     *databases,
              const GError *error,
              gpointer      user_data)
{
  KvShare *share = user_data;

  if (error == NULL)
    {
      GVariantIter iter;
      guint number;
      guint64 n_keys, n_expiring;

      g_variant_iter_init (&iter, databases);
      while (g_variant_iter_next (&iter, "(utt)", &number, &n_keys, &n_expiring))
        add_database (share->gathering, number, n_keys, n_expiring);
    }
  kv_share_end (share, error);
}

static int
compare_numbers_cb (gconstpointer a,
                    gconstpointer b,
                    gpointer      user_data G_GNUC_UNUSED)
{
  guint first = GPOINTER_TO_UINT (a), second = GPOINTER_TO_UINT (b);

  return (first > second) - (first < second);
}

static gboolean
kv_sharded_store_handle_list_databases (KvStore   *store,
                                        NorpcCall *call,
                                        GError   **error G_GNUC_UNUSED)
{
  KvGathering *gathering = kv_gathering_new (store, call, complete_list_databases);

  gathering->databases = g_tree_new_full (compare_numbers_cb, NULL, NULL, g_free);
  for (guint i = 0; i < gathering->self->shards->len; i++)
    kv_store_proxy_call_list_databases_with_reply (kv_gathering_begin (gathering, i), NULL, databases_cb,
                                                   &gathering->shares[i]);
  kv_gathering_end (gathering);

  return TRUE;
}

static void
add_keys (KvGathering *self,
          GPtrArray   *keys)
{
  for (guint i = 0; i < keys->len; i++)
    g_ptr_array_add (self->keys, g_bytes_ref (keys->pdata[i]));
}

static void
complete_list_keys (KvGathering *self)
{
  kv_store_return_list_keys (KV_STORE (self->self), self->call, g_steal_pointer (&self->keys));
}

static void
keys_cb (GPtrArray    *keys,
         const GError *error,
         gpointer      user_data)
{
  KvShare *share = user_data;

  if (error == NULL)
    add_keys (share->gathering, keys);
  kv_share_end (share, error);
}

static gboolean
kv_sharded_store_handle_list_keys (KvStore   *store,
                                   NorpcCall *call,
                                   guint      number,
                                   GBytes    *pattern,
                                   GError   **error G_GNUC_UNUSED)
{
  KvGathering *gathering = kv_gathering_new (store, call, complete_list_keys);

  gathering->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < gathering->self->shards->len; i++)
    kv_store_proxy_call_list_keys_with_reply (kv_gathering_begin (gathering, i), number, pattern, NULL, keys_cb,
                                              &gathering->shares[i]);
  kv_gathering_end (gathering);

  return TRUE;
}

/* The shards are scanned one after the other, as long as there are fewer keys than wanted. A cursor is that of a shard,
 * times the number of shards, plus the index of that shard.
 */

static void scan_shard (KvGathering *gathering,
                        guint        index,
                        guint64      cursor);

static void
scanned_cb (guint64       next,
            GPtrArray    *keys,
            const GError *error,
            gpointer      user_data)
{
  KvShare *share = user_data;
  KvGathering *gathering = share->gathering;
  guint n_shards = gathering->self->shards->len;
  guint index = (guint) (share - gathering->shares);

  if (error == NULL)
    {
      add_keys (gathering, keys);
      if (next > 0)
        gathering->sum = next * n_shards + index;
      else if (index + 1 < n_shards)
        gathering->sum = index + 1;
      else
        gathering->sum = 0;
      if (next == 0 && index + 1 < n_shards && gathering->keys->len < gathering->scan.count)
        scan_shard (gathering, index + 1, 0);
    }
  kv_share_end (share, error);
}

static void
scan_shard (KvGathering *gathering,
            guint        index,
            guint64      cursor)
{
  KvScan *scan = &gathering->scan;

  kv_store_proxy_call_scan_with_reply (kv_gathering_begin (gathering, index), scan->database, cursor, scan->pattern,
                                       scan->count - gathering->keys->len, NULL, scanned_cb, &gathering->shares[index]);
}

static void
complete_scan (KvGathering *self)
{
  kv_store_return_scan (KV_STORE (self->self), self->call, self->sum, g_steal_pointer (&self->keys));
}

static gboolean
kv_sharded_store_handle_scan (KvStore   *store,
                              NorpcCall *call,
                              guint      number,
                              guint64    cursor,
                              GBytes    *pattern,
                              guint64    count,
                              GError   **error G_GNUC_UNUSED)
{
  KvGathering *gathering = kv_gathering_new (store, call, complete_scan);
  guint n_shards = gathering->self->shards->len;

  gathering->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gathering->scan = (KvScan) { number, g_bytes_ref (pattern), MAX (count, 1) };
  scan_shard (gathering, (guint) (cursor % n_shards), cursor / n_shards);
  kv_gathering_end (gathering);

  return TRUE;
}

void
kv_sharded_store_init_lists (KvStoreInterface *iface)
{
  iface->handle_list_keys = kv_sharded_store_handle_list_keys;
  iface->handle_scan = kv_sharded_store_handle_scan;
  iface->handle_get_size = kv_sharded_store_handle_get_size;
  iface->handle_list_databases = kv_sharded_store_handle_list_databases;
  iface->handle_flush = kv_sharded_store_handle_flush;
}
