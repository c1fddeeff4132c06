/* norpc-clock-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>
#include <time.h>

G_BEGIN_DECLS

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

G_END_DECLS
