/* test-nats-descriptions.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Proxies of one endpoint whose generated code has different descriptions of the same interface. */

#include "gauge-again.h"
#include "gauge-fixture.h"

static gboolean
is_ready (gpointer proxy)
{
  return norpc_proxy_is_ready (NORPC_PROXY (proxy));
}

static gboolean
has_level_30 (gpointer proxy)
{
  return again_gauge_get_level (AGAIN_GAUGE (proxy)) == 30;
}

/* A change comes with the value. Neither proxy requests it, as both have got all values before. */
static void
test_changes (GaugeFixture  *fixture,
              gconstpointer  unused)
{
  g_autoptr (AgainGaugeProxy) again = again_gauge_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  natsSubscription *requests;
  guint64 n_requests;

  wait_until (is_ready, again);
  g_assert_cmpint (natsConnection_SubscribeSync (&requests, fixture->raw.nats, GAUGE_SUBJECT "$get"), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  gauge_set_level (&fixture->gauge, 30);
  gauge_fixture_wait_level (fixture, 30);
  wait_until (has_level_30, again);
  gauge_fixture_wait (fixture);
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  g_assert_cmpint (natsSubscription_QueuedMsgs (requests, &n_requests), ==, NATS_OK);
  g_assert_cmpuint (n_requests, ==, 0);
  natsSubscription_Destroy (requests);
}

static void
add_tests (void)
{
  GAUGE_TEST ("/nats/descriptions/changes", test_changes);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
