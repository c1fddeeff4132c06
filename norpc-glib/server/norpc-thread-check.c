/* norpc-thread-check.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE

#include "call/norpc-call-private.h"
#include "client/norpc-proxy.h"
#include "core/norpc-log-private.h"
#include "norpc-thread-check-private.h"
#include "norpc-thread-private.h"
#include "norpc-worker-private.h"

#ifdef __linux__
#include <pthread.h>
#endif

/* Protects all thread checks and `warned`. Taken after all other locks. */
static GMutex checks_lock;

/* The calls that were warned about: owned strings (owned) (nullable) [checks_lock] */
static GHashTable *warned;

static GQuark
get_quark (void)
{
  return g_quark_from_static_string ("norpc-thread-check");
}

/* Thread-safe. The caller keeps a reference to @service. Returns its thread check (owned). */
NorpcThreadCheck *
norpc_thread_check_get (GObject *service)
{
  NorpcThreadCheck *self;

  g_mutex_lock (&checks_lock);
  self = g_object_get_qdata (service, get_quark ());
  if (self == NULL)
    {
      self = g_new0 (NorpcThreadCheck, 1);
      g_atomic_ref_count_init (&self->ref_count);
      self->type_name = G_OBJECT_TYPE_NAME (service);
      self->is_thread_safe = NORPC_IS_PROXY (service);
      self->workers = g_ptr_array_new ();
      g_object_set_qdata_full (service, get_quark (), self, (GDestroyNotify) norpc_thread_check_unref);
    }
  g_atomic_ref_count_inc (&self->ref_count);
  g_mutex_unlock (&checks_lock);

  return self;
}

void
norpc_thread_check_unref (NorpcThreadCheck *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->workers);
  g_free (self);
}

/* Runs in the service's context, before the service runs there. */
void
norpc_thread_check_add_worker (NorpcThreadCheck *self,
                               NorpcWorker      *worker)
{
  if (self->is_thread_safe)
    return;

  g_mutex_lock (&checks_lock);
  g_ptr_array_add (self->workers, worker);
  g_atomic_int_inc (&self->n_workers);
  g_mutex_unlock (&checks_lock);
}

/* Runs in the service's context, or in the thread that ends it, when the service no longer
 * runs there.
 */
void
norpc_thread_check_remove_worker (NorpcThreadCheck *self,
                                  NorpcWorker      *worker)
{
  g_mutex_lock (&checks_lock);
  if (g_ptr_array_remove_fast (self->workers, worker))
    g_atomic_int_add (&self->n_workers, -1);
  g_mutex_unlock (&checks_lock);
}

/* Thread-safe. Returns the worker (owned) of a server that runs @service, or NULL. */
NorpcWorker *
norpc_thread_check_dup_server_worker (GObject *service)
{
  NorpcWorker *found = NULL;
  NorpcThreadCheck *self;

  g_mutex_lock (&checks_lock);
  self = g_object_get_qdata (service, get_quark ());
  for (guint i = 0; self != NULL && found == NULL && i < self->workers->len; i++)
    {
      NorpcWorker *worker = self->workers->pdata[i];

      if (!worker->is_exported && norpc_worker_get_phase (worker) < NORPC_SERVER_STOPPING)
        {
          g_atomic_ref_count_inc (&worker->ref_count);
          found = worker;
        }
    }
  g_mutex_unlock (&checks_lock);

  return found;
}

/* Returns a string (owned). */
static char *
describe_thread (GThread    *thread,
                 const char *name)
{
  return name != NULL ? g_strdup_printf ("thread %p (%s)", (gpointer) thread, name)
                      : g_strdup_printf ("thread %p", (gpointer) thread);
}

/* Returns a string (owned). */
static char *
describe_this_thread (void)
{
#ifdef __linux__
  char name[16];

  if (pthread_getname_np (pthread_self (), name, sizeof name) == 0)
    return describe_thread (g_thread_self (), name);
#endif

  return describe_thread (g_thread_self (), NULL);
}

/* Called with the lock held. Describes the other thread that is certain to run the service
 * (owned), or returns NULL: the thread that always runs @worker, or else the one that runs it
 * now. A context may move between threads, so nothing else is certain.
 */
static char *
describe_other_thread_locked (NorpcWorker *worker)
{
  GThread *thread = worker->thread != NULL ? norpc_thread_get_gthread (worker->thread)
                                         : g_atomic_pointer_get (&worker->busy_thread);

  if (thread == NULL || thread == g_thread_self ())
    return NULL;

  return describe_thread (thread,
                          worker->thread != NULL ? norpc_thread_get_name (worker->thread) : NULL);
}

/* Called with the lock held. Returns FALSE if the same warning was logged before. */
static gboolean
is_news_locked (NorpcThreadCheck *self,
                NorpcCall        *call)
{
  if (warned == NULL)
    warned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return g_hash_table_add (warned, g_strdup_printf ("%s.%s %s",
                                                    norpc_call_get_interface_name (call),
                                                    norpc_call_peek_method_name (call),
                                                    self->type_name));
}

/* Called in the thread in which the service is about to handle @call. */
void
norpc_thread_check_warn (NorpcThreadCheck *self,
                         NorpcWorker      *worker,
                         NorpcCall        *call)
{
  g_autofree char *other = NULL;
  g_autofree char *this = NULL;

  g_mutex_lock (&checks_lock);
  for (guint i = 0; i < self->workers->len && other == NULL; i++)
    if (self->workers->pdata[i] != worker)
      other = describe_other_thread_locked (self->workers->pdata[i]);
  if (other != NULL && !is_news_locked (self, call))
    g_clear_pointer (&other, g_free);
  g_mutex_unlock (&checks_lock);

  if (other == NULL)
    return;

  this = describe_this_thread ();
  norpc_warning ("%s.%s is called in %s, but a server runs the same service in %s; "
                 "a service belongs to one thread",
                 norpc_call_get_interface_name (call), norpc_call_peek_method_name (call),
                 this, other);
}
