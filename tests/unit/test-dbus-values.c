/* test-dbus-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The values of calls from one process to another, and their errors. */

#include <sys/prctl.h>
#include <unistd.h>

#include "dbus-fixture.h"
#include "remote/norpc-dbus-error-private.h"

/* Calls from one process to another: here, both ends are in this one. */

#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "dbus-fixture.h"
#include "remote/norpc-dbus-error-private.h"

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

static void
test_named (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (WirePlace) place = wire_service_new_place ("Main");
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

  g_ptr_array_add (places, wire_service_new_place ("First"));
  g_ptr_array_add (places, wire_service_new_place ("Second"));
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

/* Numbers and bits that the description does not name arrive, as within a process. */
static void
test_unnamed (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (WirePlace) place = wire_service_new_place ("Main");
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func ((GDestroyNotify) wire_place_free);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (WireTrip) trip = NULL;
  g_autoptr (GDateTime) when = g_date_time_new_from_iso8601 ("2026-11-30T12:00:00Z", NULL);
  g_autoptr (WireTrip) trip_back = NULL;
  g_autoptr (GError) error = NULL;
  WireMode mode = (WireMode) -7;
  WireParts parts;

  place->mode = (WireMode) 99;
  place->parts = (WireParts) 0x80000000;
  g_array_append_val (place->modes, mode);
  g_ptr_array_add (places, wire_place_copy (place));
  trip = wire_trip_new (place, places);

  wire_wire_proxy_call_named_sync (fixture->proxy, (WireMode) 99, (WireParts) 0xc, trip, places, files, when, &mode,
                                   &parts, &trip_back, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mode, ==, 99);
  g_assert_cmpuint (parts, ==, 0xc);
  g_assert_true (wire_trip_equal (trip, trip_back));
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
    { G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS },
    { G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN },
    { G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED },
    { NORPC_ERROR, NORPC_ERROR_FAILED }, /* a negative code has no name */
    { NORPC_ERROR, NORPC_ERROR_FAILED }, /* nor has a domain of 300 characters */
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

/* The bus names the reason why it cannot start a service, and clients get one error for all of them. */
static void
test_not_started (void)
{
  const char *reasons[] = { "ExecFailed", "ForkFailed", "ChildExited", "ChildSignaled", "Failed", "FailedToSetup",
                            "ConfigInvalid", "ServiceNotValid", "ServiceNotFound", "PermissionsInvalid", "FileInvalid",
                            "NoMemory" };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_autofree char *name = g_strconcat ("org.freedesktop.DBus.Error.Spawn.", reasons[i], NULL);
      g_autoptr (GError) error = norpc_dbus_error_translate (g_dbus_error_new_for_dbus_error (name, "It was not started"));

      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      g_assert_cmpstr (error->message, ==, "It was not started");
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
    NULL,
    "org.freedesktop.DBus.Error.AccessDenied",
    "org.freedesktop.DBus.Error.InvalidArgs",
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.LimitsExceeded",
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
  g_autoptr (WirePlace) place = wire_service_new_place ("Main");
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
                   "org.example.Wire.Local cannot be called over D-Bus: the argument 'cancellable' cannot be sent");

  g_assert_null (dbus_fixture_call (fixture, "org.example.Wire", "Local", NULL, &remote));
  g_assert_error (remote, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-values/basic", test_basic);
  dbus_add_tests ("/dbus-values/containers", test_containers);
  dbus_add_tests ("/dbus-values/named", test_named);
  dbus_add_tests ("/dbus-values/unnamed", test_unnamed);
  dbus_add_tests ("/dbus-values/errors", test_errors);
  dbus_add_tests ("/dbus-values/error-names", test_error_names);
  dbus_add_tests ("/dbus-values/maybes", test_maybes);
  dbus_add_tests ("/dbus-values/descriptors", test_descriptors);
  g_test_add_func ("/dbus-values/not-started", test_not_started);
  dbus_add_tests ("/dbus-values/not-portable", test_not_portable);

  return g_test_run ();
}
