/* test-readiness.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Channels that are full: who waits, for how long, and how many are told. */

#include "client/norpc-readiness-private.h"
#include "fixture.h"

static NorpcEndpoint *
get_channel (Fixture *fixture)
{
  return NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
}

static void
ready_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = norpc_endpoint_ready_finish (NORPC_ENDPOINT (object), result, &outcome->error);
}

static void
iterate_until_idle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Has one call held by the service, which may have only one, and as many wait as
 * there is room for.
 */
static void
fill (Fixture *fixture,
      Outcome *outcomes)
{
  guint capacity = norpc_channel_get_capacity (norpc_server_get_channel (fixture->server));

  norpc_server_set_max_open_calls (fixture->server, 1);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[0]);
  while (probe_state_get_n_handled (fixture->state) == 0)
    g_thread_yield ();
  for (guint i = 1; i <= capacity; i++)
    probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[i]);
  g_assert_cmpuint (norpc_channel_get_length (norpc_server_get_channel (fixture->server)), ==, capacity);
}

/* Answers the call that the service has, which then takes the next. */
static void
answer_one (Fixture *fixture)
{
  g_autoptr (NorpcCall) call = probe_state_take_held (fixture->state);

  norpc_call_return_values (call, 0, NULL);
}

static void
wait_for_length (Fixture *fixture,
                 guint    length)
{
  while (norpc_channel_get_length (norpc_server_get_channel (fixture->server)) != length)
    g_thread_yield ();
}

/* Of @n calls, @n_answered have their answer. */
static void
finish (Fixture *fixture,
        Outcome *outcomes,
        guint    n,
        guint    n_answered)
{
  for (guint i = n_answered; i < n; i++)
    answer_one (fixture);
  for (guint i = 0; i < n; i++)
    {
      outcome_wait (&outcomes[i]);
      g_assert_no_error (outcomes[i].error);
    }
}

/* There is room: it is told, but not within the function. */
static void
test_ready (Fixture       *fixture,
            gconstpointer  unused)
{
  Outcome ready = { 0 };

  g_assert_true (norpc_endpoint_is_ready (get_channel (fixture)));
  norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &ready);
  g_assert_cmpuint (ready.n, ==, 0);
  outcome_wait (&ready);
  g_assert_no_error (ready.error);
}

#define N_PRODUCERS 10

/* Of many that wait only so many are told as there are places, one by one, and
 * in their order. The bound holds for all.
 */
static void
test_bound (Fixture       *fixture,
            gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);
  Outcome ready[N_PRODUCERS] = { { 0 } }, holds[3 + N_PRODUCERS] = { { 0 } };

  fill (fixture, holds);
  g_assert_false (norpc_endpoint_is_ready (get_channel (fixture)));
  for (guint i = 0; i < N_PRODUCERS; i++)
    norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &ready[i]);
  iterate_until_idle ();
  g_assert_cmpuint (ready[0].n, ==, 0);

  for (guint i = 0; i < N_PRODUCERS; i++)
    {
      answer_one (fixture);
      /* It is in its turn until the context has nothing else to do. */
      while (ready[i].n == 0)
        g_main_context_iteration (NULL, TRUE);
      g_assert_no_error (ready[i].error);
      g_assert_true (norpc_endpoint_is_ready (get_channel (fixture)));
      for (guint j = i + 1; j < N_PRODUCERS; j++)
        g_assert_cmpuint (ready[j].n, ==, 0);

      probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &holds[3 + i]);
      wait_for_length (fixture, 2);
      iterate_until_idle ();
    }

  g_assert_cmpuint (norpc_channel_get_length (channel), ==, 2);
  finish (fixture, holds, G_N_ELEMENTS (holds), N_PRODUCERS);
}

/* One that is told and does not call delays the others only until another place is free. */
static void
test_not_used (Fixture       *fixture,
               gconstpointer  unused)
{
  Outcome first = { 0 }, second = { 0 }, holds[3] = { { 0 } };

  fill (fixture, holds);
  norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &first);
  norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &second);
  answer_one (fixture);
  outcome_wait (&first);
  g_assert_true (norpc_endpoint_is_ready (get_channel (fixture)));
  g_assert_cmpuint (second.n, ==, 0);

  answer_one (fixture);
  outcome_wait (&second);
  g_assert_no_error (second.error);

  finish (fixture, holds, G_N_ELEMENTS (holds), 2);
}

/* However many wait, and whatever those that are told do: when the queue has run empty
 * all are told.
 */
static void
test_empty (Fixture       *fixture,
            gconstpointer  unused)
{
  Outcome ready[N_PRODUCERS] = { { 0 } }, holds[3] = { { 0 } };

  fill (fixture, holds);
  for (guint i = 0; i < N_PRODUCERS; i++)
    norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &ready[i]);
  finish (fixture, holds, G_N_ELEMENTS (holds), 0);
  for (guint i = 0; i < N_PRODUCERS; i++)
    {
      outcome_wait (&ready[i]);
      g_assert_no_error (ready[i].error);
    }
}

/* No place is kept: a synchronous call, and one from elsewhere, find it. */
static void
test_not_kept (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Outcome ready = { 0 };

  norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &ready);
  outcome_wait (&ready);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome cancelled = { 0 }, late = { 0 }, next = { 0 }, holds[3] = { { 0 } };

  fill (fixture, holds);
  norpc_endpoint_ready_async (get_channel (fixture), cancellable, ready_cb, &cancelled);
  norpc_timeout_push (1);
  norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &late);
  norpc_timeout_pop ();
  norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &next);
  g_cancellable_cancel (cancellable);
  outcome_wait (&cancelled);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_wait (&late);
  g_assert_error (late.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);

  /* The one place is for the one that still waits. */
  answer_one (fixture);
  outcome_wait (&next);
  g_assert_no_error (next.error);

  finish (fixture, holds, G_N_ELEMENTS (holds), 1);
  outcome_clear (&cancelled);
  outcome_clear (&late);
}

static void
test_closed (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Outcome ready = { 0 }, after = { 0 }, calls[3] = { { 0 } };

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &calls[0]);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &calls[1]);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &calls[2]);
  norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &ready);
  /* It is told at once, while the service is busy. */
  norpc_server_stop_async (fixture->server, NORPC_STOP_ABANDON, NULL, NULL, NULL);
  outcome_wait (&ready);
  probe_state_open_gate (fixture->state);
  norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, &error);
  g_assert_no_error (error);
  g_assert_error (ready.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpstr (ready.error->message, ==, "The channel is closed: its server was stopped");

  g_assert_false (norpc_endpoint_is_ready (get_channel (fixture)));
  norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &after);
  outcome_wait (&after);
  g_assert_error (after.error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      outcome_wait (&calls[i]);
      outcome_clear (&calls[i]);
    }
  outcome_clear (&ready);
  outcome_clear (&after);
}

static gpointer
call_noop (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);

  return NULL;
}

/* In a channel that waits, nothing is refused. */
static void
test_waits (Fixture       *fixture,
            gconstpointer  unused)
{
  Outcome holds[3] = { { 0 } }, more[5] = { { 0 } };
  GThread *thread;

  g_assert_cmpint (norpc_channel_get_when_full (norpc_server_get_channel (fixture->server)), ==,
                   NORPC_WHEN_FULL_WAIT);
  fill (fixture, holds);
  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &more[i]);
  thread = g_thread_new ("sync", call_noop, fixture);
  wait_for_length (fixture, 8);
  iterate_until_idle ();
  g_assert_cmpuint (more[0].n, ==, 0);

  finish (fixture, holds, G_N_ELEMENTS (holds), 0);
  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    {
      outcome_wait (&more[i]);
      g_assert_no_error (more[i].error);
    }
  g_thread_join (thread);
}

/* A client that was told, and then does not run its context, keeps nobody else
 * waiting.
 */
static void
test_client_that_is_stuck (Fixture       *fixture,
                           gconstpointer  unused)
{
  g_autoptr (GMainContext) stuck = g_main_context_new ();
  Outcome told[2] = { { 0 } }, ready = { 0 };

  g_main_context_push_thread_default (stuck);
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &told[i]);
  g_main_context_pop_thread_default (stuck);

  norpc_endpoint_ready_async (get_channel (fixture), NULL, ready_cb, &ready);
  outcome_wait (&ready);
  g_assert_no_error (ready.error);
  g_assert_cmpuint (told[0].n, ==, 0);

  g_main_context_push_thread_default (stuck);
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    outcome_wait (&told[i]);
  g_main_context_pop_thread_default (stuck);
}

static void
probe_answered_cb (NorpcReply *reply,
                   gpointer    user_data)
{
  g_autoptr (NorpcReply) answered = reply;
  Outcome *outcome = user_data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = norpc_reply_get_error (answered) == NULL;
  if (!outcome->ok)
    outcome->error = g_error_copy (norpc_reply_get_error (answered));
}

/* An application's layer may pass a probe on like any other call: the service answers it. */
static void
test_passed_on (Fixture       *fixture,
                gconstpointer  unused)
{
  Outcome outcome = { 0 };

  norpc_endpoint_call (get_channel (fixture), norpc_probe_new (), NULL, probe_answered_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/readiness/ready", test_ready);
  TEST ("/readiness/passed-on", test_passed_on);
  TEST_CAPACITY ("/readiness/bound", 2, test_bound);
  TEST_CAPACITY ("/readiness/not-used", 2, test_not_used);
  TEST_CAPACITY ("/readiness/empty", 2, test_empty);
  TEST_CAPACITY ("/readiness/not-kept", 1, test_not_kept);
  TEST_CAPACITY ("/readiness/client-that-is-stuck", 2, test_client_that_is_stuck);
  TEST_CAPACITY ("/readiness/cancelled", 2, test_cancelled);
  TEST_CAPACITY ("/readiness/closed", 2, test_closed);
  TEST_WAITS ("/readiness/waits", 2, test_waits);

  return g_test_run ();
}
