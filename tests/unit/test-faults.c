/* test-faults.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Faults of services and clients, and the result of each. */

#include "fixture.h"

/* A server of its own beside that of the fixture. */
typedef struct
{
  ProbeState      *state;
  NorpcServer     *server;
  ProbeProbeProxy *proxy;
} Other;

static void
other_start (Other *other)
{
  g_autoptr (GObject) service = NULL;
  g_autoptr (GError) error = NULL;

  other->state = probe_state_new ();
  service = probe_service_new (other->state);
  other->server = norpc_server_new (service);
  other->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (other->server)));
  norpc_server_start (other->server, NULL, &error);
  g_assert_no_error (error);
}

static void
other_end (Other *other)
{
  g_clear_object (&other->server);
  g_clear_object (&other->proxy);
  probe_state_wait_finalized (other->state);
  probe_state_free (other->state);
}

/* Others go on, and who gave a call a time is told when it is up, whether it runs
 * or waits.
 */
static void
test_service_that_blocks (Fixture       *fixture,
                          gconstpointer  unused)
{
  Outcome running = { 0 }, waiting = { 0 };
  g_autoptr (GError) error = NULL;
  Other other;

  other_start (&other);
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), get_some_time ());
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &running);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &waiting);

  g_assert_true (probe_probe_proxy_call_noop_sync (other.proxy, NULL, &error));
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_wait (&running);
  outcome_wait (&waiting);
  g_assert_error (running.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_error (waiting.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);

  /* It still blocks; then it goes on with what has not ended. */
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
  probe_state_open_gate (fixture->state);
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 0);
  g_clear_error (&error);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 2);

  outcome_clear (&running);
  outcome_clear (&waiting);
  other_end (&other);
}

#define N_CALLS 1000

static void
call_in (GMainContext    *context,
         ProbeProbeProxy *proxy,
         Outcome         *outcomes)
{
  g_main_context_push_thread_default (context);
  for (guint i = 0; i < N_CALLS; i++)
    probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &outcomes[i]);
  g_main_context_pop_thread_default (context);
}

static void
check_all_came (GMainContext *context,
                Outcome      *outcomes)
{
  g_main_context_push_thread_default (context);
  for (guint i = 0; i < N_CALLS; i++)
    {
      outcome_wait (&outcomes[i]);
      g_assert_no_error (outcomes[i].error);
    }
  g_main_context_pop_thread_default (context);
}

/* The service is not held up, and stops; what was answered waits until somebody
 * runs the context.
 */
static void
test_context_that_nobody_runs (Fixture       *fixture,
                               gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autofree Outcome *outcomes = g_new0 (Outcome, N_CALLS);
  g_autoptr (GError) error = NULL;

  call_in (context, fixture->proxy, outcomes);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, N_CALLS + 1);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  for (guint i = 0; i < N_CALLS; i++)
    g_assert_cmpuint (outcomes[i].n, ==, 0);

  check_all_came (context, outcomes);
}

typedef struct
{
  ProbeProbeProxy *proxy;   /* (unowned) */
  GMainContext    *context; /* (owned) */
  Outcome         *outcomes;
} Leaver;

static gpointer
call_and_leave (gpointer data)
{
  Leaver *leaver = data;

  call_in (leaver->context, leaver->proxy, leaver->outcomes);

  return NULL;
}

/* The context outlives its thread: another may run it, and has the replies. */
static void
test_thread_that_leaves (Fixture       *fixture,
                         gconstpointer  unused)
{
  Leaver leaver = { fixture->proxy, g_main_context_new (), g_new0 (Outcome, N_CALLS) };
  Outcome blocked = { 0 };

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  g_thread_join (g_thread_new ("leaver", call_and_leave, &leaver));
  probe_state_open_gate (fixture->state);

  check_all_came (leaver.context, leaver.outcomes);
  outcome_wait (&blocked);
  g_assert_no_error (blocked.error);
  g_main_context_unref (leaver.context);
  g_free (leaver.outcomes);
}

static guint
get_n_proxies (void)
{
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
  return 10000;
#else
  return g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 2000 : 100000;
#endif
}

static void
count_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  guint *n = user_data;

  probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, &error);
  g_assert_no_error (error);
  (*n)++;
}

static void
gone_cb (gpointer  data,
         GObject  *object)
{
  guint *n = data;

  (*n)++;
}

/* Each has been released when its call has completed. */
static void
test_many_proxies (Fixture       *fixture,
                   gconstpointer  unused)
{
  NorpcEndpoint *endpoint = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  guint n_answered = 0, n_gone = 0, n = get_n_proxies ();
  Outcome blocked = { 0 };

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (endpoint);

      g_object_weak_ref (G_OBJECT (proxy), gone_cb, &n_gone);
      probe_probe_proxy_call_noop (proxy, NULL, count_cb, &n_answered);
    }
  g_assert_cmpuint (n_gone, ==, 0);

  probe_state_open_gate (fixture->state);
  while (n_gone < n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_answered, ==, n);
  outcome_wait (&blocked);
}

/* Calls until the server is gone. */
static gpointer
call_until_closed (gpointer data)
{
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (data);
  g_autoptr (GError) error = NULL;

  while (probe_probe_proxy_call_noop_sync (proxy, NULL, &error))
    ;
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  return NULL;
}

/* Clients whose calls are being sent, are pending, or are being handled are notified at
 * once, even while the service still blocks.
 */
static void
test_server_that_is_dropped (Fixture       *fixture,
                             gconstpointer  unused)
{
  NorpcEndpoint *endpoint = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));
  Outcome served = { 0 }, waiting = { 0 };
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("client", call_until_closed, endpoint);
  while (probe_state_get_n_handled (fixture->state) < 100)
    g_thread_yield ();
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &served);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &waiting);

  g_clear_object (&fixture->server);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  outcome_wait (&served);
  outcome_wait (&waiting);
  g_assert_error (served.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_error (waiting.error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  outcome_clear (&served);
  outcome_clear (&waiting);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/faults/service-that-blocks", test_service_that_blocks);
  TEST_CAPACITY ("/faults/context-that-nobody-runs", N_CALLS + 1, test_context_that_nobody_runs);
  TEST_CAPACITY ("/faults/thread-that-leaves", N_CALLS, test_thread_that_leaves);
  TEST_CAPACITY ("/faults/many-proxies", 100000, test_many_proxies);
  TEST ("/faults/server-that-is-dropped", test_server_that_is_dropped);

  return g_test_run ();
}
