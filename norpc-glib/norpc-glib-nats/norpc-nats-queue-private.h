/* norpc-nats-queue-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Items that other threads put in, for a function in one main context. */
typedef struct _NorpcNatsQueue NorpcNatsQueue;

/* Runs in the context of the queue. Takes ownership of @item. */
typedef void (*NorpcNatsQueueFunc) (gpointer item,
                                    gpointer data);

NorpcNatsQueue *norpc_nats_queue_new  (GMainContext       *context,
                                       const char         *name,
                                       NorpcNatsQueueFunc  func,
                                       gpointer            data,
                                       GDestroyNotify      destroy);
void            norpc_nats_queue_push (NorpcNatsQueue     *self,
                                       gpointer            item);
void            norpc_nats_queue_push_urgent (NorpcNatsQueue *self,
                                              gpointer        item);
void            norpc_nats_queue_free (NorpcNatsQueue     *self);

G_END_DECLS
