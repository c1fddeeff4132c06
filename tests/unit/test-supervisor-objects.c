/* test-supervisor-objects.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects that a service which was replaced has passed to others. */

#include "node-fixture.h"

/* Runs in the thread of the service. */
static GObject *
make_node (gpointer   state,
           GError   **error G_GNUC_UNUSED)
{
  return G_OBJECT (node_service_new (state));
}

/* The first of these ends with its thread; the next service has another one. */
static void
test_replaced (NodeFixture   *fixture,
               gconstpointer  mode)
{
  g_autoptr (NorpcSupervisor) supervisor = norpc_supervisor_new (make_node, fixture->state, NULL);
  g_autoptr (NodeNode) first = NULL;
  g_autoptr (NodeNode) second = NULL;
  g_autoptr (GError) error = NULL;

  norpc_supervisor_start (supervisor);
  fixture->proxy = node_node_proxy_new_sync (NORPC_ENDPOINT (supervisor), NULL, &error);
  g_assert_no_error (error);
  first = node_fixture_open (fixture);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (first), 1, NULL, &error));
  g_assert_no_error (error);

  norpc_supervisor_restart (supervisor, (NorpcStopMode) GPOINTER_TO_INT (mode));
  node_state_wait (fixture->given_state, &fixture->given_state->n_finalized, 1);
  assert_closed (first);

  second = node_fixture_open (fixture);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (second), 1, NULL, &error));
  g_assert_no_error (error);
  norpc_supervisor_stop (supervisor, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->given_state->n_finalized, ==, 2);
  assert_closed (second);
}

static void
set_up (NodeFixture   *fixture,
        gconstpointer  mode G_GNUC_UNUSED)
{
  fixture->state = node_state_new ();
  fixture->given_state = node_state_new ();
}

static void
tear_down (NodeFixture   *fixture,
           gconstpointer  mode G_GNUC_UNUSED)
{
  g_object_unref (fixture->proxy);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  node_state_free (fixture->state);
  node_state_free (fixture->given_state);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/supervisor/objects/finish", NodeFixture, GINT_TO_POINTER (NORPC_STOP_FINISH), set_up, test_replaced,
              tear_down);
  g_test_add ("/supervisor/objects/abandon", NodeFixture, GINT_TO_POINTER (NORPC_STOP_ABANDON), set_up, test_replaced,
              tear_down);

  return g_test_run ();
}
