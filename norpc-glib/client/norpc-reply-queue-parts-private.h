/* norpc-reply-queue-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-spin-private.h"
#include "core/norpc-waker-private.h"
#include "norpc-reply-queue-private.h"
#include "norpc-timeouts-private.h"

G_BEGIN_DECLS

/* A reply queue, for the files that implement it. */
struct _NorpcReplyQueue
{
  gatomicrefcount ref_count; /* one for the source, and one for each thread's cache */

  GMainContext *context; /* (unowned), but owned while n_open > 0 */
  NorpcWaker   *waker;   /* (owned), since construction */
  int           gone;    /* atomic: the context has been freed */
  int           n_open;  /* atomic: the number of calls in flight */
  NorpcReplyLink *head;  /* (owned), atomic: newest first; of calls, the client's halves */

  NorpcTimeouts   deadlines; /* has its own lock */
  NorpcEventQueue events;    /* has its own lock: the events among the replies */

  /* Accessed in the client's context. */
  NorpcReplyLink *first; /* (owned): taken off the stack, oldest first */
  NorpcSpin       spin;
  guint32         time;  /* of the last iteration of the context that has checked or dispatched the
                            source: the low bits */
  gboolean        had_burst; /* several replies were delivered in the last dispatch, and more are
                                expected soon */

  /* Accessed in the thread that runs the context, if that is a NorpcThread: */
  gboolean   lists; /* it must complete its calls in flight when it ends */
  NorpcCall *sent;  /* (unowned) (nullable): its calls in flight, newest first */
  guint      n_rounds; /* how many times it has cancelled calls */
};

/* In place of an empty stack: the context sleeps, or is about to. If it naps, it does not sleep for
 * long; see norpc-burst-private.h
 */
#define NORPC_REPLY_QUEUE_ASLEEP ((NorpcReplyLink *) &norpc_reply_queue_markers[0])
#define NORPC_REPLY_QUEUE_NAPPING ((NorpcReplyLink *) &norpc_reply_queue_markers[1])

extern const char norpc_reply_queue_markers[2];

static inline gboolean
norpc_reply_queue_is_marker (const NorpcReplyLink *head)
{
  return head == NORPC_REPLY_QUEUE_ASLEEP || head == NORPC_REPLY_QUEUE_NAPPING;
}

/* The source */
void norpc_reply_queue_attach         (NorpcReplyQueue *self,
                                       GDestroyNotify   gone);
void norpc_reply_queue_discard_events (NorpcReplyQueue *self);

/* The calls in flight of a thread */
void norpc_reply_queue_list_call   (NorpcReplyQueue *self,
                                    NorpcCall       *call);
void norpc_reply_queue_unlist_call (NorpcReplyQueue *self,
                                    NorpcCall       *call);

G_END_DECLS
