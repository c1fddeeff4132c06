/* sleepers.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-deadlock-private.h"

G_BEGIN_DECLS

/* Which threads have gone to sleep for an answer. The linker puts the function named
 * __wrap_… in the place of the library's, in tests that are linked for it.
 */
gboolean __real_norpc_deadlock_begin_wait (NorpcThreadWait *wait);
gboolean __wrap_norpc_deadlock_begin_wait (NorpcThreadWait *wait);

void        sleepers_reset        (void);
void        sleepers_be_last      (void);
void        sleepers_wait         (guint    n);

G_END_DECLS
