/* kv-store-many.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-store-service-private.h"

/* The methods for many keys at a time. They run in the service's context. */

static GBytes *
get_nth_key (GVariant *keys,
             gsize     index)
{
  g_autoptr (GVariant) key = g_variant_get_child_value (keys, index);

  return g_variant_get_data_as_bytes (key);
}

static GVariant *
variant_from_bytes (GBytes *bytes)
{
  return g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
}

static GVariant *
kv_store_service_get_many (KvStore   *store,
                           guint      number,
                           GVariant  *keys,
                           GError   **error)
{
  KvDatabase *database = kv_store_service_get_database (KV_STORE_SERVICE (store), number, error);
  gsize n_keys = g_variant_n_children (keys);
  g_autofree GVariant **values = NULL;

  if (database == NULL)
    return NULL;

  values = g_new (GVariant *, n_keys);
  for (gsize i = 0; i < n_keys; i++)
    {
      g_autoptr (GBytes) key = get_nth_key (keys, i);
      KvEntry *entry = kv_database_lookup (database, key);

      values[i] = g_variant_new_maybe (G_VARIANT_TYPE_BYTESTRING,
                                       entry != NULL ? variant_from_bytes (kv_entry_get_value (entry)) : NULL);
    }

  return g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("may"), values, n_keys));
}

static gboolean
kv_store_service_set_many (KvStore   *store,
                           guint      number,
                           GVariant  *entries,
                           GError   **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvDatabase *database = kv_store_service_get_database (self, number, error);
  gsize n_entries = g_variant_n_children (entries);

  if (database == NULL)
    return FALSE;

  for (gsize i = 0; i < n_entries; i++)
    {
      g_autoptr (GVariant) pair = g_variant_get_child_value (entries, i);
      g_autoptr (GBytes) key = get_nth_key (pair, 0);
      g_autoptr (GBytes) value = get_nth_key (pair, 1);

      kv_store_service_set_deadline (self, database, kv_database_set (database, key, value), KV_NO_DEADLINE);
    }

  return TRUE;
}

static gboolean
kv_store_service_remove (KvStore   *store,
                         guint      number,
                         GVariant  *keys,
                         guint     *out_removed,
                         GError   **error)
{
  KvDatabase *database = kv_store_service_get_database (KV_STORE_SERVICE (store), number, error);
  gsize n_keys = g_variant_n_children (keys);

  if (database == NULL)
    return FALSE;

  *out_removed = 0;
  for (gsize i = 0; i < n_keys; i++)
    {
      g_autoptr (GBytes) key = get_nth_key (keys, i);

      *out_removed += kv_database_remove (database, key) ? 1 : 0;
    }

  return TRUE;
}

static gboolean
kv_store_service_count (KvStore   *store,
                        guint      number,
                        GVariant  *keys,
                        guint     *out_found,
                        GError   **error)
{
  KvDatabase *database = kv_store_service_get_database (KV_STORE_SERVICE (store), number, error);
  gsize n_keys = g_variant_n_children (keys);

  if (database == NULL)
    return FALSE;

  *out_found = 0;
  for (gsize i = 0; i < n_keys; i++)
    {
      g_autoptr (GBytes) key = get_nth_key (keys, i);

      *out_found += kv_database_lookup (database, key) != NULL ? 1 : 0;
    }

  return TRUE;
}

static void
add_key_cb (gpointer data,
            gpointer user_data)
{
  g_ptr_array_add (user_data, variant_from_bytes (data));
}

static GVariant *
kv_store_service_list_keys (KvStore  *store,
                            guint     number,
                            GBytes   *pattern,
                            GError  **error)
{
  KvDatabase *database = kv_store_service_get_database (KV_STORE_SERVICE (store), number, error);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();

  if (database == NULL)
    return NULL;

  kv_database_foreach_match (database, pattern, add_key_cb, keys);

  return g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_BYTESTRING,
                                                  (GVariant * const *) keys->pdata, keys->len));
}

static gboolean
kv_store_service_get_size (KvStore  *store,
                           guint     number,
                           guint64  *out_keys,
                           GError  **error)
{
  KvDatabase *database = kv_store_service_get_database (KV_STORE_SERVICE (store), number, error);

  if (database == NULL)
    return FALSE;

  *out_keys = kv_database_get_size (database);

  return TRUE;
}

static GVariant *
kv_store_service_list_databases (KvStore  *store,
                                 GError  **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(utt)"));
  for (guint i = 0; i < KV_STORE_N_DATABASES; i++)
    {
      KvDatabase *database = kv_store_service_get_database (self, i, error);

      if (kv_database_get_size (database) > 0)
        g_variant_builder_add (&builder, "(utt)", i,
                               (guint64) kv_database_get_size (database),
                               (guint64) kv_database_get_n_expiring (database));
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
kv_store_service_flush (KvStore  *store,
                        GError  **error G_GNUC_UNUSED)
{
  KvStoreService *self = KV_STORE_SERVICE (store);

  for (guint i = 0; i < KV_STORE_N_DATABASES; i++)
    kv_database_clear (kv_store_service_get_database (self, i, NULL));

  return TRUE;
}

void
kv_store_service_init_many (KvStoreInterface *iface)
{
  iface->get_many = kv_store_service_get_many;
  iface->set_many = kv_store_service_set_many;
  iface->remove = kv_store_service_remove;
  iface->count = kv_store_service_count;
  iface->list_keys = kv_store_service_list_keys;
  iface->get_size = kv_store_service_get_size;
  iface->list_databases = kv_store_service_list_databases;
  iface->flush = kv_store_service_flush;
}
