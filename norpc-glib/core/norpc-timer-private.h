/* norpc-timer-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Does something at a time.
 *
 * Calls and layers cannot rely on a main context: that of the client may be blocked, and so
 * may that of the service. So one thread serves all timers. As all depend on it, nothing
 * foreign runs there: it ends calls, and it pushes to norpc_background_push () what is
 * to call functions of others.
 *
 * A timer is part of what it is for. Two functions are called, in the timers' thread: @take
 * with the lock of the timers held, which returns something that stays alive without it,
 * and then @fire with that and without the lock.
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
  guint  place; /* [lock of the timers]: in the heap, or 0 */
} NorpcTimer;

void     norpc_timer_prepare (void);
void     norpc_timer_init    (NorpcTimer            *self,
                              const NorpcTimerFuncs *funcs,
                              gpointer               owner);
void     norpc_timer_start   (NorpcTimer            *self,
                              gint64                 time);
gboolean norpc_timer_stop    (NorpcTimer            *self);

G_END_DECLS
