/* norpc-thread-check.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE

#include "call/norpc-call-private.h"
#include "norpc-thread-check-private.h"
#include "norpc-thread-private.h"

#ifdef __linux__
#include <pthread.h>
#endif

/* Protects what homes and `warned` have in them. It is the last to be taken. */
static GMutex homes_lock;

/* Of whose calls was warned: of owned strings (owned) (nullable) [homes_lock] */
static GHashTable *warned;

static GQuark
get_quark (void)
{
  return g_quark_from_static_string ("norpc-home");
}

/* Any thread that holds @service. Returns an owned home. */
NorpcHome *
norpc_home_get (GObject *service)
{
  NorpcHome *self;

  g_mutex_lock (&homes_lock);
  self = g_object_get_qdata (service, get_quark ());
  if (self == NULL)
    {
      self = g_new0 (NorpcHome, 1);
      g_atomic_ref_count_init (&self->ref_count);
      self->type_name = G_OBJECT_TYPE_NAME (service);
      self->hosts = g_ptr_array_new ();
      g_object_set_qdata_full (service, get_quark (), self, (GDestroyNotify) norpc_home_unref);
    }
  g_atomic_ref_count_inc (&self->ref_count);
  g_mutex_unlock (&homes_lock);

  return self;
}

void
norpc_home_unref (NorpcHome *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->hosts);
  g_free (self);
}

/* The context of @host, before the service runs there. */
void
norpc_home_move_in (NorpcHome *self,
                    NorpcHost *host)
{
  g_mutex_lock (&homes_lock);
  g_ptr_array_add (self->hosts, host);
  g_atomic_int_inc (&self->n_hosts);
  g_mutex_unlock (&homes_lock);
}

/* The context of @host, or who ends it: the service does not run there any
 * more.
 */
void
norpc_home_move_out (NorpcHome *self,
                     NorpcHost *host)
{
  g_mutex_lock (&homes_lock);
  if (g_ptr_array_remove_fast (self->hosts, host))
    g_atomic_int_add (&self->n_hosts, -1);
  g_mutex_unlock (&homes_lock);
}

/* Returns an owned string. */
static char *
describe_thread (GThread    *thread,
                 const char *name)
{
  return name != NULL ? g_strdup_printf ("thread %p (%s)", (gpointer) thread, name)
                      : g_strdup_printf ("thread %p", (gpointer) thread);
}

/* Returns an owned string. */
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

/* With the lock held. Returns which other thread surely has the service (owned),
 * or NULL: the one that always runs @host, or else the one that runs it just now.
 * Where a context may go from thread to thread, nothing else is sure.
 */
static char *
describe_other_thread_locked (NorpcHost *host)
{
  GThread *thread = host->thread != NULL ? norpc_thread_get_gthread (host->thread)
                                         : g_atomic_pointer_get (&host->busy_thread);

  if (thread == NULL || thread == g_thread_self ())
    return NULL;

  return describe_thread (thread,
                          host->thread != NULL ? norpc_thread_get_name (host->thread) : NULL);
}

/* With the lock held. FALSE if it was warned of the same before. */
static gboolean
is_news_locked (NorpcHome *self,
                NorpcCall *call)
{
  if (warned == NULL)
    warned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return g_hash_table_add (warned, g_strdup_printf ("%s.%s %s",
                                                    norpc_call_get_interface_name (call),
                                                    norpc_call_get_method_name (call),
                                                    self->type_name));
}

/* The thread in which the service is going to handle @call. */
void
norpc_home_look (NorpcHome *self,
                 NorpcHost *host,
                 NorpcCall *call)
{
  g_autofree char *other = NULL;
  g_autofree char *this = NULL;

  g_mutex_lock (&homes_lock);
  for (guint i = 0; i < self->hosts->len && other == NULL; i++)
    if (self->hosts->pdata[i] != host)
      other = describe_other_thread_locked (self->hosts->pdata[i]);
  if (other != NULL && !is_news_locked (self, call))
    g_clear_pointer (&other, g_free);
  g_mutex_unlock (&homes_lock);

  if (other == NULL)
    return;

  this = describe_this_thread ();
  g_warning ("%s.%s is called in %s, but a server has the same service in %s: "
             "a service belongs to one thread",
             norpc_call_get_interface_name (call), norpc_call_get_method_name (call),
             this, other);
}
