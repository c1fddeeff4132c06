/* node-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "node-fixture.h"

void
node_fixture_set_up (NodeFixture   *fixture,
                     gconstpointer  unused)
{
  g_autoptr (NodeService) service = NULL;
  g_autoptr (GError) error = NULL;

  fixture->state = node_state_new ();
  fixture->given_state = node_state_new ();
  service = node_service_new (fixture->state);
  fixture->server = norpc_server_new (G_OBJECT (service));
  g_clear_object (&service);
  norpc_server_start (fixture->server, NULL, &error);
  g_assert_no_error (error);
  fixture->proxy = node_node_proxy_new_sync (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)), NULL, &error);
  g_assert_no_error (error);
}

void
node_fixture_tear_down (NodeFixture   *fixture,
                        gconstpointer  unused)
{
  node_state_open (fixture->state);
  node_state_open (fixture->given_state);
  if (fixture->server != NULL)
    norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&fixture->proxy);
  g_clear_object (&fixture->server);
  g_assert_cmpuint (fixture->state->n_finalized, ==, 1);
  node_state_free (fixture->state);
  node_state_free (fixture->given_state);
}

void
set_given (NodeService *self,
           gpointer     data)
{
  g_clear_object (&self->given);
  self->given = NODE_NODE (node_service_new (data));
}

void
clear_given (NodeService *self,
             gpointer     data)
{
  g_clear_object (&self->given);
}

/* Emits "passed" with the node that the service gives. */
void
emit_given (NodeService *self,
            gpointer     data)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  node_node_emit_passed (NODE_NODE (self), self->given, none);
}

/* Has the service give the node that it has. */
NodeNode *
node_fixture_give (NodeFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  NodeNode *node = NULL;

  g_assert_true (node_node_proxy_call_give_sync (fixture->proxy, &node, NULL, &error));
  g_assert_no_error (error);

  return node;
}

/* Has the service make a node that it gives, and does not keep. */
NodeNode *
node_fixture_open (NodeFixture *fixture)
{
  g_autoptr (NodeNode) node = NULL;

  run_in (fixture->proxy, fixture->state, set_given, fixture->given_state);
  node = node_fixture_give (fixture);
  run_in (fixture->proxy, fixture->state, clear_given, NULL);

  return g_steal_pointer (&node);
}

/* Runs @func in the context of the node behind @proxy. */
void
run_in (NodeNodeProxy *proxy,
        NodeState     *state,
        NodeFunc       func,
        gpointer       data)
{
  g_autoptr (GError) error = NULL;

  node_state_set_func (state, func, data);
  node_node_proxy_call_run_sync (proxy, NULL, &error);
  g_assert_no_error (error);
}

static void
do_nothing (NodeService *self,
            gpointer     data)
{
}

GThread *
get_thread_of (NodeNodeProxy *proxy,
               NodeState     *state)
{
  run_in (proxy, state, do_nothing, NULL);

  return state->called_in;
}

void
assert_closed (NodeNode *node)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (node)));
  g_assert_false (node_node_proxy_call_note_sync (NODE_NODE_PROXY (node), 1, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

void
node_outcome_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      outcome)
{
  NodeOutcome *self = outcome;

  g_assert_null (self->result);
  self->result = g_object_ref (result);
}

void
node_outcome_wait (NodeOutcome *outcome)
{
  node_iterate_until (outcome->result != NULL);
}

void
node_outcome_clear (NodeOutcome *outcome)
{
  g_clear_object (&outcome->result);
}
