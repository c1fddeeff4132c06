/* test-objects-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls to objects that were passed to other contexts are calls as all others: their order,
 * deadlocks, cancellation, deadlines, and the contexts that they run in.
 */

#include "node-fixture.h"

/* The calls of one proxy arrive in the order in which they were sent. */
static void
test_order_of_calls (NodeFixture   *fixture,
                     gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  g_autoptr (GError) error = NULL;
  NodeState *state = fixture->given_state;

  for (guint i = 0; i < 20; i++)
    if (i % 2 == 0)
      node_node_proxy_call_note (NODE_NODE_PROXY (node), i, NULL, NULL, NULL);
    else
      node_node_proxy_call_tell (NODE_NODE_PROXY (node), node, i);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (node), 20, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (state->numbers->len, ==, 21);
  for (guint i = 0; i <= 20; i++)
    g_assert_cmpuint (g_array_index (state->numbers, guint, i), ==, i);

  /* It has taken itself. */
  g_assert_true (node_node_proxy_call_take_sync (NODE_NODE_PROXY (node), NULL, NULL, &error));
  g_assert_no_error (error);
}

/* Runs in the service's context. */
static void
call_back (NodeService *self,
           gpointer     data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (node_node_proxy_call_note_sync (NODE_NODE_PROXY (self->taken), 1, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
}

/* A service that calls its client back, which waits for it. */
static void
test_deadlock (NodeFixture   *fixture,
               gconstpointer  unused)
{
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeNode) listener = NODE_NODE (node_service_new (state));
  g_autoptr (GError) error = NULL;

  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, listener, NULL, &error));
  g_assert_no_error (error);
  node_state_set_func (fixture->state, call_back, NULL);
  g_assert_true (node_node_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);

  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, NULL, NULL, &error));
  g_clear_object (&listener);
  node_iterate_until (state->n_finalized > 0);
}

/* Cancelling reaches both sides. */
static void
test_cancel (NodeFixture   *fixture,
             gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (NodeOutcome) outcome = { NULL };

  node_node_proxy_call_hold (NODE_NODE_PROXY (node), cancellable, node_outcome_cb, &outcome);
  call = g_async_queue_pop (fixture->given_state->held);
  g_cancellable_cancel (cancellable);
  g_assert_true (g_cancellable_is_cancelled (norpc_call_get_cancellable (call)));
  node_outcome_wait (&outcome);
  g_assert_false (node_node_proxy_call_hold_finish (NODE_NODE_PROXY (node), outcome.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Runs in the service's context. */
static void
hold_taken (NodeService *self,
            gpointer     data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (node_node_proxy_call_hold_sync (NODE_NODE_PROXY (self->taken), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
}

/* A call to an object inherits the deadline of the call that is being handled. */
static void
test_deadline (NodeFixture   *fixture,
               gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  NodeFixture other = { NULL };
  g_autoptr (GError) error = NULL;

  node_fixture_set_up (&other, NULL);
  g_assert_true (node_node_proxy_call_take_sync (other.proxy, node, NULL, &error));
  g_assert_no_error (error);
  node_state_set_func (other.state, hold_taken, NULL);
  norpc_proxy_set_timeout (NORPC_PROXY (other.proxy), 100);
  /* The service may answer first, as it has the same deadline. */
  if (!node_node_proxy_call_run_sync (other.proxy, NULL, &error))
    g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  norpc_call_unref (g_async_queue_pop (fixture->given_state->held));
  norpc_proxy_set_timeout (NORPC_PROXY (other.proxy), 0);
  node_fixture_tear_down (&other, NULL);
}

/* Runs in the service's context. */
static void
give_taken (NodeService *self,
            gpointer     data)
{
  g_set_object (&self->given, self->taken);
}

static gpointer
plain_thread (gpointer data)
{
  NodeFixture *fixture = data;
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (node_node_proxy_call_give_sync (fixture->proxy, &node, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (NODE_IS_NODE_PROXY (node));

  return NULL;
}

/* A thread that has no context of its own does not get the objects of the global default context,
 * which another thread runs.
 */
static void
test_plain_thread (NodeFixture   *fixture,
                   gconstpointer  unused)
{
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeNode) listener = NODE_NODE (node_service_new (state));
  g_autoptr (GError) error = NULL;

  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, listener, NULL, &error));
  g_assert_no_error (error);
  run_in (fixture->proxy, fixture->state, give_taken, NULL);
  g_thread_join (g_thread_new ("plain", plain_thread, fixture));

  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, NULL, NULL, &error));
  run_in (fixture->proxy, fixture->state, give_taken, NULL);
  g_clear_object (&listener);
  node_iterate_until (state->n_finalized > 0);
}

/* Runs in the service's context. Calls two objects of the client, the first of which waits for the
 * second.
 */
static void
call_both (NodeService *self,
           gpointer     data)
{
  node_node_proxy_call_run (NODE_NODE_PROXY (self->taken_all->pdata[0]), NULL, NULL, NULL);
  node_node_proxy_call_note (NODE_NODE_PROXY (self->taken_all->pdata[1]), 1, NULL, NULL, NULL);
  g_clear_pointer (&self->taken_all, g_ptr_array_unref);
}

/* Runs in the client's context. */
static void
wait_for_other (NodeService *self,
                gpointer     data)
{
  NodeState *other = data;

  node_iterate_until (other->numbers->len > 0);
}

/* An object that runs its context recursively does not keep others there from being called. */
static void
test_recursive (NodeFixture   *fixture,
                gconstpointer  unused)
{
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeState) other_state = node_state_new ();
  g_autoptr (GPtrArray) nodes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  node_state_set_func (state, wait_for_other, other_state);
  g_ptr_array_add (nodes, node_service_new (state));
  g_ptr_array_add (nodes, node_service_new (other_state));
  g_assert_true (node_node_proxy_call_take_all_sync (fixture->proxy, nodes, NULL, &error));
  g_assert_no_error (error);
  run_in (fixture->proxy, fixture->state, call_both, NULL);
  g_clear_pointer (&nodes, g_ptr_array_unref);
  node_iterate_until (state->n_finalized + other_state->n_finalized == 2);
  g_assert_cmpuint (other_state->numbers->len, ==, 1);
}

static void
given_cb (NodeNode     *node,
          const GError *error,
          gpointer      user_data)
{
  g_assert_no_error (error);
  *(NodeNode **) user_data = g_object_ref (node);
}

static void
given_all_cb (GPtrArray    *nodes,
              NodeLeaf     *leaf,
              const GError *error,
              gpointer      user_data)
{
  NodeNode **node = user_data;

  g_assert_no_error (error);
  g_assert_true (NODE_IS_LEAF_PROXY (leaf));
  g_assert_cmpuint (nodes->len, ==, 1);
  g_assert_true (g_ptr_array_index (nodes, 0) == *node);
  g_clear_object (node);
}

/* Runs in the service's context. */
static void
add_given (NodeService *self,
           gpointer     data)
{
  set_given (self, data);
  self->children = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->children, g_object_ref (self->given));
}

static void
drop_given (NodeService *self,
            gpointer     data)
{
  g_clear_pointer (&self->children, g_ptr_array_unref);
  clear_given (self, data);
}

/* A reply function gets what its context has for an object, also in an array. */
static void
test_reply_func (NodeFixture   *fixture,
                 gconstpointer  unused)
{
  g_autoptr (NodeNode) node = NULL;
  NodeNode *again;

  run_in (fixture->proxy, fixture->state, add_given, fixture->given_state);
  node_node_proxy_call_give_with_reply (fixture->proxy, NULL, given_cb, &node);
  node_iterate_until (node != NULL);
  g_assert_true (NODE_IS_NODE_PROXY (node));
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (node), 1, NULL, NULL));
  g_assert_cmpuint (fixture->given_state->numbers->len, ==, 1);

  again = g_object_ref (node);
  node_node_proxy_call_give_all_with_reply (fixture->proxy, NULL, given_all_cb, &again);
  node_iterate_until (again == NULL);
  run_in (fixture->proxy, fixture->state, drop_given, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  NODE_TEST ("/objects/calls/order", test_order_of_calls);
  NODE_TEST ("/objects/calls/deadlock", test_deadlock);
  NODE_TEST ("/objects/calls/cancel", test_cancel);
  NODE_TEST ("/objects/calls/deadline", test_deadline);
  NODE_TEST ("/objects/calls/plain-thread", test_plain_thread);
  NODE_TEST ("/objects/calls/recursive", test_recursive);
  NODE_TEST ("/objects/calls/reply-func", test_reply_func);

  return g_test_run ();
}
