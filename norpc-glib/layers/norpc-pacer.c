/* norpc-pacer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-clock-private.h"
#include "norpc-pacer-private.h"

/* The typical delay of waking up a thread, in microseconds, which is compensated for. */
#define LATENESS 1000.0

/* A manual clock wakes up threads at the exact time. */
static double
get_lateness (void)
{
  return norpc_clock_is_manual () ? 0 : LATENESS;
}

/* Gets the time between two calls, in microseconds. */
static double
get_interval (NorpcPacer *self)
{
  return (double) self->period * 1000 / self->n;
}

/* Gets how much earlier than its own time a call may pass. */
static double
get_tolerance (NorpcPacer *self)
{
  return (self->burst - 1.0) * get_interval (self);
}

/* Gets the time when a call that has waited may pass. */
static double
get_waited_due (NorpcPacer *self)
{
  double tolerance = get_tolerance (self);

  return MIN (self->next - tolerance, MAX (self->waited_next - tolerance, self->earliest));
}

/* Gets the time when the first waiting call may pass. */
gint64
norpc_pacer_get_due (NorpcPacer *self)
{
  double due = MIN (get_waited_due (self), 1e18);
  gint64 time = (gint64) due;

  return time < due ? time + 1 : time;
}

/* Gets the number of calls that may pass at @now. */
guint
norpc_pacer_get_n (NorpcPacer *self,
                   gint64      now)
{
  double early = now - (self->next - get_tolerance (self));

  return early < 0 ? 0 : (guint) MIN (1 + early / get_interval (self), self->burst);
}

/* Returns FALSE if no call may pass at @now. */
gboolean
norpc_pacer_pass (NorpcPacer *self,
                  gint64      now,
                  gboolean    has_waited)
{
  double interval = get_interval (self), lateness = get_lateness ();

  if (now < (has_waited ? get_waited_due (self) : self->next - get_tolerance (self)))
    return FALSE;

  self->next = MAX (self->next, now) + interval;
  self->waited_next = MAX (self->waited_next, now - lateness) + interval;
  self->earliest = now + MAX (interval - lateness, interval / 2);

  return TRUE;
}
