/* norpc-retry-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-background-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-timer-private.h"
#include "core/norpc-weak-ref.h"
#include "norpc-retry-queue-private.h"

struct _NorpcRetryQueue
{
  gatomicrefcount     ref_count; /* one for the layer, for each call that has an attempt, and
                                    for the drain */
  GWeakRef            layer;
  NorpcRetryQueueFunc func;
  NorpcTimer          timer; /* for the first waiting entry */

  GMutex     lock;
  GSequence *waiting; /* (owned) [lock]: of unowned NorpcRetryEntry, by time */
  gboolean   closed;  /* [lock] */
};

static gpointer take_retry_queue  (gpointer owner);
static void     start_retries (gpointer taken);

static const NorpcTimerFuncs timer_funcs = { take_retry_queue, start_retries };

NorpcRetryQueue *
norpc_retry_queue_new (NorpcLayer          *layer,
                       NorpcRetryQueueFunc  func)
{
  NorpcRetryQueue *self = g_new0 (NorpcRetryQueue, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_weak_ref_init (&self->layer, layer);
  g_mutex_init (&self->lock);
  norpc_timer_init (&self->timer, &timer_funcs, self);
  norpc_timer_prepare ();
  self->func = func;
  self->waiting = g_sequence_new (NULL);

  return self;
}

NorpcRetryQueue *
norpc_retry_queue_ref (NorpcRetryQueue *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_retry_queue_unref (NorpcRetryQueue *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_sequence_free (self->waiting);
  g_weak_ref_clear (&self->layer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static int
compare_times (gconstpointer a,
               gconstpointer b,
               gpointer      unused G_GNUC_UNUSED)
{
  const NorpcRetryEntry *first = a, *second = b;

  return first->time < second->time ? -1 : first->time > second->time;
}

/* Called with the lock held. Gets the entry that is due first, or NULL. */
static NorpcRetryEntry *
get_first_locked (NorpcRetryQueue *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->waiting);

  return g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

/* Thread-safe. Adds @entry, which waits until @time. Returns FALSE if the queue is closed. */
gboolean
norpc_retry_queue_add (NorpcRetryQueue *self,
                       NorpcRetryEntry *entry,
                       gint64           time)
{
  gboolean added;

  g_mutex_lock (&self->lock);
  added = !self->closed;
  if (added)
    {
      entry->time = time;
      entry->iter = g_sequence_insert_sorted (self->waiting, entry, compare_times, NULL);
      norpc_timer_start (&self->timer, get_first_locked (self)->time);
    }
  g_mutex_unlock (&self->lock);

  return added;
}

/* Thread-safe. Returns TRUE if the entry was waiting; its data then belongs to the caller. */
gboolean
norpc_retry_queue_remove (NorpcRetryQueue *self,
                          NorpcRetryEntry *entry)
{
  gboolean waiting;

  g_mutex_lock (&self->lock);
  waiting = entry->iter != NULL;
  if (waiting)
    g_sequence_remove (g_steal_pointer (&entry->iter));
  g_mutex_unlock (&self->lock);

  return waiting;
}

/* Thread-safe. Takes the data of the first entry that is due, or of any entry if the queue is
 * closed. If there is none, sets the timer for the first entry and returns NULL.
 */
static gpointer
take_due (NorpcRetryQueue *self)
{
  NorpcRetryEntry *first;
  gpointer data = NULL;

  g_mutex_lock (&self->lock);
  first = get_first_locked (self);
  if (first != NULL && (self->closed || first->time <= norpc_clock_now ()))
    {
      data = first->data;
      g_sequence_remove (g_steal_pointer (&first->iter));
    }
  else if (first != NULL)
    {
      norpc_timer_start (&self->timer, first->time);
    }
  g_mutex_unlock (&self->lock);

  return data;
}

/* Runs in a thread of the pool, or in the thread that closes the queue. */
static void
drain (NorpcRetryQueue *self,
       NorpcLayer      *layer)
{
  gpointer data;

  while ((data = take_due (self)) != NULL)
    self->func (data, layer);
}

/* Runs in a thread of the pool. */
static void
run_retries (gpointer data)
{
  NorpcRetryQueue *self = data;
  g_autoptr (NorpcLayer) layer = norpc_weak_ref_get (&self->layer);

  if (layer != NULL)
    drain (self, layer);
  norpc_retry_queue_unref (self);
}

/* Runs in the timers' thread. */
static gpointer
take_retry_queue (gpointer owner)
{
  return norpc_retry_queue_ref (owner);
}

/* Runs in the timers' thread. */
static void
start_retries (gpointer taken)
{
  norpc_background_push (run_retries, taken);
}

/* Called in the thread that disposes of the layer. No further attempt is made. */
void
norpc_retry_queue_close (NorpcRetryQueue *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);

  norpc_timer_stop (&self->timer);
  drain (self, NULL);
}

/* Gets the time to wait after @n_attempts, in microseconds. @delay and @max_delay are in
 * milliseconds. The times of several clients are spread at random, but not those of a test with a
 * manual clock.
 */
gint64
norpc_retry_get_delay (guint delay,
                       guint max_delay,
                       guint n_attempts)
{
  double wait = delay;

  for (guint i = 1; i < n_attempts && wait < max_delay; i++)
    wait *= 2;
  wait = MIN (wait, max_delay) * 1000;

  return (gint64) (norpc_clock_is_manual () ? wait : wait * g_random_double_range (0.5, 1));
}
