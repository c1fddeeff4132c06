/* test-open-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many calls a service may have open at once. */

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

/* A cancelled call makes room, though the service still has it. */
static void
test_cancelled (Limited       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->proxy, cancellable, NULL, NULL);
  call = probe_state_take_held (fixture->state);
  g_cancellable_cancel (cancellable);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  norpc_call_unref (call);
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

  return g_test_run ();
}
