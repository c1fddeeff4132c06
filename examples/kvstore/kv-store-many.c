/* kv-store-many.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-store-service-private.h"

/* The methods for several keys at once. They run in the service's context, and own their
 * array arguments. */

static GPtrArray *
kv_store_service_get_many (KvStore    *store,
                           guint       number,
                           GPtrArray  *keys,
                           GError    **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  g_autoptr (GPtrArray) moved = keys;
  GPtrArray *values;

  if (kv_store_service_get_database (self, number, error) == NULL)
    return NULL;

  values = g_ptr_array_new_full (keys->len, (GDestroyNotify) kv_found_free);
  for (guint i = 0; i < keys->len; i++)
    {
      KvEntry *entry = kv_store_service_read (self, number, keys->pdata[i]);

      g_ptr_array_add (values, kv_found_new (entry != NULL ? kv_entry_get_value (entry) : NULL));
    }

  return values;
}

static gboolean
kv_store_service_set_many (KvStore    *store,
                           guint       number,
                           GPtrArray  *pairs,
                           GError    **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvDatabase *database = kv_store_service_get_database (self, number, error);
  g_autoptr (GPtrArray) moved = pairs;

  if (database == NULL)
    return FALSE;

  for (guint i = 0; i < pairs->len; i++)
    {
      KvPair *pair = pairs->pdata[i];
      KvEntry *entry = kv_store_service_put (self, number, pair->key, pair->value);

      kv_store_service_set_deadline (self, database, entry, KV_NO_DEADLINE);
      kv_store_service_emit (self, number, KV_EVENTS_SET, pair->key);
    }

  return TRUE;
}

static gboolean
kv_store_service_remove (KvStore    *store,
                         guint       number,
                         GPtrArray  *keys,
                         guint      *out_removed,
                         GError    **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  g_autoptr (GPtrArray) moved = keys;

  if (kv_store_service_get_database (self, number, error) == NULL)
    return FALSE;

  *out_removed = 0;
  for (guint i = 0; i < keys->len; i++)
    *out_removed += kv_store_service_delete (self, number, keys->pdata[i]) ? 1 : 0;

  return TRUE;
}

static gboolean
kv_store_service_count (KvStore    *store,
                        guint       number,
                        GPtrArray  *keys,
                        guint      *out_found,
                        GError    **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  g_autoptr (GPtrArray) moved = keys;

  if (kv_store_service_get_database (self, number, error) == NULL)
    return FALSE;

  *out_found = 0;
  for (guint i = 0; i < keys->len; i++)
    *out_found += kv_store_service_read (self, number, keys->pdata[i]) != NULL ? 1 : 0;

  return TRUE;
}

static void
add_key_cb (gpointer data,
            gpointer user_data)
{
  g_ptr_array_add (user_data, g_bytes_ref (data));
}

static GPtrArray *
kv_store_service_list_keys (KvStore  *store,
                            guint     number,
                            GBytes   *pattern,
                            GError  **error)
{
  KvDatabase *database = kv_store_service_get_database (KV_STORE_SERVICE (store), number, error);
  GPtrArray *keys;

  if (database == NULL)
    return NULL;

  keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  kv_database_scan (database, 0, G_MAXUINT64, pattern, add_key_cb, keys);

  return keys;
}

static gboolean
kv_store_service_scan (KvStore    *store,
                       guint       number,
                       guint64     cursor,
                       GBytes     *pattern,
                       guint64     count,
                       guint64    *out_next,
                       GPtrArray **out_keys,
                       GError    **error)
{
  KvDatabase *database = kv_store_service_get_database (KV_STORE_SERVICE (store), number, error);

  if (database == NULL)
    return FALSE;

  *out_keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  *out_next = kv_database_scan (database, cursor, MAX (count, 1), pattern, add_key_cb, *out_keys);

  return TRUE;
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
  iface->scan = kv_store_service_scan;
  iface->get_size = kv_store_service_get_size;
  iface->list_databases = kv_store_service_list_databases;
  iface->flush = kv_store_service_flush;
}
