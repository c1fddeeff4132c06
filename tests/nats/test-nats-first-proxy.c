/* test-nats-first-proxy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The first proxy of an endpoint, before the thread of the link has seen it. */

#include "gauge-fixture.h"
#include "norpc-nats-connection-private.h"

typedef struct
{
  NatsProcess         *nats;
  Gauge                gauge;
  NorpcNatsConnection *connection;
  NorpcNatsLink       *link; /* (unowned): of the connection */
  NorpcNatsEndpoint   *endpoint;
  DepotGaugeProxy     *proxy;
  GString             *seen; /* (owned): what the proxy has notified of */

  int blocked;  /* atomic: the thread of the link is in block_job () */
  int released; /* atomic */
} First;

static void
set_up (First         *self,
        gconstpointer  unused)
{
  self->nats = nats_process_new ();
  gauge_init (&self->gauge, self->nats, 7);
  self->connection = connect_to (nats_process_get_url (self->nats));
  self->link = norpc_nats_connection_get_link (self->connection);
  self->endpoint = norpc_nats_endpoint_new (self->connection, GAUGE_PREFIX);
  self->seen = g_string_new (NULL);
}

static void
tear_down (First         *self,
           gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  release_and_wait (g_steal_pointer (&self->endpoint));
  release_and_wait (g_steal_pointer (&self->connection));
  gauge_clear (&self->gauge);
  nats_process_free (self->nats);
  g_string_free (self->seen, TRUE);
}

/* Runs in the thread of the link. */
static void
block_job (gpointer data)
{
  First *self = data;

  g_atomic_int_set (&self->blocked, TRUE);
  while (!g_atomic_int_get (&self->released))
    g_thread_yield ();
}

static gboolean
is_blocked (gpointer self)
{
  return g_atomic_int_get (&((First *) self)->blocked);
}

static gboolean
is_disconnected (gpointer self)
{
  return !norpc_nats_link_is_connected (((First *) self)->link);
}

static gboolean
was_lost (gpointer self)
{
  return g_str_equal (((First *) self)->seen->str, "off ");
}

static gboolean
was_found (gpointer self)
{
  return g_str_equal (((First *) self)->seen->str, "off on ");
}

static gboolean
has_value (gpointer self)
{
  return depot_gauge_get_level (DEPOT_GAUGE (((First *) self)->proxy)) == 7;
}

static void
connected_notified_cb (NorpcProxy *proxy,
                       GParamSpec *pspec,
                       First      *self)
{
  g_string_append (self->seen, norpc_proxy_is_connected (proxy) ? "on " : "off ");
}

/* The connection is lost before the interface is followed. The proxy notifies of that, and has the values later. */
static void
test_connection_lost (First         *self,
                      gconstpointer  unused)
{
  norpc_nats_link_invoke (self->link, block_job, self);
  wait_until (is_blocked, self);
  self->proxy = depot_gauge_proxy_new (NORPC_ENDPOINT (self->endpoint));
  g_signal_connect (self->proxy, "notify::connected", G_CALLBACK (connected_notified_cb), self);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (self->proxy)));
  nats_process_kill (self->nats);
  wait_until (is_disconnected, self);
  g_atomic_int_set (&self->released, TRUE);
  wait_until (was_lost, self);

  nats_process_start (self->nats);
  wait_until (was_found, self);
  wait_until (has_value, self);
}

static void
add_tests (void)
{
  g_test_add ("/nats/first-proxy/connection-lost", First, NULL, set_up, test_connection_lost, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
