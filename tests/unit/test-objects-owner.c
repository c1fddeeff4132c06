/* test-objects-owner.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The owner of an object that was passed to another context starts, stops and closes it. */

#include "node-fixture.h"

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    data)
{
  ++*(guint *) data;
}

/* When a server with its own thread stops, the objects of its service are closed, and say so. So
 * does a proxy of an interface without signals and properties.
 */
static void
test_owner_stops (NodeFixture   *fixture,
                  gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  g_autoptr (NodeLeaf) leaf = NODE_LEAF (node_leaf_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (node))));
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;
  NodeState *state = fixture->given_state;
  guint n = 0, n_leaf = 0;

  g_signal_connect (node, "notify::connected", G_CALLBACK (count_cb), &n);
  g_signal_connect (leaf, "notify::connected", G_CALLBACK (count_cb), &n_leaf);
  node_node_proxy_call_hold (NODE_NODE_PROXY (node), NULL, node_outcome_cb, &outcome);
  norpc_call_unref (g_async_queue_pop (state->held));
  node_outcome_wait (&outcome);
  g_clear_object (&outcome.result);
  node_node_proxy_call_hold (NODE_NODE_PROXY (node), NULL, node_outcome_cb, &outcome);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);

  g_assert_cmpuint (state->n_stopped, ==, 1);
  g_assert_cmpuint (state->n_finalized, ==, 1);
  assert_closed (node);
  g_assert_cmpuint (n, ==, 0);
  node_outcome_wait (&outcome);
  g_assert_false (node_node_proxy_call_hold_finish (NODE_NODE_PROXY (node), outcome.result, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  node_iterate_until (n > 0 && n_leaf > 0);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (n_leaf, ==, 1);
}

/* The owner's context may be freed while others have proxies. */
static void
test_owner_context (NodeFixture   *fixture,
                    gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeService) listener = node_service_new (state);
  g_autoptr (GError) error = NULL;
  g_auto (NodeOutcome) outcome = { NULL };

  g_main_context_push_thread_default (context);
  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, NODE_NODE (listener), NULL, &error));
  g_assert_no_error (error);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  g_assert_cmpuint (state->n_started, ==, 1);
  g_clear_object (&listener);
  g_assert_cmpuint (state->n_stopped, ==, 0);
  g_clear_pointer (&context, g_main_context_unref);
  g_assert_cmpuint (state->n_stopped, ==, 1);
  g_assert_cmpuint (state->n_finalized, ==, 1);
}

/* Runs in the context of the node. */
static void
close_node (NodeService *self,
            gpointer     data)
{
  norpc_object_close (G_OBJECT (self));
}

/* Runs in the service's context. */
static void
close_given (NodeService *self,
             gpointer     data)
{
  norpc_object_close (G_OBJECT (self->given));
}

/* The owner can close an object. It then serves what was sent before, and its proxies say so. */
static void
test_close (NodeFixture   *fixture,
            gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  g_autoptr (NodeNode) again = NULL;
  g_autoptr (GError) error = NULL;
  NodeState *state = fixture->given_state;
  guint n = 0;

  g_signal_connect (node, "notify::connected", G_CALLBACK (count_cb), &n);
  run_in (NODE_NODE_PROXY (node), state, close_node, NULL);
  node_state_wait (state, &state->n_finalized, 1);
  g_assert_cmpuint (state->n_stopped, ==, 1);
  assert_closed (node);
  node_iterate_until (n > 0);
  g_assert_cmpuint (n, ==, 1);

  /* An object that is passed on again gets another proxy, also while it has not stopped. */
  run_in (fixture->proxy, fixture->state, set_given, state);
  g_clear_object (&node);
  node = node_fixture_give (fixture);
  run_in (fixture->proxy, fixture->state, close_given, NULL);
  again = node_fixture_give (fixture);
  g_assert_true (again != node);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (again), 1, NULL, &error));
  g_assert_no_error (error);
  assert_closed (node);
  run_in (fixture->proxy, fixture->state, clear_given, NULL);
  g_clear_object (&again);
  node_state_wait (state, &state->n_finalized, 2);

  /* The server starts and stops its service. */
  run_in (fixture->proxy, fixture->state, close_node, NULL);
  g_assert_true (node_node_proxy_call_note_sync (fixture->proxy, 1, NULL, &error));
  g_assert_no_error (error);
}

/* Runs in the service's context. */
static void
pass_itself (NodeService *self,
             gpointer     data)
{
  g_autoptr (GError) error = NULL;

  node_node_proxy_call_take_sync (data, NODE_NODE (self), NULL, &error);
  g_assert_no_error (error);
}

/* A service that passes itself on is called by its server, which starts it once, and stops it. */
static void
test_service_itself (NodeFixture   *fixture,
                     gconstpointer  unused)
{
  NodeFixture other = { NULL };
  g_autoptr (GError) error = NULL;

  node_fixture_set_up (&other, NULL);
  run_in (fixture->proxy, fixture->state, pass_itself, other.proxy);
  g_assert_true (node_node_proxy_call_take_sync (other.proxy, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (node_node_proxy_call_note_sync (fixture->proxy, 1, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->state->n_started, ==, 1);
  g_assert_cmpuint (fixture->state->n_stopped, ==, 0);
  node_fixture_tear_down (&other, NULL);
}

/* An object that cannot start is closed. */
static void
test_fails_to_start (NodeFixture   *fixture,
                     gconstpointer  unused)
{
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;

  fixture->given_state->fails = TRUE;
  node = node_fixture_open (fixture);
  node_state_wait (fixture->given_state, &fixture->given_state->n_finalized, 1);
  g_assert_false (node_node_proxy_call_note_sync (NODE_NODE_PROXY (node), 1, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "There is no such node"));
  g_assert_cmpuint (fixture->given_state->n_stopped, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  NODE_TEST ("/objects/owner/stops", test_owner_stops);
  NODE_TEST ("/objects/owner/context", test_owner_context);
  NODE_TEST ("/objects/owner/close", test_close);
  NODE_TEST ("/objects/owner/service-itself", test_service_itself);
  NODE_TEST ("/objects/owner/fails-to-start", test_fails_to_start);

  return g_test_run ();
}
