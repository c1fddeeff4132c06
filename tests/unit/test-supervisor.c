/* test-supervisor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Services that a supervisor makes: when, where, and which. */

#include "supervisor-fixture.h"

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
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_STARTING);
  g_assert_false (norpc_endpoint_is_closed (NORPC_ENDPOINT (self->supervisor)));
  g_assert_false (norpc_endpoint_is_ready (NORPC_ENDPOINT (self->supervisor)));
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  iterate ();
  g_assert_cmpuint (outcome.n, ==, 0);

  supervised_open (self);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_RUNNING);
  g_assert_true (norpc_endpoint_is_ready (NORPC_ENDPOINT (self->supervisor)));
  g_assert_cmpuint (norpc_supervisor_get_n_starts (self->supervisor), ==, 1);
  state = supervised_get_state (self, 0);
  g_assert_true (self->threads[0] != g_thread_self ());
  g_assert_true (self->threads[0] == probe_state_get_thread (state, &state->thread));
  g_assert_true (self->threads[0] == probe_state_get_thread (state, &state->started_in));

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, 0, NULL);
  supervised_assert_made (self, 1);
  outcome_clear (&outcome);
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
  while (norpc_supervisor_get_state (supervisor) != NORPC_SUPERVISOR_FAILED)
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

/* Services in a context of the application are made there, one after the other. */
static void
test_in_context (Supervised    *self,
                 gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  norpc_supervisor_start (self->supervisor);
  supervised_call (self, NORPC_ERROR_WOULD_DEADLOCK, "*");
  supervised_assert_made (self, 0);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_true (self->threads[0] == g_thread_self ());
  supervised_call (self, NORPC_ERROR_WOULD_DEADLOCK, "*");

  norpc_supervisor_restart (self->supervisor, NORPC_STOP_ABANDON);
  supervised_assert_made (self, 1);
  probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &outcome);
  outcome_clear (&outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  supervised_assert_made (self, 2);
  g_assert_nonnull (self->states[0]->finalized_in);
  g_assert_true (norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
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
  TEST ("/supervisor/wrong-services", test_wrong_services);
  SUPERVISED_TEST ("/supervisor/in-own-context", test_in_own_context);
  g_test_add ("/supervisor/in-context", Supervised, GINT_TO_POINTER (TRUE), supervised_set_up, test_in_context,
              supervised_tear_down);

  return g_test_run ();
}
