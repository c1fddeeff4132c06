/* test-open-calls-layers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many calls a service behind layers may have open at once. */

#include "channel/norpc-channel-private.h"
#include "layer-fixture.h"

static void
end (ProbeState      *state,
     NorpcServer     *server,
     ProbeProbeProxy *proxy)
{
  g_clear_object (&server);
  g_clear_object (&proxy);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* A call that a layer of the server holds is open, until it is cancelled. */
static void
test_held_by_layer (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  NorpcChannel *channel = norpc_server_get_channel (server);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (channel));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *call;

  g_clear_object (&service);
  norpc_server_set_max_open_calls (server, 2);
  norpc_server_add_layer (server, NORPC_LAYER (norpc_concurrency_limit_new (1)));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);
  call = probe_state_take_held (state);
  probe_probe_proxy_call_noop (proxy, cancellable, NULL, NULL);
  while (norpc_channel_get_n_open (channel) < 2)
    g_thread_yield ();

  probe_probe_proxy_call_noop (proxy, NULL, NULL, NULL);
  g_cancellable_cancel (cancellable);
  while (norpc_channel_get_length (channel) > 0)
    g_thread_yield ();
  g_assert_cmpuint (probe_state_get_n_handled (state), ==, 1);
  norpc_call_unref (call);
  g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (state), ==, 3);

  end (state, g_steal_pointer (&server), g_steal_pointer (&proxy));
}

/* The service has an attempt at the call, which retries in the server make: @n_retries, one
 * behind the other.
 */
static void
test_retried (gconstpointer n_retries)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  NorpcChannel *channel = norpc_server_get_channel (server);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (channel));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome held = { 0 }, waiting = { 0 };
  NorpcCall *call;

  g_clear_object (&service);
  norpc_server_set_max_open_calls (server, 1);
  for (guint i = 0; i < GPOINTER_TO_UINT (n_retries); i++)
    norpc_server_add_layer (server, NORPC_LAYER (norpc_retry_new (2)));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  probe_probe_proxy_call_hold (proxy, cancellable, hold_cb, &held);
  call = probe_state_take_held (state);
  while (norpc_channel_get_n_open (channel) < 1)
    g_thread_yield ();

  g_cancellable_cancel (cancellable);
  outcome_wait (&held);
  g_assert_error (held.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&held);
  g_assert_true (norpc_call_is_cancelled (call));
  g_assert_cmpuint (norpc_channel_get_n_open (channel), ==, 1);

  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &waiting);
  g_assert_cmpuint (norpc_channel_get_length (channel), ==, 1);
  norpc_call_return_values (call, 0, NULL);
  outcome_wait (&waiting);
  g_assert_no_error (waiting.error);
  g_assert_cmpuint (norpc_channel_get_n_open (channel), ==, 0);
  norpc_call_unref (call);

  end (state, g_steal_pointer (&server), g_steal_pointer (&proxy));
}

/* A client has cancelled its call, and the attempt at it, which waits to be handled, is about to be
 * cancelled. The service, which may have got another call instead, is not given it.
 */
static void
test_unwanted (Fixture       *fixture,
               gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) outer = NULL;
  Outcome cancelled = { 0 }, attempted = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &cancelled);
  outer = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_block (fixture->proxy, NULL, NULL, NULL);
  probe_state_wait_blocked (fixture->state);
  norpc_endpoint_call (NORPC_ENDPOINT (channel), norpc_call_copy (outer), NULL, reply_cb, &attempted);
  g_cancellable_cancel (cancellable);
  probe_state_open_gate (fixture->state);

  outcome_wait (&attempted);
  g_assert_error (attempted.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_async_queue_length (fixture->state->held), ==, 0);
  outcome_wait (&cancelled);
  outcome_clear (&cancelled);
  outcome_clear (&attempted);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/open-calls-layers/held", test_held_by_layer);
  g_test_add_data_func ("/open-calls-layers/retried", GUINT_TO_POINTER (1), test_retried);
  g_test_add_data_func ("/open-calls-layers/retried-twice", GUINT_TO_POINTER (2), test_retried);
  TEST ("/open-calls-layers/unwanted", test_unwanted);

  return g_test_run ();
}
