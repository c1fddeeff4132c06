/* test-nats-sequences.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* No emission is lost over NATS without a notice, whichever connection is lost meanwhile. */

#include <string.h>

#include "gauge-fixture.h"
#include "relay.h"

/* A gauge whose connection can be cut. That of its proxy stays. */
typedef struct
{
  GaugeFixture gauge; /* must be first */
  Relay       *relay;
} CutFixture;

static void
connected_notified_cb (NorpcProxy   *proxy,
                       GParamSpec   *pspec,
                       GaugeFixture *fixture)
{
  g_string_append (fixture->seen, norpc_proxy_is_connected (proxy) ? "on " : "off ");
}

static void
lost_cb (NorpcProxy   *proxy,
         const char   *name,
         guint         n_lost,
         GaugeFixture *fixture)
{
  g_string_append_printf (fixture->seen, "lost %u %s ", n_lost, name);
}

static void
closed_cb (NorpcProxy   *proxy,
           const char   *name,
           GaugeFixture *fixture)
{
  g_string_append_printf (fixture->seen, "closed %s ", name);
}

static void
counted_cb (DepotGauge   *proxy,
            int           number,
            GaugeFixture *fixture)
{
  g_string_append_printf (fixture->seen, "counted %d ", number);
}

static void
note_all (GaugeFixture *fixture)
{
  g_signal_connect (fixture->proxy, "notify::connected", G_CALLBACK (connected_notified_cb), fixture);
  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (lost_cb), fixture);
  g_signal_connect (fixture->proxy, "signal-closed", G_CALLBACK (closed_cb), fixture);
}

static void
set_up (GaugeFixture  *self,
        gconstpointer  unused)
{
  gauge_fixture_set_up (self, NULL);
  note_all (self);
}

static void
cut_set_up (CutFixture    *self,
            gconstpointer  unused)
{
  self->gauge.nats = nats_process_new ();
  self->relay = relay_new (self->gauge.nats);
  gauge_fixture_begin (&self->gauge, relay_get_url (self->relay));
  note_all (&self->gauge);
}

static void
cut_tear_down (CutFixture    *self,
               gconstpointer  unused)
{
  gauge_fixture_tear_down (&self->gauge, NULL);
  relay_free (self->relay);
}

static int
measure_cb (GaugeService *service,
            gpointer      data)
{
  depot_gauge_emit_measured (DEPOT_GAUGE (service), GPOINTER_TO_INT (data), NULL);

  return 0;
}

static void
measure (Gauge *gauge,
         int    number)
{
  gauge_run (gauge, measure_cb, GINT_TO_POINTER (number));
}

static gboolean
is_connected (gpointer connection)
{
  return norpc_nats_connection_is_connected (connection);
}

static gboolean
is_disconnected (gpointer connection)
{
  return !is_connected (connection);
}

static void
cut (CutFixture *fixture)
{
  relay_cut (fixture->relay);
  wait_until (is_disconnected, fixture->gauge.gauge.connection);
}

static void
mend (CutFixture *fixture)
{
  relay_mend (fixture->relay);
  wait_until (is_connected, fixture->gauge.gauge.connection);
}

static int
measure_and_set_cb (GaugeService *service,
                    gpointer      data)
{
  measure_cb (service, GINT_TO_POINTER (10));
  g_object_set (service, "level", 42, NULL);
  measure_cb (service, GINT_TO_POINTER (11));

  return 0;
}

/* Emissions wait for the connection of the export. The client gets them before it has heard of the export again. */
static void
test_waiting (CutFixture    *fixture,
              gconstpointer  unused)
{
  cut (fixture);
  gauge_fixture_wait_seen (&fixture->gauge, "off ");
  gauge_run (&fixture->gauge.gauge, measure_and_set_cb, NULL);
  mend (fixture);
  gauge_fixture_wait_seen (&fixture->gauge, "on 10 11 42 ");
  measure (&fixture->gauge.gauge, 5);
  gauge_fixture_wait_seen (&fixture->gauge, "5 ");
}

static int
measure_last_cb (GaugeService *service,
                 gpointer      data)
{
  depot_gauge_emit_measured (DEPOT_GAUGE (service), 12, "last");

  return 0;
}

/* The service emits, and its connection is lost behind that. */
static void
lose (CutFixture *fixture,
      GaugeFunc   func)
{
  relay_swallow (fixture->relay);
  gauge_run (&fixture->gauge.gauge, func, GINT_TO_POINTER (10));
  gauge_run (&fixture->gauge.gauge, measure_last_cb, NULL);
  relay_wait_swallowed (fixture->relay, "last");
  cut (fixture);
  mend (fixture);
}

/* Emissions that were sent are lost with the connection, while another service stays. */
static void
test_sent (CutFixture    *fixture,
           gconstpointer  unused)
{
  Gauge other = { 0 };

  gauge_init (&other, fixture->gauge.nats, 1);
  measure (&fixture->gauge.gauge, 1);
  gauge_fixture_wait_seen (&fixture->gauge, "1 ");
  lose (fixture, measure_cb);
  measure (&fixture->gauge.gauge, 5);
  measure (&fixture->gauge.gauge, 6);
  gauge_fixture_wait_seen (&fixture->gauge, "lost 1 measured 5 6 ");
  measure (&other, 7);
  gauge_fixture_wait_seen (&fixture->gauge, "7 ");
  gauge_clear (&other);
}

static gboolean
has_seen_end (gpointer data)
{
  return strstr (((GaugeFixture *) data)->seen->str, "closed counted ") != NULL;
}

/* A signal that is to have no gap is closed even if nothing is emitted afterwards. The values are those of the service.
 */
static void
test_last (CutFixture    *fixture,
           gconstpointer  unused)
{
  g_signal_connect (fixture->gauge.proxy, "counted", G_CALLBACK (counted_cb), &fixture->gauge);
  gauge_fixture_wait (&fixture->gauge);
  lose (fixture, measure_and_set_cb);
  wait_until (has_seen_end, &fixture->gauge);
  gauge_fixture_wait_level (&fixture->gauge, 42);
}

static gboolean
is_ready (gpointer proxy)
{
  return norpc_proxy_is_ready (proxy);
}

static void
measured_cb (DepotGauge   *proxy,
             int           number,
             const char   *note,
             GaugeFixture *fixture)
{
  g_string_append_printf (fixture->seen, "measured %d ", number);
}

/* A proxy has not lost what was emitted before it. */
static void
test_earlier (GaugeFixture  *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcNatsEndpoint) endpoint = NULL;
  g_autoptr (DepotGaugeProxy) proxy = NULL;

  for (int i = 1; i <= 3; i++)
    measure (&fixture->gauge, i);
  gauge_fixture_wait_seen (fixture, "1 2 3 ");
  endpoint = norpc_nats_endpoint_new (fixture->connection, GAUGE_PREFIX);
  proxy = depot_gauge_proxy_new (NORPC_ENDPOINT (endpoint));
  g_signal_connect (proxy, "measured", G_CALLBACK (measured_cb), fixture);
  g_signal_connect (proxy, "signals-lost", G_CALLBACK (lost_cb), fixture);
  g_clear_object (&fixture->proxy);
  g_set_object (&fixture->proxy, proxy);
  wait_until (is_ready, proxy);
  measure (&fixture->gauge, 4);
  gauge_fixture_wait_seen (fixture, "measured 4 ");
}

/* Emissions from before a proxy are none that it has lost, also if the export reconnects. Those since then are, even if
 * it has not got any before.
 */
static void
test_first (CutFixture    *fixture,
            gconstpointer  unused)
{
  for (int i = 1; i <= 3; i++)
    measure (&fixture->gauge.gauge, i);
  gauge_fixture_wait_seen (&fixture->gauge, "1 2 3 ");
  gauge_fixture_reconnect (&fixture->gauge, nats_process_get_url (fixture->gauge.nats));
  note_all (&fixture->gauge);
  cut (fixture);
  gauge_fixture_wait_seen (&fixture->gauge, "off ");
  mend (fixture);
  gauge_fixture_wait_seen (&fixture->gauge, "on ");
  measure (&fixture->gauge.gauge, 4);
  gauge_fixture_wait_seen (&fixture->gauge, "4 ");

  gauge_fixture_reconnect (&fixture->gauge, nats_process_get_url (fixture->gauge.nats));
  g_signal_connect (fixture->gauge.proxy, "signals-lost", G_CALLBACK (lost_cb), &fixture->gauge);
  lose (fixture, measure_cb);
  measure (&fixture->gauge.gauge, 5);
  gauge_fixture_wait_seen (&fixture->gauge, "lost 1 measured 5 ");
}

/* The connection of the client is lost, and comes back: it learns that something was emitted meanwhile. */
static void
test_client (GaugeFixture  *fixture,
             gconstpointer  unused)
{
  Relay *relay = relay_new (fixture->nats);

  gauge_fixture_reconnect (fixture, relay_get_url (relay));
  note_all (fixture);
  for (guint i = 0; i < 2; i++)
    {
      relay_cut (relay);
      gauge_fixture_wait_seen (fixture, "off ");
      if (i > 0)
        measure (&fixture->gauge, 1);
      norpc_nats_connection_flush_sync (fixture->gauge.connection, 30000, NULL);
      relay_mend (relay);
      gauge_fixture_wait_seen (fixture, i > 0 ? "on lost 1 measured " : "on ");
      measure (&fixture->gauge, 2);
      gauge_fixture_wait_seen (fixture, "2 ");
    }
  gauge_fixture_reconnect (fixture, nats_process_get_url (fixture->nats));
  relay_free (relay);
}

#define LARGE 900000

static int
emit_much_cb (GaugeService *service,
              gpointer      data)
{
  g_autofree char *note = g_strnfill (LARGE, 'x');

  for (int i = 0; i < 12; i++)
    depot_gauge_emit_measured (DEPOT_GAUGE (service), i, note);
  g_object_set (service, "level", 33, NULL);

  return 0;
}

/* Runs in the thread of the export. Its follower sees a change when this proxy does. */
static void
wait_seen_by_export (gpointer data)
{
  Gauge *gauge = data;
  g_autoptr (DepotGaugeProxy) proxy = depot_gauge_proxy_new (norpc_server_get_endpoint (gauge->server));

  while (depot_gauge_get_level (DEPOT_GAUGE (proxy)) != 33)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

static gboolean
has_seen_lost (gpointer data)
{
  return strstr (((GaugeFixture *) data)->seen->str, "lost 1 measured ") != NULL;
}

/* More is emitted than may wait for the connection of the export. The client learns of it before anything else is. */
static void
test_too_much (CutFixture    *fixture,
               gconstpointer  unused)
{
  cut (fixture);
  gauge_run (&fixture->gauge.gauge, emit_much_cb, NULL);
  run_in_thread (fixture->gauge.gauge.thread, wait_seen_by_export, &fixture->gauge.gauge);
  mend (fixture);
  gauge_fixture_wait_level (&fixture->gauge, 33);
  gauge_fixture_wait (&fixture->gauge);
  g_assert_nonnull (strstr (fixture->gauge.seen->str, "x8 "));
  g_assert_null (strstr (fixture->gauge.seen->str, "x9 "));
  wait_until (has_seen_lost, &fixture->gauge);
  g_string_truncate (fixture->gauge.seen, 0);
  measure (&fixture->gauge.gauge, 5);
  gauge_fixture_wait_seen (&fixture->gauge, "5 ");
}

static void
publish (GaugeFixture *fixture,
         const char   *sequence,
         int           number)
{
  gauge_fixture_publish_with (fixture, "org.example.Gauge.$signal.Measured", "(ims)", sequence,
                              g_variant_new ("(ims)", number, NULL));
}

/* The first emissions of a service come before it was found. */
static void
test_begins (GaugeFixture  *fixture,
             gconstpointer  unused)
{
  gauge_unexport (&fixture->gauge);
  gauge_fixture_wait_seen (fixture, "off ");
  for (guint i = 0; i < 10; i++)
    {
      gauge_begin_to_export (&fixture->gauge);
      measure (&fixture->gauge, 3);
      measure (&fixture->gauge, 4);
      gauge_fixture_wait_seen (fixture, "on 3 4 ");
      gauge_unexport (&fixture->gauge);
      gauge_fixture_wait_seen (fixture, "off ");
    }
}

/* A message says that there is a service, until a question finds none. */
static void
test_no_service (GaugeFixture  *fixture,
                 gconstpointer  unused)
{
  gauge_unexport (&fixture->gauge);
  gauge_fixture_wait_seen (fixture, "off ");
  publish (fixture, "other 1", 7);
  gauge_fixture_wait_seen (fixture, "on 7 off ");
}

/* A number that is not the next one tells of a loss. Messages without numbers do not. */
static void
test_numbers (GaugeFixture  *fixture,
              gconstpointer  unused)
{
  publish (fixture, "a 5", 1);
  publish (fixture, "a 6", 2);
  publish (fixture, "b 1", 3);
  publish (fixture, NULL, 4);
  gauge_fixture_publish_with (fixture, "org.example.Gauge.$lost.emissions", "(su)", "a 7",
                              g_variant_new ("(su)", "Quick", 1));
  gauge_fixture_publish_with (fixture, "org.example.Gauge.$signal.Unknown", "(i)", "a 8", g_variant_new ("(i)", 1));
  publish (fixture, "a 9", 5);
  publish (fixture, "a 11", 6);
  publish (fixture, "a 12", 7);
  publish (fixture, "a 1", 8);
  publish (fixture, "b 3", 9);
  gauge_fixture_wait_seen (fixture, "1 2 3 4 5 lost 1 measured 6 7 lost 1 measured 8 lost 1 measured 9 ");
}

/* Runs in the thread of the connection. */
static void
complaint_cb (const char     *domain,
              GLogLevelFlags  level,
              const char     *message,
              gpointer        n_complaints)
{
  g_assert_nonnull (strstr (message, "Norpc-Sequence"));
  g_atomic_int_inc ((int *) n_complaints);
}

/* Emissions with a header that makes no sense are ignored, which is reported once. */
static void
test_wrong_numbers (GaugeFixture  *fixture,
                    gconstpointer  unused)
{
  const char *sequences[] = {
    "a", "1", "a ", "a x", "a 0", "a -1", "a 1 2", "a.* 1", "$a 1", "a 1x", "a 99999999999999999999",
    "a 9223372036854775807",
  };
  int n_complaints = 0;
  guint id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE, complaint_cb, &n_complaints);

  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++)
    publish (fixture, sequences[i], (int) i);
  publish (fixture, "a 1", 20);
  gauge_fixture_wait_seen (fixture, "20 ");
  g_assert_cmpint (g_atomic_int_get (&n_complaints), ==, 1);
  g_log_remove_handler ("NorpcNats", id);
}

static gboolean
has_seen_loss (gpointer data)
{
  GaugeFixture *fixture = data;
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *sequence = g_strconcat (uuid, " 2", NULL);

  publish (fixture, sequence, 7);
  g_usleep (20000); /* not more of them than a client knows */

  return strstr (fixture->seen->str, "lost") != NULL;
}

/* An export that was not there when the client began has not lost its first message, unless that has another number. */
static void
test_other_export (GaugeFixture  *fixture,
                   gconstpointer  unused)
{
  publish (fixture, "old 6", 0);
  gauge_fixture_wait_seen (fixture, "0 ");
  wait_until (has_seen_loss, fixture);
  gauge_fixture_wait (fixture);
  g_string_truncate (fixture->seen, 0);
  publish (fixture, "new 1", 1);
  publish (fixture, "old 7", 2);
  gauge_fixture_wait_seen (fixture, "1 2 ");
}

/* Runs in the context of the export. */
static void
drained_cb (GObject      *export,
            GAsyncResult *result,
            gpointer      is_drained)
{
  g_atomic_int_set ((int *) is_drained, TRUE);
}

typedef struct
{
  NorpcNatsExport *export;
  int              is_drained; /* atomic */
} Drain;

static void
drain (gpointer data)
{
  norpc_nats_export_drain (((Drain *) data)->export, drained_cb, &((Drain *) data)->is_drained);
}

static gboolean
is_drained (gpointer data)
{
  return g_atomic_int_get (&((Drain *) data)->is_drained);
}

static void
nothing (gpointer unused)
{
}

/* An export publishes what was emitted before it was drained, and nothing after that. */
static void
test_drained (GaugeFixture  *fixture,
              gconstpointer  unused)
{
  Drain data = { fixture->gauge.export, FALSE };

  measure (&fixture->gauge, 1);
  run_in_thread (fixture->gauge.thread, drain, &data);
  wait_until (is_drained, &data);
  gauge_fixture_wait_seen (fixture, "1 off ");
  measure (&fixture->gauge, 2);
  run_in_thread (fixture->gauge.thread, nothing, NULL);
  norpc_nats_connection_flush_sync (fixture->gauge.connection, 30000, NULL);
  publish (fixture, NULL, 3);
  gauge_fixture_wait_seen (fixture, "on 3 off ");
}

#define CUT_TEST(path, func) \
  g_test_add (path, CutFixture, NULL, cut_set_up, func, cut_tear_down)

#define SEEN_TEST(path, func) \
  g_test_add (path, GaugeFixture, NULL, set_up, func, gauge_fixture_tear_down)

static void
add_tests (void)
{
  CUT_TEST ("/nats/sequences/waiting", test_waiting);
  CUT_TEST ("/nats/sequences/sent", test_sent);
  CUT_TEST ("/nats/sequences/last", test_last);
  CUT_TEST ("/nats/sequences/first", test_first);
  CUT_TEST ("/nats/sequences/too-much", test_too_much);
  SEEN_TEST ("/nats/sequences/earlier", test_earlier);
  SEEN_TEST ("/nats/sequences/client", test_client);
  SEEN_TEST ("/nats/sequences/begins", test_begins);
  SEEN_TEST ("/nats/sequences/no-service", test_no_service);
  SEEN_TEST ("/nats/sequences/numbers", test_numbers);
  SEEN_TEST ("/nats/sequences/wrong-numbers", test_wrong_numbers);
  SEEN_TEST ("/nats/sequences/other-export", test_other_export);
  SEEN_TEST ("/nats/sequences/drained", test_drained);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
