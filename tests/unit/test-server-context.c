/* test-server-context.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Servers in a context that somebody else runs. */

#include "fixture.h"

typedef struct
{
  ProbeState      *state;
  GMainContext    *context;
  NorpcServer     *server;
  ProbeProbeProxy *proxy;
} Here;

static void
set_up (Here          *fixture,
        gconstpointer  own_context)
{
  g_autoptr (GObject) service = NULL;

  fixture->state = probe_state_new ();
  fixture->context = own_context != NULL ? g_main_context_new () : NULL;
  service = probe_service_new (fixture->state);
  fixture->server = norpc_server_new_in_context (service, fixture->context);
  fixture->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
}

static void
tear_down (Here          *fixture,
           gconstpointer  unused)
{
  if (fixture->server != NULL)
    g_assert_finalize_object (fixture->server);
  g_assert_finalize_object (fixture->proxy);
  if (fixture->context != NULL)
    g_main_context_unref (fixture->context);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  probe_state_wait_finalized (fixture->state);
  probe_state_free (fixture->state);
}

/* Nobody runs the context: the service starts and stops within. */
static void
test_in_line (Here          *fixture,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  g_assert_true (norpc_server_start (fixture->server, NULL, &error));
  g_assert_true (fixture->state->started_in == g_thread_self ());

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);
  g_assert_cmpuint (fixture->state->n_handled, ==, 0);
  if (fixture->context == NULL)
    {
      outcome_wait (&outcome);
      g_assert_no_error (outcome.error);
      g_assert_true (fixture->state->thread == g_thread_self ());
    }

  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (fixture->state->finalized_in == g_thread_self ());
  if (fixture->context != NULL)
    outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (fixture->state->n_handled, ==, 1);
}

/* The thread that waits is the only one that could answer. */
static void
test_sync (Here          *fixture,
           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_server_start (fixture->server, NULL, &error));
  g_main_context_acquire (fixture->context);
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_main_context_release (fixture->context);
}

/* No loop runs: the main thread is the one that would have to. */
static void
test_sync_without_loop (Here          *fixture,
                        gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_server_start (fixture->server, NULL, &error));
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
}

/* While a call is to be answered later, a server cannot stop within the function. */
static void
test_stop_with_open_call (Here          *fixture,
                          gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  g_assert_true (norpc_server_start (fixture->server, NULL, &error));
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  call = probe_state_take_held (fixture->state);

  g_main_context_acquire (fixture->context);
  g_assert_false (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  g_assert_null (fixture->state->stopped_in);
  g_main_context_release (fixture->context);

  norpc_call_return_values (call, 0, NULL);
  while (fixture->state->finalized_in == NULL)
    g_main_context_iteration (fixture->context, TRUE);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

typedef struct
{
  GMainLoop   *loop;
  GAsyncQueue *runs;
} Runner;

static gpointer
run_thread (gpointer data)
{
  Runner *runner = data;
  GMainLoop *loop = runner->loop;

  g_main_context_push_thread_default (g_main_loop_get_context (loop));
  /* Before the server is started: or that would have the context. */
  g_async_queue_push (runner->runs, loop);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (g_main_loop_get_context (loop));

  return NULL;
}

/* Somebody else runs the context. */
static void
test_elsewhere (Here          *fixture,
                gconstpointer  unused)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (fixture->context, FALSE);
  g_autoptr (GAsyncQueue) runs = g_async_queue_new ();
  g_autoptr (GError) error = NULL;
  Runner runner = { loop, runs };
  GThread *thread = g_thread_new ("runner", run_thread, &runner);

  g_async_queue_pop (runs);
  g_assert_true (norpc_server_start (fixture->server, NULL, &error));
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (fixture->state->started_in == thread);
  g_assert_true (fixture->state->finalized_in == thread);

  g_main_loop_quit (loop);
  g_thread_join (thread);
}

/* A context that is never run and goes: calls do not hang, the service does
 * not stay.
 */
static void
test_context_goes (Here          *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  g_assert_true (norpc_server_start (fixture->server, NULL, &error));
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);

  g_assert_finalize_object (g_steal_pointer (&fixture->server));
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (outcome.error->message, "released"));
  outcome_clear (&outcome);

  g_clear_pointer (&fixture->context, g_main_context_unref);
  g_assert_nonnull (fixture->state->finalized_in);
  g_assert_true (fixture->state->stopped_in == g_thread_self ());
}

/* The same while the server is being stopped in its own context, and nothing waits for that. */
static void
test_context_goes_first (Here          *fixture,
                         gconstpointer  unused)
{
  g_main_context_push_thread_default (fixture->context);
  g_assert_true (norpc_server_start (fixture->server, NULL, NULL));
  norpc_server_stop_async (fixture->server, NORPC_STOP_FINISH, NULL, NULL, NULL);
  g_main_context_pop_thread_default (fixture->context);

  g_assert_finalize_object (g_steal_pointer (&fixture->server));
  g_clear_pointer (&fixture->context, g_main_context_unref);
  g_assert_nonnull (fixture->state->finalized_in);
  g_assert_true (fixture->state->stopped_in == g_thread_self ());
}

static gboolean
never_cb (gpointer call G_GNUC_UNUSED)
{
  g_assert_not_reached ();
}

/* A source of the context keeps a call that the service has answered, and whose cancellable it has
 * asked for.
 */
static void
test_context_goes_with_call (Here          *fixture,
                             gconstpointer  unused)
{
  g_autoptr (GSource) source = g_timeout_source_new_seconds (3600);
  Outcome outcome = { 0 };
  NorpcCall *call;

  g_assert_true (norpc_server_start (fixture->server, NULL, NULL));
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  call = probe_state_take_held (fixture->state);
  g_main_context_push_thread_default (fixture->context);
  g_assert_nonnull (norpc_call_get_cancellable (call));
  norpc_call_return_values (call, 0, NULL);
  g_main_context_pop_thread_default (fixture->context);
  g_source_set_callback (source, never_cb, call, (GDestroyNotify) norpc_call_unref);
  g_source_attach (source, fixture->context);

  g_assert_finalize_object (g_steal_pointer (&fixture->server));
  g_clear_pointer (&fixture->context, g_main_context_unref);
  g_assert_nonnull (fixture->state->finalized_in);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

#define TEST_HERE(path, func) \
  g_test_add (path, Here, GINT_TO_POINTER (1), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/server-context/default", Here, NULL, set_up, test_in_line, tear_down);
  g_test_add ("/server-context/sync-without-loop", Here, NULL,
              set_up, test_sync_without_loop, tear_down);
  TEST_HERE ("/server-context/in-line", test_in_line);
  TEST_HERE ("/server-context/sync", test_sync);
  TEST_HERE ("/server-context/stop-with-open-call", test_stop_with_open_call);
  TEST_HERE ("/server-context/elsewhere", test_elsewhere);
  TEST_HERE ("/server-context/context-goes", test_context_goes);
  TEST_HERE ("/server-context/context-goes-first", test_context_goes_first);
  TEST_HERE ("/server-context/context-goes-with-call", test_context_goes_with_call);

  return g_test_run ();
}
