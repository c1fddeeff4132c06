/* norpc-call-deadline.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Completes a call at its deadline even if neither its client nor its service runs: the client
 * may be blocked, and the service may only check its cancellable from time to time.
 */

#include "core/norpc-timer-private.h"
#include "norpc-call-deadline-private.h"
#include "norpc-call-private.h"

/* Freed when the call completes. */
typedef struct
{
  NorpcCompletionHook hook; /* must be first */
  NorpcTimer     timer;
  NorpcCall     *call; /* (unowned) */
} DeadlineHook;

/* Runs in the timers' thread. The call is still in flight, because the timer is stopped before
 * the call completes.
 */
static gpointer
take_call (gpointer owner)
{
  DeadlineHook *self = owner;

  norpc_call_ref_memory (self->call);

  return self->call;
}

/* Runs in the timers' thread. */
static void
time_out (gpointer taken)
{
  NorpcCall *call = taken;

  norpc_call_time_out (call);
  norpc_call_unref_memory (call);
}

static const NorpcTimerFuncs timer_funcs = { take_call, time_out };

/* Runs in the thread that completes the call. */
static void
deadline_hook_completed (NorpcCompletionHook *hook,
                         NorpcCall           *call G_GNUC_UNUSED)
{
  DeadlineHook *self = (DeadlineHook *) hook;

  norpc_timer_stop (&self->timer);
  g_free (self);
}

/* Called in the thread that owns the call. Makes the call time out at its current deadline. */
void
norpc_call_start_deadline_timer (NorpcCall *call)
{
  gint64 deadline = norpc_call_get_deadline (call);
  DeadlineHook *self;

  if (deadline == 0)
    return;

  self = g_new0 (DeadlineHook, 1);
  self->call = call;
  norpc_timer_init (&self->timer, &timer_funcs, self);

  /* From the call to norpc_call_add_completion_hook () on, a thread that completes the call
   * stops the timer.
   */
  norpc_timer_start (&self->timer, deadline);
  if (!norpc_call_add_completion_hook (call, &self->hook, deadline_hook_completed))
    deadline_hook_completed (&self->hook, call);
}
