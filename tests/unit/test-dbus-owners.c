/* test-dbus-owners.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Owners of the name of a service: proxies notify of them, and get the values of the next one. */

#include "dbus-events-fixture.h"

static void
connected_cb (NorpcProxy *proxy,
              GParamSpec *pspec,
              Log        *log)
{
  log_add (log, "%s; ", norpc_proxy_is_connected (proxy) ? "connected" : "alone");
}

/* A proxy does not notify of a service that was there before it. */
static void
test_no_news (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = NULL;
  g_autoptr (WireWireProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  Log log;

  log_init (&log);
  endpoint = norpc_dbus_endpoint_new (fixture->used, kind == GINT_TO_POINTER (DBUS_ON_BUS) ? DBUS_NAME : NULL, DBUS_PATH);
  proxy = wire_wire_proxy_new_sync (NORPC_ENDPOINT (endpoint), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_set_object (&fixture->proxy, proxy);
  dbus_fixture_catch_up (fixture);
  log_assert (&log, "");
  g_signal_handlers_disconnect_by_data (proxy, &log);
  log_clear (&log);
}

static void
own_name (DBusFixture *fixture,
          const char  *method,
          GVariant    *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (fixture->served, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                 "org.freedesktop.DBus", method, args, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

/* Another process takes over: the proxy gets its values. */
static void
test_next_owner (DBusFixture   *fixture,
                 gconstpointer  kind)
{
  Log log;

  log_init (&log);
  dbus_fixture_load (fixture);
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  dbus_fixture_catch_up (fixture);
  log_truncate (&log);
  own_name (fixture, "ReleaseName", g_variant_new ("(s)", DBUS_NAME));
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "alone; ");
  dbus_fixture_run (fixture, set_initial, NULL);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, 0));
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "connected; ");
  while (wire_wire_get_volume (WIRE_WIRE (fixture->proxy)) != 0.75)
    g_main_context_iteration (NULL, TRUE);
  log_clear (&log);
}

/* A proxy notifies when it is known that nobody has the name, and when somebody takes it. */
static void
test_no_owner (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = NULL;
  g_autoptr (WireWireProxy) proxy = NULL;
  Log log;

  log_init (&log);
  g_clear_object (&fixture->proxy);
  own_name (fixture, "ReleaseName", g_variant_new ("(s)", DBUS_NAME));

  /* It is known after the proxy has been made. */
  dbus_thread_block ();
  endpoint = norpc_dbus_endpoint_new (fixture->used, DBUS_NAME, DBUS_PATH);
  proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  dbus_thread_unblock ();
  while (strstr (log.text->str, "alone; ") == NULL)
    g_main_context_iteration (NULL, TRUE);
  log_truncate (&log);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, 0));
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  log_assert (&log, "connected; ");
  g_signal_handlers_disconnect_by_data (proxy, &log);
  log_clear (&log);
}

/* Another process takes the name from its owner: the proxy stays connected, and gets the values of the next one. */
static void
test_replaced_owner (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  GDBusConnection *first = fixture->served;
  NorpcDBusExport *first_export = fixture->export;
  g_autoptr (GDBusConnection) second = NULL;
  NorpcDBusExport *second_export;
  Log log;

  log_init (&log);
  dbus_fixture_load (fixture);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, G_BUS_NAME_OWNER_FLAGS_ALLOW_REPLACEMENT));
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_signal_connect (fixture->proxy, "notify::volume", G_CALLBACK (log_volume_cb), &log);
  dbus_fixture_catch_up (fixture);
  log_truncate (&log);

  second = dbus_connect_to_bus (fixture->bus);
  fixture->served = second;
  dbus_fixture_invoke (fixture, dbus_fixture_export);
  second_export = fixture->export;
  /* Only the next owner tells of the change. */
  fixture->export = first_export;
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, G_BUS_NAME_OWNER_FLAGS_REPLACE));
  dbus_fixture_run (fixture, change_volume, NULL);
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  dbus_fixture_catch_up (fixture);
  log_assert (&log, "volume 0.25; ");

  fixture->export = second_export;
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  fixture->served = first;
  g_signal_handlers_disconnect_by_data (fixture->proxy, &log);
  log_clear (&log);
}

/* The next owner has another value already when it takes the name, and never tells of a change: the proxy asks for it. */
static void
test_silent_owner (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  GDBusConnection *first = fixture->served;
  g_autoptr (GDBusConnection) second = NULL;
  Log log;

  log_init (&log);
  dbus_fixture_load (fixture);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, G_BUS_NAME_OWNER_FLAGS_ALLOW_REPLACEMENT));
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_signal_connect (fixture->proxy, "notify::volume", G_CALLBACK (log_volume_cb), &log);
  dbus_fixture_catch_up (fixture);
  log_truncate (&log);

  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  dbus_fixture_run (fixture, change_volume, NULL);
  second = dbus_connect_to_bus (fixture->bus);
  fixture->served = second;
  dbus_fixture_invoke (fixture, dbus_fixture_export);
  own_name (fixture, "RequestName", g_variant_new ("(su)", DBUS_NAME, G_BUS_NAME_OWNER_FLAGS_REPLACE));
  while (log.text->len == 0)
    g_main_context_iteration (NULL, TRUE);
  dbus_fixture_catch_up (fixture);
  log_assert (&log, "volume 0.25; ");

  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  fixture->served = first;
  g_signal_handlers_disconnect_by_data (fixture->proxy, &log);
  log_clear (&log);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-owners/no-news", test_no_news);
  g_test_add ("/dbus-owners/next-owner", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_next_owner, dbus_fixture_tear_down);
  g_test_add ("/dbus-owners/no-owner", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_no_owner, dbus_fixture_tear_down);
  g_test_add ("/dbus-owners/replaced-owner", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_replaced_owner, dbus_fixture_tear_down);
  g_test_add ("/dbus-owners/silent-owner", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_silent_owner, dbus_fixture_tear_down);

  return g_test_run ();
}
