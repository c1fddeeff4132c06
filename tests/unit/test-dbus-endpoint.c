/* test-dbus-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How an endpoint sends calls: how many, whether at all, and with which messages beside them. */

#include <string.h>

#include "dbus-fixture.h"

static void
ready_cb (GObject      *endpoint,
          GAsyncResult *result,
          gpointer      ready)
{
  g_autoptr (GError) error = NULL;

  norpc_endpoint_ready_finish (NORPC_ENDPOINT (endpoint), result, &error);
  g_assert_no_error (error);
  *(gboolean *) ready = TRUE;
}

/* An endpoint that has as many calls as it may have rejects more, and is ready when one is answered. */
static void
test_capacity (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (NorpcEndpoint) endpoint =
    g_object_new (NORPC_TYPE_DBUS_ENDPOINT, "connection", fixture->used, "name",
                  fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, "object-path", DBUS_PATH, "capacity", 1, NULL);
  g_autoptr (WireWireProxy) proxy =
    g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  g_autoptr (GError) error = NULL;
  gboolean ready = FALSE;
  NorpcCall *held;
  gint64 left;

  g_assert_true (norpc_endpoint_is_ready (endpoint));
  wire_wire_proxy_call_hold (proxy, NULL, NULL, NULL);
  held = wire_state_wait_held (fixture->state);
  g_assert_false (norpc_endpoint_is_ready (endpoint));
  g_assert_false (wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_clear_error (&error);
  norpc_endpoint_ready_async (endpoint, NULL, ready_cb, &ready);
  norpc_call_return_variant (held, g_variant_new ("(u)", 1));
  norpc_call_unref (held);
  while (!ready)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (norpc_endpoint_is_ready (endpoint));
  wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error);
  g_assert_no_error (error);
}

static void
not_ready_cb (GObject      *endpoint,
              GAsyncResult *result,
              gpointer      error)
{
  g_assert_false (norpc_endpoint_ready_finish (NORPC_ENDPOINT (endpoint), result, error));
}

/* All fails that an endpoint does whose properties are wrong. */
static void
assert_rejects (NorpcEndpoint *endpoint)
{
  g_autoptr (WireWireProxy) proxy =
    g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  g_autoptr (GError) error = NULL;
  gint64 left;

  g_assert_true (norpc_endpoint_is_closed (endpoint));
  g_assert_false (norpc_endpoint_is_ready (endpoint));
  g_assert_false (wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (norpc_dbus_endpoint_flush_sync (NORPC_DBUS_ENDPOINT (endpoint), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);
  norpc_endpoint_ready_async (endpoint, NULL, not_ready_cb, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A mistake of the program is reported when the endpoint is made, also by its properties. */
static void
test_wrong (DBusFixture   *fixture,
            gconstpointer  kind)
{
  const struct
  {
    GDBusConnection *connection;
    const char      *name;
    const char      *path;
    const char      *message;
  } cases[] = {
    { NULL, DBUS_NAME, DBUS_PATH, "NorpcDBusEndpoint: it has no connection" },
    { fixture->used, "wrong", DBUS_PATH, "NorpcDBusEndpoint: 'wrong' is not a name on a bus" },
    { fixture->used, NULL, "wrong", "NorpcDBusEndpoint: 'wrong' is not an object path" },
    { fixture->used, NULL, NULL, "NorpcDBusEndpoint: '(null)' is not an object path" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (NorpcEndpoint) endpoint = NULL;

      g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, cases[i].message);
      endpoint = g_object_new (NORPC_TYPE_DBUS_ENDPOINT, "connection", cases[i].connection, "name", cases[i].name,
                               "object-path", cases[i].path, NULL);
      g_test_assert_expected_messages ();
      assert_rejects (endpoint);
    }
}

static void
hold_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      number)
{
  g_autoptr (GError) error = NULL;

  wire_wire_proxy_call_hold_finish (WIRE_WIRE_PROXY (proxy), result, number, &error);
  g_assert_no_error (error);
}

static void
take_outcome (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  GAsyncResult **outcome = data;

  *outcome = g_object_ref (result);
}

#define N_PROBES 4

/* Waits with an endpoint that has a call, which is returned (owned), until it is ready. The first wait is cancelled. */
static NorpcCall *
begin_probes (DBusFixture   *fixture,
              NorpcEndpoint *endpoint,
              WireWireProxy *proxy,
              GAsyncResult **probes,
              GAsyncResult **outcome)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *held;

  wire_wire_proxy_call_hold (proxy, NULL, take_outcome, outcome);
  held = wire_state_wait_held (fixture->state);
  for (int i = 0; i < N_PROBES; i++)
    norpc_endpoint_ready_async (endpoint, i == 0 ? cancellable : NULL, take_outcome, &probes[i]);
  g_cancellable_cancel (cancellable);
  while (probes[0] == NULL)
    g_main_context_iteration (NULL, TRUE);

  return held;
}

/* Checks that all waits have completed once the call has. */
static void
assert_probes (NorpcEndpoint *endpoint,
               GAsyncResult **probes,
               GAsyncResult **outcome,
               GQuark         domain,
               int            code)
{
  while (*outcome == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (outcome);

  /* The call is released in the thread of D-Bus endpoints. */
  dbus_thread_block ();
  dbus_thread_unblock ();
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (int i = 0; i < N_PROBES; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (probes[i]);
      norpc_endpoint_ready_finish (endpoint, probes[i], &error);
      if (i == 0)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else if (domain != 0)
        g_assert_error (error, domain, code);
      else
        g_assert_no_error (error);
      g_clear_object (&probes[i]);
    }
}

/* One call that is answered, or a connection that is closed, is enough for all that wait. */
static void
test_probes (DBusFixture   *fixture,
             gconstpointer  kind)
{
  g_autoptr (NorpcEndpoint) endpoint =
    g_object_new (NORPC_TYPE_DBUS_ENDPOINT, "connection", fixture->used, "name",
                  fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, "object-path", DBUS_PATH, "capacity", 1, NULL);
  g_autoptr (WireWireProxy) proxy =
    g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  GAsyncResult *probes[N_PROBES] = { NULL };
  GAsyncResult *outcome = NULL;
  NorpcCall *held;

  held = begin_probes (fixture, endpoint, proxy, probes, &outcome);
  norpc_call_return_variant (held, g_variant_new ("(u)", 1));
  norpc_call_unref (held);
  assert_probes (endpoint, probes, &outcome, 0, 0);

  held = begin_probes (fixture, endpoint, proxy, probes, &outcome);
  g_dbus_connection_close_sync (fixture->used, NULL, NULL);
  norpc_call_unref (held);
  assert_probes (endpoint, probes, &outcome, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A call that is cancelled before it is sent does not reach the service. */
static void
test_cancelled_before (DBusFixture   *fixture,
                       gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *held;
  guint number = 0;

  dbus_thread_block ();
  wire_wire_proxy_call_hold (fixture->proxy, cancellable, NULL, NULL);
  g_cancellable_cancel (cancellable);
  dbus_thread_unblock ();
  wire_wire_proxy_call_hold (fixture->proxy, NULL, hold_cb, &number);
  held = wire_state_wait_held (fixture->state);
  norpc_call_return_variant (held, g_variant_new ("(u)", 5));
  norpc_call_unref (held);
  while (number != 5)
    g_main_context_iteration (NULL, TRUE);
}

/* Answers as a service without norpc-glib, and keeps the call Hold. Runs in GDBus's thread. */
static GDBusMessage *
serve_plainly (GDBusConnection *connection,
               GDBusMessage    *message,
               gboolean         incoming,
               gpointer         members)
{
  g_autoptr (GDBusMessage) owned = NULL;
  g_autoptr (GDBusMessage) reply = NULL;
  const char *member = g_dbus_message_get_member (message);

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
      g_strcmp0 (g_dbus_message_get_path (message), DBUS_PATH) != 0 ||
      g_str_has_prefix (g_dbus_message_get_interface (message), "org.freedesktop."))
    return message;

  owned = message;
  g_async_queue_push (members, g_strdup (member));
  if (!g_str_equal (member, "TimeLeft"))
    return NULL;

  reply = g_dbus_message_new_method_reply (message);
  g_dbus_message_set_body (reply, g_variant_new ("(x)", (gint64) 0));
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);

  return NULL;
}

static void
unref_queue (gpointer queue)
{
  g_async_queue_unref (queue);
}

static void
assert_next_member (GAsyncQueue *members,
                    const char  *expected)
{
  g_autofree char *member = g_async_queue_pop (members);

  g_assert_cmpstr (member, ==, expected);
}

/* A service without norpc-glib never sees norpc-glib's own members: about deadlines, traces and cancellation. */
static void
test_plain_service (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  GAsyncQueue *members = g_async_queue_new_full (g_free);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcEndpoint) endpoint = NULL;
  g_autoptr (WireWireProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  gint64 left;

  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  g_dbus_connection_add_filter (fixture->served, serve_plainly, g_async_queue_ref (members), unref_queue);
  endpoint = NORPC_ENDPOINT (norpc_dbus_endpoint_new (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL,
                                                      DBUS_PATH));
  proxy = g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  norpc_trace_context_push ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", NULL);
  norpc_proxy_set_timeout (NORPC_PROXY (proxy), 60 * 1000);
  g_assert_true (wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error));
  g_assert_no_error (error);
  assert_next_member (members, "TimeLeft");

  wire_wire_proxy_call_hold (proxy, cancellable, NULL, NULL);
  assert_next_member (members, "Hold");
  g_cancellable_cancel (cancellable);
  g_assert_true (wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error));
  g_assert_no_error (error);
  assert_next_member (members, "TimeLeft");
  g_assert_cmpint (g_async_queue_length (members), ==, 0);
  norpc_trace_context_pop ();
  g_async_queue_unref (members);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-endpoint/wrong", test_wrong);
  dbus_add_tests ("/dbus-endpoint/capacity", test_capacity);
  dbus_add_tests ("/dbus-endpoint/probes", test_probes);
  dbus_add_tests ("/dbus-endpoint/cancelled-before", test_cancelled_before);
  dbus_add_tests ("/dbus-endpoint/plain-service", test_plain_service);

  return g_test_run ();
}
