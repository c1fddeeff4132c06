/* test-dbus-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls from one process to another: here, both ends are in this one. */

#include <string.h>
#include <unistd.h>

#include "dbus-fixture.h"

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

static void
test_async (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (GError) error = NULL;
  NorpcCall *held;
  guint number;

  wire_wire_proxy_call_hold (fixture->proxy, NULL, outcome_cb, &outcome);
  held = wire_state_wait_held (fixture->state);
  norpc_call_return_variant (held, g_variant_new ("(u)", 42));
  norpc_call_unref (held);
  wait_for (&outcome);
  g_assert_true (wire_wire_proxy_call_hold_finish (fixture->proxy, outcome, &number, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (number, ==, 42);
}

/* Calls that are not answered do not wait for each other, and each gets its own answer. */
static void
test_in_flight (DBusFixture   *fixture,
                gconstpointer  kind)
{
  GAsyncResult *outcomes[50] = { NULL };
  NorpcCall *held[50];

  for (guint i = 0; i < 50; i++)
    wire_wire_proxy_call_hold (fixture->proxy, NULL, outcome_cb, &outcomes[i]);
  for (guint i = 0; i < 50; i++)
    held[i] = wire_state_wait_held (fixture->state);
  for (guint i = 50; i > 0; i--)
    {
      norpc_call_return_variant (held[i - 1], g_variant_new ("(u)", i - 1));
      norpc_call_unref (held[i - 1]);
    }
  for (guint i = 0; i < 50; i++)
    {
      guint number = 0;

      wait_for (&outcomes[i]);
      g_assert_true (wire_wire_proxy_call_hold_finish (fixture->proxy, outcomes[i], &number, NULL));
      g_assert_cmpuint (number, ==, i);
      g_object_unref (outcomes[i]);
    }
}

static void
test_cancel (DBusFixture   *fixture,
             gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (GError) error = NULL;
  NorpcCall *held;
  guint number;

  wire_wire_proxy_call_hold (fixture->proxy, cancellable, outcome_cb, &outcome);
  held = wire_state_wait_held (fixture->state);
  g_assert_false (norpc_call_is_cancelled (held));
  g_cancellable_cancel (cancellable);
  wait_for (&outcome);
  g_assert_false (wire_wire_proxy_call_hold_finish (fixture->proxy, outcome, &number, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wire_state_wait_cancelled (fixture->state, 1);
  norpc_call_unref (held);
}

/* The service gets what is left of the time. */
static void
test_deadline (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 60 * 1000);
  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (left, >, 0);
  g_assert_cmpint (left, <=, 60 * 1000);

  /* The limit was that of one call. */
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), NORPC_NO_TIMEOUT);
  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (left, ==, -1);
}

/* A call belongs to the trace of its client's, and the next one does not. */
static void
test_trace (DBusFixture   *fixture,
            gconstpointer  kind)
{
  const char *expected = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  g_autoptr (GAsyncResult) first = NULL, second = NULL;

  norpc_trace_context_push (expected, "rojo=1");
  wire_wire_proxy_call_hold (fixture->proxy, NULL, outcome_cb, &first);
  norpc_trace_context_pop ();
  wire_wire_proxy_call_hold (fixture->proxy, NULL, outcome_cb, &second);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NorpcCall) held = wire_state_wait_held (fixture->state);
      g_autofree char *parent = norpc_call_dup_trace_parent (held);
      g_autofree char *state = norpc_call_dup_trace_state (held);

      g_assert_cmpstr (parent, ==, i == 0 ? expected : NULL);
      g_assert_cmpstr (state, ==, i == 0 ? "rojo=1" : NULL);
      norpc_call_return_variant (held, g_variant_new ("(u)", 1));
    }
  wait_for (&first);
  wait_for (&second);
}

/* Sends a call of a method that the service does not have. */
static void
call_missing (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info =
    norpc_interface_info_new_for_xml ("<node><interface name='org.example.Wire'><method name='Missing'/></interface></node>",
                                      NULL, &error);
  g_autoptr (NorpcDynamicProxy) proxy = NULL;
  g_autoptr (GVariant) results = NULL;

  g_assert_no_error (error);
  proxy = norpc_dynamic_proxy_new (NORPC_ENDPOINT (fixture->endpoint), info);
  norpc_proxy_set_timeout (NORPC_PROXY (proxy), 60 * 1000);
  results = norpc_dynamic_proxy_call_method_sync (proxy, "Missing", g_variant_new ("()"), NULL, &error);
  g_assert_null (results);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
}

/* Neither the deadline nor the trace of a call that was rejected is that of the next one. */
static void
test_rejected (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (NorpcCall) held = NULL;
  g_autofree char *parent = NULL;

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), NORPC_NO_TIMEOUT);
  norpc_trace_context_push ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", NULL);
  call_missing (fixture);
  norpc_trace_context_pop ();
  wire_wire_proxy_call_hold (fixture->proxy, NULL, outcome_cb, &outcome);
  held = wire_state_wait_held (fixture->state);
  parent = norpc_call_dup_trace_parent (held);
  g_assert_cmpint (norpc_call_get_deadline (held), ==, 0);
  g_assert_cmpstr (parent, ==, NULL);
  norpc_call_return_variant (held, g_variant_new ("(u)", 1));
  wait_for (&outcome);
}

static void
test_time_out (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (GAsyncResult) outcome = NULL;
  g_autoptr (GError) error = NULL;
  NorpcCall *held;
  guint number;

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 1000);
  wire_wire_proxy_call_hold (fixture->proxy, NULL, outcome_cb, &outcome);
  held = wire_state_wait_held (fixture->state);
  norpc_manual_clock_advance (clock, 1000);
  wait_for (&outcome);
  g_assert_false (wire_wire_proxy_call_hold_finish (fixture->proxy, outcome, &number, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "its service had not replied yet"));
  wire_state_wait_cancelled (fixture->state, 1);
  norpc_call_unref (held);
}

static void
test_one_way (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) notes = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < 5; i++)
    wire_wire_proxy_call_note (fixture->proxy, i);
  notes = wire_wire_proxy_call_get_notes_sync (fixture->proxy, NULL, &error);
  g_assert_no_error (error);
  text = g_variant_print (notes, FALSE);
  g_assert_cmpstr (text, ==, "[0, 1, 2, 3, 4]");
}

static void
test_sender (DBusFixture   *fixture,
             gconstpointer  kind)
{
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  gint64 uid;

  wire_wire_proxy_call_who_am_i_sync (fixture->proxy, &name, &uid, NULL, &error);
  g_assert_no_error (error);
  if (fixture->kind == DBUS_ON_BUS)
    g_assert_cmpstr (name, ==, g_dbus_connection_get_unique_name (fixture->used));
  else
    g_assert_cmpstr (name, ==, "");
  g_assert_cmpint (uid, ==, getuid ());
}

/* The calls of a process take turns, and those of other clients do not wait for it. */
static void
test_turns (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (WireWireProxy) local = wire_wire_proxy_new (fixture->served_endpoint);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GVariant) description = NULL;
  g_autoptr (NorpcCall) held = NULL;
  g_autoptr (NorpcCall) next = NULL;
  g_autoptr (GError) error = NULL;
  gint64 left;

  norpc_server_set_one_call_per_client (fixture->server, TRUE);
  wire_wire_proxy_call_hold (fixture->proxy, NULL, outcome_cb, &first);
  held = wire_state_wait_held (fixture->state);
  g_assert_cmpuint (norpc_call_get_client (held), !=, 0);

  /* The export answers this when it has passed the second call on. */
  wire_wire_proxy_call_hold (fixture->proxy, NULL, outcome_cb, &second);
  norpc_dbus_endpoint_flush_sync (fixture->endpoint, NULL, &error);
  g_assert_no_error (error);
  description = dbus_fixture_call (fixture, "org.freedesktop.DBus.Introspectable", "Introspect", NULL, &error);
  g_assert_no_error (error);
  wire_wire_proxy_call_time_left_sync (local, &left, NULL, &error);
  g_assert_no_error (error);
  g_mutex_lock (&fixture->state->lock);
  g_assert_true (g_queue_is_empty (&fixture->state->held));
  g_mutex_unlock (&fixture->state->lock);

  norpc_call_return_variant (held, g_variant_new ("(u)", 1));
  next = wire_state_wait_held (fixture->state);
  g_assert_cmpuint (norpc_call_get_client (next), ==, norpc_call_get_client (held));
  norpc_call_return_variant (next, g_variant_new ("(u)", 2));
  wait_for (&second);
  g_assert_nonnull (first);
}

/* A call that has come from this process has none. */
static void
test_no_sender (DBusFixture   *fixture,
                gconstpointer  kind)
{
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (fixture->served_endpoint);
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  gint64 uid;

  wire_wire_proxy_call_who_am_i_sync (proxy, &name, &uid, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (uid, ==, -1);
}

/* A function of the application that frees data does not run in a thread of the library that sends and receives, nor
 * in that of GDBus.
 */
static void
assert_arguments_released (DBusFixture *fixture,
                           gboolean     cancel)
{
  const char * const none[] = { NULL };
  DBusReleases releases = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *data = dbus_bytes_new (&releases);
  GVariant *dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  GVariant *any =
    g_variant_ref_sink (g_variant_new_variant (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, data, TRUE)));
  GVariant *nested = g_variant_ref_sink (g_variant_new_parsed ("@a(ya{s(ix)}) []"));

  wire_wire_proxy_call_containers (fixture->proxy, none, none, none, data, dict, any, nested, cancellable, outcome_cb,
                                   &result);
  g_bytes_unref (data);
  g_variant_unref (dict);
  g_variant_unref (any);
  g_variant_unref (nested);
  if (cancel)
    g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (wire_wire_proxy_call_containers_finish (fixture->proxy, result, NULL, NULL, NULL, NULL, NULL, NULL,
                                                         NULL, &error) != cancel);
  g_clear_object (&result);
  dbus_assert_released (&releases, 1);
}

/* Several threads release a message, in any order. */
static void
test_arguments_released (DBusFixture   *fixture,
                         gconstpointer  kind)
{
  for (guint i = 0; i < 100; i++)
    {
      assert_arguments_released (fixture, FALSE);
      assert_arguments_released (fixture, TRUE);
    }
}

/* Neither side keeps anything of a call that has been answered. */
static void
test_released (DBusFixture   *fixture,
               gconstpointer  kind)
{
  gint64 end;

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = wire_wire_proxy_call_get_bytes_sync (fixture->proxy, 10, NULL, &error);
      g_autoptr (GVariant) reply = NULL;

      g_assert_no_error (error);
      reply = dbus_fixture_call (fixture, "org.example.Wire", "GetBytes", g_variant_new ("(u)", 10), &error);
      g_assert_no_error (error);
    }

  /* Threads of GDBus may still have the last messages. */
  end = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;
  while (wire_service_count_bytes () > 0 && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (wire_service_count_bytes (), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-calls/released", test_released);
  dbus_add_tests ("/dbus-calls/arguments-released", test_arguments_released);
  dbus_add_tests ("/dbus-calls/async", test_async);
  dbus_add_tests ("/dbus-calls/in-flight", test_in_flight);
  dbus_add_tests ("/dbus-calls/cancel", test_cancel);
  dbus_add_tests ("/dbus-calls/deadline", test_deadline);
  dbus_add_tests ("/dbus-calls/trace", test_trace);
  dbus_add_tests ("/dbus-calls/rejected", test_rejected);
  dbus_add_tests ("/dbus-calls/time-out", test_time_out);
  dbus_add_tests ("/dbus-calls/one-way", test_one_way);
  dbus_add_tests ("/dbus-calls/sender", test_sender);
  dbus_add_tests ("/dbus-calls/turns", test_turns);
  dbus_add_tests ("/dbus-calls/no-sender", test_no_sender);

  return g_test_run ();
}
