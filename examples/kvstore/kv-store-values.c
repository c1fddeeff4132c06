/* kv-store-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-store-service-private.h"

#include "kv-number.h"

/* The methods for the value of one key. They run in the service's context. */

static gboolean
kv_store_service_get (KvStore  *store,
                      guint     number,
                      GBytes   *key,
                      GBytes  **out_value,
                      GError  **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvEntry *entry;

  if (kv_store_service_get_database (self, number, error) == NULL)
    return FALSE;

  entry = kv_store_service_read (self, number, key);
  *out_value = entry != NULL ? g_bytes_ref (kv_entry_get_value (entry)) : NULL;

  return TRUE;
}

static gboolean
kv_store_service_set (KvStore     *store,
                      guint        number,
                      GBytes      *key,
                      GBytes      *value,
                      gint64       ttl,
                      KvSetFlags   flags,
                      gboolean    *out_stored,
                      GBytes     **out_previous,
                      GError     **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvDatabase *database = kv_store_service_get_database (self, number, error);
  gint64 deadline = KV_NO_DEADLINE;
  KvEntry *entry;

  if (database == NULL || (ttl != 0 && !kv_store_service_get_deadline (ttl, &deadline, error)))
    return FALSE;

  if (flags & KV_SET_FLAGS_GET_PREVIOUS)
    entry = kv_store_service_read (self, number, key);
  else
    entry = kv_database_lookup (database, key);

  *out_previous = entry != NULL && (flags & KV_SET_FLAGS_GET_PREVIOUS)
                    ? g_bytes_ref (kv_entry_get_value (entry)) : NULL;
  *out_stored = !((flags & KV_SET_FLAGS_IF_ABSENT) && entry != NULL) &&
                !((flags & KV_SET_FLAGS_IF_PRESENT) && entry == NULL);

  if (*out_stored)
    {
      entry = kv_store_service_put (self, number, key, value);
      if (!(flags & KV_SET_FLAGS_KEEP_TTL))
        kv_store_service_set_deadline (self, database, entry, deadline);
      kv_store_service_emit (self, number, KV_EVENTS_SET, key);
      if (deadline != KV_NO_DEADLINE)
        kv_store_service_emit (self, number, KV_EVENTS_EXPIRE, key);
    }

  return TRUE;
}

static gboolean
kv_store_service_take (KvStore  *store,
                       guint     number,
                       GBytes   *key,
                       GBytes  **out_value,
                       GError  **error)
{
  if (!kv_store_service_get (store, number, key, out_value, error))
    return FALSE;

  kv_store_service_delete (KV_STORE_SERVICE (store), number, key);

  return TRUE;
}

static gboolean
kv_store_service_append (KvStore  *store,
                         guint     number,
                         GBytes   *key,
                         GBytes   *suffix,
                         guint64  *out_length,
                         GError  **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvDatabase *database = kv_store_service_get_database (self, number, error);
  KvEntry *entry;

  if (database == NULL)
    return FALSE;

  entry = kv_database_lookup (database, key);
  *out_length = g_bytes_get_size (suffix) + (entry != NULL ? kv_entry_get_length (entry) : 0);
  if (*out_length > KV_STORE_MAX_LENGTH)
    {
      g_set_error_literal (error, KV_STORE_ERROR, KV_STORE_ERROR_TOO_LONG,
                           "string exceeds maximum allowed size");
      return FALSE;
    }

  if (entry != NULL)
    kv_entry_append (entry, suffix);
  else
    kv_store_service_put (self, number, key, suffix);
  kv_store_service_emit (self, number, KV_EVENTS_APPEND, key);

  return TRUE;
}

static gboolean
add_to_entry (KvEntry  *entry,
              gint64    delta,
              gint64   *sum,
              GError  **error)
{
  gsize length;
  const char *text = g_bytes_get_data (kv_entry_get_value (entry), &length);
  gint64 number;

  if (!kv_number_parse (text, length, &number))
    {
      g_set_error_literal (error, KV_STORE_ERROR, KV_STORE_ERROR_NOT_A_NUMBER,
                           "value is not an integer or out of range");
      return FALSE;
    }

  if ((delta > 0 && number > G_MAXINT64 - delta) || (delta < 0 && number < G_MININT64 - delta))
    {
      g_set_error_literal (error, KV_STORE_ERROR, KV_STORE_ERROR_OVERFLOW,
                           "increment or decrement would overflow");
      return FALSE;
    }

  *sum = number + delta;

  return TRUE;
}

static gboolean
kv_store_service_increment (KvStore  *store,
                            guint     number,
                            GBytes   *key,
                            gint64    delta,
                            gint64   *out_value,
                            GError  **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvDatabase *database = kv_store_service_get_database (self, number, error);
  g_autoptr (GBytes) value = NULL;
  KvEntry *entry;
  char text[32];
  int length;

  if (database == NULL)
    return FALSE;

  entry = kv_database_lookup (database, key);
  *out_value = delta;
  if (entry != NULL && !add_to_entry (entry, delta, out_value, error))
    return FALSE;

  length = g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, *out_value);
  value = g_bytes_new (text, length);
  kv_store_service_put (self, number, key, value);
  kv_store_service_emit (self, number, KV_EVENTS_INCRBY, key);

  return TRUE;
}

static gboolean
kv_store_service_get_length (KvStore  *store,
                             guint     number,
                             GBytes   *key,
                             guint64  *out_length,
                             GError  **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvEntry *entry;

  if (kv_store_service_get_database (self, number, error) == NULL)
    return FALSE;

  entry = kv_store_service_read (self, number, key);
  *out_length = entry != NULL ? kv_entry_get_length (entry) : 0;

  return TRUE;
}

void
kv_store_service_init_values (KvStoreInterface *iface)
{
  iface->get = kv_store_service_get;
  iface->set = kv_store_service_set;
  iface->take = kv_store_service_take;
  iface->append = kv_store_service_append;
  iface->increment = kv_store_service_increment;
  iface->get_length = kv_store_service_get_length;
}
