/* wire-helper.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdlib.h>
#include <unistd.h>

#include "wire-service.h"

/* A program that a NorpcHelper starts: its service is in the main thread. */

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = norpc_helper_connect (&error);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  WireState *state = wire_state_new ();
  g_autoptr (WireWire) service = wire_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (service));
  g_autoptr (NorpcDBusExport) export = NULL;

  if (argc > 1)
    _exit (EXIT_FAILURE); /* as a program that cannot run */

  wire_wire_set_volume (service, 0.5);
  if (connection != NULL)
    export = norpc_dbus_export_new (connection, "/org/example/Wire", NORPC_ENDPOINT (direct),
                                    wire_wire_interface_info (), &error);
  if (export == NULL)
    {
      g_printerr ("wire-helper: %s\n", error->message);
      return EXIT_FAILURE;
    }

  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
