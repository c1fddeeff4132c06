/* norpc-nats-link-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-link-private.h"
#include "norpc-nats-queue-private.h"

G_BEGIN_DECLS

/* Shared by the files of the link: norpc-nats-link-deferred.c has the work that waits for the connection,
 * norpc-nats-link-flush.c, which uses that, flushes, norpc-nats-link-turns.c limits work that takes threads of the library,
 * norpc-nats-link-unsent.c has what flushes report besides, and norpc-nats-link.c the rest.
 */

/* Whether the library can be called without waiting for a connection. */
typedef enum
{
  NORPC_NATS_LINK_ONLINE,
  NORPC_NATS_LINK_OFFLINE,
  NORPC_NATS_LINK_RESUMING, /* is about to do the deferred work */
  NORPC_NATS_LINK_ENDED
} NorpcNatsLinkState;

struct _NorpcNatsLink
{
  gatomicrefcount  ref_count;
  guint            id;      /* since construction: what the library's callbacks know */
  NorpcThread     *thread;  /* (owned), since construction */
  NorpcNatsQueue  *jobs;    /* (owned), since construction */
  natsConnection  *nats;    /* (owned), since construction */
  int              connected; /* atomic: what the library has reported last */
  int              n_losses; /* atomic: losses of the connection that the thread of the link does not know yet */
  int              closed;  /* atomic: nothing can be sent any more */
  natsSubscription *replies; /* (unowned) (nullable), atomic: the one that receives the replies, as long as it is there */
  int              overflowed[2]; /* atomic: the report of a loss of replies, or of other messages, is on its way */

  GMutex          lock;
  NorpcNatsLinkState state;      /* [lock]: changed in the thread of the link */
  GQueue          deferred;      /* [lock]: of owned Deferred; empty once it has ended */
  gsize           deferred_size; /* [lock]: of their messages, in bytes */
  char           *reason;        /* (owned) (nullable) [lock]: for which the library has closed the connection */
  GError         *unsent;        /* (owned) (nullable) [lock]: of the first one-way call that was not sent */
  guint           n_unsent;      /* [lock]: such calls */

  /* Accessed in the thread of the link. */
  GPtrArray      *watches; /* (owned): of owned Watch */
  GQueue          flushes; /* of owned NorpcNatsFlush, in progress */
  GQueue          next_flushes; /* of owned NorpcNatsFlush, which begin when those have ended */
  gboolean        is_flushing; /* a thread of the pool waits for the server */
  gboolean        has_one_way; /* a one-way call was sent since the last flush began */
  gboolean        flushes_one_way; /* one was sent before the flush in progress, and not flushed before */
  GQueue          turns;   /* of owned Turn, which have not begun */
  guint           n_turns; /* that have begun and not ended */
};

/* A flush. Those that have begun end when the connection is lost. */
typedef struct
{
  NorpcNatsLink       *link;    /* (owned) */
  gint64               deadline;
  NorpcNatsFlushedFunc func;    /* (nullable): until it was called */
  gpointer             data;
} NorpcNatsFlush;

/* Runs in the thread of the link. The first outcome counts. */
static inline void
norpc_nats_flush_end (NorpcNatsFlush *self,
                      natsStatus      status)
{
  NorpcNatsFlushedFunc func = g_steal_pointer (&self->func);

  if (func != NULL)
    func (status, self->data);
}

/* Runs in the thread of the link. */
static inline gboolean
norpc_nats_flush_is_awaited (NorpcNatsFlush *self)
{
  return self->func != NULL && g_get_monotonic_time () < self->deadline;
}

/* The work that waits for the connection */
void norpc_nats_link_set_state    (NorpcNatsLink      *self,
                                   NorpcNatsLinkState  state);
void norpc_nats_link_run_deferred (NorpcNatsLink      *self,
                                   NorpcNatsLinkState  state);

/* What flushes report besides */
void norpc_nats_link_lose_unflushed (NorpcNatsLink *self);

/* The work that takes threads of the library */
void norpc_nats_link_run_turns    (NorpcNatsLink      *self,
                                   gboolean            is_silent);
void norpc_nats_link_count_turn_ended (NorpcNatsLink *self,
                                       gboolean       answered);

G_END_DECLS
