/* test-nats-flush.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* One-way calls that have left the process before it ends, and those that have not. */

#include <string.h>

#include "fake-server.h"
#include "link-tools.h"
#include "nats-fixture.h"
#include "norpc-nats-connection-private.h"

/* Holds up a thread. */
typedef struct
{
  GMutex   lock;
  GCond    changed;
  gboolean reached; /* [lock] */
  gboolean opened;  /* [lock] */
} Gate;

static void
wait_at_gate (gpointer data)
{
  Gate *self = data;

  g_mutex_lock (&self->lock);
  self->reached = TRUE;
  g_cond_broadcast (&self->changed);
  while (!self->opened)
    g_cond_wait (&self->changed, &self->lock);
  self->reached = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
wait_at_gate_cb (gpointer data)
{
  wait_at_gate (data);

  return G_SOURCE_REMOVE;
}

static void
gate_init (Gate *self)
{
  self->reached = FALSE;
  self->opened = FALSE;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

/* Returns once a thread waits. */
static void
gate_await (Gate *self)
{
  g_mutex_lock (&self->lock);
  while (!self->reached)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
gate_open (Gate *self)
{
  g_mutex_lock (&self->lock);
  self->opened = TRUE;
  g_cond_broadcast (&self->changed);
  while (self->reached)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

/* A call that waits for the thread of the connection has not left yet. */
static void
test_waiting (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Gate gate;

  gate_init (&gate);
  norpc_nats_link_invoke (norpc_nats_connection_get_link (fixture->connection), wait_at_gate, &gate);
  gate_await (&gate);
  depot_depot_proxy_call_note (fixture->proxy, "a");
  g_assert_false (norpc_nats_connection_flush_sync (fixture->connection, 50, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_clear_error (&error);

  gate_open (&gate);
  g_assert_true (norpc_nats_connection_flush_sync (fixture->connection, 30000, &error));
  g_assert_no_error (error);
  depot_state_wait_notes (fixture->state, "a");
}

/* The service handles them although their client has gone. */
static void
test_closed (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  gboolean succeeded;
  Gate gate;

  /* The export handles nothing before the connection of the client is closed. */
  gate_init (&gate);
  g_main_context_invoke (norpc_thread_get_main_context (fixture->thread), wait_at_gate_cb, &gate);
  gate_await (&gate);
  depot_depot_proxy_call_note (fixture->proxy, "a");
  depot_depot_proxy_call_note (fixture->proxy, "b");
  succeeded = norpc_nats_connection_flush_sync (fixture->connection, 30000, &error);
  g_assert_no_error (error);
  g_assert_true (succeeded);
  norpc_nats_connection_close (fixture->connection);
  g_assert_false (norpc_nats_connection_flush_sync (fixture->connection, 30000, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  gate_open (&gate);
  depot_state_wait_notes (fixture->state, "ab");
}

/* How a flush ends. */
typedef struct
{
  guint   n;
  GError *error; /* (owned) (nullable) */
} Flushed;

static void
flushed_cb (GObject      *connection,
            GAsyncResult *result,
            gpointer      data)
{
  Flushed *self = data;
  gboolean succeeded = norpc_nats_connection_flush_finish (NORPC_NATS_CONNECTION (connection), result, &self->error);

  g_assert_true (succeeded == (self->error == NULL));
  self->n++;
}

/* Checks the first error of so many flushes. */
static void
flushed_assert (Flushed *self,
                guint    n,
                GQuark   domain,
                int      code)
{
  while (self->n < n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self->n, ==, n);
  if (domain != 0)
    g_assert_error (self->error, domain, code);
  else
    g_assert_no_error (self->error);
  g_clear_error (&self->error);
  self->n = 0;
}

/* The same without blocking. */
static void
test_async (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Flushed flushed = { 0 };
  Gate gate;

  gate_init (&gate);
  norpc_nats_link_invoke (norpc_nats_connection_get_link (fixture->connection), wait_at_gate, &gate);
  gate_await (&gate);
  depot_depot_proxy_call_note (fixture->proxy, "a");
  norpc_nats_connection_flush (fixture->connection, 50, NULL, flushed_cb, &flushed);
  flushed_assert (&flushed, 1, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  norpc_nats_connection_flush (fixture->connection, 30000, cancellable, flushed_cb, &flushed);
  g_assert_cmpuint (flushed.n, ==, 0);
  g_cancellable_cancel (cancellable);
  flushed_assert (&flushed, 1, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  norpc_nats_connection_flush (fixture->connection, 30000, NULL, flushed_cb, &flushed);
  gate_open (&gate);
  flushed_assert (&flushed, 1, 0, 0);
  norpc_nats_connection_close (fixture->connection);
  norpc_nats_connection_flush (fixture->connection, 30000, NULL, flushed_cb, &flushed);
  flushed_assert (&flushed, 1, NORPC_ERROR, NORPC_ERROR_CLOSED);
  depot_state_wait_notes (fixture->state, "a");
}

/* One-way calls beyond the capacity are not sent. A flush says so, once. */
static void
test_capacity (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) endpoint = g_object_new (NORPC_NATS_TYPE_ENDPOINT, "connection", fixture->connection, "prefix",
                                                     PREFIX, "capacity", 1, NULL);
  g_autoptr (DepotDepotProxy) proxy = g_object_new (DEPOT_TYPE_DEPOT_PROXY, "endpoint", endpoint, "load-properties", FALSE,
                                                    NULL);
  g_autoptr (GError) error = NULL;
  Gate gate;

  gate_init (&gate);
  norpc_nats_link_invoke (norpc_nats_connection_get_link (fixture->connection), wait_at_gate, &gate);
  gate_await (&gate);
  for (guint i = 0; i < 3; i++)
    depot_depot_proxy_call_note (proxy, "a");
  gate_open (&gate);
  g_assert_false (norpc_nats_connection_flush_sync (fixture->connection, 30000, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "1 more one-way calls"));
  g_clear_error (&error);
  depot_state_wait_notes (fixture->state, "a");

  depot_depot_proxy_call_note (proxy, "b");
  norpc_nats_connection_flush_sync (fixture->connection, 30000, &error);
  g_assert_no_error (error);
  depot_state_wait_notes (fixture->state, "ab");
}

/* A flush that is cancelled after its end, but before its callback has run, tells of calls that were not sent. */
static void
test_cancelled_late (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) endpoint = g_object_new (NORPC_NATS_TYPE_ENDPOINT, "connection", fixture->connection, "prefix",
                                                     PREFIX, "capacity", 1, NULL);
  g_autoptr (DepotDepotProxy) proxy = g_object_new (DEPOT_TYPE_DEPOT_PROXY, "endpoint", endpoint, "load-properties", FALSE,
                                                    NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Flushed flushed = { 0 };
  Gate gate;

  gate_init (&gate);
  norpc_nats_link_invoke (norpc_nats_connection_get_link (fixture->connection), wait_at_gate, &gate);
  gate_await (&gate);
  depot_depot_proxy_call_note (proxy, "a");
  depot_depot_proxy_call_note (proxy, "b");
  norpc_nats_connection_flush (fixture->connection, 30000, cancellable, flushed_cb, &flushed);
  gate_open (&gate);
  /* The other flush has ended before this one. */
  norpc_nats_connection_flush_sync (fixture->connection, 30000, &error);
  g_assert_no_error (error);
  g_cancellable_cancel (cancellable);
  flushed_assert (&flushed, 1, NORPC_ERROR, NORPC_ERROR_BUSY);
  depot_state_wait_notes (fixture->state, "a");
}

/* A connection to a server that loses connections when the test says so. */
typedef struct
{
  FakeServer          *server;     /* (owned) */
  NorpcNatsConnection *connection; /* (owned) */
  NorpcNatsEndpoint   *endpoint;   /* (owned) */
  DepotDepotProxy     *proxy;      /* (owned) */
} Fake;

static void
fake_set_up (Fake          *self,
             gconstpointer  unused)
{
  self->server = fake_server_new ();
  self->connection = connect_to (fake_server_get_url (self->server));
  self->endpoint = norpc_nats_endpoint_new (self->connection, PREFIX);
  self->proxy = g_object_new (DEPOT_TYPE_DEPOT_PROXY, "endpoint", self->endpoint, "load-properties", FALSE, NULL);
}

static void
fake_tear_down (Fake          *self,
                gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  release_and_wait (g_steal_pointer (&self->endpoint));
  release_and_wait (g_steal_pointer (&self->connection));
  fake_server_free (self->server);
}

static void
wait_connected (Fake     *self,
                gboolean  connected)
{
  while (norpc_nats_connection_is_connected (self->connection) != connected)
    g_usleep (1000);
}

/* The connection is lost, and there again. */
static void
reconnect (Fake *self)
{
  fake_server_set_mode (self->server, FAKE_SERVER_SILENT);
  fake_server_disconnect (self->server);
  fake_server_wait_login (self->server, 2);
  wait_connected (self, FALSE);
  fake_server_set_answers (self->server, TRUE);
  fake_server_set_mode (self->server, FAKE_SERVER_SERVE);
  fake_server_disconnect (self->server);
}

static void
assert_unsent (Fake *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_nats_connection_flush_sync (self->connection, 30000, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);
  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
}

/* Without a connection, one-way calls are not sent. */
static void
test_unsent (Fake          *self,
             gconstpointer  unused)
{
  fake_server_set_mode (self->server, FAKE_SERVER_SILENT);
  fake_server_disconnect (self->server);
  fake_server_wait_login (self->server, 2);
  wait_connected (self, FALSE);
  depot_depot_proxy_call_note (self->proxy, "a");
  fake_server_set_mode (self->server, FAKE_SERVER_SERVE);
  fake_server_disconnect (self->server);
  assert_unsent (self);
}

/* A one-way call that was sent before the connection was lost may be lost with it, unless it was flushed before. */
static void
test_lost (Fake          *self,
           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  depot_depot_proxy_call_note (self->proxy, "a");
  fake_server_wait_received (self->server, ".Note");
  reconnect (self);
  assert_unsent (self);

  depot_depot_proxy_call_note (self->proxy, "b");
  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
  fake_server_disconnect (self->server);
  fake_server_wait_login (self->server, 4);
  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
}

/* A flush in progress fails when the connection is lost, and the next one does not do so for the same reason. */
static void
test_lost_meanwhile (Fake          *self,
                     gconstpointer  unused)
{
  Flushed flushed = { 0 };
  g_autoptr (GError) error = NULL;

  depot_depot_proxy_call_note (self->proxy, "a");
  fake_server_wait_received (self->server, ".Note");
  fake_server_set_answers (self->server, FALSE);
  norpc_nats_connection_flush (self->connection, 30000, NULL, flushed_cb, &flushed);
  while (!fake_server_has_received_in_order (self->server, ".Note", "PING"))
    g_usleep (1000);
  reconnect (self);
  flushed_assert (&flushed, 1, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
}

/* A flush that was cancelled does not say that one-way calls are lost: the next one does. */
static void
test_lost_after_cancelled (Fake          *self,
                           gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Flushed flushed = { 0 };

  depot_depot_proxy_call_note (self->proxy, "a");
  fake_server_wait_received (self->server, ".Note");
  fake_server_set_answers (self->server, FALSE);
  norpc_nats_connection_flush (self->connection, 30000, cancellable, flushed_cb, &flushed);
  while (!fake_server_has_received_in_order (self->server, ".Note", "PING"))
    g_usleep (1000);
  g_cancellable_cancel (cancellable);
  flushed_assert (&flushed, 1, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  reconnect (self);
  assert_unsent (self);
}

#define N_FLUSHES 100
#define MAX_THREADS 10

/* However many flushes wait for the server, they need one thread. One that is to end earlier does. */
static void
test_threads (Fake          *self,
              gconstpointer  unused)
{
  Flushed flushed = { 0 }, late = { 0 };
  g_autoptr (GError) error = NULL;
  guint n_threads;

  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
  n_threads = count_threads ();
  fake_server_set_answers (self->server, FALSE);
  for (guint i = 0; i < N_FLUSHES; i++)
    norpc_nats_connection_flush (self->connection, 30000, NULL, flushed_cb, &flushed);
  norpc_nats_connection_flush (self->connection, 20, NULL, flushed_cb, &late);
  flushed_assert (&late, 1, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_cmpuint (count_threads (), <=, n_threads + MAX_THREADS);
  g_assert_cmpuint (flushed.n, ==, 0);
  fake_server_set_answers (self->server, TRUE);
  flushed_assert (&flushed, N_FLUSHES, 0, 0);
}

#define FAKE_TEST(path, func) \
  g_test_add (path, Fake, NULL, fake_set_up, func, fake_tear_down)

static void
add_tests (void)
{
  TEST ("/nats/flush/waiting", test_waiting);
  TEST ("/nats/flush/closed", test_closed);
  TEST ("/nats/flush/async", test_async);
  TEST ("/nats/flush/capacity", test_capacity);
  TEST ("/nats/flush/cancelled-late", test_cancelled_late);
  FAKE_TEST ("/nats/flush/unsent", test_unsent);
  FAKE_TEST ("/nats/flush/lost", test_lost);
  FAKE_TEST ("/nats/flush/lost-meanwhile", test_lost_meanwhile);
  FAKE_TEST ("/nats/flush/lost-after-cancelled", test_lost_after_cancelled);
  FAKE_TEST ("/nats/flush/threads", test_threads);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
