/* test-layer-rate.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "layer-fixture.h"

static Side
get_side (gconstpointer data)
{
  return (Side) GPOINTER_TO_UINT (data);
}

/* Advances the clock, and then waits for @last, the outcome of the last call that passes until then.
 * No other one has passed.
 */
static void
run (Layered          *fixture,
     NorpcManualClock *clock,
     guint             milliseconds,
     Outcome          *last,
     guint             n_handled)
{
  norpc_manual_clock_run (clock, milliseconds);
  outcome_wait (last);
  layered_let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, n_handled);
}

/* Each call comes at its time. */
static void
test_pace (Layered       *fixture,
           gconstpointer  side)
{
  const guint n = 300;
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  Outcome notes[300] = { { 0 } };

  layered_start (fixture, get_side (side), norpc_rate_limit_new (1000, 1000), NULL);
  for (guint i = 0; i < n; i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);

  for (guint i = 0; i < n; i++)
    run (fixture, clock, i == 0 ? 0 : 1, &notes[i], i + 1);
  assert_numbers (fixture->state, n);
}

/* The first passes at once, the second not before its time. */
static void
test_first (Layered       *fixture,
            gconstpointer  side)
{
  Outcome second = { 0 };

  layered_start (fixture, get_side (side), norpc_rate_limit_new (1, 3600 * 1000), NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &second);
  layered_let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
  norpc_proxy_cancel_all (NORPC_PROXY (fixture->proxy));
  outcome_wait (&second);
  g_assert_error (second.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&second);
}

static void
test_burst (Layered       *fixture,
            gconstpointer  side)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  NorpcLayer *layer = norpc_rate_limit_new (1, 3600 * 1000);
  Outcome late = { 0 };
  guint calls, period, burst;

  g_object_set (layer, "burst", 3, NULL);
  g_object_get (layer, "calls", &calls, "period", &period, "burst", &burst, NULL);
  g_assert_cmpuint (calls, ==, 1);
  g_assert_cmpuint (period, ==, 3600 * 1000);
  g_assert_cmpuint (burst, ==, 3);

  layered_start (fixture, get_side (side), layer, NULL);
  for (guint i = 0; i < 3; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 10);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &late);
  run (fixture, clock, 10, &late, 3);
  g_assert_error (late.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&late);

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 0);
  if (get_side (side) == SIDE_CLIENT)
    {
      norpc_rate_limit_set_burst (NORPC_RATE_LIMIT (layer), 4);
      g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
    }
}

/* Unused time is lost, except for the burst. */
static void
test_pause (Layered       *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  Outcome notes[4] = { { 0 } };

  layered_start (fixture, SIDE_CLIENT, norpc_rate_limit_new (1, 20), NULL);
  probe_probe_proxy_call_note (fixture->proxy, 0, NULL, note_cb, &notes[0]);
  run (fixture, clock, 100, &notes[0], 1);
  for (guint i = 1; i < 4; i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);
  run (fixture, clock, 19, &notes[1], 2);
  run (fixture, clock, 20, &notes[2], 3);
  run (fixture, clock, 1, &notes[3], 4);
  assert_numbers (fixture->state, 4);
}

typedef struct
{
  Layered *fixture;
  guint    n;
  int      done; /* atomic */
} Caller;

static gpointer
call_in_turn (gpointer data)
{
  Caller *caller = data;

  for (guint i = 0; i < caller->n; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (caller->fixture->proxy, NULL, NULL));
  g_atomic_int_set (&caller->done, TRUE);

  return NULL;
}

/* One after the other, from a thread that blocks. Each comes exactly at its time. */
static void
test_sync (Layered       *fixture,
           gconstpointer  side)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  Caller caller = { fixture, 1000, FALSE };
  gint64 start = norpc_get_monotonic_time ();
  GThread *thread;

  layered_start (fixture, get_side (side), norpc_rate_limit_new (4000, 1000), NULL);
  /* Otherwise, the default timeout of a synchronous call is the next thing to be due. */
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), NORPC_NO_TIMEOUT);
  thread = g_thread_new ("caller", call_in_turn, &caller);
  while (!g_atomic_int_get (&caller.done))
    if (!norpc_manual_clock_advance_to_next (clock))
      g_thread_yield ();
  g_thread_join (thread);
  g_assert_cmpint (norpc_get_monotonic_time () - start, ==, 999 * 250);
}

static void
test_ready (Layered       *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  Outcome ready = { 0 };

  layered_start (fixture, SIDE_CLIENT, norpc_rate_limit_new (1, 60 * 1000), NULL);
  g_assert_true (norpc_endpoint_is_ready (fixture->stack));
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_false (norpc_endpoint_is_ready (fixture->stack));
  norpc_endpoint_ready_async (fixture->stack, NULL, ready_cb, &ready);
  norpc_manual_clock_run (clock, 60 * 1000 - 1);
  g_assert_false (norpc_endpoint_is_ready (fixture->stack));
  g_assert_cmpuint (ready.n, ==, 0);
  norpc_manual_clock_run (clock, 1);
  g_assert_true (norpc_endpoint_is_ready (fixture->stack));
  outcome_wait (&ready);
  g_assert_true (ready.ok);
}

static void
test_dropped (Layered       *fixture,
              gconstpointer  unused)
{
  Outcome first = { 0 }, second = { 0 };

  layered_start (fixture, SIDE_CLIENT, norpc_rate_limit_new (1, 3600 * 1000), NULL);
  norpc_endpoint_call (fixture->stack, new_call ("Noop"), NULL, reply_cb, &first);
  norpc_endpoint_call (fixture->stack, new_call ("Noop"), NULL, reply_cb, &second);
  layered_drop (fixture);
  outcome_wait (&second);
  g_assert_error (second.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  if (first.n == 0)
    outcome_wait (&first);
  g_assert_true (first.ok);
  outcome_clear (&second);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER_SIDES ("/layer-rate/pace", test_pace);
  TEST_LAYER_SIDES ("/layer-rate/first", test_first);
  TEST_LAYER_SIDES ("/layer-rate/burst", test_burst);
  TEST_LAYER ("/layer-rate/pause", SIDE_CLIENT, test_pause);
  TEST_LAYER_SIDES ("/layer-rate/sync", test_sync);
  TEST_LAYER ("/layer-rate/ready", SIDE_CLIENT, test_ready);
  TEST_LAYER ("/layer-rate/dropped", SIDE_CLIENT, test_dropped);

  return g_test_run ();
}
