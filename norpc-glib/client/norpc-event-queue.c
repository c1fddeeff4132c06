/* norpc-event-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-event-queue-private.h"

struct _NorpcEventBatch
{
  NorpcReplyLink   link;
  NorpcEventQueue *queue; /* (unowned): lives as long as the reply queue that owns the batch */
  NorpcEvent      *first; /* (owned) (nullable) [lock]: oldest first */
  NorpcEvent      *last;  /* (unowned) (nullable) [lock] */
};

void
norpc_event_queue_init (NorpcEventQueue *self)
{
  g_mutex_init (&self->lock);
}

void
norpc_event_queue_clear (NorpcEventQueue *self)
{
  g_mutex_clear (&self->lock);
}

/* Thread-safe. Called when the context is freed. From then on, no event is accepted. */
void
norpc_event_queue_close (NorpcEventQueue *self)
{
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  self->last = NULL;
  g_mutex_unlock (&self->lock);
}

/* Called with no lock held. Takes the events out of the batch, which is freed. */
static NorpcEvent *
take_events (NorpcEventBatch *batch)
{
  NorpcEventQueue *self = batch->queue;
  NorpcEvent *first;

  g_mutex_lock (&self->lock);
  if (self->last == batch)
    self->last = NULL;
  first = batch->first;
  for (NorpcEvent *event = first; event != NULL; event = (NorpcEvent *) event->link.next)
    {
      event->batch = NULL;
      if (event->impl->unpacked_locked != NULL)
        event->impl->unpacked_locked (event);
    }
  if (batch->last != NULL)
    batch->last->link.next = batch->link.next;
  g_mutex_unlock (&self->lock);

  return first;
}

/* Runs in the client's context. */
static NorpcReplyLink *
unpack_batch (NorpcReplyLink *link)
{
  NorpcReplyLink *next = link->next;
  NorpcEvent *first = take_events ((NorpcEventBatch *) link);

  g_free (link);

  return first != NULL ? &first->link : next;
}

/* Called with no lock held. Frees events that are linked to each other. */
void
norpc_events_free (NorpcEvent *first)
{
  while (first != NULL)
    {
      NorpcEvent *next = (NorpcEvent *) first->link.next;

      first->impl->free (first);
      first = next;
    }
}

/* Thread-safe. */
static void
discard_batch (NorpcReplyLink *link)
{
  link->next = NULL;
  norpc_events_free (take_events ((NorpcEventBatch *) link));
  g_free (link);
}

static const NorpcEventFuncs batch_funcs = { unpack_batch, NULL, discard_batch };
static const NorpcCallSink batch_sink = { NULL, &batch_funcs };

/* Runs in the client's context. */
static void
run_event (NorpcReplyLink *link)
{
  NorpcEvent *event = (NorpcEvent *) link;

  event->impl->run (event);
}

/* Thread-safe. */
static void
discard_event (NorpcReplyLink *link)
{
  NorpcEvent *event = (NorpcEvent *) link;

  event->impl->free (event);
}

static const NorpcEventFuncs event_funcs = { NULL, run_event, discard_event };
static const NorpcCallSink event_sink = { NULL, &event_funcs };

static void
append_to_batch (NorpcEventBatch *batch,
                 NorpcEvent      *event)
{
  event->batch = batch;
  event->previous = batch->last;
  event->link = (NorpcReplyLink) { NULL, &event_sink };
  if (batch->last != NULL)
    batch->last->link.next = &event->link;
  else
    batch->first = event;
  batch->last = event;
}

/* Thread-safe. Called with the lock held, while the queue is not closed. Takes ownership of
 * @event. @newest is the newest link of the reply queue. Returns a link (owned) to be pushed, or
 * NULL if the event joined the newest link.
 */
NorpcReplyLink *
norpc_event_queue_append_locked (NorpcEventQueue *self,
                                 NorpcReplyLink  *newest,
                                 NorpcEvent      *event)
{
  if (event->impl->kind == NORPC_EVENT_SINGLE || event->impl->kind != self->kind)
    self->n_runs++;
  self->kind = event->impl->kind;
  event->run = self->n_runs;

  if (self->last != NULL && newest == &self->last->link)
    {
      append_to_batch (self->last, event);
      return NULL;
    }

  self->last = g_new0 (NorpcEventBatch, 1);
  self->last->link.sink = &batch_sink;
  self->last->queue = self;
  append_to_batch (self->last, event);

  return &self->last->link;
}

/* Thread-safe. Called with the lock held. Returns TRUE if neither a reply nor an event of another
 * kind is between two events of the queue.
 */
gboolean
norpc_event_may_merge_locked (NorpcEvent *event,
                              NorpcEvent *newer)
{
  return event->batch == newer->batch && event->run == newer->run;
}

/* Thread-safe. Called with the lock held. The caller owns the event from then on. */
void
norpc_event_queue_remove_locked (NorpcEvent *event)
{
  NorpcEventBatch *batch = event->batch;
  NorpcEvent *next = (NorpcEvent *) event->link.next;

  if (event->previous != NULL)
    event->previous->link.next = event->link.next;
  else
    batch->first = next;
  if (next != NULL)
    next->previous = event->previous;
  else
    batch->last = event->previous;
  event->batch = NULL;
}
