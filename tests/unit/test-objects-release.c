/* test-objects-release.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An object that was passed to another context stops when its last proxy is released. */

#include "node-fixture.h"

/* When the last proxy goes, the owner hears, in its context, after every call sent before. */
static void
test_release (NodeFixture   *fixture,
              gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  NodeState *state = fixture->given_state;
  GThread *thread = get_thread_of (fixture->proxy, fixture->state);

  /* The calls wait while the service blocks. */
  node_node_proxy_call_block (fixture->proxy, NULL, NULL, NULL);
  node_state_wait (fixture->state, &fixture->state->n_blocked, 1);
  for (guint i = 0; i < 10; i++)
    node_node_proxy_call_note (NODE_NODE_PROXY (node), i, NULL, NULL, NULL);
  g_clear_object (&node);
  g_assert_cmpuint (state->n_stopped, ==, 0);
  node_state_open (fixture->state);

  node_state_wait (state, &state->n_finalized, 1);
  g_assert_cmpuint (state->n_stopped, ==, 1);
  g_assert_cmpuint (state->n_noted_at_stop, ==, 10);
  g_assert_true (state->stopped_in == thread);
  g_assert_true (state->finalized_in == thread);
}

/* A call that the object answers later keeps it until then, not the proxy. */
static void
test_open_call (NodeFixture   *fixture,
                gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  NodeState *state = fixture->given_state;
  NorpcCall *call;

  node_node_proxy_call_hold (NODE_NODE_PROXY (node), NULL, NULL, NULL);
  call = g_async_queue_pop (state->held);
  g_clear_object (&node);
  get_thread_of (fixture->proxy, fixture->state);
  g_assert_cmpuint (state->n_stopped, ==, 0);

  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  node_state_wait (state, &state->n_finalized, 1);
  g_assert_cmpuint (state->n_stopped, ==, 1);
}

/* A result that the client no longer wants, on its way: the owner hears. */
static void
test_dropped_result (NodeFixture   *fixture,
                     gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;
  NodeState *state = fixture->given_state;

  run_in (fixture->proxy, fixture->state, set_given, state);
  node_node_proxy_call_give (fixture->proxy, cancellable, node_outcome_cb, &outcome);
  /* The reply waits in this context, which has not run. */
  run_in (fixture->proxy, fixture->state, clear_given, NULL);
  node_state_wait (state, &state->n_started, 1);
  g_assert_cmpuint (state->n_stopped, ==, 0);
  g_cancellable_cancel (cancellable);
  node_outcome_wait (&outcome);
  g_assert_false (node_node_proxy_call_give_finish (fixture->proxy, outcome.result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  node_state_wait (state, &state->n_finalized, 1);
  g_assert_cmpuint (state->n_stopped, ==, 1);
}

/* The owner hears when the context of the last proxy has gone, whoever still has the proxy. */
static void
test_client_context (NodeFixture   *fixture,
                     gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (NodeNode) other = NULL;
  NodeState *state = fixture->given_state;

  g_main_context_push_thread_default (context);
  node = node_fixture_open (fixture);
  g_main_context_pop_thread_default (context);
  g_assert_cmpuint (state->n_stopped, ==, 0);
  g_clear_pointer (&context, g_main_context_unref);

  node_state_wait (state, &state->n_finalized, 1);
  g_assert_cmpuint (state->n_stopped, ==, 1);
  assert_closed (node);

  /* Another context, which may have the same address, has another proxy. */
  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  other = node_fixture_open (fixture);
  g_assert_true (other != node);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (other)));
  g_main_context_pop_thread_default (context);
}

/* A context need not be the thread-default one of the thread that runs it. */
static void
test_run_context (NodeFixture   *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (NodeNode) node = NULL;
  g_auto (NodeOutcome) outcome = { NULL };
  NodeState *state = fixture->given_state;

  run_in (fixture->proxy, fixture->state, set_given, state);
  g_main_context_push_thread_default (context);
  node_node_proxy_call_give (fixture->proxy, NULL, node_outcome_cb, &outcome);
  g_main_context_pop_thread_default (context);
  while (outcome.result == NULL)
    g_main_context_iteration (context, TRUE);
  g_assert_true (node_node_proxy_call_give_finish (fixture->proxy, outcome.result, &node, NULL));
  run_in (fixture->proxy, fixture->state, clear_given, NULL);
  g_clear_object (&outcome.result);

  g_clear_pointer (&context, g_main_context_unref);
  node_state_wait (state, &state->n_finalized, 1);
  g_assert_cmpuint (state->n_stopped, ==, 1);
}

/* Runs in the service's context. */
static void
set_given_child (NodeService *self,
                 gpointer     data)
{
  set_given (self, data);
  g_set_object (&self->child, self->given);
  g_clear_object (&self->given);
  g_object_notify (G_OBJECT (self), "child");
}

/* Runs in the service's context. */
static void
clear_child (NodeService *self,
             gpointer     data G_GNUC_UNUSED)
{
  g_clear_object (&self->child);
  g_object_notify (G_OBJECT (self), "child");
}

/* A proxy does not keep the former value of a property, although it keeps another value that has arrived with it. */
static void
test_former_value (NodeFixture   *fixture,
                   gconstpointer  unused G_GNUC_UNUSED)
{
  NodeState *state = fixture->given_state;
  g_autoptr (NodeNodeProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  run_in (fixture->proxy, fixture->state, set_given_child, state);
  proxy = node_node_proxy_new_sync (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)), NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (node_node_get_child (NODE_NODE (proxy)));
  g_assert_cmpuint (node_node_get_level (NODE_NODE (proxy)), ==, 0);

  run_in (fixture->proxy, fixture->state, clear_child, NULL);
  node_iterate_until (node_node_get_child (NODE_NODE (proxy)) == NULL);
  node_iterate_until (node_node_get_child (NODE_NODE (fixture->proxy)) == NULL);
  node_state_wait (state, &state->n_finalized, 1);
}

typedef struct
{
  NodeNode     *node;    /* (owned) */
  GMainContext *context; /* (owned) */
} Leaked;

/* Runs in the service's context. */
static void
leak_taken (NodeService *self,
            gpointer     data)
{
  Leaked *leaked = data;

  leaked->node = g_object_ref (self->taken);
  leaked->context = g_main_context_ref_thread_default ();
}

/* A thread that ends releases the proxies of its context, whoever still has them, or the context. */
static void
test_client_thread (NodeFixture   *fixture,
                    gconstpointer  unused)
{
  g_autoptr (NodeNode) node = node_fixture_open (fixture);
  Leaked leaked = { NULL, NULL };
  NodeFixture other = { NULL };
  NodeState *state = fixture->given_state;
  g_autoptr (GError) error = NULL;

  node_fixture_set_up (&other, NULL);
  g_assert_true (node_node_proxy_call_take_sync (other.proxy, node, NULL, &error));
  g_assert_no_error (error);
  run_in (other.proxy, other.state, leak_taken, &leaked);
  g_clear_object (&node);
  get_thread_of (fixture->proxy, fixture->state);
  g_assert_cmpuint (state->n_stopped, ==, 0);

  node_fixture_tear_down (&other, NULL);
  node_state_wait (state, &state->n_finalized, 1);
  g_assert_cmpuint (state->n_stopped, ==, 1);
  assert_closed (leaked.node);
  g_object_unref (leaked.node);
  g_main_context_unref (leaked.context);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  NODE_TEST ("/objects/release/proxy", test_release);
  NODE_TEST ("/objects/release/open-call", test_open_call);
  NODE_TEST ("/objects/release/dropped-result", test_dropped_result);
  NODE_TEST ("/objects/release/client-context", test_client_context);
  NODE_TEST ("/objects/release/run-context", test_run_context);
  NODE_TEST ("/objects/release/client-thread", test_client_thread);
  NODE_TEST ("/objects/release/former-value", test_former_value);

  return g_test_run ();
}
