/* test-nats-overflow.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals and changes of properties that come faster than somebody takes them. */

#include <string.h>

#include "gauge-fixture.h"

/* Blocks the thread of libnats that delivers all messages. */
typedef struct
{
  natsConnection   *nats;         /* (owned) */
  natsSubscription *subscription; /* (owned) */
  GMutex            lock;
  GCond             cond;
  gboolean          blocked;  /* [lock] */
  gboolean          released; /* [lock] */
  gboolean          ended;    /* [lock] */
} Block;

static void
block_cb (natsConnection   *nats,
          natsSubscription *subscription,
          natsMsg          *message,
          void             *data)
{
  Block *self = data;

  natsMsg_Destroy (message);
  g_mutex_lock (&self->lock);
  self->blocked = TRUE;
  g_cond_broadcast (&self->cond);
  while (!self->released)
    g_cond_wait (&self->cond, &self->lock);
  self->ended = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
block_init (Block       *self,
            NatsProcess *nats)
{
  natsOptions *options;

  g_assert_cmpint (natsOptions_Create (&options), ==, NATS_OK);
  natsOptions_SetURL (options, nats_process_get_url (nats));
  natsOptions_UseGlobalMessageDelivery (options, true);
  g_assert_cmpint (natsConnection_Connect (&self->nats, options), ==, NATS_OK);
  natsOptions_Destroy (options);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_assert_cmpint (natsConnection_Subscribe (&self->subscription, self->nats, "block", block_cb, self), ==, NATS_OK);
  g_assert_cmpint (natsConnection_PublishString (self->nats, "block", ""), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (self->nats), ==, NATS_OK);
  g_mutex_lock (&self->lock);
  while (!self->blocked)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
block_release (Block *self)
{
  g_mutex_lock (&self->lock);
  self->released = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
block_clear (Block *self)
{
  /* The thread of libnats may be about to see that it is released. */
  g_mutex_lock (&self->lock);
  while (!self->ended)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
  natsSubscription_Destroy (self->subscription);
  natsConnection_Destroy (self->nats);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
}

/* Runs in any thread. */
static void
loss_logged_cb (const char     *domain,
                GLogLevelFlags  level,
                const char     *message,
                gpointer        n_logged)
{
  g_assert_nonnull (strstr (message, "were lost"));
  g_atomic_int_inc ((int *) n_logged);
}

/* The same for losses of an export. A client that is slow may have losses of its own afterwards. */
static void
export_loss_logged_cb (const char     *domain,
                       GLogLevelFlags  level,
                       const char     *message,
                       gpointer        n_logged)
{
  g_assert_nonnull (strstr (message, "were lost"));
  if (strstr (message, "faster than NATS takes them") != NULL)
    g_atomic_int_inc ((int *) n_logged);
}

static gboolean
has_happened (gpointer n)
{
  return g_atomic_int_get ((int *) n) > 0;
}

static void
signals_lost_cb (NorpcProxy   *proxy,
                 const char   *name,
                 guint         n_lost,
                 GaugeFixture *fixture)
{
  g_string_append_printf (fixture->seen, "lost %s ", name);
}

static void
signal_closed_cb (NorpcProxy   *proxy,
                  const char   *name,
                  GaugeFixture *fixture)
{
  g_string_append_printf (fixture->seen, "closed %s ", name);
}

static void
number_cb (DepotGauge   *proxy,
           int           number,
           GaugeFixture *fixture)
{
  g_string_append_printf (fixture->seen, "%d ", number);
}

static void
n_lost_cb (NorpcProxy   *proxy,
           const char   *name,
           guint         n_lost,
           GaugeFixture *fixture)
{
  g_string_append_printf (fixture->seen, "lost %u %s ", n_lost, name);
}

static int
measure_cb (GaugeService *service,
            gpointer      data)
{
  depot_gauge_emit_measured (DEPOT_GAUGE (service), GPOINTER_TO_INT (data), NULL);

  return 0;
}

static gboolean
has_seen_lost (gpointer fixture)
{
  return strstr (((GaugeFixture *) fixture)->seen->str, "lost measured ") != NULL;
}

static gboolean
has_seen_5 (gpointer fixture)
{
  return g_str_has_suffix (((GaugeFixture *) fixture)->seen->str, " 5 ");
}

/* The client learns that emissions were lost, without another one, and before it. The one after that tells nothing. */
static void
assert_lost (GaugeFixture *fixture)
{
  wait_until (has_seen_lost, fixture);
  gauge_run (&fixture->gauge, measure_cb, GINT_TO_POINTER (5));
  wait_until (has_seen_5, fixture);
  g_string_truncate (fixture->seen, 0);
  gauge_run (&fixture->gauge, measure_cb, GINT_TO_POINTER (6));
  gauge_fixture_wait_seen (fixture, "6 ");
}

static void
watched_cb (GObject      *watch,
            GAsyncResult *result,
            gpointer      error)
{
  g_assert_null (norpc_signal_watch_next_finish (NORPC_SIGNAL_WATCH (watch), result, error));
}

static gboolean
is_set (gpointer error)
{
  return *(GError **) error != NULL;
}

/* Whoever waits for the emissions learns of it by an error. */
static void
assert_watch_lost (NorpcSignalWatch *watch)
{
  g_autoptr (GError) error = NULL;

  norpc_signal_watch_next_async (watch, NULL, watched_cb, &error);
  wait_until (is_set, &error);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
}

static natsMsg *
new_change (int level)
{
  g_autoptr (GVariant) body = g_variant_ref_sink (g_variant_new_parsed ("({'Level': <%i>}, @as [])", level));
  natsMsg *message;

  g_assert_cmpint (natsMsg_Create (&message, GAUGE_SUBJECT "$property.changed", NULL, g_variant_get_data (body),
                                   (int) g_variant_get_size (body)), ==, NATS_OK);
  natsMsgHeader_Set (message, "Norpc-Type", "(a{sv}as)");

  return message;
}

/* libnats drops messages without saying which, among them a change of the service. The proxy has the right value
 * nevertheless, and the loss is reported once.
 */
static void
test_flood (GaugeFixture  *fixture,
            gconstpointer  unused)
{
  natsMsg *message = new_change (50);
  g_autoptr (NorpcSignalWatch) watch = norpc_signal_watch_new (NORPC_PROXY (fixture->proxy), "measured");
  int n_logged = 0;
  guint id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE, loss_logged_cb, &n_logged);
  Block block = { 0 };

  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (signals_lost_cb), fixture);
  block_init (&block, fixture->nats);
  for (guint i = 0; i < 70000; i++)
    g_assert_cmpint (natsConnection_PublishMsg (fixture->raw.nats, message), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  wait_until (has_happened, &n_logged);
  gauge_set_level (&fixture->gauge, 77);
  norpc_nats_connection_flush_sync (fixture->gauge.connection, 30000, NULL);
  norpc_nats_connection_flush_sync (fixture->connection, 30000, NULL);
  block_release (&block);
  gauge_fixture_wait_level (fixture, 77);
  g_assert_nonnull (strstr (fixture->seen->str, "50 lost measured "));
  g_assert_cmpint (n_logged, ==, 1);
  assert_lost (fixture);
  assert_watch_lost (watch);

  block_clear (&block);
  natsMsg_Destroy (message);
  g_log_remove_handler ("NorpcNats", id);
}

/* How large the notes are that fill what is kept, so that few are needed, and one that is never kept. */
#define LARGE 900000
#define HUGE (33 * 1024 * 1024)

static void
emit_note (GaugeService *service,
           int           number,
           gsize         size)
{
  g_autofree char *note = g_strnfill (size, 'x');

  depot_gauge_emit_measured (DEPOT_GAUGE (service), number, note);
}

static int
emit_much_cb (GaugeService *service,
              gpointer      data)
{
  for (int i = 0; i < 600; i++)
    emit_note (service, i, 100000);
  emit_note (service, 600, HUGE);

  return 0;
}

/* Runs in the thread of the export. The follower of the export sees a change when this proxy does. */
static void
wait_seen_by_export (gpointer data)
{
  Gauge *gauge = data;
  g_autoptr (DepotGaugeProxy) proxy = depot_gauge_proxy_new (norpc_server_get_endpoint (gauge->server));

  while (depot_gauge_get_level (DEPOT_GAUGE (proxy)) != 33)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;
}

/* The server takes nothing while the service emits and then changes its level. */
static void
emit_while_paused (GaugeFixture *fixture,
                   GaugeFunc     emit)
{
  int n_logged = 0;
  guint id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE, export_loss_logged_cb, &n_logged);

  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (signals_lost_cb), fixture);
  nats_process_pause (fixture->nats);
  gauge_run (&fixture->gauge, emit, NULL);
  wait_until (has_happened, &n_logged);
  gauge_set_level (&fixture->gauge, 33);
  run_in_thread (fixture->gauge.thread, wait_seen_by_export, &fixture->gauge);
  nats_process_resume (fixture->nats);
  gauge_fixture_wait_level (fixture, 33);
  g_assert_cmpint (n_logged, ==, 1);
  g_log_remove_handler ("NorpcNats", id);
}

/* A server that takes nothing for a while: the export keeps only so much, and clients learn of it afterwards. */
static void
test_slow_server (GaugeFixture  *fixture,
                  gconstpointer  unused)
{
  emit_while_paused (fixture, emit_much_cb);
  assert_lost (fixture);
}

static gboolean
is_closed (gpointer fixture)
{
  return strstr (((GaugeFixture *) fixture)->seen->str, "closed counted ") != NULL;
}

/* A signal that is to have no gap is closed even if nothing is emitted after the loss. */
static void
test_last_lost (GaugeFixture  *fixture,
                gconstpointer  unused)
{
  g_signal_connect (fixture->proxy, "counted", G_CALLBACK (number_cb), fixture);
  g_signal_connect (fixture->proxy, "signal-closed", G_CALLBACK (signal_closed_cb), fixture);
  gauge_fixture_wait (fixture);
  emit_while_paused (fixture, emit_much_cb);
  wait_until (is_closed, fixture);
}

/* The first emissions are too much for the buffers of the connection, so that the others wait in the export. */
static int
emit_gaps_cb (GaugeService *service,
              gpointer      data)
{
  for (int i = 0; i < 250; i++)
    emit_note (service, i, 100000);
  for (int i = 1000; i < 1003; i++)
    {
      emit_note (service, 0, HUGE);
      depot_gauge_emit_measured (DEPOT_GAUGE (service), i, NULL);
    }

  return 0;
}

/* Each gap is told in its place. */
static void
test_gaps (GaugeFixture  *fixture,
           gconstpointer  unused)
{
  const char *expected = "x249 lost measured 1000 lost measured 1001 lost measured 1002 33 ";

  emit_while_paused (fixture, emit_gaps_cb);
  g_assert_cmpuint (fixture->seen->len, >, strlen (expected));
  g_assert_cmpstr (fixture->seen->str + fixture->seen->len - strlen (expected), ==, expected);
}

/* Holds up the thread of a connection where it reports something. */
typedef struct
{
  GMutex lock;
  GCond  cond;
  guint  n_reached; /* [lock] */
  guint  n_open;    /* [lock] */
} Gate;

/* Runs in the thread of the connection. */
static void
gate_cb (const char     *domain,
         GLogLevelFlags  level,
         const char     *message,
         gpointer        data)
{
  Gate *self = data;
  guint n;

  g_mutex_lock (&self->lock);
  n = ++self->n_reached;
  g_cond_broadcast (&self->cond);
  while (n > self->n_open)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

static gboolean
gate_is_reached (gpointer data)
{
  Gate *self = data;
  gboolean reached;

  g_mutex_lock (&self->lock);
  reached = self->n_reached > self->n_open;
  g_mutex_unlock (&self->lock);

  return reached;
}

static void
gate_open (Gate  *self,
           guint  n)
{
  g_mutex_lock (&self->lock);
  self->n_open = n;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Publishes emissions with @n_bytes each, as an export that has no other ones, or without numbers. */
static void
publish_measured (GaugeFixture *fixture,
                  gboolean      numbers,
                  int           first,
                  int           n,
                  gsize         n_bytes)
{
  g_autofree char *note = g_strnfill (n_bytes, 'x');

  for (int i = first; i < first + n; i++)
    {
      g_autofree char *sequence = numbers ? g_strdup_printf ("some %d", i) : NULL;

      gauge_fixture_publish_with (fixture, "org.example.Gauge.$signal.Measured", "(ims)", sequence,
                                  g_variant_new ("(ims)", i, note));
    }
}

static int
count_cb (GaugeService *service,
          gpointer      n)
{
  g_atomic_int_inc ((int *) n);

  return 0;
}

/* libnats has delivered all that was published before to the connection of the proxy, because it has delivered a call to
 * an export there. That does not need the thread of the connection.
 */
static void
wait_delivered (GaugeFixture *fixture)
{
  int n_called = 0;

  gauge_service_set_func (fixture->gauge.service, count_cb, &n_called);
  gauge_fixture_publish (fixture, "mark.org.example.Gauge.Run", "()", g_variant_new ("()"));
  wait_until (has_happened, &n_called);
}

static gboolean
has_seen_39 (gpointer fixture)
{
  return strstr (((GaugeFixture *) fixture)->seen->str, "x39 ") != NULL;
}

static gboolean
has_seen_41 (gpointer fixture)
{
  return g_str_has_suffix (((GaugeFixture *) fixture)->seen->str, "41 ");
}

/* The thread of a connection takes nothing for a while, then one message, and then nothing again: each gap is told in its
 * place. It is held up while it reports a wrong message for one proxy, and then one for the other.
 */
static void
check_gaps_at_client (GaugeFixture *fixture,
                      gboolean      numbers)
{
  g_autoptr (NorpcNatsEndpoint) other_endpoint = norpc_nats_endpoint_new (fixture->connection, GAUGE_PREFIX ".other");
  g_autoptr (DepotGaugeProxy) other = depot_gauge_proxy_new (NORPC_ENDPOINT (other_endpoint));
  g_autoptr (NorpcNatsExport) mark = NULL;
  g_autofree char *note = g_strnfill (LARGE, 'x');
  Gate gate = { 0 };
  guint id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE, gate_cb, &gate);

  mark = norpc_nats_export_new (fixture->connection, GAUGE_PREFIX ".mark",
                                norpc_server_get_endpoint (fixture->gauge.server), depot_gauge_interface_info (), NULL);
  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (n_lost_cb), fixture);
  gauge_fixture_wait (fixture);
  gauge_fixture_publish (fixture, "other.org.example.Gauge.$signal.Measured", "(s)", g_variant_new ("(s)", ""));
  wait_until (gate_is_reached, &gate);

  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", "(s)", g_variant_new ("(s)", note));
  publish_measured (fixture, numbers, 1, 38, LARGE);
  wait_delivered (fixture);
  gate_open (&gate, 1);
  wait_until (gate_is_reached, &gate);
  publish_measured (fixture, numbers, 39, 2, LARGE);
  wait_delivered (fixture);
  gate_open (&gate, G_MAXUINT);
  wait_until (has_seen_39, fixture);
  publish_measured (fixture, numbers, 41, 1, 0);
  wait_until (has_seen_41, fixture);
  g_assert_nonnull (strstr (fixture->seen->str, "x37 lost 1 measured x"));
  g_assert_true (g_str_has_suffix (fixture->seen->str, "x39 lost 1 measured 41 "));
  g_log_remove_handler ("NorpcNats", id);
}

static void
test_gaps_at_client (GaugeFixture  *fixture,
                     gconstpointer  unused)
{
  check_gaps_at_client (fixture, FALSE);
}

/* The numbers of messages do not tell of the same gap again. */
static void
test_numbered_gaps (GaugeFixture  *fixture,
                    gconstpointer  unused)
{
  check_gaps_at_client (fixture, TRUE);
}

/* Runs in the thread of the export, which takes nothing until the call ends. */
static void
run_gauge (gpointer data)
{
  Gauge *gauge = data;
  g_autoptr (DepotGaugeProxy) proxy =
    g_object_new (DEPOT_TYPE_GAUGE_PROXY, "endpoint", norpc_server_get_endpoint (gauge->server), "load-properties", FALSE,
                  NULL);
  g_autoptr (GError) error = NULL;
  int number;

  depot_gauge_proxy_call_run_sync (proxy, &number, NULL, &error);
  g_assert_no_error (error);
}

static int
emit_quick_cb (GaugeService *service,
               gpointer      data)
{
  depot_gauge_emit_measured (DEPOT_GAUGE (service), 100, NULL);
  g_object_set (service, "level", 44, NULL);
  for (int i = 1; i <= 7; i++)
    depot_gauge_emit_quick (DEPOT_GAUGE (service), i);
  depot_gauge_emit_measured (DEPOT_GAUGE (service), 101, NULL);

  return 0;
}

/* The thread of an export is busy, and loses the oldest emissions of one signal: clients learn how many, in their
 * place. The export does not take this for a call.
 */
static void
test_lost_by_export (GaugeFixture  *fixture,
                     gconstpointer  unused)
{
  natsSubscription *calls;
  guint64 n_calls;

  g_signal_connect (fixture->proxy, "quick", G_CALLBACK (number_cb), fixture);
  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (n_lost_cb), fixture);
  gauge_fixture_wait (fixture);
  g_assert_cmpint (natsConnection_SubscribeSync (&calls, fixture->raw.nats, GAUGE_SUBJECT "*"), ==, NATS_OK);
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  gauge_service_set_func (fixture->gauge.service, emit_quick_cb, NULL);
  run_in_thread (fixture->gauge.thread, run_gauge, &fixture->gauge);
  gauge_fixture_wait_seen (fixture, "100 44 lost 2 quick 3 4 5 6 7 101 ");
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  g_assert_cmpint (natsSubscription_QueuedMsgs (calls, &n_calls), ==, NATS_OK);
  g_assert_cmpuint (n_calls, ==, 0);
  natsSubscription_Destroy (calls);
}

static int
count_too_far_cb (GaugeService *service,
                  gpointer      data)
{
  for (int i = 1; i <= 5; i++)
    depot_gauge_emit_counted (DEPOT_GAUGE (service), i);
  g_object_set (service, "level", 44, NULL);
  depot_gauge_emit_counted (DEPOT_GAUGE (service), 6);
  depot_gauge_emit_counted (DEPOT_GAUGE (service), 7);
  depot_gauge_emit_measured (DEPOT_GAUGE (service), 100, NULL);

  return 0;
}

static int
count_on_cb (GaugeService *service,
             gpointer      data)
{
  depot_gauge_emit_counted (DEPOT_GAUGE (service), 8);
  depot_gauge_emit_measured (DEPOT_GAUGE (service), 101, NULL);

  return 0;
}

/* A signal that is not to have gaps is closed for the proxies that there are. The export goes on with it for later ones. */
static void
test_closed_by_export (GaugeFixture  *fixture,
                       gconstpointer  unused)
{
  g_autoptr (DepotGaugeProxy) next = NULL;

  g_signal_connect (fixture->proxy, "counted", G_CALLBACK (number_cb), fixture);
  g_signal_connect (fixture->proxy, "signal-closed", G_CALLBACK (signal_closed_cb), fixture);
  gauge_fixture_wait (fixture);
  gauge_service_set_func (fixture->gauge.service, count_too_far_cb, NULL);
  run_in_thread (fixture->gauge.thread, run_gauge, &fixture->gauge);
  gauge_fixture_wait_seen (fixture, "1 2 3 4 5 44 closed counted 100 ");

  next = depot_gauge_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  g_signal_connect (next, "counted", G_CALLBACK (number_cb), fixture);
  gauge_run (&fixture->gauge, count_on_cb, NULL);
  gauge_fixture_wait_seen (fixture, "8 101 ");
}

/* A message that is missing closes such a signal, too, without another emission of it. */
static void
test_closed_by_gap (GaugeFixture  *fixture,
                    gconstpointer  unused)
{
  const char *sequences[] = { "other 1", "other 2", "other 4" };

  g_signal_connect (fixture->proxy, "counted", G_CALLBACK (number_cb), fixture);
  g_signal_connect (fixture->proxy, "signal-closed", G_CALLBACK (signal_closed_cb), fixture);
  gauge_fixture_wait (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (sequences); i++)
    gauge_fixture_publish_with (fixture, "org.example.Gauge.$signal.Measured", "(ims)", sequences[i],
                                g_variant_new ("(ims)", i, NULL));
  gauge_fixture_wait_seen (fixture, "0 1 closed counted 2 ");
}

/* A client can call methods, and publish messages about its calls, but no losses. */
static void
test_forged (GaugeFixture  *fixture,
             gconstpointer  unused)
{
  const char *members[] = {
    "org.example.Gauge.$lost", "org.example.Gauge.lost", "org.example.Gauge.$services", "$norpc.lost",
    "$norpc.services", "$norpc.services.changed",
  };

  g_signal_connect (fixture->proxy, "counted", G_CALLBACK (number_cb), fixture);
  g_signal_connect (fixture->proxy, "signal-closed", G_CALLBACK (signal_closed_cb), fixture);
  gauge_fixture_wait (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *subject = g_strconcat (GAUGE_PREFIX, ".", members[i], NULL);

      g_assert_cmpint (natsConnection_PublishString (fixture->raw.nats, subject, "lost"), ==, NATS_OK);
      gauge_fixture_publish (fixture, members[i], "(su)", g_variant_new ("(su)", "Counted", 1));
    }
  gauge_fixture_wait (fixture);
  gauge_run (&fixture->gauge, count_on_cb, NULL);
  gauge_fixture_wait_seen (fixture, "8 101 ");
}

static void
add_tests (void)
{
  GAUGE_TEST ("/nats/overflow/lost-by-export", test_lost_by_export);
  GAUGE_TEST ("/nats/overflow/closed-by-export", test_closed_by_export);
  GAUGE_TEST ("/nats/overflow/closed-by-gap", test_closed_by_gap);
  GAUGE_TEST ("/nats/overflow/forged", test_forged);
  GAUGE_TEST ("/nats/overflow/flood", test_flood);
  GAUGE_TEST ("/nats/overflow/slow-server", test_slow_server);
  GAUGE_TEST ("/nats/overflow/last-lost", test_last_lost);
  GAUGE_TEST ("/nats/overflow/gaps", test_gaps);
  GAUGE_TEST ("/nats/overflow/gaps-at-client", test_gaps_at_client);
  GAUGE_TEST ("/nats/overflow/numbered-gaps", test_numbered_gaps);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
