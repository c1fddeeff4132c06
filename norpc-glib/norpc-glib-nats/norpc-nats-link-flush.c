/* norpc-nats-link-flush.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-link-parts-private.h"

/* Thread-safe. */
static void
flush_unref (NorpcNatsFlush *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  norpc_nats_link_unref (self->link);
  g_free (self);
}

/* Runs in the thread of the link. */
static void
flushed (gpointer data)
{
  NorpcNatsFlush *self = data;

  g_queue_remove (&self->link->flushes, self);
  norpc_nats_flush_end (self, self->status);
  flush_unref (self);
}

/* Runs in a thread of the pool. */
static void
flush_in_pool (gpointer data)
{
  NorpcNatsFlush *self = data;

  self->status = natsConnection_FlushTimeout (self->link->nats, self->milliseconds);
  norpc_nats_link_invoke (self->link, flushed, self);
}

/* Runs in the thread of the link. */
static void
begin_flush (NorpcNatsLink  *link,
             natsConnection *nats,
             gpointer        data)
{
  NorpcNatsFlush *self = data;

  if (nats == NULL)
    {
      norpc_nats_flush_end (self, NATS_CONNECTION_CLOSED);
      flush_unref (self);
      return;
    }

  g_queue_push_tail (&link->flushes, self);
  norpc_nats_link_invoke_blocking (flush_in_pool, self);
}

/* Runs in the thread of the link, after all that was to be sent before. */
static void
run_flush (gpointer data)
{
  norpc_nats_link_invoke_connected (((NorpcNatsFlush *) data)->link, begin_flush, data);
}

/* Thread-safe. Calls @func once the server has got all that was sent before, or the connection is lost or closed. If
 * there is none, this begins when there is one again.
 */
void
norpc_nats_link_flush (NorpcNatsLink       *self,
                       guint                milliseconds,
                       NorpcNatsFlushedFunc func,
                       gpointer             data)
{
  NorpcNatsFlush *flush = g_new0 (NorpcNatsFlush, 1);

  g_atomic_ref_count_init (&flush->ref_count);
  flush->link = norpc_nats_link_ref (self);
  flush->milliseconds = milliseconds;
  flush->func = func;
  flush->data = data;
  norpc_nats_link_invoke (self, run_flush, flush);
}
