/* test-supervisor-restart.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that are replaced on demand. */

#include "supervisor-fixture.h"

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
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_STARTING);
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
  supervised_assert_made (self, 1);
  norpc_manual_clock_advance (self->clock, 1);
  outcome_wait (&later);
  g_assert_no_error (later.error);
  supervised_assert_made (self, 2);

  /* The end of the old one changes nothing. */
  probe_state_open_gate (state);
  probe_state_wait_finalized (state);
  supervised_call (self, 0, NULL);
  supervised_assert_made (self, 2);
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
  supervised_assert_made (self, 2);
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
  supervised_assert_made (self, 1);
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  outcome_wait (&held);
  g_assert_no_error (held.error);
  outcome_wait (&later);
  g_assert_no_error (later.error);
  supervised_assert_made (self, 2);

  probe_probe_proxy_call_block (self->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (supervised_get_state (self, 1));
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_FINISH);
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  outcome_wait (&blocked);
  g_assert_error (blocked.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_manual_clock_advance (self->clock, 1000);
  supervised_call (self, 0, NULL);
  supervised_assert_made (self, 3);
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
  supervised_assert_made (self, 2);
  g_assert_null (supervised_get_state (self, 0)->started_in);
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SUPERVISED_TEST ("/supervisor/restart", test_restart);
  SUPERVISED_TEST ("/supervisor/restart-hanging", test_restart_hanging);
  SUPERVISED_TEST ("/supervisor/restart-in-service", test_restart_in_service);
  SUPERVISED_TEST ("/supervisor/restart-finishes", test_restart_finishes);
  SUPERVISED_TEST ("/supervisor/restart-hanging-start", test_restart_hanging_start);
  SUPERVISED_TEST ("/supervisor/restart-while-starting", test_restart_while_starting);

  return g_test_run ();
}
