/* test-objects-layers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects on their way through layers, and through a proxy that is a service. */

#include "call/norpc-call-private.h"
#include "node-fixture.h"

typedef struct
{
  NodeNode *arg;    /* (owned) (nullable) */
  NodeNode *result; /* (owned) (nullable) */
  NodeNode *other;  /* (unowned) (nullable): takes the place of the argument */
} Filtered;

/* Runs in the thread that sends the call. */
static gboolean
filter_call (NorpcCall  *call,
             gpointer    data,
             GError    **error)
{
  Filtered *filtered = data;
  GValue *args = norpc_call_get_args (call, NULL);
  g_auto (GValue) value = G_VALUE_INIT;

  if (!g_str_equal (norpc_call_get_method_name (call), "Echo"))
    return TRUE;

  g_assert_true (G_VALUE_HOLDS (&args[0], NODE_TYPE_NODE));
  g_set_object (&filtered->arg, g_value_get_object (&args[0]));
  if (filtered->other == NULL)
    return TRUE;

  g_value_init (&value, NODE_TYPE_NODE);
  g_value_set_object (&value, filtered->other);

  return norpc_call_set_arg (call, 0, &value, error);
}

/* Runs in the client's thread. */
static void
filter_reply (NorpcReply *reply,
              gpointer    data)
{
  Filtered *filtered = data;

  if (g_str_equal (norpc_reply_get_method_name (reply), "Echo"))
    g_set_object (&filtered->result, g_value_get_object (norpc_reply_get_values (reply, NULL)));
}

/* A layer sees values of the type of the interface: proxies that belong to no context, by which it
 * can call the object. It can replace them by other objects.
 */
static void
test_filter (NodeFixture   *fixture,
             gconstpointer  unused)
{
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeNode) listener = NODE_NODE (node_service_new (state));
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  g_autoptr (NodeNode) echo = NULL;
  g_autoptr (NorpcLayer) filter = g_object_ref_sink (norpc_filter_new ());
  g_autoptr (NodeNodeProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  Filtered filtered = { NULL, NULL, NULL };

  norpc_filter_set_call_func (NORPC_FILTER (filter), filter_call, &filtered, NULL);
  norpc_filter_set_reply_func (NORPC_FILTER (filter), filter_reply, &filtered, NULL);
  norpc_layer_set_endpoint (filter, norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  proxy = node_node_proxy_new (NORPC_ENDPOINT (filter));

  echo = node_node_proxy_call_echo_sync (proxy, node, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (echo == node);
  g_clear_object (&echo);
  g_assert_true (NODE_IS_NODE_PROXY (filtered.arg));
  g_assert_true (filtered.arg != node);
  g_assert_true (filtered.result == filtered.arg);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (filtered.arg), 1, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->given_state->numbers->len, ==, 1);

  filtered.other = listener;
  echo = node_node_proxy_call_echo_sync (proxy, node, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (echo == listener);
  g_clear_object (&echo);

  g_clear_object (&filtered.arg);
  g_clear_object (&filtered.result);
  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, NULL, NULL, &error));
  g_clear_object (&listener);
  node_iterate_until (state->n_finalized > 0);
}

/* Runs in the service's context. */
static gboolean
answer_give (NorpcCall  *call,
             gpointer    data,
             GError    **error)
{
  g_autoptr (NodeNode) node = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  if (!g_str_equal (norpc_call_get_method_name (call), "Give"))
    return TRUE;

  node = NODE_NODE (node_service_new (data));
  g_value_init (&value, NODE_TYPE_NODE);
  g_value_set_object (&value, node);
  norpc_call_return_values (call, 1, &value);

  return TRUE;
}

/* A layer that answers with an object passes it on, too. */
static void
test_answer (void)
{
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeState) given_state = node_state_new ();
  g_autoptr (GObject) service = G_OBJECT (node_service_new (state));
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (NodeNodeProxy) proxy = NULL;
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;
  NorpcLayer *filter = norpc_filter_new ();

  g_clear_object (&service);
  norpc_filter_set_call_func (NORPC_FILTER (filter), answer_give, given_state, NULL);
  norpc_server_add_layer (server, filter);
  g_assert_true (norpc_server_start (server, NULL, &error));
  proxy = node_node_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_assert_true (node_node_proxy_call_give_sync (proxy, &node, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (NODE_IS_NODE_PROXY (node));
  g_assert_true (get_thread_of (NODE_NODE_PROXY (node), given_state) == get_thread_of (proxy, state));
  g_clear_object (&node);
  node_state_wait (given_state, &given_state->n_finalized, 1);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error));
}

static NorpcCall *
new_own_call (void)
{
  const NorpcInterfaceInfo *info = node_node_interface_info ();

  return norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Own"));
}

/* An object that moves can be passed by each attempt of a layer that retries. */
static void
test_retry (NodeFixture   *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = new_own_call ();
  GValue *args = norpc_call_get_args (call, NULL);
  GPtrArray *nodes = g_ptr_array_new_with_free_func (g_object_unref);
  NorpcCall *copy;

  g_ptr_array_add (nodes, g_object_ref (fixture->proxy));
  g_value_set_object (&args[0], fixture->proxy);
  g_value_take_boxed (&args[1], nodes);
  g_assert_true (norpc_call_can_be_copied (call));
  copy = norpc_call_copy (call);
  g_assert_true (g_value_get_object (&copy->values[0]) == fixture->proxy);
  g_assert_true (((GPtrArray *) g_value_get_boxed (&copy->values[1]))->pdata[0] == fixture->proxy);
  norpc_call_unref (copy);
}

static void
passed_cb (NodeNode  *proxy,
           NodeNode  *node,
           GPtrArray *nodes,
           gpointer   data)
{
  g_set_object ((NodeNode **) data, node);
}

/* Runs in the service's context. */
static void
check_taken (NodeService *self,
             gpointer     data)
{
  g_assert_true (NODE_IS_SERVICE (self->taken));
  g_assert_true (NODE_SERVICE (self->taken)->state == data);
}

/* A proxy stands where a service is expected: as the service of another server, it forwards objects
 * to and fro.
 */
static void
test_forward (NodeFixture   *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (fixture->proxy));
  g_autoptr (NodeNodeProxy) proxy = NULL;
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  g_autoptr (NodeNode) echo = NULL;
  g_autoptr (NodeNode) passed = NULL;
  g_autoptr (NodeState) state = node_state_new ();
  g_autoptr (NodeNode) listener = NODE_NODE (node_service_new (state));
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_server_start (server, NULL, &error));
  proxy = node_node_proxy_new_sync (NORPC_ENDPOINT (norpc_server_get_channel (server)), NULL, &error);
  g_assert_no_error (error);

  echo = node_node_proxy_call_echo_sync (proxy, node, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (echo == node);
  run_in (fixture->proxy, fixture->state, check_taken, fixture->given_state);
  g_clear_object (&echo);
  echo = node_node_proxy_call_echo_sync (proxy, listener, NULL, &error);
  g_assert_true (echo == listener);

  g_assert_true (node_node_proxy_set_child_sync (proxy, node, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (node_node_get_child (NODE_NODE (proxy)) == node);

  g_signal_connect (proxy, "passed", G_CALLBACK (passed_cb), &passed);
  run_in (fixture->proxy, fixture->state, set_given, fixture->given_state);
  run_in (fixture->proxy, fixture->state, emit_given, NULL);
  node_iterate_until (passed != NULL);
  g_assert_true (NODE_IS_NODE_PROXY (passed));
  g_assert_true (get_thread_of (NODE_NODE_PROXY (passed), fixture->given_state) ==
                 get_thread_of (fixture->proxy, fixture->state));

  /* It can be called by the interface, too. */
  g_clear_object (&echo);
  echo = NODE_NODE_GET_IFACE (fixture->proxy)->echo (NODE_NODE (fixture->proxy), node, &error);
  g_assert_no_error (error);
  g_assert_true (echo == node);

  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_true (node_node_proxy_call_take_sync (fixture->proxy, NULL, NULL, &error));
  g_clear_object (&listener);
  node_iterate_until (state->n_finalized > 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  NODE_TEST ("/objects/layers/filter", test_filter);
  g_test_add_func ("/objects/layers/answer", test_answer);
  NODE_TEST ("/objects/layers/retry", test_retry);
  NODE_TEST ("/objects/layers/forward", test_forward);

  return g_test_run ();
}
