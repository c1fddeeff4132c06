/* test-dbus-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls from one process to another: here, both ends are in this one. */

#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "dbus-fixture.h"

static void
test_basic (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *path = NULL;
  g_autofree char *signature = NULL;
  guint8 byte;
  gboolean flag;
  gint16 int16;
  guint16 uint16;
  gint int32;
  guint uint32;
  gint64 int64;
  guint64 uint64;
  double real;

  wire_wire_proxy_call_basic_sync (fixture->proxy, 200, TRUE, G_MININT16, G_MAXUINT16, G_MININT32, G_MAXUINT32,
                                   G_MININT64, G_MAXUINT64, -0.5, "Grüße", "/a/b", "a{sv}", &byte, &flag, &int16,
                                   &uint16, &int32, &uint32, &int64, &uint64, &real, &text, &path, &signature, NULL,
                                   &error);
  g_assert_no_error (error);
  g_assert_cmpuint (byte, ==, 200);
  g_assert_true (flag);
  g_assert_cmpint (int16, ==, G_MININT16);
  g_assert_cmpuint (uint16, ==, G_MAXUINT16);
  g_assert_cmpint (int32, ==, G_MININT32);
  g_assert_cmpuint (uint32, ==, G_MAXUINT32);
  g_assert_cmpint (int64, ==, G_MININT64);
  g_assert_cmpuint (uint64, ==, G_MAXUINT64);
  g_assert_cmpfloat (real, ==, -0.5);
  g_assert_cmpstr (text, ==, "Grüße");
  g_assert_cmpstr (path, ==, "/a/b");
  g_assert_cmpstr (signature, ==, "a{sv}");
}

static void
test_containers (DBusFixture   *fixture,
                 gconstpointer  kind)
{
  const char * const texts[] = { "", "two", NULL };
  const char * const paths[] = { "/", NULL };
  const char * const signatures[] = { "", "as", NULL };
  g_autoptr (GBytes) data = g_bytes_new ("a\0b", 3);
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("{'key': <[1, 2]>}"));
  g_autoptr (GVariant) any = g_variant_ref_sink (g_variant_new_variant (g_variant_new_string ("inner")));
  g_autoptr (GVariant) nested = g_variant_ref_sink (g_variant_new_parsed ("[(byte 7, {'k': (1, int64 2)})]"));
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) texts_back = NULL;
  g_auto (GStrv) paths_back = NULL;
  g_auto (GStrv) signatures_back = NULL;
  g_autoptr (GBytes) data_back = NULL;
  g_autoptr (GVariant) dict_back = NULL;
  g_autoptr (GVariant) any_back = NULL;
  g_autoptr (GVariant) nested_back = NULL;

  wire_wire_proxy_call_containers_sync (fixture->proxy, texts, paths, signatures, data, dict, any, nested, &texts_back,
                                        &paths_back, &signatures_back, &data_back, &dict_back, &any_back, &nested_back,
                                        NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstrv (texts_back, texts);
  g_assert_cmpstrv (paths_back, paths);
  g_assert_cmpstrv (signatures_back, signatures);
  g_assert_true (g_bytes_equal (data_back, data));
  g_assert_cmpvariant (dict_back, dict);
  g_assert_cmpvariant (any_back, any);
  g_assert_cmpvariant (nested_back, nested);
}

static WirePlace *
new_place (const char *street)
{
  const char * const tags[] = { "a", "b", NULL };
  g_autoptr (GBytes) data = g_bytes_new ("xy", 2);
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("{'n': <5>}"));
  g_autoptr (GFile) file = g_file_new_for_path ("/some/where");
  g_autoptr (GArray) modes = g_array_new (FALSE, FALSE, sizeof (WireMode));
  WireMode mode = WIRE_MODE_FAST;

  g_array_append_val (modes, mode);
  mode = WIRE_MODE_SLOW;
  g_array_append_val (modes, mode);

  return wire_place_new (street, 65535, -32768, 3, TRUE, WIRE_MODE_FAST, WIRE_PARTS_TAIL, G_MAXUINT64, 0.25, tags, data,
                         dict, file, modes);
}

static void
test_named (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (WirePlace) place = new_place ("Main");
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func ((GDestroyNotify) wire_place_free);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (WireTrip) trip = NULL;
  g_autoptr (GDateTime) when = g_date_time_new_from_iso8601 ("2026-11-30T12:00:00Z", NULL);
  g_autoptr (GError) error = NULL;
  WireMode mode;
  WireParts parts;
  g_autoptr (WireTrip) trip_back = NULL;
  g_autoptr (GPtrArray) places_back = NULL;
  g_autoptr (GPtrArray) files_back = NULL;
  g_autoptr (GDateTime) when_back = NULL;

  g_ptr_array_add (places, new_place ("First"));
  g_ptr_array_add (places, new_place ("Second"));
  g_ptr_array_add (files, g_file_new_for_uri ("http://example.org/x"));
  trip = wire_trip_new (place, places);

  wire_wire_proxy_call_named_sync (fixture->proxy, WIRE_MODE_FAST, WIRE_PARTS_HEAD | WIRE_PARTS_TAIL, trip, places,
                                   files, when, &mode, &parts, &trip_back, &places_back, &files_back, &when_back, NULL,
                                   &error);
  g_assert_no_error (error);
  g_assert_cmpint (mode, ==, WIRE_MODE_FAST);
  g_assert_cmpuint (parts, ==, WIRE_PARTS_HEAD | WIRE_PARTS_TAIL);
  g_assert_true (wire_trip_equal (trip, trip_back));
  g_assert_cmpuint (places_back->len, ==, 2);
  g_assert_true (wire_place_equal (places_back->pdata[1], places->pdata[1]));
  g_assert_cmpuint (files_back->len, ==, 1);
  g_assert_true (g_file_equal (files_back->pdata[0], files->pdata[0]));
  g_assert_true (g_date_time_equal (when_back, when));
}

/* The error of a service arrives as the same error, and its message has no name of D-Bus in it. */
static void
test_errors (DBusFixture   *fixture,
             gconstpointer  kind)
{
  const struct
  {
    GQuark domain;
    int    code;
  } expected[] = {
    { WIRE_FAILURE, WIRE_FAILURE_BROKEN },
    { WIRE_FAILURE, WIRE_FAILURE_LOST },
    { WIRE_QUIET, WIRE_QUIET_FAILED },
    { G_IO_ERROR, G_IO_ERROR_NOT_FOUND },
    { NORPC_ERROR, NORPC_ERROR_BUSY },
    { NORPC_ERROR, NORPC_ERROR_NO_REPLY },
    { NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT },
    { G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *message = g_strdup_printf ("failure %u", i);

      g_assert_false (wire_wire_proxy_call_fail_sync (fixture->proxy, i, NULL, &error));
      g_assert_error (error, expected[i].domain, expected[i].code);
      g_assert_cmpstr (error->message, ==, message);
    }
}

/* Others see the names that the description declares, and those of D-Bus. */
static void
test_error_names (DBusFixture   *fixture,
                  gconstpointer  kind)
{
  const char *names[] = {
    "org.example.Wire.Failure.Broken",
    "org.example.Wire.Failure.Lost",
    NULL,
    NULL,
    "org.freedesktop.DBus.Error.LimitsExceeded",
    "org.norpc.Error.NoReply",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *name = NULL;

      g_assert_null (dbus_fixture_call (fixture, "org.example.Wire", "Fail", g_variant_new ("(u)", i), &error));
      name = g_dbus_error_get_remote_error (error);
      if (names[i] != NULL)
        g_assert_cmpstr (name, ==, names[i]);
    }
}

static void
call_maybes (DBusFixture *fixture,
             gboolean     has_values)
{
  g_autoptr (WirePlace) place = new_place ("Main");
  g_autoptr (GVariant) number = g_variant_ref_sink (g_variant_new_int32 (-7));
  g_autoptr (GVariant) nested = g_variant_ref_sink (g_variant_new_parsed ("{'a': just 1, 'b': nothing}"));
  g_autoptr (GError) error = NULL;
  g_autofree char *text_back = NULL;
  g_autofree char *attribute_back = NULL;
  g_autoptr (GVariant) number_back = NULL;
  g_autoptr (WirePlace) place_back = NULL;
  g_autoptr (GVariant) nested_back = NULL;

  wire_wire_proxy_call_maybes_sync (fixture->proxy, has_values ? "" : NULL, has_values ? "x" : NULL,
                                    has_values ? number : NULL, has_values ? place : NULL, nested, &text_back,
                                    &attribute_back, &number_back, &place_back, &nested_back, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text_back, ==, has_values ? "" : NULL);
  g_assert_cmpstr (attribute_back, ==, has_values ? "x" : NULL);
  if (has_values)
    g_assert_cmpvariant (number_back, number);
  else
    g_assert_null (number_back);
  g_assert_true (has_values ? wire_place_equal (place_back, place) : place_back == NULL);
  g_assert_cmpvariant (nested_back, nested);
}

static void
test_maybes (DBusFixture   *fixture,
             gconstpointer  kind)
{
  call_maybes (fixture, TRUE);
  call_maybes (fixture, FALSE);
}

/* Returns how many file descriptors are open. */
static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

/* The service has the descriptor while it has the call; the client owns the one that it gets, and none is left. */
static void
test_descriptors (DBusFixture   *fixture,
                  gconstpointer  kind)
{
  int fds[2];
  guint n_fds = 0;
  char byte = 0;

  g_assert_cmpint (pipe (fds), ==, 0);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GVariant) options =
        g_variant_ref_sink (g_variant_new_parsed ("{'other': <%h>, 'text': <'x'>}", fds[1]));
      g_autoptr (GError) error = NULL;
      int file;

      wire_wire_proxy_call_copy_sync (fixture->proxy, fds[1], options, &file, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (file, !=, fds[1]);
      g_assert_cmpint (write (file, "x", 1), ==, 1);
      g_assert_cmpint (read (fds[0], &byte, 1), ==, 1);
      g_assert_cmpint (byte, ==, 'x');
      close (file);
      if (i == 0)
        n_fds = count_fds ();
    }
  while (count_fds () > n_fds)
    g_thread_yield ();
  close (fds[0]);
  close (fds[1]);
}

static void
test_not_portable (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) remote = NULL;

  g_assert_false (wire_wire_proxy_call_local_sync (fixture->proxy, cancellable, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Wire.Local cannot be called over D-Bus: the argument 'cancellable' has no form there");

  g_assert_null (dbus_fixture_call (fixture, "org.example.Wire", "Local", NULL, &remote));
  g_assert_error (remote, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

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

/* Frees data. */
static void
note_thread (gpointer name)
{
  char buffer[16] = "";

  prctl (PR_GET_NAME, buffer);
  g_atomic_pointer_set ((char **) name, g_strdup (buffer));
}

/* A function of the application that frees data does not run in a thread of the library that sends and receives, nor
 * in that of GDBus.
 */
static void
assert_arguments_released (DBusFixture *fixture,
                           gboolean     cancel)
{
  const char * const none[] = { NULL };
  char *name = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *data = g_bytes_new_with_free_func ("abc", 3, note_thread, &name);
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
  while (g_atomic_pointer_get (&name) == NULL)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (name, !=, "gdbus");
  g_assert_cmpstr (name, !=, "norpc D-Bus");
  g_free (name);
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

  dbus_add_tests ("/dbus-calls/basic", test_basic);
  dbus_add_tests ("/dbus-calls/containers", test_containers);
  dbus_add_tests ("/dbus-calls/named", test_named);
  dbus_add_tests ("/dbus-calls/errors", test_errors);
  dbus_add_tests ("/dbus-calls/error-names", test_error_names);
  dbus_add_tests ("/dbus-calls/maybes", test_maybes);
  dbus_add_tests ("/dbus-calls/descriptors", test_descriptors);
  dbus_add_tests ("/dbus-calls/released", test_released);
  dbus_add_tests ("/dbus-calls/arguments-released", test_arguments_released);
  dbus_add_tests ("/dbus-calls/not-portable", test_not_portable);
  dbus_add_tests ("/dbus-calls/async", test_async);
  dbus_add_tests ("/dbus-calls/in-flight", test_in_flight);
  dbus_add_tests ("/dbus-calls/cancel", test_cancel);
  dbus_add_tests ("/dbus-calls/deadline", test_deadline);
  dbus_add_tests ("/dbus-calls/trace", test_trace);
  dbus_add_tests ("/dbus-calls/time-out", test_time_out);
  dbus_add_tests ("/dbus-calls/one-way", test_one_way);
  dbus_add_tests ("/dbus-calls/sender", test_sender);
  dbus_add_tests ("/dbus-calls/no-sender", test_no_sender);

  return g_test_run ();
}
