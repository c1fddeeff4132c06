/* norpc-manual-clock.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-background-private.h"
#include "norpc-clock-private.h"
#include "norpc-log-private.h"
#include "norpc-manual-clock.h"
#include "norpc-timer-private.h"

/* The longest time to wait for a function of the application that a timer has started, in
 * microseconds.
 */
#define PATIENCE (10 * G_USEC_PER_SEC)

/* The number of iterations of the main context at one time, because a source may always be ready. */
#define MAX_ITERATIONS 10000

/**
 * NorpcManualClock:
 *
 * Stops the time of norpc-glib, and advances it by hand, for tests.
 *
 * While a manual clock exists, the time of deadlines, of rate limits, of the delays of retries and of
 * the delayed answers of a [class@Norpc.Fake] stands still, in the whole process. A test advances
 * it, so that hours pass at once, and nothing depends on how fast the machine is. Everything happens
 * in the order of time, in the threads and main contexts in which it happens otherwise, and sees the
 * time at which it is due.
 *
 * ```c
 * g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
 *
 * norpc_manual_clock_run (clock, 5000);
 * ```
 *
 * With a manual clock, a waiting call passes a rate limit at the exact time, and the delay of a
 * retry is not shortened at random.
 *
 * The clock governs nothing else: g_timeout_add(), g_usleep(), g_get_monotonic_time() and
 * statistics keep to the real time. Code of a service or of a layer that compares a deadline with
 * the current time should use norpc_get_monotonic_time().
 *
 * Create the clock before the calls that it is to govern. The deadline of a call that was sent
 * earlier is compared with the time of the clock, but does not wake up its client's main context.
 *
 * A thread that waits in a synchronous call cannot advance the clock. While the clock exists, such a
 * wait ends with %NORPC_ERROR_TIMED_OUT after 25 real seconds if the call has a deadline.
 *
 * When the clock is released, the time goes on by itself from where it stands. If several clocks
 * exist, they show one time, which stands still until the last one is released.
 *
 * The functions of this class can be called in any thread, except in functions that layers run
 * in a thread of GLib's pool.
 *
 * Since: 0.1
 */

struct _NorpcManualClock
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (NorpcManualClock, norpc_manual_clock, G_TYPE_OBJECT)

static void
norpc_manual_clock_finalize (GObject *object)
{
  if (norpc_clock_resume ())
    norpc_timer_note_time ();

  G_OBJECT_CLASS (norpc_manual_clock_parent_class)->finalize (object);
}

static void
norpc_manual_clock_class_init (NorpcManualClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_manual_clock_finalize;
}

static void
norpc_manual_clock_init (NorpcManualClock *self G_GNUC_UNUSED)
{
  if (norpc_clock_stop ())
    norpc_timer_note_time ();
}

/**
 * norpc_manual_clock_new:
 *
 * Stops the time.
 *
 * Returns: (transfer full): a new clock
 * Since: 0.1
 */
NorpcManualClock *
norpc_manual_clock_new (void)
{
  return g_object_new (NORPC_TYPE_MANUAL_CLOCK, NULL);
}

/* Runs what is ready in @context (nullable), if this thread may run it. Returns TRUE if there was
 * anything.
 */
static gboolean
dispatch (GMainContext *context)
{
  guint n = 0;

  if (context == NULL || !g_main_context_acquire (context))
    return FALSE;

  while (n < MAX_ITERATIONS && g_main_context_iteration (context, FALSE))
    n++;
  g_main_context_release (context);

  return n > 0 && n < MAX_ITERATIONS;
}

/* Waits until all that is due at the current time has happened. Returns FALSE if that takes too
 * long.
 */
static gboolean
settle (GMainContext *context)
{
  gint64 limit = g_get_monotonic_time () + PATIENCE;

  do
    if (!norpc_timer_settle (limit))
      {
        norpc_warning ("A function of a layer has not returned for %d seconds; the manual clock does not wait for it",
                       (int) (PATIENCE / G_USEC_PER_SEC));
        return FALSE;
      }
  while (dispatch (context));

  return TRUE;
}

static void
set_time (gint64 time)
{
  norpc_clock_set (time);
  norpc_timer_note_time ();
}

/* Advances the time step by step, so that what is due happens at its own time, and what that starts
 * does, too. Dispatches @context (nullable) at each step.
 */
static void
advance (guint         milliseconds,
         GMainContext *context)
{
  gint64 target = norpc_clock_now () + milliseconds * G_TIME_SPAN_MILLISECOND;
  gint64 next = 0;

  while (settle (context) && (next = norpc_timer_get_first_time ()) <= target)
    set_time (next);

  set_time (target);
  if (next > target)
    settle (context);
}

/**
 * norpc_manual_clock_advance:
 * @self: a manual clock
 * @milliseconds: a time in milliseconds
 *
 * Advances the time.
 *
 * When the function returns, all that was due has happened, step by step, except for what main
 * contexts and services in other threads have yet to do: callbacks run when their main context is
 * iterated. [method@Norpc.ManualClock.run] iterates it.
 *
 * Since: 0.1
 */
void
norpc_manual_clock_advance (NorpcManualClock *self,
                            guint             milliseconds)
{
  g_return_if_fail (NORPC_IS_MANUAL_CLOCK (self));
  g_return_if_fail (!norpc_background_is_current ());

  advance (milliseconds, NULL);
}

/**
 * norpc_manual_clock_advance_to_next:
 * @self: a manual clock
 *
 * Advances the time until something is due.
 *
 * Does nothing if nothing waits for a time. If a call is in the hands of a thread, what it is going
 * to wait for may begin later.
 *
 * Returns: %TRUE if something was due
 * Since: 0.1
 */
gboolean
norpc_manual_clock_advance_to_next (NorpcManualClock *self)
{
  gint64 next;

  g_return_val_if_fail (NORPC_IS_MANUAL_CLOCK (self), FALSE);
  g_return_val_if_fail (!norpc_background_is_current (), FALSE);

  settle (NULL);
  next = norpc_timer_get_first_time ();
  if (next == G_MAXINT64)
    return FALSE;

  set_time (next);
  settle (NULL);

  return TRUE;
}

/**
 * norpc_manual_clock_run:
 * @self: a manual clock
 * @milliseconds: a time in milliseconds, which may be 0
 *
 * Advances the time, and runs the thread-default main context of the caller meanwhile.
 *
 * Before each step, all sources of the context that are ready are dispatched, as
 * g_main_context_iteration() does without blocking. So callbacks run at the time at which they are
 * due, and the calls that they make, too. Sources of GLib that wait for a time do not become ready
 * earlier. Services in other threads are not waited for.
 *
 * If another thread runs the context, the function is the same as
 * [method@Norpc.ManualClock.advance].
 *
 * Since: 0.1
 */
void
norpc_manual_clock_run (NorpcManualClock *self,
                        guint             milliseconds)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  g_return_if_fail (NORPC_IS_MANUAL_CLOCK (self));
  g_return_if_fail (!norpc_background_is_current ());

  advance (milliseconds, context);
}
