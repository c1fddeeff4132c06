/* norpc-stats-recorder-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info.h"
#include "core/norpc-types-private.h"
#include "norpc-histogram-private.h"
#include "norpc-method-stats.h"

G_BEGIN_DECLS

#define NORPC_N_OUTCOMES (NORPC_OUTCOME_NO_REPLY + 1)
#define NORPC_N_LATENCIES (NORPC_LATENCY_TOTAL + 1)

/*
 * Counts the calls that pass a place, for each method: the channel of a server,
 * or whatever else sees calls on their way.
 *
 * Nobody waits for anybody: who sends and who answers calls only adds to
 * numbers, and who reads them stops no one. Times are those of
 * norpc_clock_get ().
 *
 * What is counted for a method outlives the recorder as long as calls are in
 * flight.
 */
typedef struct _NorpcStatsRecorder  NorpcStatsRecorder;
typedef struct _NorpcMethodRecorder NorpcMethodRecorder;

/* Atomic: how many want to know when calls are sent, handled and end, or may turn out to. */
extern int norpc_n_metrics_users;

static inline gboolean
norpc_metrics_are_enabled (void)
{
  return G_UNLIKELY (g_atomic_int_get (&norpc_n_metrics_users) > 0);
}

NorpcStatsRecorder *norpc_stats_recorder_new  (void);
void                norpc_stats_recorder_free (NorpcStatsRecorder *self);

void     norpc_stats_recorder_set_on         (NorpcStatsRecorder *self,
                                              gboolean            on);
gboolean norpc_stats_recorder_is_on          (NorpcStatsRecorder *self);
void     norpc_stats_recorder_note_n_waiting (NorpcStatsRecorder *self,
                                              guint               n_waiting);

/* One call: begun, for a method that it returns; its latencies; ended. */
NorpcMethodRecorder *norpc_stats_recorder_begin        (NorpcStatsRecorder       *self,
                                                        const NorpcInterfaceInfo *interface_info,
                                                        guint                     method);
void                 norpc_method_recorder_add_latency (NorpcMethodRecorder      *self,
                                                        NorpcLatency              latency,
                                                        gint64                    nanoseconds);
void                 norpc_method_recorder_end         (NorpcMethodRecorder      *self,
                                                        NorpcOutcome              outcome);

gboolean norpc_outcome_is_rejection (NorpcOutcome outcome);

NorpcStats *norpc_stats_recorder_get_stats (NorpcStatsRecorder *self,
                                            guint               n_waiting);

G_END_DECLS
