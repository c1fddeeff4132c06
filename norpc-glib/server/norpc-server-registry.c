/* norpc-server-registry.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-server-registry-private.h"

static GMutex registry_lock;
static GQueue workers = G_QUEUE_INIT; /* of unowned NorpcWorker [registry_lock]: the links are theirs */
static guint last_id;                 /* [registry_lock] */

static gpointer stopped_func; /* atomic, (nullable): NorpcServerStoppedFunc */

/* Thread-safe. @func is nullable. */
void
norpc_server_registry_set_stopped_func (NorpcServerStoppedFunc func)
{
  g_atomic_pointer_set (&stopped_func, (gpointer) func);
}

/* Thread-safe. Called while the worker is being attached, once it has its channel and its context. It may
 * stop meanwhile.
 */
void
norpc_server_registry_add (NorpcWorker *worker)
{
  gboolean is_first;

  g_mutex_lock (&registry_lock);
  is_first = last_id == 0;
  worker->id = ++last_id;
  g_atomic_int_set (&worker->channel->server_id, (int) worker->id);
  worker->registry_link.data = worker;
  g_queue_push_tail_link (&workers, &worker->registry_link);
  g_mutex_unlock (&registry_lock);

  if (is_first)
    norpc_server_registry_first_func ();
}

/* Thread-safe. Called when the worker has stopped, and before it is freed. */
void
norpc_server_registry_remove (NorpcWorker *worker)
{
  NorpcServerStoppedFunc func = (NorpcServerStoppedFunc) g_atomic_pointer_get (&stopped_func);
  gboolean is_registered;

  g_mutex_lock (&registry_lock);
  is_registered = worker->registry_link.data != NULL;
  if (is_registered)
    {
      g_queue_unlink (&workers, &worker->registry_link);
      worker->registry_link.data = NULL;
    }
  g_mutex_unlock (&registry_lock);

  if (is_registered && func != NULL)
    func (worker->id);
}

static void
free_listing (gpointer data)
{
  NorpcServerListing *self = data;

  g_object_unref (self->channel);
  g_clear_object (&self->thread);
  g_free (self);
}

/* Called with the lock of the registry held, which keeps the worker alive. */
static NorpcServerListing *
make_listing_locked (NorpcWorker *worker)
{
  NorpcServerListing *self = g_new0 (NorpcServerListing, 1);

  self->id = worker->id;
  self->service_type = worker->service_type;
  self->is_exported = worker->is_exported;
  self->phase = norpc_worker_get_phase (worker);
  self->channel = g_object_ref (worker->channel);
  self->thread = worker->thread != NULL ? g_object_ref (worker->thread) : NULL;
  self->context = norpc_shared_source_get_context (worker->source);
  self->is_main = self->context == g_main_context_default ();
  self->max_open = (guint) g_atomic_int_get (&worker->pending.max_open);

  return self;
}

/* Thread-safe. Returns the servers (owned), as NorpcServerListing, in the order in which they were
 * started.
 */
GPtrArray *
norpc_server_registry_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (free_listing);

  g_mutex_lock (&registry_lock);
  for (GList *link = workers.head; link != NULL; link = link->next)
    if (norpc_worker_get_phase (link->data) != NORPC_SERVER_STOPPED)
      g_ptr_array_add (list, make_listing_locked (link->data));
  g_mutex_unlock (&registry_lock);

  return list;
}
