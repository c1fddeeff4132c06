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
 * Answers %NORPC_ERROR_BUSY what would have to wait behind it.
 *
 * It asks the next endpoint, for each call, whether it is ready, and the layers and
 * channels of norpc-glib that would hold the call reject it. So put before
 * a [class@Norpc.ConcurrencyLimit], for one, it lets nothing wait there. A
 * [class@Norpc.Buffer] behind it takes calls as long as it has room: what is
 * behind that may hold them. So does a channel, whose server may have layers.
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

  /* Two calls may find the same place: then the endpoint that would hold one rejects it.
   * An endpoint that is closed says so itself. Endpoints are ready for calls of normal priority:
   * the others find out by being sent.
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
 * Makes a layer that answers %NORPC_ERROR_BUSY what would have to wait.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_load_shed_new (void)
{
  return g_object_new (NORPC_TYPE_LOAD_SHED, NULL);
}
