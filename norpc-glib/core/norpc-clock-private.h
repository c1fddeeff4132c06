/* norpc-clock-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-clock.h"
#include <time.h>

G_BEGIN_DECLS

/*
 * Two clocks. Durations that are only measured, for statistics, use norpc_clock_get (), which is
 * always real. Deadlines, delays and rates use norpc_clock_now (), which a NorpcManualClock may stop
 * and advance.
 *
 * While no manual clock has been created, both are the monotonic time of the system. After a manual
 * clock has gone, the time goes on from where that clock stood.
 */

/* Whether norpc_clock_now () differs from the monotonic time of the system; atomic. */
extern int norpc_clock_is_altered;

gint64   norpc_clock_now_altered   (void);
gboolean norpc_clock_check_manual  (void);
gint64   norpc_clock_convert       (gint64 real_time);
gint64   norpc_clock_get_wake_time (gint64 time);
gboolean norpc_clock_stop          (void);
gboolean norpc_clock_resume        (void);
void     norpc_clock_set           (gint64 time);

/* Thread-safe. Gets the monotonic time in nanoseconds, because many calls take less than a
 * microsecond. Never returns 0.
 */
static inline gint64
norpc_clock_get (void)
{
#ifdef CLOCK_MONOTONIC
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec + 1;
#else
  return g_get_monotonic_time () * 1000 + 1;
#endif
}

/* Thread-safe. Gets the time that deadlines are compared with, in microseconds. */
static inline gint64
norpc_clock_now (void)
{
  return G_LIKELY (!g_atomic_int_get (&norpc_clock_is_altered)) ? g_get_monotonic_time ()
                                                                : norpc_clock_now_altered ();
}

/* Thread-safe. Returns TRUE if the time only advances when a NorpcManualClock does. */
static inline gboolean
norpc_clock_is_manual (void)
{
  return G_UNLIKELY (g_atomic_int_get (&norpc_clock_is_altered)) && norpc_clock_check_manual ();
}

G_END_DECLS
