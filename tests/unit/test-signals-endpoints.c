/* test-signals-endpoints.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals by way of other endpoints than a channel: balances, pools, direct ones, and proxies of
 * proxies.
 */

#include "signal-fixture.h"

/* A proxy that is the service of a server passes signals on. */
static void
test_forwarded (Fixture       *fixture,
                gconstpointer  unused)
{
  NorpcServer *server = norpc_server_new (G_OBJECT (fixture->proxy));
  ProbeProbeProxy *proxy;
  Log log;

  log_init (&log);
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  run_in_service (fixture->proxy, fixture->state, emit_many, GUINT_TO_POINTER (2));
  iterate ();
  log_assert (&log, "1 2 ");

  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  release_and_wait (server);
  g_assert_finalize_object (proxy);
  log_clear (&log);
}

static NorpcEndpoint *
get_channel (NorpcServer *server)
{
  return NORPC_ENDPOINT (norpc_server_get_channel (server));
}

/* Emits in the service behind @endpoint. */
static void
emit_at (NorpcEndpoint *endpoint,
         ProbeState    *state)
{
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (endpoint);

  run_in_service (proxy, state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
}

/* A balance of two, one of which is added later, and removed again. */
static void
test_balance (Fixture       *fixture,
              gconstpointer  unused)
{
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_concurrency_limit_new (5), balance, NULL);
  ProbeProbeProxy *proxy;
  Fixture other;
  Log log;

  log_init (&log);
  fixture_set_up (&other, NULL);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (fixture->server));
  proxy = probe_probe_proxy_new (stack);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);

  emit_at (get_channel (fixture->server), fixture->state);
  log_assert (&log, "1 ");
  emit_at (get_channel (other.server), other.state);
  log_assert (&log, "");

  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (other.server));
  emit_at (get_channel (other.server), other.state);
  log_assert (&log, "1 ");

  g_assert_true (norpc_balance_remove_endpoint (NORPC_BALANCE (balance), get_channel (other.server)));
  emit_at (get_channel (other.server), other.state);
  log_assert (&log, "");

  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (other.server));
  g_assert_finalize_object (proxy);
  emit_at (get_channel (other.server), other.state);
  emit_at (get_channel (fixture->server), fixture->state);
  log_assert (&log, "");

  fixture_tear_down (&other, NULL);
  log_clear (&log);
}

/* A balance without endpoints, whose calls go to the next endpoint of the stack. */
static void
test_balance_without_endpoints (Fixture       *fixture,
                                gconstpointer  unused)
{
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (balance, get_channel (fixture->server), NULL);
  ProbeProbeProxy *proxy;
  Fixture other;
  Log log;

  log_init (&log);
  fixture_set_up (&other, NULL);
  proxy = probe_probe_proxy_new (stack);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (proxy)));
  emit_at (get_channel (fixture->server), fixture->state);
  log_assert (&log, "1 ");

  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (other.server));
  emit_at (get_channel (fixture->server), fixture->state);
  log_assert (&log, "");
  emit_at (get_channel (other.server), other.state);
  log_assert (&log, "1 ");

  g_assert_true (norpc_balance_remove_endpoint (NORPC_BALANCE (balance), get_channel (other.server)));
  emit_at (get_channel (other.server), other.state);
  log_assert (&log, "");
  emit_at (get_channel (fixture->server), fixture->state);
  log_assert (&log, "1 ");

  g_assert_finalize_object (proxy);
  emit_at (get_channel (fixture->server), fixture->state);
  log_assert (&log, "");
  fixture_tear_down (&other, NULL);
  log_clear (&log);
}

static void
stop_server (NorpcServer *server)
{
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
}

/* A proxy notifies whenever its balance has got its first running server or lost its last one, and
 * at no other time.
 */
static void
test_balance_connected (Fixture       *fixture,
                        gconstpointer  unused)
{
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_concurrency_limit_new (5), balance, NULL);
  ProbeProbeProxy *proxy;
  Fixture other;
  Log log;

  log_init (&log);
  fixture_set_up (&other, NULL);
  proxy = probe_probe_proxy_new (stack);
  g_assert_false (norpc_proxy_is_connected (NORPC_PROXY (proxy)));

  /* Nobody listens to the first change. */
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (fixture->server));
  iterate ();
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (other.server));
  iterate ();
  log_assert (&log, "");

  g_assert_true (norpc_balance_remove_endpoint (NORPC_BALANCE (balance), get_channel (fixture->server)));
  iterate ();
  log_assert (&log, "");
  g_assert_true (norpc_balance_remove_endpoint (NORPC_BALANCE (balance), get_channel (other.server)));
  iterate ();
  log_assert (&log, "disconnected ");
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (fixture->server));
  iterate ();
  log_assert (&log, "connected ");
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), get_channel (other.server));
  iterate ();
  log_assert (&log, "");

  stop_server (other.server);
  iterate ();
  log_assert (&log, "");
  stop_server (fixture->server);
  iterate ();
  log_assert (&log, "disconnected ");

  g_assert_finalize_object (proxy);
  fixture_tear_down (&other, NULL);
  log_clear (&log);
}

/* Two ways lead to the same service: each emission comes once. */
static void
test_two_ways (Fixture       *fixture,
               gconstpointer  unused)
{
  NorpcEndpoint *channel = get_channel (fixture->server);
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
  g_autoptr (NorpcEndpoint) meter = norpc_stack_new (norpc_load_shed_new (), channel, NULL);
  g_autoptr (NorpcEndpoint) stack = g_object_ref_sink (NORPC_ENDPOINT (balance));
  ProbeProbeProxy *proxy;
  Log log;

  log_init (&log);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), channel);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), meter);
  proxy = probe_probe_proxy_new (stack);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  emit_at (channel, fixture->state);
  log_assert (&log, "1 ");

  norpc_balance_remove_endpoint (NORPC_BALANCE (balance), meter);
  emit_at (channel, fixture->state);
  log_assert (&log, "1 ");
  g_assert_finalize_object (proxy);
  log_clear (&log);
}

/* The service of a direct endpoint emits in the same thread; the proxy does so later. */
static void
test_direct (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  NorpcDirect *direct = norpc_direct_new (service);
  ProbeProbeProxy *proxy = probe_probe_proxy_new (NORPC_ENDPOINT (direct));
  Log log;

  log_init (&log);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  run_in_service (proxy, state, emit_many, GUINT_TO_POINTER (2));
  log_assert (&log, "");
  iterate ();
  log_assert (&log, "1 2 ");

  g_assert_finalize_object (proxy);
  g_assert_finalize_object (direct);
  probe_probe_emit_ticked (PROBE_PROBE (service), 3);
  g_clear_object (&service);
  probe_state_free (state);
  log_clear (&log);
}

static GObject *
make_service (guint    index,
              gpointer state)
{
  return probe_service_new (state);
}

/* Every service of a pool emits for its proxies. */
static void
test_pool (void)
{
  ProbeState *state = probe_state_new ();
  NorpcPool *pool = norpc_pool_new (2, NORPC_BALANCE_ROUND_ROBIN, make_service, state);
  ProbeProbeProxy *proxy = probe_probe_proxy_new (NORPC_ENDPOINT (pool));
  g_autoptr (GError) error = NULL;
  Log log;

  log_init (&log);
  g_signal_connect (proxy, "ticked", G_CALLBACK (ticked_cb), &log);
  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_cb), &log);
  g_assert_true (norpc_pool_start (pool, NULL, &error));
  iterate ();
  log_assert (&log, "connected ");
  for (guint i = 0; i < 4; i++)
    run_in_service (proxy, state, emit_many, GUINT_TO_POINTER (1));
  iterate ();
  log_assert (&log, "1 1 1 1 ");

  g_assert_true (norpc_pool_stop (pool, NORPC_STOP_FINISH, NULL, &error));
  iterate ();
  log_assert (&log, "disconnected ");
  g_assert_finalize_object (proxy);
  release_and_wait (pool);
  state->n_wrong = 0; /* the services are in two threads */
  probe_state_wait_finalized (state);
  probe_state_free (state);
  log_clear (&log);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/signals-endpoints/forwarded", test_forwarded);
  TEST ("/signals-endpoints/balance", test_balance);
  TEST ("/signals-endpoints/balance-without-endpoints", test_balance_without_endpoints);
  TEST ("/signals-endpoints/balance-connected", test_balance_connected);
  TEST ("/signals-endpoints/two-ways", test_two_ways);
  g_test_add_func ("/signals-endpoints/direct", test_direct);
  g_test_add_func ("/signals-endpoints/pool", test_pool);

  return g_test_run ();
}
