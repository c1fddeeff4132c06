/* norpc-worker-layers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The layers between a host and its service. */

#include "channel/norpc-channel-private.h"
#include "norpc-dispatch-private.h"
#include "norpc-worker-private.h"

/* Any thread, before the host is attached: @layer comes after those that were
 * added before.
 */
void
norpc_host_add_layer (NorpcHost  *self,
                      NorpcLayer *layer)
{
  if (self->last_layer != NULL)
    {
      norpc_layer_set_endpoint (self->last_layer, NORPC_ENDPOINT (layer));
    }
  else
    {
      self->layers = g_object_ref_sink (NORPC_ENDPOINT (layer));
      self->gate = norpc_gate_new ();
    }
  self->last_layer = layer;
}

/* Any thread: TRUE if it is the one that runs the host, and the service is not
 * handling a call, which it may not expect to be interrupted, nor has it had as many as
 * it may in one dispatch.
 */
gboolean
norpc_host_may_handle (NorpcHost *self)
{
  return g_atomic_pointer_get (&self->busy_thread) == g_thread_self () &&
         !self->handling && self->n_left > 0 && self->service != NULL;
}

/* The host's context: a call that has come through the layers, if there are
 * any.
 */
void
norpc_host_handle (NorpcHost *self,
                   NorpcCall *call)
{
  norpc_home_check (self->home, self, call);

  if (self->n_left > 0)
    self->n_left--;
  self->handling = TRUE;
  /* Behind layers, others may be handled before the backlog drops it. */
  norpc_dispatch (call, self->service, self->gate == NULL);
  self->handling = FALSE;

  if (self->gate == NULL)
    return;

  /* The backlog may also be done with it, or not know it. */
  norpc_backlog_note_kept (call);
  norpc_channel_note_attempt (self->channel, call);
}

/* The host's context: what the layers passed on elsewhere, or while the service
 * was busy.
 */
void
norpc_host_serve_gate (NorpcHost *self)
{
  while (self->n_left > 0)
    {
      g_autoptr (NorpcCall) call = norpc_gate_take (self->gate);

      if (call == NULL)
        break;
      norpc_host_handle (self, call);
    }
}
