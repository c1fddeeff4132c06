/* norpc-pacer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * When the next of many may pass, so that so many pass in a period, evenly: the
 * generic cell rate algorithm, but that who is late through no fault of its own
 * makes up for it.
 *
 * All times are monotonic time. Whoever has it protects it.
 */
typedef struct
{
  guint  n;      /* since construction: how many pass in a period */
  guint  period; /* since construction: milliseconds */
  guint  burst;  /* how many may pass at once, when none came for a while */
  gint64 start;  /* of a period */
  guint  n_passed; /* in it, fewer than n */
  gint64 lag;      /* how late the last passed, which is not its client's fault */
} NorpcPacer;

gint64 norpc_pacer_get_due (NorpcPacer *self,
                            guint       n_before);
void   norpc_pacer_settle  (NorpcPacer *self,
                            gint64      now);
void   norpc_pacer_pass    (NorpcPacer *self,
                            gint64      now);
void   norpc_pacer_promise (NorpcPacer *self,
                            gint64      now);

G_END_DECLS
