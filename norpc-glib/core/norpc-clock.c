/* norpc-clock.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-clock-private.h"

/* The longest time that a thread waits for a manual clock, in microseconds. The thread that would
 * advance the clock may be the one that waits.
 */
#define PATIENCE (25 * G_USEC_PER_SEC)

int norpc_clock_is_altered; /* atomic */

static GMutex clock_lock;
static guint n_manual;    /* [clock_lock]: the number of manual clocks */
static gint64 manual_now; /* [clock_lock]: the time, while there are any */
static gint64 offset;     /* [clock_lock]: of the time to that of the system, while there are none */

/* Thread-safe. */
gint64
norpc_clock_convert (gint64 real_time)
{
  gint64 time;

  if (G_LIKELY (!g_atomic_int_get (&norpc_clock_is_altered)))
    return real_time;

  g_mutex_lock (&clock_lock);
  time = n_manual > 0 ? manual_now : real_time + offset;
  g_mutex_unlock (&clock_lock);

  return time;
}

/* Thread-safe. The slow path of norpc_clock_now (). */
gint64
norpc_clock_now_altered (void)
{
  return norpc_clock_convert (g_get_monotonic_time ());
}

/* Thread-safe. The slow path of norpc_clock_is_manual (). */
gboolean
norpc_clock_check_manual (void)
{
  gboolean manual;

  g_mutex_lock (&clock_lock);
  manual = n_manual > 0;
  g_mutex_unlock (&clock_lock);

  return manual;
}

/* Thread-safe. Gets the time of the system at which a thread that waits until @time is to look
 * again: never if @time is G_MAXINT64.
 */
gint64
norpc_clock_get_wake_time (gint64 time)
{
  gint64 wake_time;

  if (G_LIKELY (!g_atomic_int_get (&norpc_clock_is_altered)) || time == G_MAXINT64)
    return time;

  g_mutex_lock (&clock_lock);
  wake_time = n_manual > 0 ? g_get_monotonic_time () + PATIENCE : time - offset;
  g_mutex_unlock (&clock_lock);

  return wake_time;
}

/* Thread-safe. Stops the time. Returns TRUE if it was running. */
gboolean
norpc_clock_stop (void)
{
  gboolean ran;

  g_mutex_lock (&clock_lock);
  ran = n_manual++ == 0;
  if (ran)
    manual_now = g_get_monotonic_time () + offset;
  g_atomic_int_set (&norpc_clock_is_altered, TRUE);
  g_mutex_unlock (&clock_lock);

  return ran;
}

/* Thread-safe. Undoes norpc_clock_stop (). Returns TRUE if the time runs from here on. */
gboolean
norpc_clock_resume (void)
{
  gboolean runs;

  g_mutex_lock (&clock_lock);
  runs = --n_manual == 0;
  if (runs)
    offset = manual_now - g_get_monotonic_time ();
  g_mutex_unlock (&clock_lock);

  return runs;
}

/* Thread-safe. Advances the time to @time, while it is stopped. It never goes back. */
void
norpc_clock_set (gint64 time)
{
  g_mutex_lock (&clock_lock);
  manual_now = MAX (manual_now, time);
  g_mutex_unlock (&clock_lock);
}

/**
 * norpc_get_monotonic_time:
 *
 * Gets the time that deadlines, rate limits and the delays of retries go by.
 *
 * It is that of g_get_monotonic_time(), unless the process has a [class@Norpc.ManualClock]
 * or had one. Code that compares a deadline, such as that of
 * [method@Norpc.Call.get_deadline], with the current time should use this function, so that
 * it can be tested with a manual clock.
 *
 * This function is thread-safe.
 *
 * Returns: the time in microseconds
 * Since: 0.1
 */
gint64
norpc_get_monotonic_time (void)
{
  return norpc_clock_now ();
}
