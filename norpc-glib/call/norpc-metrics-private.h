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

/* Follows each call for the inspectors of the wings above. No lock is held while the functions are
 * called, and they call no foreign code.
 */
typedef struct
{
  gpointer (*sent) (NorpcCall           *call,   /* in the client's thread, before it sends the call: returns */
                    NorpcStatsRecorder **place); /* a record (owned), or NULL */
  void (*handled)  (gpointer      record);       /* in the service's context, before the handler starts */
  void (*returned) (gpointer      record);       /* in the service's context, when the handler has returned */
  void (*ended)    (gpointer      record,        /* in the thread that completes the call */
                    NorpcOutcome  outcome);
  void (*unref)    (gpointer      record);       /* thread-safe */
} NorpcCallObserver;

void norpc_metrics_set_observed (const NorpcCallObserver *observer,
                                 gboolean                 observed);

NorpcOutcome norpc_call_get_outcome (NorpcCall *call);

void     norpc_metrics_note_sent     (NorpcCall           *call,
                                      NorpcStatsRecorder **place);
void     norpc_metrics_note_handled  (NorpcCall           *call);
void     norpc_metrics_note_returned (NorpcCall           *call);
void     norpc_metrics_free          (NorpcCall           *call);
gpointer norpc_metrics_get_record    (NorpcCall           *call);

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
