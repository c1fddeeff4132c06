/* norpc-nats-flush.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-flush-private.h"

/* A flush that waits in the inbox until the calls before it have been sent. */
typedef struct
{
  NorpcNatsWaiter      waiter; /* must be first */
  NorpcNatsInbox      *inbox;  /* (unowned): of the link */
  NorpcNatsLink       *link;   /* (owned) */
  gint64               end;    /* monotonic time */
  NorpcNatsFlushedFunc func;
  gpointer             data;
} Flush;

static void
flush_free (Flush *self)
{
  norpc_nats_link_unref (self->link);
  g_free (self);
}

/* Runs in the thread of the link. */
static gboolean
flush_lost (NorpcNatsWaiter *waiter,
            const char      *reason G_GNUC_UNUSED,
            gboolean         for_good)
{
  Flush *self = (Flush *) waiter;

  if (!for_good)
    return FALSE;

  self->func (NATS_CONNECTION_CLOSED, self->data);
  flush_free (self);

  return TRUE;
}

/* Runs in the thread of the link. Takes ownership of the waiter. */
static void
flush_resume (NorpcNatsWaiter *waiter)
{
  Flush *self = (Flush *) waiter;
  gint64 left;

  if (norpc_nats_inbox_has_unsent (self->inbox))
    {
      norpc_nats_inbox_park (self->inbox, waiter);
      return;
    }

  left = (self->end - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;
  norpc_nats_link_flush (self->link, (guint) MAX (left, 0), self->func, self->data);
  flush_free (self);
}

static const NorpcNatsWaiterImpl flush_impl = { NULL, flush_lost, flush_resume };

/* Runs in the thread of the link, after the calls that were made before have been sent, or parked. */
static void
run_first (gpointer data)
{
  flush_resume (data);
}

void
norpc_nats_flush (NorpcNatsInbox       *inbox,
                  guint                 milliseconds,
                  NorpcNatsFlushedFunc  func,
                  gpointer              data)
{
  Flush *self = g_new0 (Flush, 1);

  self->waiter.impl = &flush_impl;
  self->waiter.is_sent = TRUE;
  self->inbox = inbox;
  self->link = norpc_nats_link_ref (norpc_nats_inbox_get_link (inbox));
  self->end = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  self->func = func;
  self->data = data;
  norpc_nats_link_invoke (self->link, run_first, self);
}
