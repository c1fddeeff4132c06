/* norpc-retry-queue-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-layer.h"

G_BEGIN_DECLS

/*
 * The calls that wait for their next attempt, each for twice as long as before, minus a random
 * fraction, so that calls that failed together are not retried together.
 *
 * When a call is due, it is sent in a thread of the pool.
 */
typedef struct _NorpcRetryQueue NorpcRetryQueue;

/* Embedded in the object that waits. */
typedef struct
{
  gpointer       data;  /* (owned), while it waits: the object that it is embedded in */
  gint64         time;  /* [lock]: of the next attempt */
  GSequenceIter *iter; /* (nullable) [lock] */
} NorpcRetryEntry;

typedef void (*NorpcRetryQueueFunc) (gpointer    data,   /* owned */
                                     NorpcLayer *layer); /* (nullable): NULL if the layer was
                                                            disposed of */

NorpcRetryQueue *norpc_retry_queue_new    (NorpcLayer          *layer,
                                           NorpcRetryQueueFunc  func);
NorpcRetryQueue *norpc_retry_queue_ref    (NorpcRetryQueue     *self);
void             norpc_retry_queue_unref  (NorpcRetryQueue     *self);
gboolean         norpc_retry_queue_add    (NorpcRetryQueue     *self,
                                           NorpcRetryEntry     *entry,
                                           gint64               time);
gboolean         norpc_retry_queue_remove (NorpcRetryQueue     *self,
                                           NorpcRetryEntry     *entry);
void             norpc_retry_queue_close  (NorpcRetryQueue     *self);

gint64 norpc_retry_get_delay (guint delay,
                              guint max_delay,
                              guint n_attempts);

G_END_DECLS
