/* norpc-event-queue-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"

G_BEGIN_DECLS

typedef struct _NorpcEvent NorpcEvent;
typedef struct _NorpcEventBatch NorpcEventBatch;

/* A newer event may take the place of an older one if all events between them are of their kind. */
typedef enum
{
  NORPC_EVENT_SINGLE, /* keeps its place */
  NORPC_EVENT_PROPERTIES,
  NORPC_EVENT_LIST
} NorpcEventKind;

/* The functions of an event. */
typedef struct
{
  void (*unpacked_locked) (NorpcEvent *self); /* (nullable), in the client's context, with the lock
                                                 held: the event is about to be delivered, and can
                                                 no longer be removed */
  void (*run)  (NorpcEvent *self); /* in the client's context: takes ownership of @self */
  void (*free) (NorpcEvent *self); /* thread-safe: takes ownership of @self */
  NorpcEventKind kind;
} NorpcEventImpl;

/* A signal or a change on its way from a service to a client. An implementation embeds the struct. */
struct _NorpcEvent
{
  NorpcReplyLink        link;     /* the next event of the batch */
  const NorpcEventImpl *impl;     /* since construction */
  NorpcEventBatch      *batch;    /* (unowned) (nullable) [lock]: until it is unpacked */
  NorpcEvent           *previous; /* (unowned) (nullable) [lock]: in the batch */
  guint                 run;      /* [lock]: which of the runs of events of one kind it belongs to */
};

/*
 * The events in the reply queue of a context, which can be removed again as long as the context
 * does not run: a client that is slow or blocked keeps a bounded number of them.
 *
 * Consecutive events share a link of the reply queue, a batch. A new batch begins only behind a
 * reply, or when the context has taken the previous one, so the number of batches is bounded by
 * the number of calls in flight.
 *
 * The lock is taken before that of the waker. No other code runs while it is held.
 */
typedef struct
{
  GMutex           lock;
  NorpcEventBatch *last;   /* (unowned) (nullable) [lock]: the newest, until it is unpacked */
  guint            n_runs; /* [lock]: runs of events of one kind, so far */
  NorpcEventKind   kind;   /* [lock]: of the newest event */
  gboolean         closed; /* [lock]: the context has been freed */
} NorpcEventQueue;

/* Called in the thread that owns the events, which are linked to each other. Adds @event (nullable) to
 * them.
 */
static inline void
norpc_events_prepend (NorpcEvent **events,
                      NorpcEvent  *event)
{
  if (event == NULL)
    return;

  event->link.next = *events != NULL ? &(*events)->link : NULL;
  *events = event;
}

void norpc_event_queue_init  (NorpcEventQueue *self);
void norpc_event_queue_clear (NorpcEventQueue *self);
void norpc_event_queue_close (NorpcEventQueue *self);

NorpcReplyLink *norpc_event_queue_append_locked (NorpcEventQueue *self,
                                                 NorpcReplyLink  *newest,
                                                 NorpcEvent      *event);
void            norpc_event_queue_remove_locked (NorpcEvent      *event);
gboolean        norpc_event_may_merge_locked    (NorpcEvent      *event,
                                                 NorpcEvent      *newer);
void            norpc_events_free               (NorpcEvent      *first);

G_END_DECLS
