/* test-open-calls-cancelled.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that stay open after their clients have gone. */

#include "channel/norpc-channel-private.h"
#include "limited-fixture.h"

/* The ways in which a service treats a call whose client has gone. */
typedef enum
{
  ANSWER,
  ANSWER_ELSEWHERE,
  DROP,
  DROP_ELSEWHERE
} LateEnd;

static gpointer
answer_thread (gpointer call)
{
  norpc_call_return_values (call, 0, NULL);

  return NULL;
}

static gpointer
drop_thread (gpointer call)
{
  norpc_call_unref (call);

  return NULL;
}

/* Ends a call, owned, without anything else that would do so. Returns what is left of it. */
static NorpcCall *
end_late (NorpcCall *call,
          LateEnd    manner)
{
  switch (manner)
    {
    case ANSWER:
      return answer_thread (call), call;

    case ANSWER_ELSEWHERE:
      g_thread_join (g_thread_new ("elsewhere", answer_thread, call));
      return call;

    case DROP:
      return drop_thread (call);

    case DROP_ELSEWHERE:
    default:
      return g_thread_join (g_thread_new ("elsewhere", drop_thread, call));
    }
}

static void
take_closed_call (Limited   *fixture,
                  Outcome   *waiting,
                  NorpcCall *call,
                  LateEnd    manner)
{
  g_autoptr (NorpcCall) rest = NULL;

  g_assert_true (norpc_call_is_cancelled (call));
  probe_probe_proxy_call_noop (fixture->probe.proxy, NULL, noop_cb, waiting);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, 1);
  g_assert_cmpuint (norpc_channel_get_length (norpc_server_get_channel (fixture->probe.server)), ==, 1);

  rest = end_late (call, manner);
  outcome_wait (waiting);
  g_assert_no_error (waiting->error);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, 2);
  outcome_clear (waiting);
}

/* A call that was cancelled stays open until the service no longer works on it. */
static void
test_cancelled (Limited       *fixture,
                gconstpointer  unused)
{
  for (LateEnd manner = ANSWER; manner <= DROP_ELSEWHERE; manner++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Outcome held = { 0 }, waiting = { 0 };
      NorpcCall *call;

      g_mutex_lock (&fixture->probe.state->lock);
      fixture->probe.state->n_handled = 0;
      g_mutex_unlock (&fixture->probe.state->lock);
      probe_probe_proxy_call_hold (fixture->probe.proxy, cancellable, hold_cb, &held);
      call = probe_state_take_held (fixture->probe.state);
      g_cancellable_cancel (cancellable);
      outcome_wait (&held);
      g_assert_error (held.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      outcome_clear (&held);
      take_closed_call (fixture, &waiting, call, manner);
    }
}

static void
test_timed_out (Limited       *fixture,
                gconstpointer  unused)
{
  Outcome held = { 0 }, waiting = { 0 };
  NorpcCall *call;

  norpc_timeout_push (get_some_time ());
  probe_probe_proxy_call_hold (fixture->probe.proxy, NULL, hold_cb, &held);
  norpc_timeout_pop ();
  call = probe_state_take_held (fixture->probe.state);
  outcome_wait (&held);
  g_assert_error (held.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&held);
  take_closed_call (fixture, &waiting, call, DROP);
}

/* The actions of a handler after its client has gone. */
typedef struct
{
  GCancellable *cancellable;
  gboolean      answers;
  NorpcCall    *kept; /* (owned) */
} Gone;

static void
cancel_and_keep (ProbeService *service,
                 NorpcCall    *call,
                 gpointer      data)
{
  Gone *gone = data;

  g_cancellable_cancel (gone->cancellable);
  if (gone->answers)
    norpc_call_return_values (call, 0, NULL);
  gone->kept = norpc_call_ref (call);
}

/* The client goes while the handler runs: what matters is whether that keeps the call to
 * answer it.
 */
static void
test_cancelled_in_handler (Limited       *fixture,
                           gconstpointer  answers)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Gone gone = { .cancellable = cancellable, .answers = answers != NULL };
  Outcome waiting = { 0 };

  norpc_server_set_max_open_calls (fixture->probe.server, 1);
  fixture->probe.state->run = cancel_and_keep;
  fixture->probe.state->run_data = &gone;
  probe_probe_proxy_call_run (fixture->probe.proxy, cancellable, NULL, NULL);
  probe_probe_proxy_call_noop (fixture->probe.proxy, NULL, noop_cb, &waiting);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, gone.answers ? 2 : 1);

  if (!gone.answers)
    g_clear_pointer (&gone.kept, norpc_call_unref);
  outcome_wait (&waiting);
  g_clear_pointer (&gone.kept, norpc_call_unref);
}

/* A call that ended in the queue was never open, whoever holds it. */
static void
test_cancelled_in_queue (Limited       *fixture,
                         gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *call = norpc_call_new (probe_probe_interface_info (), 0);
  g_autoptr (NorpcCall) kept = norpc_call_ref (call);
  Outcome blocked = { 0 };

  probe_probe_proxy_call_block (fixture->other.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->other.state);
  norpc_endpoint_call (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->probe.proxy)), call,
                       cancellable, NULL, NULL);
  g_cancellable_cancel (cancellable);
  probe_state_open_gate (fixture->other.state);
  outcome_wait (&blocked);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->probe.proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->probe.state), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LIMITED ("/open-calls-cancelled/cancelled", 1, test_cancelled);
  TEST_LIMITED ("/open-calls-cancelled/timed-out", 1, test_timed_out);
  TEST_LIMITED ("/open-calls-cancelled/cancelled-in-handler/kept", 0, test_cancelled_in_handler);
  TEST_LIMITED ("/open-calls-cancelled/cancelled-in-handler/answered", 1, test_cancelled_in_handler);
  TEST_LIMITED ("/open-calls-cancelled/cancelled-in-queue", 1, test_cancelled_in_queue);

  return g_test_run ();
}
