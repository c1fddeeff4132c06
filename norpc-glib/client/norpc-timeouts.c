/* norpc-timeouts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "norpc-timeouts-private.h"

/* The deadline stands beside the call, so that the calls themselves, which are
 * all over the memory, are only written to when they move.
 */
typedef struct
{
  gint64     deadline;
  NorpcCall *call; /* (unowned) */
} Entry;

/* Places count from 1, so that 0 is none, and the halves of n are below it. */
static Entry *
get_call_at (NorpcTimerHeap *self,
             guint           place)
{
  return &g_array_index (self->entries, Entry, place - 1);
}

static void
set_call_at (NorpcTimerHeap *self,
             guint           place,
             Entry           entry)
{
  *get_call_at (self, place) = entry;
  entry.call->timer_place = place;
}

static void
move_up (NorpcTimerHeap *self,
         guint           place,
         Entry           entry)
{
  while (place > 1 && get_call_at (self, place / 2)->deadline > entry.deadline)
    {
      set_call_at (self, place, *get_call_at (self, place / 2));
      place /= 2;
    }

  set_call_at (self, place, entry);
}

static void
move_down (NorpcTimerHeap *self,
           guint           place,
           Entry           entry)
{
  guint child;

  while ((child = place * 2) <= self->entries->len)
    {
      if (child < self->entries->len &&
          get_call_at (self, child + 1)->deadline < get_call_at (self, child)->deadline)
        child++;
      if (get_call_at (self, child)->deadline >= entry.deadline)
        break;

      set_call_at (self, place, *get_call_at (self, child));
      place = child;
    }

  set_call_at (self, place, entry);
}

void
norpc_timer_heap_clear (NorpcTimerHeap *self)
{
  g_clear_pointer (&self->entries, g_array_unref);
}

/* TRUE if the call is the earliest. */
gboolean
norpc_timer_heap_add (NorpcTimerHeap *self,
                      NorpcCall      *call)
{
  Entry entry = { call->deadline, call };

  if (self->entries == NULL)
    self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));

  g_array_append_val (self->entries, entry);
  move_up (self, self->entries->len, entry);

  return call->timer_place == 1;
}

void
norpc_timer_heap_remove (NorpcTimerHeap *self,
                         NorpcCall      *call)
{
  guint place = call->timer_place;
  Entry last;

  if (place == 0)
    return;

  call->timer_place = 0;
  last = *get_call_at (self, self->entries->len);
  g_array_set_size (self->entries, self->entries->len - 1);
  if (last.call == call)
    return;

  if (place > 1 && get_call_at (self, place / 2)->deadline > last.deadline)
    move_up (self, place, last);
  else
    move_down (self, place, last);
}

/* The earliest call, with the deadline that it had when it was added, or NULL. */
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

/* The calling thread, before the call is sent. TRUE if it is the first that has to
 * be back.
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

/* The client's context: a call is back. */
void
norpc_timeouts_remove (NorpcTimeouts *self,
                       NorpcCall     *call)
{
  g_mutex_lock (&self->lock);
  if (call->timer_place != 0)
    {
      norpc_timer_heap_remove (&self->timers, call);
      g_atomic_int_add (&self->n_timers, -1);
    }
  g_mutex_unlock (&self->lock);
}

/* The client's context: in how many milliseconds the first deadline is, or -1. */
int
norpc_timeouts_get_timeout (NorpcTimeouts *self,
                            gint64         now)
{
  gint64 remaining = -1, deadline;

  if (g_atomic_int_get (&self->n_timers) == 0)
    return -1;

  g_mutex_lock (&self->lock);
  if (norpc_timer_heap_peek (&self->timers, &deadline) != NULL)
    remaining = MAX (deadline - now, 0);
  g_mutex_unlock (&self->lock);

  /* Rounded up, so that the time is over when the context wakes. */
  return remaining < 0 ? -1 : (int) MIN ((remaining + 999) / 1000, G_MAXINT);
}

/* The client's context: takes the first call (held) whose time is up, or NULL. */
static NorpcCall *
take_late_call (NorpcTimeouts *self,
                gint64         now)
{
  NorpcCall *call;
  gint64 deadline;

  g_mutex_lock (&self->lock);
  call = norpc_timer_heap_peek (&self->timers, &deadline);
  if (call != NULL && deadline <= now)
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

/* The client's context: ends the calls whose time is up. They come back as all that
 * have ended.
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
