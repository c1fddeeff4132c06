/* norpc-meter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-layer-private.h"
#include "core/norpc-clock-private.h"
#include "norpc-meter.h"
#include "stats/norpc-stats-recorder-private.h"

/**
 * NorpcMeter:
 *
 * Collects statistics of the calls of each method that pass it: their outcomes and
 * latencies.
 *
 * A server has statistics of its own (see [property@Norpc.Server:collect-stats]). The
 * statistics of a meter depend on its position in a stack: in front of a limit, they
 * include the time that a client's calls wait; behind a [class@Norpc.Retry], they count
 * each attempt. Only the total latency is measured.
 *
 * Since: 0.1
 */

struct _NorpcMeter
{
  NorpcLayer parent_instance;

  NorpcStatsRecorder *recorder; /* (owned) */
};

/* A call in flight. Freed by the thread that completes the call. */
typedef struct
{
  NorpcCompletionHook       hook;  /* must be first */
  NorpcMethodRecorder *method; /* valid as long as this struct, even without the meter */
  gint64               start;
} Passage;

G_DEFINE_FINAL_TYPE (NorpcMeter, norpc_meter, NORPC_TYPE_LAYER)

static void
passage_note_end (Passage      *passage,
                  NorpcOutcome  outcome)
{
  if (!norpc_outcome_is_rejection (outcome))
    norpc_method_recorder_add_latency (passage->method, NORPC_LATENCY_TOTAL,
                                       norpc_clock_get () - passage->start);
  norpc_method_recorder_end (passage->method, outcome);
  g_free (passage);
}

/* Runs in the thread that completes the call. */
static void
metered_call_ended (NorpcCompletionHook *hook,
                    NorpcCall           *call)
{
  passage_note_end ((Passage *) hook, norpc_call_get_outcome (call));
}

static void
norpc_meter_send (NorpcLayer *layer,
                  NorpcCall  *call)
{
  NorpcMeter *self = NORPC_METER (layer);
  Passage *passage = g_new0 (Passage, 1);

  passage->start = norpc_clock_get ();
  passage->method = norpc_stats_recorder_begin (self->recorder, call->interface_info, call->method);

  /* The client, which has completed the call, may be reading the outcome already. */
  if (!norpc_call_add_completion_hook (call, &passage->hook, metered_call_ended))
    passage_note_end (passage, call->timed_out ? NORPC_OUTCOME_TIMED_OUT : NORPC_OUTCOME_CANCELLED);

  norpc_layer_forward (layer, call);
}

static void
norpc_meter_finalize (GObject *object)
{
  norpc_stats_recorder_free (NORPC_METER (object)->recorder);

  G_OBJECT_CLASS (norpc_meter_parent_class)->finalize (object);
}

static void
norpc_meter_class_init (NorpcMeterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_meter_finalize;
  NORPC_LAYER_CLASS (klass)->send = norpc_meter_send;
}

static void
norpc_meter_init (NorpcMeter *self)
{
  self->recorder = norpc_stats_recorder_new ();
}

/**
 * norpc_meter_new:
 *
 * Creates a layer that counts and measures the calls that pass it.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_meter_new (void)
{
  return g_object_new (NORPC_TYPE_METER, NULL);
}

/**
 * norpc_meter_get_stats:
 * @self: a meter
 *
 * Gets the statistics of the calls that have passed the layer.
 *
 * This function is thread-safe, and blocks no other thread.
 *
 * Returns: (transfer full): the statistics
 * Since: 0.1
 */
NorpcStats *
norpc_meter_get_stats (NorpcMeter *self)
{
  g_return_val_if_fail (NORPC_IS_METER (self), NULL);

  return norpc_stats_recorder_get_stats (self->recorder, 0);
}
