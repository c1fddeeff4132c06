/* norpc-line.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-channel-private.h"
#include "norpc-error.h"
#include "norpc-line-private.h"

struct _NorpcLine
{
  gatomicrefcount ref_count; /* one for the layer, one for each call that has not ended */

  const NorpcLineFuncs *funcs;
  GWeakRef              layer;

  GMutex   lock;
  GQueue   held;     /* of Place [lock] */
  GQueue   probes;   /* of Place [lock] */
  guint    n_passed; /* [lock]: and not ended */
  guint    max_held; /* [lock] */
  gboolean draining; /* [lock]: a thread does, and does not need the lock to know */
  gboolean again;    /* [lock]: it has to look again */
  gboolean closed;   /* [lock] */
};

/* A call's place in the line: it is there until the call has ended, and who
 * ends that frees it.
 */
typedef struct
{
  NorpcCallWatch watch; /* the first */
  NorpcLine     *line;  /* (owned) */
  GQueue        *queue; /* (nullable) [lock]: where it waits */
  GList          link;  /* [lock] */
  NorpcCall     *call;  /* (owned) (nullable) [lock]: as long as it waits */
  gboolean       passed; /* [lock] */
} Place;

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

/* With the lock held: takes a place out of where it waits. Returns its call
 * (owned).
 */
static NorpcCall *
leave_locked (Place *place)
{
  g_queue_unlink (place->queue, &place->link);
  place->queue = NULL;

  return g_steal_pointer (&place->call);
}

/* The thread that ends the call. */
static void
call_ended (NorpcCallWatch *watch,
            NorpcCall      *call G_GNUC_UNUSED)
{
  Place *place = (Place *) watch;
  NorpcLine *self = place->line;
  NorpcCall *held = NULL;
  gboolean waiting;

  g_mutex_lock (&self->lock);
  if (place->queue != NULL)
    held = leave_locked (place);
  else if (place->passed)
    self->n_passed--;
  waiting = self->held.length + self->probes.length > 0;
  g_mutex_unlock (&self->lock);

  g_free (place);
  g_clear_pointer (&held, norpc_call_unref);

  if (waiting)
    {
      g_autoptr (NorpcLayer) layer = g_weak_ref_get (&self->layer);

      if (layer != NULL)
        norpc_line_drain (self, layer);
    }

  norpc_line_unref (self);
}

/* Any thread, which has the call: takes it. FALSE if the line is closed. */
static gboolean
push (NorpcLine *self,
      GQueue    *queue,
      NorpcCall *call)
{
  Place *place = g_new0 (Place, 1);
  gboolean closed, taken;

  place->line = self;
  place->link.data = place;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  taken = !closed && norpc_call_add_watch (call, &place->watch, call_ended);
  if (taken)
    {
      /* Who ends the call meanwhile waits for the lock. */
      g_atomic_ref_count_inc (&self->ref_count);
      place->call = call;
      place->queue = queue;
      g_queue_push_tail_link (queue, &place->link);
    }
  g_mutex_unlock (&self->lock);

  if (!taken)
    {
      if (closed)
        norpc_call_refuse (call, NORPC_ERROR_CLOSED, "was not passed on: the layer that held it is gone");
      norpc_call_unref (call);
      g_free (place);
    }

  return taken;
}

/* Any thread: takes the first of those that wait in @queue (owned), or NULL. */
static NorpcCall *
pop (NorpcLine *self,
     GQueue    *queue,
     gboolean   to_pass)
{
  NorpcCall *call = NULL;

  g_mutex_lock (&self->lock);
  if (queue->head != NULL)
    {
      Place *place = queue->head->data;

      call = leave_locked (place);
      place->passed = to_pass;
      if (to_pass)
        self->n_passed++;
    }
  g_mutex_unlock (&self->lock);

  return call;
}

/* The thread that drains: the last of those that are held, if they are too
 * many (owned), or NULL.
 */
static NorpcCall *
pop_excess (NorpcLine *self)
{
  NorpcCall *call = NULL;

  g_mutex_lock (&self->lock);
  if (self->held.length > self->max_held)
    call = leave_locked (self->held.tail->data);
  g_mutex_unlock (&self->lock);

  return call;
}

static void
refuse (NorpcCall *call)
{
  norpc_call_refuse (call, NORPC_ERROR_BUSY, "was not accepted: it would have had to wait");
  norpc_call_unref (call);
}

/* The thread that drains. */
static gboolean
has_waiting (NorpcLine *self,
             GQueue    *queue)
{
  gboolean waiting;

  g_mutex_lock (&self->lock);
  waiting = queue->length > 0 && !self->closed;
  g_mutex_unlock (&self->lock);

  return waiting;
}

/* The thread that drains: FALSE if the first call has to wait. */
static gboolean
drain_call (NorpcLine  *self,
            NorpcLayer *layer)
{
  NorpcLineVerdict verdict;
  NorpcCall *call;

  if (!has_waiting (self, &self->held))
    return FALSE;

  verdict = self->funcs->judge (layer);
  if (verdict == NORPC_LINE_HOLD)
    return FALSE;

  /* It may have ended, and be another one by now. */
  call = pop (self, &self->held, verdict == NORPC_LINE_PASS);
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

  if (!has_waiting (self, &self->probes) || !self->funcs->has_room (layer))
    return FALSE;

  probe = pop (self, &self->probes, FALSE);
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
      while ((excess = pop_excess (self)) != NULL)
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
  gboolean sync = call->waiter == NORPC_CALL_WAITER_SYNC;

  /* It may be answered, and gone, once it is in the line. */
  if (sync)
    norpc_call_hold (call);

  if (push (self, &self->held, call))
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
  if (push (self, &self->probes, probe))
    norpc_line_drain (self, layer);
}

/* Whoever disposes of the layer: everything that waits is answered, and what
 * may still come is.
 */
void
norpc_line_close (NorpcLine *self)
{
  NorpcCall *call;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);

  while ((call = pop (self, &self->held, FALSE)) != NULL ||
         (call = pop (self, &self->probes, FALSE)) != NULL)
    {
      norpc_call_refuse (call, NORPC_ERROR_CLOSED, "was not passed on: the layer that held it is gone");
      norpc_call_unref (call);
    }
}

/* Any thread: whether a call or a probe waits. */
gboolean
norpc_line_is_waiting (NorpcLine *self)
{
  gboolean waiting;

  g_mutex_lock (&self->lock);
  waiting = self->held.length + self->probes.length > 0;
  g_mutex_unlock (&self->lock);

  return waiting;
}

/* Any thread: how many calls wait. */
guint
norpc_line_get_n_held (NorpcLine *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->held.length;
  g_mutex_unlock (&self->lock);

  return n;
}

/* Any thread: how many calls have passed and not ended. */
guint
norpc_line_get_n_passed (NorpcLine *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->n_passed;
  g_mutex_unlock (&self->lock);

  return n;
}

/* Any thread: how many calls have come and not ended. */
guint
norpc_line_get_n_open (NorpcLine *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->held.length + self->n_passed;
  g_mutex_unlock (&self->lock);

  return n;
}
