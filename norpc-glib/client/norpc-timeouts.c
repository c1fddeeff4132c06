/* norpc-timeouts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "core/norpc-clock-private.h"
#include "norpc-timeouts-private.h"

/* The deadline is stored beside the call, so that sifting does not read the calls, which are
 * scattered in memory, and writes only to those that move.
 */
typedef struct
{
  gint64     deadline;
  NorpcCall *call; /* (unowned) */
} Entry;

/* Indexes start at 1, and 0 means that a call is not in the heap. The parent of index n is n /
 * 2.
 */
static Entry *
get_call_at (NorpcTimerHeap *self,
             guint           index)
{
  return &g_array_index (self->entries, Entry, index - 1);
}

static void
set_call_at (NorpcTimerHeap *self,
             guint           index,
             Entry           entry)
{
  *get_call_at (self, index) = entry;
  entry.call->timer_index = index;
}

static void
move_up (NorpcTimerHeap *self,
         guint           index,
         Entry           entry)
{
  while (index > 1 && get_call_at (self, index / 2)->deadline > entry.deadline)
    {
      set_call_at (self, index, *get_call_at (self, index / 2));
      index /= 2;
    }

  set_call_at (self, index, entry);
}

static void
move_down (NorpcTimerHeap *self,
           guint           index,
           Entry           entry)
{
  guint child;

  while ((child = index * 2) <= self->entries->len)
    {
      if (child < self->entries->len &&
          get_call_at (self, child + 1)->deadline < get_call_at (self, child)->deadline)
        child++;
      if (get_call_at (self, child)->deadline >= entry.deadline)
        break;

      set_call_at (self, index, *get_call_at (self, child));
      index = child;
    }

  set_call_at (self, index, entry);
}

void
norpc_timer_heap_clear (NorpcTimerHeap *self)
{
  g_clear_pointer (&self->entries, g_array_unref);
}

/* Returns TRUE if the call is the earliest. */
gboolean
norpc_timer_heap_add (NorpcTimerHeap *self,
                      NorpcCall      *call)
{
  Entry entry = { call->deadline, call };

  if (self->entries == NULL)
    self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));

  g_array_append_val (self->entries, entry);
  move_up (self, self->entries->len, entry);

  return call->timer_index == 1;
}

void
norpc_timer_heap_remove (NorpcTimerHeap *self,
                         NorpcCall      *call)
{
  guint index = call->timer_index;
  Entry last;

  if (index == 0)
    return;

  call->timer_index = 0;
  last = *get_call_at (self, self->entries->len);
  g_array_set_size (self->entries, self->entries->len - 1);
  if (last.call == call)
    return;

  if (index > 1 && get_call_at (self, index / 2)->deadline > last.deadline)
    move_up (self, index, last);
  else
    move_down (self, index, last);
}

/* Returns the earliest call and the deadline that it had when it was added, or NULL. */
NorpcCall *
norpc_timer_heap_peek (NorpcTimerHeap *self,
                       gint64         *deadline)
{
  if (self->entries == NULL || self->entries->len == 0)
    return NULL;

  *deadline = get_call_at (self, 1)->deadline;

  return get_call_at (self, 1)->call;
}

void
norpc_timeouts_init (NorpcTimeouts *self)
{
  g_mutex_init (&self->lock);
}

void
norpc_timeouts_clear (NorpcTimeouts *self)
{
  norpc_timer_heap_clear (&self->timers);
  g_mutex_clear (&self->lock);
}

/* Called in the client's thread, before it sends the call. Returns TRUE if its deadline is the
 * earliest.
 */
gboolean
norpc_timeouts_add (NorpcTimeouts *self,
                    NorpcCall     *call)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = norpc_timer_heap_add (&self->timers, call);
  g_atomic_int_inc (&self->n_timers);
  g_mutex_unlock (&self->lock);

  return first;
}

/* Runs in the client's context, when a call has completed. */
void
norpc_timeouts_remove (NorpcTimeouts *self,
                       NorpcCall     *call)
{
  g_mutex_lock (&self->lock);
  if (call->timer_index != 0)
    {
      norpc_timer_heap_remove (&self->timers, call);
      g_atomic_int_add (&self->n_timers, -1);
    }
  g_mutex_unlock (&self->lock);
}

/* Runs in the client's context. Returns the time until the first deadline in milliseconds, or
 * -1. @now is the monotonic time of the system.
 */
int
norpc_timeouts_get_timeout (NorpcTimeouts *self,
                            gint64         now)
{
  gint64 remaining = -1, deadline;

  if (g_atomic_int_get (&self->n_timers) == 0)
    return -1;

  g_mutex_lock (&self->lock);
  if (norpc_timer_heap_peek (&self->timers, &deadline) != NULL)
    remaining = MAX (deadline - norpc_clock_convert (now), 0);
  g_mutex_unlock (&self->lock);

  /* Rounded up, so that the deadline has passed when the context wakes up. */
  return remaining < 0 ? -1 : (int) MIN ((remaining + 999) / 1000, G_MAXINT);
}

/* Runs in the client's context. Takes the first call whose deadline has passed, with a
 * reference to its memory, or returns NULL.
 */
static NorpcCall *
take_late_call (NorpcTimeouts *self,
                gint64         now)
{
  NorpcCall *call;
  gint64 deadline;

  g_mutex_lock (&self->lock);
  call = norpc_timer_heap_peek (&self->timers, &deadline);
  if (call != NULL && deadline <= norpc_clock_convert (now))
    {
      norpc_timer_heap_remove (&self->timers, call);
      g_atomic_int_add (&self->n_timers, -1);
      norpc_call_ref_memory (call);
    }
  else
    {
      call = NULL;
    }
  g_mutex_unlock (&self->lock);

  return call;
}

/* Runs in the client's context. Makes the calls time out whose deadline has passed at @now, the
 * monotonic time of the system. Their replies are delivered like all others.
 */
void
norpc_timeouts_expire (NorpcTimeouts *self,
                       gint64         now)
{
  NorpcCall *call;

  if (norpc_timeouts_get_timeout (self, now) != 0)
    return;

  while ((call = take_late_call (self, now)) != NULL)
    {
      norpc_call_time_out (call);
      norpc_call_unref_memory (call);
    }
}
