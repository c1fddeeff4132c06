/* norpc-nats-link-flush.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-link-parts-private.h"

/* A wait of a thread of the pool, which ends the flushes in progress. */
typedef struct
{
  NorpcNatsLink *link; /* (owned) */
  gint64         milliseconds;
  natsStatus     status; /* once the library is done with it */
} Round;

static void begin_round (NorpcNatsLink *self);

/* Runs in the thread of the link. */
static void
free_flush (NorpcNatsFlush *self)
{
  norpc_nats_link_unref (self->link);
  g_free (self);
}

/* Runs in the thread of the link. */
static void
end_round (gpointer data)
{
  Round *round = data;
  NorpcNatsLink *self = round->link;
  NorpcNatsFlush *flush;

  self->is_flushing = FALSE;
  if (round->status != NATS_OK)
    self->has_one_way = self->has_one_way || self->flushes_one_way;
  self->flushes_one_way = FALSE;
  if (round->status != NATS_OK && round->status != NATS_TIMEOUT)
    norpc_nats_link_lose_unflushed (self); /* the library may not have said yet that the connection is lost */
  while ((flush = g_queue_pop_head (&self->flushes)) != NULL)
    {
      norpc_nats_flush_end (flush, round->status);
      free_flush (flush);
    }
  begin_round (self);
  norpc_nats_link_unref (self);
  g_free (round);
}

/* Runs in a thread of the pool. */
static void
flush_in_pool (gpointer data)
{
  Round *self = data;

  self->status = natsConnection_FlushTimeout (self->link->nats, self->milliseconds);
  norpc_nats_link_invoke (self->link, end_round, self);
}

/* Runs in the thread of the link. Moves the next flushes to those in progress, but for those that have waited too long.
 * Returns when the last of them is to end, or 0 if none is left.
 */
static gint64
take_next (NorpcNatsLink *self)
{
  NorpcNatsFlush *flush;
  gint64 end = 0;

  while ((flush = g_queue_pop_head (&self->next_flushes)) != NULL)
    if (norpc_nats_flush_is_awaited (flush))
      {
        end = MAX (end, flush->deadline);
        g_queue_push_tail (&self->flushes, flush);
      }
    else
      {
        norpc_nats_flush_end (flush, NATS_TIMEOUT);
        free_flush (flush);
      }

  return end;
}

/* Runs in the thread of the link. One thread waits for the server at a time: a server that does not answer one flush does not
 * answer the others either.
 */
static void
begin_round (NorpcNatsLink *self)
{
  gint64 end = self->is_flushing ? 0 : take_next (self);
  Round *round;

  if (end == 0)
    return;

  self->is_flushing = TRUE;
  self->flushes_one_way = self->has_one_way;
  self->has_one_way = FALSE;
  round = g_new0 (Round, 1);
  round->link = norpc_nats_link_ref (self);
  round->milliseconds = MAX (end - g_get_monotonic_time (), 0) / G_TIME_SPAN_MILLISECOND + 1;
  norpc_nats_link_invoke_blocking (flush_in_pool, round);
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
      free_flush (self);
      return;
    }

  g_queue_push_tail (&link->next_flushes, self);
  begin_round (link);
}

/* Runs in the thread of the link, after all that was to be sent before. */
static void
run_flush (gpointer data)
{
  norpc_nats_link_invoke_connected (((NorpcNatsFlush *) data)->link, begin_flush, data);
}

/* Thread-safe. Calls @func once the server has got all that was sent before, or the connection is lost or closed, or after at
 * least so many milliseconds. If there is no connection, this begins when there is one again. While the server does not
 * answer to another flush, this ends with that.
 */
void
norpc_nats_link_flush (NorpcNatsLink       *self,
                       guint                milliseconds,
                       NorpcNatsFlushedFunc func,
                       gpointer             data)
{
  NorpcNatsFlush *flush = g_new0 (NorpcNatsFlush, 1);

  flush->link = norpc_nats_link_ref (self);
  flush->deadline = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  flush->func = func;
  flush->data = data;
  norpc_nats_link_invoke (self, run_flush, flush);
}
