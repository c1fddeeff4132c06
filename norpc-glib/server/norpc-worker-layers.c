/* norpc-worker-layers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The layers between a worker and its service. */

#include "channel/norpc-channel-private.h"
#include "norpc-dispatch-private.h"
#include "norpc-worker-private.h"

/* Any thread, before the worker is attached: @layer comes after those that were
 * added before.
 */
void
norpc_worker_add_layer (NorpcWorker *self,
                        NorpcLayer  *layer)
{
  if (self->last_layer != NULL)
    {
      norpc_layer_set_endpoint (self->last_layer, NORPC_ENDPOINT (layer));
    }
  else
    {
      self->layers = g_object_ref_sink (NORPC_ENDPOINT (layer));
      self->service_endpoint = norpc_service_endpoint_new ();
    }
  self->last_layer = layer;
}

/* Any thread: TRUE if it is the one that runs the worker, and the service is not
 * handling a call, which it may not expect to be interrupted, nor has it had as many as
 * it may in one dispatch.
 */
gboolean
norpc_worker_may_handle (NorpcWorker *self)
{
  return g_atomic_pointer_get (&self->busy_thread) == g_thread_self () &&
         !self->handling && self->n_left > 0 && self->service != NULL;
}

/* The worker's context: a call that has come through the layers, if there are
 * any.
 */
void
norpc_worker_handle (NorpcWorker *self,
                     NorpcCall   *call)
{
  norpc_thread_check_run (self->home, self, call);

  if (self->n_left > 0)
    self->n_left--;
  self->handling = TRUE;
  /* Behind layers, others may be handled before the pending calls drops it. */
  norpc_dispatch (call, self->service, self->service_endpoint == NULL);
  self->handling = FALSE;

  if (self->service_endpoint == NULL)
    return;

  /* The pending may also be done with it, or not know it. */
  norpc_pending_calls_note_kept (call);
  norpc_channel_note_attempt (self->channel, call);
}

/* The worker's context: what the layers passed on elsewhere, or while the service
 * was busy.
 */
void
norpc_worker_serve_layered_calls (NorpcWorker *self)
{
  while (self->n_left > 0)
    {
      g_autoptr (NorpcCall) call = norpc_service_endpoint_take (self->service_endpoint);

      if (call == NULL)
        break;
      norpc_worker_handle (self, call);
    }
}
