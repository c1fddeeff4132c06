/* test-objects.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects as arguments, results, properties and arguments of signals. */

#include "node-fixture.h"

static GThread *main_thread;

/* A result is a proxy, whose calls run in the context of the service. */
static void
test_result (NodeFixture   *fixture,
             gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);

  g_assert_true (NODE_IS_NODE_PROXY (node));
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (node)));
  g_assert_true (get_thread_of (NODE_NODE_PROXY (node), fixture->given_state) ==
                 get_thread_of (fixture->proxy, fixture->state));
  g_assert_true (fixture->given_state->called_in != main_thread);
  g_assert_cmpuint (fixture->given_state->n_started, ==, 1);
  g_assert_cmpuint (fixture->given_state->n_finalized, ==, 0);
}

/* Runs in the service's context. */
static void
note_in_taken (NodeService *self,
               gpointer     data)
{
  g_assert_true (NODE_IS_NODE_PROXY (self->taken));
  node_node_proxy_call_note (NODE_NODE_PROXY (self->taken), GPOINTER_TO_UINT (data), NULL, NULL, NULL);
}

/* The object of a client is a proxy for the service, whose calls run in the client's context. */
static void
test_listener (NodeFixture   *fixture,
               gconstpointer  unused)
{
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeService) listener = node_service_new (state);
  g_autoptr (GError) error = NULL;

  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, NODE_NODE (listener), NULL, &error));
  g_assert_no_error (error);
  run_in (fixture->proxy, fixture->state, note_in_taken, GUINT_TO_POINTER (7));
  g_assert_cmpuint (state->numbers->len, ==, 0);
  node_iterate_until (state->numbers->len > 0);
  g_assert_cmpuint (g_array_index (state->numbers, guint, 0), ==, 7);
  g_assert_true (state->called_in == main_thread);
  g_assert_cmpuint (state->n_started, ==, 1);

  /* When the service drops it, the listener stops, in the client's context. */
  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (state->n_stopped, ==, 0);
  node_iterate_until (state->n_stopped > 0);
  g_assert_true (state->stopped_in == main_thread);
  g_assert_finalize_object (g_steal_pointer (&listener));
}

/* Runs in the service's context. */
static void
check_taken_itself (NodeService *self,
                    gpointer     data)
{
  NodeState *state = data;

  g_assert_true (NODE_IS_SERVICE (self->taken));
  g_assert_true (NODE_SERVICE (self->taken)->state == state);
  g_clear_object (&self->taken);
}

/* An object that returns to the context of its owner is the object itself. */
static void
test_itself (NodeFixture   *fixture,
             gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  g_autoptr (NodeNode) echo = NULL;
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeNode) listener = NODE_NODE (node_service_new (state));
  g_autoptr (GError) error = NULL;
  g_auto (NodeOutcome) outcome = { NULL };

  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, node, NULL, &error));
  g_assert_no_error (error);
  run_in (fixture->proxy, fixture->state, check_taken_itself, fixture->given_state);

  echo = node_node_proxy_call_echo_sync (fixture->proxy, listener, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (echo == listener);
  g_clear_object (&echo);

  node_node_proxy_call_echo (fixture->proxy, listener, NULL, node_outcome_cb, &outcome);
  node_outcome_wait (&outcome);
  echo = node_node_proxy_call_echo_finish (fixture->proxy, outcome.result, &error);
  g_assert_no_error (error);
  g_assert_true (echo == listener);

  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, NULL, NULL, &error));
  g_assert_no_error (error);
  g_clear_object (&echo);
  g_clear_object (&listener);
  node_iterate_until (state->n_finalized > 0);
  g_assert_cmpuint (state->n_stopped, ==, state->n_started);
}

/* Runs in the service's context. */
static void
check_taken_all (NodeService *self,
                 gpointer     data)
{
  GPtrArray *nodes = self->taken_all;

  g_assert_cmpuint (nodes->len, ==, 3);
  g_assert_true (nodes->pdata[0] == nodes->pdata[1]);
  g_assert_true (nodes->pdata[0] == self->taken);
  g_assert_true (NODE_IS_NODE_PROXY (nodes->pdata[0]));
  g_assert_true (NODE_IS_SERVICE (nodes->pdata[2]));
  g_assert_true (NODE_SERVICE (nodes->pdata[2])->state == data);
  g_clear_pointer (&self->taken_all, g_ptr_array_unref);
}

/* The same object is the same proxy in one context: as an argument, in an array, and as an argument
 * that moves.
 */
static void
test_same (NodeFixture   *fixture,
           gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeNode) listener = NODE_NODE (node_service_new (state));
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (nodes, listener);
  g_ptr_array_add (nodes, listener);
  g_ptr_array_add (nodes, node);

  node_node_proxy_call_take_sync (fixture->proxy, listener, NULL, &error);
  g_assert_no_error (error);
  node_node_proxy_call_take_all_sync (fixture->proxy, nodes, NULL, &error);
  g_assert_no_error (error);
  run_in (fixture->proxy, fixture->state, check_taken_all, fixture->given_state);

  /* The array of the client is as it was. */
  g_assert_true (nodes->pdata[0] == listener);
  g_assert_true (nodes->pdata[2] == node);

  for (guint i = 0; i < nodes->len; i++)
    g_ptr_array_add (owned, g_object_ref (nodes->pdata[i]));
  node_node_proxy_call_own_sync (fixture->proxy, g_object_ref (listener), g_steal_pointer (&owned), NULL, &error);
  g_assert_no_error (error);
  run_in (fixture->proxy, fixture->state, check_taken_all, fixture->given_state);

  node_node_proxy_call_take_sync (fixture->proxy, NULL, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&listener);
  node_iterate_until (state->n_finalized > 0);
}

/* Runs in the service's context. */
static void
make_children (NodeService *self,
               gpointer     data)
{
  g_autoptr (NodeNode) node = NODE_NODE (node_service_new (data));

  g_set_object (&self->given, node);
  g_set_object (&self->child, node);
  self->children = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->children, g_object_ref (node));
  g_ptr_array_add (self->children, g_object_ref (self));
  g_object_notify (G_OBJECT (self), "children");
}

/* Runs in the service's context, which is one of its own children. */
static void
drop_children (NodeService *self,
               gpointer     data)
{
  g_clear_pointer (&self->children, g_ptr_array_unref);
}

typedef struct
{
  NodeNode  *node;  /* (owned) (nullable) */
  GPtrArray *nodes; /* (owned) (nullable) */
  guint      n;
} Passed;

static void
passed_cb (NodeNode  *proxy,
           NodeNode  *node,
           GPtrArray *nodes,
           gpointer   data)
{
  Passed *passed = data;

  g_assert_true (g_thread_self () == main_thread);
  g_set_object (&passed->node, node);
  g_clear_pointer (&passed->nodes, g_ptr_array_unref);
  passed->nodes = g_ptr_array_ref (nodes);
  passed->n++;
}

/* Runs in the service's context. */
static void
emit_passed (NodeService *self,
             gpointer     data)
{
  node_node_emit_passed (NODE_NODE (self), self->given, self->children);
}

/* Results in arrays, properties and arguments of signals are the same proxies, too. An object has
 * another one for each interface.
 */
static void
test_everywhere (NodeFixture   *fixture,
                 gconstpointer  unused)
{
  g_autoptr (GPtrArray) nodes = NULL;
  g_autoptr (GPtrArray) children = NULL;
  g_autoptr (NodeLeaf) leaf = NULL;
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (NodeNode) child = NULL;
  g_autoptr (GError) error = NULL;
  Passed passed = { NULL, NULL, 0 };

  run_in (fixture->proxy, fixture->state, make_children, fixture->given_state);
  g_assert_true (node_node_proxy_call_give_all_sync (fixture->proxy, &nodes, &leaf, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (node_node_proxy_call_give_sync (fixture->proxy, &node, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (nodes->len, ==, 2);
  g_assert_true (nodes->pdata[0] == node);
  g_assert_true (nodes->pdata[1] != node);
  g_assert_true (NODE_IS_LEAF_PROXY (leaf));

  /* The service itself is called by the channel of its server. */
  g_assert_true (norpc_proxy_get_endpoint (nodes->pdata[1]) == norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  g_assert_true (node_leaf_proxy_call_ping_sync (NODE_LEAF_PROXY (leaf), NULL, &error));
  g_assert_no_error (error);

  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, &error));
  g_assert_no_error (error);
  child = node_node_dup_child (NODE_NODE (fixture->proxy));
  g_assert_true (child == node);
  children = node_node_dup_children (NODE_NODE (fixture->proxy));
  g_assert_true (children->pdata[0] == node);
  g_assert_true (children->pdata[1] == nodes->pdata[1]);

  g_signal_connect (fixture->proxy, "passed", G_CALLBACK (passed_cb), &passed);
  run_in (fixture->proxy, fixture->state, emit_passed, NULL);
  node_iterate_until (passed.n > 0);
  g_assert_true (passed.node == node);
  g_assert_true (passed.nodes->pdata[1] == nodes->pdata[1]);
  g_clear_object (&passed.node);
  g_clear_pointer (&passed.nodes, g_ptr_array_unref);
  run_in (fixture->proxy, fixture->state, drop_children, NULL);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    data)
{
  ++*(guint *) data;
}

/* Runs in the service's context. */
static void
check_child (NodeService *self,
             gpointer     data)
{
  g_assert_true ((gpointer) NODE_SERVICE (self->child)->state == data);
}

/* Runs in the service's context. */
static void
change_child (NodeService *self,
              gpointer     data)
{
  g_autoptr (NodeNode) node = NODE_NODE (node_service_new (data));

  g_object_set (self, "child", node, NULL);
}

/* Runs in the service's context. */
static void
check_child_is_proxy (NodeService *self,
                      gpointer     data)
{
  g_assert_true (NODE_IS_NODE_PROXY (self->child));
}

/* A property is written in either way, and the same object is no change. */
static void
test_property (NodeFixture   *fixture,
               gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeNode) listener = NODE_NODE (node_service_new (state));
  g_autoptr (NodeNode) child = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_signal_connect (fixture->proxy, "notify::child", G_CALLBACK (count_cb), &n);
  node_node_set_child (NODE_NODE (fixture->proxy), node);
  child = node_node_dup_child (NODE_NODE (fixture->proxy));
  g_assert_true (child == node);
  g_clear_object (&child);
  run_in (fixture->proxy, fixture->state, check_child, fixture->given_state);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, &error));
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (node_node_get_child (NODE_NODE (fixture->proxy)) == node);
  g_assert_cmpuint (n, ==, 1);

  /* The service tells of another object. */
  run_in (fixture->proxy, fixture->state, change_child, fixture->given_state);
  node_iterate_until (n == 2);
  child = node_node_dup_child (NODE_NODE (fixture->proxy));
  g_assert_true (NODE_IS_NODE_PROXY (child));
  g_assert_true (child != node);
  g_clear_object (&child);

  /* An object of the client is itself in the client's context. */
  g_assert_true (node_node_proxy_set_child_sync (fixture->proxy, listener, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (node_node_get_child (NODE_NODE (fixture->proxy)) == listener);
  run_in (fixture->proxy, fixture->state, check_child_is_proxy, NULL);
  node_node_set_child (NODE_NODE (fixture->proxy), NULL);
  g_assert_null (node_node_get_child (NODE_NODE (fixture->proxy)));
  g_clear_object (&listener);
  node_iterate_until (state->n_finalized > 0);
}

/* NULL is allowed only where the description says so. A wrong type is an error that names the
 * argument.
 */
static void
test_wrong (NodeFixture   *fixture,
            gconstpointer  unused)
{
  g_autoptr (GObject) wrong = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (node_node_proxy_call_give_sync (fixture->proxy, &node, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (node);
  g_assert_null (node_node_proxy_call_echo_sync (fixture->proxy, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Node.Echo: argument 'node': "
                                       "expected a value of type NodeNode, got NULL");
  g_clear_error (&error);
  g_assert_null (node_node_proxy_call_echo_sync (fixture->proxy, (NodeNode *) wrong, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Node.Echo: argument 'node': "
                                       "expected a value of type NodeNode, got one of type GObject");
  g_clear_error (&error);

  g_ptr_array_add (nodes, wrong);
  g_assert_false (node_node_proxy_call_take_all_sync (fixture->proxy, nodes, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Node.TakeAll: argument 'nodes': element 0: "
                                       "expected a value of type NodeNode, got one of type GObject");
}

static void
set_up_other (NodeFixture *other)
{
  node_fixture_set_up (other, NULL);
}

/* Runs in the service's context. */
static void
call_taken_sync (NodeService *self,
                 gpointer     data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (NODE_IS_NODE_PROXY (self->taken));
  node_node_proxy_call_note_sync (NODE_NODE_PROXY (self->taken), GPOINTER_TO_UINT (data), NULL, &error);
  g_assert_no_error (error);
}

/* Runs in the service's context. */
static void
drop_taken (NodeService *self,
            gpointer     data)
{
  g_clear_object (&self->taken);
}

/* A proxy that is passed on leads to the owner, and does not need the context that it came
 * through, which does not run here.
 */
static void
test_passed_on (NodeFixture   *fixture,
                gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  NodeFixture other = { NULL };
  NodeState *state = fixture->given_state;
  g_autoptr (GError) error = NULL;

  set_up_other (&other);
  g_assert_true (node_node_proxy_call_take_sync (other.proxy, node, NULL, &error));
  g_assert_no_error (error);
  g_clear_object (&node);
  run_in (other.proxy, other.state, call_taken_sync, GUINT_TO_POINTER (3));
  g_assert_cmpuint (state->numbers->len, ==, 1);
  g_assert_true (state->called_in == get_thread_of (fixture->proxy, fixture->state));
  g_assert_cmpuint (state->n_stopped, ==, 0);

  run_in (other.proxy, other.state, drop_taken, NULL);
  node_state_wait (state, &state->n_finalized, 1);
  g_assert_cmpuint (state->n_stopped, ==, 1);
  node_fixture_tear_down (&other, NULL);
}

/* A proxy that is made by hand is an object of the context that passes it on. */
static void
test_made_by_hand (NodeFixture   *fixture,
                   gconstpointer  unused)
{
  NodeFixture other = { NULL };
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;

  set_up_other (&other);
  g_assert_true (node_node_proxy_call_take_sync (other.proxy, NODE_NODE (fixture->proxy), NULL, &error));
  g_assert_no_error (error);
  node_state_set_func (other.state, call_taken_sync, GUINT_TO_POINTER (4));
  node_node_proxy_call_run (other.proxy, NULL, node_outcome_cb, &outcome);
  node_outcome_wait (&outcome);
  g_assert_true (node_node_proxy_call_run_finish (other.proxy, outcome.result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->state->numbers->len, ==, 1);
  node_fixture_tear_down (&other, NULL);
}

/* A NorpcDirect is in the context of its client: it gets the object itself, which neither starts
 * nor stops, and which no main loop has to release.
 */
static void
test_direct (void)
{
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeState) passed_state = node_state_new ();
  g_autoptr (GObject) service = G_OBJECT (node_service_new (state));
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);
  g_autoptr (NodeNodeProxy) proxy = node_node_proxy_new (NORPC_ENDPOINT (direct));
  g_autoptr (NodeNode) node = NODE_NODE (node_service_new (passed_state));
  g_autoptr (NodeNode) echo = NULL;
  g_autoptr (GError) error = NULL;

  echo = node_node_proxy_call_echo_sync (proxy, node, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (echo == node);
  g_assert_true (NODE_SERVICE (service)->taken == node);
  g_clear_object (&NODE_SERVICE (service)->taken);
  g_clear_object (&echo);
  g_assert_finalize_object (g_steal_pointer (&node));
  g_assert_cmpuint (passed_state->n_started, ==, 0);
  g_assert_cmpuint (passed_state->n_stopped, ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  main_thread = g_thread_self ();

  NODE_TEST ("/objects/result", test_result);
  NODE_TEST ("/objects/listener", test_listener);
  NODE_TEST ("/objects/itself", test_itself);
  NODE_TEST ("/objects/same", test_same);
  NODE_TEST ("/objects/everywhere", test_everywhere);
  NODE_TEST ("/objects/property", test_property);
  NODE_TEST ("/objects/wrong", test_wrong);
  NODE_TEST ("/objects/passed-on", test_passed_on);
  NODE_TEST ("/objects/made-by-hand", test_made_by_hand);
  g_test_add_func ("/objects/direct", test_direct);

  return g_test_run ();
}
