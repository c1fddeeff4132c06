/* norpc-sync-wait-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"

G_BEGIN_DECLS

extern const NorpcCallSink norpc_sync_wait_sink;

void     norpc_sync_wait_note_wake_up (void);
gboolean norpc_sync_wait_spin         (NorpcCall *call);
gboolean norpc_sync_wait_sleep        (NorpcCall *call,
                                       gint64     deadline);

G_END_DECLS
