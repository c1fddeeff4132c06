/* test-nats-inbox.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The table of those that wait for replies, as libnats and the link use it. */

#include <norpc-glib/norpc-glib.h>

#include "link-tools.h"
#include "nats-process.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-subscription-private.h"

/* How many replies of one waiter may be on their way. */
#define MAX_REPLIES 1000

/* Seconds that a test waits. */
#define TIME_LIMIT 30

typedef struct
{
  NorpcNatsWaiter waiter; /* must be first */
  char           *reply;  /* (owned): the subject */
  gboolean        parks;
  int             n_replies, n_lost, n_resumed; /* atomic */
} Waiter;

typedef struct
{
  NatsProcess    *nats;
  NorpcNatsLink  *link;
  NorpcNatsInbox *inbox;
  Waiter          waiters[2];
} Fixture;

static void
replied (NorpcNatsWaiter *waiter,
         natsMsg         *message)
{
  natsMsg_Destroy (message);
  g_atomic_int_inc (&((Waiter *) waiter)->n_replies);
}

static gboolean
lost (NorpcNatsWaiter *waiter,
      const char      *reason,
      gboolean         for_good)
{
  g_atomic_int_inc (&((Waiter *) waiter)->n_lost);

  return for_good || !((Waiter *) waiter)->parks;
}

static void
resume (NorpcNatsWaiter *waiter)
{
  g_atomic_int_inc (&((Waiter *) waiter)->n_resumed);
}

static const NorpcNatsWaiterImpl impl = { replied, lost, resume };

/* Runs in the thread of the link. */
static void
add_waiters (gpointer data)
{
  Fixture *self = data;
  for (guint i = 0; i < G_N_ELEMENTS (self->waiters); i++)
    {
      self->waiters[i].waiter.impl = &impl;
      self->waiters[i].reply = norpc_nats_inbox_add (self->inbox, &self->waiters[i].waiter);
    }
}

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  self->nats = nats_process_new ();
  self->link = link_connect_to (nats_process_get_url (self->nats));
  self->inbox = link_add_inbox (self->link);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->waiters); i++)
    g_free (self->waiters[i].reply);
  norpc_nats_link_unref (self->link);
  nats_process_free (self->nats);
}

/* Runs in the thread of the link. */
static void
reply_twice (gpointer data)
{
  Fixture *self = data;
  for (guint i = 0; i < 2; i++)
    norpc_nats_link_publish (self->link, norpc_nats_message_new_text (self->waiters[0].reply, ""), NULL);
  norpc_nats_link_publish (self->link, norpc_nats_message_new_text (self->waiters[1].reply, ""), NULL);
}

/* Only the first reply counts, unless the waiter gets many. */
static void
test_twice (Fixture       *self,
            gconstpointer  unused)
{
  link_run (self->link, add_waiters, self);
  link_run (self->link, reply_twice, self);
  wait_for_number (&self->waiters[1].n_replies, 1, TIME_LIMIT);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, 1);
}

/* Runs in the thread of the link. */
static void
remove_first (gpointer data)
{
  Fixture *self = data;
  g_assert_true (norpc_nats_inbox_remove (self->inbox, &self->waiters[0].waiter));
  g_assert_false (norpc_nats_inbox_remove (self->inbox, &self->waiters[0].waiter));
}

static void
test_many (Fixture       *self,
           gconstpointer  unused)
{
  self->waiters[0].waiter.many = TRUE;
  link_run (self->link, add_waiters, self);
  link_run (self->link, reply_twice, self);
  wait_for_number (&self->waiters[1].n_replies, 1, TIME_LIMIT);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, 2);
  link_run (self->link, remove_first, self);
}

static void
mark_cb (natsMsg  *message,
         gpointer  done)
{
  natsMsg_Destroy (message);
  g_atomic_int_set ((int *) done, TRUE);
}

/* Returns once libnats has passed on @n replies to the first waiter. They are on their way as long as the thread of the
 * link is in this function.
 */
static void
receive_replies (Fixture *self,
                 guint    n)
{
  int done = FALSE;
  g_autoptr (GError) error = NULL;
  NorpcNatsSubscription *mark = norpc_nats_subscription_new (self->link, "mark", NULL, mark_cb, &done, do_nothing, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    norpc_nats_link_publish (self->link, norpc_nats_message_new_text (self->waiters[0].reply, ""), NULL);
  norpc_nats_link_publish (self->link, norpc_nats_message_new_text ("mark", ""), NULL);
  wait_for_number (&done, TRUE, TIME_LIMIT);
  norpc_nats_subscription_end (mark);
}

/* Runs in the thread of the link. */
static void
receive_too_many (gpointer data)
{
  Fixture *self = data;
  receive_replies (self, MAX_REPLIES + 200);
}

/* Replies that are too many are dropped. Afterwards, there is room again. */
static void
test_limit (Fixture       *self,
            gconstpointer  unused)
{
  self->waiters[0].waiter.many = TRUE;
  link_run (self->link, add_waiters, self);
  link_run (self->link, receive_too_many, self);
  wait_for_number (&self->waiters[0].n_replies, MAX_REPLIES, TIME_LIMIT);
  link_run (self->link, reply_twice, self);
  wait_for_number (&self->waiters[1].n_replies, 1, TIME_LIMIT);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, MAX_REPLIES + 2);
  link_run (self->link, remove_first, self);
}

/* Runs in the thread of the link. */
static void
receive_and_add_again (gpointer data)
{
  Fixture *self = data;
  receive_replies (self, MAX_REPLIES);
  remove_first (self);
  g_free (self->waiters[0].reply);
  self->waiters[0].reply = norpc_nats_inbox_add (self->inbox, &self->waiters[0].waiter);
}

/* Replies that come too late count only while they are on their way. */
static void
test_many_removed (Fixture       *self,
                   gconstpointer  unused)
{
  self->waiters[0].waiter.many = TRUE;
  link_run (self->link, add_waiters, self);
  link_run (self->link, receive_and_add_again, self);
  link_run (self->link, reply_twice, self);
  wait_for_number (&self->waiters[1].n_replies, 1, TIME_LIMIT);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, 2);
  link_run (self->link, remove_first, self);
}

/* Runs in the thread of the link. */
static void
remove_and_reply (gpointer data)
{
  Fixture *self = data;
  remove_first (self);
  reply_twice (self);
}

/* A reply that comes too late is dropped. */
static void
test_removed (Fixture       *self,
              gconstpointer  unused)
{
  link_run (self->link, add_waiters, self);
  link_run (self->link, remove_and_reply, self);
  wait_for_number (&self->waiters[1].n_replies, 1, TIME_LIMIT);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, 0);
}

/* Runs in the thread of the link. */
static void
overflow (gpointer data)
{
  Fixture *self = data;
  norpc_nats_inbox_change (NORPC_NATS_OVERFLOWED, self->inbox);
}

/* When libnats has dropped replies, it is not known which: all calls fail, or are sent again. */
static void
test_overflow (Fixture       *self,
               gconstpointer  unused)
{
  self->waiters[1].parks = TRUE;
  link_run (self->link, add_waiters, self);
  link_run (self->link, overflow, self);
  g_assert_cmpint (self->waiters[0].n_lost, ==, 1);
  g_assert_cmpint (self->waiters[0].n_resumed, ==, 0);
  g_assert_cmpint (self->waiters[1].n_lost, ==, 1);
  g_assert_cmpint (self->waiters[1].n_resumed, ==, 1);
}

/* Runs in the thread of the link. */
static void
close_twice (gpointer data)
{
  Fixture *self = data;
  norpc_nats_inbox_change (NORPC_NATS_DISCONNECTED, self->inbox);
  norpc_nats_inbox_change (NORPC_NATS_CLOSED, self->inbox);
  norpc_nats_inbox_change (NORPC_NATS_CLOSED, self->inbox);
}

/* libnats may say twice that a connection is closed. */
static void
test_closed_twice (Fixture       *self,
                   gconstpointer  unused)
{
  self->waiters[1].parks = TRUE;
  link_run (self->link, add_waiters, self);
  link_run (self->link, close_twice, self);
  g_assert_cmpint (self->waiters[0].n_lost, ==, 1);
  g_assert_cmpint (self->waiters[1].n_lost, ==, 2);
  g_assert_cmpint (self->waiters[1].n_resumed, ==, 0);
}

#define TEST(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!nats_process_is_installed ())
    {
      g_print ("1..0 # SKIP nats-server is not installed\n");
      return 0;
    }

  TEST ("/nats/inbox/twice", test_twice);
  TEST ("/nats/inbox/many", test_many);
  TEST ("/nats/inbox/limit", test_limit);
  TEST ("/nats/inbox/many-removed", test_many_removed);
  TEST ("/nats/inbox/removed", test_removed);
  TEST ("/nats/inbox/overflow", test_overflow);
  TEST ("/nats/inbox/closed-twice", test_closed_twice);

  return g_test_run ();
}
