/* norpc-pacer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-pacer-private.h"

/* How late a thread is woken up as a rule, in microseconds: that is made up for. */
#define LATENESS 1000.0

/* How far the calls are apart, in microseconds. */
static double
get_interval (NorpcPacer *self)
{
  return (double) self->period * 1000 / self->n;
}

/* How much earlier than its own time one may pass. */
static double
get_tolerance (NorpcPacer *self)
{
  return (self->burst - 1.0) * get_interval (self);
}

/* When one may pass that was held. */
static double
get_held_due (NorpcPacer *self)
{
  double tolerance = get_tolerance (self);

  return MIN (self->next - tolerance, MAX (self->held_next - tolerance, self->earliest));
}

/* When the first of those that are held may pass. */
gint64
norpc_pacer_get_due (NorpcPacer *self)
{
  double due = MIN (get_held_due (self), 1e18);
  gint64 time = (gint64) due;

  return time < due ? time + 1 : time;
}

/* How many may pass at @now. */
guint
norpc_pacer_get_n (NorpcPacer *self,
                   gint64      now)
{
  double early = now - (self->next - get_tolerance (self));

  return early < 0 ? 0 : (guint) MIN (1 + early / get_interval (self), self->burst);
}

/* FALSE if none may pass at @now. */
gboolean
norpc_pacer_pass (NorpcPacer *self,
                  gint64      now,
                  gboolean    was_held)
{
  double interval = get_interval (self);

  if (now < (was_held ? get_held_due (self) : self->next - get_tolerance (self)))
    return FALSE;

  self->next = MAX (self->next, now) + interval;
  self->held_next = MAX (self->held_next, now - LATENESS) + interval;
  self->earliest = now + MAX (interval - LATENESS, interval / 2);

  return TRUE;
}
