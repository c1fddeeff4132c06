/* norpc-wait-queue-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-timer-private.h"
#include "norpc-wait-queue-private.h"

G_BEGIN_DECLS

/* Private to the files of the wait queue. */

struct _NorpcWaitQueue
{
  gatomicrefcount ref_count; /* one for the layer, for the drain, and for each entry */

  const NorpcWaitQueueFuncs *funcs;
  void                     (*drain) (NorpcWaitQueue *self); /* since construction */
  GWeakRef                   layer;
  NorpcTimer                 timer; /* starts the drain */

  GMutex   lock;
  GQueue   waiting;   /* of Entry [lock] */
  GQueue   probes;   /* of Entry [lock] */
  guint    n_passed; /* [lock]: calls that have passed and not completed */
  guint    max_waiting; /* [lock] */
  gboolean passing;  /* [lock]: a sending thread asks the next endpoint, and passes its call on */
  gboolean draining; /* [lock]: the drain is running, or about to start */
  gboolean forwarding; /* [lock]: the drain asks the next endpoint, and passes a call on */
  gboolean asking;   /* [lock]: a probe is pending at the next endpoint */
  gboolean granted;  /* [lock]: the probe was answered with an error, which one call is passed
                        on to find out */
  gboolean closed;   /* [lock] */
};

extern const NorpcTimerFuncs norpc_wait_queue_timer_funcs;

NorpcWaitQueue *norpc_wait_queue_ref (NorpcWaitQueue *self);

/* Entries */
gboolean   norpc_wait_queue_push_locked        (NorpcWaitQueue *self,
                                                GQueue         *queue,
                                                NorpcCall      *call,
                                                gboolean        first);
gboolean   norpc_wait_queue_count_locked       (NorpcWaitQueue *self,
                                                NorpcCall      *call);
NorpcCall *norpc_wait_queue_pop_locked         (NorpcWaitQueue *self,
                                                NorpcLayer     *layer);
GPtrArray *norpc_wait_queue_take_probes_locked (NorpcWaitQueue *self,
                                                NorpcLayer     *layer);
void       norpc_wait_queue_list_locked        (GPtrArray      *calls,
                                                GQueue         *queue);

/* The drain */
void     norpc_wait_queue_start_timer_locked (NorpcWaitQueue *self,
                                              NorpcLayer     *layer);
gboolean norpc_wait_queue_is_next_ready      (NorpcLayer     *layer);
void     norpc_wait_queue_answer_probe       (NorpcWaitQueue *self,
                                              NorpcLayer     *layer,
                                              NorpcCall      *probe);

G_END_DECLS
