/* test-supervisor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that are replaced when they end. */

#include "call/norpc-call-private.h"
#include "supervisor-fixture.h"

#define STARTING NORPC_SUPERVISOR_STARTING
#define RUNNING  NORPC_SUPERVISOR_RUNNING
#define WAITING  NORPC_SUPERVISOR_WAITING
#define FAILED   NORPC_SUPERVISOR_FAILED
#define STOPPED  NORPC_SUPERVISOR_STOPPED

static void
assert_made (Supervised *self,
             guint       n_made)
{
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->n_made, ==, n_made);
  g_mutex_unlock (&self->lock);
}

/* Calls fail until the start, and then wait for the service, which is made in its own thread. */
static void
test_start (Supervised    *self,
            gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome outcome = { 0 };
  ProbeState *state;

  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_NEW);
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (self->supervisor)));
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its supervisor has not been started");

  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, STARTING);
  g_assert_false (norpc_endpoint_is_closed (NORPC_ENDPOINT (self->supervisor)));
  g_assert_false (norpc_endpoint_is_ready (NORPC_ENDPOINT (self->supervisor)));
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  iterate ();
  g_assert_cmpuint (outcome.n, ==, 0);

  supervised_open (self);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, RUNNING);
  g_assert_true (norpc_endpoint_is_ready (NORPC_ENDPOINT (self->supervisor)));
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 1);
  state = supervised_get_state (self, 0);
  g_assert_true (self->threads[0] != g_thread_self ());
  g_assert_true (self->threads[0] == probe_state_get_thread (state, &state->thread));
  g_assert_true (self->threads[0] == probe_state_get_thread (state, &state->started_in));

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, 0, NULL);
  assert_made (self, 1);
  outcome_clear (&outcome);
}

/* Reasons reach the clients, and delays double. */
static void
test_cannot_be_made (Supervised    *self,
                     gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  self->n_failures = 2;
  norpc_supervisor_start (self->supervisor);
  supervised_wait (self, WAITING);
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its service has ended: no device 0");
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (self->supervisor)));
  error = norpc_supervisor_dup_error (self->supervisor);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  norpc_manual_clock_advance (self->clock, 99);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, WAITING);
  assert_made (self, 1);
  norpc_manual_clock_advance (self->clock, 1);
  supervised_wait (self, WAITING);
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its service has ended: no device 1");
  norpc_manual_clock_advance (self->clock, 199);
  assert_made (self, 2);
  norpc_manual_clock_advance (self->clock, 1);
  supervised_call (self, 0, NULL);
  assert_made (self, 3);
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 3);
}

/* A service that does not start stops, and is finalized in its thread. Calls that have waited fail. */
static void
test_does_not_start (Supervised    *self,
                     gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome outcome = { 0 };
  ProbeState *state;

  self->closed = TRUE;
  self->n_failing_starts = 1;
  norpc_supervisor_start (self->supervisor);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  supervised_open (self);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (outcome.error->message, "its service has ended: no room"));
  state = supervised_get_state (self, 0);
  probe_state_wait_finalized (state);
  g_assert_true (state->finalized_in == self->threads[0]);
  g_assert_null (state->stopped_in);

  supervised_wait (self, WAITING);
  norpc_manual_clock_advance (self->clock, 100);
  supervised_call (self, 0, NULL);
  outcome_clear (&outcome);
}

static void
test_ends_too_often (Supervised    *self,
                     gconstpointer  unused G_GNUC_UNUSED)
{
  g_object_set (self->supervisor, "max-restarts", 2, NULL);
  self->n_failures = 3;
  norpc_supervisor_start (self->supervisor);
  for (guint i = 0; i < 2; i++)
    {
      supervised_wait (self, WAITING);
      norpc_manual_clock_advance (self->clock, 100 << i);
    }
  supervised_wait (self, FAILED);
  assert_made (self, 3);
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (self->supervisor)));
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its service has ended too often: no device 2");
  norpc_manual_clock_advance (self->clock, 10 * 1000);
  assert_made (self, 3);

  /* It is tried again if the application says so, as at first. */
  self->n_failures = 1;
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  supervised_wait (self, WAITING);
  norpc_manual_clock_advance (self->clock, 100);
  supervised_call (self, 0, NULL);
  assert_made (self, 5);
}

/* Ends that are long ago do not count, and a service that has run for long is replaced soon. */
static void
test_window (Supervised    *self,
             gconstpointer  unused G_GNUC_UNUSED)
{
  self->makes_servers = TRUE;
  g_object_set (self->supervisor, "max-restarts", 1, "window", 1000, NULL);
  norpc_supervisor_start (self->supervisor);
  for (guint i = 0; i < 3; i++)
    {
      supervised_call (self, 0, NULL);
      norpc_manual_clock_advance (self->clock, 1001);
      supervised_stop_server (self);
      supervised_wait (self, WAITING);
      norpc_manual_clock_advance (self->clock, 100);
    }
  supervised_call (self, 0, NULL);
  assert_made (self, 4);

  norpc_manual_clock_advance (self->clock, 800);
  supervised_stop_server (self);
  supervised_wait (self, FAILED);
}

/* Calls in flight and signals: see test-supervisor-events.c. A server that stops by itself has finished its calls. */
static void
test_server_stops (Supervised    *self,
                   gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  ProbeState *state;

  self->makes_servers = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_call (self, 0, NULL);
  state = supervised_get_state (self, 0);
  g_assert_true (self->threads[0] == probe_state_get_thread (state, &state->thread));
  supervised_stop_server (self);
  supervised_wait (self, WAITING);
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its service has ended: Its server has stopped");
  error = norpc_supervisor_dup_error (self->supervisor);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_manual_clock_advance (self->clock, 100);
  supervised_call (self, 0, NULL);
  g_assert_cmpuint (probe_state_get_n_handled (supervised_get_state (self, 1)), ==, 1);
}

/* The function may return something that is wrong. */
static GObject *
make_nothing (gpointer   user_data G_GNUC_UNUSED,
              GError   **error G_GNUC_UNUSED)
{
  return NULL;
}

static GObject *
make_cancellable (gpointer   user_data G_GNUC_UNUSED,
                  GError   **error G_GNUC_UNUSED)
{
  return G_OBJECT (g_cancellable_new ());
}

static GObject *
make_used_server (gpointer   user_data,
                  GError   **error G_GNUC_UNUSED)
{
  return g_object_ref (G_OBJECT (user_data));
}

static void
assert_wrong (NorpcSupervisorFunc  func,
              gpointer             data,
              const char          *message)
{
  g_autoptr (NorpcSupervisor) supervisor = norpc_supervisor_new (func, data, NULL);
  g_autoptr (GError) error = NULL;

  g_object_set (supervisor, "max-restarts", 0, NULL);
  norpc_supervisor_start (supervisor);
  while (norpc_supervisor_get_state (supervisor) != FAILED)
    g_thread_yield ();
  error = norpc_supervisor_dup_error (supervisor);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_wrong_services (Fixture       *fixture,
                     gconstpointer  unused G_GNUC_UNUSED)
{
  assert_wrong (make_nothing, NULL, "No service was created, and no reason was given");
  assert_wrong (make_cancellable, NULL, "GCancellable implements no interface of a description, so it cannot be called");
  assert_wrong (make_used_server, fixture->server, "The server has already been started");
}

/* A service that is replaced stops first. Its calls fail, later ones wait for the next service. */
static void
test_restart (Supervised    *self,
              gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome held = { 0 }, later = { 0 };
  NorpcCall *call;
  ProbeState *state;

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, 0, NULL);
  state = supervised_get_state (self, 0);
  probe_probe_proxy_call_hold (self->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (state);

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  g_mutex_unlock (&self->lock);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, STARTING);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &later);
  supervised_wait_blocked (self, 1);
  g_assert_true (probe_state_get_thread (state, &state->stopped_in) == self->threads[0]);
  probe_state_wait_finalized (state);
  outcome_wait (&held);
  g_assert_error (held.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (held.error->message, "its service was replaced"));
  iterate ();
  g_assert_cmpuint (later.n, ==, 0);

  supervised_open (self);
  outcome_wait (&later);
  g_assert_no_error (later.error);
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 2);
  g_assert_null (norpc_supervisor_dup_error (self->supervisor));
  norpc_call_unref (call);
  outcome_clear (&held);
  outcome_clear (&later);
}

/* A service that does not stop is replaced after a second. */
static void
test_restart_hanging (Supervised    *self,
                      gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome blocked = { 0 }, later = { 0 };
  ProbeState *state;

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, 0, NULL);
  state = supervised_get_state (self, 0);
  probe_probe_proxy_call_block (self->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (state);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  outcome_wait (&blocked);
  g_assert_error (blocked.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &later);
  norpc_manual_clock_advance (self->clock, 999);
  iterate ();
  assert_made (self, 1);
  norpc_manual_clock_advance (self->clock, 1);
  outcome_wait (&later);
  g_assert_no_error (later.error);
  assert_made (self, 2);

  /* The end of the old one changes nothing. */
  probe_state_open_gate (state);
  probe_state_wait_finalized (state);
  supervised_call (self, 0, NULL);
  assert_made (self, 2);
  outcome_clear (&blocked);
  outcome_clear (&later);
}

/* Runs in the service's context. */
static void
restart_cb (ProbeService *service G_GNUC_UNUSED,
            NorpcCall    *call,
            gpointer      data)
{
  norpc_supervisor_restart (data, NORPC_STOP_FINISH);
  norpc_call_return_values (call, 0, NULL);
}

/* Services may replace themselves, and still answer. */
static void
test_restart_in_service (Supervised    *self,
                         gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome outcome = { 0 };
  ProbeState *state;

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, 0, NULL);
  state = supervised_get_state (self, 0);
  state->run = restart_cb;
  state->run_data = self->supervisor;
  probe_probe_proxy_call_run (self->proxy, NULL, run_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  supervised_call (self, 0, NULL);
  assert_made (self, 2);
}

/* A service that is replaced finishes its calls before the next one is made. If that takes too long, it is abandoned. */
static void
test_restart_finishes (Supervised    *self,
                       gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome held = { 0 }, blocked = { 0 }, later = { 0 };
  NorpcCall *call;

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, 0, NULL);
  probe_probe_proxy_call_hold (self->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (supervised_get_state (self, 0));
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_FINISH);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &later);
  norpc_manual_clock_advance (self->clock, 100 * 1000);
  iterate ();
  assert_made (self, 1);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  outcome_wait (&held);
  g_assert_no_error (held.error);
  outcome_wait (&later);
  g_assert_no_error (later.error);
  assert_made (self, 2);

  probe_probe_proxy_call_block (self->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (supervised_get_state (self, 1));
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_FINISH);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  outcome_wait (&blocked);
  g_assert_error (blocked.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_manual_clock_advance (self->clock, 1000);
  supervised_call (self, 0, NULL);
  assert_made (self, 3);
  probe_state_open_gate (supervised_get_state (self, 1));
  outcome_clear (&blocked);
}

/* A start that is to be replaced does not get more time. */
static void
test_restart_hanging_start (Supervised    *self,
                            gconstpointer  unused G_GNUC_UNUSED)
{
  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_FINISH);
  norpc_manual_clock_advance (self->clock, NORPC_DEFAULT_SYNC_TIMEOUT);
  supervised_wait_blocked (self, 2);
  supervised_open (self);
  supervised_call (self, 0, NULL);
}

/* While a service is made, it is replaced by the next one, too. */
static void
test_restart_while_starting (Supervised    *self,
                             gconstpointer  unused G_GNUC_UNUSED)
{
  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  supervised_open (self);
  supervised_call (self, 0, NULL);
  assert_made (self, 2);
  g_assert_null (supervised_get_state (self, 0)->started_in);
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 2);
}

/* A start that hangs is an end. Nothing comes of it later. */
static void
test_start_timeout (Supervised    *self,
                    gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome outcome = { 0 };

  g_object_set (self->supervisor, "start-timeout", 500, NULL);
  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  norpc_manual_clock_advance (self->clock, 499);
  iterate ();
  g_assert_cmpuint (outcome.n, ==, 0);
  norpc_manual_clock_advance (self->clock, 1);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (outcome.error->message, "its service has ended: It did not start in time"));

  norpc_manual_clock_advance (self->clock, 100);
  supervised_wait_blocked (self, 2);
  supervised_open (self);
  supervised_call (self, 0, NULL);
  norpc_manual_clock_advance (self->clock, 10 * 1000);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, RUNNING);
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 2);
  outcome_clear (&outcome);
}

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

  supervised_wait (self, WAITING);
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

/* The service finishes what it has accepted, and no other one follows. */
static void
test_stop (Supervised    *self,
           gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  Outcome held = { 0 };
  NorpcCall *call;

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, 0, NULL);
  probe_probe_proxy_call_hold (self->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (supervised_get_state (self, 0));
  norpc_supervisor_stop_async (self->supervisor, NORPC_STOP_FINISH, NULL, NULL, NULL);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, STOPPED);
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its supervisor was stopped");
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  g_assert_true (norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  g_assert_nonnull (supervised_get_state (self, 0)->finalized_in);
  outcome_wait (&held);
  g_assert_no_error (held.error);

  norpc_manual_clock_advance (self->clock, 10 * 1000);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  norpc_supervisor_start (self->supervisor);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, STOPPED);
  assert_made (self, 1);
}

static void
stop_cb (GObject      *supervisor,
         GAsyncResult *result,
         gpointer      data)
{
  Outcome *outcome = data;

  outcome->ok = norpc_supervisor_stop_finish (NORPC_SUPERVISOR (supervisor), result, &outcome->error);
  outcome->thread = g_thread_self ();
  outcome->n++;
}

static void
test_stop_async (Supervised    *self,
                 gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome outcome = { 0 }, again = { 0 }, blocked = { 0 }, cancelled = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, 0, NULL);
  probe_probe_proxy_call_block (self->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (supervised_get_state (self, 0));
  norpc_supervisor_stop_async (self->supervisor, NORPC_STOP_FINISH, cancellable, stop_cb, &cancelled);
  g_cancellable_cancel (cancellable);
  outcome_wait (&cancelled);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  norpc_supervisor_stop_async (self->supervisor, NORPC_STOP_ABANDON, NULL, stop_cb, &outcome);
  outcome_wait (&blocked);
  g_assert_error (blocked.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  iterate ();
  g_assert_cmpuint (outcome.n, ==, 0);
  probe_state_open_gate (supervised_get_state (self, 0));
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  norpc_supervisor_stop_async (self->supervisor, NORPC_STOP_FINISH, NULL, stop_cb, &again);
  outcome_wait (&again);
  g_assert_no_error (again.error);
  outcome_clear (&blocked);
  outcome_clear (&cancelled);
}

/* Runs in a thread of the test. */
static gpointer
open_later (gpointer data)
{
  Supervised *self = data;

  while (norpc_supervisor_get_state (self->supervisor) != STOPPED)
    g_thread_yield ();
  supervised_open (self);

  return NULL;
}

/* A service that is being made is not started, and waited for. */
static void
test_stop_while_starting (Supervised    *self,
                          gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };
  GThread *thread;

  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  thread = g_thread_new ("opens", open_later, self);
  g_assert_true (norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  assert_made (self, 1);
  g_assert_nonnull (self->states[0]->finalized_in);
  g_assert_null (self->states[0]->started_in);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_clear (&outcome);
  g_thread_join (thread);
}

/* It can be released in each of its states; the fixture waits for the rest. */
static void
test_release (Supervised    *self,
              gconstpointer  state)
{
  switch (GPOINTER_TO_INT (state))
    {
    case STARTING:
      self->closed = TRUE;
      norpc_supervisor_start (self->supervisor);
      supervised_wait_blocked (self, 1);
      g_clear_object (&self->proxy);
      g_clear_object (&self->supervisor);
      supervised_open (self);
      break;

    case RUNNING:
      norpc_supervisor_start (self->supervisor);
      supervised_call (self, 0, NULL);
      break;

    case WAITING:
      self->n_failures = 1;
      norpc_supervisor_start (self->supervisor);
      supervised_wait (self, WAITING);
      break;

    default:
      break;
    }
}

static void
release_set_up (Supervised    *self,
                gconstpointer  state G_GNUC_UNUSED)
{
  supervised_set_up (self, NULL);
}

/* Services in a context of the application are made there, one after the other. */
static void
test_in_context (Supervised    *self,
                 gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, NORPC_ERROR_WOULD_DEADLOCK, "*");
  assert_made (self, 0);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_true (self->threads[0] == g_thread_self ());
  supervised_call (self, NORPC_ERROR_WOULD_DEADLOCK, "*");

  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  assert_made (self, 1);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  outcome_clear (&outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  assert_made (self, 2);
  g_assert_nonnull (self->states[0]->finalized_in);
  g_assert_true (norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
}

/* A supervisor that is stopped before its context has run makes no service. */
static void
test_stop_before_made (Supervised    *self,
                       gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  norpc_supervisor_start (self->supervisor);
  g_assert_true (norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  iterate ();
  assert_made (self, 0);
}

/* A thread that owns the context of the services, and does not run it, cannot wait for them. */
static void
test_in_own_context (Supervised    *self,
                     gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_clear_object (&self->proxy);
  g_clear_object (&self->supervisor);
  self->supervisor = norpc_supervisor_new_in_context (context, make_nothing, NULL, NULL);
  self->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (self->supervisor));
  g_assert_true (g_main_context_acquire (context));
  norpc_supervisor_start (self->supervisor);
  supervised_call (self, NORPC_ERROR_WOULD_DEADLOCK, "*");
  g_main_context_release (context);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SUPERVISED_TEST ("/supervisor/start", test_start);
  SUPERVISED_TEST ("/supervisor/cannot-be-made", test_cannot_be_made);
  SUPERVISED_TEST ("/supervisor/does-not-start", test_does_not_start);
  SUPERVISED_TEST ("/supervisor/ends-too-often", test_ends_too_often);
  SUPERVISED_TEST ("/supervisor/window", test_window);
  SUPERVISED_TEST ("/supervisor/server-stops", test_server_stops);
  TEST ("/supervisor/wrong-services", test_wrong_services);
  SUPERVISED_TEST ("/supervisor/restart", test_restart);
  SUPERVISED_TEST ("/supervisor/restart-hanging", test_restart_hanging);
  SUPERVISED_TEST ("/supervisor/restart-in-service", test_restart_in_service);
  SUPERVISED_TEST ("/supervisor/restart-finishes", test_restart_finishes);
  SUPERVISED_TEST ("/supervisor/restart-hanging-start", test_restart_hanging_start);
  SUPERVISED_TEST ("/supervisor/restart-while-starting", test_restart_while_starting);
  SUPERVISED_TEST ("/supervisor/start-timeout", test_start_timeout);
  SUPERVISED_TEST ("/supervisor/waiting-calls", test_waiting_calls);
  SUPERVISED_TEST ("/supervisor/load-shed", test_load_shed);
  SUPERVISED_TEST ("/supervisor/readiness", test_readiness);
  SUPERVISED_TEST ("/supervisor/in-own-context", test_in_own_context);
  SUPERVISED_TEST ("/supervisor/stop", test_stop);
  SUPERVISED_TEST ("/supervisor/stop-async", test_stop_async);
  SUPERVISED_TEST ("/supervisor/stop-while-starting", test_stop_while_starting);
  g_test_add ("/supervisor/release/new", Supervised, NULL, release_set_up, test_release, supervised_tear_down);
  g_test_add ("/supervisor/release/starting", Supervised, GINT_TO_POINTER (STARTING), release_set_up, test_release,
              supervised_tear_down);
  g_test_add ("/supervisor/release/running", Supervised, GINT_TO_POINTER (RUNNING), release_set_up, test_release,
              supervised_tear_down);
  g_test_add ("/supervisor/release/waiting", Supervised, GINT_TO_POINTER (WAITING), release_set_up, test_release,
              supervised_tear_down);
  g_test_add ("/supervisor/stop-before-made", Supervised, GINT_TO_POINTER (TRUE), supervised_set_up,
              test_stop_before_made, supervised_tear_down);
  g_test_add ("/supervisor/in-context", Supervised, GINT_TO_POINTER (TRUE), supervised_set_up, test_in_context,
              supervised_tear_down);

  return g_test_run ();
}
