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
 * Who wants to know how long calls wait and are handled: statistics, marks for
 * Sysprof, and the story of each call. Where nobody does, no clock is read.
 */
typedef struct
{
  NorpcCompletionHook       hook;
  NorpcMethodRecorder *method; /* (unowned) (nullable): until the call ends */
  gint64               sent;
  gsize                waited; /* atomic: nanoseconds, and 1; 0 until it is handled */
} NorpcCallMetrics;

NorpcOutcome norpc_call_get_outcome (NorpcCall *call);

void norpc_metrics_note_sent    (NorpcCall           *call,
                                 NorpcStatsRecorder **place);
void norpc_metrics_note_handled (NorpcCall           *call);

/* The client's thread, which has the call and sends it. What is at @place is read
 * atomically.
 */
static inline void
norpc_metrics_call_sent (NorpcCall           *call,
                         NorpcStatsRecorder **place)
{
  if (norpc_metrics_are_enabled ())
    norpc_metrics_note_sent (call, place);
}

/* The service's context. */
static inline void
norpc_metrics_call_handled (NorpcCall *call)
{
  if (norpc_metrics_are_enabled ())
    norpc_metrics_note_handled (call);
}

G_END_DECLS
