/* norpc-wait-queue-entries.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The places of calls in a wait queue: of those that wait, and of those that were passed on. */

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

  g_assert (self->held.length == 0 && self->probes.length == 0);

  g_weak_ref_clear (&self->layer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* A call's place: it is there until the call has ended, and the thread that ends the call
 * frees it.
 */
typedef struct
{
  NorpcCompletionHook  hook; /* the first */
  NorpcWaitQueue *wait_queue; /* (owned) */
  GQueue         *queue; /* (nullable) [lock]: where it waits */
  GList           link;  /* [lock] */
  NorpcCall      *call;  /* (owned) (nullable) [lock]: as long as it waits */
  gboolean        passed; /* [lock] */
} Entry;

/* With the lock held: takes a entry out of where it waits. Returns its call (owned). */
static NorpcCall *
leave_locked (Entry *entry)
{
  g_queue_unlink (entry->queue, &entry->link);
  entry->queue = NULL;

  return g_steal_pointer (&entry->call);
}

/* The thread that ends the call. The service's half of one that was held is dropped before
 * the client has its reply: so the arguments end with the client's half.
 */
static void
entry_call_ended (NorpcCompletionHook *hook,
                  NorpcCall           *call G_GNUC_UNUSED)
{
  Entry *entry = (Entry *) hook;
  NorpcWaitQueue *self = entry->wait_queue;
  NorpcCall *held = NULL;
  gboolean frees_capacity;

  g_mutex_lock (&self->lock);
  frees_capacity = entry->queue == &self->held || entry->passed;
  if (entry->queue != NULL)
    held = leave_locked (entry);
  else if (entry->passed)
    self->n_passed--;
  frees_capacity = frees_capacity && self->held.length + self->probes.length > 0;
  g_mutex_unlock (&self->lock);

  g_free (entry);
  g_clear_pointer (&held, norpc_call_unref);

  if (frees_capacity)
    self->drain (self);
  norpc_wait_queue_unref (self);
}

/* With the lock held: gives @call a entry. FALSE if it has ended. */
static Entry *
add_entry_locked (NorpcWaitQueue *self,
                  NorpcCall      *call)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->wait_queue = self;
  entry->link.data = entry;

  /* A thread that ends the call meanwhile waits for the lock. */
  if (norpc_call_add_completion_hook (call, &entry->hook, entry_call_ended))
    {
      norpc_wait_queue_ref (self);
      return entry;
    }

  g_free (entry);

  return NULL;
}

/* With the lock held: takes over @call, as the first or the last of those that wait in
 * @queue. FALSE if it has ended: then it is still the caller's.
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

/* With the lock held: counts @call, which passes, if that is wanted. FALSE if it has
 * ended.
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

/* With the lock held: takes the first of those that are held, which passes (owned), or
 * NULL.
 */
NorpcCall *
norpc_wait_queue_pop_locked (NorpcWaitQueue *self,
                             NorpcLayer     *layer)
{
  Entry *entry = self->held.head != NULL ? self->held.head->data : NULL;

  if (entry == NULL || !self->funcs->admit (layer, self->n_passed, TRUE))
    return NULL;

  entry->passed = self->funcs->counts_passed;
  if (entry->passed)
    self->n_passed++;

  return leave_locked (entry);
}

/* With the lock held: takes the probes that are to be answered (owned): one for each free
 * entry, or all if no call is on its way that might free one.
 */
GPtrArray *
norpc_wait_queue_take_probes_locked (NorpcWaitQueue *self,
                                     NorpcLayer     *layer)
{
  GPtrArray *probes = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  guint room = self->funcs->get_room (layer, self->n_passed, self->held.length);
  gboolean idle = self->n_passed + self->held.length == 0;
  gboolean all = room > 0 && idle && self->funcs->get_time == NULL;

  while (self->probes.head != NULL && (all || probes->len < room))
    g_ptr_array_add (probes, leave_locked (self->probes.head->data));
  if (probes->len > 0 && self->funcs->promise != NULL)
    self->funcs->promise (layer, probes->len);

  return probes;
}

/* With the lock held: adds the calls of @queue, held by norpc_call_ref_memory (). */
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
