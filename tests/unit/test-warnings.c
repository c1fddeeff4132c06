/* test-warnings.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Certain mistakes, which cause warnings, and correct uses, which do not. */

#include "call/norpc-call-scope-private.h"
#include "fixture.h"

/* One service, in two servers. */
typedef struct
{
  ProbeState      *state;
  GObject         *service; /* (owned) */
  NorpcServer     *servers[2];
  ProbeProbeProxy *proxies[2];
} Shared;

static void
shared_start (Shared *shared,
              guint   i)
{
  g_autoptr (GError) error = NULL;

  norpc_server_start (shared->servers[i], NULL, &error);
  g_assert_no_error (error);
}

static void
shared_stop (Shared *shared,
             guint   i)
{
  g_autoptr (GError) error = NULL;

  norpc_server_stop (shared->servers[i], NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
}

/* Takes over @first and @second, which are servers of @service. */
static void
shared_init (Shared      *shared,
             NorpcServer *first,
             NorpcServer *second)
{
  shared->servers[0] = first;
  shared->servers[1] = second;
  for (guint i = 0; i < 2; i++)
    shared->proxies[i] =
      probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (shared->servers[i])));
}

static void
shared_make_service (Shared *shared)
{
  shared->state = probe_state_new ();
  shared->service = probe_service_new (shared->state);
}

static void
shared_clear (Shared *shared)
{
  for (guint i = 0; i < 2; i++)
    {
      shared_stop (shared, i);
      g_clear_object (&shared->proxies[i]);
      g_clear_object (&shared->servers[i]);
    }
  g_clear_object (&shared->service);
  probe_state_wait_finalized (shared->state);
  /* It saw it, too. */
  shared->state->n_wrong = 0;
  probe_state_free (shared->state);
}

static void
expect_warning (const char *pattern)
{
  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, pattern);
}

/* Each of them is where the other is not. Of a method it is told once. */
static void
test_two_threads (void)
{
  Shared shared;

  shared_make_service (&shared);
  shared_init (&shared, norpc_server_new (shared.service), norpc_server_new (shared.service));
  shared_start (&shared, 0);
  g_assert_true (probe_probe_proxy_call_noop_sync (shared.proxies[0], NULL, NULL));
  shared_start (&shared, 1);

  expect_warning ("org.example.Probe.Noop is called in thread 0x* (ProbeService), but a server "
                  "runs the same service in thread 0x* (ProbeService); *");
  g_assert_true (probe_probe_proxy_call_noop_sync (shared.proxies[1], NULL, NULL));
  g_test_assert_expected_messages ();
  g_assert_true (probe_probe_proxy_call_noop_sync (shared.proxies[0], NULL, NULL));

  expect_warning ("org.example.Probe.Note is called in *");
  g_assert_true (probe_probe_proxy_call_note_sync (shared.proxies[0], 1, NULL, NULL));
  g_test_assert_expected_messages ();

  shared_clear (&shared);
}

/* A proxy is thread-safe, so it may be the service of several servers. */
static void
test_proxy_as_service (void)
{
  Shared shared;
  g_autoptr (GObject) service = NULL;
  g_autoptr (NorpcServer) first = NULL, second = NULL;
  g_autoptr (ProbeProbeProxy) proxy = NULL;

  shared_make_service (&shared);
  shared_init (&shared, norpc_server_new (shared.service), norpc_server_new (shared.service));
  shared_start (&shared, 0);
  service = g_object_ref (G_OBJECT (shared.proxies[0]));
  first = norpc_server_new (service);
  second = norpc_server_new (service);
  g_assert_true (norpc_server_start (first, NULL, NULL));
  g_assert_true (norpc_server_start (second, NULL, NULL));
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (second)));
  g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));

  g_assert_true (norpc_server_stop (first, NORPC_STOP_FINISH, NULL, NULL));
  g_assert_true (norpc_server_stop (second, NORPC_STOP_FINISH, NULL, NULL));
  shared_clear (&shared);
}

/* The same service is elsewhere later, or twice in the same thread. */
static void
test_one_after_the_other (void)
{
  Shared shared;

  shared_make_service (&shared);
  shared_init (&shared, norpc_server_new (shared.service), norpc_server_new (shared.service));
  for (guint i = 0; i < 2; i++)
    {
      shared_start (&shared, i);
      g_assert_false (probe_probe_proxy_call_drop_sync (shared.proxies[i], NULL, NULL));
      shared_stop (&shared, i);
    }

  shared_clear (&shared);
}

static void
test_same_thread (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new ("both");
  Shared shared;

  shared_make_service (&shared);
  shared_init (&shared, norpc_server_new_on_thread (shared.service, thread),
               norpc_server_new_on_thread (shared.service, thread));
  for (guint i = 0; i < 2; i++)
    shared_start (&shared, i);
  for (guint i = 0; i < 2; i++)
    g_assert_false (probe_probe_proxy_call_fail_sync (shared.proxies[i], NULL, NULL));

  shared_clear (&shared);
  norpc_thread_stop (thread);
}

/* Of two contexts nobody knows which threads run them: it is a mistake only if
 * both of them are at it.
 */
static void
test_two_contexts (void)
{
  g_autoptr (NorpcThread) first = norpc_thread_new ("first");
  g_autoptr (NorpcThread) second = norpc_thread_new ("second");
  Outcome outcome = { 0 };
  Shared shared;

  shared_make_service (&shared);
  shared_init (&shared,
               norpc_server_new_in_context (shared.service, norpc_thread_get_main_context (first)),
               norpc_server_new_in_context (shared.service, norpc_thread_get_main_context (second)));
  for (guint i = 0; i < 2; i++)
    shared_start (&shared, i);

  probe_probe_proxy_call_block (shared.proxies[0], NULL, block_cb, &outcome);
  probe_state_wait_blocked (shared.state);
  expect_warning ("org.example.Probe.Drop is called in thread 0x* (second), but * in thread 0x*; *");
  g_assert_false (probe_probe_proxy_call_drop_sync (shared.proxies[1], NULL, NULL));
  g_test_assert_expected_messages ();
  probe_state_open_gate (shared.state);
  outcome_wait (&outcome);

  shared_clear (&shared);
  norpc_thread_stop (first);
  norpc_thread_stop (second);
}

/* Whoever is called on the spot is in two threads as well. */
static void
test_direct (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (direct));
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_mute_sync (proxy, NULL, NULL));

  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  expect_warning ("org.example.Probe.Mute is called in thread 0x*, but * in thread 0x*; *");
  g_assert_false (probe_probe_proxy_call_mute_sync (proxy, NULL, NULL));
  g_test_assert_expected_messages ();

  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (probe_probe_proxy_call_mute_sync (proxy, NULL, NULL));

  g_clear_object (&proxy);
  g_clear_object (&direct);
  g_clear_object (&server);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
enter_and_return (ProbeService *service,
                  NorpcCall    *call,
                  gpointer      data)
{
  norpc_call_enter (call);
  norpc_call_return_values (call, 0, NULL);
}

static void
enter_and_leave (ProbeService *service,
                 NorpcCall    *call,
                 gpointer      data)
{
  norpc_call_enter (call);
  norpc_call_enter (call);
  norpc_call_leave (call);
  norpc_call_leave (call);
  norpc_call_return_values (call, 0, NULL);
}

static void
leave_and_return (ProbeService *service,
                  NorpcCall    *call,
                  gpointer      data)
{
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*assertion*failed*");
  norpc_call_leave (call);
  g_test_assert_expected_messages ();
  norpc_call_return_values (call, 0, NULL);
}

/* In the thread of the caller, where a direct endpoint handles. */
static void
test_entered (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (direct));
  g_autoptr (NorpcCall) outer = norpc_call_new (probe_probe_interface_info (), 0);
  NorpcCallScope scope;

  norpc_call_enter (outer);

  state->run = enter_and_leave;
  g_assert_true (probe_probe_proxy_call_run_sync (proxy, NULL, NULL));

  state->run = leave_and_return;
  g_assert_true (probe_probe_proxy_call_run_sync (proxy, NULL, NULL));

  state->run = enter_and_return;
  expect_warning ("The handler of org.example.Probe.Run, in thread 0x*, entered a call "
                  "and returned without leaving it");
  g_assert_true (probe_probe_proxy_call_run_sync (proxy, NULL, NULL));
  g_test_assert_expected_messages ();

  /* A call that was entered before is left without a warning. */
  norpc_call_leave (outer);
  norpc_call_scope_begin (&scope, NULL);
  norpc_call_scope_end (&scope, NULL);
  g_assert_null (scope.call);

  g_clear_object (&proxy);
  g_clear_object (&direct);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
entering_cb (NorpcReply *reply,
             gpointer    user_data)
{
  NorpcCall **call = user_data;

  norpc_call_enter (*call);
  g_clear_pointer (call, norpc_call_unref);
  norpc_reply_unref (reply);
}

static void
test_entered_in_callback (Fixture       *fixture,
                          gconstpointer  unused)
{
  NorpcCall *call = norpc_call_new (probe_probe_interface_info (), 0);

  norpc_endpoint_call (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)),
                       norpc_call_new (probe_probe_interface_info (), 0), NULL,
                       entering_cb, &call);
  expect_warning ("A reply function, in thread 0x*, entered a call and returned without leaving it");
  while (call != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_test_assert_expected_messages ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  /* Correct uses come first, because a warning is emitted only once for each method. */
  g_test_add_func ("/warnings/one-after-the-other", test_one_after_the_other);
  g_test_add_func ("/warnings/same-thread", test_same_thread);
  g_test_add_func ("/warnings/proxy-as-service", test_proxy_as_service);
  g_test_add_func ("/warnings/two-threads", test_two_threads);
  g_test_add_func ("/warnings/two-contexts", test_two_contexts);
  g_test_add_func ("/warnings/direct", test_direct);
  g_test_add_func ("/warnings/entered", test_entered);
  TEST ("/warnings/entered-in-callback", test_entered_in_callback);

  return g_test_run ();
}
