/* norpc-line.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Who passes on what waits in a line, and when. */

#include "norpc-call-private.h"
#include "norpc-channel-private.h"
#include "norpc-error.h"
#include "norpc-line-queue-private.h"

NorpcLine *
norpc_line_new (NorpcLayer           *layer,
                const NorpcLineFuncs *funcs)
{
  NorpcLine *self = g_new0 (NorpcLine, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_weak_ref_init (&self->layer, layer);
  g_mutex_init (&self->lock);
  self->funcs = funcs;
  self->max_held = G_MAXUINT;

  return self;
}

void
norpc_line_unref (NorpcLine *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->held.length == 0 && self->probes.length == 0);

  g_weak_ref_clear (&self->layer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Any thread, before the first call: when no more can pass, and more than this
 * many are held, the last are refused.
 */
void
norpc_line_set_max (NorpcLine *self,
                    guint      max_held)
{
  g_mutex_lock (&self->lock);
  self->max_held = max_held;
  g_mutex_unlock (&self->lock);
}

static void
refuse (NorpcCall *call)
{
  norpc_call_refuse (call, NORPC_ERROR_BUSY, "was not accepted: it would have had to wait");
  norpc_call_unref (call);
}

/* The thread that drains: FALSE if the first call has to wait. */
static gboolean
drain_call (NorpcLine  *self,
            NorpcLayer *layer)
{
  NorpcLineVerdict verdict;
  NorpcCall *call;

  if (!norpc_line_has_waiting (self, &self->held))
    return FALSE;

  verdict = self->funcs->judge (layer);
  if (verdict == NORPC_LINE_HOLD)
    return FALSE;

  /* It may have ended, and be another one by now. */
  call = norpc_line_pop (self, &self->held, verdict == NORPC_LINE_PASS);
  if (call == NULL)
    return TRUE;

  if (verdict == NORPC_LINE_REFUSE)
    {
      refuse (call);
      return TRUE;
    }

  if (self->funcs->passing != NULL)
    self->funcs->passing (layer);
  norpc_layer_pass_on (layer, call);

  return TRUE;
}

/* The thread that drains: FALSE if the first probe has to wait. */
static gboolean
drain_probe (NorpcLine  *self,
             NorpcLayer *layer)
{
  NorpcEndpoint *endpoint = norpc_layer_get_endpoint (layer);
  NorpcCall *probe;

  if (!norpc_line_has_waiting (self, &self->probes) || !self->funcs->has_room (layer))
    return FALSE;

  probe = norpc_line_pop (self, &self->probes, FALSE);
  if (probe == NULL)
    return TRUE;

  if (self->funcs->promising != NULL)
    self->funcs->promising (layer);
  if (self->funcs->answers_probes || endpoint == NULL)
    {
      norpc_call_return_values (probe, 0, NULL);
      norpc_call_unref (probe);
    }
  else
    {
      norpc_endpoint_await_ready (endpoint, probe);
    }

  return TRUE;
}

/* FALSE if another thread drains the line: that looks again. */
static gboolean
begin_draining (NorpcLine *self)
{
  gboolean begun;

  g_mutex_lock (&self->lock);
  begun = !self->draining;
  self->draining = TRUE;
  self->again = !begun;
  g_mutex_unlock (&self->lock);

  return begun;
}

/* FALSE if the thread that drains has to look again. */
static gboolean
end_draining (NorpcLine *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = !self->again;
  self->draining = !ended;
  self->again = FALSE;
  g_mutex_unlock (&self->lock);

  return ended;
}

/* Any thread, which holds @layer: passes on what may pass. */
void
norpc_line_drain (NorpcLine  *self,
                  NorpcLayer *layer)
{
  NorpcCall *excess;

  if (!begin_draining (self))
    return;

  do
    {
      while (drain_call (self, layer))
        ;
      while ((excess = norpc_line_pop_excess (self)) != NULL)
        refuse (excess);
      while (drain_probe (self, layer))
        ;
      if (self->funcs->holding != NULL && norpc_line_is_waiting (self))
        self->funcs->holding (layer);
    }
  while (!end_draining (self));
}

/* Any thread, which holds the call: somebody waits for it, as long as it is held.
 * Whether that could only deadlock, the channel knows that it is going to.
 */
static void
announce (NorpcLayer *layer,
          NorpcCall  *call)
{
  NorpcEndpoint *endpoint = NORPC_ENDPOINT (layer);

  while (NORPC_IS_LAYER (endpoint))
    endpoint = norpc_layer_get_endpoint (NORPC_LAYER (endpoint));

  if (NORPC_IS_CHANNEL (endpoint))
    norpc_channel_expect (NORPC_CHANNEL (endpoint), call);
}

/* Any thread. */
void
norpc_line_send (NorpcLine  *self,
                 NorpcLayer *layer,
                 NorpcCall  *call)
{
  gboolean sync = call->waiting_thread != NULL;

  /* It may be answered, and gone, once it is in the line. */
  if (sync)
    norpc_call_hold (call);

  if (norpc_line_push (self, &self->held, call))
    norpc_line_drain (self, layer);

  if (sync)
    {
      if (g_atomic_pointer_get (&call->serving_thread) == NULL &&
          g_atomic_int_get (&call->state) == NORPC_CALL_OPEN)
        announce (layer, call);
      norpc_call_release (call);
    }
}

/* Any thread. */
gboolean
norpc_line_is_ready (NorpcLine  *self,
                     NorpcLayer *layer)
{
  NorpcEndpoint *endpoint = norpc_layer_get_endpoint (layer);

  return self->funcs->has_room (layer) &&
         (self->funcs->answers_probes || endpoint == NULL || norpc_endpoint_is_ready (endpoint));
}

/* Any thread. */
void
norpc_line_await_ready (NorpcLine  *self,
                        NorpcLayer *layer,
                        NorpcCall  *probe)
{
  if (norpc_line_push (self, &self->probes, probe))
    norpc_line_drain (self, layer);
}
