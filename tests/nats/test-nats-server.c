/* test-nats-server.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Servers that do not behave as they should. If a server says nothing when a client reconnects, libnats holds the lock
 * of the connection meanwhile. A function that waits for this lock does not return, and the test runs into its timeout.
 */

#include <string.h>

#include "fake-server.h"
#include "nats-fixture.h"

typedef struct
{
  FakeServer          *fake;
  NorpcServer         *server;
  DepotState          *state;
  NorpcNatsConnection *connection;
  NorpcNatsExport     *export;
  NorpcNatsEndpoint   *endpoint;
  DepotDepotProxy     *proxy;
} Silent;

static NorpcNatsExport *
export_as (Silent     *self,
           const char *prefix)
{
  g_autoptr (GError) error = NULL;
  NorpcNatsExport *export = norpc_nats_export_new (self->connection, prefix, norpc_server_get_endpoint (self->server),
                                                   depot_depot_interface_info (), &error);

  g_assert_no_error (error);

  return export;
}

static void
set_up (Silent        *self,
        gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  self->fake = fake_server_new ();
  self->state = depot_state_new (0);
  self->server = norpc_serve (depot_service_new (self->state), &error);
  g_assert_no_error (error);
  self->connection = connect_to (fake_server_get_url (self->fake));
  self->export = export_as (self, "test.served");
  self->endpoint = norpc_nats_endpoint_new (self->connection, PREFIX);
  self->proxy = depot_depot_proxy_new (NORPC_ENDPOINT (self->endpoint));
  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
}

static void
tear_down (Silent        *self,
           gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->endpoint);
  g_clear_object (&self->export);
  if (self->connection != NULL)
    release_and_wait (g_steal_pointer (&self->connection));
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  release_and_wait (g_steal_pointer (&self->server));
  depot_state_free (self->state);
  fake_server_free (self->fake);
}

static void
wait_connected (Silent   *self,
                gboolean  connected)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (norpc_nats_connection_is_connected (self->connection) != connected)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

/* Returns when libnats waits for the server, with its lock. */
static void
lose (Silent *self)
{
  fake_server_set_mode (self->fake, FAKE_SERVER_SILENT);
  fake_server_disconnect (self->fake);
  fake_server_wait_login (self->fake, 2);
  wait_connected (self, FALSE);
}

/* The server answers to the next attempt. */
static void
recover (Silent *self)
{
  fake_server_set_mode (self->fake, FAKE_SERVER_SERVE);
  fake_server_disconnect (self->fake);
  wait_connected (self, TRUE);
}

/* Calls end when the connection is lost, and when it is closed. */
static void
test_calls (Silent        *self,
            gconstpointer  unused)
{
  Outcome pending = { 0 }, late = { 0 }, parked = { 0 }, waiting = { 0 };

  depot_depot_proxy_call_hold (self->proxy, NULL, hold_cb, &pending);
  depot_depot_proxy_call_hold_safely (self->proxy, NULL, hold_safely_cb, &parked);
  fake_server_wait_received (self->fake, PREFIX ".org.example.Depot.HoldSafely");
  lose (self);
  outcome_assert (&pending, NORPC_ERROR, NORPC_ERROR_CLOSED);
  depot_depot_proxy_call_hold (self->proxy, NULL, hold_cb, &late);
  outcome_assert (&late, NORPC_ERROR, NORPC_ERROR_CLOSED);
  depot_depot_proxy_call_hold_safely (self->proxy, NULL, hold_safely_cb, &waiting);

  norpc_nats_connection_close (self->connection);
  g_assert_false (norpc_nats_connection_is_connected (self->connection));
  outcome_assert (&parked, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_assert (&waiting, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* Nothing that a main thread calls blocks. */
static void
test_functions (Silent        *self,
                gconstpointer  unused)
{
  g_autoptr (NorpcNatsExport) export = NULL;
  g_autoptr (NorpcNatsEndpoint) endpoint = NULL;
  g_autoptr (DepotDepotProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  lose (self);
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (self->endpoint)));
  export = export_as (self, "test.late");
  g_assert_true (norpc_nats_export_announce (export, "late", "1.0.0", NULL, &error));
  endpoint = norpc_nats_endpoint_new (self->connection, "test.other");
  proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (proxy)));
  g_assert_false (norpc_nats_connection_flush_sync (self->connection, 1, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_clear_object (&proxy);
  g_clear_object (&endpoint);
  norpc_nats_export_unexport (self->export);
  g_clear_object (&export);
  g_clear_object (&self->proxy);
  g_clear_object (&self->endpoint);
  g_clear_object (&self->export);
  release_and_wait (g_steal_pointer (&self->connection));
}

static int begun; /* atomic: a flush */

static gpointer
flush_thread (gpointer data)
{
  Silent *self = data;
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&begun, TRUE);
  g_assert_false (norpc_nats_connection_flush_sync (self->connection, 30000, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  return NULL;
}

/* A flush that waits for the connection ends when that is closed. So does one that comes later. */
static void
test_flush (Silent        *self,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };
  GThread *thread;

  lose (self);
  thread = g_thread_new ("flush", flush_thread, self);
  while (!g_atomic_int_get (&begun))
    g_thread_yield ();
  for (guint i = 0; i < 100; i++)
    {
      depot_depot_proxy_call_hold (self->proxy, NULL, hold_cb, &outcome);
      outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_CLOSED);
    }
  norpc_nats_connection_close (self->connection);
  g_thread_join (thread);
  g_assert_false (norpc_nats_connection_flush_sync (self->connection, 30000, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
drained_cb (GObject      *export,
            GAsyncResult *result,
            gpointer      done)
{
  g_assert_true (norpc_nats_export_drain_finish (NORPC_NATS_EXPORT (export), result, NULL));
  *(gboolean *) done = TRUE;
}

/* A drain does not wait for a connection: no call can come. Afterwards, the export takes nothing more. */
static void
test_drain (Silent        *self,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  lose (self);
  norpc_nats_export_drain (self->export, drained_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);

  g_assert_false (norpc_nats_export_add_interface (self->export, depot_depot_interface_info (), &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (norpc_nats_export_announce (self->export, "depot", "1.0.0", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* How a drain ends. */
typedef struct
{
  gboolean done;
  GError  *error; /* (owned) (nullable) */
} Drained;

static void
drain_ended_cb (GObject      *export,
                GAsyncResult *result,
                gpointer      data)
{
  Drained *self = data;
  gboolean succeeded = norpc_nats_export_drain_finish (NORPC_NATS_EXPORT (export), result, &self->error);

  g_assert_true (succeeded == (self->error == NULL));
  self->done = TRUE;
}

/* Waits until the drain has failed. Then the export has ended. */
static void
drained_assert (Drained         *self,
                NorpcNatsExport *export,
                int              code)
{
  while (!self->done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (self->error, NORPC_ERROR, code);
  g_clear_error (&self->error);
  self->done = FALSE;

  norpc_nats_export_drain (export, drain_ended_cb, self);
  while (!self->done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (self->error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&self->error);
}

/* The server does not confirm that it has the replies. Another flush, which may take longer, does not matter. */
static void
test_drain_not_answered (Silent        *self,
                         gconstpointer  unused)
{
  gint64 start = g_get_monotonic_time ();
  Drained drained = { 0 };

  fake_server_set_answers (self->fake, FALSE);
  norpc_nats_connection_flush (self->connection, 100000, NULL, NULL, NULL);
  norpc_nats_export_drain (self->export, drain_ended_cb, &drained);
  drained_assert (&drained, self->export, NORPC_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 40 * G_TIME_SPAN_SECOND);
  fake_server_set_answers (self->fake, TRUE);
}

/* When there is a connection again, a new export is subscribed, unless it has ended, and a subscription that ended is
 * not there any more. Messages that an export has sent reach the server.
 */
static void
test_recovery (Silent        *self,
               gconstpointer  unused)
{
  g_autoptr (NorpcNatsExport) export = NULL, gone = NULL;
  g_autoptr (GError) error = NULL;

  lose (self);
  export = export_as (self, "test.late");
  g_clear_object (&self->export);
  gone = export_as (self, "test.gone");
  g_clear_object (&gone);
  g_assert_false (fake_server_has_received (self->fake, "SUB test.late."));
  recover (self);
  norpc_nats_connection_flush_sync (self->connection, 30000, &error);
  g_assert_no_error (error);
  fake_server_wait_received (self->fake, "SUB test.late.org.example.Depot.*");
  fake_server_wait_received (self->fake, "PUB test.late.$services.changed");
  fake_server_wait_received (self->fake, "PUB test.served.$services.changed");
  fake_server_wait_received (self->fake, "UNSUB");
  g_assert_false (fake_server_has_received (self->fake, "SUB test.gone."));
}

/* Waits until a call fails for a reason. */
static void
assert_reason (Outcome    *outcome,
               const char *reason)
{
  outcome_wait (outcome);
  g_assert_error (outcome->error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (outcome->error->message, reason));
  g_clear_error (&outcome->error);
  outcome->n = 0;
}

/* libnats closes a connection when a login is rejected for the second time. Calls say why. */
static void
test_rejected_login (Silent        *self,
                     gconstpointer  unused)
{
  Outcome parked = { 0 }, late = { 0 };

  g_test_expect_message ("NorpcNats", G_LOG_LEVEL_WARNING, "A connection to NATS is closed for good: Authorization *");
  fake_server_set_mode (self->fake, FAKE_SERVER_REJECT);
  depot_depot_proxy_call_hold_safely (self->proxy, NULL, hold_safely_cb, &parked);
  fake_server_wait_received (self->fake, PREFIX ".org.example.Depot.HoldSafely");
  fake_server_disconnect (self->fake);
  assert_reason (&parked, "is closed: Authorization Violation");
  depot_depot_proxy_call_hold (self->proxy, NULL, hold_cb, &late);
  assert_reason (&late, "is closed: Authorization Violation");
  g_test_assert_expected_messages ();
}

/* libnats closes a connection at once when the server reports an error that it does not know. */
static void
test_unknown_error (Silent        *self,
                    gconstpointer  unused)
{
  Outcome pending = { 0 }, late = { 0 };

  g_test_expect_message ("NorpcNats", G_LOG_LEVEL_WARNING, "A connection to NATS is closed for good: Maximum *");
  depot_depot_proxy_call_hold_safely (self->proxy, NULL, hold_safely_cb, &pending);
  fake_server_wait_received (self->fake, PREFIX ".org.example.Depot.HoldSafely");
  fake_server_send (self->fake, "-ERR 'Maximum Payload Violation'\r\n");
  outcome_assert (&pending, NORPC_ERROR, NORPC_ERROR_CLOSED);
  depot_depot_proxy_call_hold (self->proxy, NULL, hold_cb, &late);
  assert_reason (&late, "is closed: Maximum Payload Violation");
  g_test_assert_expected_messages ();
}

#define SERVER_TEST(path, func) g_test_add (path, Silent, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  SERVER_TEST ("/nats/server/silent-calls", test_calls);
  SERVER_TEST ("/nats/server/silent-functions", test_functions);
  SERVER_TEST ("/nats/server/silent-flush", test_flush);
  SERVER_TEST ("/nats/server/silent-drain", test_drain);
  SERVER_TEST ("/nats/server/drain-not-answered", test_drain_not_answered);
  SERVER_TEST ("/nats/server/silent-recovery", test_recovery);
  SERVER_TEST ("/nats/server/rejected-login", test_rejected_login);
  SERVER_TEST ("/nats/server/unknown-error", test_unknown_error);

  return g_test_run ();
}
