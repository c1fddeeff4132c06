/* norpc-export.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "channel/norpc-channel-private.h"
#include "core/norpc-error.h"
#include "norpc-export-parts-private.h"
#include "server/norpc-thread-check-private.h"
#include "server/norpc-thread-private.h"

GMutex norpc_exports_lock;

/* The exports that are in use (owned) (nullable) [norpc_exports_lock]: a set of unowned
 * NorpcExport, by kind and object. The object of an export that has stopped may have been freed, and
 * another one may have its address.
 */
static GHashTable *exports;

/* The exports of objects of other processes that are in use (owned) (nullable)
 * [norpc_exports_lock]: of unowned keys and unowned NorpcExport.
 */
static GHashTable *outside;

static guint
export_hash (gconstpointer key)
{
  const NorpcExport *self = key;

  return g_direct_hash (self->object) ^ g_direct_hash (self->kind);
}

static gboolean
export_equal (gconstpointer a,
              gconstpointer b)
{
  const NorpcExport *self = a;
  const NorpcExport *other = b;

  return self->object == other->object && self->kind == other->kind;
}

/* Thread-safe. Called with the lock held. */
NorpcExport *
norpc_export_ref_locked (NorpcExport *self)
{
  self->n_refs++;

  return self;
}

/* Thread-safe. Returns TRUE if the object can be called, and so has not been freed. */
static gboolean
is_open (NorpcExport *self)
{
  return self->worker != NULL && norpc_worker_get_phase (self->worker) < NORPC_SERVER_STOPPING;
}

/* Runs in the thread that releases the last reference. */
static void
stop (NorpcExport *self)
{
  /* Nobody has called the object, and nobody will, so that it need not be started. */
  if (norpc_worker_is_here (self->worker) && !self->worker->tried &&
      !norpc_channel_has_calls (NORPC_CHANNEL (self->endpoint)))
    norpc_worker_end (self->worker, "its last proxy was released");
  else
    norpc_worker_stop (self->worker, NORPC_STOP_FINISH, "its last proxy was released");
}

static void
export_free (NorpcExport *self)
{
  if (self->owns_worker && is_open (self))
    stop (self);
  /* Proxies whose contexts have ended may still have the endpoint. */
  if (self->end_endpoint != NULL)
    self->end_endpoint (self->endpoint);
  g_clear_pointer (&self->worker, norpc_worker_unref);
  g_object_unref (self->endpoint);
  g_free (self->key);
  g_free (self);
}

/* Thread-safe. Called with no lock held. */
void
norpc_export_unref (NorpcExport *self)
{
  gboolean is_last;

  g_mutex_lock (&norpc_exports_lock);
  is_last = --self->n_refs == 0;
  if (is_last && self->key != NULL)
    g_hash_table_remove (outside, self->key);
  else if (is_last && g_hash_table_lookup (exports, self) == self)
    g_hash_table_remove (exports, self);
  g_mutex_unlock (&norpc_exports_lock);

  if (is_last)
    export_free (self);
}

/* Thread-safe. */
NorpcEndpoint *
norpc_export_get_endpoint (NorpcExport *self)
{
  return self->endpoint;
}

/* Called with the lock held. Returns an export (owned) of @object, or NULL. */
static NorpcExport *
find_export_locked (const NorpcExportKind *kind,
                    GObject               *object)
{
  NorpcExport key = { .kind = kind, .object = object };
  NorpcExport *self = exports != NULL ? g_hash_table_lookup (exports, &key) : NULL;

  return self != NULL && is_open (self) ? norpc_export_ref_locked (self) : NULL;
}

static NorpcExport *
find (const NorpcExportKind *kind,
      GObject               *object)
{
  NorpcExport *self;

  g_mutex_lock (&norpc_exports_lock);
  self = find_export_locked (kind, object);
  g_mutex_unlock (&norpc_exports_lock);

  return self;
}

/* Called in the thread that exports the object. Makes a worker for it in the thread-default
 * context.
 */
static void
attach_worker (NorpcExport *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (NorpcThread) thread = norpc_thread_dup_current (context);
  g_autoptr (GObject) service = self->kind->new_service != NULL ? self->kind->new_service (self->object)
                                                                : g_object_ref (self->object);
  NorpcChannel *channel = norpc_channel_new (NORPC_CHANNEL_DEFAULT_CAPACITY, NORPC_WHEN_FULL_BUSY);
  g_autoptr (GError) error = NULL;

  self->endpoint = NORPC_ENDPOINT (channel);
  self->worker = norpc_worker_new (service, channel);
  self->worker->is_exported = TRUE;
  self->owns_worker = TRUE;
  /* Otherwise, proxies that others have before it starts would tell that it starts. */
  norpc_worker_begin_relay (self->worker);
  if (norpc_worker_attach (self->worker, context, thread, &error))
    return;

  norpc_channel_close (channel, error->message);
  g_clear_pointer (&self->worker, norpc_worker_unref);
}

/* Called in the thread that exports the object. Returns an export (owned). The object of a server
 * is exported by the channel of that server, which starts and stops it.
 */
static NorpcExport *
export_new (const NorpcExportKind *kind,
            GObject               *object)
{
  NorpcExport *self = g_new0 (NorpcExport, 1);

  self->n_refs = 1;
  self->kind = kind;
  self->object = object;
  self->worker = kind->new_service == NULL ? norpc_thread_check_dup_server_worker (object) : NULL;
  if (self->worker != NULL)
    self->endpoint = g_object_ref (NORPC_ENDPOINT (self->worker->channel));
  else
    attach_worker (self);

  return self;
}

/* Called in the thread that exports the object, with no lock held. Another thread may do the same at
 * that time. Returns the export (owned).
 */
NorpcExport *
norpc_export_get (const NorpcExportKind *kind,
                  GObject               *object)
{
  NorpcExport *self = find (kind, object);
  NorpcExport *new_export;

  if (self != NULL)
    return self;

  new_export = export_new (kind, object);

  g_mutex_lock (&norpc_exports_lock);
  self = find_export_locked (kind, object);
  if (self == NULL)
    {
      if (exports == NULL)
        exports = g_hash_table_new (export_hash, export_equal);
      g_hash_table_replace (exports, new_export, new_export);
      self = g_steal_pointer (&new_export);
    }
  g_mutex_unlock (&norpc_exports_lock);

  g_clear_pointer (&new_export, norpc_export_unref);

  return self;
}

/* Called with the lock held. Returns the export (owned), or NULL. */
static NorpcExport *
find_outside_locked (const char *key)
{
  NorpcExport *self = outside != NULL ? g_hash_table_lookup (outside, key) : NULL;

  return self != NULL ? norpc_export_ref_locked (self) : NULL;
}

static NorpcExport *
export_new_outside (const NorpcExportKind *kind,
                    const char            *key,
                    NorpcEndpoint         *endpoint,
                    void                 (*end_endpoint) (NorpcEndpoint *endpoint))
{
  NorpcExport *self = g_new0 (NorpcExport, 1);

  self->n_refs = 1;
  self->kind = kind;
  self->key = g_strdup (key);
  self->endpoint = endpoint;
  self->end_endpoint = end_endpoint;

  return self;
}

/* Thread-safe. Called with no lock held. Returns the export (owned) of an object of another process, which @key
 * stands for. @new_endpoint returns an endpoint (owned) for it, if there is none yet; @end_endpoint is called in the thread that
 * releases the last import.
 */
NorpcExport *
norpc_export_get_outside (const NorpcExportKind *kind,
                          const char            *key,
                          NorpcEndpoint       *(*new_endpoint) (gpointer data),
                          gpointer               data,
                          void                 (*end_endpoint) (NorpcEndpoint *endpoint))
{
  NorpcExport *self;
  NorpcExport *new_export;

  g_mutex_lock (&norpc_exports_lock);
  self = find_outside_locked (key);
  g_mutex_unlock (&norpc_exports_lock);
  if (self != NULL)
    return self;

  new_export = export_new_outside (kind, key, new_endpoint (data), end_endpoint);

  g_mutex_lock (&norpc_exports_lock);
  self = find_outside_locked (key);
  if (self == NULL)
    {
      if (outside == NULL)
        outside = g_hash_table_new (g_str_hash, g_str_equal);
      g_hash_table_insert (outside, new_export->key, new_export);
      self = g_steal_pointer (&new_export);
    }
  g_mutex_unlock (&norpc_exports_lock);

  if (new_export != NULL)
    {
      g_clear_pointer (&new_export->key, g_free);
      export_free (new_export);
    }

  return self;
}

/* Called in the receiver's thread. Returns the object (owned) if it belongs to that thread and its
 * thread-default context, and has not been stopped.
 */
GObject *
norpc_export_dup_own_object (NorpcExport *self)
{
  if (self->worker == NULL || !norpc_worker_is_here (self->worker) || self->worker->service == NULL)
    return NULL;

  return g_object_ref (self->object);
}

/* Called in the context of the object. Closes its imports, if it is exported. */
void
norpc_export_close (const NorpcExportKind *kind,
                    GObject               *object)
{
  NorpcExport *self = find (kind, object);

  if (self == NULL)
    return;

  if (self->owns_worker)
    norpc_worker_stop (self->worker, NORPC_STOP_FINISH, "its object was closed");
  norpc_export_unref (self);
}
