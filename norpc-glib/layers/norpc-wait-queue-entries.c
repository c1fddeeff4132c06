/* norpc-wait-queue-entries.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The entries of a wait queue: for waiting calls, and for calls that were passed on. */

#include "call/norpc-call-private.h"
#include "norpc-wait-queue-parts-private.h"

NorpcWaitQueue *
norpc_wait_queue_ref (NorpcWaitQueue *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_wait_queue_unref (NorpcWaitQueue *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->waiting.length == 0 && self->probes.length == 0);

  g_weak_ref_clear (&self->layer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The entry of a call. It exists until the call completes, and is freed by the thread that
 * completes the call.
 */
typedef struct
{
  NorpcCompletionHook  hook; /* must be first */
  NorpcWaitQueue *wait_queue; /* (owned) */
  GQueue         *queue; /* (nullable) [lock]: the queue that it waits in */
  GList           link;  /* [lock] */
  NorpcCall      *call;  /* (owned) (nullable) [lock]: while it waits */
  gboolean        passed; /* [lock] */
} Entry;

/* Called with the lock held. Removes the entry from its queue, and returns its call (owned). */
static NorpcCall *
leave_locked (Entry *entry)
{
  g_queue_unlink (entry->queue, &entry->link);
  entry->queue = NULL;

  return g_steal_pointer (&entry->call);
}

/* Runs in the thread that completes the call. Releases the service's half of a waiting call
 * before the client gets its reply, so that the arguments are released with the client's half.
 */
static void
entry_call_ended (NorpcCompletionHook *hook,
                  NorpcCall           *call G_GNUC_UNUSED)
{
  Entry *entry = (Entry *) hook;
  NorpcWaitQueue *self = entry->wait_queue;
  NorpcCall *waiting_call = NULL;
  gboolean frees_capacity;

  g_mutex_lock (&self->lock);
  frees_capacity = entry->queue == &self->waiting || entry->passed;
  if (entry->queue != NULL)
    waiting_call = leave_locked (entry);
  else if (entry->passed)
    self->n_passed--;
  frees_capacity = frees_capacity && self->waiting.length + self->probes.length > 0;
  g_mutex_unlock (&self->lock);

  g_free (entry);
  g_clear_pointer (&waiting_call, norpc_call_unref);

  if (frees_capacity)
    self->drain (self);
  norpc_wait_queue_unref (self);
}

/* Called with the lock held. Adds an entry for @call, or returns NULL if the call has
 * completed.
 */
static Entry *
add_entry_locked (NorpcWaitQueue *self,
                  NorpcCall      *call)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->wait_queue = self;
  entry->link.data = entry;

  /* A thread that completes the call meanwhile waits for the lock. */
  if (norpc_call_add_completion_hook (call, &entry->hook, entry_call_ended))
    {
      norpc_wait_queue_ref (self);
      return entry;
    }

  g_free (entry);

  return NULL;
}

/* Called with the lock held. Takes ownership of @call and enqueues it as the first or the last
 * entry of @queue. Returns FALSE if the call has completed; it then still belongs to the
 * caller.
 */
gboolean
norpc_wait_queue_push_locked (NorpcWaitQueue *self,
                              GQueue         *queue,
                              NorpcCall      *call,
                              gboolean        first)
{
  Entry *entry = add_entry_locked (self, call);

  if (entry == NULL)
    return FALSE;

  entry->call = call;
  entry->queue = queue;
  if (first)
    g_queue_push_head_link (queue, &entry->link);
  else
    g_queue_push_tail_link (queue, &entry->link);

  return TRUE;
}

/* Called with the lock held. Counts @call as passed, if the layer counts such calls. Returns
 * FALSE if the call has completed.
 */
gboolean
norpc_wait_queue_count_locked (NorpcWaitQueue *self,
                               NorpcCall      *call)
{
  Entry *entry;

  if (!self->funcs->counts_passed)
    return TRUE;

  entry = add_entry_locked (self, call);
  if (entry == NULL)
    return FALSE;

  entry->passed = TRUE;
  self->n_passed++;

  return TRUE;
}

/* Called with the lock held. Dequeues the first waiting call (owned), if it may pass, or
 * returns NULL.
 */
NorpcCall *
norpc_wait_queue_pop_locked (NorpcWaitQueue *self,
                             NorpcLayer     *layer)
{
  Entry *entry = self->waiting.head != NULL ? self->waiting.head->data : NULL;

  if (entry == NULL || !self->funcs->admit (layer, self->n_passed, TRUE))
    return NULL;

  entry->passed = self->funcs->counts_passed;
  if (entry->passed)
    self->n_passed++;

  return leave_locked (entry);
}

/* Called with the lock held. Takes the probes to answer (owned): one for each free slot, or
 * all of them if no call is in flight that would free one.
 */
GPtrArray *
norpc_wait_queue_take_probes_locked (NorpcWaitQueue *self,
                                     NorpcLayer     *layer)
{
  GPtrArray *probes = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  guint capacity = self->funcs->get_capacity (layer, self->n_passed, self->waiting.length);
  gboolean idle = self->n_passed + self->waiting.length == 0;
  gboolean all = capacity > 0 && idle && self->funcs->get_time == NULL;

  while (self->probes.head != NULL && (all || probes->len < capacity))
    g_ptr_array_add (probes, leave_locked (self->probes.head->data));
  if (probes->len > 0 && self->funcs->promise != NULL)
    self->funcs->promise (layer, probes->len);

  return probes;
}

/* Called with the lock held. Adds the calls of @queue to @calls, with references to their
 * memory.
 */
void
norpc_wait_queue_list_locked (GPtrArray *calls,
                              GQueue    *queue)
{
  for (GList *link = queue->head; link != NULL; link = link->next)
    {
      Entry *entry = link->data;

      norpc_call_ref_memory (entry->call);
      g_ptr_array_add (calls, entry->call);
    }
}
