/* norpc-metrics.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Records when calls are sent, when their handlers start, and when they complete. */

#include "core/norpc-clock-private.h"
#include "norpc-call-private.h"
#include "norpc-marks-private.h"
#include "norpc-metrics-private.h"
#include "norpc-trace-private.h"

/* Atomic: negative until it is known, then a boolean. */
static int all_measured = -1;

/* Thread-safe. Called on first use. */
static gboolean
find_out_whether_all_are_measured (void)
{
  gboolean wanted = norpc_trace_is_on () || norpc_marks_are_on ();

  if (g_atomic_int_compare_and_exchange (&all_measured, -1, wanted) && !wanted)
    g_atomic_int_add (&norpc_n_metrics_users, -1);

  return wanted;
}

/* Thread-safe. Returns TRUE if metrics are needed for all calls, even those without statistics. */
static inline gboolean
are_all_measured (void)
{
  int state = g_atomic_int_get (&all_measured);

  return G_UNLIKELY (state != 0) && (state > 0 || find_out_whether_all_are_measured ());
}

static double
get_microseconds (gint64 nanoseconds)
{
  return (double) nanoseconds / 1000;
}

/* @error is in the domain NORPC_ERROR. */
static NorpcOutcome
get_outcome_of_error (const GError *error)
{
  switch ((NorpcError) error->code)
    {
    case NORPC_ERROR_BUSY:
      return NORPC_OUTCOME_BUSY;
    case NORPC_ERROR_CLOSED:
      return NORPC_OUTCOME_CLOSED;
    case NORPC_ERROR_NO_REPLY:
      return NORPC_OUTCOME_NO_REPLY;
    case NORPC_ERROR_NOT_IMPLEMENTED:
      return NORPC_OUTCOME_NOT_IMPLEMENTED;
    case NORPC_ERROR_TIMED_OUT:
      return NORPC_OUTCOME_TIMED_OUT;
    case NORPC_ERROR_WOULD_DEADLOCK:
      return NORPC_OUTCOME_WOULD_DEADLOCK;
    case NORPC_ERROR_FAILED:
    default:
      return NORPC_OUTCOME_FAILED;
    }
}

/* Called in the thread that completes a call with an error, before the client is notified. An error
 * that a service passes on from another service counts as its own error. But if that service lacks
 * the method or has released the call without replying, the outcome says so.
 */
static NorpcOutcome
get_outcome_of_failure (NorpcCall *call)
{
  gboolean replied = g_atomic_int_get (&call->replied);
  NorpcOutcome outcome;

  if (g_error_matches (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return replied ? NORPC_OUTCOME_FAILED : NORPC_OUTCOME_CANCELLED;

  if (call->error->domain != NORPC_ERROR)
    return NORPC_OUTCOME_FAILED;

  outcome = get_outcome_of_error (call->error);
  if (replied && outcome != NORPC_OUTCOME_NOT_IMPLEMENTED && outcome != NORPC_OUTCOME_NO_REPLY)
    return NORPC_OUTCOME_FAILED;

  return outcome;
}

/* Called in the thread that completes the call, before the client is notified. */
NorpcOutcome
norpc_call_get_outcome (NorpcCall *call)
{
  return call->error == NULL ? NORPC_OUTCOME_ANSWERED : get_outcome_of_failure (call);
}

/* Called in the thread that completes the call. @waited is negative if no handler has started. */
static G_NO_INLINE void
show_end (NorpcCall *call,
          gint64     waited,
          gint64     total)
{
  if (waited < 0)
    {
      norpc_trace (call, "ended after %.1f us, without being handled", get_microseconds (total));
      return;
    }

  norpc_mark_handled (call, call->metrics->sent + waited, total - waited);
  norpc_trace (call, "ended after %.1f us: it waited %.1f us and was handled for %.1f us",
               get_microseconds (total), get_microseconds (waited),
               get_microseconds (total - waited));
}

/* Called in the thread that completes the call, or finds it completed. */
static void
note_end (NorpcCall    *call,
          NorpcOutcome  outcome)
{
  NorpcCallMetrics *metrics = call->metrics;
  NorpcMethodRecorder *method = metrics->method;
  gint64 total = norpc_clock_get () - metrics->sent;
  gint64 waited = (gint64) (gsize) g_atomic_pointer_get (&metrics->waited) - 1;

  if (are_all_measured ())
    show_end (call, waited, total);

  if (method == NULL)
    return;

  if (waited >= 0)
    norpc_method_recorder_add_latency (method, NORPC_LATENCY_HANDLING, total - waited);
  if (!norpc_outcome_is_rejection (outcome))
    norpc_method_recorder_add_latency (method, NORPC_LATENCY_TOTAL, total);
  norpc_method_recorder_end (method, outcome);
}

/* Runs in the thread that completes the call. */
static void
ended_cb (NorpcCompletionHook *hook G_GNUC_UNUSED,
          NorpcCall           *call)
{
  note_end (call, norpc_call_get_outcome (call));
}

/* Called in the client's thread, before it sends the call. Only the first recorder on the way
 * of the call records it.
 */
void
norpc_metrics_note_sent (NorpcCall           *call,
                         NorpcStatsRecorder **place)
{
  NorpcStatsRecorder *recorder = place != NULL ? g_atomic_pointer_get (place) : NULL;
  gboolean counted = recorder != NULL && norpc_stats_recorder_is_on (recorder);
  NorpcCallMetrics *metrics;

  if (call->metrics != NULL || (!are_all_measured () && !counted))
    return;

  metrics = norpc_call_get_metrics_part (call);
  if (metrics == NULL)
    metrics = g_new (NorpcCallMetrics, 1);
  call->metrics = metrics;
  metrics->waited = 0;
  metrics->sent = norpc_clock_get ();
  metrics->method = counted ? norpc_stats_recorder_begin (recorder, call->interface_info, call->method)
                            : NULL;

  /* The client may be reading the outcome already. Only the client can have completed the call
   * here.
   */
  if (!norpc_call_add_completion_hook (call, &metrics->hook, ended_cb))
    note_end (call, call->timed_out ? NORPC_OUTCOME_TIMED_OUT : NORPC_OUTCOME_CANCELLED);
}

/* Runs in the service's context. The caller keeps the recorder alive, although the call may
 * complete at any time.
 */
void
norpc_metrics_note_handled (NorpcCall *call)
{
  NorpcCallMetrics *metrics = call->metrics;
  gint64 waited;

  if (metrics == NULL)
    return;

  waited = MIN (norpc_clock_get () - metrics->sent, (gint64) (G_MAXSSIZE - 1));
  g_atomic_pointer_set (&metrics->waited, (gsize) waited + 1);
  if (are_all_measured ())
    norpc_mark_waited (call, metrics->sent, waited);
  if (metrics->method != NULL)
    norpc_method_recorder_add_latency (metrics->method, NORPC_LATENCY_WAITING, waited);
}
