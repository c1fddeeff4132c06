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
 * Counts the calls of each method that pass a given point, such as the channel of a server.
 *
 * Recording is lock-free: threads that send or answer calls only add to counters, and a thread
 * that reads the counters blocks no other. Times are those of norpc_clock_get ().
 *
 * The counters of a method outlive the recorder as long as calls are in flight.
 */
typedef struct _NorpcStatsRecorder  NorpcStatsRecorder;
typedef struct _NorpcMethodRecorder NorpcMethodRecorder;

/* Atomic: the number of users of metrics, such as statistics and traces. Until it is known
 * whether traces and marks are enabled, these count as one user.
 */
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

/* One call: norpc_stats_recorder_begin () returns the recorder of its method, which takes the
 * latencies of the call and its outcome.
 */
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
