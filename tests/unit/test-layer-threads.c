/* test-layer-threads.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the functions run that are given to layers: never in a thread that others depend
 * on, so that they may block.
 */

#include "core/norpc-background-private.h"
#include "layer-fixture.h"

/* Functions that block wait until the test opens it. */
static struct
{
  GMutex   lock;
  GCond    changed;
  gboolean open;      /* [lock] */
  guint    n_blocked; /* [lock]: so many block now */
  guint    n_here;    /* [lock]: so many ran in the test's thread */
  guint    n_in_pool; /* [lock] */
} gate;

static GThread *test_thread;

static void
gate_reset (gboolean open)
{
  g_mutex_lock (&gate.lock);
  gate.open = open;
  gate.n_blocked = gate.n_here = gate.n_in_pool = 0;
  g_mutex_unlock (&gate.lock);
}

static void
gate_open (void)
{
  g_mutex_lock (&gate.lock);
  gate.open = TRUE;
  g_cond_broadcast (&gate.changed);
  g_mutex_unlock (&gate.lock);
}

static void
gate_wait_blocked (void)
{
  g_mutex_lock (&gate.lock);
  while (gate.n_blocked == 0)
    g_cond_wait (&gate.changed, &gate.lock);
  g_mutex_unlock (&gate.lock);
}

/* In a function of the test: notes where that runs, and blocks if that is in the pool. */
static void
gate_pass (void)
{
  g_mutex_lock (&gate.lock);
  if (g_thread_self () == test_thread)
    {
      gate.n_here++;
    }
  else
    {
      g_assert_true (norpc_background_is_current ());
      gate.n_in_pool++;
      gate.n_blocked++;
      g_cond_broadcast (&gate.changed);
      while (!gate.open)
        g_cond_wait (&gate.changed, &gate.lock);
      gate.n_blocked--;
    }
  g_mutex_unlock (&gate.lock);
}

static gboolean
filter_func (NorpcCall  *call,
             gpointer    unused,
             GError    **error)
{
  gate_pass ();

  return TRUE;
}

static gboolean
key_func (NorpcCall  *call,
          guint      *key,
          gpointer    unused,
          GError    **error)
{
  gate_pass ();
  *key = 1;

  return TRUE;
}

static gboolean
retry_func (NorpcCall    *call,
            const GError *error,
            guint         n_attempts,
            gpointer      unused)
{
  gate_pass ();

  return TRUE;
}

/* A layer of an author's. */
#define TEST_TYPE_PASSER (test_passer_get_type ())
G_DECLARE_FINAL_TYPE (TestPasser, test_passer, TEST, PASSER, NorpcLayer)

struct _TestPasser
{
  NorpcLayer parent_instance;
};

G_DEFINE_FINAL_TYPE (TestPasser, test_passer, NORPC_TYPE_LAYER)

static gboolean
test_passer_take (NorpcLayer  *layer,
                  NorpcCall   *call,
                  GError     **error)
{
  gate_pass ();
  norpc_layer_pass_on (layer, call);

  return TRUE;
}

static void
test_passer_class_init (TestPasserClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = test_passer_take;
}

static void
test_passer_init (TestPasser *self)
{
}

typedef enum
{
  FUNC_FILTER,
  FUNC_KEY,
  FUNC_LAYER,
  FUNC_ATTEMPT,
  FUNC_RETRY,
  N_FUNCS
} Func;

static gboolean
refuse_cb (NorpcCall  *call,
           gpointer    n_left,
           GError    **error)
{
  if (g_atomic_int_add ((int *) n_left, -1) <= 0)
    return TRUE;

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_BUSY, "refused");

  return FALSE;
}

/* The first attempt fails in the test's thread. */
static gboolean
attempt_func (NorpcCall  *call,
              gpointer    unused,
              GError    **error)
{
  gate_pass ();
  if (g_thread_self () != test_thread)
    return TRUE;

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_BUSY, "refused");

  return FALSE;
}

static NorpcLayer *
new_filter (NorpcFilterFunc func,
            gpointer        data)
{
  NorpcLayer *filter = norpc_filter_new ();

  norpc_filter_set_call_func (NORPC_FILTER (filter), func, data, NULL);

  return filter;
}

/* The function blocks for a call that a limit has held, or for a failed attempt. */
static void
start_blocking (Layered *fixture,
                Func     func,
                int     *n_left)
{
  NorpcLayer *balance, *retry, *limit = norpc_concurrency_limit_new (1);

  switch (func)
    {
    case FUNC_FILTER:
      layered_start (fixture, SIDE_CLIENT, limit, new_filter (filter_func, NULL), NULL);
      break;

    case FUNC_KEY:
      balance = norpc_balance_new (NORPC_BALANCE_BY_KEY);
      norpc_balance_set_key_func (NORPC_BALANCE (balance), key_func, NULL, NULL);
      layered_start (fixture, SIDE_CLIENT, limit, balance, NULL);
      break;

    case FUNC_LAYER:
      layered_start (fixture, SIDE_CLIENT, limit, g_object_new (TEST_TYPE_PASSER, NULL), NULL);
      break;

    case FUNC_ATTEMPT:
      g_object_unref (g_object_ref_sink (limit));
      layered_start (fixture, SIDE_CLIENT, norpc_retry_new (2), new_filter (attempt_func, NULL), NULL);
      break;

    case FUNC_RETRY:
    case N_FUNCS:
    default:
      retry = norpc_retry_new (2);
      norpc_retry_set_func (NORPC_RETRY (retry), retry_func, NULL, NULL);
      layered_start (fixture, SIDE_CLIENT, limit, retry, new_filter (refuse_cb, n_left), NULL);
      break;
    }
}

/* While that is so, limits of rate and time, retries and buffers go on elsewhere. */
static void
assert_others_go_on (Layered *fixture)
{
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->other_server));
  int n_left = 1;
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_rate_limit_new (1, 1), norpc_retry_new (3), new_filter (refuse_cb, &n_left),
                     norpc_buffer_new (5), channel, NULL);
  g_autoptr (NorpcEndpoint) limited = norpc_stack_new (norpc_time_limit_new (5), channel, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  g_autoptr (ProbeProbeProxy) limited_proxy = probe_probe_proxy_new (limited);
  g_autoptr (NorpcCall) held = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));
  g_assert_cmpint (n_left, <, 0);

  norpc_timeout_push (NORPC_NO_TIMEOUT);
  g_assert_false (probe_probe_proxy_call_hold_sync (limited_proxy, NULL, &error));
  norpc_timeout_pop ();
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);

  /* The service may have come too late to hold that. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->other, NULL, NULL));
  held = g_async_queue_try_pop (fixture->other_state->held);
  g_clear_pointer (&held, norpc_call_unref);
}

/* Answers the call that the limit lets pass first. */
static void
answer_held (Layered *fixture)
{
  g_autoptr (NorpcCall) call = probe_state_take_held (fixture->state);

  norpc_call_return_values (call, 0, NULL);
}

static void
test_blocked (Layered       *fixture,
              gconstpointer  data)
{
  Func func = (Func) GPOINTER_TO_UINT (data);
  Outcome held = { 0 }, notes[2] = { { 0 } };
  int n_left = 1;

  gate_reset (FALSE);
  start_blocking (fixture, func, &n_left);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);
  if (func < FUNC_ATTEMPT)
    answer_held (fixture);
  gate_wait_blocked ();
  assert_others_go_on (fixture);
  gate_open ();
  if (func >= FUNC_ATTEMPT)
    answer_held (fixture);
  outcome_wait (&held);
  g_assert_no_error (held.error);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      outcome_wait (&notes[i]);
      g_assert_no_error (notes[i].error);
    }
  g_assert_cmpuint (gate.n_in_pool, >=, 1);
  if (func < FUNC_ATTEMPT)
    g_assert_cmpuint (gate.n_here + gate.n_in_pool, ==, 3);
}

static gboolean
ask_other (NorpcCall  *call,
           gpointer    proxy,
           GError    **error)
{
  return probe_probe_proxy_call_noop_sync (proxy, NULL, error);
}

/* A filter behind a rate limit makes calls through another one. */
static void
test_sync_call (Layered       *fixture,
                gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_rate_limit_new (1, 1), norpc_server_get_channel (fixture->other_server), NULL);
  g_autoptr (ProbeProbeProxy) policy = probe_probe_proxy_new (stack);
  NorpcLayer *filter = new_filter (ask_other, policy);
  Outcome notes[5] = { { 0 } };

  layered_start (fixture, SIDE_CLIENT, norpc_rate_limit_new (1, 1), filter, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      outcome_wait (&notes[i]);
      g_assert_no_error (notes[i].error);
    }
  assert_numbers (fixture->state, 5);
}

/* Calls that were held come to a service that is called directly in the thread that made it,
 * though no call of that has come before.
 */
static void
test_direct (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  NorpcLayer *rate_limit = norpc_rate_limit_new (1, 1);
  g_autoptr (NorpcEndpoint) stack = NULL;
  g_autoptr (ProbeProbeProxy) proxy = NULL;
  Outcome first = { 0 }, second = { 0 }, third = { 0 };

  norpc_balance_add_endpoint (NORPC_BALANCE (balance), NORPC_ENDPOINT (direct));
  stack = norpc_stack_new (rate_limit, new_filter (refuse_cb, &(int) { 1 }), balance, NULL);
  proxy = probe_probe_proxy_new (stack);
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &first);
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &second);
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &third);
  outcome_wait (&first);
  g_assert_error (first.error, NORPC_ERROR, NORPC_ERROR_BUSY);
  outcome_wait (&second);
  outcome_wait (&third);
  g_assert_no_error (second.error);
  g_assert_no_error (third.error);
  g_assert_true (probe_state_get_thread (state, &state->thread) == g_thread_self ());

  outcome_clear (&first);
  g_clear_object (&proxy);
  g_clear_object (&stack);
  g_clear_object (&direct);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  test_thread = g_thread_self ();

  TEST_LAYER ("/layer-threads/blocked/filter", FUNC_FILTER, test_blocked);
  TEST_LAYER ("/layer-threads/blocked/key", FUNC_KEY, test_blocked);
  TEST_LAYER ("/layer-threads/blocked/layer", FUNC_LAYER, test_blocked);
  TEST_LAYER ("/layer-threads/blocked/attempt", FUNC_ATTEMPT, test_blocked);
  TEST_LAYER ("/layer-threads/blocked/retry", FUNC_RETRY, test_blocked);
  TEST_LAYER ("/layer-threads/sync-call", SIDE_CLIENT, test_sync_call);
  g_test_add_func ("/layer-threads/direct", test_direct);

  return g_test_run ();
}
