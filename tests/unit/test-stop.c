/* test-stop.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a server stops, and what becomes of its calls. */

#include "fixture.h"

typedef struct
{
  gboolean  done;
  gboolean  ok;
  GError   *error;
} Stopped;

static void
stopped_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Stopped *stopped = user_data;

  stopped->ok = norpc_server_stop_finish (NORPC_SERVER (object), result, &stopped->error);
  stopped->done = TRUE;
}

static void
stopped_wait (Stopped *stopped)
{
  while (!stopped->done)
    g_main_context_iteration (NULL, TRUE);
}

/* Queued, running, and open: all are finished. */
static void
test_finish (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  Outcome open = { 0 }, running = { 0 }, queued = { 0 };
  Stopped stopped = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &open);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &running);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &queued);

  norpc_server_stop_async (fixture->server, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "its server was stopped"));

  probe_state_open_gate (fixture->state);
  outcome_wait (&running);
  outcome_wait (&queued);
  g_assert_no_error (running.error);
  g_assert_no_error (queued.error);

  /* It waits for what is answered later. */
  g_assert_null (probe_state_get_thread (fixture->state, &fixture->state->stopped_in));
  g_assert_false (stopped.done);
  norpc_call_return_values (call, 0, NULL);
  outcome_wait (&open);
  g_assert_no_error (open.error);

  stopped_wait (&stopped);
  g_assert_true (stopped.ok);
  g_assert_nonnull (fixture->state->finalized_in);
}

/* Queued, running, and open: all end at once, the service blocked or not. */
static void
test_abandon (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  Outcome open = { 0 }, running = { 0 }, queued = { 0 };
  Stopped stopped = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &open);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &running);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &queued);

  norpc_server_stop_async (fixture->server, NORPC_STOP_ABANDON, NULL, stopped_cb, &stopped);
  outcome_wait (&open);
  outcome_wait (&running);
  outcome_wait (&queued);
  g_assert_error (open.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpstr (open.error->message, ==,
                   "org.example.Probe.Hold was interrupted: its server was stopped");
  g_assert_error (running.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpstr (running.error->message, ==,
                   "org.example.Probe.Block was interrupted: its server was stopped");
  g_assert_error (queued.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpstr (queued.error->message, ==,
                   "org.example.Probe.Noop was rejected: its server was stopped");
  g_assert_true (norpc_call_is_cancelled (call));
  g_assert_true (g_cancellable_is_cancelled (norpc_call_get_cancellable (call)));

  g_assert_false (stopped.done);
  probe_state_open_gate (fixture->state);
  stopped_wait (&stopped);
  g_assert_true (stopped.ok);
  g_assert_cmpuint (fixture->state->n_handled, ==, 2);
  norpc_call_return_values (call, 0, NULL);

  outcome_clear (&open);
  outcome_clear (&running);
  outcome_clear (&queued);
}

static void
tell_and_wait (ProbeService *service,
               NorpcCall    *call,
               gpointer      data)
{
  GAsyncQueue **queues = data;

  g_async_queue_push (queues[0], service);
  g_async_queue_pop (queues[1]);
}

/* The service has begun to answer: that is the answer, and nothing waits for
 * the end of it but the client.
 */
static void
test_abandon_while_answered (Fixture       *fixture,
                             gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);
  g_assert_nonnull (norpc_call_begin_reply (call, norpc_call_get_interface_info (call),
                                            norpc_call_get_method (call)));
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (outcome.n, ==, 0);

  norpc_call_end_reply (call);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* Calls that the worker has dequeued in one batch and not handled yet. */
static void
test_abandon_batch (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autoptr (GAsyncQueue) began = g_async_queue_new ();
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();
  GAsyncQueue *queues[] = { began, go_on };
  Outcome outcomes[10] = { { 0 } };

  fixture->state->run = tell_and_wait;
  fixture->state->run_data = queues;
  probe_probe_proxy_call_block (fixture->proxy, NULL, NULL, NULL);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_run (fixture->proxy, NULL, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcomes[i]);

  /* Now it comes to the second call, with the rest behind it. */
  probe_state_open_gate (fixture->state);
  g_async_queue_pop (began);
  norpc_server_stop_async (fixture->server, NORPC_STOP_ABANDON, NULL, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      outcome_wait (&outcomes[i]);
      g_assert_error (outcomes[i].error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      outcome_clear (&outcomes[i]);
    }
  g_async_queue_push (go_on, began);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, NULL));
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Stopped stopped = { 0 };

  probe_probe_proxy_call_block (fixture->proxy, NULL, NULL, NULL);
  probe_state_wait_blocked (fixture->state);

  norpc_server_stop_async (fixture->server, NORPC_STOP_FINISH, cancellable, stopped_cb, &stopped);
  g_assert_false (stopped.done);
  g_cancellable_cancel (cancellable);
  stopped_wait (&stopped);
  g_assert_error (stopped.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_error_free (stopped.error);

  g_assert_false (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (probe_state_get_thread (fixture->state, &fixture->state->stopped_in));
}

static void
stop_server (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_server_stop (data, NORPC_STOP_FINISH, NULL, &error));
  norpc_call_return_gerror (call, error);
}

static void
test_in_handler (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  fixture->state->run = stop_server;
  fixture->state->run_data = fixture->server;
  g_assert_false (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  probe_state_wait_finalized (fixture->state);
}

static void
drop_server (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  g_clear_object ((NorpcServer **) data);
}

/* The service drops its own server, from within. */
static void
test_dropped_in_handler (Fixture       *fixture,
                         gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  fixture->state->run = drop_server;
  fixture->state->run_data = &fixture->server;
  g_assert_false (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  probe_state_wait_finalized (fixture->state);
  g_assert_true (fixture->state->finalized_in == fixture->state->thread);
}

static void
test_never_started (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (GError) error = NULL;

  g_clear_object (&service);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_false (norpc_server_start (server, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_object (&server);
  probe_state_wait_finalized (state);
  g_assert_null (state->started_in);
  probe_state_free (state);
}

/* Every order of dropping, with a call in each state. */
static void
test_drop_in_any_order (void)
{
  const guint orders[6][3] = {
    { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      Fixture fixture = { 0 };
      Outcome open = { 0 }, queued = { 0 };
      NorpcCall *call;
      NorpcChannel *channel;

      fixture_set_up (&fixture, NULL);
      channel = g_object_ref (norpc_server_get_channel (fixture.server));
      probe_probe_proxy_call_hold (fixture.proxy, NULL, hold_cb, &open);
      call = probe_state_take_held (fixture.state);
      probe_probe_proxy_call_block (fixture.proxy, NULL, NULL, NULL);
      probe_state_wait_blocked (fixture.state);
      probe_probe_proxy_call_noop (fixture.proxy, NULL, noop_cb, &queued);

      for (guint j = 0; j < 3; j++)
        if (orders[i][j] == 0)
          g_clear_object (&fixture.server);
        else if (orders[i][j] == 1)
          g_clear_object (&fixture.proxy);
        else
          g_clear_object (&channel);

      outcome_wait (&open);
      outcome_wait (&queued);
      g_assert_error (open.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      g_assert_error (queued.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      outcome_clear (&open);
      outcome_clear (&queued);
      norpc_call_unref (call);
      fixture_tear_down (&fixture, NULL);
    }
}

/* A send and a stop at once: the call is served, or told that it is not. */
typedef struct
{
  ProbeProbeProxy *proxy;
  int              n_ready; /* atomic */
} Race;

static gpointer
send_racer (gpointer data)
{
  Race *race = data;
  g_autoptr (GError) error = NULL;

  g_atomic_int_inc (&race->n_ready);
  while (g_atomic_int_get (&race->n_ready) < 2)
    g_thread_yield ();
  while (probe_probe_proxy_call_noop_sync (race->proxy, NULL, &error))
    ;
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  return NULL;
}

static void
race_with_send (NorpcStopMode mode)
{
  guint rounds = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 20 : 300;

  for (guint i = 0; i < rounds; i++)
    {
      Fixture fixture = { 0 };
      Race race = { 0 };
      g_autoptr (GError) error = NULL;
      GThread *thread;

      fixture_set_up (&fixture, NULL);
      race.proxy = fixture.proxy;
      thread = g_thread_new ("send", send_racer, &race);
      g_atomic_int_inc (&race.n_ready);
      while (g_atomic_int_get (&race.n_ready) < 2)
        g_thread_yield ();
      g_assert_true (norpc_server_stop (fixture.server, mode, NULL, &error));
      g_assert_no_error (error);
      g_thread_join (thread);
      fixture_tear_down (&fixture, NULL);
    }
}

static void
test_race_with_send (void)
{
  race_with_send (NORPC_STOP_FINISH);
  race_with_send (NORPC_STOP_ABANDON);
}

/* The last reference to a call goes as the server abandons it. */
static gpointer
drop_racer (gpointer data)
{
  gpointer *args = data;
  Race *race = args[0];

  g_atomic_int_inc (&race->n_ready);
  while (g_atomic_int_get (&race->n_ready) < 2)
    g_thread_yield ();
  norpc_call_unref (args[1]);

  return NULL;
}

static void
test_race_with_drop (void)
{
  guint rounds = g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 20 : 300;

  for (guint i = 0; i < rounds; i++)
    {
      Fixture fixture = { 0 };
      Race race = { 0 };
      Outcome outcome = { 0 };
      gpointer args[2] = { &race, NULL };
      GThread *thread;

      fixture_set_up (&fixture, NULL);
      probe_probe_proxy_call_hold (fixture.proxy, NULL, hold_cb, &outcome);
      args[1] = probe_state_take_held (fixture.state);
      thread = g_thread_new ("drop", drop_racer, args);
      g_atomic_int_inc (&race.n_ready);
      while (g_atomic_int_get (&race.n_ready) < 2)
        g_thread_yield ();
      norpc_server_stop_async (fixture.server, NORPC_STOP_ABANDON, NULL, NULL, NULL);
      outcome_wait (&outcome);
      g_assert_true (g_error_matches (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED) ||
                     g_error_matches (outcome.error, NORPC_ERROR, NORPC_ERROR_NO_REPLY));
      g_thread_join (thread);
      outcome_clear (&outcome);
      fixture_tear_down (&fixture, NULL);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/stop/finish", test_finish);
  TEST ("/stop/abandon", test_abandon);
  TEST ("/stop/abandon-while-answered", test_abandon_while_answered);
  TEST ("/stop/abandon-batch", test_abandon_batch);
  TEST ("/stop/cancelled", test_cancelled);
  TEST ("/stop/in-handler", test_in_handler);
  TEST ("/stop/dropped-in-handler", test_dropped_in_handler);
  g_test_add_func ("/stop/never-started", test_never_started);
  g_test_add_func ("/stop/drop-in-any-order", test_drop_in_any_order);
  g_test_add_func ("/stop/race-with-send", test_race_with_send);
  g_test_add_func ("/stop/race-with-drop", test_race_with_drop);

  return g_test_run ();
}
