/* norpc-reply-queue-table.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-reply-queue-private.h"
#include "norpc-reply-queue-table-private.h"

/* Inboxes by context. The lock protects the table; a context's own lock may be
 * taken while it is held.
 */
static GMutex reply_queues_lock;
static GHashTable *reply_queues; /* (owned) (nullable): of unowned GMainContext and NorpcReplyQueue */

/* The calling thread. Returns the reply queue of @context (owned), which is made if there
 * is none.
 */
NorpcReplyQueue *
norpc_reply_queue_table_get (GMainContext *context)
{
  NorpcReplyQueue *reply_queue;

  g_mutex_lock (&reply_queues_lock);
  if (reply_queues == NULL)
    reply_queues = g_hash_table_new (NULL, NULL);
  reply_queue = g_hash_table_lookup (reply_queues, context);
  if (reply_queue == NULL)
    {
      reply_queue = norpc_reply_queue_new (context);
      g_hash_table_insert (reply_queues, context, reply_queue);
    }
  norpc_reply_queue_ref (reply_queue);
  g_mutex_unlock (&reply_queues_lock);

  return reply_queue;
}

/* Any thread: @context is being freed. Another may have got its address by now. */
void
norpc_reply_queue_table_remove (GMainContext    *context,
                                NorpcReplyQueue *reply_queue)
{
  g_mutex_lock (&reply_queues_lock);
  if (g_hash_table_lookup (reply_queues, context) == reply_queue)
    g_hash_table_remove (reply_queues, context);
  g_mutex_unlock (&reply_queues_lock);
}
