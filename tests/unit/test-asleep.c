/* test-asleep.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Wake-ups of the thread of a server that is asleep. */

#include "fixture.h"
#include "server/norpc-server-private.h"

/* The thread reports what it does by pushing one of these. */
#define POLLS GINT_TO_POINTER (1)
#define RUNS GINT_TO_POINTER (2)

static GAsyncQueue *told = NULL;

/* The same queue, for the thread of the server: it may poll once more when the
 * test is over already.
 */
static GPrivate told_here = G_PRIVATE_INIT ((GDestroyNotify) g_async_queue_unref);

static int
telling_poll (GPollFD *fds,
              guint    n_fds,
              int      timeout)
{
  if (timeout < 0)
    g_async_queue_push (g_private_get (&told_here), POLLS);

  return g_poll (fds, n_fds, timeout);
}

static GMainContext *
get_context (Fixture *fixture)
{
  return norpc_thread_get_main_context (fixture->server->worker->thread);
}

static gboolean
tell_polls_cb (gpointer context)
{
  g_private_set (&told_here, g_async_queue_ref (told));
  g_main_context_set_poll_func (context, telling_poll);

  return G_SOURCE_REMOVE;
}

static void
attach_idle (Fixture     *fixture,
             GSourceFunc  function)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, function, get_context (fixture), NULL);
  g_source_attach (source, get_context (fixture));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  unused)
{
  fixture_set_up (fixture, NULL);
  told = g_async_queue_new ();
  attach_idle (fixture, tell_polls_cb);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  unused)
{
  fixture_tear_down (fixture, NULL);
  g_clear_pointer (&told, g_async_queue_unref);
}

static gboolean
runs_cb (gpointer unused)
{
  g_async_queue_push (told, RUNS);

  return G_SOURCE_REMOVE;
}

/* Waits until the thread has done what there is to do, and polls for ever. */
static void
wait_until_asleep (Fixture *fixture)
{
  attach_idle (fixture, runs_cb);
  while (g_async_queue_pop (told) != RUNS)
    ;
  while (g_async_queue_pop (told) != POLLS)
    ;
}

static void
test_call (Fixture       *fixture,
           gconstpointer  unused)
{
  wait_until_asleep (fixture);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
}

/* Holds one call, and lets another wait that it may not have yet. */
static NorpcCall *
hold_one_of_two (Fixture *fixture,
                 Outcome *outcomes)
{
  NorpcCall *call;

  norpc_server_set_max_open_calls (fixture->server, 1);
  for (guint i = 0; i < 2; i++)
    probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcomes[i]);
  call = probe_state_take_held (fixture->state);
  wait_until_asleep (fixture);
  g_assert_cmpint (g_async_queue_length (fixture->state->held), <=, 0);

  return call;
}

static void
answer_and_wait (NorpcCall *call,
                 Outcome   *outcome)
{
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  if (outcome->n == 0)
    outcome_wait (outcome);
  g_assert_no_error (outcome->error);
}

static void
test_raised_limit (Fixture       *fixture,
                   gconstpointer  unused)
{
  Outcome outcomes[2] = { { 0 } };
  NorpcCall *first = hold_one_of_two (fixture, outcomes);
  NorpcCall *second;

  norpc_server_set_max_open_calls (fixture->server, 2);
  second = probe_state_take_held (fixture->state);
  answer_and_wait (first, &outcomes[0]);
  answer_and_wait (second, &outcomes[1]);
}

static void
test_answered (Fixture       *fixture,
               gconstpointer  unused)
{
  Outcome outcomes[2] = { { 0 } };

  answer_and_wait (hold_one_of_two (fixture, outcomes), &outcomes[0]);
  answer_and_wait (probe_state_take_held (fixture->state), &outcomes[1]);
}

static void
stopped_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_assert_true (norpc_server_stop_finish (NORPC_SERVER (object), result, NULL));
  *(gboolean *) user_data = TRUE;
}

/* The last call that is open is all that a server waits for before it stops. */
static void
test_stopped (Fixture       *fixture,
              gconstpointer  unused)
{
  Outcome outcome = { 0 };
  gboolean stopped = FALSE;
  NorpcCall *call;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);
  norpc_server_stop_async (fixture->server, NORPC_STOP_FINISH, NULL, stopped_cb, &stopped);
  wait_until_asleep (fixture);

  answer_and_wait (call, &outcome);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
}

#define TEST_ASLEEP(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_ASLEEP ("/asleep/call", test_call);
  TEST_ASLEEP ("/asleep/raised-limit", test_raised_limit);
  TEST_ASLEEP ("/asleep/answered", test_answered);
  TEST_ASLEEP ("/asleep/stopped", test_stopped);

  return g_test_run ();
}
