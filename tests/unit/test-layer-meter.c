/* test-layer-meter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "layer-fixture.h"

static Side
get_side (gconstpointer data)
{
  return (Side) GPOINTER_TO_UINT (data);
}

static void
test_calls (Layered       *fixture,
            gconstpointer  side)
{
  NorpcLayer *meter = norpc_meter_new ();
  g_autoptr (NorpcStats) stats = NULL;
  NorpcMethodStats *noop, *total;
  NorpcCall *last;
  Outcome held[2] = { { 0 } };

  layered_start (fixture, get_side (side), meter, NULL);
  for (guint i = 0; i < 10; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_fail_sync (fixture->proxy, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_drop_sync (fixture->proxy, NULL, NULL));
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held[0]);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held[1]);
  norpc_call_unref (probe_state_take_held (fixture->state));
  outcome_wait (&held[0]);
  /* It has passed the meter then, on either side. */
  last = probe_state_take_held (fixture->state);
  stats = norpc_meter_get_stats (NORPC_METER (meter));
  noop = norpc_stats_get_method (stats, "org.example.Probe.Noop");
  total = norpc_stats_get_total (stats);
  g_assert_nonnull (noop);
  g_assert_cmpuint (norpc_method_stats_get_n_calls (noop), ==, 10);
  g_assert_cmpuint (norpc_method_stats_get_n_ended (noop, NORPC_OUTCOME_ANSWERED), ==, 10);
  g_assert_cmpuint (norpc_method_stats_get_n_calls (total), ==, 14);
  g_assert_cmpuint (norpc_method_stats_get_n_ended (total, NORPC_OUTCOME_FAILED), ==, 1);
  g_assert_cmpuint (norpc_method_stats_get_n_ended (total, NORPC_OUTCOME_NO_REPLY), ==, 2);
  g_assert_cmpuint (norpc_method_stats_get_n_in_flight (total), ==, 1);
  g_assert_cmpint (norpc_method_stats_get_percentile (total, NORPC_LATENCY_TOTAL, 50), >, 0);

  answer (last);
  outcome_wait (&held[1]);
  outcome_clear (&held[0]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER_SIDES ("/layer-meter/calls", test_calls);

  return g_test_run ();
}
