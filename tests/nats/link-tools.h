/* link-tools.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "fake-server.h"
#include "norpc-nats-inbox-private.h"

G_BEGIN_DECLS

/* For tests that use a link and its thread directly. */

/* Waits until a number that other threads change has a value. */
void            wait_for_number (const int       *number,
                                 int              value,
                                 guint            seconds);

/* Connects. The link is the caller's. */
NorpcNatsLink  *link_connect    (natsOptions     *options);
NorpcNatsLink  *link_connect_to (const char      *url);

/* Makes an inbox, which is the link's. */
NorpcNatsInbox *link_add_inbox  (NorpcNatsLink   *self);

/* Returns once the thread of the link has run a function, after all that it had to do. */
void            link_run        (NorpcNatsLink   *self,
                                 void           (*func) (gpointer data),
                                 gpointer         data);

/* Ends the connection to a server, which then does not answer the next one, and waits until that is known. */
void            link_lose       (NorpcNatsLink   *self,
                                 FakeServer      *server);

/* The same server answers again. Returns once there is a connection. */
void            link_recover    (NorpcNatsLink   *self,
                                 FakeServer      *server);

/* A place where the thread of a link waits. It can be used again once it has been opened. */
typedef struct
{
  int reached; /* atomic */
  int opened;  /* atomic */
  int left;    /* atomic */
} LinkGate;

/* The thread waits there once it has done what it has to do. */
void            link_gate_put   (LinkGate        *self,
                                 NorpcNatsLink   *link);

/* Returns once the thread waits. */
void            link_gate_await (LinkGate        *self);

/* The same, one after the other. */
void            link_gate_close (LinkGate        *self,
                                 NorpcNatsLink   *link);

/* Returns once the thread goes on. */
void            link_gate_open  (LinkGate        *self);

/* For callbacks. */
void            do_nothing      (gpointer         unused);

/* Returns how many threads this process has. */
guint           count_threads   (void);

G_END_DECLS
