/* test-supervisor-stop.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Supervisors that are stopped or released. */

#include "supervisor-fixture.h"

/* A stop that another thread cancels. */
typedef struct
{
  NorpcSupervisor *supervisor;  /* (unowned) */
  GCancellable    *cancellable; /* (unowned) */
} Cancelled;

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
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_STOPPED);
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
  g_assert_cmpint (norpc_supervisor_get_state (self->supervisor), ==, NORPC_SUPERVISOR_STOPPED);
  supervised_assert_made (self, 1);
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

  while (norpc_supervisor_get_state (self->supervisor) != NORPC_SUPERVISOR_STOPPED)
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
  supervised_assert_made (self, 1);
  g_assert_nonnull (self->states[0]->finalized_in);
  g_assert_null (self->states[0]->started_in);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_clear (&outcome);
  g_thread_join (thread);
}

/* Runs in a thread of the test. */
static gpointer
cancel_later (gpointer data)
{
  Cancelled *cancelled = data;

  while (norpc_supervisor_get_state (cancelled->supervisor) != NORPC_SUPERVISOR_STOPPED)
    g_thread_yield ();
  g_cancellable_cancel (cancelled->cancellable);

  return NULL;
}

/* The function that makes a service may take long: a program that ends, for example, does not wait for it. */
static void
test_stop_cancelled (Supervised    *self,
                     gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Cancelled cancelled = { self->supervisor, cancellable };
  GThread *thread;

  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  thread = g_thread_new ("cancels", cancel_later, &cancelled);
  g_assert_false (norpc_supervisor_stop (self->supervisor, NORPC_STOP_ABANDON, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);

  thread = g_thread_new ("opens", open_later, self);
  g_assert_true (norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &again));
  g_assert_no_error (again);
  g_thread_join (thread);
  supervised_assert_made (self, 1);
  probe_state_wait_finalized (self->states[0]);
  g_assert_true (self->states[0]->finalized_in == self->threads[0]);
  g_assert_null (self->states[0]->started_in);
}

/* The operation waits for the function that makes a service, too. */
static void
test_stop_async_while_starting (Supervised    *self,
                                gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome outcome = { 0 }, cancelled = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait_blocked (self, 1);
  norpc_supervisor_stop_async (self->supervisor, NORPC_STOP_FINISH, NULL, NULL, NULL);
  norpc_supervisor_stop_async (self->supervisor, NORPC_STOP_FINISH, NULL, stop_cb, &outcome);
  norpc_supervisor_stop_async (self->supervisor, NORPC_STOP_FINISH, cancellable, stop_cb, &cancelled);
  iterate ();
  g_assert_cmpuint (outcome.n + cancelled.n, ==, 0);
  g_cancellable_cancel (cancellable);
  outcome_wait (&cancelled);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (outcome.n, ==, 0);

  supervised_open (self);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_true (outcome.ok);
  supervised_assert_made (self, 1);
  g_assert_null (self->states[0]->started_in);
  outcome_clear (&cancelled);
}

/* It can be released in each of its states; the fixture waits for the rest. */
static void
test_release (Supervised    *self,
              gconstpointer  state)
{
  switch (GPOINTER_TO_INT (state))
    {
    case NORPC_SUPERVISOR_STARTING:
      self->closed = TRUE;
      norpc_supervisor_start (self->supervisor);
      supervised_wait_blocked (self, 1);
      g_clear_object (&self->proxy);
      g_clear_object (&self->supervisor);
      supervised_open (self);
      break;

    case NORPC_SUPERVISOR_RUNNING:
      norpc_supervisor_start (self->supervisor);
      supervised_call (self, 0, NULL);
      break;

    case NORPC_SUPERVISOR_WAITING:
      self->n_failures = 1;
      norpc_supervisor_start (self->supervisor);
      supervised_wait (self, NORPC_SUPERVISOR_WAITING);
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
  supervised_assert_made (self, 0);
}

/* The function that creates a service would wait for itself. Its service is not started. */
static void
test_stop_in_function (Supervised    *self,
                       gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  self->stops = TRUE;
  norpc_supervisor_start (self->supervisor);
  supervised_wait (self, NORPC_SUPERVISOR_STOPPED);
  g_assert_true (norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  supervised_assert_made (self, 1);
  g_assert_error (self->stop_error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_assert_cmpstr (self->stop_error->message, ==,
                   "The supervisor was stopped in the function that creates its service");
  g_assert_null (self->states[0]->started_in);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SUPERVISED_TEST ("/supervisor/stop", test_stop);
  SUPERVISED_TEST ("/supervisor/stop-async", test_stop_async);
  SUPERVISED_TEST ("/supervisor/stop-while-starting", test_stop_while_starting);
  SUPERVISED_TEST ("/supervisor/stop-cancelled", test_stop_cancelled);
  SUPERVISED_TEST ("/supervisor/stop-async-while-starting", test_stop_async_while_starting);
  g_test_add ("/supervisor/release/new", Supervised, NULL, release_set_up, test_release, supervised_tear_down);
  g_test_add ("/supervisor/release/starting", Supervised, GINT_TO_POINTER (NORPC_SUPERVISOR_STARTING), release_set_up,
              test_release, supervised_tear_down);
  g_test_add ("/supervisor/release/running", Supervised, GINT_TO_POINTER (NORPC_SUPERVISOR_RUNNING), release_set_up,
              test_release, supervised_tear_down);
  g_test_add ("/supervisor/release/waiting", Supervised, GINT_TO_POINTER (NORPC_SUPERVISOR_WAITING), release_set_up,
              test_release, supervised_tear_down);
  g_test_add ("/supervisor/stop-before-made", Supervised, GINT_TO_POINTER (TRUE), supervised_set_up,
              test_stop_before_made, supervised_tear_down);
  SUPERVISED_TEST ("/supervisor/stop-in-function", test_stop_in_function);
  g_test_add ("/supervisor/stop-in-function/in-context", Supervised, GINT_TO_POINTER (TRUE), supervised_set_up,
              test_stop_in_function, supervised_tear_down);

  return g_test_run ();
}
