/* test-server.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where a server runs its service, and how it starts. */

#include "fixture.h"

static void
test_own_thread (Fixture       *fixture,
                 gconstpointer  unused)
{
  ProbeState *state = fixture->state;
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_server_is_running (fixture->server));
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (state->thread != g_thread_self ());
  g_assert_true (probe_state_get_thread (state, &state->started_in) == state->thread);

  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (norpc_server_is_running (fixture->server));
  g_assert_true (state->stopped_in == state->thread);
  g_assert_true (state->finalized_in == state->thread);
}

static void
test_start_twice (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (norpc_server_start (fixture->server, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));

  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_false (norpc_server_start (fixture->server, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
call_itself (ProbeService *service,
             NorpcCall    *call,
             gpointer      data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (data, NULL, &error));
  norpc_call_return_gerror (call, error);
}

static void
test_call_itself (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  fixture->state->run = call_itself;
  fixture->state->run_data = fixture->proxy;
  g_assert_false (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
}

static void
call_itself_later (ProbeService *service,
                   NorpcCall    *call,
                   gpointer      data)
{
  Fixture *fixture = ((gpointer *) data)[0];

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, ((gpointer *) data)[1]);
  norpc_call_return_values (call, 0, NULL);
}

/* A service may call itself, and hears of it in its own thread. */
static void
test_call_itself_async (Fixture       *fixture,
                        gconstpointer  unused)
{
  Outcome outcome = { 0 };
  gpointer data[] = { fixture, &outcome };
  g_autoptr (GError) error = NULL;

  fixture->state->run = call_itself_later;
  fixture->state->run_data = data;
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_cmpuint (outcome.n, ==, 1);
  g_assert_true (outcome.thread == fixture->state->thread);
  g_assert_no_error (outcome.error);
}

typedef struct
{
  gboolean  done;
  gboolean  ok;
  GError   *error;
} Started;

static void
started_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Started *started = user_data;

  started->ok = norpc_server_start_finish (NORPC_SERVER (object), result, &started->error);
  started->done = TRUE;
}

static void
start_failing (gboolean async)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (ProbeProbeProxy) proxy =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  Started started = { 0 };
  Outcome outcome = { 0 };

  g_clear_object (&service);
  state->fail_start = TRUE;
  if (async)
    {
      norpc_server_start_async (server, NULL, started_cb, &started);
      probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &outcome);
      while (!started.done)
        g_main_context_iteration (NULL, TRUE);
    }
  else
    {
      started.ok = norpc_server_start (server, NULL, &started.error);
      probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &outcome);
    }

  g_assert_false (started.ok);
  g_assert_error (started.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_false (norpc_server_is_running (server));
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (outcome.error->message, "no room"));
  g_assert_cmpuint (state->n_handled, ==, 0);

  g_clear_error (&started.error);
  g_assert_false (norpc_server_start (server, NULL, &started.error));
  g_assert_error (started.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpstr (started.error->message, ==, "The server failed to start, and cannot be started again");

  probe_state_wait_finalized (state);
  g_assert_null (state->stopped_in);
  g_error_free (started.error);
  outcome_clear (&outcome);
  release_and_wait (g_steal_pointer (&server));
  probe_state_free (state);
}

static void
test_start_fails (void)
{
  start_failing (FALSE);
}

static void
test_start_async_fails (void)
{
  start_failing (TRUE);
}

static void
test_start_async (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (ProbeProbeProxy) proxy =
    probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_autoptr (GError) error = NULL;
  Started started = { 0 };

  g_clear_object (&service);
  norpc_server_start_async (server, NULL, started_cb, &started);
  /* Accepted before the service has started. */
  g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  while (!started.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (started.error);
  g_assert_true (started.ok);

  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error));
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
test_needs_a_service (void)
{
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (ProbeProbeProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  Started started = { 0 };

  server = g_object_new (NORPC_TYPE_SERVER, NULL);
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));

  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (norpc_server_start (server, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
      g_assert_nonnull (strstr (error->message, "has no service"));
      g_clear_error (&error);
    }
  norpc_server_start_async (server, NULL, started_cb, &started);
  while (!started.done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (started.error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_clear_error (&started.error);

  g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/server/own-thread", test_own_thread);
  TEST ("/server/start-twice", test_start_twice);
  TEST ("/server/call-itself", test_call_itself);
  TEST ("/server/call-itself-async", test_call_itself_async);
  g_test_add_func ("/server/start-fails", test_start_fails);
  g_test_add_func ("/server/start-async-fails", test_start_async_fails);
  g_test_add_func ("/server/start-async", test_start_async);
  g_test_add_func ("/server/needs-a-service", test_needs_a_service);

  return g_test_run ();
}
