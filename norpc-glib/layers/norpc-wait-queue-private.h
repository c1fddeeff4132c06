/* norpc-wait-queue-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-layer.h"

G_BEGIN_DECLS

/*
 * The calls that a layer holds, in the order in which they came, and how many it has
 * passed on that have not ended.
 *
 * A call that need not wait passes in the thread that sends it. One that had to wait is
 * passed on by the drain: a job in a thread of GLib's pool, one at a time for each queue,
 * that is started by whatever may let a call pass (another one ended, a time has come,
 * the next endpoint is ready). So no thread passes on the calls of others, and no call
 * overtakes another. A call that ends while it is held leaves the queue at once.
 */
typedef struct _NorpcWaitQueue NorpcWaitQueue;

/* Functions of the layer, called with the lock of the queue held: they call no foreign code. */
typedef struct
{
  gboolean (*admit)    (NorpcLayer *layer, /* whether one more call passes now: then it counts */
                        guint       n_passed,
                        gboolean    was_held);
  guint    (*get_room) (NorpcLayer *layer, /* for how many calls, beside those that it has */
                        guint       n_passed,
                        guint       n_held);
  gint64   (*get_time) (NorpcLayer *layer); /* (nullable): when to ask again */
  void     (*promise)  (NorpcLayer *layer, /* (nullable): so many that waited for room have it */
                        guint       n_told);

  gboolean counts_passed;  /* until they have ended */
  gboolean asks_next;      /* passes calls only while the next endpoint is ready */
} NorpcWaitQueueFuncs;

NorpcWaitQueue *norpc_wait_queue_new         (NorpcLayer                *layer,
                                              const NorpcWaitQueueFuncs *funcs);
void            norpc_wait_queue_unref       (NorpcWaitQueue            *self);
void            norpc_wait_queue_lock        (NorpcWaitQueue            *self);
void            norpc_wait_queue_unlock      (NorpcWaitQueue            *self);
void            norpc_wait_queue_set_max     (NorpcWaitQueue            *self,
                                              guint                      max_held);
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
