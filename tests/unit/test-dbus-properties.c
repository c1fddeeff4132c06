/* test-dbus-properties.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Properties of a service in another process. */

#include <math.h>

#include "dbus-events-fixture.h"

static void
test_load (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autofree char *title = NULL;
  g_autofree char *model = NULL;
  g_autoptr (GPtrArray) places = NULL;
  double volume;
  WireMode mode;
  guint position;
  guint load_value;

  dbus_fixture_run (fixture, set_initial, NULL);
  dbus_fixture_load (fixture);
  g_object_get (fixture->proxy, "volume", &volume, "title", &title, "mode", &mode, "place", &places, "position",
                &position, "model", &model, "load", &load_value, NULL);
  g_assert_cmpfloat (volume, ==, 0.75);
  g_assert_cmpstr (title, ==, "Song");
  g_assert_cmpint (mode, ==, WIRE_MODE_FAST);
  g_assert_cmpuint (places->len, ==, 1);
  g_assert_cmpstr (((WirePlace *) places->pdata[0])->street, ==, "Side");
  g_assert_cmpuint (position, ==, 5);
  g_assert_cmpstr (model, ==, "X");
  g_assert_cmpuint (load_value, ==, 3);
}

static void
change_title (WireWire *service,
              gpointer  data)
{
  g_object_set (service, "title", "Other", "position", 9, "load", 8, NULL);
}

static void
wait_for_position (DBusFixture *fixture,
                   guint        expected)
{
  guint position = 0;

  while (position != expected)
    {
      g_object_get (fixture->proxy, "position", &position, NULL);
      if (position != expected)
        g_main_context_iteration (NULL, TRUE);
    }
}

/* One property tells its value, one only that it has changed, and one nothing. */
static void
test_changes (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autofree char *title = NULL;

  dbus_fixture_run (fixture, set_initial, NULL);
  dbus_fixture_load (fixture);
  dbus_fixture_run (fixture, change_title, NULL);
  dbus_fixture_catch_up (fixture);
  wait_for_position (fixture, 9);
  g_object_get (fixture->proxy, "title", &title, NULL);
  g_assert_cmpstr (title, ==, "Other");
}

static void
test_write (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GVariant) read = NULL;
  g_autofree char *text = NULL;
  g_autofree char *label = NULL;

  dbus_fixture_load (fixture);
  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, 0.125);
  norpc_proxy_write_value_sync (NORPC_PROXY (fixture->proxy), "volume", &value, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (wire_wire_get_volume (WIRE_WIRE (fixture->proxy)), ==, 0.125);

  read = dbus_fixture_call (fixture, "org.freedesktop.DBus.Properties", "Get",
                            g_variant_new ("(ss)", "org.example.Wire", "Volume"), &error);
  g_assert_no_error (error);
  text = g_variant_print (read, FALSE);
  g_assert_cmpstr (text, ==, "(<0.125>,)");

  g_value_unset (&value);
  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, "blue");
  norpc_proxy_write_value_sync (NORPC_PROXY (fixture->proxy), "label", &value, NULL, &error);
  g_assert_no_error (error);
  g_object_get (fixture->proxy, "label", &label, NULL);
  g_assert_cmpstr (label, ==, "blue");
}

/* An infinity and a NaN are values like others, which cause no warning on either side. */
static void
test_write_infinite (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  const double values[] = { INFINITY, -INFINITY, NAN, 1.0 };
  g_auto (GValue) value = G_VALUE_INIT;

  dbus_fixture_load (fixture);
  g_value_init (&value, G_TYPE_DOUBLE);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      double shown;

      g_value_set_double (&value, values[i]);
      norpc_proxy_write_value_sync (NORPC_PROXY (fixture->proxy), "volume", &value, NULL, &error);
      g_assert_no_error (error);
      shown = wire_wire_get_volume (WIRE_WIRE (fixture->proxy));
      g_assert_true (isnan (values[i]) ? isnan (shown) : shown == values[i]);
    }
}

static void
write_failed_cb (WireWireProxy *proxy,
                 const char    *property,
                 GError        *failure,
                 Log           *log)
{
  log_add (log, "%s failed; ", property);
}

/* A property that cannot cross is not written, and the proxy says so. */
static void
test_write_failed (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Log log;

  log_init (&log);
  dbus_fixture_load (fixture);
  g_signal_connect (fixture->proxy, "write-failed", G_CALLBACK (write_failed_cb), &log);
  g_object_set (fixture->proxy, "handle", cancellable, NULL);
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "handle failed; ");
  log_clear (&log);
}

/* Called for the signals that a plain client gets. */
static void
signal_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *path,
           const char      *interface_name,
           const char      *member,
           GVariant        *args,
           gpointer         data)
{
  g_autofree char *text = g_variant_print (args, FALSE);

  log_add (data, "%s %s; ", member, text);
}

static void
change_for_others (WireWire *service,
                   gpointer  data)
{
  wire_wire_set_volume (service, 0.25);
  g_object_set (service, "position", 6, "load", 7, NULL);
  wire_wire_emit_finished (service);
}

static void
test_others (DBusFixture   *fixture,
             gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  Log log;
  guint id;

  log_init (&log);
  reply = dbus_fixture_call (fixture, "org.example.Wire", "TimeLeft", NULL, &error);
  id = g_dbus_connection_signal_subscribe (fixture->used, NULL, NULL, NULL, DBUS_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                           signal_cb, &log, NULL);
  dbus_fixture_catch_up (fixture);
  g_assert_no_error (error);
  log_truncate (&log);
  dbus_fixture_run (fixture, change_for_others, NULL);
  while (strstr (log.text->str, "Finished") == NULL || strstr (log.text->str, "Position") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (strstr (log.text->str, "PropertiesChanged ('org.example.Wire', {'Volume': <0.25>}, "));
  g_assert_nonnull (strstr (log.text->str, "['Position']"));
  g_assert_null (strstr (log.text->str, "Load"));
  g_dbus_connection_signal_unsubscribe (fixture->used, id);
  log_clear (&log);
}

/* The first values of a service are no changes. */
static void
test_exported (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  Log log;
  guint id;

  log_init (&log);
  g_clear_object (&fixture->proxy);
  dbus_fixture_run (fixture, set_initial, NULL);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  id = g_dbus_connection_signal_subscribe (fixture->used, NULL, NULL, NULL, DBUS_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                           signal_cb, &log, NULL);
  reply = dbus_fixture_call (fixture, "org.freedesktop.DBus.Peer", "Ping", NULL, &error);
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  log_truncate (&log);
  dbus_fixture_invoke (fixture, dbus_fixture_export);
  dbus_fixture_run (fixture, change_volume, NULL);
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "PropertiesChanged ('org.example.Wire', {'Volume': <0.25>}, []); ");
  g_dbus_connection_signal_unsubscribe (fixture->used, id);
  log_clear (&log);
}

/* A process may serve an object later than it can be called: its first change makes proxies request the values. */
static void
test_exported_later (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = NULL;
  g_autofree char *title = NULL;

  dbus_fixture_run (fixture, set_initial, NULL);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  endpoint = norpc_dbus_endpoint_new (fixture->used, kind == GINT_TO_POINTER (DBUS_ON_BUS) ? DBUS_NAME : NULL, DBUS_PATH);
  g_clear_object (&fixture->proxy);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "could not load the properties of org.example.Wire: *");
  fixture->proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  g_assert_false (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, NULL));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_test_assert_expected_messages ();

  dbus_fixture_invoke (fixture, dbus_fixture_export);
  dbus_fixture_run (fixture, change_volume, NULL);
  while (wire_wire_get_volume (WIRE_WIRE (fixture->proxy)) != 0.25)
    g_main_context_iteration (NULL, TRUE);
  g_object_get (fixture->proxy, "title", &title, NULL);
  g_assert_cmpstr (title, ==, "Song");
}

#define QUIET_PATH "/org/example/Quiet"
#define QUIET_RELAY_PATH "/org/example/QuietRelay"

/* A service without norpc-glib, which has one property, and does not tell when a client sets it. Runs in GDBus's thread. */
static GDBusMessage *
quiet_filter (GDBusConnection *connection,
              GDBusMessage    *message,
              gboolean         incoming,
              gpointer         data)
{
  double *volume = data;
  const char *member = g_dbus_message_get_member (message);
  g_autoptr (GDBusMessage) reply = NULL;
  g_autoptr (GDBusMessage) error_reply = NULL;
  g_autoptr (GVariant) value = NULL;

  if (!incoming || g_strcmp0 (g_dbus_message_get_path (message), QUIET_PATH) != 0)
    return message;

  reply = g_dbus_message_new_method_reply (message);
  error_reply = g_dbus_message_new_method_error_literal (message, "org.example.Error.TooLoud", "Neighbours");
  if (g_str_equal (member, "Introspect"))
    {
      g_dbus_message_set_body (reply, g_variant_new ("(s)", "<node/>"));
    }
  else if (g_str_equal (member, "GetAll"))
    {
      g_dbus_message_set_body (reply, g_variant_new_parsed ("({'Volume': <%d>},)", *volume));
    }
  else if (g_str_equal (member, "Get"))
    {
      g_dbus_message_set_body (reply, g_variant_new ("(v)", g_variant_new_double (*volume)));
    }
  else if (g_str_equal (member, "Set"))
    {
      g_variant_get_child (g_dbus_message_get_body (message), 2, "v", &value);
      if (g_variant_get_double (value) <= 1)
        *volume = g_variant_get_double (value);
      else
        g_set_object (&reply, error_reply);
    }
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);

  return NULL;
}

static void
volume_set_cb (GObject      *proxy,
               GAsyncResult *result,
               gpointer      log)
{
  g_autoptr (GError) error = NULL;

  if (wire_wire_proxy_set_volume_finish (WIRE_WIRE_PROXY (proxy), result, &error))
    log_add (log, "set, shows %g; ", wire_wire_get_volume (WIRE_WIRE (proxy)));
  else
    log_add (log, "%s; ", error->message);
}

/* An export of the endpoint of such a service tells its own clients. */
static void
test_quiet_service (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  gboolean on_bus = fixture->kind == DBUS_ON_BUS;
  g_autoptr (NorpcDBusEndpoint) quiet =
    norpc_dbus_endpoint_new (fixture->used, on_bus ? DBUS_NAME : NULL, QUIET_PATH);
  NorpcDBusExport *relay;
  g_autoptr (NorpcDBusEndpoint) relayed = NULL;
  g_autoptr (WireWireProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  double volume = 0.25;
  guint filter;
  Log log;

  log_init (&log);
  filter = g_dbus_connection_add_filter (fixture->served, quiet_filter, &volume, NULL);
  relay = norpc_dbus_export_new (fixture->used, QUIET_RELAY_PATH, NORPC_ENDPOINT (quiet), wire_wire_interface_info (),
                                 &error);
  g_assert_no_error (error);
  relayed = norpc_dbus_endpoint_new (fixture->served,
                                     on_bus ? g_dbus_connection_get_unique_name (fixture->used) : NULL,
                                     QUIET_RELAY_PATH);
  proxy = wire_wire_proxy_new (NORPC_ENDPOINT (relayed));
  while (wire_wire_get_volume (WIRE_WIRE (proxy)) != 0.25)
    g_main_context_iteration (NULL, TRUE);

  wire_wire_proxy_set_volume_async (proxy, 0.5, NULL, volume_set_cb, &log);
  log_wait (&log, "set, shows 0.5; ");
  log_truncate (&log);

  /* An error keeps its name and its message. */
  wire_wire_proxy_set_volume_async (proxy, 2, NULL, volume_set_cb, &log);
  log_wait (&log, "; ");
  log_assert (&log, "GDBus.Error:org.example.Error.TooLoud: Neighbours; ");

  norpc_dbus_export_unexport (relay);
  g_object_unref (relay);
  g_clear_object (&proxy);
  g_clear_object (&relayed);
  g_clear_object (&quiet);
  dbus_fixture_catch_up (fixture);
  g_dbus_connection_remove_filter (fixture->served, filter);
  log_clear (&log);
}

static void
unnamed_happened_cb (WireWire        *proxy,
                     guint            number,
                     const WirePlace *place,
                     Log             *log)
{
  log_add (log, "%u %d %u; ", number, (int) place->mode, (guint) place->parts);
}

static void
mode_cb (WireWire   *proxy,
         GParamSpec *pspec,
         Log        *log)
{
  log_add (log, "mode %d; ", (int) wire_wire_get_mode (proxy));
}

static void
happen_unnamed (WireWire *service,
                gpointer  data)
{
  g_autoptr (WirePlace) place = wire_service_new_place ("Main");

  place->mode = (WireMode) 99;
  place->parts = (WireParts) 0x80;
  wire_wire_emit_happened (service, 1, place);
}

/* Signals and properties have numbers that the description does not name. */
static void
test_unnamed (DBusFixture   *fixture,
              gconstpointer  kind)
{
  Log log;

  log_init (&log);
  dbus_fixture_load (fixture);
  g_signal_connect (fixture->proxy, "happened", G_CALLBACK (unnamed_happened_cb), &log);
  g_signal_connect (fixture->proxy, "notify::mode", G_CALLBACK (mode_cb), &log);
  dbus_fixture_run (fixture, happen_unnamed, NULL);
  log_wait (&log, "1 99 128; ");
  g_dbus_connection_emit_signal (fixture->served, NULL, DBUS_PATH, "org.freedesktop.DBus.Properties",
                                 "PropertiesChanged", g_variant_new_parsed ("('org.example.Wire', {'Mode': <77>}, @as [])"), NULL);
  log_wait (&log, "1 99 128; mode 77; ");
  log_clear (&log);
}

/* The property of a service has only the named values, in the same process as in another one. */
static void
test_rejected_write (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  g_autoptr (WireWireProxy) near = wire_wire_proxy_new (fixture->served_endpoint);
  WireWireProxy *proxies[] = { near, fixture->proxy };

  for (guint i = 0; i < G_N_ELEMENTS (proxies); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (wire_wire_proxy_set_mode_sync (proxies[i], WIRE_MODE_FAST, NULL, &error));
      g_assert_no_error (error);
      g_assert_false (wire_wire_proxy_set_mode_sync (proxies[i], (WireMode) 99, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_assert_cmpstr (error->message, ==, "org.example.Wire: property 'Mode': 99 is not a valid WireMode");
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-properties/load", test_load);
  dbus_add_tests ("/dbus-properties/changes", test_changes);
  dbus_add_tests ("/dbus-properties/write", test_write);
  dbus_add_tests ("/dbus-properties/write-infinite", test_write_infinite);
  dbus_add_tests ("/dbus-properties/write-failed", test_write_failed);
  dbus_add_tests ("/dbus-properties/others", test_others);
  dbus_add_tests ("/dbus-properties/exported", test_exported);
  dbus_add_tests ("/dbus-properties/exported-later", test_exported_later);
  dbus_add_tests ("/dbus-properties/quiet-service", test_quiet_service);
  dbus_add_tests ("/dbus-properties/unnamed", test_unnamed);
  dbus_add_tests ("/dbus-properties/rejected-write", test_rejected_write);

  return g_test_run ();
}
