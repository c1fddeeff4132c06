/* test-dbus-no-descriptors.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Connections that pass no file descriptors, as those over TCP. */

#include <fcntl.h>
#include <glib/gstdio.h>

#include "dbus-fixture.h"

GDBusCapabilityFlags __wrap_g_dbus_connection_get_capabilities (GDBusConnection *connection);

/* Thread-safe. */
GDBusCapabilityFlags
__wrap_g_dbus_connection_get_capabilities (GDBusConnection *connection G_GNUC_UNUSED)
{
  return G_DBUS_CAPABILITY_FLAGS_NONE;
}

static void
failed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_assert_false (wire_wire_proxy_call_hold_file_finish (WIRE_WIRE_PROXY (object), result, NULL, user_data));
}

/* A descriptor among the results fails as one among the arguments does. */
static void
test_result (DBusFixture   *fixture,
             gconstpointer  kind)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  int file = g_open ("/dev/null", O_RDONLY | O_CLOEXEC, 0);

  wire_wire_proxy_call_hold_file (fixture->proxy, NULL, failed_cb, &error);
  call = wire_state_wait_held (fixture->state);
  wire_wire_complete_hold_file (WIRE_WIRE (fixture->proxy), call, file);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-no-descriptors/result", test_result);

  return g_test_run ();
}
