/* test-nats-exports.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The main context of an export, its interfaces, and its end. */

#include <string.h>

#include "nats-fixture.h"

static gpointer
run_loop (gpointer loop)
{
  g_main_loop_run (loop);

  return NULL;
}

/* The thread that runs the context of an export need not have made it its thread default. */
static void
test_context_not_pushed (Fixture       *fixture,
                         gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  GThread *thread;

  fixture_unexport (fixture);
  g_main_context_push_thread_default (context);
  make_export (fixture);
  g_main_context_pop_thread_default (context);
  thread = g_thread_new ("export", run_loop, loop);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 10000);
  fixture_assert_echo (fixture);
  g_main_loop_quit (loop);
  g_thread_join (thread);
  g_clear_object (&fixture->export);
}

/* A call whose service has ended its export, and the next one. */
static void
test_unexport (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = depot_state_wait_held (fixture->state);
  fixture_unexport (fixture);
  norpc_nats_connection_flush_sync (fixture->served, 30000, &error);
  g_assert_no_error (error);
  g_assert_null (depot_depot_proxy_call_echo_sync (fixture->proxy, "", NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_call_return_error_literal (call, NORPC_ERROR, NORPC_ERROR_FAILED, "");
  outcome_assert (&outcome, NORPC_ERROR, NORPC_ERROR_FAILED);
}

static void
export_in (Fixture      *fixture,
           GMainContext *context)
{
  fixture_unexport (fixture);
  g_main_context_push_thread_default (context);
  make_export (fixture);
  g_main_context_pop_thread_default (context);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
}

/* The export is released when no thread will handle the replies of calls that the service has. */
static void
test_context_ends (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Outcome outcomes[3] = { { 0 } };

  export_in (fixture, context);
  for (guint i = 0; i < 3; i++)
    {
      depot_depot_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[i]);
      while (depot_state_get_n_handled (fixture->state) == i)
        g_main_context_iteration (context, FALSE);
    }
  g_clear_object (&fixture->export);
  for (guint i = 0; i < 3; i++)
    {
      outcome_wait (&outcomes[i]);
      g_assert_nonnull (strstr (outcomes[i].error->message,
                                "Depot.Hold was interrupted: the service is not available any more"));
      outcome_assert (&outcomes[i], NORPC_ERROR, NORPC_ERROR_CLOSED);
    }

  /* A thread that runs the context later does not answer again. */
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (NorpcCall) call = depot_state_wait_held (fixture->state);

      norpc_call_return_error_literal (call, NORPC_ERROR, NORPC_ERROR_FAILED, "");
    }
  while (g_main_context_iteration (context, FALSE))
    ;
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (outcomes[i].n, ==, 0);
}

static void
add_twice (gpointer data)
{
  Fixture *fixture = data;
  g_autoptr (GError) error = NULL;

  norpc_nats_export_add_interface (fixture->export, depot_admin_interface_info (), &error);
  g_assert_no_error (error);
  g_assert_false (norpc_nats_export_add_interface (fixture->export, depot_depot_interface_info (), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
}

/* Another interface of the export, which this service does not implement. */
static void
test_interfaces (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_autoptr (DepotAdminProxy) admin = depot_admin_proxy_new (NORPC_ENDPOINT (fixture->endpoint));
  g_autoptr (GError) error = NULL;

  g_assert_false (depot_admin_proxy_call_reset_sync (admin, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);
  run_in_thread (fixture->thread, add_twice, fixture);
  norpc_nats_connection_flush_sync (fixture->served, 30000, NULL);
  g_assert_false (depot_admin_proxy_call_reset_sync (admin, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
}

static void
add_tests (void)
{
  TEST ("/nats/exports/context-not-pushed", test_context_not_pushed);
  TEST ("/nats/exports/unexport", test_unexport);
  TEST ("/nats/exports/context-ends", test_context_ends);
  TEST ("/nats/exports/interfaces", test_interfaces);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
