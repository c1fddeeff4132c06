/* test-objects-life.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The life of an object that was passed to other contexts, and of its proxies. */

#include "node-fixture.h"
#include "server/norpc-worker-private.h"

static void
assert_closed (NodeNode *node)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (node)));
  g_assert_false (node_node_proxy_call_note_sync (NODE_NODE_PROXY (node), 1, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

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

/* Runs in the service's context. */
static void
set_given (NodeService *self,
           gpointer     data)
{
  g_clear_object (&self->given);
  self->given = NODE_NODE (node_service_new (data));
}

/* Runs in the service's context. */
static void
clear_given (NodeService *self,
             gpointer     data)
{
  g_clear_object (&self->given);
}

static NodeNode *
give (NodeFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  NodeNode *node = NULL;

  node_node_proxy_call_give_sync (fixture->proxy, &node, NULL, &error);
  g_assert_no_error (error);

  return node;
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
  node = give (fixture);
  run_in (fixture->proxy, fixture->state, close_given, NULL);
  again = give (fixture);
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

/*
 * Interleavings. The linker puts the functions named __wrap_… in the place of the library's.
 */

gpointer      __real_g_weak_ref_get          (GWeakRef    *weak_ref);
/* Visible, because libraries use the function, too; they still get GLib's. */
__attribute__ ((visibility ("default")))
gpointer      __wrap_g_weak_ref_get          (GWeakRef    *weak_ref);
GObject      *__real_norpc_export_dup_own_object (gpointer export);
GObject      *__wrap_norpc_export_dup_own_object (gpointer export);
NorpcChannel *__real_norpc_export_get_channel (gpointer    export);
NorpcChannel *__wrap_norpc_export_get_channel (gpointer    export);
void          __real_norpc_worker_stop       (NorpcWorker *self,
                                              NorpcStopMode mode,
                                              const char  *reason);
void          __wrap_norpc_worker_stop       (NorpcWorker *self,
                                              NorpcStopMode mode,
                                              const char  *reason);

typedef void (*Hook) (void);

/* Atomic: each runs once. */
static Hook before_get;     /* in the thread that looks an import up */
static Hook before_channel; /* in the thread that makes a proxy */
static Hook before_stop;    /* in the thread that releases the last import */

/* The thread looks an import up next. */
static _Thread_local gboolean looks_up;

static void
run_once (Hook *hook)
{
  Hook once = g_atomic_pointer_get (hook);

  if (once == NULL)
    return;

  g_atomic_pointer_set (hook, NULL);
  once ();
}

GObject *
__wrap_norpc_export_dup_own_object (gpointer export)
{
  GObject *object = __real_norpc_export_dup_own_object (export);

  looks_up = object == NULL;

  return object;
}

gpointer
__wrap_g_weak_ref_get (GWeakRef *weak_ref)
{
  if (looks_up)
    run_once (&before_get);
  looks_up = FALSE;

  return __real_g_weak_ref_get (weak_ref);
}

NorpcChannel *
__wrap_norpc_export_get_channel (gpointer export)
{
  run_once (&before_channel);

  return __real_norpc_export_get_channel (export);
}

void
__wrap_norpc_worker_stop (NorpcWorker   *self,
                          NorpcStopMode  mode,
                          const char    *reason)
{
  if (self->is_exported)
    run_once (&before_stop);

  __real_norpc_worker_stop (self, mode, reason);
}

static NodeNode *racing; /* (owned) (nullable) */

static gpointer
release_thread (gpointer data)
{
  g_clear_object (&racing);

  return NULL;
}

static void
release_racing (void)
{
  g_thread_join (g_thread_new ("release", release_thread, NULL));
}

/* The last reference to a proxy is released in one thread while the context looks it up: the client
 * gets another proxy, which works.
 */
static void
test_release_while_looked_up (NodeFixture   *fixture,
                              gconstpointer  unused)
{
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;

  run_in (fixture->proxy, fixture->state, set_given, fixture->given_state);
  racing = give (fixture);
  node_node_proxy_call_give (fixture->proxy, NULL, node_outcome_cb, &outcome);
  /* The reply waits, so that the next look-up is that of this thread. */
  get_thread_of (fixture->proxy, fixture->state);
  g_atomic_pointer_set (&before_get, release_racing);
  node_outcome_wait (&outcome);
  g_assert_null (racing);
  g_assert_true (node_node_proxy_call_give_finish (fixture->proxy, outcome.result, &node, &error));
  g_assert_no_error (error);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (node), 1, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->given_state->n_stopped, ==, 0);

  run_in (fixture->proxy, fixture->state, clear_given, NULL);
  g_clear_object (&node);
  node_state_wait (fixture->given_state, &fixture->given_state->n_finalized, 1);
  g_assert_cmpuint (fixture->given_state->n_stopped, ==, 1);
}

static NodeFixture *racing_fixture;
static NodeNode *first; /* (owned) (nullable) */

static gpointer
give_thread (gpointer data)
{
  first = give (racing_fixture);

  return NULL;
}

static void
give_first (void)
{
  g_thread_join (g_thread_new ("give", give_thread, NULL));
}

/* Two threads that have the same context get one proxy, although both have made one. */
static void
test_two_threads (NodeFixture   *fixture,
                  gconstpointer  unused)
{
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (NodeNode) kept = NULL;

  run_in (fixture->proxy, fixture->state, set_given, fixture->given_state);
  node_node_proxy_call_give (fixture->proxy, NULL, node_outcome_cb, &outcome);
  get_thread_of (fixture->proxy, fixture->state);
  racing_fixture = fixture;
  g_atomic_pointer_set (&before_channel, give_first);
  node_outcome_wait (&outcome);
  g_assert_true (node_node_proxy_call_give_finish (fixture->proxy, outcome.result, &node, NULL));
  g_assert_nonnull (first);
  g_assert_true (node == first);
  g_clear_object (&first);
  g_clear_object (&node);

  run_in (fixture->proxy, fixture->state, clear_given, NULL);
  g_clear_object (&outcome.result);
  node_state_wait (fixture->given_state, &fixture->given_state->n_finalized, 1);
  g_assert_cmpuint (fixture->given_state->n_stopped, ==, 1);
}

static void
give_again (void)
{
  first = give (racing_fixture);
}

/* The owner passes an object on again while its last proxy is being released: the new proxy
 * works.
 */
static void
test_release_while_passed (NodeFixture   *fixture,
                           gconstpointer  unused)
{
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;
  NodeState *state = fixture->given_state;

  run_in (fixture->proxy, fixture->state, set_given, state);
  node = give (fixture);
  racing_fixture = fixture;
  g_atomic_pointer_set (&before_stop, give_again);
  g_clear_object (&node);
  g_assert_nonnull (first);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (first), 1, NULL, &error));
  g_assert_no_error (error);
  node_state_wait (state, &state->n_stopped, 1);
  g_assert_cmpuint (state->n_started, ==, 2);

  run_in (fixture->proxy, fixture->state, clear_given, NULL);
  g_clear_object (&first);
  node_state_wait (state, &state->n_finalized, 1);
  g_assert_cmpuint (state->n_stopped, ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  NODE_TEST ("/objects/life/release", test_release);
  NODE_TEST ("/objects/life/open-call", test_open_call);
  NODE_TEST ("/objects/life/dropped-result", test_dropped_result);
  NODE_TEST ("/objects/life/client-context", test_client_context);
  NODE_TEST ("/objects/life/run-context", test_run_context);
  NODE_TEST ("/objects/life/client-thread", test_client_thread);
  NODE_TEST ("/objects/life/owner-stops", test_owner_stops);
  NODE_TEST ("/objects/life/owner-context", test_owner_context);
  NODE_TEST ("/objects/life/close", test_close);
  NODE_TEST ("/objects/life/service-itself", test_service_itself);
  NODE_TEST ("/objects/life/fails-to-start", test_fails_to_start);
  NODE_TEST ("/objects/life/release-while-looked-up", test_release_while_looked_up);
  NODE_TEST ("/objects/life/two-threads", test_two_threads);
  NODE_TEST ("/objects/life/release-while-passed", test_release_while_passed);

  return g_test_run ();
}
