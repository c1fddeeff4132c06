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

/* No call comes before its time, and all are there soon after the last has its. */
static void
test_pace (Layered       *fixture,
           gconstpointer  side)
{
  const guint n = 300;
  Outcome notes[300] = { { 0 } };
  gint64 start, took;

  layered_start (fixture, get_side (side), norpc_rate_limit_new (1000, 1000), NULL);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);
  outcome_wait (&notes[n - 1]);
  took = g_get_monotonic_time () - start;
  assert_numbers (fixture->state, n);
  g_assert_cmpint (took, >=, 298000);
  g_assert_cmpint (took, <, 298000 * 4);
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
  outcome_wait (&late);
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
  gint64 start, took;

  layered_start (fixture, SIDE_CLIENT, norpc_rate_limit_new (1, 20), NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_usleep (100 * 1000);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < 3; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  took = g_get_monotonic_time () - start;
  g_assert_cmpint (took, >=, 39 * 1000);
}

/* One after the other, from a thread that blocks: woken late, it does not fall
 * behind.
 */
static void
test_sync (Layered       *fixture,
           gconstpointer  side)
{
  const guint n = 1000;
  gint64 start, took;

  layered_start (fixture, get_side (side), norpc_rate_limit_new (4000, 1000), NULL);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  took = g_get_monotonic_time () - start;
  g_test_message ("%u calls took %" G_GINT64_FORMAT " µs", n, took);
  g_assert_cmpint (took, >=, 999 * 250 - 1000);
  if (g_getenv ("NORPC_TEST_VALGRIND") == NULL)
    g_assert_cmpint (took, <, 999 * 250 * 4);
}

static void
test_ready (Layered       *fixture,
            gconstpointer  unused)
{
  guint some_time = get_some_time ();
  Outcome ready = { 0 };
  gint64 start;

  layered_start (fixture, SIDE_CLIENT, norpc_rate_limit_new (1, some_time), NULL);
  g_assert_true (norpc_endpoint_is_ready (fixture->stack));
  start = g_get_monotonic_time ();
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_false (norpc_endpoint_is_ready (fixture->stack));
  norpc_endpoint_ready_async (fixture->stack, NULL, ready_cb, &ready);
  outcome_wait (&ready);
  g_assert_true (ready.ok);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, some_time * 1000 - 1000);
  g_assert_true (norpc_endpoint_is_ready (fixture->stack));
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
