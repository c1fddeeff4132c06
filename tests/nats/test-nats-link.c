/* test-nats-link.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Messages that are published while the thread of the link does not know yet that the connection was lost, and is there
 * again; and subscriptions that end while the server does not answer.
 */

#include <norpc-glib/norpc-glib.h>

#include "link-tools.h"
#include "nats-connect.h"
#include "norpc-nats-subscription-private.h"

typedef struct
{
  FakeServer    *server; /* (owned) */
  NorpcNatsLink *link;   /* (owned) */
  int            n_ended; /* atomic: subscriptions */
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  natsOptions *options;

  self->server = fake_server_new ();
  options = connect_options_new (fake_server_get_url (self->server));
  self->link = link_connect (options);
  natsOptions_Destroy (options);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  if (self->link != NULL)
    norpc_nats_link_close (self->link);
  g_clear_pointer (&self->link, norpc_nats_link_unref);
  fake_server_free (self->server);
}

static void
publish (Fixture    *self,
         const char *subject,
         gsize       size)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = g_strnfill (size, 'x');
  natsMsg *message;

  g_assert_cmpint (natsMsg_Create (&message, subject, NULL, data, (int) size), ==, NATS_OK);
  norpc_nats_link_publish (self->link, message, &error);
  g_assert_no_error (error);
}

/* Runs in the thread of the link. */
static void
publish_first (gpointer data)
{
  publish (data, "first", 1);
}

/* Runs in the thread of the link. */
static void
publish_second (gpointer data)
{
  publish (data, "second", 1);
}

/* A message that is published when the connection is there again does not overtake one that waits for it. */
static void
test_order (Fixture       *self,
            gconstpointer  unused)
{
  LinkGate first, second;

  link_gate_put (&first, self->link);
  norpc_nats_link_invoke (self->link, publish_first, self);
  link_gate_put (&second, self->link);
  norpc_nats_link_invoke (self->link, publish_second, self);

  link_lose (self->link, self->server);
  link_gate_open (&first);
  link_gate_await (&second);
  link_recover (self->link, self->server);
  link_gate_open (&second);
  fake_server_wait_received (self->server, "PUB second 1");
  g_assert_true (fake_server_has_received_in_order (self->server, "PUB first 1", "PUB second 1"));
}

#define MAX_MESSAGES 100000

/* Returns how many messages of a size are taken until there are too many. */
static guint
fill (Fixture *self,
      gsize    size)
{
  g_autoptr (GError) error = NULL;
  natsMsg *message;
  guint n;

  for (n = 0; n < MAX_MESSAGES; n++)
    {
      g_autofree char *data = g_strnfill (size, 'x');

      g_assert_cmpint (natsMsg_Create (&message, "many", NULL, data, (int) size), ==, NATS_OK);
      if (!norpc_nats_link_publish (self->link, message, &error))
        break;
    }
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  return n;
}

/* The messages that wait are limited, also if they have no data. */
static void
test_limit (Fixture       *self,
            gconstpointer  unused)
{
  link_lose (self->link, self->server);
  g_assert_cmpuint (fill (self, 1024 * 1024), ==, 7);
  g_assert_cmpuint (fill (self, 0), <=, 1024 * 1024 / 512);
}

#define N_SUBSCRIPTIONS 200

/* How many threads there may be for those that end, with others that come meanwhile. */
#define MAX_THREADS 30

static void
drop_message (natsMsg  *message,
              gpointer  unused)
{
  natsMsg_Destroy (message);
}

static void
note_ended (gpointer fixture)
{
  g_atomic_int_inc (&((Fixture *) fixture)->n_ended);
}

/* Subscribes often while the server answers. Ends all subscriptions with @end once it does not, and returns when the
 * thread of the link has done that.
 */
static void
end_subscriptions (Fixture *self,
                   void   (*end) (gpointer subscription))
{
  NorpcNatsSubscription *subscriptions[N_SUBSCRIPTIONS];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_SUBSCRIPTIONS; i++)
    {
      subscriptions[i] = norpc_nats_subscription_new (self->link, "any", NULL, drop_message, self, note_ended, &error);
      g_assert_no_error (error);
    }
  link_run (self->link, do_nothing, NULL);
  fake_server_set_answers (self->server, FALSE);
  for (guint i = 0; i < N_SUBSCRIPTIONS; i++)
    end (subscriptions[i]);
  link_run (self->link, do_nothing, NULL);
}

static void
wait_many_ended (Fixture *self,
                 int      n)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (&self->n_ended) < n)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

static void
wait_ended (Fixture *self)
{
  wait_many_ended (self, N_SUBSCRIPTIONS);
  g_assert_cmpint (g_atomic_int_get (&self->n_ended), ==, N_SUBSCRIPTIONS);
}

/* A few of them wait for the server at a time. All end when it answers again. */
static void
test_drained (Fixture       *self,
              gconstpointer  unused)
{
  guint n_threads = count_threads ();

  end_subscriptions (self, norpc_nats_subscription_end);
  g_assert_cmpint (g_atomic_int_get (&self->n_ended), ==, 0);
  g_assert_cmpuint (count_threads (), <=, n_threads + MAX_THREADS);

  fake_server_set_answers (self->server, TRUE);
  wait_ended (self);
}

/* Those that nothing is to be lost of do not wait for it. */
static void
test_dropped (Fixture       *self,
              gconstpointer  unused)
{
  guint n_threads = count_threads ();

  end_subscriptions (self, norpc_nats_subscription_drop);
  g_assert_cmpint (g_atomic_int_get (&self->n_ended), ==, N_SUBSCRIPTIONS);
  g_assert_cmpuint (count_threads (), <=, n_threads + MAX_THREADS);
}

/* If it does not answer at all, they end nevertheless: those that wait for their turn do so with the first ones. */
static void
test_not_answered (Fixture       *self,
                   gconstpointer  unused)
{
  guint n_threads = count_threads ();
  gint64 start = g_get_monotonic_time ();

  end_subscriptions (self, norpc_nats_subscription_end);
  wait_ended (self);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 5 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (count_threads (), <=, n_threads + MAX_THREADS);
}

/* Those that wait for their turn end at once. The library keeps the others until it has reconnected. */
static void
test_lost (Fixture       *self,
           gconstpointer  unused)
{
  gint64 start = g_get_monotonic_time ();

  end_subscriptions (self, norpc_nats_subscription_end);
  link_lose (self->link, self->server);
  wait_many_ended (self, N_SUBSCRIPTIONS - MAX_THREADS);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_TIME_SPAN_SECOND);
  fake_server_set_answers (self->server, TRUE);
  link_recover (self->link, self->server);
  wait_ended (self);
}

/* They keep neither the link nor anything else. */
static void
test_released (Fixture       *self,
               gconstpointer  unused)
{
  gint64 start = g_get_monotonic_time ();

  end_subscriptions (self, norpc_nats_subscription_end);
  g_clear_pointer (&self->link, norpc_nats_link_unref);
  wait_ended (self);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_TIME_SPAN_SECOND);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/nats/link/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/nats/link/limit", Fixture, NULL, set_up, test_limit, tear_down);
  g_test_add ("/nats/link/drained", Fixture, NULL, set_up, test_drained, tear_down);
  g_test_add ("/nats/link/dropped", Fixture, NULL, set_up, test_dropped, tear_down);
  g_test_add ("/nats/link/not-answered", Fixture, NULL, set_up, test_not_answered, tear_down);
  g_test_add ("/nats/link/lost", Fixture, NULL, set_up, test_lost, tear_down);
  g_test_add ("/nats/link/released", Fixture, NULL, set_up, test_released, tear_down);

  return g_test_run ();
}
