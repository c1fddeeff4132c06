/* test-nats-presence.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services in other processes that come, go, and take over from each other. */

#include <string.h>

#include "gauge-fixture.h"

static void
connected_notified_cb (NorpcProxy   *proxy,
                       GParamSpec   *pspec,
                       GaugeFixture *fixture)
{
  g_string_append (fixture->seen, norpc_proxy_is_connected (proxy) ? "on " : "off ");
}

static gboolean
has_message (gpointer subscription)
{
  natsMsg *message;

  if (natsSubscription_NextMsg (&message, subscription, 0) != NATS_OK)
    return FALSE;

  natsMsg_Destroy (message);

  return TRUE;
}

/* The values of a service that has gone stay. Those of the next one take their place. */
static void
test_takeover (GaugeFixture  *fixture,
               gconstpointer  unused)
{
  natsSubscription *hints;
  Gauge next = { 0 };

  g_assert_cmpint (natsConnection_SubscribeSync (&hints, fixture->raw.nats, GAUGE_PREFIX ".$services.changed"), ==,
                   NATS_OK);
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_notified_cb), fixture);
  gauge_unexport (&fixture->gauge);
  gauge_fixture_wait_seen (fixture, "off ");
  wait_until (has_message, hints);
  g_assert_cmpint (depot_gauge_get_level (DEPOT_GAUGE (fixture->proxy)), ==, 1);

  gauge_init (&next, fixture->nats, 7);
  gauge_fixture_wait_seen (fixture, "on 7 ");
  gauge_set_level (&next, 8);
  gauge_fixture_wait_seen (fixture, "8 ");
  wait_until (has_message, hints);
  natsSubscription_Destroy (hints);
  gauge_clear (&next);
}

static gboolean
is_open (gpointer endpoint)
{
  return !norpc_endpoint_is_closed (endpoint);
}

/* An endpoint asks for services as long as it has proxies, and begins again with the next one. */
static void
test_without_proxies (GaugeFixture  *fixture,
                      gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DepotGaugeProxy) none = NULL;

  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_notified_cb), fixture);
  gauge_unexport (&fixture->gauge);
  gauge_fixture_wait_seen (fixture, "off ");
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (fixture->endpoint)));
  none = depot_gauge_proxy_new_sync (NORPC_ENDPOINT (fixture->endpoint), NULL, &error);
  g_assert_null (none);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  g_clear_object (&fixture->proxy);
  wait_until (is_open, fixture->endpoint);
  gauge_export (&fixture->gauge);
  gauge_set_level (&fixture->gauge, 5);
  fixture->proxy = depot_gauge_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  gauge_fixture_wait_level (fixture, 5);
  gauge_set_level (&fixture->gauge, 6);
  gauge_fixture_wait_level (fixture, 6);
}

/* A proxy notifies of a service that begins or ends, but not of one that there was before it. */
static void
test_no_news (GaugeFixture  *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = norpc_nats_endpoint_new (fixture->connection, GAUGE_PREFIX);
  g_autoptr (DepotGaugeProxy) proxy = depot_gauge_proxy_new (NORPC_ENDPOINT (endpoint));

  g_signal_connect (proxy, "notify::connected", G_CALLBACK (connected_notified_cb), fixture);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (proxy)));
  g_set_object (&fixture->proxy, proxy);
  gauge_fixture_wait_level (fixture, 1);
  gauge_fixture_wait (fixture);
  g_assert_cmpstr (fixture->seen->str, ==, "");
  gauge_unexport (&fixture->gauge);
  gauge_fixture_wait_seen (fixture, "off ");
}

/* One of two services goes without a word: the values of the other one are shown. */
static void
test_other_stays (GaugeFixture  *fixture,
                  gconstpointer  unused)
{
  natsSubscription *requests;
  Gauge next = { 0 };

  g_assert_cmpint (natsConnection_SubscribeSync (&requests, fixture->raw.nats, GAUGE_SUBJECT "$get"), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  gauge_init (&next, fixture->nats, 7);
  wait_until (has_message, requests); /* because of the other service */

  /* The other service may still be about to reply, with its value. */
  while (depot_gauge_get_level (DEPOT_GAUGE (fixture->proxy)) != 9)
    {
      gauge_set_level (&fixture->gauge, 8);
      gauge_set_level (&fixture->gauge, 9);
      gauge_fixture_wait (fixture);
    }
  norpc_nats_connection_close (fixture->gauge.connection);
  gauge_fixture_wait_level (fixture, 7);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (fixture->proxy)));
  natsSubscription_Destroy (requests);
  gauge_clear (&next);
}

/* The last service goes without a word. */
static void
test_none_stays (GaugeFixture  *fixture,
                 gconstpointer  unused)
{
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_notified_cb), fixture);
  norpc_nats_connection_close (fixture->gauge.connection);
  gauge_fixture_wait_seen (fixture, "off ");
}

/* Changes that are made while there is no connection are known afterwards. */
static void
test_reconnect (GaugeFixture  *fixture,
                gconstpointer  unused)
{
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_notified_cb), fixture);
  nats_process_kill (fixture->nats);
  gauge_fixture_wait_seen (fixture, "off ");
  gauge_set_level (&fixture->gauge, 9);
  nats_process_start (fixture->nats);
  gauge_fixture_wait_level (fixture, 9);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (fixture->proxy)));
  gauge_set_level (&fixture->gauge, 10);
  gauge_fixture_wait_level (fixture, 10);
}

/* A proxy that is made while nothing serves has the values later. */
static void
test_proxy_before_service (GaugeFixture  *fixture,
                           gconstpointer  unused)
{
  g_autoptr (DepotGaugeProxy) proxy = NULL;

  gauge_unexport (&fixture->gauge);
  proxy = depot_gauge_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  g_set_object (&fixture->proxy, proxy);
  gauge_set_level (&fixture->gauge, 3);
  gauge_export (&fixture->gauge);
  gauge_fixture_wait_level (fixture, 3);
}

/* Returns how many messages came to a subscription. */
static guint
count_messages (natsSubscription *subscription)
{
  natsMsg *message;
  guint n = 0;

  while (natsSubscription_NextMsg (&message, subscription, 0) == NATS_OK)
    {
      natsMsg_Destroy (message);
      n++;
    }

  return n;
}

/* Anybody may say that the services have changed, and do so often: at most ten questions a second follow. */
static void
test_many_hints (GaugeFixture  *fixture,
                 gconstpointer  unused)
{
  gint64 start = g_get_monotonic_time ();
  natsSubscription *questions;
  guint n;

  g_assert_cmpint (natsConnection_SubscribeSync (&questions, fixture->raw.nats, GAUGE_PREFIX ".$norpc.held"), ==,
                   NATS_OK);
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  for (guint i = 0; i < 1000; i++)
    gauge_fixture_publish (fixture, "$services.changed", NULL, g_variant_new ("()"));
  gauge_fixture_wait (fixture);
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  n = count_messages (questions);
  natsSubscription_Destroy (questions);
  g_assert_cmpuint (n, <=, 2 + (guint) ((g_get_monotonic_time () - start) / (100 * G_TIME_SPAN_MILLISECOND)));
}

static void
add_tests (void)
{
  GAUGE_TEST ("/nats/presence/takeover", test_takeover);
  GAUGE_TEST ("/nats/presence/without-proxies", test_without_proxies);
  GAUGE_TEST ("/nats/presence/no-news", test_no_news);
  GAUGE_TEST ("/nats/presence/other-stays", test_other_stays);
  GAUGE_TEST ("/nats/presence/none-stays", test_none_stays);
  GAUGE_TEST ("/nats/presence/reconnect", test_reconnect);
  GAUGE_TEST ("/nats/presence/proxy-before-service", test_proxy_before_service);
  GAUGE_TEST ("/nats/presence/many-hints", test_many_hints);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
