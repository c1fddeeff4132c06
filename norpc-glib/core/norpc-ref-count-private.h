/* norpc-ref-count-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Inline forms of the functions of gatomicrefcount, for the counts that each call changes several
 * times. They do not detect overflows.
 */

static inline void
norpc_ref_count_inc (gatomicrefcount *count)
{
  g_atomic_int_inc (count);
}

/* Returns TRUE if that was the last reference. */
static inline gboolean
norpc_ref_count_dec (gatomicrefcount *count)
{
  return g_atomic_int_dec_and_test (count);
}

/* The same, for a count that only holders of a reference increase, and that nothing reads after the last
 * reference. The holder of the only reference need not change it.
 */
static inline gboolean
norpc_ref_count_release (gatomicrefcount *count)
{
  return g_atomic_int_get (count) == 1 || g_atomic_int_dec_and_test (count);
}

static inline gboolean
norpc_ref_count_is (gatomicrefcount *count,
                    int              value)
{
  return g_atomic_int_get (count) == value;
}

G_END_DECLS
