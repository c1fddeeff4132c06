/* norpc-timer-heap.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-timer-heap-private.h"

/* Places count from 1, so that 0 is none, and the halves of n are below it. */
static NorpcCall *
get_at (NorpcTimerHeap *self,
        guint           place)
{
  return self->calls->pdata[place - 1];
}

static void
set_at (NorpcTimerHeap *self,
        guint           place,
        NorpcCall      *call)
{
  self->calls->pdata[place - 1] = call;
  call->timer_place = place;
}

static void
move_up (NorpcTimerHeap *self,
         guint           place,
         NorpcCall      *call)
{
  while (place > 1 && get_at (self, place / 2)->deadline > call->deadline)
    {
      set_at (self, place, get_at (self, place / 2));
      place /= 2;
    }

  set_at (self, place, call);
}

static void
move_down (NorpcTimerHeap *self,
           guint           place,
           NorpcCall      *call)
{
  guint child;

  while ((child = place * 2) <= self->calls->len)
    {
      if (child < self->calls->len &&
          get_at (self, child + 1)->deadline < get_at (self, child)->deadline)
        child++;
      if (get_at (self, child)->deadline >= call->deadline)
        break;

      set_at (self, place, get_at (self, child));
      place = child;
    }

  set_at (self, place, call);
}

void
norpc_timer_heap_clear (NorpcTimerHeap *self)
{
  g_clear_pointer (&self->calls, g_ptr_array_unref);
}

/* TRUE if the call is the earliest. */
gboolean
norpc_timer_heap_add (NorpcTimerHeap *self,
                      NorpcCall      *call)
{
  if (self->calls == NULL)
    self->calls = g_ptr_array_new ();

  g_ptr_array_add (self->calls, call);
  move_up (self, self->calls->len, call);

  return call->timer_place == 1;
}

void
norpc_timer_heap_remove (NorpcTimerHeap *self,
                         NorpcCall      *call)
{
  guint place = call->timer_place;
  NorpcCall *last;

  if (place == 0)
    return;

  call->timer_place = 0;
  last = g_ptr_array_steal_index_fast (self->calls, self->calls->len - 1);
  if (last == call)
    return;

  if (place > 1 && get_at (self, place / 2)->deadline > last->deadline)
    move_up (self, place, last);
  else
    move_down (self, place, last);
}

/* The earliest call, or NULL. */
NorpcCall *
norpc_timer_heap_peek (NorpcTimerHeap *self)
{
  return self->calls != NULL && self->calls->len > 0 ? get_at (self, 1) : NULL;
}
