/* norpc-nats-call-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-liveness-private.h"
#include "norpc-nats-remote-private.h"

G_BEGIN_DECLS

/* Shared by the calls of an endpoint. It lasts until the last of them has completed. */
typedef struct
{
  NorpcNatsLink     *link;     /* (unowned) */
  NorpcNatsInbox    *inbox;    /* (unowned) */
  NorpcNatsLiveness *liveness; /* (unowned) */
  NorpcNatsRemote   *remote;   /* (unowned) */
  const char        *prefix;   /* (unowned) */
  GObject           *owner;    /* (unowned): each call has a reference to it */
  void             (*ended) (GObject *owner); /* thread-safe: one call fewer is pending: it is about to complete, or has */
  guint              n_parked; /* accessed in the thread of the link: calls that are parked in the inbox */
} NorpcNatsRoute;

/* Called in the thread that sends the call. Takes ownership of @call, which is sent, or completed with an error. */
void norpc_nats_call_send (NorpcNatsRoute *route,
                           NorpcCall      *call);
void norpc_nats_call_note_unsent (NorpcNatsRoute *route,
                                  NorpcCall      *call,
                                  const GError   *error);

G_END_DECLS
