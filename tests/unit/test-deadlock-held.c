/* test-deadlock-held.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Synchronous calls that could only deadlock, which a layer holds or which go to a service
 * that has not started; and some that look as if they could, and end.
 */

#include "fixture.h"

/* Calls of a service to another, or to itself. */
typedef struct
{
  ProbeProbeProxy *proxy;
  gboolean         fills; /* with an asynchronous call before the synchronous one */
  GError          *error; /* (owned) (nullable): how that ended */
} Nested;

static void
ignore_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      unused)
{
}

static void
call_nested (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Nested *nested = data;

  if (nested->fills)
    probe_probe_proxy_call_hold (nested->proxy, NULL, ignore_cb, NULL);
  probe_probe_proxy_call_noop_sync (nested->proxy, NULL, &nested->error);
  norpc_call_return_values (call, 0, NULL);
}

/* It is told at once, though it has a lot of time. */
static void
assert_would_deadlock (ProbeState      *state,
                       ProbeProbeProxy *outer,
                       Nested          *nested)
{
  g_autoptr (GError) error = NULL;

  state->run = call_nested;
  state->run_data = nested;
  norpc_timeout_push (NORPC_NO_TIMEOUT);
  g_assert_true (probe_probe_proxy_call_run_sync (outer, NULL, &error));
  norpc_timeout_pop ();
  g_assert_no_error (error);
  g_assert_error (nested->error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_clear_error (&nested->error);
}

/* A service calls itself through a limit that is full with its own call. */
static void
test_self (Fixture       *fixture,
           gconstpointer  balanced)
{
  NorpcEndpoint *endpoint = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  g_autoptr (NorpcEndpoint) owned_balance = g_object_ref_sink (NORPC_ENDPOINT (balance));
  g_autoptr (NorpcEndpoint) stack = NULL;
  g_autoptr (ProbeProbeProxy) through = NULL;
  Nested nested = { .fills = TRUE };

  norpc_balance_add_endpoint (NORPC_BALANCE (balance), endpoint);
  stack = norpc_stack_new (norpc_concurrency_limit_new (1), balanced != NULL ? owned_balance : endpoint, NULL);
  through = nested.proxy = probe_probe_proxy_new (stack);
  assert_would_deadlock (fixture->state, fixture->proxy, &nested);
}

static GObject *
make_service (guint    index,
              gpointer state)
{
  return probe_service_new (state);
}

static void
test_self_in_pool (void)
{
  ProbeState *state = probe_state_new ();
  NorpcPool *pool = norpc_pool_new (1, NORPC_BALANCE_ROUND_ROBIN, make_service, state);
  ProbeProbeProxy *outer, *through;
  NorpcEndpoint *stack;
  g_autoptr (GError) error = NULL;
  Nested nested = { .fills = TRUE };

  norpc_pool_start (pool, NULL, &error);
  g_assert_no_error (error);
  outer = probe_probe_proxy_new (NORPC_ENDPOINT (pool));
  stack = norpc_stack_new (norpc_concurrency_limit_new (1), pool, NULL);
  through = nested.proxy = probe_probe_proxy_new (stack);
  assert_would_deadlock (state, outer, &nested);

  norpc_pool_stop (pool, NORPC_STOP_ABANDON, NULL, NULL);
  g_object_unref (outer);
  g_object_unref (through);
  g_object_unref (stack);
  g_object_unref (pool);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* A service that is called on the spot calls itself, while a buffer passes its call on. */
static void
test_direct (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_buffer_new (5), direct, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  Nested nested = { .proxy = proxy };

  assert_would_deadlock (state, proxy, &nested);
  g_clear_object (&proxy);
  g_clear_object (&stack);
  g_clear_object (&direct);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* A limit is full with a call that is answered later, in the thread that now waits. */
static void
test_direct_held (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_concurrency_limit_new (1), direct, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  g_autoptr (GError) error = NULL;
  Outcome held = { 0 };

  probe_probe_proxy_call_hold (proxy, NULL, hold_cb, &held);
  norpc_timeout_push (NORPC_NO_TIMEOUT);
  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  norpc_timeout_pop ();
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  norpc_call_unref (probe_state_take_held (state));
  outcome_wait (&held);
  outcome_clear (&held);
  g_clear_object (&proxy);
  g_clear_object (&stack);
  g_clear_object (&direct);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* A server in the test's context, not yet dispatched. */
typedef struct
{
  ProbeState      *state;
  GMainContext    *context;
  NorpcServer     *server;
  ProbeProbeProxy *proxy;
} Here;

static void
here_start (Here         *self,
            GMainContext *context)
{
  g_autoptr (GObject) service = NULL;

  self->state = probe_state_new ();
  self->context = context;
  service = probe_service_new (self->state);
  self->server = norpc_server_new_in_context (service, context);
  norpc_server_start_async (self->server, NULL, NULL, NULL);
  self->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (self->server)));
}

static void
here_end (Here *self)
{
  g_main_context_acquire (self->context);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_main_context_release (self->context);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->proxy);
  g_object_unref (self->server);
  probe_state_wait_finalized (self->state);
  probe_state_free (self->state);
}

/* Its context is one of a thread that waits for a service which calls it. */
static void
test_not_started (Fixture       *fixture,
                  gconstpointer  unused)
{
  Here here;
  Nested nested = { 0 };

  here_start (&here, NULL);
  nested.proxy = here.proxy;
  assert_would_deadlock (fixture->state, fixture->proxy, &nested);
  here_end (&here);
}

static int quit; /* atomic */

static gpointer
run_context (gpointer context)
{
  g_main_context_acquire (context);
  while (!g_atomic_int_get (&quit))
    g_main_context_iteration (context, TRUE);
  g_main_context_release (context);

  return NULL;
}

/* The context has gone from the thread that waits to another one, which serves the call. */
static void
test_handed_over (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;
  Nested nested = { 0 };
  GThread *thread;
  Here here;

  g_atomic_int_set (&quit, FALSE);
  here_start (&here, context);
  /* This thread has run it. */
  g_main_context_acquire (context);
  while (norpc_channel_get_length (norpc_server_get_channel (here.server)) > 0 ||
         g_main_context_iteration (context, FALSE))
    ;
  g_main_context_release (context);
  thread = g_thread_new ("runs it now", run_context, context);
  nested.proxy = here.proxy;
  fixture->state->run = call_nested;
  fixture->state->run_data = &nested;
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (nested.error);

  g_atomic_int_set (&quit, TRUE);
  g_main_context_wakeup (context);
  g_thread_join (thread);
  here.state->n_wrong = 0;
  here_end (&here);
}

static gboolean
answer_from_cache (NorpcCall  *call,
                   gpointer    n_left,
                   GError    **error)
{
  if (g_atomic_int_add ((int *) n_left, -1) <= 0)
    norpc_call_return_values (call, 0, NULL);

  return TRUE;
}

/* A service calls itself, through a limit that holds the call, and a filter that answers. */
static void
test_cache (Fixture       *fixture,
            gconstpointer  unused)
{
  NorpcLayer *filter = norpc_filter_new ();
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_rate_limit_new (1, 5), filter, norpc_server_get_channel (fixture->server), NULL);
  g_autoptr (ProbeProbeProxy) through = probe_probe_proxy_new (stack);
  g_autoptr (GError) error = NULL;
  Nested nested = { .proxy = through };
  int n_left = 1;

  norpc_filter_set_call_func (NORPC_FILTER (filter), answer_from_cache, &n_left, NULL);
  fixture->state->run = call_nested;
  fixture->state->run_data = &nested;
  /* The nested call comes too early for the limit. */
  g_assert_true (probe_probe_proxy_call_run_sync (through, NULL, &error));
  g_assert_no_error (nested.error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/deadlock-held/self", test_self);
  TEST_CAPACITY ("/deadlock-held/self-in-balance", 100, test_self);
  g_test_add_func ("/deadlock-held/self-in-pool", test_self_in_pool);
  g_test_add_func ("/deadlock-held/direct", test_direct);
  g_test_add_func ("/deadlock-held/direct-held", test_direct_held);
  TEST ("/deadlock-held/not-started", test_not_started);
  TEST ("/deadlock-held/handed-over", test_handed_over);
  TEST ("/deadlock-held/cache", test_cache);

  return g_test_run ();
}
