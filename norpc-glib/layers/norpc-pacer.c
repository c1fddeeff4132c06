/* norpc-pacer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-pacer-private.h"

#define FOR_EVER 1e18

/* How long so many take, in microseconds. */
static gint64
get_time_for (NorpcPacer *self,
              guint       n)
{
  return (gint64) MIN ((double) n * self->period * 1000 / self->n, FOR_EVER);
}

/* The time of the next one, were there no bursts. */
static gint64
get_turn (NorpcPacer *self)
{
  return self->start + get_time_for (self, self->n_passed);
}

/* When one may pass that has @n_before before it. */
gint64
norpc_pacer_get_due (NorpcPacer *self,
                     guint       n_before)
{
  return get_turn (self) - get_time_for (self, self->burst - 1) + get_time_for (self, n_before);
}

/* Before something comes, when nothing waits: time is lost in which nothing did. */
void
norpc_pacer_settle (NorpcPacer *self,
                    gint64      now)
{
  if (now - get_turn (self) <= self->lag)
    return;

  self->start = now;
  self->n_passed = 0;
  self->lag = 0;
}

/* One passes. */
void
norpc_pacer_pass (NorpcPacer *self,
                  gint64      now)
{
  self->lag = MAX (now - get_turn (self), 0);
  if (++self->n_passed == self->n)
    {
      self->start += (gint64) self->period * 1000;
      self->n_passed = 0;
    }
}

/* One that is going to come has its time kept, for as long as that of one is. */
void
norpc_pacer_promise (NorpcPacer *self,
                     gint64      now)
{
  self->lag = MAX (now - get_turn (self), 0) + get_time_for (self, 1);
}
