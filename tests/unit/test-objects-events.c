/* test-objects-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects in signals, property changes and streams, and the order in which these arrive. */

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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  NODE_TEST ("/objects/events/order", test_order);
  NODE_TEST ("/objects/events/watch", test_watch);
  NODE_TEST ("/objects/events/stream", test_stream);

  return g_test_run ();
}
