/* test-inheritance.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls on behalf of calls, and cancelling all of a client at once. */

#include <pthread.h>

#include "fixture.h"

/* Three probes; each runs a function that may call the next. */
typedef struct
{
  Fixture  parts[3];
  GError  *error; /* (owned): of the second call */
  guint    n_within;
} Chain;

static void
chain_set_up (Chain         *chain,
              gconstpointer  unused)
{
  for (guint i = 0; i < G_N_ELEMENTS (chain->parts); i++)
    {
      fixture_set_up (&chain->parts[i], NULL);
      chain->parts[i].state->run_data = chain;
    }
}

static void
chain_tear_down (Chain         *chain,
                 gconstpointer  unused)
{
  for (guint i = 0; i < G_N_ELEMENTS (chain->parts); i++)
    fixture_tear_down (&chain->parts[i], NULL);
  g_clear_error (&chain->error);
}

static void
hold_next (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  Chain *chain = data;

  probe_probe_proxy_call_hold (chain->parts[1].proxy, NULL, NULL, NULL);
  g_async_queue_push (chain->parts[0].state->held, norpc_call_ref (call));
}

static void
hold_next_sync (ProbeService *service,
                NorpcCall    *call,
                gpointer      data)
{
  Chain *chain = data;

  g_assert_false (probe_probe_proxy_call_hold_sync (chain->parts[1].proxy, NULL, &chain->error));
  norpc_call_return_gerror (call, chain->error);
}

/* The handler of the first waits for the second; the client cancels. */
static void
test_cancel_sync (Chain         *chain,
                  gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) second = NULL;
  g_autoptr (GError) error = NULL;

  chain->parts[0].state->run = hold_next_sync;
  probe_probe_proxy_call_run (chain->parts[0].proxy, cancellable, NULL, NULL);
  second = probe_state_take_held (chain->parts[1].state);
  g_assert_false (norpc_call_is_cancelled (second));

  g_cancellable_cancel (cancellable);
  g_assert_true (norpc_call_is_cancelled (second));

  /* So the first service is free again, and its own call has ended. */
  g_assert_true (probe_probe_proxy_call_noop_sync (chain->parts[0].proxy, NULL, &error));
  g_assert_error (chain->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cancel_async (Chain         *chain,
                   gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) first = NULL;
  g_autoptr (NorpcCall) second = NULL;

  chain->parts[0].state->run = hold_next;
  probe_probe_proxy_call_run (chain->parts[0].proxy, cancellable, NULL, NULL);
  first = probe_state_take_held (chain->parts[0].state);
  second = probe_state_take_held (chain->parts[1].state);
  g_cancellable_cancel (cancellable);
  g_assert_true (norpc_call_is_cancelled (first));
  g_assert_true (norpc_call_is_cancelled (second));
}

static void
run_next (ProbeService *service,
          NorpcCall    *call,
          gpointer      data)
{
  Chain *chain = data;

  probe_probe_proxy_call_run (chain->parts[1].proxy, NULL, NULL, NULL);
  g_async_queue_push (chain->parts[0].state->held, norpc_call_ref (call));
}

static void
hold_last (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  Chain *chain = data;

  for (guint i = 0; i < 3; i++)
    probe_probe_proxy_call_hold (chain->parts[2].proxy, NULL, NULL, NULL);
  g_async_queue_push (chain->parts[1].state->held, norpc_call_ref (call));
}

/* A tree over three services. */
static void
test_cancel_tree (Chain         *chain,
                  gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *calls[5];

  chain->parts[0].state->run = run_next;
  chain->parts[1].state->run = hold_last;
  probe_probe_proxy_call_run (chain->parts[0].proxy, cancellable, NULL, NULL);
  calls[0] = probe_state_take_held (chain->parts[0].state);
  calls[1] = probe_state_take_held (chain->parts[1].state);
  for (guint i = 2; i < G_N_ELEMENTS (calls); i++)
    calls[i] = probe_state_take_held (chain->parts[2].state);

  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_assert_true (norpc_call_is_cancelled (calls[i]));
      norpc_call_unref (calls[i]);
    }
}

/* No more time than the first has, and less if so asked. */
static void
test_deadline (Chain         *chain,
               gconstpointer  unused)
{
  g_autoptr (NorpcCall) first = NULL;
  g_autoptr (NorpcCall) second = NULL;
  g_autoptr (NorpcCall) third = NULL;

  chain->parts[0].state->run = hold_next;
  norpc_proxy_set_timeout (NORPC_PROXY (chain->parts[1].proxy), 100000);
  norpc_timeout_push (50000);
  probe_probe_proxy_call_run (chain->parts[0].proxy, NULL, NULL, NULL);
  first = probe_state_take_held (chain->parts[0].state);
  second = probe_state_take_held (chain->parts[1].state);
  g_assert_cmpint (norpc_call_get_deadline (first), !=, 0);
  g_assert_cmpint (norpc_call_get_deadline (second), ==, norpc_call_get_deadline (first));
  g_clear_pointer (&first, norpc_call_unref);

  norpc_proxy_set_timeout (NORPC_PROXY (chain->parts[1].proxy), 10000);
  probe_probe_proxy_call_run (chain->parts[0].proxy, NULL, NULL, NULL);
  norpc_timeout_pop ();
  first = probe_state_take_held (chain->parts[0].state);
  third = probe_state_take_held (chain->parts[1].state);
  g_assert_cmpint (norpc_call_get_deadline (third), <, norpc_call_get_deadline (first));
}

static void
test_timed_out (Chain         *chain,
                gconstpointer  unused)
{
  g_autoptr (NorpcCall) second = NULL;
  g_autoptr (GError) error = NULL;

  chain->parts[0].state->run = hold_next_sync;
  norpc_timeout_push (get_some_time ());
  g_assert_false (probe_probe_proxy_call_run_sync (chain->parts[0].proxy, NULL, &error));
  norpc_timeout_pop ();
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  second = probe_state_take_held (chain->parts[1].state);
  g_assert_true (probe_probe_proxy_call_noop_sync (chain->parts[0].proxy, NULL, NULL));
  g_assert_error (chain->error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_true (norpc_call_is_cancelled (second));
}

/* An answered call has nothing to say any more. */
static void
test_answered (Chain         *chain,
               gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) first = NULL;
  g_autoptr (NorpcCall) second = NULL;

  chain->parts[0].state->run = hold_next;
  probe_probe_proxy_call_run (chain->parts[0].proxy, cancellable, NULL, NULL);
  first = probe_state_take_held (chain->parts[0].state);
  second = probe_state_take_held (chain->parts[1].state);
  norpc_call_return_values (first, 0, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_false (norpc_call_is_cancelled (second));
}

static void
answer_and_hold (ProbeService *service,
                 NorpcCall    *call,
                 gpointer      data)
{
  Chain *chain = data;

  norpc_call_return_values (call, 0, NULL);
  probe_probe_proxy_call_hold (chain->parts[1].proxy, NULL, NULL, NULL);
}

/* Nor has one that is made after the answer anything from it. */
static void
test_after_the_answer (Chain         *chain,
                       gconstpointer  unused)
{
  g_autoptr (NorpcCall) second = NULL;

  chain->parts[0].state->run = answer_and_hold;
  norpc_timeout_push (50000);
  g_assert_true (probe_probe_proxy_call_run_sync (chain->parts[0].proxy, NULL, NULL));
  norpc_timeout_pop ();
  second = probe_state_take_held (chain->parts[1].state);
  g_assert_cmpint (norpc_call_get_deadline (second), ==, 0);
}

/* A reply that comes while the handler runs its context is not its business. */
static void
within_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Chain *chain = user_data;

  g_assert_true (probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, NULL));
  probe_probe_proxy_call_hold (chain->parts[1].proxy, NULL, NULL, NULL);
  chain->n_within++;
}

static void
run_context (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Chain *chain = data;

  probe_probe_proxy_call_noop (chain->parts[2].proxy, NULL, within_cb, chain);
  while (chain->n_within == 0)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_nested (Chain         *chain,
             gconstpointer  unused)
{
  g_autoptr (NorpcCall) second = NULL;

  chain->parts[0].state->run = run_context;
  norpc_timeout_push (50000);
  g_assert_true (probe_probe_proxy_call_run_sync (chain->parts[0].proxy, NULL, NULL));
  norpc_timeout_pop ();
  second = probe_state_take_held (chain->parts[1].state);
  g_assert_cmpint (norpc_call_get_deadline (second), ==, 0);
}

/* Later, and elsewhere: the service says for whom. */
static void
test_entered (Chain         *chain,
              gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) first = NULL;
  g_autoptr (NorpcCall) within = NULL;
  g_autoptr (NorpcCall) after = NULL;
  Outcome late = { 0 };

  probe_probe_proxy_call_hold (chain->parts[0].proxy, cancellable, NULL, NULL);
  first = probe_state_take_held (chain->parts[0].state);

  norpc_call_enter (first);
  probe_probe_proxy_call_hold (chain->parts[1].proxy, NULL, NULL, NULL);
  norpc_call_leave (first);
  probe_probe_proxy_call_hold (chain->parts[1].proxy, NULL, NULL, NULL);
  within = probe_state_take_held (chain->parts[1].state);
  after = probe_state_take_held (chain->parts[1].state);

  g_cancellable_cancel (cancellable);
  g_assert_true (norpc_call_is_cancelled (within));
  g_assert_false (norpc_call_is_cancelled (after));

  /* Too late: it ends at once. */
  norpc_call_enter (first);
  probe_probe_proxy_call_hold (chain->parts[1].proxy, NULL, hold_cb, &late);
  norpc_call_leave (first);
  g_assert_cmpuint (late.n, ==, 0);
  outcome_wait (&late);
  g_assert_error (late.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&late);
}

static void
test_cancel_all (Chain         *chain,
                 gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) other = NULL;
  g_autoptr (NorpcCall) held = NULL;
  Outcome open = { 0 }, blocked = { 0 }, queued = { 0 }, others = { 0 };
  Fixture *part = &chain->parts[0];

  other = probe_probe_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (part->proxy)));
  probe_probe_proxy_call_hold (part->proxy, NULL, hold_cb, &open);
  held = probe_state_take_held (part->state);
  probe_probe_proxy_call_block (part->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (part->state);
  probe_probe_proxy_call_noop (part->proxy, NULL, noop_cb, &queued);
  probe_probe_proxy_call_noop (other, NULL, noop_cb, &others);

  norpc_proxy_cancel_all (NORPC_PROXY (part->proxy));
  outcome_wait (&open);
  outcome_wait (&blocked);
  outcome_wait (&queued);
  g_assert_error (open.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (blocked.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (queued.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (norpc_call_is_cancelled (held));
  g_assert_cmpuint (others.n, ==, 0);

  probe_state_open_gate (part->state);
  outcome_wait (&others);
  g_assert_no_error (others.error);
  g_assert_cmpuint (probe_state_get_n_handled (part->state), ==, 3);

  /* The proxy goes on. */
  norpc_proxy_cancel_all (NORPC_PROXY (part->proxy));
  g_assert_true (probe_probe_proxy_call_noop_sync (part->proxy, NULL, NULL));
  outcome_clear (&open);
  outcome_clear (&blocked);
  outcome_clear (&queued);
}

/* Calls are cancelled while they are being sent: each completes nevertheless. */
typedef struct
{
  NorpcProxy *proxy;
  int         done; /* atomic */
} Canceller;

static gpointer
cancel_thread (gpointer data)
{
  Canceller *canceller = data;

  while (!g_atomic_int_get (&canceller->done))
    {
      norpc_proxy_cancel_all (canceller->proxy);
      g_thread_yield ();
    }

  return NULL;
}

static void
count_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, &error))
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  (*(guint *) user_data)++;
}

static void
test_cancel_all_meanwhile (Chain         *chain,
                           gconstpointer  unused)
{
  guint n_calls = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 100 : 5000, n_back = 0;
  ProbeProbeProxy *proxy = chain->parts[0].proxy;
  Canceller canceller = { NORPC_PROXY (proxy), FALSE };
  GThread *thread = g_thread_new ("cancel", cancel_thread, &canceller);

  for (guint i = 0; i < n_calls; i++)
    {
      g_autoptr (GError) error = NULL;

      probe_probe_proxy_call_noop (proxy, NULL, count_cb, &n_back);
      if (!probe_probe_proxy_call_noop_sync (proxy, NULL, &error))
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  while (n_back < n_calls)
    g_main_context_iteration (NULL, TRUE);
  g_atomic_int_set (&canceller.done, TRUE);
  g_thread_join (thread);
}

#define N_LONG 20000
#define SMALL_STACK (512 * 1024)

static gpointer
cancel_in_thread (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return NULL;
}

/* Each of many calls is made on behalf of the one before it. A thread with a small stack cancels
 * the first.
 */
static void
test_long_chain (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (direct));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  Outcome outcome = { 0 };
  pthread_attr_t attributes;
  pthread_t thread;

  probe_probe_proxy_call_hold (proxy, cancellable, hold_cb, &outcome);
  for (guint i = 0; i < N_LONG; i++)
    {
      NorpcCall *call = probe_state_take_held (state);

      g_ptr_array_add (held, call);
      norpc_call_enter (call);
      probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);
      norpc_call_leave (call);
    }

  g_assert_cmpint (pthread_attr_init (&attributes), ==, 0);
  g_assert_cmpint (pthread_attr_setstacksize (&attributes, SMALL_STACK), ==, 0);
  g_assert_cmpint (pthread_create (&thread, &attributes, cancel_in_thread, cancellable), ==, 0);
  pthread_join (thread, NULL);
  pthread_attr_destroy (&attributes);

  for (guint i = 0; i < held->len; i++)
    g_assert_true (norpc_call_is_cancelled (held->pdata[i]));
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  outcome_clear (&outcome);
  g_ptr_array_set_size (held, 0);
  norpc_call_unref (probe_state_take_held (state));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&proxy);
  g_clear_object (&direct);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

#define TEST_CHAIN(path, func) g_test_add (path, Chain, NULL, chain_set_up, func, chain_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_CHAIN ("/inheritance/cancel-sync", test_cancel_sync);
  TEST_CHAIN ("/inheritance/cancel-async", test_cancel_async);
  TEST_CHAIN ("/inheritance/cancel-tree", test_cancel_tree);
  g_test_add_func ("/inheritance/long-chain", test_long_chain);
  TEST_CHAIN ("/inheritance/deadline", test_deadline);
  TEST_CHAIN ("/inheritance/timed-out", test_timed_out);
  TEST_CHAIN ("/inheritance/answered", test_answered);
  TEST_CHAIN ("/inheritance/after-the-answer", test_after_the_answer);
  TEST_CHAIN ("/inheritance/nested", test_nested);
  TEST_CHAIN ("/inheritance/entered", test_entered);
  TEST_CHAIN ("/inheritance/cancel-all", test_cancel_all);
  TEST_CHAIN ("/inheritance/cancel-all-meanwhile", test_cancel_all_meanwhile);

  return g_test_run ();
}
