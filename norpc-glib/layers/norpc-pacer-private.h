/* norpc-pacer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Decides when the next call may pass, so that a given number of calls pass evenly in each
 * period: the generic cell rate algorithm. After a pause of any length, at most one burst of
 * calls passes at once.
 *
 * A thread that waits for a call's time is woken up slightly late. The pacer compensates for
 * up to a millisecond of this delay by letting the next call pass slightly early.
 *
 * All times are monotonic times. The owner of a pacer protects it with its lock.
 */
typedef struct
{
  guint  n;      /* since construction: number of calls in a period */
  guint  period; /* since construction: milliseconds */
  guint  burst;  /* number of calls that may pass at once after a pause */

  double next;      /* the time of the next call, without bursts */
  double waited_next; /* the same for a call that has waited, which is not later */
  double earliest;  /* the earliest time for a call that has waited */
} NorpcPacer;

gint64   norpc_pacer_get_due (NorpcPacer *self);
guint    norpc_pacer_get_n   (NorpcPacer *self,
                              gint64      now);
gboolean norpc_pacer_pass    (NorpcPacer *self,
                              gint64      now,
                              gboolean    has_waited);

G_END_DECLS
