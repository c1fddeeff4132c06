/* test-dbus-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals of a service in another process, and their order among changes of properties. */

#include "dbus-events-fixture.h"

static void
test_signals (DBusFixture   *fixture,
              gconstpointer  kind)
{
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "happened", G_CALLBACK (log_happened_cb), &log);
  g_signal_connect (fixture->proxy, "finished", G_CALLBACK (log_finished_cb), &log);
  dbus_fixture_catch_up (fixture);
  dbus_fixture_run (fixture, emit_all, NULL);
  dbus_fixture_catch_up (fixture);
  log_assert (&log, "happened 1 Main; finished; happened 2 Main; ");
  log_clear (&log);
}

static void
change_all (WireWire *service,
            gpointer  data)
{
  emit_happened (service, 1);
  wire_wire_set_volume (service, 0.25);
  emit_happened (service, 2);
  wire_wire_set_volume (service, 0.5);
  wire_wire_emit_finished (service);
}

/* Signals and changes arrive in the order in which the service made them. */
static void
test_order (DBusFixture   *fixture,
            gconstpointer  kind)
{
  Log log;

  log_init (&log);
  dbus_fixture_load (fixture);
  g_signal_connect (fixture->proxy, "happened", G_CALLBACK (log_happened_cb), &log);
  g_signal_connect (fixture->proxy, "finished", G_CALLBACK (log_finished_cb), &log);
  g_signal_connect (fixture->proxy, "notify::volume", G_CALLBACK (log_volume_cb), &log);
  dbus_fixture_catch_up (fixture);
  dbus_fixture_run (fixture, change_all, NULL);
  dbus_fixture_catch_up (fixture);
  log_assert (&log, "happened 1 Main; volume 0.25; happened 2 Main; volume 0.5; finished; ");
  log_clear (&log);
}

static void
ran_cb (GObject      *proxy,
        GAsyncResult *result,
        gpointer      log)
{
  g_autoptr (GError) error = NULL;

  wire_wire_proxy_call_run_finish (WIRE_WIRE_PROXY (proxy), result, &error);
  g_assert_no_error (error);
  log_add (log, "ran; ");
}

/* Writes a property, and calls a method that changes it and emits signals. The proxy shows what it has written at once,
 * and then what the service does, in that order.
 */
static void
log_write (DBusFixture *fixture,
           NorpcProxy  *proxy,
           Log         *log)
{
  g_autoptr (GError) error = NULL;

  norpc_proxy_load_sync (proxy, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (proxy, "happened", G_CALLBACK (log_happened_cb), log);
  g_signal_connect (proxy, "finished", G_CALLBACK (log_finished_cb), log);
  g_signal_connect (proxy, "notify::volume", G_CALLBACK (log_volume_cb), log);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  log_truncate (log);

  g_mutex_lock (&fixture->state->lock);
  fixture->state->func = change_all;
  g_mutex_unlock (&fixture->state->lock);
  g_object_set (proxy, "volume", 0.75, NULL);
  wire_wire_proxy_call_run (WIRE_WIRE_PROXY (proxy), NULL, ran_cb, log);
  while (strstr (log->text->str, "ran; ") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (proxy, log);
}

static void
test_order_of_writes (DBusFixture   *fixture,
                      gconstpointer  kind)
{
  g_autoptr (WireWireProxy) near = wire_wire_proxy_new (fixture->served_endpoint);
  g_autofree char *text = NULL;
  Log log;

  log_init (&log);
  log_write (fixture, NORPC_PROXY (near), &log);
  text = g_strdup (log.text->str);
  log_write (fixture, NORPC_PROXY (fixture->proxy), &log);
  log_assert (&log, text);
  log_clear (&log);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-events/signals", test_signals);
  dbus_add_tests ("/dbus-events/order", test_order);
  dbus_add_tests ("/dbus-events/order-of-writes", test_order_of_writes);

  return g_test_run ();
}
