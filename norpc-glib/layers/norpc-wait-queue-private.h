/* norpc-wait-queue-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-layer.h"

G_BEGIN_DECLS

/*
 * The calls that wait in a layer, in the order in which they arrived, and the number of calls
 * that it has passed on and that have not completed.
 *
 * A call that need not wait passes in the thread that sends it. A call that had to wait is
 * passed on by the drain: a job in a thread of GLib's pool, one at a time for each queue, that
 * is started by any event that may let a call pass (another call completes, a timer fires, the
 * next endpoint becomes ready). Thus no thread passes on the calls of others, and no call
 * overtakes another. A call that completes while it waits leaves the queue immediately.
 */
typedef struct _NorpcWaitQueue NorpcWaitQueue;

/* Functions of the layer. They are called with the lock of the queue held, and must not run
 * application code.
 */
typedef struct
{
  gboolean (*admit)    (NorpcLayer *layer, /* whether one more call may pass now, which is then
                                              counted */
                        guint       n_passed,
                        gboolean    has_waited);
  guint    (*get_capacity) (NorpcLayer *layer, /* the number of calls that it can take in addition */
                        guint       n_passed,
                        guint       n_waiting);
  gint64   (*get_time) (NorpcLayer *layer); /* (nullable): when to try again */
  void     (*promise)  (NorpcLayer *layer, /* (nullable): @n_notified waiting clients are
                                              notified */
                        guint       n_notified);

  gboolean counts_passed;  /* counts calls until they complete */
  gboolean asks_next;      /* passes calls on only while the next endpoint is ready */
} NorpcWaitQueueFuncs;

NorpcWaitQueue *norpc_wait_queue_new         (NorpcLayer                *layer,
                                              const NorpcWaitQueueFuncs *funcs);
void            norpc_wait_queue_unref       (NorpcWaitQueue            *self);
void            norpc_wait_queue_lock        (NorpcWaitQueue            *self);
void            norpc_wait_queue_unlock      (NorpcWaitQueue            *self);
void            norpc_wait_queue_set_max     (NorpcWaitQueue            *self,
                                              guint                      max_waiting);
void            norpc_wait_queue_send        (NorpcWaitQueue            *self,
                                              NorpcLayer                *layer,
                                              NorpcCall                 *call);
gboolean        norpc_wait_queue_is_ready    (NorpcWaitQueue            *self,
                                              NorpcLayer                *layer);
void            norpc_wait_queue_await_ready (NorpcWaitQueue            *self,
                                              NorpcLayer                *layer,
                                              NorpcCall                 *probe);
void            norpc_wait_queue_drain       (NorpcWaitQueue            *self);
void            norpc_wait_queue_close       (NorpcWaitQueue            *self);

G_END_DECLS
