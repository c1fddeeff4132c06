/* kv-store-expiry.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-store-service-private.h"

/* The methods for the time that a key lives. They run in the service's
 * context. */

static gboolean
may_expire (KvEntry       *entry,
            gint64         deadline,
            KvExpireFlags  flags)
{
  gboolean expires = entry->deadline != KV_NO_DEADLINE;

  return !((flags & KV_EXPIRE_FLAGS_IF_NONE) && expires) &&
         !((flags & KV_EXPIRE_FLAGS_IF_ANY) && !expires) &&
         !((flags & KV_EXPIRE_FLAGS_IF_LATER) && deadline <= entry->deadline) &&
         !((flags & KV_EXPIRE_FLAGS_IF_SOONER) && deadline >= entry->deadline);
}

static gboolean
kv_store_service_expire (KvStore        *store,
                         guint           number,
                         GBytes         *key,
                         gint64          ttl,
                         KvExpireFlags   flags,
                         gboolean       *out_changed,
                         GError        **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvDatabase *database = kv_store_service_get_database (self, number, error);
  gint64 deadline;
  KvEntry *entry;

  if (database == NULL || !kv_store_service_get_deadline (MAX (ttl, 0), &deadline, error))
    return FALSE;

  entry = kv_database_lookup (database, key);
  *out_changed = entry != NULL && may_expire (entry, deadline, flags);

  if (*out_changed && ttl > 0)
    {
      kv_store_service_set_deadline (self, database, entry, deadline);
      kv_store_service_emit (self, number, KV_EVENTS_EXPIRE, key);
    }
  else if (*out_changed)
    {
      kv_store_service_delete (self, number, key);
    }

  return TRUE;
}

static gboolean
kv_store_service_persist (KvStore   *store,
                          guint      number,
                          GBytes    *key,
                          gboolean  *out_changed,
                          GError   **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvDatabase *database = kv_store_service_get_database (self, number, error);
  KvEntry *entry;

  if (database == NULL)
    return FALSE;

  entry = kv_database_lookup (database, key);
  *out_changed = entry != NULL && entry->deadline != KV_NO_DEADLINE;
  if (*out_changed)
    {
      kv_store_service_set_deadline (self, database, entry, KV_NO_DEADLINE);
      kv_store_service_emit (self, number, KV_EVENTS_PERSIST, key);
    }

  return TRUE;
}

static gboolean
kv_store_service_get_ttl (KvStore  *store,
                          guint     number,
                          GBytes   *key,
                          gint64   *out_ttl,
                          GError  **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvEntry *entry;

  if (kv_store_service_get_database (self, number, error) == NULL)
    return FALSE;

  entry = kv_store_service_read (self, number, key);
  if (entry == NULL)
    *out_ttl = -2;
  else if (entry->deadline == KV_NO_DEADLINE)
    *out_ttl = -1;
  else
    {
      gint64 left = entry->deadline - kv_store_service_get_now ();

      *out_ttl = MAX (left, 0);
    }

  return TRUE;
}

void
kv_store_service_init_expiry (KvStoreInterface *iface)
{
  iface->expire = kv_store_service_expire;
  iface->persist = kv_store_service_persist;
  iface->get_ttl = kv_store_service_get_ttl;
}
