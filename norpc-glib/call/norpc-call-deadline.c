/* norpc-call-deadline.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Ends a call at its deadline although neither its client nor its service runs: either may
 * be blocked, the client without seeing that the time is up, and the service with a look at
 * its cancellable now and then.
 */

#include "core/norpc-timer-private.h"
#include "norpc-call-deadline-private.h"
#include "norpc-call-private.h"

/* Lives until the call has ended. */
typedef struct
{
  NorpcCompletionHook hook; /* the first */
  NorpcTimer     timer;
  NorpcCall     *call; /* (unowned) */
} DeadlineWatch;

/* The timers' thread. The call has not ended, as the timer is stopped before. */
static gpointer
take_call (gpointer owner)
{
  DeadlineWatch *self = owner;

  norpc_call_ref_memory (self->call);

  return self->call;
}

/* The timers' thread. */
static void
time_out (gpointer taken)
{
  NorpcCall *call = taken;

  norpc_call_time_out (call);
  norpc_call_unref_memory (call);
}

static const NorpcTimerFuncs timer_funcs = { take_call, time_out };

/* The thread that ends the call. */
static void
deadline_watch_ended (NorpcCompletionHook *hook,
                      NorpcCall           *call G_GNUC_UNUSED)
{
  DeadlineWatch *self = (DeadlineWatch *) hook;

  norpc_timer_stop (&self->timer);
  g_free (self);
}

/* Any thread, which has the call: from now on it ends at the deadline that it has now. */
void
norpc_call_start_deadline_timer (NorpcCall *call)
{
  gint64 deadline = norpc_call_get_deadline (call);
  DeadlineWatch *self;

  if (deadline == 0)
    return;

  self = g_new0 (DeadlineWatch, 1);
  self->call = call;
  norpc_timer_init (&self->timer, &timer_funcs, self);

  /* Whoever ends the call from the second line on stops the timer. */
  norpc_timer_start (&self->timer, deadline);
  if (!norpc_call_add_completion_hook (call, &self->hook, deadline_watch_ended))
    deadline_watch_ended (&self->hook, call);
}
