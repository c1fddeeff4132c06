/* norpc-timeouts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"
#include "norpc-timer-heap-private.h"

G_BEGIN_DECLS

/* When the calls from one context have to be back. */
typedef struct
{
  GMutex         lock;
  NorpcTimerHeap timers;   /* [lock] */
  int            n_timers; /* atomic, written with the lock */
} NorpcDeadlines;

void     norpc_deadlines_init        (NorpcDeadlines *self);
void     norpc_deadlines_clear       (NorpcDeadlines *self);
gboolean norpc_deadlines_add         (NorpcDeadlines *self,
                                      NorpcCall      *call);
void     norpc_deadlines_remove      (NorpcDeadlines *self,
                                      NorpcCall      *call);
int      norpc_deadlines_get_timeout (NorpcDeadlines *self,
                                      gint64          now);
void     norpc_deadlines_expire      (NorpcDeadlines *self,
                                      gint64          now);

G_END_DECLS
