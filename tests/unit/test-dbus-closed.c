/* test-dbus-closed.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Whatever ends, each call completes. */

#include "dbus-fixture.h"
#include "remote/norpc-dbus-router-private.h"

static void
outcome_cb (GObject      *proxy,
            GAsyncResult *result,
            gpointer      data)
{
  GAsyncResult **outcome = data;

  *outcome = g_object_ref (result);
}

static void
wait_for (GAsyncResult **outcome)
{
  while (*outcome == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* The message names the call. */
static void
assert_says_closed (const GError *error)
{
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_true (g_str_has_prefix (error->message, "org.example.Wire.Hold "));
}

/* Takes the outcome of a call of Hold, which is to fail as closed. */
static void
assert_closed (DBusFixture   *fixture,
               GAsyncResult **outcome)
{
  g_autoptr (GError) error = NULL;
  guint number;

  wait_for (outcome);
  g_assert_false (wire_wire_proxy_call_hold_finish (fixture->proxy, *outcome, &number, &error));
  assert_says_closed (error);
  g_clear_object (outcome);
}

/* Sends a call that the service keeps. */
static NorpcCall *
begin_hold (DBusFixture   *fixture,
            GAsyncResult **outcome)
{
  wire_wire_proxy_call_hold (fixture->proxy, NULL, outcome_cb, outcome);

  return wire_state_wait_held (fixture->state);
}

static void
test_connection_of_client (DBusFixture   *fixture,
                           gconstpointer  kind)
{
  GAsyncResult *outcomes[3] = { NULL };
  NorpcCall *held[3];
  g_autoptr (GError) error = NULL;
  guint number;

  for (guint i = 0; i < 3; i++)
    held[i] = begin_hold (fixture, &outcomes[i]);
  g_assert_false (norpc_endpoint_is_closed (NORPC_ENDPOINT (fixture->endpoint)));
  g_dbus_connection_close_sync (fixture->used, NULL, NULL);
  for (guint i = 0; i < 3; i++)
    assert_closed (fixture, &outcomes[i]);
  for (guint i = 0; i < 3; i++)
    norpc_call_unref (held[i]);

  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (fixture->endpoint)));
  g_assert_false (wire_wire_proxy_call_hold_sync (fixture->proxy, &number, NULL, &error));
  assert_says_closed (error);
}

/* The thread that waits for the answer runs no main context. */
static gpointer
close_served (gpointer data)
{
  DBusFixture *fixture = data;
  NorpcCall *held = wire_state_wait_held (fixture->state);

  g_dbus_connection_close_sync (fixture->served, NULL, NULL);
  norpc_call_unref (held);

  return NULL;
}

static void
test_connection_of_service (DBusFixture   *fixture,
                            gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("close", close_served, fixture);
  guint number;

  g_assert_false (wire_wire_proxy_call_hold_sync (fixture->proxy, &number, NULL, &error));
  assert_says_closed (error);
  g_thread_join (thread);
}

static void
release_name (GDBusConnection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                 "ReleaseName", g_variant_new ("(s)", DBUS_NAME), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                                 NULL, &error);

  g_assert_no_error (error);
}

static void
request_name (GDBusConnection *connection)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                 "RequestName", g_variant_new ("(su)", DBUS_NAME, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                                 NULL, &error);

  g_assert_no_error (error);
}

/* The service is still there, but no longer has the name. Its proxies work with the next one that has it. */
static void
test_name (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (GError) error = NULL;
  NorpcCall *held;
  gint64 left;

  held = begin_hold (fixture, &outcome);
  release_name (fixture->served);
  assert_closed (fixture, &outcome);
  norpc_call_return_variant (held, g_variant_new ("(u)", 1));
  norpc_call_unref (held);

  g_assert_false (wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);

  request_name (fixture->served);
  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
}

/* A client that leaves the bus does not want its answers any more. */
static void
test_client_leaves (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autoptr (GAsyncResult) outcome = NULL;
  NorpcCall *held = begin_hold (fixture, &outcome);

  g_dbus_connection_close_sync (fixture->used, NULL, NULL);
  /* GDBus tells in this context that the peer has gone. */
  while (!norpc_call_is_cancelled (held))
    g_main_context_iteration (NULL, FALSE);
  wire_state_wait_cancelled (fixture->state, 1);
  norpc_call_unref (held);
  assert_closed (fixture, &outcome);
}

/* A call that was accepted is still answered; one that comes later is not accepted. */
static void
test_unexport (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (GError) error = NULL;
  NorpcCall *held = begin_hold (fixture, &outcome);
  guint number;
  gint64 left;

  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  norpc_call_return_variant (held, g_variant_new ("(u)", 7));
  norpc_call_unref (held);
  wait_for (&outcome);
  g_assert_true (wire_wire_proxy_call_hold_finish (fixture->proxy, outcome, &number, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (number, ==, 7);

  g_assert_false (wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  dbus_fixture_invoke (fixture, dbus_fixture_export);
  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
}

/* No thread will handle the replies of calls that the service has. */
static void
test_context_ends (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  GAsyncResult *outcomes[3] = { NULL };
  NorpcCall *held[3];

  for (guint i = 0; i < 3; i++)
    held[i] = begin_hold (fixture, &outcomes[i]);
  dbus_fixture_pause (fixture);
  dbus_fixture_unexport (fixture);
  for (guint i = 0; i < 3; i++)
    assert_closed (fixture, &outcomes[i]);

  /* A thread that runs the context later does not answer again. */
  for (guint i = 0; i < 3; i++)
    {
      norpc_call_return_variant (held[i], g_variant_new ("(u)", 1));
      norpc_call_unref (held[i]);
    }
  dbus_fixture_resume (fixture);
}

/* The same behind the main loop of a thread, whose thread-default context it still is. */
static void
test_behind_loop (DBusFixture   *fixture,
                  gconstpointer  kind)
{
  GAsyncResult *outcome = NULL;
  NorpcCall *held = begin_hold (fixture, &outcome);

  dbus_fixture_pause (fixture);
  g_main_context_push_thread_default (fixture->context);
  dbus_fixture_unexport (fixture);
  g_main_context_pop_thread_default (fixture->context);
  assert_closed (fixture, &outcome);
  norpc_call_unref (held);
  dbus_fixture_resume (fixture);
}

/* A call waits in the export, whose context no thread runs, and is answered when the export is released. */
static void
test_unexport_unread (DBusFixture   *fixture,
                      gconstpointer  kind)
{
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  dbus_fixture_load (fixture);
  dbus_fixture_pause (fixture);
  g_dbus_connection_call (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, DBUS_PATH, "org.example.Wire",
                          "TimeLeft", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, 10000, NULL, outcome_cb, &outcome);

  /* GDBus answers this one itself, after it has seen the call. */
  reply = dbus_fixture_call (fixture, "org.freedesktop.DBus.Peer", "Ping", NULL, &error);
  g_assert_no_error (error);
  dbus_fixture_unexport (fixture);
  wait_for (&outcome);
  g_assert_null (g_dbus_connection_call_finish (fixture->used, outcome, &error));
  name = g_dbus_error_get_remote_error (error);
  g_assert_cmpstr (name, ==, "org.norpc.Error.Closed");
  dbus_fixture_resume (fixture);
}

/* Runs in the context of the export, which gets the message, and then nothing. */
static gboolean
unexport_meanwhile_cb (gpointer data)
{
  DBusFixture *fixture = data;

  while (!g_main_context_iteration (fixture->context, FALSE))
    g_thread_yield ();
  dbus_fixture_unexport (fixture);

  return G_SOURCE_REMOVE;
}

/* The export has the call, and waits for the bus, which knows who has sent it. */
static void
test_unexport_meanwhile (DBusFixture   *fixture,
                         gconstpointer  kind)
{
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (GError) error = NULL;

  /* After this, the context of the export is idle. The sender of the call is one that it does not know yet. */
  dbus_fixture_load (fixture);
  dbus_fixture_pause (fixture);
  g_dbus_connection_call (fixture->served, DBUS_NAME, DBUS_PATH, "org.example.Wire", "Hold", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, 10000, NULL, outcome_cb, &outcome);
  g_main_context_invoke_full (fixture->context, G_PRIORITY_HIGH, unexport_meanwhile_cb, fixture, NULL);
  dbus_fixture_resume (fixture);
  wait_for (&outcome);
  g_assert_null (g_dbus_connection_call_finish (fixture->served, outcome, &error));
  g_assert_true (g_dbus_error_is_remote_error (error));
}

static void
test_server_stops (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL));
  g_assert_false (wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* The last call keeps what it needs. */
static void
test_endpoint_released (DBusFixture   *fixture,
                        gconstpointer  kind)
{
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (GError) error = NULL;
  NorpcCall *held = begin_hold (fixture, &outcome);
  WireWireProxy *proxy = g_steal_pointer (&fixture->proxy);
  guint number;

  g_clear_object (&fixture->endpoint);
  norpc_call_return_variant (held, g_variant_new ("(u)", 9));
  norpc_call_unref (held);
  wait_for (&outcome);
  g_assert_true (wire_wire_proxy_call_hold_finish (proxy, outcome, &number, &error));
  g_assert_cmpuint (number, ==, 9);
  g_object_unref (proxy);
  g_clear_object (&outcome);

  /* Then it follows the connection no longer. */
  while (g_signal_handler_find (fixture->used, G_SIGNAL_MATCH_ID, g_signal_lookup ("closed", G_TYPE_DBUS_CONNECTION), 0,
                                NULL, NULL, NULL) != 0)
    g_thread_yield ();
}

static void
test_no_service (DBusFixture   *fixture,
                 gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = norpc_dbus_endpoint_new (fixture->used, "org.example.Nobody", DBUS_PATH);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autoptr (GError) error = NULL;
  gint64 left;

  g_assert_false (wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A message for a stream may arrive when its export has been released, and the stream is about to be. */
static void
test_stream_of_released (DBusFixture   *fixture,
                         gconstpointer  kind)
{
  const char *client = fixture->kind == DBUS_ON_BUS ? g_dbus_connection_get_unique_name (fixture->used) : "";
  NorpcDBusRouter *router = norpc_dbus_router_get (fixture->served);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autofree char *name = NULL;

  norpc_dbus_router_add_branch (router, "/released/streams/1", "/released", "org.example.Wire.PourStream", client, 1);
  reply = g_dbus_connection_call_sync (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL,
                                       "/released/streams/1", "org.example.Wire.PourStream", "Wait", NULL, NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_null (reply);
  name = g_dbus_error_get_remote_error (error);
  g_assert_cmpstr (name, ==, "org.norpc.Error.Closed");
  norpc_dbus_router_remove_branch (router, "/released/streams/1");
  norpc_dbus_router_unref (router);
}

#define ON_BUS(path, func) \
  g_test_add (path, DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up, func, dbus_fixture_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-closed/connection-of-client", test_connection_of_client);
  dbus_add_tests ("/dbus-closed/stream-of-released", test_stream_of_released);
  dbus_add_tests ("/dbus-closed/connection-of-service", test_connection_of_service);
  dbus_add_tests ("/dbus-closed/unexport-unread", test_unexport_unread);
  dbus_add_tests ("/dbus-closed/client-leaves", test_client_leaves);
  dbus_add_tests ("/dbus-closed/unexport", test_unexport);
  dbus_add_tests ("/dbus-closed/context-ends", test_context_ends);
  dbus_add_tests ("/dbus-closed/behind-loop", test_behind_loop);
  dbus_add_tests ("/dbus-closed/server-stops", test_server_stops);
  dbus_add_tests ("/dbus-closed/endpoint-released", test_endpoint_released);
  ON_BUS ("/dbus-closed/unexport-meanwhile", test_unexport_meanwhile);
  ON_BUS ("/dbus-closed/name", test_name);
  ON_BUS ("/dbus-closed/no-service", test_no_service);

  return g_test_run ();
}
