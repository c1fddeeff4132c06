/* norpc-pacer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * When the next of many may pass, so that so many pass in a period, evenly: the generic
 * cell rate algorithm. However late one comes, no more than the burst pass at once.
 *
 * One that was held is woken up a bit late, which is not its fault: the pace makes up for
 * up to a millisecond of that, by letting the next pass a bit early.
 *
 * All times are monotonic time. Whoever has it protects it.
 */
typedef struct
{
  guint  n;      /* since construction: how many pass in a period */
  guint  period; /* since construction: milliseconds */
  guint  burst;  /* how many may pass at once, when none came for a while */

  double next;      /* the time of the next one, were there no bursts */
  double held_next; /* the same for one that was held, which is not later */
  double earliest;  /* that one passes then at the earliest */
} NorpcPacer;

gint64   norpc_pacer_get_due (NorpcPacer *self);
guint    norpc_pacer_get_n   (NorpcPacer *self,
                              gint64      now);
gboolean norpc_pacer_pass    (NorpcPacer *self,
                              gint64      now,
                              gboolean    was_held);

G_END_DECLS
