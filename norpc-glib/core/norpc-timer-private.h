/* norpc-timer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Runs a function at a given time.
 *
 * Calls and layers cannot rely on a main context, because both the client's and the service's
 * context may be blocked. So a single thread serves all timers. All calls depend on this
 * thread, so no application code runs in it: it completes calls, and it pushes work that runs
 * application code to norpc_background_push ().
 *
 * A timer is embedded in its owner. Two functions are called in the timers' thread: @take,
 * with the lock of the timers held, returns an object that stays alive without the lock; then
 * @fire is called with that object and without the lock.
 */
typedef struct
{
  gpointer (*take) (gpointer owner);
  void     (*fire) (gpointer taken);
} NorpcTimerFuncs;

typedef struct
{
  const NorpcTimerFuncs *funcs; /* since construction */
  gpointer               owner; /* (unowned), since construction */

  gint64 time;  /* [lock of the timers]: monotonic time */
guint  index; /* [lock of the timers]: position in the heap, or 0 */
} NorpcTimer;

void     norpc_timer_prepare (void);
void     norpc_timer_init    (NorpcTimer            *self,
                              const NorpcTimerFuncs *funcs,
                              gpointer               owner);
void     norpc_timer_start   (NorpcTimer            *self,
                              gint64                 time);
gboolean norpc_timer_stop    (NorpcTimer            *self);

/* For a manual clock */
void     norpc_timer_note_time      (void);
void     norpc_timer_note_job       (void);
gint64   norpc_timer_get_first_time (void);
gboolean norpc_timer_settle         (gint64 limit);

G_END_DECLS
