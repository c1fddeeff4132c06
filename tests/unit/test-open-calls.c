/* test-open-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many calls a service may have open at once. */

#include "channel/norpc-channel-private.h"
#include "fixture.h"

/* The probe, and another service in the same context: what that has answered
 * tells that the probe has had its turn.
 */
typedef struct
{
  NorpcThread     *thread;
  ProbeState      *state;
  NorpcServer     *server;
  ProbeProbeProxy *proxy;

  ProbeState      *other_state;
  NorpcServer     *other_server;
  ProbeProbeProxy *other;
} Limited;

static void
start (NorpcThread      *thread,
       ProbeState      **state,
       NorpcServer     **server,
       ProbeProbeProxy **proxy)
{
  g_autoptr (GObject) service = NULL;
  g_autoptr (GError) error = NULL;

  *state = probe_state_new ();
  service = probe_service_new (*state);
  *server = norpc_server_new_on_thread (service, thread);
  *proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (*server)));
  norpc_server_start (*server, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Limited       *fixture,
        gconstpointer  max)
{
  fixture->thread = norpc_thread_new ("limited");
  start (fixture->thread, &fixture->state, &fixture->server, &fixture->proxy);
  start (fixture->thread, &fixture->other_state, &fixture->other_server, &fixture->other);
  g_assert_cmpuint (norpc_server_get_max_open_calls (fixture->server), ==, 0);
  norpc_server_set_max_open_calls (fixture->server, GPOINTER_TO_UINT (max));
}

static void
end (ProbeState      *state,
     NorpcServer     *server,
     ProbeProbeProxy *proxy)
{
  g_clear_object (&server);
  g_clear_object (&proxy);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
tear_down (Limited       *fixture,
           gconstpointer  unused)
{
  end (fixture->state, fixture->server, fixture->proxy);
  end (fixture->other_state, fixture->other_server, fixture->other);
  norpc_thread_stop (fixture->thread);
  let_go_and_wait (fixture->thread);
}

/* The context of the services has been through all its sources, and again. */
static void
let_pass (Limited *fixture)
{
  for (guint i = 0; i < 3; i++)
    g_assert_true (probe_probe_proxy_call_noop_sync (fixture->other, NULL, NULL));
}

static void
test_actor (Limited       *fixture,
            gconstpointer  unused)
{
  Outcome held = { 0 }, second = { 0 }, third = { 0 };
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &second);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &third);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
  g_assert_cmpuint (norpc_channel_get_length (norpc_server_get_channel (fixture->server)), ==, 2);

  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  outcome_wait (&third);
  g_assert_cmpuint (held.n, ==, 1);
  g_assert_cmpuint (second.n, ==, 1);
}

/* Those answered at once are not open. */
static void
test_several (Limited       *fixture,
              gconstpointer  max)
{
  Outcome outcomes[5] = { { 0 } };
  NorpcCall *calls[5];
  guint n = GPOINTER_TO_UINT (max);

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      probe_probe_proxy_call_noop (fixture->proxy, NULL, NULL, NULL);
      probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[i]);
    }
  for (guint i = 0; i < n; i++)
    calls[i] = probe_state_take_held (fixture->state);
  let_pass (fixture);
  g_assert_cmpint (g_async_queue_length (fixture->state->held), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      norpc_call_unref (calls[i]);
      if (i + n < G_N_ELEMENTS (calls))
        calls[i + n] = probe_state_take_held (fixture->state);
      let_pass (fixture);
      g_assert_cmpint (g_async_queue_length (fixture->state->held), ==, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      outcome_wait (&outcomes[i]);
      outcome_clear (&outcomes[i]);
    }
}

static void
test_raised (Limited       *fixture,
             gconstpointer  unused)
{
  NorpcCall *first, *second;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  first = probe_state_take_held (fixture->state);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);

  norpc_server_set_max_open_calls (fixture->server, 2);
  second = probe_state_take_held (fixture->state);
  norpc_call_unref (first);
  norpc_call_unref (second);
}

static void
test_stopped (Limited       *fixture,
              gconstpointer  unused)
{
  Outcome held = { 0 }, waiting = { 0 };
  g_autoptr (GError) error = NULL;
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &waiting);
  let_pass (fixture);

  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, &error));
  outcome_wait (&held);
  outcome_wait (&waiting);
  g_assert_error (held.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_error (waiting.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
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

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &waiting);
  let_pass (fixture);
  g_assert_nonnull (norpc_call_begin_reply (call, norpc_call_get_interface_info (call),
                                            norpc_call_get_method (call)));
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, &error));
  outcome_wait (&waiting);
  g_assert_error (waiting.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_clear (&waiting);

  norpc_call_end_reply (call);
  outcome_wait (&held);
  g_assert_no_error (held.error);
}

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
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, waiting);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
  g_assert_cmpuint (norpc_channel_get_length (norpc_server_get_channel (fixture->server)), ==, 1);

  rest = end_late (call, manner);
  outcome_wait (waiting);
  g_assert_no_error (waiting->error);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 2);
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

      g_mutex_lock (&fixture->state->lock);
      fixture->state->n_handled = 0;
      g_mutex_unlock (&fixture->state->lock);
      probe_probe_proxy_call_hold (fixture->proxy, cancellable, hold_cb, &held);
      call = probe_state_take_held (fixture->state);
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
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  norpc_timeout_pop ();
  call = probe_state_take_held (fixture->state);
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

  norpc_server_set_max_open_calls (fixture->server, 1);
  fixture->state->run = cancel_and_keep;
  fixture->state->run_data = &gone;
  probe_probe_proxy_call_run (fixture->proxy, cancellable, NULL, NULL);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &waiting);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, gone.answers ? 2 : 1);

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

  probe_probe_proxy_call_block (fixture->other, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->other_state);
  norpc_endpoint_call (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)), call, cancellable, NULL, NULL);
  g_cancellable_cancel (cancellable);
  probe_state_open_gate (fixture->other_state);
  outcome_wait (&blocked);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
}

/* A server that finishes does not wait for what nobody else waits for. */
static void
test_cancelled_stopped (Limited       *fixture,
                        gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GError) error = NULL;

  probe_probe_proxy_call_hold (fixture->proxy, cancellable, NULL, NULL);
  call = probe_state_take_held (fixture->state);
  g_cancellable_cancel (cancellable);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
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

  probe_probe_proxy_call_hold (fixture->proxy, cancellable_of_held, NULL, NULL);
  call = probe_state_take_held (fixture->state);
  g_cancellable_cancel (cancellable_of_held);
  for (guint i = 0; i < G_N_ELEMENTS (queued); i++)
    probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &queued[i]);
  if (before)
    g_cancellable_cancel (cancellable);
  else
    g_main_context_set_poll_func (norpc_thread_get_main_context (fixture->thread), telling_poll);

  norpc_server_stop_async (fixture->server, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
  if (!before)
    {
      g_assert_true (probe_probe_proxy_call_noop_sync (fixture->other, NULL, NULL));
      while (!g_atomic_int_get (&asleep))
        g_thread_yield ();
      g_cancellable_cancel (cancellable);
    }
  outcome_wait (&stopped);
  g_assert_no_error (stopped.error);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
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

  fixture->state->run = set_limit;
  fixture->state->run_data = fixture->server;
  probe_probe_proxy_call_block (fixture->proxy, NULL, NULL, NULL);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_run (fixture->proxy, NULL, NULL, NULL);
  probe_probe_proxy_call_hold (fixture->proxy, cancellable, NULL, NULL);
  for (guint i = 0; i < 5; i++)
    probe_probe_proxy_call_noop (fixture->proxy, cancellable, NULL, NULL);
  probe_state_open_gate (fixture->state);
  call = probe_state_take_held (fixture->state);

  norpc_server_stop_async (fixture->server, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
  let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 3);
  g_cancellable_cancel (cancellable);
  outcome_wait (&stopped);
  g_assert_no_error (stopped.error);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 3);
}

#define TEST_LIMITED(path, max, func) \
  g_test_add (path, Limited, GUINT_TO_POINTER (max), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LIMITED ("/open-calls/actor", 1, test_actor);
  TEST_LIMITED ("/open-calls/one", 1, test_several);
  TEST_LIMITED ("/open-calls/three", 3, test_several);
  TEST_LIMITED ("/open-calls/raised", 1, test_raised);
  TEST_LIMITED ("/open-calls/stopped", 1, test_stopped);
  TEST_LIMITED ("/open-calls/stopped-while-answered", 1, test_stopped_while_answered);
  TEST_LIMITED ("/open-calls/cancelled", 1, test_cancelled);
  TEST_LIMITED ("/open-calls/timed-out", 1, test_timed_out);
  TEST_LIMITED ("/open-calls/cancelled-in-handler/kept", 0, test_cancelled_in_handler);
  TEST_LIMITED ("/open-calls/cancelled-in-handler/answered", 1, test_cancelled_in_handler);
  TEST_LIMITED ("/open-calls/cancelled-in-queue", 1, test_cancelled_in_queue);
  TEST_LIMITED ("/open-calls/cancelled-stopped", 1, test_cancelled_stopped);
  TEST_LIMITED ("/open-calls/stopped-when-all-are-cancelled", 1, test_cancelled_before_stop);
  TEST_LIMITED ("/open-calls/stopped-while-the-last-is-cancelled", 1, test_cancelled_during_stop);
  TEST_LIMITED ("/open-calls/limited-in-batch", 0, test_limited_in_batch);

  return g_test_run ();
}
