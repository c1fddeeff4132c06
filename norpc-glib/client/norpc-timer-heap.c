/* norpc-timer-heap.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "norpc-timer-heap-private.h"

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
get_at (NorpcTimerHeap *self,
        guint           place)
{
  return &g_array_index (self->entries, Entry, place - 1);
}

static void
set_at (NorpcTimerHeap *self,
        guint           place,
        Entry           entry)
{
  *get_at (self, place) = entry;
  entry.call->timer_place = place;
}

static void
move_up (NorpcTimerHeap *self,
         guint           place,
         Entry           entry)
{
  while (place > 1 && get_at (self, place / 2)->deadline > entry.deadline)
    {
      set_at (self, place, *get_at (self, place / 2));
      place /= 2;
    }

  set_at (self, place, entry);
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
          get_at (self, child + 1)->deadline < get_at (self, child)->deadline)
        child++;
      if (get_at (self, child)->deadline >= entry.deadline)
        break;

      set_at (self, place, *get_at (self, child));
      place = child;
    }

  set_at (self, place, entry);
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
  last = *get_at (self, self->entries->len);
  g_array_set_size (self->entries, self->entries->len - 1);
  if (last.call == call)
    return;

  if (place > 1 && get_at (self, place / 2)->deadline > last.deadline)
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

  *deadline = get_at (self, 1)->deadline;

  return get_at (self, 1)->call;
}
