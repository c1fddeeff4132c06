/* norpc-timeouts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "norpc-timeouts-private.h"

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
