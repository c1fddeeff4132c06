/* norpc-method-stats.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

#define NORPC_TYPE_METHOD_STATS (norpc_method_stats_get_type ())

/**
 * NorpcOutcome:
 * @NORPC_OUTCOME_ANSWERED: the service answered with a result
 * @NORPC_OUTCOME_FAILED: the service answered with an error of its own
 * @NORPC_OUTCOME_NOT_IMPLEMENTED: the service does not implement the method
 * @NORPC_OUTCOME_BUSY: the call was rejected because a queue was full
 * @NORPC_OUTCOME_CLOSED: the server was not available, or was stopped
 * @NORPC_OUTCOME_WOULD_DEADLOCK: waiting for the reply would have deadlocked
 * @NORPC_OUTCOME_TIMED_OUT: the call timed out
 * @NORPC_OUTCOME_CANCELLED: the client cancelled the call, or superseded it by a newer
 *   one
 * @NORPC_OUTCOME_NO_REPLY: the service released the call without replying
 *
 * The outcome of a call.
 *
 * Since: 0.1
 */
typedef enum
{
  NORPC_OUTCOME_ANSWERED,
  NORPC_OUTCOME_FAILED,
  NORPC_OUTCOME_NOT_IMPLEMENTED,
  NORPC_OUTCOME_BUSY,
  NORPC_OUTCOME_CLOSED,
  NORPC_OUTCOME_WOULD_DEADLOCK,
  NORPC_OUTCOME_TIMED_OUT,
  NORPC_OUTCOME_CANCELLED,
  NORPC_OUTCOME_NO_REPLY
} NorpcOutcome;

/**
 * NorpcLatency:
 * @NORPC_LATENCY_WAITING: the time from when a call is sent until its handler starts
 * @NORPC_LATENCY_HANDLING: the time from when the handler of a call starts until the call
 *   completes
 * @NORPC_LATENCY_TOTAL: the time from when a call is sent until it completes, without
 *   calls that were rejected
 *
 * The latencies that are measured for each call.
 *
 * Since: 0.1
 */
typedef enum
{
  NORPC_LATENCY_WAITING,
  NORPC_LATENCY_HANDLING,
  NORPC_LATENCY_TOTAL
} NorpcLatency;

NORPC_AVAILABLE_IN_ALL
GType             norpc_method_stats_get_type           (void) G_GNUC_CONST;
NORPC_AVAILABLE_IN_ALL
NorpcMethodStats *norpc_method_stats_ref                (NorpcMethodStats *self);
NORPC_AVAILABLE_IN_ALL
void              norpc_method_stats_unref              (NorpcMethodStats *self);

NORPC_AVAILABLE_IN_ALL
const char       *norpc_method_stats_get_interface_name (NorpcMethodStats *self);
NORPC_AVAILABLE_IN_ALL
const char       *norpc_method_stats_get_method_name    (NorpcMethodStats *self);
NORPC_AVAILABLE_IN_ALL
guint64           norpc_method_stats_get_n_calls        (NorpcMethodStats *self);
NORPC_AVAILABLE_IN_ALL
guint64           norpc_method_stats_get_n_in_flight    (NorpcMethodStats *self);
NORPC_AVAILABLE_IN_ALL
guint64           norpc_method_stats_get_n_ended        (NorpcMethodStats *self,
                                                         NorpcOutcome      outcome);
NORPC_AVAILABLE_IN_ALL
gint64            norpc_method_stats_get_percentile     (NorpcMethodStats *self,
                                                         NorpcLatency      latency,
                                                         double            percent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcMethodStats, norpc_method_stats_unref)

G_END_DECLS
