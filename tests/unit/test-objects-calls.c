/* test-objects-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls to objects that were passed to other contexts are calls as all others: their order,
 * deadlocks, cancellation, deadlines, and the layers on their way.
 */

#include "call/norpc-call-private.h"
#include "node-fixture.h"

/* Runs in the service's context. Does things of the service and of the node that it gives, in turn. */
static void
do_in_turn (NodeService *self,
            gpointer     data)
{
  NodeService *given = NODE_SERVICE (self->given);

  node_node_emit_changed (NODE_NODE (given), 1);
  node_node_emit_changed (NODE_NODE (self), 2);
  g_object_set (given, "number", 3, NULL);
  g_object_set (self, "number", 4, NULL);
  node_node_emit_changed (NODE_NODE (given), 5);
  node_node_emit_passed (NODE_NODE (self), self->given, self->children);
}

static GArray *seen; /* (owned) (nullable) */

static void
see (guint number)
{
  g_array_append_val (seen, number);
}

static void
changed_cb (NodeNode *node,
            guint     number,
            gpointer  data)
{
  see (number);
}

static void
notify_cb (NodeNode   *node,
           GParamSpec *pspec,
           gpointer    data)
{
  see (node_node_get_number (node));
}

static void
run_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      data)
{
  g_assert_true (node_node_proxy_call_run_finish (NODE_NODE_PROXY (object), result, NULL));
  see (6);
}

/* Signals, property changes and replies of a service and of an object of the same context arrive in
 * one order.
 */
static void
test_order (NodeFixture   *fixture,
            gconstpointer  unused)
{
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;
  NodeNode *both[2];

  run_in (fixture->proxy, fixture->state, set_given, fixture->given_state);
  g_assert_true (node_node_proxy_call_give_sync (fixture->proxy, &node, NULL, &error));
  g_assert_no_error (error);
  node_iterate_until (norpc_proxy_is_ready (NORPC_PROXY (node)));
  seen = g_array_new (FALSE, FALSE, sizeof (guint));
  both[0] = node;
  both[1] = NODE_NODE (fixture->proxy);
  for (guint i = 0; i < 2; i++)
    {
      g_signal_connect (both[i], "changed", G_CALLBACK (changed_cb), NULL);
      g_signal_connect (both[i], "notify::number", G_CALLBACK (notify_cb), NULL);
    }

  node_state_set_func (fixture->state, do_in_turn, NULL);
  node_node_proxy_call_run (fixture->proxy, NULL, run_cb, NULL);
  node_iterate_until (seen->len == 6);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpuint (g_array_index (seen, guint, i), ==, i + 1);
  g_clear_pointer (&seen, g_array_unref);
  run_in (fixture->proxy, fixture->state, set_given, fixture->given_state);
  g_clear_object (&node);
}

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

/* Runs in the service's context. */
static void
emit_given (NodeService *self,
            gpointer     data)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  node_node_emit_passed (NODE_NODE (self), self->given, none);
}

/* A watch returns the proxies of its context, too. */
static void
test_watch (NodeFixture   *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcSignalWatch) watch = norpc_signal_watch_new (NORPC_PROXY (fixture->proxy), "passed");
  g_autoptr (NorpcEmission) emission = NULL;
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (NodeOutcome) outcome = { NULL };

  run_in (fixture->proxy, fixture->state, set_given, fixture->given_state);
  g_assert_true (node_node_proxy_call_give_sync (fixture->proxy, &node, NULL, &error));
  run_in (fixture->proxy, fixture->state, emit_given, NULL);
  norpc_signal_watch_next_async (watch, NULL, node_outcome_cb, &outcome);
  node_outcome_wait (&outcome);
  emission = norpc_signal_watch_next_finish (watch, outcome.result, &error);
  g_assert_no_error (error);
  g_assert_true (g_value_get_object (norpc_emission_get_arg (emission, 0)) == node);
}

/* Items of a stream, and its outcome, are the proxies of the reader's context. */
static void
test_stream (NodeFixture   *fixture,
             gconstpointer  unused)
{
  g_autoptr (NodeNodeWalkStream) stream = NULL;
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;
  NodeNode *item = NULL;

  run_in (fixture->proxy, fixture->state, set_given, fixture->given_state);
  g_assert_true (node_node_proxy_call_give_sync (fixture->proxy, &node, NULL, &error));
  stream = node_node_proxy_open_walk (fixture->proxy, NULL);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (node_node_walk_stream_next_sync (stream, &item, NULL, &error));
      g_assert_no_error (error);
      g_assert_true (item == node);
      g_clear_object (&item);
    }
  g_assert_false (node_node_walk_stream_next_sync (stream, &item, NULL, &error));
  g_assert_no_error (error);
  item = node_node_walk_stream_outcome_sync (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (item == node);
  g_clear_object (&item);
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

  NODE_TEST ("/objects/calls/order", test_order);
  NODE_TEST ("/objects/calls/order-of-calls", test_order_of_calls);
  NODE_TEST ("/objects/calls/deadlock", test_deadlock);
  NODE_TEST ("/objects/calls/cancel", test_cancel);
  NODE_TEST ("/objects/calls/deadline", test_deadline);
  NODE_TEST ("/objects/calls/filter", test_filter);
  g_test_add_func ("/objects/calls/answer", test_answer);
  NODE_TEST ("/objects/calls/retry", test_retry);
  NODE_TEST ("/objects/calls/plain-thread", test_plain_thread);
  NODE_TEST ("/objects/calls/recursive", test_recursive);
  NODE_TEST ("/objects/calls/watch", test_watch);
  NODE_TEST ("/objects/calls/forward", test_forward);
  NODE_TEST ("/objects/calls/stream", test_stream);

  return g_test_run ();
}
