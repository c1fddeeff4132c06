/* test-channel.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The queue to a service: its bound, its order, and who may share it. */

#include "fixture.h"

/* One call is in the service, as many as fit wait, the next is refused. */
static void
test_full (Fixture       *fixture,
           gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);
  Outcome blocked = { 0 }, waiting[4] = { { 0 } }, refused = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (norpc_channel_get_capacity (channel), ==, 4);
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  g_assert_cmpuint (norpc_channel_get_length (channel), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &waiting[i]);
  g_assert_cmpuint (norpc_channel_get_length (channel), ==, 4);

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &refused);
  g_assert_cmpuint (refused.n, ==, 0);
  outcome_wait (&refused);
  g_assert_error (refused.error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_cmpstr (refused.error->message, ==,
                   "org.example.Probe.Noop was rejected: 4 calls are already waiting");
  outcome_clear (&refused);

  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);

  probe_state_open_gate (fixture->state);
  outcome_wait (&blocked);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      outcome_wait (&waiting[i]);
      g_assert_no_error (waiting[i].error);
    }

  g_clear_error (&error);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (norpc_channel_get_length (channel), ==, 0);
}

/* The bound also counts what the service has taken off the queue at once and
 * not come to.
 */
static void
test_full_behind_a_batch (Fixture       *fixture,
                          gconstpointer  unused)
{
  Outcome blocked = { 0 }, second = { 0 }, waiting[4] = { { 0 } }, refused = { 0 };
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);

  /* The service sleeps until the first is sent; four wait behind it however
   * many it takes at once.
   */
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &second);
  for (guint i = 0; i < 3; i++)
    probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &waiting[i]);
  g_assert_cmpuint (norpc_channel_get_length (channel), ==, 4);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &refused);
  outcome_wait (&refused);
  g_assert_error (refused.error, NORPC_ERROR, NORPC_ERROR_BUSY);
  outcome_clear (&refused);

  probe_state_open_gate (fixture->state);
  outcome_wait (&blocked);
  norpc_call_unref (probe_state_take_held (fixture->state));
  outcome_wait (&second);
  outcome_clear (&second);
  for (guint i = 0; i < 3; i++)
    outcome_wait (&waiting[i]);
}

static void
test_not_started (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (ProbeProbeProxy) proxy =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_channel_is_closed (norpc_server_get_channel (server)));
  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "not been started"));

  g_clear_object (&server);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
test_order (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1000; i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, NULL, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));

  g_assert_cmpuint (fixture->state->numbers->len, ==, 1000);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (g_array_index (fixture->state->numbers, guint, i), ==, i);
}

#define N_THREADS 8
#define N_CALLS 200

static gpointer
client_thread (gpointer data)
{
  gpointer *args = data;
  Fixture *fixture = args[0];
  guint first = GPOINTER_TO_UINT (args[1]);

  for (guint i = 0; i < N_CALLS; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (probe_probe_proxy_call_note_sync (fixture->proxy, first + i, NULL, &error));
      g_assert_no_error (error);
    }

  return NULL;
}

/* Many threads, one proxy: nothing is lost, and each one's order is kept. */
static void
test_shared (Fixture       *fixture,
             gconstpointer  unused)
{
  GThread *threads[N_THREADS];
  gpointer args[N_THREADS][2];
  guint next[N_THREADS] = { 0 };

  for (guint i = 0; i < N_THREADS; i++)
    {
      args[i][0] = fixture;
      args[i][1] = GUINT_TO_POINTER (i * N_CALLS);
      threads[i] = g_thread_new ("client", client_thread, args[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (fixture->state->numbers->len, ==, N_THREADS * N_CALLS);
  for (guint i = 0; i < N_THREADS * N_CALLS; i++)
    {
      guint number = g_array_index (fixture->state->numbers, guint, i);
      guint client = number / N_CALLS;

      g_assert_cmpuint (number % N_CALLS, ==, next[client]);
      next[client]++;
    }
}

static void
test_one_server (Fixture       *fixture,
                 gconstpointer  unused)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) second = NULL;
  g_autoptr (GError) error = NULL;

  second = g_object_new (NORPC_TYPE_SERVER,
                         "service", service,
                         "channel", norpc_server_get_channel (fixture->server),
                         NULL);
  g_assert_false (norpc_server_start (second, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_clear_object (&second);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);

  /* The first has not suffered. */
  g_clear_error (&error);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_CAPACITY ("/channel/full", 4, test_full);
  TEST_CAPACITY ("/channel/full-behind-a-batch", 4, test_full_behind_a_batch);
  g_test_add_func ("/channel/not-started", test_not_started);
  TEST ("/channel/order", test_order);
  TEST ("/channel/shared", test_shared);
  TEST ("/channel/one-server", test_one_server);

  return g_test_run ();
}
