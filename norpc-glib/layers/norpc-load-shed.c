/* norpc-load-shed.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-layer-private.h"
#include "norpc-load-shed.h"

/**
 * NorpcLoadShed:
 *
 * Rejects calls that would have to wait behind it with %NORPC_ERROR_BUSY.
 *
 * For each call, it checks whether the next endpoint is ready; in addition, layers and
 * channels of norpc-glib reject a call that they would have to queue. In front of a
 * [class@Norpc.ConcurrencyLimit], for example, no call waits for the limit. A
 * [class@Norpc.Buffer] behind it accepts calls as long as it is not full, even if they
 * have to wait there. The same holds for a channel, whose server may have layers.
 *
 * Since: 0.1
 */

struct _NorpcLoadShed
{
  NorpcLayer parent_instance;
};

G_DEFINE_FINAL_TYPE (NorpcLoadShed, norpc_load_shed, NORPC_TYPE_LAYER)

static void
norpc_load_shed_send (NorpcLayer *layer,
                      NorpcCall  *call)
{
  NorpcEndpoint *endpoint = norpc_layer_get_endpoint (layer);

  /* Two calls may find the same free slot; the endpoint that would have to queue one of them
   * then rejects it. A closed endpoint rejects calls itself. Readiness applies to calls of
   * normal priority only, so calls of other priorities are passed on.
   */
  call->must_not_wait = TRUE;
  if (endpoint == NULL || call->priority != NORPC_PRIORITY_NORMAL || norpc_endpoint_is_ready (endpoint) || norpc_endpoint_is_closed (endpoint))
    {
      norpc_layer_forward (layer, call);
      return;
    }

  norpc_call_reject_owned (call, NORPC_ERROR_BUSY, "was rejected: it would have to wait");
}

static void
norpc_load_shed_class_init (NorpcLoadShedClass *klass)
{
  NORPC_LAYER_CLASS (klass)->send = norpc_load_shed_send;
}

static void
norpc_load_shed_init (NorpcLoadShed *self G_GNUC_UNUSED)
{
}

/**
 * norpc_load_shed_new:
 *
 * Creates a layer that rejects calls that would have to wait with %NORPC_ERROR_BUSY.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_load_shed_new (void)
{
  return g_object_new (NORPC_TYPE_LOAD_SHED, NULL);
}
