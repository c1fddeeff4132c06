/* test-dbus-streams-ends.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How streams between processes end. */

#include <string.h>

#include "dbus-fixture.h"

static gboolean
pour (HeldStream *held,
      guint       number)
{
  return wire_wire_pour_stream_write (held->stream, number, NULL, WIRE_MODE_SLOW, NULL);
}

static void
assert_poured (WireWirePourStream *stream,
               guint               expected)
{
  g_autoptr (GError) error = NULL;
  guint number;

  g_assert_true (wire_wire_pour_stream_next_sync (stream, &number, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (number, ==, expected);
}

static void
assert_outcome (WireWirePourStream *stream,
                GQuark              domain,
                int                 code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (wire_wire_pour_stream_outcome_sync (stream, NULL, NULL, NULL, &error));
  g_assert_error (error, domain, code);
}

/* The service of a stream that was cancelled can write no more. */
static void
assert_cancelled (DBusFixture *fixture,
                  HeldStream  *held)
{
  g_autoptr (GError) error = NULL;

  wire_state_wait_cancelled (fixture->state, 1);
  g_assert_false (wire_wire_pour_stream_write (held->stream, 1, NULL, WIRE_MODE_SLOW, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_close (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);

  g_assert_true (pour (held, 1));
  assert_poured (stream, 1);
  norpc_stream_close (NORPC_STREAM (stream));
  assert_cancelled (fixture, held);
  assert_outcome (stream, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_release (DBusFixture   *fixture,
              gconstpointer  kind)
{
  WireWirePourStream *stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);

  g_object_unref (stream);
  assert_cancelled (fixture, held);
}

static void
test_cancellable (DBusFixture   *fixture,
                  gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", cancellable);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);

  g_cancellable_cancel (cancellable);
  assert_cancelled (fixture, held);
  assert_outcome (stream, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A client that is gone cannot close its streams. */
static void
test_client_gone (DBusFixture   *fixture,
                  gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);

  g_dbus_connection_close_sync (fixture->used, NULL, NULL);
  /* The connection of the service says in this context that it is closed. */
  while (!g_cancellable_is_cancelled (norpc_call_get_cancellable (held->call)))
    g_main_context_iteration (NULL, FALSE);
  assert_cancelled (fixture, held);
  assert_outcome (stream, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
test_service_gone (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);

  g_assert_true (pour (held, 1));
  assert_poured (stream, 1);
  g_dbus_connection_close_sync (fixture->served, NULL, NULL);
  assert_outcome (stream, NORPC_ERROR, NORPC_ERROR_CLOSED);
  while (!g_cancellable_is_cancelled (norpc_call_get_cancellable (held->call)))
    g_main_context_iteration (NULL, FALSE);
  assert_cancelled (fixture, held);
}

/* Both sides know the deadline. */
static void
test_deadline (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = NULL;
  g_autoptr (HeldStream) held = NULL;

  dbus_fixture_load (fixture);
  norpc_timeout_push (500);
  stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  norpc_timeout_pop ();
  held = wire_state_wait_stream (fixture->state);
  g_assert_cmpint (norpc_call_get_deadline (held->call), !=, 0);
  wire_state_wait_cancelled (fixture->state, 1);
  assert_outcome (stream, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
}

/* The items before an error are read, and the error is that of the service. */
static void
test_error (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  g_autoptr (GError) error = NULL;

  g_assert_true (pour (held, 1));
  g_assert_true (pour (held, 2));
  norpc_call_return_error (held->call, WIRE_FAILURE, WIRE_FAILURE_LOST, "spilt");
  assert_poured (stream, 1);
  assert_poured (stream, 2);
  g_assert_false (wire_wire_pour_stream_next_sync (stream, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, WIRE_FAILURE, WIRE_FAILURE_LOST);
  g_assert_cmpstr (error->message, ==, "spilt");
}

static void
test_no_answer (DBusFixture   *fixture,
                gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  HeldStream *held = wire_state_wait_stream (fixture->state);

  held_stream_free (held);
  assert_outcome (stream, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
}

static void
test_unexport (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);

  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  assert_cancelled (fixture, held);
  assert_outcome (stream, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* No thread runs the context of the export any more. */
static void
test_unexport_unattended (DBusFixture   *fixture,
                          gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);

  dbus_fixture_pause (fixture);
  dbus_fixture_unexport (fixture);
  assert_cancelled (fixture, held);
  assert_outcome (stream, NORPC_ERROR, NORPC_ERROR_CLOSED);
  dbus_fixture_resume (fixture);
}

static void
test_server_stops (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  g_autoptr (GError) error = NULL;

  norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, &error);
  g_assert_no_error (error);
  assert_outcome (stream, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A stream goes on although its proxy and its endpoint are no longer there. */
static void
test_endpoint_released (DBusFixture   *fixture,
                        gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) stream = wire_wire_proxy_open_pour (fixture->proxy, "jug", NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  g_autoptr (GError) error = NULL;
  guint total;

  g_clear_object (&fixture->proxy);
  g_clear_object (&fixture->endpoint);
  for (guint i = 1; i <= 4; i++)
    g_assert_true (pour (held, i));
  for (guint i = 1; i <= 4; i++)
    assert_poured (stream, i);
  wire_wire_complete_pour (held->service, held->call, 4, NULL);
  g_assert_false (wire_wire_pour_stream_next_sync (stream, NULL, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (wire_wire_pour_stream_outcome_sync (stream, &total, NULL, NULL, &error));
  g_assert_cmpuint (total, ==, 4);
}

static void
export_two (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&fixture->export);
  fixture->export = norpc_dbus_export_new_full (fixture->served, DBUS_PATH, fixture->served_endpoint,
                                                wire_wire_interface_info (), 2, &error);
  g_assert_no_error (error);
}

/* Streams count as calls that are not answered. */
static void
test_capacity (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (WireWirePourStream) first = NULL;
  g_autoptr (WireWirePourStream) second = NULL;
  g_autoptr (WireWirePourStream) third = NULL;
  g_autoptr (WireWirePourStream) fourth = NULL;
  g_autoptr (HeldStream) held_first = NULL;
  g_autoptr (HeldStream) held_second = NULL;
  g_autoptr (HeldStream) held_fourth = NULL;
  g_autoptr (GError) error = NULL;

  /* The proxy gets the values of the properties first. */
  dbus_fixture_load (fixture);
  dbus_fixture_invoke (fixture, export_two);
  first = wire_wire_proxy_open_pour (fixture->proxy, "first", NULL);
  held_first = wire_state_wait_stream (fixture->state);
  second = wire_wire_proxy_open_pour (fixture->proxy, "second", NULL);
  held_second = wire_state_wait_stream (fixture->state);
  third = wire_wire_proxy_open_pour (fixture->proxy, "third", NULL);
  assert_outcome (third, NORPC_ERROR, NORPC_ERROR_BUSY);

  wire_wire_complete_pour (held_first->service, held_first->call, 0, NULL);
  g_assert_true (wire_wire_pour_stream_outcome_sync (first, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  fourth = wire_wire_proxy_open_pour (fixture->proxy, "fourth", NULL);
  held_fourth = wire_state_wait_stream (fixture->state);
  g_assert_true (pour (held_fourth, 7));
  assert_poured (fourth, 7);
}

static void
test_endpoint_capacity (DBusFixture   *fixture,
                        gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint =
    g_object_new (NORPC_TYPE_DBUS_ENDPOINT, "connection", fixture->used,
                  "name", fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, "object-path", DBUS_PATH, "capacity", 1,
                  NULL);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autoptr (WireWirePourStream) first = NULL;
  g_autoptr (WireWirePourStream) second = NULL;
  g_autoptr (HeldStream) held = NULL;

  /* The proxy gets the values of the properties first. */
  while (!norpc_endpoint_is_ready (NORPC_ENDPOINT (endpoint)))
    g_main_context_iteration (NULL, FALSE);
  first = wire_wire_proxy_open_pour (proxy, "first", NULL);
  held = wire_state_wait_stream (fixture->state);
  second = wire_wire_proxy_open_pour (proxy, "second", NULL);
  assert_outcome (second, NORPC_ERROR, NORPC_ERROR_BUSY);
  norpc_stream_close (NORPC_STREAM (first));
  assert_cancelled (fixture, held);
}

/* A service that reads no more closes its end, and answers later. */
static void
test_reader_closes (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autoptr (WireWireFillStream) stream = wire_wire_proxy_open_fill (fixture->proxy, NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  g_autoptr (GError) error = NULL;
  guint total;

  g_assert_true (wire_wire_fill_stream_write (stream, 1, NULL, NULL));
  g_assert_true (wire_wire_fill_stream_next_sync (held->stream, NULL, NULL, NULL, NULL));
  norpc_stream_close (held->stream);
  while (wire_wire_fill_stream_write (stream, 2, NULL, &error) ||
         g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY))
    g_clear_error (&error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);

  wire_wire_complete_fill (held->service, held->call, 1);
  g_assert_true (wire_wire_fill_stream_outcome_sync (stream, &total, NULL, &error));
  g_assert_cmpuint (total, ==, 1);
}

/* The service answers before the client has ended. */
static void
test_answer_before_end (DBusFixture   *fixture,
                        gconstpointer  kind)
{
  g_autoptr (WireWireFillStream) stream = wire_wire_proxy_open_fill (fixture->proxy, NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  g_autoptr (GError) error = NULL;
  guint total;

  g_assert_true (wire_wire_fill_stream_write (stream, 1, NULL, NULL));
  wire_wire_complete_fill (held->service, held->call, 5);
  g_assert_true (wire_wire_fill_stream_outcome_sync (stream, &total, NULL, &error));
  g_assert_cmpuint (total, ==, 5);
  g_assert_false (wire_wire_fill_stream_write (stream, 2, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
test_writer_closes (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autoptr (WireWireFillStream) stream = wire_wire_proxy_open_fill (fixture->proxy, NULL);
  g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
  g_autoptr (GError) error = NULL;

  norpc_stream_close (NORPC_STREAM (stream));
  wire_state_wait_cancelled (fixture->state, 1);
  g_assert_false (wire_wire_fill_stream_next_sync (held->stream, NULL, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
replied_cb (NorpcReply *reply,
            gpointer    data)
{
  *(NorpcReply **) data = reply;
}

/* The items of a call that has no end for the client are dropped. */
static void
test_without_end (DBusFixture   *fixture,
                  gconstpointer  kind)
{
  const char * const streams[] = { "Pour", "Fill" };

  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      int method = norpc_interface_info_find_method (wire_wire_interface_info (), streams[i]);
      NorpcCall *call = norpc_call_new (wire_wire_interface_info (), (guint) method);
      g_autoptr (GError) error = NULL;
      g_autoptr (HeldStream) held = NULL;
      g_autoptr (NorpcReply) reply = NULL;

      if (i == 0)
        g_value_set_string (norpc_call_get_args (call, NULL), "jug");
      norpc_endpoint_call (NORPC_ENDPOINT (fixture->endpoint), call, NULL, replied_cb, &reply);
      held = wire_state_wait_stream (fixture->state);
      if (i == 1)
        g_assert_false (wire_wire_fill_stream_next_sync (held->stream, NULL, NULL, NULL, &error));
      for (guint j = 1; i == 0 && j <= 20; j++)
        while (!pour (held, j))
          g_thread_yield ();
      g_assert_no_error (error);
      norpc_call_return_error (held->call, WIRE_FAILURE, WIRE_FAILURE_BROKEN, "over");
      while (reply == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_error (norpc_reply_get_error (reply), WIRE_FAILURE, WIRE_FAILURE_BROKEN);
    }
}

/* An item or a result that D-Bus cannot carry ends the stream. */
static void
test_too_deep (DBusFixture   *fixture,
               gconstpointer  kind)
{
  GVariant *deep = g_variant_new_int32 (1);

  for (int i = 0; i < 70; i++)
    deep = g_variant_new_variant (deep);
  g_variant_ref_sink (deep);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (WireWireMixStream) stream = wire_wire_proxy_open_mix (fixture->proxy, NULL);
      g_autoptr (HeldStream) held = wire_state_wait_stream (fixture->state);
      g_autoptr (GError) error = NULL;

      if (i == 0)
        wire_wire_mix_stream_write (held->stream, deep, &error);
      else
        wire_wire_complete_mix (held->service, held->call, deep);
      g_assert_no_error (error);
      g_assert_null (wire_wire_mix_stream_outcome_sync (stream, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, i == 0 ? "item 'any': it is nested" : "result 'any': it is nested"));
    }
  g_variant_unref (deep);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_relayed_tests ("/dbus/streams/ends/close", test_close);
  dbus_add_relayed_tests ("/dbus/streams/ends/release", test_release);
  dbus_add_relayed_tests ("/dbus/streams/ends/cancellable", test_cancellable);
  dbus_add_relayed_tests ("/dbus/streams/ends/client-gone", test_client_gone);
  dbus_add_relayed_tests ("/dbus/streams/ends/service-gone", test_service_gone);
  dbus_add_relayed_tests ("/dbus/streams/ends/deadline", test_deadline);
  dbus_add_relayed_tests ("/dbus/streams/ends/error", test_error);
  dbus_add_relayed_tests ("/dbus/streams/ends/no-answer", test_no_answer);
  dbus_add_relayed_tests ("/dbus/streams/ends/unexport", test_unexport);
  dbus_add_tests ("/dbus/streams/ends/unexport-unattended", test_unexport_unattended);
  dbus_add_relayed_tests ("/dbus/streams/ends/server-stops", test_server_stops);
  dbus_add_relayed_tests ("/dbus/streams/ends/endpoint-released", test_endpoint_released);
  dbus_add_relayed_tests ("/dbus/streams/ends/capacity", test_capacity);
  dbus_add_relayed_tests ("/dbus/streams/ends/endpoint-capacity", test_endpoint_capacity);
  dbus_add_relayed_tests ("/dbus/streams/ends/reader-closes", test_reader_closes);
  dbus_add_relayed_tests ("/dbus/streams/ends/answer-before-end", test_answer_before_end);
  dbus_add_relayed_tests ("/dbus/streams/ends/writer-closes", test_writer_closes);
  dbus_add_relayed_tests ("/dbus/streams/ends/without-end", test_without_end);
  dbus_add_relayed_tests ("/dbus/streams/ends/too-deep", test_too_deep);

  return g_test_run ();
}
