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
typedef struct _NorpcInterfaceRecorder NorpcInterfaceRecorder;

struct _NorpcStatsRecorder
{
  NorpcInterfaceRecorder *interfaces; /* (owned) (nullable), atomic: entries are only added */
  int                     on;          /* atomic */
  int                     max_waiting; /* atomic */
};

struct _NorpcMethodRecorder
{
  const NorpcInterfaceInfo *interface_info;
  guint                     method;

  /* Clients and services write to different cache lines. */
  gsize begun; /* atomic: calls */
  char  padding[NORPC_CACHE_LINE];

  gsize          ended; /* atomic: twice the number of calls; see norpc_stats_recorder_free () */
  gsize          outcomes[NORPC_N_OUTCOMES]; /* atomic */
  NorpcHistogram latencies[NORPC_N_LATENCIES]; /* atomic */
};

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

void norpc_stats_recorder_set_on            (NorpcStatsRecorder *self,
                                             gboolean            on);
void norpc_stats_recorder_raise_max_waiting (NorpcStatsRecorder *self,
                                             guint               n_waiting);

/* Thread-safe. */
static inline gboolean
norpc_stats_recorder_is_on (NorpcStatsRecorder *self)
{
  return g_atomic_int_get (&self->on);
}

/* Thread-safe. @n_waiting is the current length of the queue. */
static inline void
norpc_stats_recorder_note_n_waiting (NorpcStatsRecorder *self,
                                     guint               n_waiting)
{
  if (norpc_stats_recorder_is_on (self) && n_waiting > (guint) g_atomic_int_get (&self->max_waiting))
    norpc_stats_recorder_raise_max_waiting (self, n_waiting);
}

/* One call: norpc_stats_recorder_begin () returns the recorder of its method, which takes the
 * latencies of the call and its outcome. The functions are inline, because they run for each call.
 */
NorpcMethodRecorder *norpc_stats_recorder_begin (NorpcStatsRecorder       *self,
                                                 const NorpcInterfaceInfo *interface_info,
                                                 guint                     method);

/* Thread-safe. */
static inline void
norpc_method_recorder_add_latency (NorpcMethodRecorder *self,
                                   NorpcLatency         latency,
                                   gint64               nanoseconds)
{
  norpc_histogram_record (&self->latencies[latency], nanoseconds);
}

/* Thread-safe. */
static inline void
norpc_method_recorder_end (NorpcMethodRecorder *self,
                           NorpcOutcome         outcome)
{
  g_atomic_pointer_add (&self->outcomes[outcome], 1);

  if ((gsize) g_atomic_pointer_add (&self->ended, 2) + 2 == 1)
    g_free (self);
}

/* Rejecting a call takes almost no time. If rejections counted, a service that rejects most
 * calls would look fast.
 */
static inline gboolean
norpc_outcome_is_rejection (NorpcOutcome outcome)
{
  return outcome == NORPC_OUTCOME_BUSY || outcome == NORPC_OUTCOME_CLOSED ||
         outcome == NORPC_OUTCOME_NOT_IMPLEMENTED || outcome == NORPC_OUTCOME_WOULD_DEADLOCK;
}

NorpcStats *norpc_stats_recorder_get_stats (NorpcStatsRecorder *self,
                                            guint               n_waiting);

G_END_DECLS
