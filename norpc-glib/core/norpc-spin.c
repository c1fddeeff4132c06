/* norpc-spin.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE

#include "norpc-spin-private.h"
#include "norpc-spin.h"

#ifdef __linux__
#include <sched.h>
#endif

#define DEFAULT_SPIN_TIME 20
#define MAX_SPIN_TIME 1000

/* When spinning has not paid off, only one of this many sleeps is preceded by spinning. That
 * is enough to notice when it pays off again, where it takes long to wake up threads.
 */
#define SPIN_AGAIN_AFTER 32

static int spin_time = -1; /* atomic: microseconds, -1 until it is known */

/* Gets the number of processors that the process may use. */
static guint
get_n_processors (void)
{
#ifdef __linux__
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) == 0)
    return (guint) CPU_COUNT (&set);
#endif

  return g_get_num_processors ();
}

/**
 * norpc_get_spin_time:
 *
 * Gets the longest time that a thread polls an empty queue before it sleeps.
 *
 * This function is thread-safe.
 *
 * Returns: the time in microseconds, or 0 if threads sleep immediately
 * Since: 0.1
 */
guint
norpc_get_spin_time (void)
{
  int time = g_atomic_int_get (&spin_time);

  /* On a single processor, a thread that spins keeps all others from running. */
  if (time < 0)
    {
      time = get_n_processors () > 1 ? DEFAULT_SPIN_TIME : 0;
      if (!g_atomic_int_compare_and_exchange (&spin_time, -1, time))
        time = g_atomic_int_get (&spin_time);
    }

  return (guint) time;
}

/**
 * norpc_set_spin_time:
 * @microseconds: the time in microseconds, at most 1000; 0 to sleep immediately
 *
 * Sets the longest time that a thread polls an empty queue before it sleeps.
 *
 * The time applies to the threads of servers, to callers that wait for a reply, and to
 * main contexts that have calls in flight.
 *
 * Waking a thread takes far longer than serving a short call, so spinning is what makes
 * short calls fast. Threads spin less, or not at all, when it has not paid off recently,
 * and an idle process uses no processor time. The default is 20, or 0 if only one
 * processor is available.
 *
 * The setting applies to the whole process. This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_set_spin_time (guint microseconds)
{
  g_atomic_int_set (&spin_time, (int) MIN (microseconds, MAX_SPIN_TIME));
}

/* Returns TRUE if spinning is worthwhile, with the time to stop in @until. */
gboolean
norpc_spin_begin (NorpcSpin *self,
                  gint64    *until)
{
  guint time = norpc_get_spin_time ();

  if (time == 0)
    return FALSE;

  if (self->credit == 0 && ++self->skipped < SPIN_AGAIN_AFTER)
    return FALSE;

  self->skipped = 0;
  *until = g_get_monotonic_time () + time;

  return TRUE;
}

void
norpc_spin_end (NorpcSpin *self,
                gboolean   paid)
{
  if (paid)
    self->credit = NORPC_SPIN_CREDIT;
  else if (self->credit > 0)
    self->credit--;
}

/* Called before the consumer sleeps. */
void
norpc_spin_sleep (NorpcSpin *self)
{
  self->slept_at = norpc_get_spin_time () > 0 ? g_get_monotonic_time () : 0;
}

/* Called when the consumer has slept. @ready means that there is something to do. */
void
norpc_spin_wake (NorpcSpin *self,
                 gboolean   ready)
{
  gint64 slept;

  if (self->slept_at == 0)
    return;

  slept = g_get_monotonic_time () - self->slept_at;
  self->slept_at = 0;
  if (!ready || slept < NORPC_SPIN_REAL_SLEEP)
    return;

  if (slept >= NORPC_SPIN_LONG_SLEEP)
    self->credit = 0;
  else if (slept < NORPC_SPIN_SHORT_SLEEP)
    self->credit = MAX (self->credit, 1);
}
