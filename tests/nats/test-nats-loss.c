/* test-nats-loss.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Connections that are lost, closed or never made. */

#include <string.h>

#include "nats-fixture.h"

static void
wait_connected (NorpcNatsConnection *connection,
                gboolean             connected)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (norpc_nats_connection_is_connected (connection) != connected)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }
}

/* A call that waits fails at once; the proxy works again when the server does. */
static void
test_server_dies (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = NULL;
  Outcome outcome = { 0 };

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  nats_process_kill (fixture->nats);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_CLOSED);

  wait_connected (fixture->connection, FALSE);
  wait_connected (fixture->served, FALSE);
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (fixture->endpoint)));
  g_assert_null (depot_depot_proxy_call_echo_sync (fixture->proxy, "", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);

  nats_process_start (fixture->nats);
  wait_connected (fixture->connection, TRUE);
  wait_connected (fixture->served, TRUE);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
  echo = depot_depot_proxy_call_echo_sync (fixture->proxy, "again", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (echo, ==, "again");

  /* Its reply to the call from before is not missed. */
  depot_answer (g_steal_pointer (&call), 1);
  g_assert_cmpuint (outcome.n, ==, 0);
}

/* A call that may be sent twice is; so is one that is made while there is no connection. */
static void
test_idempotent (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_autoptr (NorpcCall) first = NULL;
  Outcome before = { 0 }, meanwhile = { 0 };

  depot_depot_proxy_call_hold_safely (fixture->proxy, NULL, hold_safely_cb, &before);
  first = depot_state_wait_held (fixture->state);
  nats_process_kill (fixture->nats);
  wait_connected (fixture->connection, FALSE);
  wait_connected (fixture->served, FALSE);
  depot_depot_proxy_call_hold_safely (fixture->proxy, NULL, hold_safely_cb, &meanwhile);

  nats_process_start (fixture->nats);
  depot_answer (depot_state_wait_held (fixture->state), 2);
  depot_answer (depot_state_wait_held (fixture->state), 2);
  outcome_wait (&before);
  outcome_wait (&meanwhile);
  g_assert_no_error (before.error);
  g_assert_no_error (meanwhile.error);
  g_assert_cmpint (before.number, ==, 2);
  g_assert_cmpint (meanwhile.number, ==, 2);
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 3);
}

#define N_BURST 500

/* Answers what the service keeps. */
static void
answer_held (DepotState *state)
{
  NorpcCall *call;

  do
    {
      g_mutex_lock (&state->lock);
      call = g_queue_pop_head (&state->held);
      g_mutex_unlock (&state->lock);
      if (call != NULL)
        depot_answer (call, 1);
    }
  while (call != NULL);
}

static gpointer
kill_cb (gpointer nats)
{
  nats_process_kill (nats);

  return NULL;
}

/* The server dies while calls that may be sent twice are sent: none of them is lost. */
static void
test_idempotent_burst (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autofree Outcome *outcomes = g_new0 (Outcome, N_BURST);
  GThread *killer = g_thread_new ("killer", kill_cb, fixture->nats);

  for (guint i = 0; i < N_BURST; i++)
    {
      depot_depot_proxy_call_hold_safely (fixture->proxy, NULL, hold_safely_cb, &outcomes[i]);
      g_usleep (20);
    }
  g_thread_join (killer);
  wait_connected (fixture->connection, FALSE);
  nats_process_start (fixture->nats);
  for (guint i = 0; i < N_BURST; i++)
    {
      while (outcomes[i].n == 0)
        {
          answer_held (fixture->state);
          g_main_context_iteration (NULL, FALSE);
        }
      g_assert_no_error (outcomes[i].error);
    }
}

/* The client has a connection again before the service has one. */
static void
test_service_is_later (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  nats_process_kill (fixture->nats);
  wait_connected (fixture->connection, FALSE);
  wait_connected (fixture->served, FALSE);
  fixture_unexport (fixture);
  depot_depot_proxy_call_hold_safely (fixture->proxy, NULL, hold_safely_cb, &outcome);
  nats_process_start (fixture->nats);
  wait_connected (fixture->connection, TRUE);
  wait_connected (fixture->served, TRUE);

  /* The call before this one has had the same reply. */
  g_assert_null (depot_depot_proxy_call_echo_sync (fixture->proxy, "", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpuint (outcome.n, ==, 0);
  fixture_export (fixture);
  depot_answer (depot_state_wait_held (fixture->state), 4);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.number, ==, 4);
}

/* One that waits for a connection is cancelled. */
static void
test_cancel_meanwhile (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0 };

  nats_process_kill (fixture->nats);
  wait_connected (fixture->connection, FALSE);
  depot_depot_proxy_call_hold_safely (fixture->proxy, cancellable, hold_safely_cb, &outcome);
  g_cancellable_cancel (cancellable);
  outcome_assert (&outcome, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  nats_process_start (fixture->nats);
  wait_connected (fixture->connection, TRUE);
  g_assert_cmpuint (depot_state_get_n_handled (fixture->state), ==, 0);
}

/* Both calls that wait for a reply and those that wait for a connection complete. */
static void
test_close (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 }, safe = { 0 }, late = { 0 };

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  depot_depot_proxy_call_hold_safely (fixture->proxy, NULL, hold_safely_cb, &safe);
  norpc_nats_connection_close (fixture->connection);
  norpc_nats_connection_close (fixture->connection);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_assert (&safe, NORPC_ERROR, NORPC_ERROR_CLOSED);
  depot_depot_proxy_call_hold_safely (fixture->proxy, NULL, hold_safely_cb, &late);
  outcome_assert (&late, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (fixture->endpoint)));
}

/* The connection of the export is closed: clients notice, and nothing is kept. */
static void
test_close_served (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  norpc_nats_connection_close (fixture->served);
  wait_connected (fixture->served, FALSE);
  while (error == NULL)
    {
      g_autofree char *echo = NULL;

      norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 1000);
      echo = depot_depot_proxy_call_echo_sync (fixture->proxy, "", NULL, &error);
    }
  if (!g_error_matches (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT))
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* The service has calls without a time limit, and only its connection is closed. */
static void
test_close_served_meanwhile (Fixture       *fixture,
                             gconstpointer  unused)
{
  g_autoptr (NorpcCall) once = NULL, safe = NULL;
  Outcome outcomes[2] = { { 0 } };

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[0]);
  once = depot_state_wait_held (fixture->state);
  depot_depot_proxy_call_hold_safely (fixture->proxy, NULL, hold_safely_cb, &outcomes[1]);
  safe = depot_state_wait_held (fixture->state);
  norpc_nats_connection_close (fixture->served);
  for (guint i = 0; i < 2; i++)
    outcome_assert (&outcomes[i], NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A proxy that is released while a call waits: the call still completes. */
static void
test_release (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcNatsConnection) connection = connect_to (nats_process_get_url (fixture->nats));
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (connection, PREFIX);
  g_autoptr (DepotDepotProxy) proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
  Outcome outcome = { 0 };

  depot_depot_proxy_call_hold (proxy, NULL, hold_cb, &outcome);
  g_clear_object (&proxy);
  g_clear_object (&endpoint);
  g_object_ref (connection);
  depot_answer (depot_state_wait_held (fixture->state), 3);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (outcome.number, ==, 3);
  g_object_unref (connection);
  release_and_wait (g_steal_pointer (&connection));
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  Outcome *outcome = data;

  outcome->n++;
  g_assert_null (norpc_nats_connection_new_finish (result, &outcome->error));
}

static void
test_no_server (void)
{
  g_autoptr (NorpcNatsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  connection = norpc_nats_connection_new_sync ("nats://127.0.0.1:1", NULL, &error);
  g_assert_null (connection);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_nats_connection_new ("nats://127.0.0.1:1, nats://127.0.0.1:2", NULL, connected_cb, &outcome);
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* Longer than the library tries by default. */
static void
test_long_loss (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (NorpcNatsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_test_slow ())
    {
      g_test_skip ("it takes minutes");
      return;
    }

  connection = norpc_nats_connection_new_sync (nats_process_get_url (fixture->nats), NULL, &error);
  g_assert_no_error (error);
  nats_process_kill (fixture->nats);
  g_usleep (140 * G_USEC_PER_SEC);
  nats_process_start (fixture->nats);
  wait_connected (connection, TRUE);
}

static void
test_wrong_urls (void)
{
  const char *wrong[] = { "", ",", " ", "nats://127.0.0.1:1,", ",nats://127.0.0.1:1" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = g_strdup_printf ("'%s': Could not connect to NATS", wrong[i]);

      g_assert_null (norpc_nats_connection_new_sync (wrong[i], NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, text));
    }
}

static void
notified_cb (NorpcNatsConnection *connection,
             GParamSpec          *pspec,
             GString             *seen)
{
  g_string_append (seen, norpc_nats_connection_is_connected (connection) ? "on " : "off ");
}

static gboolean
not_seen_cb (gpointer seen)
{
  g_error ("'%s' is not all", ((GString *) seen)->str);

  return G_SOURCE_REMOVE;
}

static void
wait_seen (GString    *seen,
           const char *text)
{
  guint id = g_timeout_add_seconds (30, not_seen_cb, seen);

  while (seen->len < strlen (text))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  g_assert_cmpstr (seen->str, ==, text);
}

/* A connection notifies in the context in which it was made. */
static void
test_notify (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  gboolean connected;

  g_signal_connect (fixture->connection, "notify::connected", G_CALLBACK (notified_cb), seen);
  nats_process_kill (fixture->nats);
  wait_seen (seen, "off ");
  nats_process_start (fixture->nats);
  wait_seen (seen, "off on ");
  norpc_nats_connection_close (fixture->connection);
  wait_seen (seen, "off on off ");
  g_object_get (fixture->connection, "connected", &connected, NULL);
  g_assert_false (connected);
  g_signal_handlers_disconnect_by_data (fixture->connection, seen);
}

#define N_SILENT 15

/* Servers that accept a connection and then say nothing. Returns their URLs (owned). */
static char *
make_silent_servers (GSocketListener *listener)
{
  GString *urls = g_string_new (NULL);

  for (guint i = 0; i < N_SILENT; i++)
    {
      g_autoptr (GError) error = NULL;
      guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

      g_assert_no_error (error);
      g_string_append_printf (urls, "%snats://127.0.0.1:%u", i > 0 ? "," : "", port);
    }

  return g_string_free (urls, FALSE);
}

/* To connect takes two seconds for each of them. Cancelling it does not wait for that. */
static void
test_cancel_connecting (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autofree char *urls = make_silent_servers (listener);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0 };
  gint64 start = g_get_monotonic_time ();

  norpc_nats_connection_new (urls, cancellable, connected_cb, &outcome);
  g_usleep (50000);
  g_assert_cmpuint (outcome.n, ==, 0);
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (outcome.n, ==, 0);
  outcome_assert (&outcome, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start, <, N_SILENT * G_TIME_SPAN_SECOND);
}

static void
add_tests (void)
{
  TEST ("/nats/loss/server-dies", test_server_dies);
  TEST ("/nats/loss/idempotent", test_idempotent);
  TEST ("/nats/loss/idempotent-burst", test_idempotent_burst);
  TEST ("/nats/loss/service-is-later", test_service_is_later);
  TEST ("/nats/loss/cancel-meanwhile", test_cancel_meanwhile);
  TEST ("/nats/loss/close", test_close);
  TEST ("/nats/loss/close-served", test_close_served);
  TEST ("/nats/loss/close-served-meanwhile", test_close_served_meanwhile);
  TEST ("/nats/loss/release", test_release);
  TEST ("/nats/loss/long-loss", test_long_loss);
  g_test_add_func ("/nats/loss/no-server", test_no_server);
  g_test_add_func ("/nats/loss/wrong-urls", test_wrong_urls);
  TEST ("/nats/loss/notify", test_notify);
  g_test_add_func ("/nats/loss/cancel-connecting", test_cancel_connecting);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
