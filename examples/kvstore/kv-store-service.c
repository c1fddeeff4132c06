/* kv-store-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-store-service.h"

#include "kv-database.h"
#include "kv-number.h"

/* The sole owner of all keys and values. Nothing here has a lock: the server
 * that hosts the service calls it in one thread only. */
struct _KvStoreService
{
  GObject parent_instance;

  KvDatabase *databases[KV_STORE_N_DATABASES]; /* (owned) */
  GSource *alarm;                              /* (owned) (nullable): while it is hosted */
  gint64 alarm_time;                           /* when the alarm rings, or KV_NO_DEADLINE */
};

static void store_iface_init (KvStoreInterface *iface);
static void lifecycle_iface_init (NorpcLifecycleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KvStoreService, kv_store_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KV_TYPE_STORE, store_iface_init)
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE, lifecycle_iface_init))

static gint64
get_now (void)
{
  return g_get_monotonic_time () / 1000;
}

/* Expired keys go before anything else looks, so no method ever sees one;
 * the alarm is for those that nobody asks for again. */
static KvDatabase *
get_database (KvStoreService  *self,
              guint            number,
              GError         **error)
{
  KvDatabase *database;

  if (number >= KV_STORE_N_DATABASES)
    {
      g_set_error (error, KV_STORE_ERROR, KV_STORE_ERROR_NO_DATABASE,
                   "there is no database %u, they are 0 to %u",
                   number, KV_STORE_N_DATABASES - 1);
      return NULL;
    }

  database = self->databases[number];
  if (kv_database_get_n_expiring (database) > 0)
    kv_database_expire (database, get_now ());

  return database;
}

static void
set_alarm (KvStoreService *self,
           gint64          deadline)
{
  self->alarm_time = deadline;
  if (self->alarm == NULL)
    return;

  /* Later than that is never: it would not fit in microseconds. */
  g_source_set_ready_time (self->alarm,
                           deadline < G_MAXINT64 / 1000 ? deadline * 1000 : -1);
}

static void
set_deadline (KvStoreService *self,
              KvDatabase     *database,
              KvEntry        *entry,
              gint64          deadline)
{
  kv_database_set_deadline (database, entry, deadline);
  if (deadline < self->alarm_time)
    set_alarm (self, deadline);
}

/* Runs in the service's context. */
static gboolean
alarm_cb (gpointer user_data)
{
  KvStoreService *self = user_data;
  gint64 next = KV_NO_DEADLINE;

  for (guint i = 0; i < KV_STORE_N_DATABASES; i++)
    {
      kv_database_expire (self->databases[i], get_now ());
      next = MIN (next, kv_database_get_next_deadline (self->databases[i]));
    }

  set_alarm (self, next);

  return G_SOURCE_CONTINUE;
}

static gboolean
get_deadline (gint64    ttl,
              gint64   *deadline,
              GError  **error)
{
  gint64 now = get_now ();

  if (ttl < 0 || ttl >= KV_NO_DEADLINE - now)
    {
      g_set_error_literal (error, KV_STORE_ERROR, KV_STORE_ERROR_BAD_TTL,
                           "invalid expire time");
      return FALSE;
    }

  *deadline = now + ttl;

  return TRUE;
}

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

static gboolean
kv_store_service_get (KvStore  *store,
                      guint     number,
                      GBytes   *key,
                      GBytes  **out_value,
                      GError  **error)
{
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);
  KvEntry *entry;

  if (database == NULL)
    return FALSE;

  entry = kv_database_lookup (database, key);
  *out_value = entry != NULL ? g_bytes_ref (kv_entry_get_value (entry)) : NULL;

  return TRUE;
}

static gboolean
kv_store_service_set (KvStore   *store,
                      guint      number,
                      GBytes    *key,
                      GBytes    *value,
                      gint64     ttl,
                      guint      flags,
                      gboolean  *out_stored,
                      GBytes   **out_previous,
                      GError   **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvDatabase *database = get_database (self, number, error);
  gint64 deadline = KV_NO_DEADLINE;
  KvEntry *entry;

  if (database == NULL || (ttl != 0 && !get_deadline (ttl, &deadline, error)))
    return FALSE;

  entry = kv_database_lookup (database, key);
  *out_previous = entry != NULL ? g_bytes_ref (kv_entry_get_value (entry)) : NULL;
  *out_stored = !((flags & KV_SET_IF_ABSENT) && entry != NULL) &&
                !((flags & KV_SET_IF_PRESENT) && entry == NULL);

  if (*out_stored)
    {
      entry = kv_database_set (database, key, value);
      if (!(flags & KV_SET_KEEP_TTL))
        set_deadline (self, database, entry, deadline);
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
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);

  if (!kv_store_service_get (store, number, key, out_value, error))
    return FALSE;

  kv_database_remove (database, key);

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
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);
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
    kv_database_set (database, key, suffix);

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
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);
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
  kv_database_set (database, key, value);

  return TRUE;
}

static gboolean
kv_store_service_get_length (KvStore  *store,
                             guint     number,
                             GBytes   *key,
                             guint64  *out_length,
                             GError  **error)
{
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);
  KvEntry *entry;

  if (database == NULL)
    return FALSE;

  entry = kv_database_lookup (database, key);
  *out_length = entry != NULL ? kv_entry_get_length (entry) : 0;

  return TRUE;
}

static GVariant *
kv_store_service_get_many (KvStore   *store,
                           guint      number,
                           GVariant  *keys,
                           GError   **error)
{
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);
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
  KvDatabase *database = get_database (self, number, error);
  gsize n_entries = g_variant_n_children (entries);

  if (database == NULL)
    return FALSE;

  for (gsize i = 0; i < n_entries; i++)
    {
      g_autoptr (GVariant) pair = g_variant_get_child_value (entries, i);
      g_autoptr (GBytes) key = get_nth_key (pair, 0);
      g_autoptr (GBytes) value = get_nth_key (pair, 1);

      set_deadline (self, database, kv_database_set (database, key, value), KV_NO_DEADLINE);
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
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);
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
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);
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

static gboolean
may_expire (KvEntry *entry,
            gint64   deadline,
            guint    flags)
{
  gboolean expires = entry->deadline != KV_NO_DEADLINE;

  return !((flags & KV_EXPIRE_IF_NONE) && expires) &&
         !((flags & KV_EXPIRE_IF_ANY) && !expires) &&
         !((flags & KV_EXPIRE_IF_LATER) && deadline <= entry->deadline) &&
         !((flags & KV_EXPIRE_IF_SOONER) && deadline >= entry->deadline);
}

static gboolean
kv_store_service_expire (KvStore   *store,
                         guint      number,
                         GBytes    *key,
                         gint64     ttl,
                         guint      flags,
                         gboolean  *out_changed,
                         GError   **error)
{
  KvStoreService *self = KV_STORE_SERVICE (store);
  KvDatabase *database = get_database (self, number, error);
  gint64 deadline;
  KvEntry *entry;

  if (database == NULL || !get_deadline (MAX (ttl, 0), &deadline, error))
    return FALSE;

  entry = kv_database_lookup (database, key);
  *out_changed = entry != NULL && may_expire (entry, deadline, flags);

  if (*out_changed && ttl > 0)
    set_deadline (self, database, entry, deadline);
  else if (*out_changed)
    kv_database_remove (database, key);

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
  KvDatabase *database = get_database (self, number, error);
  KvEntry *entry;

  if (database == NULL)
    return FALSE;

  entry = kv_database_lookup (database, key);
  *out_changed = entry != NULL && entry->deadline != KV_NO_DEADLINE;
  if (*out_changed)
    set_deadline (self, database, entry, KV_NO_DEADLINE);

  return TRUE;
}

static gboolean
kv_store_service_get_ttl (KvStore  *store,
                          guint     number,
                          GBytes   *key,
                          gint64   *out_ttl,
                          GError  **error)
{
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);
  KvEntry *entry;

  if (database == NULL)
    return FALSE;

  entry = kv_database_lookup (database, key);
  if (entry == NULL)
    *out_ttl = -2;
  else if (entry->deadline == KV_NO_DEADLINE)
    *out_ttl = -1;
  else
    *out_ttl = MAX (entry->deadline - get_now (), 0);

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
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);
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
  KvDatabase *database = get_database (KV_STORE_SERVICE (store), number, error);

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
      KvDatabase *database = get_database (self, i, error);

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
    kv_database_clear (self->databases[i]);

  return TRUE;
}

static gboolean
alarm_dispatch (GSource     *source G_GNUC_UNUSED,
                GSourceFunc  callback,
                gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs alarm_funcs = { NULL, NULL, alarm_dispatch, NULL, NULL, NULL };

/* Runs in the service's context, before the first call. */
static gboolean
kv_store_service_start (NorpcLifecycle  *lifecycle,
                        GError         **error G_GNUC_UNUSED)
{
  KvStoreService *self = KV_STORE_SERVICE (lifecycle);

  self->alarm = g_source_new (&alarm_funcs, sizeof (GSource));
  g_source_set_static_name (self->alarm, "[kvstore] expiry");
  g_source_set_callback (self->alarm, alarm_cb, self, NULL);
  g_source_attach (self->alarm, g_main_context_get_thread_default ());
  set_alarm (self, self->alarm_time);

  return TRUE;
}

/* Runs in the service's context, after the last call. */
static void
kv_store_service_stop (NorpcLifecycle *lifecycle)
{
  KvStoreService *self = KV_STORE_SERVICE (lifecycle);

  g_source_destroy (self->alarm);
  g_clear_pointer (&self->alarm, g_source_unref);
}

static void
kv_store_service_finalize (GObject *object)
{
  KvStoreService *self = KV_STORE_SERVICE (object);

  for (guint i = 0; i < KV_STORE_N_DATABASES; i++)
    kv_database_free (self->databases[i]);

  G_OBJECT_CLASS (kv_store_service_parent_class)->finalize (object);
}

static void
kv_store_service_class_init (KvStoreServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kv_store_service_finalize;
}

static void
kv_store_service_init (KvStoreService *self)
{
  self->alarm_time = KV_NO_DEADLINE;
  for (guint i = 0; i < KV_STORE_N_DATABASES; i++)
    self->databases[i] = kv_database_new ();
}

static void
store_iface_init (KvStoreInterface *iface)
{
  iface->get = kv_store_service_get;
  iface->set = kv_store_service_set;
  iface->take = kv_store_service_take;
  iface->append = kv_store_service_append;
  iface->increment = kv_store_service_increment;
  iface->get_length = kv_store_service_get_length;
  iface->get_many = kv_store_service_get_many;
  iface->set_many = kv_store_service_set_many;
  iface->remove = kv_store_service_remove;
  iface->count = kv_store_service_count;
  iface->expire = kv_store_service_expire;
  iface->persist = kv_store_service_persist;
  iface->get_ttl = kv_store_service_get_ttl;
  iface->list_keys = kv_store_service_list_keys;
  iface->get_size = kv_store_service_get_size;
  iface->list_databases = kv_store_service_list_databases;
  iface->flush = kv_store_service_flush;
}

static void
lifecycle_iface_init (NorpcLifecycleInterface *iface)
{
  iface->start = kv_store_service_start;
  iface->stop = kv_store_service_stop;
}

KvStoreService *
kv_store_service_new (void)
{
  return g_object_new (KV_TYPE_STORE_SERVICE, NULL);
}
