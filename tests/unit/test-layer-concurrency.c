/* test-layer-concurrency.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The concurrency limit, and with it how layers hold calls. */

#include "layer-fixture.h"

static Side
get_side (gconstpointer data)
{
  return (Side) GPOINTER_TO_UINT (data);
}

/* Calls, and how many of them have completed. */
typedef struct
{
  Outcome outcomes[5];
  guint   n_back;
} Notes;

static Notes notes;

static void
next_note_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      outcome)
{
  note_cb (object, result, outcome);
  g_assert_true (outcome == &notes.outcomes[notes.n_back++]);
}

static void
test_order (Layered       *fixture,
            gconstpointer  side)
{
  Outcome held = { 0 };
  NorpcCall *call;

  notes = (Notes) { 0 };
  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  for (guint i = 0; i < G_N_ELEMENTS (notes.outcomes); i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, next_note_cb, &notes.outcomes[i]);
  layered_let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);

  answer (call);
  outcome_wait (&notes.outcomes[4]);
  g_assert_true (held.ok);
  for (guint i = 0; i < G_N_ELEMENTS (notes.outcomes); i++)
    g_assert_true (notes.outcomes[i].ok);
  assert_numbers (fixture->state, 5);
}

static void
test_number (Layered       *fixture,
             gconstpointer  side)
{
  Outcome outcomes[8] = { { 0 } };
  NorpcCall *calls[8];

  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (3), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[i]);

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      guint n_handled = MIN (i + 3, (guint) G_N_ELEMENTS (outcomes));

      calls[i] = probe_state_take_held (fixture->state);
      while (probe_state_get_n_handled (fixture->state) < n_handled)
        g_thread_yield ();
      layered_let_pass (fixture);
      g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, n_handled);
      answer (calls[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    outcome_wait (&outcomes[i]);
}

static void
test_raised (Layered       *fixture,
             gconstpointer  unused)
{
  NorpcLayer *limit = norpc_concurrency_limit_new (1);
  NorpcCall *first, *second;

  layered_start (fixture, SIDE_CLIENT, limit, NULL);
  g_assert_cmpuint (norpc_concurrency_limit_get_max_calls (NORPC_CONCURRENCY_LIMIT (limit)), ==, 1);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  first = probe_state_take_held (fixture->state);
  layered_let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
  g_object_set (limit, "max-calls", 2, NULL);
  second = probe_state_take_held (fixture->state);
  answer (first);
  answer (second);
}

static void
test_cancelled (Layered       *fixture,
                gconstpointer  side)
{
  Outcome held = { 0 }, cancelled = { 0 }, last = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *call;

  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &cancelled);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &last);
  layered_let_pass (fixture);
  g_cancellable_cancel (cancellable);
  outcome_wait (&cancelled);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  answer (call);
  outcome_wait (&last);
  g_assert_true (last.ok);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 2);
  outcome_clear (&cancelled);
}

/* A call that ends while its service has it makes room. */
static void
test_given_up (Layered       *fixture,
               gconstpointer  side)
{
  Outcome cancelled = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *call;

  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &cancelled);
  call = probe_state_take_held (fixture->state);
  g_cancellable_cancel (cancellable);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  answer (call);
  outcome_wait (&cancelled);
  outcome_clear (&cancelled);
  g_assert_false (probe_probe_proxy_call_drop_sync (fixture->proxy, NULL, NULL));
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
}

static void
test_expired (Layered       *fixture,
              gconstpointer  side)
{
  Outcome held = { 0 }, late = { 0 };
  g_autoptr (GError) error = NULL;
  NorpcCall *call;

  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 10);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &late);
  outcome_wait (&late);
  g_assert_error (late.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);

  answer (call);
  outcome_wait (&held);
  layered_let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
  outcome_clear (&late);
}

static gpointer
answer_first (gpointer state)
{
  for (guint i = 0; i < 2; i++)
    answer (probe_state_take_held (state));

  return NULL;
}

/* The main thread blocks, in a call that another thread lets pass: that of the
 * service, or one that answers.
 */
static void
test_sync (Layered       *fixture,
           gconstpointer  side)
{
  Outcome held = { 0 };
  g_autoptr (GError) error = NULL;
  GThread *thread;

  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, NULL, NULL);
  thread = g_thread_new ("answers", answer_first, fixture->state);
  g_assert_true (probe_probe_proxy_call_hold_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
  outcome_wait (&held);
}

static void
test_dropped (Layered       *fixture,
              gconstpointer  unused)
{
  Outcome first = { 0 }, second = { 0 };
  NorpcCall *call;

  layered_start (fixture, SIDE_CLIENT, norpc_concurrency_limit_new (1), NULL);
  norpc_endpoint_call (fixture->stack, new_call ("Hold"), NULL, reply_cb, &first);
  norpc_endpoint_call (fixture->stack, new_call ("Noop"), NULL, reply_cb, &second);
  call = probe_state_take_held (fixture->state);
  layered_drop (fixture);
  outcome_wait (&second);
  g_assert_error (second.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpuint (first.n, ==, 0);
  answer (call);
  outcome_wait (&first);
  g_assert_true (first.ok);
  outcome_clear (&second);
}

/* Also a call or a probe that comes after the layer was disposed of. */
static void
test_disposed (Layered       *fixture,
               gconstpointer  unused)
{
  Outcome first = { 0 }, second = { 0 }, ready = { 0 };

  layered_start (fixture, SIDE_CLIENT, norpc_concurrency_limit_new (1), NULL);
  norpc_endpoint_call (fixture->stack, new_call ("Hold"), NULL, reply_cb, &first);
  norpc_endpoint_ready_async (fixture->stack, NULL, ready_cb, &ready);
  g_object_run_dispose (G_OBJECT (fixture->stack));
  outcome_wait (&ready);
  g_assert_error (ready.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_endpoint_call (fixture->stack, new_call ("Noop"), NULL, reply_cb, &second);
  outcome_wait (&second);
  g_assert_error (second.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  answer (probe_state_take_held (fixture->state));
  outcome_wait (&first);
  outcome_clear (&second);
  outcome_clear (&ready);
}

static void
test_stopped (Layered       *fixture,
              gconstpointer  side)
{
  Outcome held = { 0 }, waiting = { 0 };
  NorpcCall *call;

  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &waiting);
  layered_let_pass (fixture);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, NULL));
  outcome_wait (&waiting);
  g_assert_error (held.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_error (waiting.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
  answer (call);
  outcome_clear (&held);
  outcome_clear (&waiting);
}

/* A call that a layer of the server holds has been accepted, so it is served before the
 * server stops.
 */
static void
test_finished (Layered       *fixture,
               gconstpointer  unused)
{
  Outcome held = { 0 }, waiting = { 0 };
  NorpcCall *call;

  layered_start (fixture, SIDE_SERVER, norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &waiting);
  layered_let_pass (fixture);
  norpc_server_stop_async (fixture->server, NORPC_STOP_FINISH, NULL, NULL, NULL);
  answer (call);
  outcome_wait (&waiting);
  g_assert_true (held.ok && waiting.ok);
}

static void
test_ready (Layered       *fixture,
            gconstpointer  unused)
{
  Outcome held[2] = { { 0 } }, first = { 0 }, second = { 0 };
  NorpcCall *calls[2];

  layered_start (fixture, SIDE_CLIENT, norpc_concurrency_limit_new (2), NULL);
  g_assert_true (norpc_endpoint_is_ready (fixture->stack));
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held[0]);
  g_assert_true (norpc_endpoint_is_ready (fixture->stack));
  norpc_endpoint_ready_async (fixture->stack, NULL, ready_cb, &first);
  outcome_wait (&first);
  g_assert_true (first.ok);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held[1]);
  g_assert_false (norpc_endpoint_is_ready (fixture->stack));
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    calls[i] = probe_state_take_held (fixture->state);
  norpc_endpoint_ready_async (fixture->stack, NULL, ready_cb, &second);
  layered_let_pass (fixture);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (second.n, ==, 0);

  answer (calls[1]);
  outcome_wait (&second);
  g_assert_true (second.ok);
  g_assert_true (norpc_endpoint_is_ready (fixture->stack));
  answer (calls[0]);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    outcome_wait (&held[i]);
}

/* Calls that are answered as they pass let the next pass, without recursion. */
static void
test_depth (void)
{
  const guint n_calls = 20000;
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_concurrency_limit_new (1),
                                                     norpc_direct_new (service), NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  Outcome last = { 0 };

  g_object_unref (norpc_layer_get_endpoint (NORPC_LAYER (stack)));
  probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);
  for (guint i = 0; i < n_calls; i++)
    probe_probe_proxy_call_note (proxy, i, NULL, i + 1 < n_calls ? NULL : note_cb, &last);
  g_assert_cmpuint (state->numbers->len, ==, 0);
  answer (probe_state_take_held (state));
  outcome_wait (&last);
  assert_numbers (state, n_calls);

  g_clear_object (&proxy);
  g_clear_object (&stack);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

#define N_THREADS 4
#define N_NOTES 400

typedef struct
{
  Layered *fixture;
  guint    number;
} Client;

/* Each fourth call is cancelled at any time, and each fourth is synchronous. */
static gpointer
call_often (gpointer data)
{
  Client *client = data;
  ProbeProbeProxy *proxy = client->fixture->proxy;
  g_autoptr (GMainContext) context = g_main_context_new ();
  Outcome outcomes[N_NOTES] = { { 0 } };

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < N_NOTES; i++)
    {
      g_autoptr (GCancellable) cancellable = i % 4 == 3 ? g_cancellable_new () : NULL;
      guint number = client->number * N_NOTES + i;

      if (i % 4 == 1)
        {
          outcomes[i].n = 1;
          g_assert_true (probe_probe_proxy_call_note_sync (proxy, number, NULL, NULL));
        }
      else
        {
          probe_probe_proxy_call_note (proxy, number, cancellable, note_cb, &outcomes[i]);
        }
      g_cancellable_cancel (cancellable);
    }
  for (guint i = 0; i < N_NOTES; i++)
    {
      while (outcomes[i].n == 0)
        g_main_context_iteration (context, TRUE);
      g_assert_cmpuint (outcomes[i].n, ==, 1);
      g_clear_error (&outcomes[i].error);
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* From each thread calls arrive in the order in which they were sent. */
static void
test_threads (Layered       *fixture,
              gconstpointer  side)
{
  Client clients[N_THREADS];
  GThread *threads[N_THREADS];
  guint last[N_THREADS] = { 0 };

  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (3), NULL);
  for (guint i = 0; i < N_THREADS; i++)
    {
      clients[i] = (Client) { fixture, i };
      threads[i] = g_thread_new ("client", call_often, &clients[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (fixture->state->numbers->len, >=, N_THREADS * N_NOTES * 3 / 4);
  for (guint i = 0; i < fixture->state->numbers->len; i++)
    {
      guint number = g_array_index (fixture->state->numbers, guint, i);

      g_assert_cmpuint (number % N_NOTES + 1, >, last[number / N_NOTES]);
      last[number / N_NOTES] = number % N_NOTES + 1;
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER_SIDES ("/layer-concurrency/order", test_order);
  TEST_LAYER_SIDES ("/layer-concurrency/number", test_number);
  TEST_LAYER ("/layer-concurrency/raised", SIDE_CLIENT, test_raised);
  TEST_LAYER_SIDES ("/layer-concurrency/cancelled", test_cancelled);
  TEST_LAYER_SIDES ("/layer-concurrency/given-up", test_given_up);
  TEST_LAYER_SIDES ("/layer-concurrency/expired", test_expired);
  TEST_LAYER_SIDES ("/layer-concurrency/sync", test_sync);
  TEST_LAYER ("/layer-concurrency/dropped", SIDE_CLIENT, test_dropped);
  TEST_LAYER ("/layer-concurrency/disposed", SIDE_CLIENT, test_disposed);
  TEST_LAYER_SIDES ("/layer-concurrency/stopped", test_stopped);
  TEST_LAYER ("/layer-concurrency/finished", SIDE_SERVER, test_finished);
  TEST_LAYER ("/layer-concurrency/ready", SIDE_CLIENT, test_ready);
  g_test_add_func ("/layer-concurrency/depth", test_depth);
  TEST_LAYER_SIDES ("/layer-concurrency/threads", test_threads);

  return g_test_run ();
}
