/* norpc-call-log-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "stats/norpc-stats.h"

G_BEGIN_DECLS

/*
 * The calls of the process while there is an inspector: those in flight, the last events, and statistics
 * of each server. All inspectors share it.
 *
 * Thread-safe. While no inspector is attached, calls are not recorded, and it is empty.
 */

/* Calls the function with the number of a server, or 0, and its statistics. */
typedef void (*NorpcCallLogStatsFunc) (guint       server,
                                       NorpcStats *stats,
                                       gpointer    data);

void      norpc_call_log_attach        (void);
void      norpc_call_log_detach        (void);
GVariant *norpc_call_log_list_calls    (void);
GVariant *norpc_call_log_list_events   (guint64                after);
void      norpc_call_log_foreach_stats (NorpcCallLogStatsFunc  func,
                                        gpointer               data);
void      norpc_call_log_note_lints    (void);

G_END_DECLS
