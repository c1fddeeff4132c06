/* test-dbus-objects-killed.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects of a program that is killed, and those that it has got. */

#include "dbus-node-fixture.h"

static NodeNode *
give (NodeNodeProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  NodeNode *node = NULL;

  node_node_proxy_call_give_sync (proxy, &node, NULL, &error);
  g_assert_no_error (error);
  node_node_proxy_call_note_sync (NODE_NODE_PROXY (node), 1, NULL, &error);
  g_assert_no_error (error);

  return node;
}

static void
test_killed (void)
{
  const char *argv[] = { NODE_HELPER, NULL };
  g_autoptr (NorpcHelper) helper =
    g_object_new (NORPC_TYPE_HELPER, "argv", argv, "object-path", "/org/example/Node", "min-delay", 1, NULL);
  g_autoptr (NodeNodeProxy) proxy = node_node_proxy_new (NORPC_ENDPOINT (helper));
  g_autoptr (NodeNode) node = give (proxy);
  g_autoptr (NodeNode) next = NULL;
  g_autoptr (GError) error = NULL;
  NodeState *state = node_state_new ();
  g_autoptr (NodeService) passed = node_service_new (state);

  node_node_proxy_call_take_sync (proxy, NODE_NODE (passed), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (state->n_stopped, ==, 0);
  g_assert_false (node_node_proxy_call_run_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  node_iterate_until (!norpc_proxy_is_connected (NORPC_PROXY (node)));
  assert_closed (node);
  g_clear_object (&passed);
  dbus_node_wait (state, &state->n_finalized, 1);
  node_state_free (state);

  /* The next process has an object of its own. */
  while (norpc_helper_get_n_starts (helper) < 2)
    g_main_context_iteration (NULL, FALSE);
  next = give (proxy);
  g_assert_true (next != node);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dbus/objects/killed", test_killed);

  return g_test_run ();
}
