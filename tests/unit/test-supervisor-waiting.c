/* test-supervisor-waiting.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that wait until a service has started. */

#include "call/norpc-call-private.h"
#include "supervisor-fixture.h"

/* A call that waits can be cancelled, and frees its place at once. */
static void
test_waiting_calls (Supervised    *self,
                    gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *freed_in = NULL;
  g_autoptr (GBytes) bytes = tracked_bytes_new (&freed_in);
  Outcome cancelled = { 0 }, busy = { 0 }, last = { 0 };
  Outcome *outcomes = g_new0 (Outcome, NORPC_CHANNEL_DEFAULT_CAPACITY);

  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  probe_probe_proxy_call_noop (self->proxy, cancellable, noop_cb, &cancelled);
  for (guint i = 1; i < NORPC_CHANNEL_DEFAULT_CAPACITY; i++)
    probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcomes[i]);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &busy);
  outcome_wait (&busy);
  g_assert_error (busy.error, NORPC_ERROR, NORPC_ERROR_BUSY);

  g_cancellable_cancel (cancellable);
  outcome_wait (&cancelled);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &last);

  supervised_open (self);
  outcome_wait (&last);
  g_assert_no_error (last.error);
  for (guint i = 1; i < NORPC_CHANNEL_DEFAULT_CAPACITY; i++)
    g_assert_cmpuint (outcomes[i].n, ==, 1);
  g_assert_cmpuint (probe_state_get_n_handled (supervised_get_state (self, 0)), ==, NORPC_CHANNEL_DEFAULT_CAPACITY);
  outcome_clear (&busy);
  outcome_clear (&cancelled);
  g_free (outcomes);
}

static void
shed_cb (NorpcReply *reply,
         gpointer    error)
{
  norpc_reply_propagate_error (reply, error);
  norpc_reply_unref (reply);
}

/* A call that must not wait does not wait for a service either, even if it passes a load shed just before the start. */
static void
test_load_shed (Supervised    *self,
                gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (NorpcEndpoint) shed = g_object_ref_sink (NORPC_ENDPOINT (norpc_load_shed_new ()));
  g_autoptr (ProbeProbeProxy) proxy = NULL;
  Outcome outcome = { 0 }, later = { 0 };
  g_autoptr (GError) error = NULL;
  NorpcCall *call = norpc_call_new (probe_probe_interface_info (), 0);

  norpc_layer_set_endpoint (NORPC_LAYER (shed), NORPC_ENDPOINT (self->supervisor));
  proxy = probe_probe_proxy_new (shed);
  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_BUSY);
  call->must_not_wait = TRUE;
  norpc_endpoint_call (NORPC_ENDPOINT (self->supervisor), call, NULL, shed_cb, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  supervised_open (self);
  supervised_call (self, 0, NULL);
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &later);
  outcome_wait (&later);
  g_assert_no_error (later.error);
  outcome_clear (&outcome);
}

static void
ready_cb (GObject      *endpoint,
          GAsyncResult *result,
          gpointer      data)
{
  Outcome *outcome = data;

  outcome->ok = norpc_endpoint_ready_finish (NORPC_ENDPOINT (endpoint), result, &outcome->error);
  outcome->thread = g_thread_self ();
  outcome->n++;
}

/* Clients can wait for the start of a service. */
static void
test_readiness (Supervised    *self,
                gconstpointer  unused G_GNUC_UNUSED)
{
  NorpcEndpoint *endpoint = NORPC_ENDPOINT (self->supervisor);
  Outcome new = { 0 }, failed = { 0 }, ready = { 0 }, at_once = { 0 }, blocked = { 0 };

  norpc_endpoint_ready_async (endpoint, NULL, ready_cb, &new);
  outcome_wait (&new);
  g_assert_error (new.error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  self->closed = TRUE;
  self->n_failures = 1;
  norpc_supervisor_start (self->supervisor);
  norpc_endpoint_ready_async (endpoint, NULL, ready_cb, &failed);
  supervised_open (self);
  outcome_wait (&failed);
  g_assert_error (failed.error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  supervised_wait (self, NORPC_SUPERVISOR_WAITING);
  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  norpc_manual_clock_advance (self->clock, 100);
  supervised_wait_blocked (self, 1);
  probe_probe_proxy_call_block (self->proxy, NULL, block_cb, &blocked);
  norpc_endpoint_ready_async (endpoint, NULL, ready_cb, &ready);
  iterate ();
  g_assert_cmpuint (ready.n, ==, 0);
  supervised_open (self);
  outcome_wait (&ready);
  g_assert_no_error (ready.error);
  norpc_endpoint_ready_async (endpoint, NULL, ready_cb, &at_once);
  outcome_wait (&at_once);
  g_assert_no_error (at_once.error);

  /* There is room for a call, although the service blocks. */
  probe_state_open_gate (supervised_get_state (self, 1));
  outcome_wait (&blocked);
  g_assert_no_error (blocked.error);
  outcome_clear (&new);
  outcome_clear (&failed);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SUPERVISED_TEST ("/supervisor/waiting-calls", test_waiting_calls);
  SUPERVISED_TEST ("/supervisor/load-shed", test_load_shed);
  SUPERVISED_TEST ("/supervisor/readiness", test_readiness);

  return g_test_run ();
}
