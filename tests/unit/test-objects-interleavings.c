/* test-objects-interleavings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* An object is passed on while a proxy of it is released, or made elsewhere. The linker puts the
 * functions named __wrap_… in the place of the library's.
 */

#include "node-fixture.h"
#include "server/norpc-worker-private.h"

gpointer      __real_g_weak_ref_get          (GWeakRef    *weak_ref);
/* Visible, because libraries use the function, too; they still get GLib's. */
__attribute__ ((visibility ("default")))
gpointer      __wrap_g_weak_ref_get          (GWeakRef    *weak_ref);
GObject      *__real_norpc_export_dup_own_object (gpointer export);
GObject      *__wrap_norpc_export_dup_own_object (gpointer export);
NorpcEndpoint *__real_norpc_export_get_endpoint (gpointer    export);
NorpcEndpoint *__wrap_norpc_export_get_endpoint (gpointer    export);
void          __real_norpc_worker_stop       (NorpcWorker *self,
                                              NorpcStopMode mode,
                                              const char  *reason);
void          __wrap_norpc_worker_stop       (NorpcWorker *self,
                                              NorpcStopMode mode,
                                              const char  *reason);

typedef void (*Hook) (void);

/* Atomic: each runs once. */
static Hook before_get;     /* in the thread that looks an import up */
static Hook before_endpoint; /* in the thread that makes a proxy */
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

NorpcEndpoint *
__wrap_norpc_export_get_endpoint (gpointer export)
{
  run_once (&before_endpoint);

  return __real_norpc_export_get_endpoint (export);
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
  racing = node_fixture_give (fixture);
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
  first = node_fixture_give (racing_fixture);

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
  g_atomic_pointer_set (&before_endpoint, give_first);
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
  first = node_fixture_give (racing_fixture);
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
  node = node_fixture_give (fixture);
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

  NODE_TEST ("/objects/interleavings/release-while-looked-up", test_release_while_looked_up);
  NODE_TEST ("/objects/interleavings/two-threads", test_two_threads);
  NODE_TEST ("/objects/interleavings/release-while-passed", test_release_while_passed);

  return g_test_run ();
}
