/* norpc-waiting-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "call/norpc-completion-hook-private.h"
#include "norpc-waiting-calls-private.h"

struct _NorpcWaitingCalls
{
  gatomicrefcount ref_count; /* one for the owner, and one for each entry */
  guint           capacity;  /* since construction */

  GMutex lock;
  GQueue queue; /* [lock]: of unowned Entry */
};

/* The entry of a call. It exists until the call completes, and is freed by the thread that completes it. */
typedef struct
{
  NorpcCompletionHook hook;   /* must be first */
  NorpcWaitingCalls  *owner;  /* (owned), since construction */
  gboolean            is_probe; /* since construction */
  GList               link;   /* [lock] */
  NorpcCall          *call;   /* (owned) (nullable) [lock]: while it waits */
} Entry;

NorpcWaitingCalls *
norpc_waiting_calls_new (guint capacity)
{
  NorpcWaitingCalls *self = g_new0 (NorpcWaitingCalls, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->capacity = capacity;
  g_mutex_init (&self->lock);
  g_queue_init (&self->queue);

  return self;
}

void
norpc_waiting_calls_unref (NorpcWaitingCalls *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Called with the lock held. Returns the call (owned). */
static NorpcCall *
leave_queue_locked (Entry *entry)
{
  g_queue_unlink (&entry->owner->queue, &entry->link);

  return g_steal_pointer (&entry->call);
}

/* Runs in the thread that completes the call. Releases the service's half of a waiting call before the client
 * gets its reply, so that the arguments are released with the client's half.
 */
static void
waiting_call_ended (NorpcCompletionHook *hook,
                    NorpcCall           *call G_GNUC_UNUSED)
{
  Entry *entry = (Entry *) hook;
  NorpcWaitingCalls *self = entry->owner;
  NorpcCall *waiting_call = NULL;

  g_mutex_lock (&self->lock);
  if (entry->call != NULL)
    waiting_call = leave_queue_locked (entry);
  g_mutex_unlock (&self->lock);

  g_free (entry);
  g_clear_pointer (&waiting_call, norpc_call_unref);
  norpc_waiting_calls_unref (self);
}

/* Called with the lock held. A thread that completes the call meanwhile waits for the lock. */
static NorpcWaitingVerdict
push_entry_locked (NorpcWaitingCalls *self,
                   NorpcCall         *call,
                   gboolean           is_probe)
{
  Entry *entry;

  if (self->queue.length >= self->capacity)
    return NORPC_WAITING_FULL;

  entry = g_new0 (Entry, 1);
  entry->link.data = entry;
  entry->owner = self;
  entry->is_probe = is_probe;
  if (!norpc_call_add_completion_hook (call, &entry->hook, waiting_call_ended))
    {
      g_free (entry);
      return NORPC_WAITING_ENDED;
    }

  g_atomic_ref_count_inc (&self->ref_count);
  entry->call = call;
  g_queue_push_tail_link (&self->queue, &entry->link);

  return NORPC_WAITING_QUEUED;
}

/* Takes ownership of @call if it is queued. Otherwise, the call still belongs to the caller. */
NorpcWaitingVerdict
norpc_waiting_calls_push (NorpcWaitingCalls *self,
                          NorpcCall         *call,
                          gboolean           is_probe)
{
  NorpcWaitingVerdict verdict;

  g_mutex_lock (&self->lock);
  verdict = push_entry_locked (self, call, is_probe);
  g_mutex_unlock (&self->lock);

  return verdict;
}

/* Returns the first call (owned), or NULL. */
NorpcCall *
norpc_waiting_calls_pop (NorpcWaitingCalls *self,
                         gboolean          *is_probe)
{
  NorpcCall *call = NULL;
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = self->queue.head != NULL ? self->queue.head->data : NULL;
  if (entry != NULL)
    {
      *is_probe = entry->is_probe;
      call = leave_queue_locked (entry);
    }
  g_mutex_unlock (&self->lock);

  return call;
}
