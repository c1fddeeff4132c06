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

/* Why all calls are measured, even those without statistics. */
typedef enum
{
  SHOWN    = 1 << 0, /* traces or marks are enabled */
  OBSERVED = 1 << 1, /* there is an inspector */
  UNKNOWN  = 1 << 2  /* it is not known yet whether they are shown */
} Reasons;

static int reasons = UNKNOWN; /* atomic: Reasons */

static const NorpcCallObserver *call_observer; /* (nullable), atomic: NULL until there is an inspector */

/* Thread-safe. Called on first use. */
static Reasons
find_out_whether_shown (void)
{
  gboolean shown = norpc_trace_is_on () || norpc_marks_are_on ();

  if (shown)
    g_atomic_int_or (&reasons, SHOWN);
  if ((g_atomic_int_and (&reasons, ~(guint) UNKNOWN) & UNKNOWN) != 0 && !shown)
    g_atomic_int_add (&norpc_n_metrics_users, -1);

  return (Reasons) g_atomic_int_get (&reasons);
}

/* Thread-safe. */
static inline Reasons
get_reasons (void)
{
  int found = g_atomic_int_get (&reasons);

  return G_LIKELY (found == 0) || (found & UNKNOWN) == 0 ? (Reasons) found : find_out_whether_shown ();
}

/* Thread-safe. Calls that are sent from now on are observed, or are not. One thread at a time calls it. */
void
norpc_metrics_set_observed (const NorpcCallObserver *observer,
                            gboolean                 observed)
{
  g_atomic_pointer_set (&call_observer, observer);
  if (observed)
    g_atomic_int_or (&reasons, OBSERVED);
  else
    g_atomic_int_and (&reasons, ~(guint) OBSERVED);
  g_atomic_int_add (&norpc_n_metrics_users, observed ? 1 : -1);
}

/* Thread-safe. Returns the observer (unowned) of a call that is observed. */
static const NorpcCallObserver *
get_observer (void)
{
  return g_atomic_pointer_get (&call_observer);
}

/* The metrics of a call that is observed, which are not a part of the call. */
typedef struct
{
  NorpcCallMetrics  metrics;
  gpointer          record; /* (owned) (nullable), by the observer */
} ObservedMetrics;

/* Thread-safe, once the call is sent. Returns the record (unowned) of the observer, or NULL. */
gpointer
norpc_metrics_get_record (NorpcCall *call)
{
  return call->is_observed ? ((ObservedMetrics *) call->metrics)->record : NULL;
}

/* Called in the client's thread, before it sends the call. */
static G_NO_INLINE NorpcCallMetrics *
observe (NorpcCall           *call,
         NorpcStatsRecorder **place)
{
  ObservedMetrics *self = g_new0 (ObservedMetrics, 1);

  self->record = get_observer ()->sent (call, place);
  call->has_metrics = FALSE;
  call->is_observed = self->record != NULL;

  return &self->metrics;
}

/* Called in the thread that has released the last reference to the memory of a call whose metrics are not a part
 * of it.
 */
void
norpc_metrics_free (NorpcCall *call)
{
  gpointer record = norpc_metrics_get_record (call);

  if (record != NULL)
    get_observer ()->unref (record);
  g_free (call->metrics);
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
show_end (NorpcCall    *call,
          NorpcOutcome  outcome,
          gint64        waited,
          gint64        total)
{
  if (call->is_observed)
    get_observer ()->ended (norpc_metrics_get_record (call), outcome);
  if ((get_reasons () & SHOWN) == 0)
    return;

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

  if (get_reasons () != 0 || call->is_observed)
    show_end (call, outcome, waited, total);

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
  Reasons why = get_reasons ();
  NorpcCallMetrics *metrics;

  if (call->metrics != NULL || (why == 0 && !counted))
    return;

  metrics = G_UNLIKELY ((why & OBSERVED) != 0) ? observe (call, place) : norpc_call_get_metrics_part (call);
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

/* Runs in the service's context. */
static G_NO_INLINE void
show_handled (NorpcCall *call,
              gint64     waited)
{
  if (call->is_observed)
    get_observer ()->handled (norpc_metrics_get_record (call));
  if ((get_reasons () & SHOWN) != 0)
    norpc_mark_waited (call, call->metrics->sent, waited);
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
  if (get_reasons () != 0 || call->is_observed)
    show_handled (call, waited);
  if (metrics->method != NULL)
    norpc_method_recorder_add_latency (metrics->method, NORPC_LATENCY_WAITING, waited);
}

/* Runs in the service's context, when the handler of a call that is observed has returned. */
void
norpc_metrics_note_returned (NorpcCall *call)
{
  get_observer ()->returned (norpc_metrics_get_record (call));
}
