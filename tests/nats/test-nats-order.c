/* test-nats-order.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls of one proxy are sent in order, also those that wait for the connection, or are sent again. */

#include <string.h>
#include <time.h>

#include <norpc-glib/norpc-glib.h>

#include "depot.h"
#include "link-tools.h"
#include "nats-connect.h"
#include "norpc-nats-connection-private.h"
#include "norpc-nats-flush-private.h"
#include "norpc-nats-link-parts-private.h"
#include "norpc-nats-subscription-private.h"

#define N_CALLS 20
#define N_FLUSHES 20000

typedef struct
{
  FakeServer          *server;     /* (owned) */
  NorpcNatsConnection *connection; /* (owned) */
  NorpcNatsLink       *link;       /* (unowned) */
  NorpcNatsEndpoint   *endpoint;   /* (owned) */
  DepotDepotProxy     *proxy;      /* (owned) */
  LinkGate             gate;
  gint64               time;       /* how long the thread of the link had worked when it noted that, in microseconds */
  guint                n_calls;    /* that have not completed */
} Fixture;

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  self->server = fake_server_new ();
  self->connection = connect_to (fake_server_get_url (self->server));
  self->link = norpc_nats_connection_get_link (self->connection);
  self->endpoint = norpc_nats_endpoint_new (self->connection, "test.order");
  self->proxy = depot_depot_proxy_new (NORPC_ENDPOINT (self->endpoint));
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  norpc_nats_connection_close (self->connection);
  while (self->n_calls > 0)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (self->proxy);
  g_object_unref (self->endpoint);
  g_object_unref (self->connection);
  fake_server_free (self->server);
}

/* The server answers no calls. */
static void
ended_cb (GObject      *proxy,
          GAsyncResult *result,
          gpointer      data)
{
  ((Fixture *) data)->n_calls--;
}

static void
call_safely (Fixture    *self,
             const char *text)
{
  self->n_calls++;
  depot_depot_proxy_call_note_safely (self->proxy, text, NULL, ended_cb, self);
}

static void
call_once (Fixture    *self,
           const char *text)
{
  self->n_calls++;
  depot_depot_proxy_call_echo (self->proxy, text, NULL, ended_cb, self);
}

/* Checks that the last connection has received texts in this order. The last argument is NULL. */
static void
assert_order (Fixture    *self,
              const char *text,
              ...)
{
  g_autofree char *received = fake_server_dup_received (self->server);
  const char *rest = g_strrstr (received, "CONNECT");
  const char *previous = NULL;
  va_list texts;

  va_start (texts, text);
  for (; text != NULL; text = va_arg (texts, const char *))
    {
      const char *found = strstr (rest, text);

      g_assert_nonnull (found);
      g_assert_true (previous == NULL || previous < found);
      previous = found;
    }
  va_end (texts);
}

/* Calls that have lost their connection are sent again in the order in which they were sent. */
static void
test_lost (Fixture       *self,
           gconstpointer  unused)
{
  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autofree char *text = g_strdup_printf ("text-%02u", i);

      call_safely (self, text);
    }
  fake_server_wait_received (self->server, "text-19");
  link_lose (self->link, self->server);
  link_recover (self->link, self->server);
  call_safely (self, "last");
  fake_server_wait_received (self->server, "last");
  for (guint i = 0; i + 1 < N_CALLS; i++)
    {
      g_autofree char *text = g_strdup_printf ("text-%02u", i);
      g_autofree char *next = g_strdup_printf ("text-%02u", i + 1);

      assert_order (self, text, next, "last", NULL);
    }
}

/* Calls that begin while the thread of the link does not know yet that there is a connection again. */
static void
test_waiting (Fixture       *self,
              gconstpointer  unused)
{
  link_lose (self->link, self->server);
  call_safely (self, "first");
  link_gate_close (&self->gate, self->link);
  call_safely (self, "second");
  call_once (self, "third");
  link_recover (self->link, self->server);
  link_gate_open (&self->gate);
  fake_server_wait_received (self->server, "first");
  fake_server_wait_received (self->server, "third");
  assert_order (self, "first", "second", "third", NULL);
}

/* Calls that begin while it does not know either that there was none for a while. */
static void
test_unnoticed (Fixture       *self,
                gconstpointer  unused)
{
  call_safely (self, "first");
  fake_server_wait_received (self->server, "first");
  link_gate_close (&self->gate, self->link);
  call_safely (self, "second");
  call_once (self, "third");
  link_lose (self->link, self->server);
  link_recover (self->link, self->server);
  call_safely (self, "last");
  link_gate_open (&self->gate);
  fake_server_wait_received (self->server, "last");
  assert_order (self, "first", "second", "third", "last", NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (self->n_calls, ==, 4);
}

/* Runs in a thread of libnats. */
static void
mark_cb (natsMsg  *message,
         gpointer  marked)
{
  natsMsg_Destroy (message);
  g_atomic_int_set ((int *) marked, TRUE);
}

/* Returns the word (owned) of a line that has been received, counted from its end. The line begins with @start. */
static char *
find_word (Fixture    *self,
           const char *start,
           guint       n)
{
  g_autofree char *received = fake_server_dup_received (self->server);
  const char *found = g_strrstr (received, start);
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_nonnull (found);
  line = g_strndup (found, strcspn (found, "\n"));
  words = g_strsplit (line, " ", -1);

  return g_strdup (words[g_strv_length (words) - n]);
}

/* The server says that nothing takes a call, which is therefore sent again a moment later. */
static void
test_no_responders (Fixture       *self,
                    gconstpointer  unused)
{
  int marked = FALSE;
  g_autoptr (GError) error = NULL;
  NorpcNatsSubscription *mark =
    norpc_nats_subscription_new (self->link, "mark", NULL, mark_cb, &marked, do_nothing, &error);
  g_autofree char *inbox = NULL, *reply = NULL, *id = NULL, *text = NULL, *received = NULL;

  g_assert_no_error (error);
  fake_server_wait_received (self->server, "SUB mark");
  link_lose (self->link, self->server);
  call_safely (self, "first");
  link_recover (self->link, self->server);
  fake_server_wait_received (self->server, "first");

  link_gate_close (&self->gate, self->link);
  inbox = find_word (self, "SUB _INBOX", 1);
  id = find_word (self, "SUB mark", 1);
  reply = find_word (self, "HPUB test.order.org.example.Depot.NoteSafely ", 3);
  text = g_strdup_printf ("HMSG %s %s 16 16\r\nNATS/1.0 503\r\n\r\n\r\nMSG mark %s 0\r\n\r\n", reply, inbox, id);
  fake_server_send (self->server, text);
  while (!g_atomic_int_get (&marked))
    g_thread_yield ();
  call_once (self, "second");
  link_gate_open (&self->gate);
  fake_server_wait_received (self->server, "second");
  call_once (self, "last");
  fake_server_wait_received (self->server, "last");
  received = fake_server_dup_received (self->server);
  g_assert_true (g_strrstr (received, "first") != strstr (received, "first"));
  g_assert_true (g_strrstr (received, "first") < strstr (received, "second"));
  norpc_nats_subscription_end (mark);
}

/* Runs in the thread of the link. */
static void
flushed (natsStatus status,
         gpointer   done)
{
  g_assert_cmpint (status, ==, NATS_OK);
  g_atomic_int_set ((int *) done, TRUE);
}

/* Runs in the thread of the link, before the calls that wait are sent. */
static void
check_no_flush (NorpcNatsChange change,
                gpointer        data)
{
  if (change == NORPC_NATS_RECONNECTED)
    g_assert_true (g_queue_is_empty (&((Fixture *) data)->link->flushes));
}

/* Runs in the thread of the link. */
static void
add_check (gpointer data)
{
  norpc_nats_link_add_watch (((Fixture *) data)->link, check_no_flush, data, do_nothing);
}

/* A flush asks the server for a sign after it has sent the calls that wait for the connection. */
static void
test_flush (Fixture       *self,
            gconstpointer  unused)
{
  g_autofree char *received = NULL;
  const char *found;
  int done = FALSE;

  norpc_nats_link_invoke (self->link, add_check, self);
  link_lose (self->link, self->server);
  depot_depot_proxy_call_note_soon (self->proxy, "first");
  norpc_nats_flush (norpc_nats_connection_get_inbox (self->connection), 30000, flushed, &done);
  link_gate_close (&self->gate, self->link);
  link_gate_open (&self->gate);
  link_gate_close (&self->gate, self->link);
  link_recover (self->link, self->server);
  link_gate_open (&self->gate);
  while (!g_atomic_int_get (&done))
    g_thread_yield ();

  received = fake_server_dup_received (self->server);
  found = strstr (received, "first");
  g_assert_nonnull (found);
  g_assert_nonnull (strstr (found, "PING"));
}

/* Runs in the thread of the link. */
static void
end_flush (natsStatus status,
           gpointer   unused)
{
}

/* Runs in the thread of the link. */
static void
note_time (gpointer data)
{
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);
  ((Fixture *) data)->time = (gint64) now.tv_sec * G_TIME_SPAN_SECOND + now.tv_nsec / 1000;
}

static gint64
get_link_time (Fixture *self)
{
  link_run (self->link, note_time, self);

  return self->time;
}

/* Returns how long the thread of the link works for many flushes. */
static gint64
flush_often (Fixture *self)
{
  gint64 start = get_link_time (self);

  for (guint i = 0; i < N_FLUSHES; i++)
    norpc_nats_flush (norpc_nats_connection_get_inbox (self->connection), 30000, end_flush, NULL);

  return get_link_time (self) - start;
}

/* A flush does not look at all others that wait for the connection. */
static void
test_many_flushes (Fixture       *self,
                   gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gint64 time;

  link_lose (self->link, self->server);
  self->n_calls++;
  depot_depot_proxy_call_note_safely (self->proxy, "first", cancellable, ended_cb, self);
  time = flush_often (self);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (flush_often (self), <, 10 * time + 100 * G_TIME_SPAN_MILLISECOND);
}

#define TEST(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/nats/order/lost", test_lost);
  TEST ("/nats/order/waiting", test_waiting);
  TEST ("/nats/order/unnoticed", test_unnoticed);
  TEST ("/nats/order/no-responders", test_no_responders);
  TEST ("/nats/order/flush", test_flush);
  TEST ("/nats/order/many-flushes", test_many_flushes);

  return g_test_run ();
}
