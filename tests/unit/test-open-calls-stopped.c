/* test-open-calls-stopped.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Servers that stop at their limit of open calls. */

#include "channel/norpc-channel-private.h"
#include "limited-fixture.h"

static void
test_stopped (Limited       *fixture,
              gconstpointer  unused)
{
  Outcome held = { 0 }, waiting = { 0 };
  g_autoptr (GError) error = NULL;
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->probe.proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->probe.state);
  probe_probe_proxy_call_noop (fixture->probe.proxy, NULL, noop_cb, &waiting);
  let_pass (fixture);

  g_assert_true (norpc_server_stop (fixture->probe.server, NORPC_STOP_ABANDON, NULL, &error));
  outcome_wait (&held);
  outcome_wait (&waiting);
  g_assert_error (held.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_error (waiting.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, 1);
  outcome_clear (&held);
  outcome_clear (&waiting);
  norpc_call_unref (call);
}

/* An answer that is being written does not hold up a stop, nor what waits. */
static void
test_stopped_while_answered (Limited       *fixture,
                             gconstpointer  unused)
{
  Outcome held = { 0 }, waiting = { 0 };
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;

  probe_probe_proxy_call_hold (fixture->probe.proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->probe.state);
  probe_probe_proxy_call_noop (fixture->probe.proxy, NULL, noop_cb, &waiting);
  let_pass (fixture);
  g_assert_nonnull (norpc_call_begin_reply (call, norpc_call_get_interface_info (call),
                                            norpc_call_get_method (call)));
  g_assert_true (norpc_server_stop (fixture->probe.server, NORPC_STOP_ABANDON, NULL, &error));
  outcome_wait (&waiting);
  g_assert_error (waiting.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_clear (&waiting);

  norpc_call_end_reply (call);
  outcome_wait (&held);
  g_assert_no_error (held.error);
}

/* A server that finishes does not wait for what nobody else waits for. */
static void
test_cancelled_stopped (Limited       *fixture,
                        gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;

  probe_probe_proxy_call_hold (fixture->probe.proxy, cancellable, NULL, NULL);
  call = probe_state_take_held (fixture->probe.state);
  g_cancellable_cancel (cancellable);
  g_assert_true (norpc_server_stop (fixture->probe.server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);

  /* To answer it, too late for everybody, is no mistake. */
  norpc_call_return_values (call, 0, NULL);
}

/* Nor does it wait for calls behind that one, whose clients have gone before the stop, or go
 * during it.
 */
static void
stopped_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = norpc_server_stop_finish (NORPC_SERVER (object), result, &outcome->error);
}

static int asleep = FALSE; /* atomic: the context of the servers polls, and has nothing to do */

static int
telling_poll (GPollFD *fds,
              guint    n_fds,
              int      timeout)
{
  int n;

  g_atomic_int_set (&asleep, timeout != 0 && g_poll (fds, n_fds, 0) == 0);
  n = g_poll (fds, n_fds, timeout);
  g_atomic_int_set (&asleep, FALSE);

  return n;
}

static void
stop_with_queued (Limited  *fixture,
                  gboolean  before)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) cancellable_of_held = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  Outcome queued[3] = { 0 }, stopped = { 0 };

  probe_probe_proxy_call_hold (fixture->probe.proxy, cancellable_of_held, NULL, NULL);
  call = probe_state_take_held (fixture->probe.state);
  g_cancellable_cancel (cancellable_of_held);
  for (guint i = 0; i < G_N_ELEMENTS (queued); i++)
    probe_probe_proxy_call_noop (fixture->probe.proxy, cancellable, noop_cb, &queued[i]);
  if (before)
    g_cancellable_cancel (cancellable);
  else
    g_main_context_set_poll_func (norpc_thread_get_main_context (fixture->thread), telling_poll);

  norpc_server_stop_async (fixture->probe.server, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
  if (!before)
    {
      g_assert_true (probe_probe_proxy_call_noop_sync (fixture->other.proxy, NULL, NULL));
      while (!g_atomic_int_get (&asleep))
        g_thread_yield ();
      g_cancellable_cancel (cancellable);
    }
  outcome_wait (&stopped);
  g_assert_no_error (stopped.error);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (queued); i++)
    {
      outcome_wait (&queued[i]);
      g_assert_error (queued[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      outcome_clear (&queued[i]);
    }
}

static void
test_cancelled_before_stop (Limited       *fixture,
                            gconstpointer  unused)
{
  stop_with_queued (fixture, TRUE);
}

static void
test_cancelled_during_stop (Limited       *fixture,
                            gconstpointer  unused)
{
  stop_with_queued (fixture, FALSE);
}

static void
set_limit (ProbeService *service,
           NorpcCall    *call,
           gpointer      server)
{
  norpc_server_set_max_open_calls (server, 1);
}

/* The limit is set when the worker has dequeued the calls already. */
static void
test_limited_in_batch (Limited       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  Outcome stopped = { 0 };

  fixture->probe.state->run = set_limit;
  fixture->probe.state->run_data = fixture->probe.server;
  probe_probe_proxy_call_block (fixture->probe.proxy, NULL, NULL, NULL);
  probe_state_wait_blocked (fixture->probe.state);
  probe_probe_proxy_call_run (fixture->probe.proxy, NULL, NULL, NULL);
  probe_probe_proxy_call_hold (fixture->probe.proxy, cancellable, NULL, NULL);
  for (guint i = 0; i < 5; i++)
    probe_probe_proxy_call_noop (fixture->probe.proxy, cancellable, NULL, NULL);
  probe_state_open_gate (fixture->probe.state);
  call = probe_state_take_held (fixture->probe.state);

  norpc_server_stop_async (fixture->probe.server, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, 3);
  g_cancellable_cancel (cancellable);
  outcome_wait (&stopped);
  g_assert_no_error (stopped.error);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, 3);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LIMITED ("/open-calls-stopped/stopped", 1, test_stopped);
  TEST_LIMITED ("/open-calls-stopped/stopped-while-answered", 1, test_stopped_while_answered);
  TEST_LIMITED ("/open-calls-stopped/cancelled-stopped", 1, test_cancelled_stopped);
  TEST_LIMITED ("/open-calls-stopped/stopped-when-all-are-cancelled", 1, test_cancelled_before_stop);
  TEST_LIMITED ("/open-calls-stopped/stopped-while-the-last-is-cancelled", 1, test_cancelled_during_stop);
  TEST_LIMITED ("/open-calls-stopped/limited-in-batch", 0, test_limited_in_batch);

  return g_test_run ();
}
