/* norpc-nats-inbox-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-nats-link-private.h"

G_BEGIN_DECLS

/*
 * The replies to all calls of a connection: one subscription with a wildcard, and a table of those that wait for a
 * reply, by their subjects. The end of a subject is random, so that a service that gets one call cannot reply to
 * another one, nor cancel it.
 *
 * Unless noted otherwise, the functions are called in the thread of the link.
 */
typedef struct _NorpcNatsInbox NorpcNatsInbox;
typedef struct _NorpcNatsWaiter NorpcNatsWaiter;

typedef struct
{
  /* Takes ownership of @message, and of the waiter, unless that gets many. */
  void     (*replied) (NorpcNatsWaiter *self,
                       natsMsg         *message);
  /* The connection is lost, also for those that are parked. Takes ownership of the waiter if it returns TRUE; otherwise
   * the waiter is resumed once there is a connection again.
   */
  gboolean (*lost)    (NorpcNatsWaiter *self,
                       const char      *reason,
                       gboolean         for_good);
  /* Takes ownership of the waiter. */
  void     (*resume)  (NorpcNatsWaiter *self);
} NorpcNatsWaiterImpl;

/* An implementation embeds the struct as its first field. */
struct _NorpcNatsWaiter
{
  const NorpcNatsWaiterImpl *impl;
  gboolean                   many;     /* since it was added: it gets any number of replies, and stays */
  const char                *subject;  /* (unowned) (nullable) [lock of the inbox]: while it waits for a reply */
  guint                     *n_parked; /* (unowned) (nullable): counts those of its kind that are parked */
  guint64                    serial;   /* its place among all, since it was added or parked first; 0 before */
  gboolean                   is_sent;  /* flushes need not wait for it: it was sent, and not lost with the connection; it
                                          does not change while the waiter is parked */
  GQueue                    *queue;    /* (unowned) (nullable): the one of the inbox that it is in */
  GList                      link;     /* in that queue */
};

NorpcNatsInbox *norpc_nats_inbox_new    (NorpcNatsLink    *link,
                                         GError          **error);
void            norpc_nats_inbox_free   (gpointer          self);
void            norpc_nats_inbox_change (NorpcNatsChange   change,
                                         gpointer          self);
char           *norpc_nats_inbox_add    (NorpcNatsInbox   *self,
                                         NorpcNatsWaiter  *waiter);
void            norpc_nats_inbox_park   (NorpcNatsInbox   *self,
                                         NorpcNatsWaiter  *waiter);
void            norpc_nats_inbox_park_briefly (NorpcNatsInbox  *self,
                                               NorpcNatsWaiter *waiter);
gboolean        norpc_nats_inbox_has_unsent   (NorpcNatsInbox  *self);
NorpcNatsLink  *norpc_nats_inbox_get_link     (NorpcNatsInbox  *self);
gboolean        norpc_nats_inbox_remove (NorpcNatsInbox   *self,
                                         NorpcNatsWaiter  *waiter);

G_END_DECLS
