/* norpc-reply-queue-table.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-reply-queue-private.h"
#include "norpc-reply-queue-table-private.h"

/* Inboxes by context. The lock protects the table; a context's own lock may be
 * taken while it is held.
 */
static GMutex inboxes_lock;
static GHashTable *inboxes; /* (owned) (nullable): of unowned GMainContext and NorpcInbox */

/* The calling thread. Returns the inbox of @context (owned), which is made if there
 * is none.
 */
NorpcInbox *
norpc_inbox_table_get (GMainContext *context)
{
  NorpcInbox *inbox;

  g_mutex_lock (&inboxes_lock);
  if (inboxes == NULL)
    inboxes = g_hash_table_new (NULL, NULL);
  inbox = g_hash_table_lookup (inboxes, context);
  if (inbox == NULL)
    {
      inbox = norpc_inbox_new (context);
      g_hash_table_insert (inboxes, context, inbox);
    }
  norpc_inbox_ref (inbox);
  g_mutex_unlock (&inboxes_lock);

  return inbox;
}

/* Any thread: @context is being freed. Another may have got its address by now. */
void
norpc_inbox_table_remove (GMainContext *context,
                          NorpcInbox   *inbox)
{
  g_mutex_lock (&inboxes_lock);
  if (g_hash_table_lookup (inboxes, context) == inbox)
    g_hash_table_remove (inboxes, context);
  g_mutex_unlock (&inboxes_lock);
}
