/* test-nats-inbox.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The table of those that wait for replies, as libnats and the link use it. */

#include <norpc-glib/norpc-glib.h>

#include "nats-process.h"
#include "norpc-nats-inbox-private.h"
#include "norpc-nats-message-private.h"
#include "norpc-nats-subscription-private.h"

/* How many replies of one waiter may be on their way. */
#define MAX_REPLIES 1000

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

typedef struct
{
  Fixture *fixture;
  void   (*func) (Fixture *fixture);
  int      done; /* atomic */
} Job;

static void
run_job (gpointer data)
{
  Job *job = data;

  job->func (job->fixture);
  g_atomic_int_set (&job->done, TRUE);
}

static void
wait_until (const int *n,
            int        value)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (n) != value)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

/* Runs @func in the thread of the link, after all that it has to do. */
static void
run (Fixture *fixture,
     void   (*func) (Fixture *fixture))
{
  Job job = { fixture, func };

  norpc_nats_link_invoke (fixture->link, run_job, &job);
  wait_until (&job.done, TRUE);
}

static void
add_waiters (Fixture *self)
{
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
  g_autoptr (GError) error = NULL;
  natsOptions *options;

  self->nats = nats_process_new ();
  natsOptions_Create (&options);
  natsOptions_SetURL (options, nats_process_get_url (self->nats));
  self->link = norpc_nats_link_new (options, &error);
  natsOptions_Destroy (options);
  g_assert_no_error (error);
  self->inbox = norpc_nats_inbox_new (self->link, &error);
  g_assert_no_error (error);
  norpc_nats_link_add_watch (self->link, norpc_nats_inbox_change, self->inbox, norpc_nats_inbox_free);
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

static void
reply_twice (Fixture *self)
{
  for (guint i = 0; i < 2; i++)
    norpc_nats_link_publish (self->link, norpc_nats_message_new_text (self->waiters[0].reply, ""), NULL);
  norpc_nats_link_publish (self->link, norpc_nats_message_new_text (self->waiters[1].reply, ""), NULL);
}

/* Only the first reply counts, unless the waiter gets many. */
static void
test_twice (Fixture       *self,
            gconstpointer  unused)
{
  run (self, add_waiters);
  run (self, reply_twice);
  wait_until (&self->waiters[1].n_replies, 1);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, 1);
}

static void
remove_first (Fixture *self)
{
  g_assert_true (norpc_nats_inbox_remove (self->inbox, &self->waiters[0].waiter));
  g_assert_false (norpc_nats_inbox_remove (self->inbox, &self->waiters[0].waiter));
}

static void
test_many (Fixture       *self,
           gconstpointer  unused)
{
  self->waiters[0].waiter.many = TRUE;
  run (self, add_waiters);
  run (self, reply_twice);
  wait_until (&self->waiters[1].n_replies, 1);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, 2);
  run (self, remove_first);
}

static void
mark_cb (natsMsg  *message,
         gpointer  done)
{
  natsMsg_Destroy (message);
  g_atomic_int_set ((int *) done, TRUE);
}

static void
nothing (gpointer unused)
{
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
  NorpcNatsSubscription *mark = norpc_nats_subscription_new (self->link, "mark", NULL, mark_cb, &done, nothing, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    norpc_nats_link_publish (self->link, norpc_nats_message_new_text (self->waiters[0].reply, ""), NULL);
  norpc_nats_link_publish (self->link, norpc_nats_message_new_text ("mark", ""), NULL);
  wait_until (&done, TRUE);
  norpc_nats_subscription_end (mark);
}

static void
receive_too_many (Fixture *self)
{
  receive_replies (self, MAX_REPLIES + 200);
}

/* Replies that are too many are dropped. Afterwards, there is room again. */
static void
test_limit (Fixture       *self,
            gconstpointer  unused)
{
  self->waiters[0].waiter.many = TRUE;
  run (self, add_waiters);
  run (self, receive_too_many);
  wait_until (&self->waiters[0].n_replies, MAX_REPLIES);
  run (self, reply_twice);
  wait_until (&self->waiters[1].n_replies, 1);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, MAX_REPLIES + 2);
  run (self, remove_first);
}

static void
receive_and_add_again (Fixture *self)
{
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
  run (self, add_waiters);
  run (self, receive_and_add_again);
  run (self, reply_twice);
  wait_until (&self->waiters[1].n_replies, 1);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, 2);
  run (self, remove_first);
}

static void
remove_and_reply (Fixture *self)
{
  remove_first (self);
  reply_twice (self);
}

/* A reply that comes too late is dropped. */
static void
test_removed (Fixture       *self,
              gconstpointer  unused)
{
  run (self, add_waiters);
  run (self, remove_and_reply);
  wait_until (&self->waiters[1].n_replies, 1);
  g_assert_cmpint (g_atomic_int_get (&self->waiters[0].n_replies), ==, 0);
}

static void
overflow (Fixture *self)
{
  norpc_nats_inbox_change (NORPC_NATS_OVERFLOWED, self->inbox);
}

/* When libnats has dropped replies, it is not known which: all calls fail, or are sent again. */
static void
test_overflow (Fixture       *self,
               gconstpointer  unused)
{
  self->waiters[1].parks = TRUE;
  run (self, add_waiters);
  run (self, overflow);
  g_assert_cmpint (self->waiters[0].n_lost, ==, 1);
  g_assert_cmpint (self->waiters[0].n_resumed, ==, 0);
  g_assert_cmpint (self->waiters[1].n_lost, ==, 1);
  g_assert_cmpint (self->waiters[1].n_resumed, ==, 1);
}

static void
close_twice (Fixture *self)
{
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
  run (self, add_waiters);
  run (self, close_twice);
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
