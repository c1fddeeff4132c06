/* node-helper.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "node-service.h"

/* A program that a NorpcHelper starts: a node that gives another one, keeps what it gets, and kills itself when it is to
 * run a function.
 */

static void
kill_process (NodeService *self,
              gpointer     data)
{
  kill (getpid (), SIGKILL);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = norpc_helper_connect (&error);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  NodeState *state = node_state_new ();
  g_autoptr (NodeService) service = node_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (service));
  g_autoptr (NorpcDBusExport) export = NULL;

  node_state_set_func (state, kill_process, NULL);
  service->given = NODE_NODE (node_service_new (node_state_new ()));
  if (connection != NULL)
    export = norpc_dbus_export_new (connection, "/org/example/Node", NORPC_ENDPOINT (direct),
                                    node_node_interface_info (), &error);
  if (export == NULL)
    {
      g_printerr ("node-helper: %s\n", error->message);
      return EXIT_FAILURE;
    }

  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
