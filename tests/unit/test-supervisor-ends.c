/* test-supervisor-ends.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that end, and when the next one follows. */

#include "supervisor-fixture.h"

/* Reasons reach the clients, and delays double. */
static void
test_cannot_be_made (Supervised    *self,
                     gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  self->n_failures = 2;
  norpc_supervisor_start (self->supervisor);
  supervised_wait (self, NORPC_SUPERVISOR_WAITING);
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its service has ended: no device 0");
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (self->supervisor)));
  error = norpc_supervisor_dup_error (self->supervisor);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  norpc_manual_clock_advance (self->clock, 99);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_WAITING);
  supervised_assert_made (self, 1);
  norpc_manual_clock_advance (self->clock, 1);
  supervised_wait (self, NORPC_SUPERVISOR_WAITING);
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its service has ended: no device 1");
  norpc_manual_clock_advance (self->clock, 199);
  supervised_assert_made (self, 2);
  norpc_manual_clock_advance (self->clock, 1);
  supervised_call (self, 0, NULL);
  supervised_assert_made (self, 3);
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

  supervised_wait (self, NORPC_SUPERVISOR_WAITING);
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
      supervised_wait (self, NORPC_SUPERVISOR_WAITING);
      norpc_manual_clock_advance (self->clock, 100 << i);
    }
  supervised_wait (self, NORPC_SUPERVISOR_FAILED);
  supervised_assert_made (self, 3);
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (self->supervisor)));
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its service has ended too often: no device 2");
  norpc_manual_clock_advance (self->clock, 10 * 1000);
  supervised_assert_made (self, 3);

  /* It is tried again if the application says so, as at first. */
  self->n_failures = 1;
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  supervised_wait (self, NORPC_SUPERVISOR_WAITING);
  norpc_manual_clock_advance (self->clock, 100);
  supervised_call (self, 0, NULL);
  supervised_assert_made (self, 5);
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
      supervised_wait (self, NORPC_SUPERVISOR_WAITING);
      norpc_manual_clock_advance (self->clock, 100);
    }
  supervised_call (self, 0, NULL);
  supervised_assert_made (self, 4);

  norpc_manual_clock_advance (self->clock, 800);
  supervised_stop_server (self);
  supervised_wait (self, NORPC_SUPERVISOR_FAILED);
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
  supervised_wait (self, NORPC_SUPERVISOR_WAITING);
  supervised_call (self, NORPC_ERROR_CLOSED, "*was rejected: its service has ended: Its server has stopped");
  error = norpc_supervisor_dup_error (self->supervisor);
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_manual_clock_advance (self->clock, 100);
  supervised_call (self, 0, NULL);
  g_assert_cmpuint (probe_state_get_n_handled (supervised_get_state (self, 1)), ==, 1);
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
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_RUNNING);
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 2);
  outcome_clear (&outcome);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SUPERVISED_TEST ("/supervisor/cannot-be-made", test_cannot_be_made);
  SUPERVISED_TEST ("/supervisor/does-not-start", test_does_not_start);
  SUPERVISED_TEST ("/supervisor/ends-too-often", test_ends_too_often);
  SUPERVISED_TEST ("/supervisor/window", test_window);
  SUPERVISED_TEST ("/supervisor/server-stops", test_server_stops);
  SUPERVISED_TEST ("/supervisor/start-timeout", test_start_timeout);

  return g_test_run ();
}
