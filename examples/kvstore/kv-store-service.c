/* kv-store-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-store-service-private.h"

/* The sole owner of all keys and values. Nothing here has a lock: the server
 * that hosts the service calls it in one thread only. */
struct _KvStoreService
{
  GObject parent_instance;

  KvDatabase *databases[KV_STORE_N_DATABASES]; /* (owned) */
  GSource *alarm;                              /* (owned) (nullable): set while the service runs */
  gint64 alarm_time;                           /* when the alarm rings, or KV_NO_DEADLINE */
  KvEvents events;                             /* the events that are emitted */
};

typedef enum
{
  PROP_EVENTS = 1,
} KvStoreServiceProperty;

static void store_iface_init (KvStoreInterface *iface);
static void notifier_iface_init (KvNotifierInterface *iface);
static void lifecycle_iface_init (NorpcLifecycleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (KvStoreService, kv_store_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (KV_TYPE_STORE, store_iface_init)
                               G_IMPLEMENT_INTERFACE (KV_TYPE_NOTIFIER, notifier_iface_init)
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE, lifecycle_iface_init))

/* Returns: the current time on the clock of the deadlines */
gint64
kv_store_service_get_now (void)
{
  return g_get_monotonic_time () / 1000;
}

/* Tells the clients that something has happened to a key. Each change ends with this, so the
 * events are in the order of the changes. */
void
kv_store_service_emit (KvStoreService *self,
                       guint           number,
                       KvEvents        event,
                       GBytes         *key)
{
  if (self->events & event)
    kv_notifier_emit_key_event (KV_NOTIFIER (self), number, event, key);
}

static void
expire (KvStoreService *self,
        guint           number)
{
  KvDatabase *database = self->databases[number];
  gint64 now = kv_store_service_get_now ();
  GBytes *key;

  while ((key = kv_database_take_expired (database, now)) != NULL)
    {
      kv_store_service_emit (self, number, KV_EVENTS_EXPIRED, key);
      g_bytes_unref (key);
    }
}

/* Expired keys are removed before each method runs, so no method ever sees one. The alarm
 * removes keys that no client asks for again. */
KvDatabase *
kv_store_service_get_database (KvStoreService  *self,
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
    expire (self, number);

  return database;
}

/* Gives a key a value.
 *
 * Returns: (transfer none): the entry, with its deadline as it was */
KvEntry *
kv_store_service_put (KvStoreService *self,
                      guint           number,
                      GBytes         *key,
                      GBytes         *value)
{
  KvDatabase *database = self->databases[number];
  guint size = kv_database_get_size (database);
  KvEntry *entry = kv_database_set (database, key, value);

  if (kv_database_get_size (database) > size)
    kv_store_service_emit (self, number, KV_EVENTS_NEW, key);

  return entry;
}

/* Returns: (transfer none) (nullable): the entry of a key that a client reads */
KvEntry *
kv_store_service_read (KvStoreService *self,
                       guint           number,
                       GBytes         *key)
{
  KvEntry *entry = kv_database_lookup (self->databases[number], key);

  if (entry == NULL)
    kv_store_service_emit (self, number, KV_EVENTS_KEYMISS, key);

  return entry;
}

/* Returns: whether there was such a key */
gboolean
kv_store_service_delete (KvStoreService *self,
                         guint           number,
                         GBytes         *key)
{
  if (!kv_database_remove (self->databases[number], key))
    return FALSE;

  kv_store_service_emit (self, number, KV_EVENTS_DEL, key);

  return TRUE;
}

static void
set_alarm (KvStoreService *self,
           gint64          deadline)
{
  self->alarm_time = deadline;
  if (self->alarm == NULL)
    return;

  /* Later times do not fit into microseconds, and count as never. */
  g_source_set_ready_time (self->alarm,
                           deadline < G_MAXINT64 / 1000 ? deadline * 1000 : -1);
}

void
kv_store_service_set_deadline (KvStoreService *self,
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
      expire (self, i);
      next = MIN (next, kv_database_get_next_deadline (self->databases[i]));
    }

  set_alarm (self, next);

  return G_SOURCE_CONTINUE;
}

gboolean
kv_store_service_get_deadline (gint64    ttl,
                               gint64   *deadline,
                               GError  **error)
{
  gint64 now = kv_store_service_get_now ();

  if (ttl < 0 || ttl >= KV_NO_DEADLINE - now)
    {
      g_set_error_literal (error, KV_STORE_ERROR, KV_STORE_ERROR_BAD_TTL,
                           "invalid expire time");
      return FALSE;
    }

  *deadline = now + ttl;

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
kv_store_service_get_property (GObject    *object,
                               guint       property_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  KvStoreService *self = KV_STORE_SERVICE (object);

  switch ((KvStoreServiceProperty) property_id)
    {
    case PROP_EVENTS:
      g_value_set_flags (value, self->events);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
kv_store_service_set_property (GObject      *object,
                               guint         property_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  KvStoreService *self = KV_STORE_SERVICE (object);

  switch ((KvStoreServiceProperty) property_id)
    {
    case PROP_EVENTS:
      self->events = g_value_get_flags (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
kv_store_service_class_init (KvStoreServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = kv_store_service_finalize;
  object_class->get_property = kv_store_service_get_property;
  object_class->set_property = kv_store_service_set_property;
  g_object_class_override_property (object_class, PROP_EVENTS, "events");
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
  kv_store_service_init_values (iface);
  kv_store_service_init_expiry (iface);
  kv_store_service_init_many (iface);
}

static gboolean
kv_store_service_publish (KvNotifier  *notifier,
                          GBytes      *channel,
                          GBytes      *message,
                          GError     **error G_GNUC_UNUSED)
{
  kv_notifier_emit_published (notifier, channel, message);

  return TRUE;
}

static void
notifier_iface_init (KvNotifierInterface *iface)
{
  iface->publish = kv_store_service_publish;
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
