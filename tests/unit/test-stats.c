/* test-stats.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The statistics of a server. */

#include "call/norpc-call-private.h"
#include "fixture.h"

#define MILLISECOND 1000000 /* in nanoseconds */

static void
set_up (Fixture       *fixture,
        gconstpointer  capacity)
{
  fixture_set_up (fixture, capacity);
  norpc_server_set_collect_stats (fixture->server, TRUE);
}

#define TEST_STATS(path, func) \
  g_test_add (path, Fixture, NULL, set_up, func, fixture_tear_down)

/* How often calls of @method ended so, and nothing else is in @stats. */
static void
assert_only (NorpcServer  *server,
             const char   *method,
             NorpcOutcome  outcome,
             guint64       n)
{
  g_autoptr (NorpcStats) stats = norpc_server_get_stats (server);
  NorpcMethodStats *method_stats = norpc_stats_get_method (stats, method);

  g_assert_nonnull (method_stats);
  g_assert_cmpuint (norpc_method_stats_get_n_calls (method_stats), ==, n);
  g_assert_cmpuint (norpc_method_stats_get_n_in_flight (method_stats), ==, 0);
  for (guint i = 0; i < NORPC_N_OUTCOMES; i++)
    g_assert_cmpuint (norpc_method_stats_get_n_ended (method_stats, (NorpcOutcome) i),
                      ==, i == outcome ? n : 0);
}

static void
test_off (Fixture       *fixture,
          gconstpointer  unused)
{
  g_autoptr (NorpcStats) stats = NULL;

  g_assert_false (norpc_server_get_collect_stats (fixture->server));
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_false (norpc_metrics_are_enabled ());

  stats = norpc_server_get_stats (fixture->server);
  g_assert_cmpuint (norpc_stats_get_methods (stats)->len, ==, 0);
  g_assert_null (norpc_stats_get_method (stats, "Noop"));
  g_assert_cmpuint (norpc_method_stats_get_n_calls (norpc_stats_get_total (stats)), ==, 0);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           gpointer    user_data)
{
  guint *n = user_data;

  (*n)++;
}

/* Counts are kept; calls that are sent while statistics are off do not count. */
static void
test_on_and_off (Fixture       *fixture,
                 gconstpointer  unused)
{
  guint n_notified = 0;

  g_signal_connect (fixture->server, "notify::collect-stats", G_CALLBACK (notify_cb), &n_notified);

  g_object_set (fixture->server, "collect-stats", TRUE, NULL);
  g_object_set (fixture->server, "collect-stats", TRUE, NULL);
  g_assert_true (norpc_server_get_collect_stats (fixture->server));
  g_assert_cmpuint (n_notified, ==, 1);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  assert_only (fixture->server, "Noop", NORPC_OUTCOME_ANSWERED, 1);

  norpc_server_set_collect_stats (fixture->server, FALSE);
  g_assert_cmpuint (n_notified, ==, 2);
  g_assert_false (norpc_metrics_are_enabled ());
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  assert_only (fixture->server, "Noop", NORPC_OUTCOME_ANSWERED, 1);

  norpc_server_set_collect_stats (fixture->server, TRUE);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  assert_only (fixture->server, "Noop", NORPC_OUTCOME_ANSWERED, 2);
}

static void
send_sync (Fixture   *fixture,
           NorpcCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcReply) reply =
    norpc_endpoint_call_sync (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)), call, NULL, &error);

  g_assert_no_error (error);
}

/* It counts whether statistics are on when a call is sent, not when it is created. */
static void
test_created_before (Fixture       *fixture,
                     gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  guint noop = (guint) norpc_interface_info_find_method (info, "Noop");
  NorpcCall *early, *late;

  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  early = norpc_call_new (info, noop);
  g_assert_null (norpc_call_get_metrics_part (early));
  norpc_server_set_collect_stats (fixture->server, TRUE);
  late = norpc_call_new (info, noop);
  g_assert_nonnull (norpc_call_get_metrics_part (late));

  send_sync (fixture, early);
  assert_only (fixture->server, "Noop", NORPC_OUTCOME_ANSWERED, 1);
  norpc_server_set_collect_stats (fixture->server, FALSE);
  send_sync (fixture, late);
  assert_only (fixture->server, "Noop", NORPC_OUTCOME_ANSWERED, 1);
}

static void
test_names (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcStats) stats = NULL;
  NorpcMethodStats *noop;

  g_assert_false (probe_probe_proxy_call_fail_sync (fixture->proxy, NULL, NULL));
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));

  stats = norpc_server_get_stats (fixture->server);
  noop = norpc_stats_get_method (stats, "Noop");
  g_assert_cmpuint (norpc_stats_get_methods (stats)->len, ==, 2);
  g_assert_true (norpc_stats_get_methods (stats)->pdata[0] == noop);
  g_assert_true (norpc_stats_get_method (stats, "org.example.Probe.Noop") == noop);
  g_assert_null (norpc_stats_get_method (stats, "org.example.Probe"));
  g_assert_null (norpc_stats_get_method (stats, "org.example.Probe/Noop"));
  g_assert_null (norpc_stats_get_method (stats, "Probe.Noop"));
  g_assert_cmpstr (norpc_method_stats_get_interface_name (noop), ==, "org.example.Probe");
  g_assert_cmpstr (norpc_method_stats_get_method_name (noop), ==, "Noop");
  g_assert_null (norpc_method_stats_get_method_name (norpc_stats_get_total (stats)));
  g_assert_cmpuint (norpc_method_stats_get_n_calls (norpc_stats_get_total (stats)), ==, 2);
}

static void
call_error (ProbeProbeProxy *proxy,
            gboolean       (*call_sync) (ProbeProbeProxy *, GCancellable *, GError **),
            GCancellable    *cancellable)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (call_sync (proxy, cancellable, &error));
  g_assert_nonnull (error);
}

static void
test_outcomes (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  call_error (fixture->proxy, probe_probe_proxy_call_fail_sync, NULL);
  assert_only (fixture->server, "Fail", NORPC_OUTCOME_FAILED, 1);

  call_error (fixture->proxy, probe_probe_proxy_call_mute_sync, NULL);
  assert_only (fixture->server, "Mute", NORPC_OUTCOME_FAILED, 1);

  call_error (fixture->proxy, probe_probe_proxy_call_drop_sync, NULL);
  assert_only (fixture->server, "Drop", NORPC_OUTCOME_NO_REPLY, 1);

  call_error (fixture->proxy, probe_probe_proxy_call_hold_briefly_sync, NULL);
  assert_only (fixture->server, "HoldBriefly", NORPC_OUTCOME_TIMED_OUT, 1);

  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  call_error (fixture->proxy, probe_probe_proxy_call_noop_sync, NULL);
  assert_only (fixture->server, "Noop", NORPC_OUTCOME_CLOSED, 1);
}

static void
test_not_implemented (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (ProbeOtherProxy) other =
    probe_other_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));

  g_assert_false (probe_other_proxy_call_nothing_sync (other, NULL, NULL));
  assert_only (fixture->server, "Nothing", NORPC_OUTCOME_NOT_IMPLEMENTED, 1);
}

static void
call_itself (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  norpc_call_return_gerror (call, error);
}

/* An error that the service passes on counts as its own. */
static void
test_would_deadlock (Fixture       *fixture,
                     gconstpointer  unused)
{
  fixture->state->run = call_itself;
  fixture->state->run_data = fixture;

  call_error (fixture->proxy, probe_probe_proxy_call_run_sync, NULL);
  assert_only (fixture->server, "Noop", NORPC_OUTCOME_WOULD_DEADLOCK, 1);
  assert_only (fixture->server, "Run", NORPC_OUTCOME_FAILED, 1);
}

static void
return_error (ProbeService *service,
              NorpcCall    *call,
              gpointer      code)
{
  norpc_call_return_error_literal (call, G_IO_ERROR, GPOINTER_TO_INT (code), "as told");
}

/* Whatever a service's own errors look like. */
static void
test_own_errors (Fixture       *fixture,
                 gconstpointer  unused)
{
  const int codes[] = { G_IO_ERROR_CANCELLED, NORPC_ERROR_NOT_IMPLEMENTED, NORPC_ERROR_NO_REPLY };

  fixture->state->run = return_error;
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      fixture->state->run_data = GINT_TO_POINTER (codes[i]);
      call_error (fixture->proxy, probe_probe_proxy_call_run_sync, NULL);
      assert_only (fixture->server, "Run", NORPC_OUTCOME_FAILED, i + 1);
    }
}

/* A call that its client cancels while sending it counts as sent. */
static void
test_ended_before (void)
{
  NorpcStatsRecorder *recorder = norpc_stats_recorder_new ();
  g_autoptr (NorpcCall) call = norpc_call_new (probe_probe_interface_info (), 0);
  g_autoptr (NorpcStats) stats = NULL;
  NorpcMethodStats *noop;

  norpc_stats_recorder_set_on (recorder, TRUE);
  norpc_call_cancel (call, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "as told"));
  norpc_metrics_call_sent (call, &recorder);

  stats = norpc_stats_recorder_get_stats (recorder, 0);
  noop = norpc_stats_get_method (stats, "Noop");
  g_assert_cmpuint (norpc_method_stats_get_n_calls (noop), ==, 1);
  g_assert_cmpuint (norpc_method_stats_get_n_ended (noop, NORPC_OUTCOME_CANCELLED), ==, 1);
  norpc_stats_recorder_free (recorder);
}

/* In the handler, in the queue, without room, and out of both. */
static void
test_queue (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcStats) full = NULL;
  g_autoptr (NorpcStats) empty = NULL;
  NorpcMethodStats *noop;
  Outcome block = { 0 }, waiting[3] = { 0 }, refused = { 0 };

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &block);
  probe_state_wait_blocked (fixture->state);
  for (guint i = 0; i < 3; i++)
    probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &waiting[i]);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &refused);

  full = norpc_server_get_stats (fixture->server);
  noop = norpc_stats_get_method (full, "Noop");
  g_assert_cmpuint (norpc_stats_get_n_waiting (full), ==, 3);
  g_assert_cmpuint (norpc_stats_get_max_waiting (full), ==, 3);
  g_assert_cmpuint (norpc_method_stats_get_n_calls (noop), ==, 4);
  g_assert_cmpuint (norpc_method_stats_get_n_in_flight (noop), ==, 3);
  g_assert_cmpuint (norpc_method_stats_get_n_ended (noop, NORPC_OUTCOME_BUSY), ==, 1);
  g_assert_cmpuint (norpc_method_stats_get_n_in_flight (norpc_stats_get_total (full)), ==, 4);

  g_cancellable_cancel (cancellable);
  probe_state_open_gate (fixture->state);
  outcome_wait (&block);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));

  empty = norpc_server_get_stats (fixture->server);
  noop = norpc_stats_get_method (empty, "Noop");
  g_assert_cmpuint (norpc_stats_get_n_waiting (empty), ==, 0);
  g_assert_cmpuint (norpc_stats_get_max_waiting (empty), ==, 3);
  g_assert_cmpuint (norpc_method_stats_get_n_in_flight (noop), ==, 0);
  g_assert_cmpuint (norpc_method_stats_get_n_ended (noop, NORPC_OUTCOME_CANCELLED), ==, 3);
  g_assert_cmpuint (norpc_method_stats_get_n_ended (noop, NORPC_OUTCOME_ANSWERED), ==, 1);
  g_assert_cmpuint (norpc_method_stats_get_n_in_flight (norpc_stats_get_total (empty)), ==, 0);

  for (guint i = 0; i < 3; i++)
    outcome_clear (&waiting[i]);
  outcome_clear (&refused);
}

/* A call that waits behind a handler that takes its time, which both of them
 * tell.
 */
static void
test_latencies (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (NorpcStats) stats = NULL;
  NorpcMethodStats *block_stats, *noop_stats;
  Outcome block = { 0 }, noop = { 0 };

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &block);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &noop);
  g_usleep (20 * 1000);
  probe_state_open_gate (fixture->state);
  outcome_wait (&block);
  while (noop.n == 0)
    g_main_context_iteration (NULL, TRUE);

  stats = norpc_server_get_stats (fixture->server);
  block_stats = norpc_stats_get_method (stats, "Block");
  noop_stats = norpc_stats_get_method (stats, "Noop");

#define PERCENTILE(stats, latency) \
  norpc_method_stats_get_percentile (stats, NORPC_LATENCY_ ## latency, 50)

  g_assert_cmpint (PERCENTILE (block_stats, HANDLING), >, 19 * MILLISECOND);
  g_assert_cmpint (PERCENTILE (block_stats, TOTAL), >=, PERCENTILE (block_stats, HANDLING));
  g_assert_cmpint (PERCENTILE (block_stats, WAITING), <=, PERCENTILE (block_stats, TOTAL));
  g_assert_cmpint (PERCENTILE (noop_stats, WAITING), >, 19 * MILLISECOND);
  g_assert_cmpint (PERCENTILE (noop_stats, TOTAL), >=, PERCENTILE (noop_stats, WAITING));
  g_assert_cmpint (PERCENTILE (noop_stats, HANDLING), <=, PERCENTILE (noop_stats, TOTAL));
}

/* A call that was refused has no latency, so it does not make others look fast. */
static void
test_refused_latency (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (NorpcStats) stats = NULL;
  g_autoptr (GError) error = NULL;
  NorpcMethodStats *noop;

  norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  call_error (fixture->proxy, probe_probe_proxy_call_noop_sync, NULL);

  stats = norpc_server_get_stats (fixture->server);
  noop = norpc_stats_get_method (stats, "Noop");
  for (guint i = 0; i < NORPC_N_LATENCIES; i++)
    g_assert_cmpint (norpc_method_stats_get_percentile (noop, (NorpcLatency) i, 100), ==, 0);
}

/* The counters that calls in flight use outlive their recorder. */
static void
test_outlives_server (Fixture       *fixture,
                      gconstpointer  unused)
{
  NorpcStatsRecorder *recorder = norpc_stats_recorder_new ();
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcMethodRecorder *first, *last;

  first = norpc_stats_recorder_begin (recorder, info, 0);
  last = norpc_stats_recorder_begin (recorder, info, 0);
  norpc_method_recorder_end (norpc_stats_recorder_begin (recorder, info, 0), NORPC_OUTCOME_ANSWERED);
  norpc_stats_recorder_free (recorder);

  norpc_method_recorder_end (first, NORPC_OUTCOME_ANSWERED);
  norpc_method_recorder_add_latency (last, NORPC_LATENCY_TOTAL, 1);
  norpc_method_recorder_end (last, NORPC_OUTCOME_ANSWERED);
}

#define N_CALLS 2000

static gpointer
call_many (gpointer data)
{
  ProbeProbeProxy *proxy = data;

  for (guint i = 0; i < N_CALLS; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));

  return NULL;
}

/* Reads while others call: numbers only grow, and fit together. */
static void
test_threads (Fixture       *fixture,
              gconstpointer  unused)
{
  GThread *threads[2];
  guint64 n_last = 0, n_last_answered = 0, n_calls = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", call_many, fixture->proxy);

  while (n_calls < N_CALLS * G_N_ELEMENTS (threads))
    {
      g_autoptr (NorpcStats) stats = norpc_server_get_stats (fixture->server);
      NorpcMethodStats *total = norpc_stats_get_total (stats);
      guint64 n_answered = norpc_method_stats_get_n_ended (total, NORPC_OUTCOME_ANSWERED);

      n_calls = norpc_method_stats_get_n_calls (total);
      g_assert_cmpuint (n_calls, >=, n_last);
      g_assert_cmpuint (n_answered, >=, n_last_answered);
      g_assert_cmpuint (n_answered, <=, n_calls);
      n_last = n_calls;
      n_last_answered = n_answered;
    }

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_only (fixture->server, "Noop", NORPC_OUTCOME_ANSWERED, N_CALLS * G_N_ELEMENTS (threads));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/stats/off", test_off);
  TEST ("/stats/on-and-off", test_on_and_off);
  TEST ("/stats/created-before", test_created_before);
  TEST_STATS ("/stats/names", test_names);
  TEST_STATS ("/stats/outcomes", test_outcomes);
  TEST_STATS ("/stats/not-implemented", test_not_implemented);
  TEST_STATS ("/stats/would-deadlock", test_would_deadlock);
  g_test_add ("/stats/queue", Fixture, GUINT_TO_POINTER (3), set_up, test_queue, fixture_tear_down);
  TEST_STATS ("/stats/own-errors", test_own_errors);
  g_test_add_func ("/stats/ended-before", test_ended_before);
  TEST_STATS ("/stats/latencies", test_latencies);
  TEST_STATS ("/stats/refused-latency", test_refused_latency);
  TEST_STATS ("/stats/outlives-server", test_outlives_server);
  TEST_STATS ("/stats/threads", test_threads);

  return g_test_run ();
}
