/* stress-turns.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many calls a service is given before the other sources of its context have their
 * turn: everything that a worker does in one iteration has the same time. */

#include "server/norpc-worker-private.h"

#include "stress.h"

/* The service's context, when it is given a call. */
void
stress_turn_note (StressTurn *self)
{
  GSource *source = g_main_current_source ();

  /* A thread that starts or stops a server runs its worker itself. */
  if (source == NULL || g_strcmp0 (g_source_get_name (source), "norpc server") != 0)
    return;

  self->n = self->time == g_source_get_time (source) ? self->n + 1 : 1;
  self->time = g_source_get_time (source);
  g_assert_cmpuint (self->n, <=, NORPC_WORKER_MAX_CALLS);
}
