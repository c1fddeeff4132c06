/* norpc-metrics-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"
#include "norpc-completion-hook-private.h"
#include "stats/norpc-stats-recorder-private.h"

G_BEGIN_DECLS

/*
 * Measures how long calls wait and are handled, for statistics, Sysprof marks and traces. If
 * none of them is enabled, the clock is never read.
 */
typedef struct
{
  NorpcCompletionHook       hook;
  NorpcMethodRecorder *method; /* (unowned) (nullable): valid until the call completes */
  gint64               sent;
  gsize                waited; /* atomic: nanoseconds plus 1, or 0 until the handler starts */
} NorpcCallMetrics;

NorpcOutcome norpc_call_get_outcome (NorpcCall *call);

void norpc_metrics_note_sent    (NorpcCall           *call,
                                 NorpcStatsRecorder **place);
void norpc_metrics_note_handled (NorpcCall           *call);

/* Called in the client's thread, before it sends the call. Reads @place atomically. */
static inline void
norpc_metrics_call_sent (NorpcCall           *call,
                         NorpcStatsRecorder **place)
{
  if (norpc_metrics_are_enabled ())
    norpc_metrics_note_sent (call, place);
}

/* Runs in the service's context. */
static inline void
norpc_metrics_call_handled (NorpcCall *call)
{
  if (norpc_metrics_are_enabled ())
    norpc_metrics_note_handled (call);
}

G_END_DECLS
