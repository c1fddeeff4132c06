/* norpc-burst-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-waker-private.h"

G_BEGIN_DECLS

/*
 * A burst: a thread delivers several replies, or serves several calls, in one dispatch.
 *
 * To wake another thread for each of them takes longer than all other work, above all on one
 * processor, which the other thread takes over each time. The wake-ups of a burst are therefore put
 * off until its end. That is allowed only for a consumer that naps: it sleeps for
 * NORPC_NAP_TIME at most, and then looks at its queue by itself. So nothing waits longer than this,
 * even if a handler or a callback blocks in the middle of the burst. A consumer naps after a burst
 * of its own; if nothing arrives meanwhile, it goes to sleep.
 *
 * All functions are called in the thread of the burst.
 */

#define NORPC_NAP_TIME 1 /* milliseconds */

/* The number of calls or replies after which sleepers are woken up, so that they work at the same time
 * on another processor. A consumer that has had a fourth of them at once naps next.
 */
#define NORPC_BURST_LENGTH 16
#define NORPC_BURST_MIN_LENGTH (NORPC_BURST_LENGTH / 4)

void     norpc_burst_begin   (void);
void     norpc_burst_end     (void);
void     norpc_burst_flush   (void);
gboolean norpc_burst_put_off (NorpcWaker *sleeper);

G_END_DECLS
