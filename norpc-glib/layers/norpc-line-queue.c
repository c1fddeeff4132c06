/* norpc-line-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What waits in a line, and leaves it when it ends. */

#include "norpc-call-private.h"
#include "norpc-error.h"
#include "norpc-line-queue-private.h"

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
gboolean
norpc_line_push (NorpcLine *self,
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
NorpcCall *
norpc_line_pop (NorpcLine *self,
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
NorpcCall *
norpc_line_pop_excess (NorpcLine *self)
{
  NorpcCall *call = NULL;

  g_mutex_lock (&self->lock);
  if (self->held.length > self->max_held)
    call = leave_locked (self->held.tail->data);
  g_mutex_unlock (&self->lock);

  return call;
}

/* The thread that drains. */
gboolean
norpc_line_has_waiting (NorpcLine *self,
                        GQueue    *queue)
{
  gboolean waiting;

  g_mutex_lock (&self->lock);
  waiting = queue->length > 0 && !self->closed;
  g_mutex_unlock (&self->lock);

  return waiting;
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

  while ((call = norpc_line_pop (self, &self->held, FALSE)) != NULL ||
         (call = norpc_line_pop (self, &self->probes, FALSE)) != NULL)
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
