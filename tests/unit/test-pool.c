/* test-pool.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "layer-fixture.h"

#define N_SERVERS 3

typedef struct
{
  ProbeState      *states[N_SERVERS];
  guint            n_made;
  NorpcPool       *pool;
  ProbeProbeProxy *proxy;
} Pooled;

static GObject *
make_probe (guint    index,
            gpointer data)
{
  Pooled *self = data;

  g_assert_cmpuint (index, ==, self->n_made);
  self->n_made++;

  return probe_service_new (self->states[index]);
}

static void
set_up (Pooled        *self,
        gconstpointer  policy)
{
  for (guint i = 0; i < N_SERVERS; i++)
    self->states[i] = probe_state_new ();
  self->pool = norpc_pool_new (N_SERVERS, (NorpcBalancePolicy) GPOINTER_TO_UINT (policy),
                               make_probe, self);
  g_assert_cmpuint (norpc_pool_get_n_servers (self->pool), ==, N_SERVERS);
  self->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (self->pool));
}

static void
tear_down (Pooled        *self,
           gconstpointer  policy)
{
  for (guint i = 0; i < N_SERVERS; i++)
    probe_state_open_gate (self->states[i]);
  g_object_unref (self->proxy);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  release_and_wait (self->pool);
  for (guint i = 0; i < N_SERVERS; i++)
    {
      probe_state_wait_finalized (self->states[i]);
      probe_state_free (self->states[i]);
    }
}

static guint
count_handled (Pooled *self)
{
  guint n = 0;

  for (guint i = 0; i < N_SERVERS; i++)
    n += probe_state_get_n_handled (self->states[i]);

  return n;
}

/* As many block at once as there are servers, each in a thread of its own. */
static void
test_parallel (Pooled        *self,
               gconstpointer  policy)
{
  Outcome blocked[N_SERVERS] = { { 0 } };
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_pool_start (self->pool, NULL, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < N_SERVERS; i++)
    probe_probe_proxy_call_block (self->proxy, NULL, block_cb, &blocked[i]);
  for (guint i = 0; i < N_SERVERS; i++)
    probe_state_wait_blocked (self->states[i]);
  for (guint i = 1; i < N_SERVERS; i++)
    g_assert_true (probe_state_get_thread (self->states[i], &self->states[i]->thread) !=
                   probe_state_get_thread (self->states[0], &self->states[0]->thread));
  for (guint i = 0; i < N_SERVERS; i++)
    probe_state_open_gate (self->states[i]);
  for (guint i = 0; i < N_SERVERS; i++)
    outcome_wait (&blocked[i]);

  g_assert_true (norpc_pool_stop (self->pool, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < N_SERVERS; i++)
    g_assert_nonnull (probe_state_get_thread (self->states[i], &self->states[i]->finalized_in));
  g_assert_false (probe_probe_proxy_call_noop_sync (self->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
started_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  Outcome *outcome = data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = norpc_pool_start_finish (NORPC_POOL (object), result, &outcome->error);
}

static void
stopped_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  Outcome *outcome = data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = norpc_pool_stop_finish (NORPC_POOL (object), result, &outcome->error);
}

static void
test_async (Pooled        *self,
            gconstpointer  policy)
{
  Outcome started = { 0 }, again = { 0 }, stopped = { 0 };

  norpc_pool_start_async (self->pool, NULL, started_cb, &started);
  g_assert_cmpuint (started.n, ==, 0);
  outcome_wait (&started);
  g_assert_true (started.ok);
  norpc_pool_start_async (self->pool, NULL, started_cb, &again);
  outcome_wait (&again);
  g_assert_error (again.error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_clear_error (&again.error);
  g_assert_false (norpc_pool_start (self->pool, NULL, &again.error));
  g_assert_error (again.error, NORPC_ERROR, NORPC_ERROR_FAILED);
  outcome_clear (&again);

  for (guint i = 0; i < 30; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (self->proxy, NULL, NULL));
  g_assert_cmpuint (count_handled (self), ==, 30);
  norpc_pool_stop_async (self->pool, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
  outcome_wait (&stopped);
  g_assert_true (stopped.ok);
  for (guint i = 0; i < N_SERVERS; i++)
    g_assert_nonnull (probe_state_get_thread (self->states[i], &self->states[i]->stopped_in));
}

/* One that does not start stops the others. */
static void
test_failed (Pooled        *self,
             gconstpointer  policy)
{
  g_autoptr (GError) error = NULL;

  self->states[1]->fail_start = TRUE;
  g_assert_false (norpc_pool_start (self->pool, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  for (guint i = 0; i < N_SERVERS; i++)
    probe_state_wait_finalized (self->states[i]);
  g_assert_true (norpc_pool_stop (self->pool, NORPC_STOP_FINISH, NULL, NULL));
}

static void
test_failed_async (Pooled        *self,
                   gconstpointer  policy)
{
  Outcome started = { 0 };

  self->states[2]->fail_start = TRUE;
  norpc_pool_start_async (self->pool, NULL, started_cb, &started);
  outcome_wait (&started);
  g_assert_false (started.ok);
  outcome_clear (&started);
  for (guint i = 0; i < N_SERVERS; i++)
    probe_state_wait_finalized (self->states[i]);
}

/* Each key has one owner. */
static void
test_by_key (Pooled        *self,
             gconstpointer  policy)
{
  guint owners[50] = { 0 };

  g_assert_true (norpc_pool_start (self->pool, NULL, NULL));
  for (guint i = 0; i < 200; i++)
    g_assert_true (probe_probe_proxy_call_note_sync (self->proxy, i % 50, NULL, NULL));
  for (guint i = 0; i < N_SERVERS; i++)
    {
      g_assert_cmpuint (self->states[i]->numbers->len, >, 0);
      for (guint j = 0; j < self->states[i]->numbers->len; j++)
        owners[g_array_index (self->states[i]->numbers, guint, j)] |= 1u << i;
    }
  for (guint i = 0; i < 50; i++)
    g_assert_cmpint (__builtin_popcount (owners[i]), ==, 1);
}

static void
test_stopped_unstarted (Pooled        *self,
                        gconstpointer  policy)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_pool_stop (self->pool, NORPC_STOP_FINISH, NULL, NULL));
  g_assert_false (norpc_pool_start (self->pool, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
test_ready (Pooled        *self,
            gconstpointer  policy)
{
  g_autoptr (NorpcEndpoint) shed = norpc_stack_new (norpc_load_shed_new (), self->pool, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (shed);
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_endpoint_is_ready (NORPC_ENDPOINT (self->pool)));
  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_true (norpc_pool_start (self->pool, NULL, NULL));
  g_assert_true (norpc_endpoint_is_ready (NORPC_ENDPOINT (self->pool)));
  g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));
}

static GObject *
make_nothing (guint    index,
              gpointer data)
{
  return NULL;
}

/* A call says what the pool lacks, and so does a wait for readiness. */
static void
assert_no_services (NorpcPool *pool)
{
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (pool));
  g_autoptr (GError) error = NULL;
  Outcome ready = { 0 };

  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "a pool without services"));
  g_clear_error (&error);

  norpc_endpoint_ready_async (NORPC_ENDPOINT (pool), NULL, ready_cb, &ready);
  outcome_wait (&ready);
  g_assert_error (ready.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (ready.error->message, "a pool without services"));
  outcome_clear (&ready);
}

static void
test_made_without_function (void)
{
  g_autoptr (NorpcPool) pool = g_object_new (NORPC_TYPE_POOL, NULL);
  g_autoptr (GError) error = NULL;

  assert_no_services (pool);
  g_assert_false (norpc_pool_start (pool, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
}

static void
test_empty (void)
{
  g_autoptr (NorpcPool) pool = norpc_pool_new (2, NORPC_BALANCE_ROUND_ROBIN, make_nothing, NULL);
  g_autoptr (GError) error = NULL;
  Outcome started = { 0 }, stopped = { 0 };

  assert_no_services (pool);
  g_assert_cmpuint (norpc_pool_get_n_servers (pool), ==, 0);
  g_assert_false (norpc_pool_start (pool, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  norpc_pool_start_async (pool, NULL, started_cb, &started);
  outcome_wait (&started);
  g_assert_error (started.error, NORPC_ERROR, NORPC_ERROR_FAILED);
  norpc_pool_stop_async (pool, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
  outcome_wait (&stopped);
  g_assert_true (stopped.ok);
  g_assert_true (norpc_pool_stop (pool, NORPC_STOP_FINISH, NULL, NULL));
  outcome_clear (&started);
}

/* Nothing is left for a main context that nobody may run. */
static void
test_gone (void)
{
  ProbeState *state = probe_state_new ();
  Pooled self = { .states = { state } };
  NorpcPool *pool = norpc_pool_new (1, NORPC_BALANCE_LEAST_PENDING, make_probe, &self);
  NorpcServer *server = norpc_pool_get_server (pool, 0);

  g_assert_true (norpc_pool_start (pool, NULL, NULL));
  g_assert_true (norpc_pool_stop (pool, NORPC_STOP_FINISH, NULL, NULL));
  g_object_ref (server);
  release_and_wait (pool);
  release_and_wait (server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

#define TEST_POOL(path, policy, func) \
  g_test_add (path, Pooled, GUINT_TO_POINTER (policy), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_POOL ("/pool/parallel", NORPC_BALANCE_ROUND_ROBIN, test_parallel);
  TEST_POOL ("/pool/async", NORPC_BALANCE_LEAST_PENDING, test_async);
  TEST_POOL ("/pool/failed", NORPC_BALANCE_LEAST_PENDING, test_failed);
  TEST_POOL ("/pool/failed-async", NORPC_BALANCE_LEAST_PENDING, test_failed_async);
  TEST_POOL ("/pool/by-key", NORPC_BALANCE_BY_KEY, test_by_key);
  TEST_POOL ("/pool/stopped-unstarted", NORPC_BALANCE_LEAST_PENDING, test_stopped_unstarted);
  TEST_POOL ("/pool/ready", NORPC_BALANCE_LEAST_PENDING, test_ready);
  g_test_add_func ("/pool/empty", test_empty);
  g_test_add_func ("/pool/made-without-function", test_made_without_function);
  g_test_add_func ("/pool/gone", test_gone);

  return g_test_run ();
}
