/* test-nats-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals and properties of a service in another process. */

#include <string.h>

#include "gauge-fixture.h"

/* Emits and notifies in turns before it answers. */
static int
mix_cb (GaugeService *service,
        gpointer      data)
{
  DepotGauge *gauge = DEPOT_GAUGE (service);
  int n = GPOINTER_TO_INT (data);

  for (int i = 1; i <= n; i++)
    {
      depot_gauge_emit_measured (gauge, i, "a");
      depot_gauge_set_level (gauge, 10 + i);
      depot_gauge_emit_measured (gauge, i, NULL);
    }
  depot_gauge_set_level (gauge, 20);

  return n;
}

static void
run_finished_cb (GObject      *proxy,
                 GAsyncResult *result,
                 gpointer      data)
{
  GaugeFixture *fixture = data;
  g_autoptr (GError) error = NULL;
  int number;

  depot_gauge_proxy_call_run_finish (DEPOT_GAUGE_PROXY (proxy), result, &number, &error);
  g_assert_no_error (error);
  g_string_append_printf (fixture->seen, "=%d ", number);
}

/* Signals, changes and replies come in the order in which the service made them. */
static void
test_order (GaugeFixture  *fixture,
            gconstpointer  unused)
{
  for (int round = 0; round < 50; round++)
    {
      gauge_service_set_func (fixture->gauge.service, mix_cb, GINT_TO_POINTER (2));
      depot_gauge_proxy_call_run (fixture->proxy, NULL, run_finished_cb, fixture);
      gauge_fixture_wait_seen (fixture, "a1 11 1 a2 12 2 20 =2 ");
    }
}

/* A proxy begins with the values of the service, and one that is not there has none. */
static void
test_first_values (GaugeFixture  *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DepotGaugeProxy) proxy = depot_gauge_proxy_new_sync (NORPC_ENDPOINT (fixture->endpoint), NULL, &error);

  g_assert_no_error (error);
  g_assert_true (norpc_proxy_is_ready (NORPC_PROXY (proxy)));
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (proxy)));
  g_assert_cmpint (depot_gauge_get_level (DEPOT_GAUGE (proxy)), ==, 1);
  g_assert_cmpstr (depot_gauge_get_text (DEPOT_GAUGE (proxy)), ==, "first");
  g_assert_null (depot_gauge_get_label (DEPOT_GAUGE (proxy)));
  g_assert_null (depot_gauge_get_token (DEPOT_GAUGE (proxy)));
}

static int
change_all_cb (GaugeService *service,
               gpointer      data)
{
  DepotGauge *gauge = DEPOT_GAUGE (service);
  g_autoptr (GCancellable) token = g_cancellable_new ();

  g_object_freeze_notify (G_OBJECT (service));
  depot_gauge_set_level (gauge, 5);
  depot_gauge_set_label (gauge, data);
  depot_gauge_set_token (gauge, token);
  gauge_service_set_text (service, "second");
  gauge_service_count (service);
  g_object_thaw_notify (G_OBJECT (service));

  return 0;
}

static gboolean
has_count (gpointer proxy)
{
  return depot_gauge_get_count (proxy) == 2;
}

/* Changes arrive with their values, or the values are requested. */
static void
test_changes (GaugeFixture  *fixture,
              gconstpointer  unused)
{
  DepotGauge *proxy = DEPOT_GAUGE (fixture->proxy);

  gauge_run (&fixture->gauge, change_all_cb, (gpointer) "full");
  gauge_fixture_wait_level (fixture, 5);
  g_assert_cmpstr (depot_gauge_get_label (proxy), ==, "full");
  g_assert_cmpstr (depot_gauge_get_text (proxy), ==, "second");
  g_assert_null (depot_gauge_get_token (proxy));
  gauge_run (&fixture->gauge, change_all_cb, NULL);
  wait_until (has_count, proxy);
  g_assert_null (depot_gauge_get_label (proxy));
  gauge_fixture_wait_seen (fixture, "5 ");
}

typedef struct
{
  gboolean done;
  GError  *error;
} Write;

static void
write_failed_cb (NorpcProxy   *proxy,
                 const char   *property,
                 const GError *error,
                 Write        *write)
{
  write->error = g_error_copy (error);
  write->done = TRUE;
}

static gboolean
is_done (gpointer write)
{
  return ((Write *) write)->done;
}

/* The service may make another value of one that is written, or reject it. */
static void
test_writes (GaugeFixture  *fixture,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) token = g_cancellable_new ();
  Write write = { FALSE, NULL };

  g_signal_connect (fixture->proxy, "write-failed", G_CALLBACK (write_failed_cb), &write);
  depot_gauge_set_level (DEPOT_GAUGE (fixture->proxy), 150);
  gauge_fixture_wait_seen (fixture, "150 100 ");
  g_assert_true (depot_gauge_proxy_set_level_sync (fixture->proxy, 50, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (depot_gauge_get_level (DEPOT_GAUGE (fixture->proxy)), ==, 50);
  gauge_fixture_wait_seen (fixture, "50 ");

  depot_gauge_set_level (DEPOT_GAUGE (fixture->proxy), -1);
  wait_until (is_done, &write);
  g_assert_error (write.error, DEPOT_DEPOT_ERROR, DEPOT_DEPOT_ERROR_FULL);
  g_clear_error (&write.error);
  gauge_fixture_wait_seen (fixture, "-1 50 ");

  g_assert_false (depot_gauge_proxy_set_token_sync (fixture->proxy, token, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_nonnull (strstr (error->message, "org.example.Gauge.Token"));
}

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

  g_assert_cmpint (natsConnection_SubscribeSync (&hints, fixture->raw.nats, GAUGE_PREFIX ".$norpc.services"), ==,
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

/* Runs in any thread. */
static void
complaint_cb (const char     *domain,
              GLogLevelFlags  level,
              const char     *message,
              gpointer        n_logged)
{
  g_assert_nonnull (strstr (message, "signal 'Measured'"));
  g_atomic_int_inc ((int *) n_logged);
}

/* Anybody may publish: what the description does not allow is ignored, and the first one is reported. */
static void
test_wrong_messages (GaugeFixture  *fixture,
                     gconstpointer  unused)
{
  int n_logged = 0;
  guint id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE, complaint_cb, &n_logged);

  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", "(i)", g_variant_new ("(i)", 1));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", NULL, g_variant_new ("(ims)", 1, NULL));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", "(ims)", g_variant_new ("(y)", 1));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", "((", g_variant_new ("(ims)", 1, NULL));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "v{", g_variant_new ("(ims)", 1, NULL));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Lent", "(s)", g_variant_new ("(s)", ""));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.None", "()", g_variant_new ("()"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.", "()", g_variant_new ("()"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "()", g_variant_new ("()"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "(a{sv}as)",
                         g_variant_new_parsed ("({'Level': <'high'>, 'None': <1>, 'Token': <2>}, @as ['None', ''])"));
  gauge_fixture_publish (fixture, "$norpc.services", "(a{sv}as)", g_variant_new ("()"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$signal.Measured", "(ims)", g_variant_new ("(ims)", 4, "x"));
  gauge_fixture_publish (fixture, "org.example.Gauge.$property.changed", "(a{sv}as)",
                         g_variant_new_parsed ("({'Text': <5>, 'Level': <6>}, @as [])"));
  gauge_fixture_wait_seen (fixture, "x4 6 ");
  g_assert_cmpint (g_atomic_int_get (&n_logged), ==, 1);
  g_log_remove_handler ("NorpcNats", id);
  g_assert_cmpstr (depot_gauge_get_text (DEPOT_GAUGE (fixture->proxy)), ==, "first");
}

/* Blocks the thread of libnats that delivers all messages. */
typedef struct
{
  natsConnection   *nats;         /* (owned) */
  natsSubscription *subscription; /* (owned) */
  GMutex            lock;
  GCond             cond;
  gboolean          blocked;  /* [lock] */
  gboolean          released; /* [lock] */
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

static gboolean
is_logged (gpointer n_logged)
{
  return g_atomic_int_get ((int *) n_logged) > 0;
}

static void
signals_lost_cb (NorpcProxy   *proxy,
                 const char   *name,
                 guint         n_lost,
                 GaugeFixture *fixture)
{
  g_string_append_printf (fixture->seen, "lost %s ", name);
}

static int
measure_cb (GaugeService *service,
            gpointer      data)
{
  depot_gauge_emit_measured (DEPOT_GAUGE (service), GPOINTER_TO_INT (data), NULL);

  return 0;
}

/* The next emission tells the client that some before it were lost. The one after it does not. */
static void
assert_lost (GaugeFixture *fixture)
{
  g_string_truncate (fixture->seen, 0);
  gauge_run (&fixture->gauge, measure_cb, GINT_TO_POINTER (5));
  gauge_fixture_wait_seen (fixture, "lost measured 5 ");
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
  wait_until (is_logged, &n_logged);
  gauge_set_level (&fixture->gauge, 77);
  norpc_nats_connection_flush_sync (fixture->gauge.connection, 30000, NULL);
  norpc_nats_connection_flush_sync (fixture->connection, 30000, NULL);
  block_release (&block);
  gauge_fixture_wait_level (fixture, 77);
  g_assert_true (g_str_has_suffix (fixture->seen->str, "50 77 "));
  g_assert_cmpint (n_logged, ==, 1);
  assert_lost (fixture);
  assert_watch_lost (watch);

  block_clear (&block);
  natsMsg_Destroy (message);
  g_log_remove_handler ("NorpcNats", id);
}

static int
emit_much_cb (GaugeService *service,
              gpointer      data)
{
  g_autofree char *note = g_strnfill (100000, 'x');

  for (int i = 0; i < 600; i++)
    depot_gauge_emit_measured (DEPOT_GAUGE (service), i, note);

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

/* A server that takes nothing for a while: the export keeps only so much, and clients learn of it afterwards. */
static void
test_slow_server (GaugeFixture  *fixture,
                  gconstpointer  unused)
{
  int n_logged = 0;
  guint id;

#ifdef __SANITIZE_THREAD__
  g_test_skip ("With ThreadSanitizer, the value does not arrive in some runs. The cause is not known yet");
  return;
#endif

  id = g_log_set_handler ("NorpcNats", G_LOG_LEVEL_MESSAGE, loss_logged_cb, &n_logged);
  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (signals_lost_cb), fixture);
  nats_process_pause (fixture->nats);
  gauge_run (&fixture->gauge, emit_much_cb, NULL);
  wait_until (is_logged, &n_logged);
  gauge_set_level (&fixture->gauge, 33);
  run_in_thread (fixture->gauge.thread, wait_seen_by_export, &fixture->gauge);
  nats_process_resume (fixture->nats);
  gauge_fixture_wait_level (fixture, 33);
  g_assert_cmpint (n_logged, ==, 1);
  assert_lost (fixture);
  g_log_remove_handler ("NorpcNats", id);
}

static int
set_long_text_cb (GaugeService *service,
                  gpointer      data)
{
  g_autofree char *text = g_strnfill (2000000, 'x');

  g_object_freeze_notify (G_OBJECT (service));
  gauge_service_set_text (service, text);
  depot_gauge_set_level (DEPOT_GAUGE (service), 2);
  g_object_thaw_notify (G_OBJECT (service));

  return 0;
}

static int
set_short_text_cb (GaugeService *service,
                   gpointer      data)
{
  gauge_service_set_text (service, "short");

  return 0;
}

/* Values that do not fit into one message cannot be had. Later on, all that have changed meanwhile are there. */
static void
test_too_large (GaugeFixture  *fixture,
                gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  gauge_run (&fixture->gauge, set_long_text_cb, NULL);
  g_assert_false (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (depot_gauge_get_level (DEPOT_GAUGE (fixture->proxy)), ==, 1);
  gauge_run (&fixture->gauge, set_short_text_cb, NULL);
  gauge_fixture_wait_level (fixture, 2);
  g_assert_cmpstr (depot_gauge_get_text (DEPOT_GAUGE (fixture->proxy)), ==, "short");
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
    gauge_fixture_publish (fixture, "$norpc.services", NULL, g_variant_new ("()"));
  gauge_fixture_wait (fixture);
  g_assert_cmpint (natsConnection_Flush (fixture->raw.nats), ==, NATS_OK);
  n = count_messages (questions);
  natsSubscription_Destroy (questions);
  g_assert_cmpuint (n, <=, 2 + (guint) ((g_get_monotonic_time () - start) / (100 * G_TIME_SPAN_MILLISECOND)));
}

static natsMsg *
ask_gauge (GaugeFixture *fixture,
           const char   *member,
           const char   *type,
           GVariant     *body)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (body);
  g_autofree char *subject = g_strconcat (GAUGE_SUBJECT, member, NULL);
  const char *headers[] = { "Norpc-Type", type, NULL };

  return raw_client_ask (&fixture->raw, subject, g_variant_get_data (sunk), g_variant_get_size (sunk), headers);
}

/* Returns the values in a reply, which is released, as text (owned). */
static char *
print_values (natsMsg *reply)
{
  g_autoptr (GBytes) bytes = g_bytes_new (natsMsg_GetData (reply), (gsize) natsMsg_GetDataLength (reply));
  g_autoptr (GVariant) values = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("(a{sv})"), bytes, FALSE));
  const char *type;

  g_assert_cmpint (natsMsgHeader_Get (reply, "Norpc-Type", &type), ==, NATS_OK);
  g_assert_cmpstr (type, ==, "(a{sv})");
  natsMsg_Destroy (reply);

  return g_variant_print (values, TRUE);
}

/* Properties can be read and written without norpc-glib. */
static void
test_requests (GaugeFixture  *fixture,
               gconstpointer  unused)
{
  g_autofree char *all = print_values (ask_gauge (fixture, "$get", "()", g_variant_new ("()")));
  g_autofree char *set = print_values (ask_gauge (fixture, "$set", "(sv)",
                                                  g_variant_new ("(sv)", "Level", g_variant_new_int32 (170))));

  g_assert_cmpstr (all, ==, "({'Level': <1>, 'Label': <@ms nothing>, 'Text': <'first'>, 'Count': <uint32 0>},)");
  g_assert_cmpstr (set, ==, "({'Level': <100>},)");
  gauge_fixture_wait_seen (fixture, "100 ");
  assert_refused (ask_gauge (fixture, "$get", "(s)", g_variant_new ("(s)", "x")), "400", "Norpc-Type");
  assert_refused (ask_gauge (fixture, "$set", "(ss)", g_variant_new ("(ss)", "Level", "x")), "400", "Norpc-Type");
  assert_refused (ask_gauge (fixture, "$set", "(sv)", g_variant_new ("(sv)", "Level", g_variant_new_string ("x"))),
                  "400", "'Level'");
  assert_refused (ask_gauge (fixture, "$set", "(sv)", g_variant_new ("(sv)", "Text", g_variant_new_string ("x"))),
                  "400", "Gauge.Text can only be read");
  assert_refused (ask_gauge (fixture, "$set", "(sv)", g_variant_new ("(sv)", "None", g_variant_new_string ("x"))),
                  "404", "Gauge.None");
  assert_refused (ask_gauge (fixture, "$set", "(sv)", g_variant_new ("(sv)", "Token", g_variant_new_string ("x"))),
                  "404", "Gauge.Token");
}

static void
add_tests (void)
{
  GAUGE_TEST ("/nats/events/order", test_order);
  GAUGE_TEST ("/nats/events/first-values", test_first_values);
  GAUGE_TEST ("/nats/events/changes", test_changes);
  GAUGE_TEST ("/nats/events/writes", test_writes);
  GAUGE_TEST ("/nats/events/takeover", test_takeover);
  GAUGE_TEST ("/nats/events/without-proxies", test_without_proxies);
  GAUGE_TEST ("/nats/events/no-news", test_no_news);
  GAUGE_TEST ("/nats/events/other-stays", test_other_stays);
  GAUGE_TEST ("/nats/events/none-stays", test_none_stays);
  GAUGE_TEST ("/nats/events/reconnect", test_reconnect);
  GAUGE_TEST ("/nats/events/proxy-before-service", test_proxy_before_service);
  GAUGE_TEST ("/nats/events/wrong-messages", test_wrong_messages);
  GAUGE_TEST ("/nats/events/requests", test_requests);
  GAUGE_TEST ("/nats/events/flood", test_flood);
  GAUGE_TEST ("/nats/events/slow-server", test_slow_server);
  GAUGE_TEST ("/nats/events/too-large", test_too_large);
  GAUGE_TEST ("/nats/events/many-hints", test_many_hints);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
