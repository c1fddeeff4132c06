/* norpc-burst.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-burst-private.h"

/* Thread-local */
static _Thread_local struct
{
  guint       depth;   /* a callback may run a main context recursively */
  NorpcWaker *sleeper; /* (owned) (nullable): to be woken up */
} burst;

void
norpc_burst_begin (void)
{
  burst.depth++;
}

/* Wakes the sleepers whose wake-ups were put off. Also called before the thread blocks. */
void
norpc_burst_flush (void)
{
  g_autoptr (NorpcWaker) sleeper = g_steal_pointer (&burst.sleeper);

  if (sleeper != NULL)
    norpc_waker_wake (sleeper);
}

void
norpc_burst_end (void)
{
  burst.depth--;
  norpc_burst_flush ();
}

/* Returns TRUE if the thread wakes @sleeper, which naps, later in its burst, and FALSE if the caller is
 * to wake it now.
 */
gboolean
norpc_burst_put_off (NorpcWaker *sleeper)
{
  if (burst.depth == 0)
    return FALSE;

  if (burst.sleeper == NULL)
    burst.sleeper = norpc_waker_ref (sleeper);

  return burst.sleeper == sleeper;
}
