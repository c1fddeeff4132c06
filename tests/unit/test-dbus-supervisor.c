/* test-dbus-supervisor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Clients in other processes of a service that is replaced. */

#include "dbus-fixture.h"

typedef struct
{
  WireState *state;
  int        n_made; /* atomic */
} Wires;

/* Runs in the thread of the service. The volume tells which service it is. */
static GObject *
make_wire (gpointer   user_data,
           GError   **error G_GNUC_UNUSED)
{
  Wires *wires = user_data;
  WireWire *service = wire_service_new (wires->state);

  wire_wire_set_volume (service, g_atomic_int_add (&wires->n_made, 1) + 1);

  return G_OBJECT (service);
}

static void
wait_for_volume (DBusFixture *self,
                 double       volume)
{
  while (wire_wire_get_volume (WIRE_WIRE (self->proxy)) != volume)
    g_main_context_iteration (NULL, TRUE);
}

static void
call (DBusFixture *self,
      int          code)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  wire_wire_proxy_call_time_left_sync (self->proxy, &left, NULL, &error);
  if (code < 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, NORPC_ERROR, code);
}

/* The export stays: its clients get the errors and the values, as those in the same process do. */
static void
test_supervisor (DBusFixture   *self,
                 gconstpointer  kind G_GNUC_UNUSED)
{
  Wires wires = { .state = self->state };
  g_autoptr (NorpcSupervisor) supervisor = norpc_supervisor_new (make_wire, &wires, NULL);
  NorpcEndpoint *served_endpoint = self->served_endpoint;
  g_autoptr (GError) error = NULL;

  dbus_fixture_invoke (self, dbus_fixture_unexport);
  self->served_endpoint = NORPC_ENDPOINT (supervisor);
  dbus_fixture_invoke (self, dbus_fixture_export);
  call (self, NORPC_ERROR_CLOSED);

  norpc_supervisor_start (supervisor);
  g_clear_object (&self->proxy);
  self->proxy = wire_wire_proxy_new (NORPC_ENDPOINT (self->endpoint));
  call (self, -1);
  wait_for_volume (self, 1);
  for (int i = 2; i < 5; i++)
    {
      norpc_supervisor_restart (supervisor, NORPC_STOP_FINISH);
      call (self, -1);
      wait_for_volume (self, i);
    }

  norpc_supervisor_stop (supervisor, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  call (self, NORPC_ERROR_CLOSED);
  dbus_fixture_invoke (self, dbus_fixture_unexport);
  self->served_endpoint = served_endpoint;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-supervisor/replaced", test_supervisor);

  return g_test_run ();
}
