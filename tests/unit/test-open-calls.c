/* test-open-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many calls a service may have open at once. */

#include "channel/norpc-channel-private.h"
#include "limited-fixture.h"

static void
test_actor (Limited       *fixture,
            gconstpointer  unused)
{
  Outcome held = { 0 }, second = { 0 }, third = { 0 };
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->probe.proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->probe.state);
  probe_probe_proxy_call_noop (fixture->probe.proxy, NULL, noop_cb, &second);
  probe_probe_proxy_call_noop (fixture->probe.proxy, NULL, noop_cb, &third);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, 1);
  g_assert_cmpuint (norpc_channel_get_length (norpc_server_get_channel (fixture->probe.server)), ==, 2);

  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  outcome_wait (&third);
  g_assert_cmpuint (held.n, ==, 1);
  g_assert_cmpuint (second.n, ==, 1);
}

/* Those answered at once are not open. */
static void
test_several (Limited       *fixture,
              gconstpointer  max)
{
  Outcome outcomes[5] = { { 0 } };
  NorpcCall *calls[5];
  guint n = GPOINTER_TO_UINT (max);

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      probe_probe_proxy_call_noop (fixture->probe.proxy, NULL, NULL, NULL);
      probe_probe_proxy_call_hold (fixture->probe.proxy, NULL, hold_cb, &outcomes[i]);
    }
  for (guint i = 0; i < n; i++)
    calls[i] = probe_state_take_held (fixture->probe.state);
  let_pass (fixture);
  g_assert_cmpint (g_async_queue_length (fixture->probe.state->held), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      norpc_call_unref (calls[i]);
      if (i + n < G_N_ELEMENTS (calls))
        calls[i + n] = probe_state_take_held (fixture->probe.state);
      let_pass (fixture);
      g_assert_cmpint (g_async_queue_length (fixture->probe.state->held), ==, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      outcome_wait (&outcomes[i]);
      outcome_clear (&outcomes[i]);
    }
}

static void
test_raised (Limited       *fixture,
             gconstpointer  unused)
{
  NorpcCall *first, *second;

  probe_probe_proxy_call_hold (fixture->probe.proxy, NULL, NULL, NULL);
  probe_probe_proxy_call_hold (fixture->probe.proxy, NULL, NULL, NULL);
  first = probe_state_take_held (fixture->probe.state);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, 1);

  norpc_server_set_max_open_calls (fixture->probe.server, 2);
  second = probe_state_take_held (fixture->probe.state);
  norpc_call_unref (first);
  norpc_call_unref (second);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LIMITED ("/open-calls/actor", 1, test_actor);
  TEST_LIMITED ("/open-calls/one", 1, test_several);
  TEST_LIMITED ("/open-calls/three", 3, test_several);
  TEST_LIMITED ("/open-calls/raised", 1, test_raised);

  return g_test_run ();
}
