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

/* When looking has not paid, only one sleep of so many is preceded by a look:
 * enough to see that times have changed.
 */
#define LOOK_AGAIN_AFTER 32

static int spin_time = -1; /* atomic: microseconds, -1 until it is known */

/* How many processors the process may use. */
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
 * Tells for how long at most a thread looks at an empty queue before it
 * sleeps.
 *
 * Any thread may ask.
 *
 * Returns: the time in microseconds, 0 where threads sleep at once
 * Since: 0.1
 */
guint
norpc_get_spin_time (void)
{
  int time = g_atomic_int_get (&spin_time);

  /* With one processor, whoever looks keeps the other from working. */
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
 * @microseconds: the time in microseconds; 0 to sleep at once, 1000 at most
 *
 * Sets for how long at most a thread looks at an empty queue before it
 * sleeps: the threads of servers, callers that wait for a reply, and main
 * contexts that have calls in flight.
 *
 * To wake a thread costs far more than to serve a short call, so this is
 * what makes short calls fast. Threads look less, or not at all, when it has
 * not paid lately, and a process that has nothing to do uses no processor.
 * The default is 20, and 0 where there is only one processor. It holds for
 * the whole process. Any thread may set it.
 *
 * Since: 0.1
 */
void
norpc_set_spin_time (guint microseconds)
{
  g_atomic_int_set (&spin_time, (int) MIN (microseconds, MAX_SPIN_TIME));
}

/* TRUE if it is worth to look, until @until. */
gboolean
norpc_spin_begin (NorpcSpin *self,
                  gint64    *until)
{
  guint time = norpc_get_spin_time ();

  if (time == 0)
    return FALSE;

  if (self->credit == 0 && ++self->skipped < LOOK_AGAIN_AFTER)
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
