/* test-dbus-descriptions.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Proxies of one endpoint whose generated code has different descriptions of the same interface. */

#include "dbus-events-fixture.h"
#include "wire-again.h"

/* Runs in the thread of GDBus. Counts requests for all values. */
static GDBusMessage *
count_cb (GDBusConnection *connection,
          GDBusMessage    *message,
          gboolean         incoming,
          gpointer         n_requests)
{
  if (!incoming && g_strcmp0 (g_dbus_message_get_member (message), "GetAll") == 0)
    g_atomic_int_inc ((int *) n_requests);

  return message;
}

static double
get_volume (gpointer proxy)
{
  double volume;

  g_object_get (proxy, "volume", &volume, NULL);

  return volume;
}

static void
set_volume (WireWire *service,
            gpointer  unused)
{
  g_object_set (service, "volume", 0.25, NULL);
}

/* A change comes with the value. Neither proxy requests it, as both have got all values before. */
static void
test_changes (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (AgainWireProxy) again = again_wire_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  g_autoptr (GError) error = NULL;
  int n_requests = 0;
  guint id;

  dbus_fixture_run (fixture, set_initial, NULL);
  dbus_fixture_load (fixture);
  norpc_proxy_load_sync (NORPC_PROXY (again), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (get_volume (again), ==, 0.75);
  dbus_fixture_catch_up (fixture); /* requests that were made before have been sent */

  id = g_dbus_connection_add_filter (fixture->used, count_cb, &n_requests, NULL);
  dbus_fixture_run (fixture, set_volume, NULL);
  while (get_volume (again) != 0.25 || get_volume (fixture->proxy) != 0.25)
    g_main_context_iteration (NULL, TRUE);
  dbus_fixture_catch_up (fixture);
  g_dbus_connection_remove_filter (fixture->used, id);
  g_assert_cmpint (g_atomic_int_get (&n_requests), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-descriptions/changes", test_changes);

  return g_test_run ();
}
