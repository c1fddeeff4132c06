/* norpc-channel-lane-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/* A lane of a channel: the queue of the calls of one priority.
 *
 * Its GAsyncQueue is one of chains of calls. A call that is pushed while a chain is in the queue
 * is appended to that chain, so that a burst of calls takes one element of the queue.
 *
 * The counters are those of accepted calls, of calls that the worker has served or skipped, and
 * of calls whose slots are free because of that or because they completed earlier. All counters
 * wrap around. They are on separate cache lines, because each end of the channel writes some of
 * them for each call.
 */
typedef struct
{
  GAsyncQueue *queue;       /* (owned): of the first calls (owned) of chains */
  NorpcCall   *last;        /* (unowned) (nullable) [queue]: of the chain in the queue */
  NorpcCall   *first;       /* (owned) (nullable) [queue]: the rest of a chain that was taken off
                               the queue */
  guint        accepted;    /* atomic, written with [queue] */
  guint        served_seen; /* [queue]: the value of `served` when a client last read it */
  guint        freed_seen;  /* [queue]: the value of `freed` when a client last read it */
  char         gap[NORPC_CACHE_LINE];
  guint        served;      /* atomic, written in the service's context */
  guint        freed;       /* atomic, written by any thread */
  int          deferred;    /* atomic, written in the service's context: how many unserved calls wait
                               for their turns; see norpc-channel-turns.c */
  char         end[NORPC_CACHE_LINE];
} NorpcLane;

/* Thread-safe. Gets the number of calls that the worker has not served, including completed
 * ones.
 */
static inline guint
norpc_lane_get_unserved (const NorpcLane *self)
{
  return (guint) g_atomic_int_get (&self->accepted) - (guint) g_atomic_int_get (&self->served);
}

/* Thread-safe. Returns TRUE if there is a call to be dequeued. */
static inline gboolean
norpc_lane_has_calls (const NorpcLane *self)
{
  return norpc_lane_get_unserved (self) > (guint) g_atomic_int_get (&self->deferred);
}

/* The functions below are called with the lock of the queue held. */

/* Takes ownership of @call. */
static inline void
norpc_lane_push_locked (NorpcLane *self,
                        NorpcCall *call)
{
  if (self->last != NULL)
    self->last->queue_next = call;
  else
    g_async_queue_push_unlocked (self->queue, call);
  self->last = call;
}

/* Returns the oldest call (owned), or NULL. */
static inline NorpcCall *
norpc_lane_pop_locked (NorpcLane *self)
{
  NorpcCall *call = self->first;

  if (call == NULL)
    {
      call = g_async_queue_try_pop_unlocked (self->queue);
      self->last = NULL;
    }
  if (call != NULL)
    self->first = g_steal_pointer (&call->queue_next);

  return call;
}

/* Returns a chain of the oldest calls (owned), or NULL. */
static inline NorpcCall *
norpc_lane_take_locked (NorpcLane *self)
{
  NorpcCall *chain = g_steal_pointer (&self->first);

  if (chain == NULL)
    {
      chain = g_async_queue_try_pop_unlocked (self->queue);
      self->last = NULL;
    }

  return chain;
}

void norpc_lane_list_locked (NorpcLane *self,
                             GPtrArray *calls);
void norpc_call_list_chain  (NorpcCall *first,
                             GPtrArray *calls);

G_END_DECLS
