/* test-thread.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Threads, and servers that share one. */

#include "fixture.h"

static void
test_shared (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new ("shared");
  g_autoptr (GError) error = NULL;
  Fixture parts[3];

  g_assert_cmpstr (norpc_thread_get_name (thread), ==, "shared");
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      fixture_set_up_on_thread (&parts[i], thread);
      g_assert_true (probe_probe_proxy_call_noop_sync (parts[i].proxy, NULL, &error));
      g_assert_true (parts[i].state->thread == parts[0].state->thread);
    }

  /* One that stops leaves the others be. */
  g_assert_true (norpc_server_stop (parts[0].server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_true (probe_probe_proxy_call_noop_sync (parts[1].proxy, NULL, &error));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    fixture_release (&parts[i]);
  norpc_thread_stop (thread);
}

/* Two services on one thread can only wait for each other in vain. */
static void
call_other (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (data, NULL, &error));
  norpc_call_return_gerror (call, error);
}

static void
test_sync_on_the_same (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (GError) error = NULL;
  Fixture first, second;

  fixture_set_up_on_thread (&first, thread);
  fixture_set_up_on_thread (&second, thread);
  first.state->run = call_other;
  first.state->run_data = second.proxy;
  g_assert_false (probe_probe_proxy_call_run_sync (first.proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  fixture_release (&first);
  fixture_release (&second);
}

/* A thread that is stopped takes its servers along. */
static void
test_stop_with_servers (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };
  GThread *service_thread;
  Fixture part;

  fixture_set_up_on_thread (&part, thread);
  probe_probe_proxy_call_hold (part.proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (part.state);
  service_thread = part.state->thread;

  norpc_thread_stop (thread);
  g_assert_true (part.state->stopped_in == service_thread);
  g_assert_true (part.state->finalized_in == service_thread);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_clear (&outcome);

  g_assert_false (probe_probe_proxy_call_noop_sync (part.proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  /* Stopping again does nothing. */
  norpc_thread_stop (thread);
  fixture_release (&part);
}

/* Returns when its call is cancelled. */
static void
wait_for_cancellation (ProbeService *service,
                       NorpcCall    *call,
                       gpointer      begun)
{
  GCancellable *cancellable = norpc_call_get_cancellable (call);
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  g_async_queue_push (begun, GUINT_TO_POINTER (1));
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
}

/* A handler hears at once that its thread is stopped, and no queued call is served. */
static void
test_stop_abandons (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (GAsyncQueue) begun = g_async_queue_new ();
  Outcome running = { 0 };
  Outcome queued = { 0 };
  Fixture part;

  fixture_set_up_on_thread (&part, thread);
  part.state->run = wait_for_cancellation;
  part.state->run_data = begun;
  probe_probe_proxy_call_run (part.proxy, NULL, run_cb, &running);
  probe_probe_proxy_call_noop (part.proxy, NULL, noop_cb, &queued);
  g_async_queue_pop (begun);

  norpc_thread_stop (thread);
  outcome_wait (&running);
  outcome_wait (&queued);
  g_assert_error (running.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_error (queued.error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  outcome_clear (&running);
  outcome_clear (&queued);
  fixture_release (&part);
}

static void
test_start_on_stopped (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new_on_thread (service, thread);
  g_autoptr (GError) error = NULL;

  norpc_thread_stop (thread);
  g_assert_false (norpc_server_start (server, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_object (&server);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
stop_own_thread (ProbeService *service,
                 NorpcCall    *call,
                 gpointer      data)
{
  norpc_thread_stop (data);
  norpc_call_return_values (call, 0, NULL);
}

/* The thread is stopped by a handler: its own call, and those behind it, are abandoned. */
static void
test_stop_from_within (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  Outcome blocked = { 0 }, stopping = { 0 }, queued = { 0 };
  Fixture part;

  fixture_set_up_on_thread (&part, thread);
  part.state->run = stop_own_thread;
  part.state->run_data = thread;
  probe_probe_proxy_call_block (part.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (part.state);
  probe_probe_proxy_call_run (part.proxy, NULL, run_cb, &stopping);
  probe_probe_proxy_call_noop (part.proxy, NULL, noop_cb, &queued);
  probe_state_open_gate (part.state);

  outcome_wait (&blocked);
  g_assert_no_error (blocked.error);
  outcome_wait (&stopping);
  g_assert_error (stopping.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_wait (&queued);
  g_assert_error (queued.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_thread_stop (thread);
  g_assert_nonnull (part.state->finalized_in);
  g_assert_cmpuint (probe_state_get_n_handled (part.state), ==, 2);

  outcome_clear (&stopping);
  outcome_clear (&queued);
  fixture_release (&part);
}

/* The servers hold the thread. */
static void
test_dropped_first (void)
{
  NorpcThread *thread = norpc_thread_new (NULL);
  g_autoptr (GError) error = NULL;
  Fixture part;

  fixture_set_up_on_thread (&part, thread);
  g_object_unref (thread);
  g_assert_true (probe_probe_proxy_call_noop_sync (part.proxy, NULL, &error));
  g_assert_no_error (error);
  fixture_release (&part);
}

/* From the beginning: nobody else could run what is in it. */
static void
test_has_its_context (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);

      g_assert_false (g_main_context_acquire (norpc_thread_get_main_context (thread)));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/thread/shared", test_shared);
  g_test_add_func ("/thread/has-its-context", test_has_its_context);
  g_test_add_func ("/thread/sync-on-the-same", test_sync_on_the_same);
  g_test_add_func ("/thread/stop-with-servers", test_stop_with_servers);
  g_test_add_func ("/thread/stop-abandons", test_stop_abandons);
  g_test_add_func ("/thread/start-on-stopped", test_start_on_stopped);
  g_test_add_func ("/thread/stop-from-within", test_stop_from_within);
  g_test_add_func ("/thread/dropped-first", test_dropped_first);

  return g_test_run ();
}
