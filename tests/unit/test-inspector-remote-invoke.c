/* test-inspector-remote-invoke.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that are made by hand in another process. Here it is the same one, over its socket. */

#include "inspector-process.h"
#include "stats/norpc-stats-recorder-private.h"

/* At an address. */
static void
test_invoke (void)
{
  Fixture fixture = { 0 };
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) wrong = NULL;
  g_autofree char *results = NULL;
  g_autofree char *later = NULL;

  if (!is_inspected ("/inspector/remote-invoke/invoke", "unix:path=", NULL))
    return;

  fixture_set_up (&fixture, NULL);
  inspector = connect_to ("socket");
  results = norpc_inspector_invoke_sync (inspector, 1, "org.example.Probe", "Echo", "b'abc'", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (results, ==, "echo=b'abc'");

  norpc_inspector_invoke (inspector, 1, "org.example.Probe", "Noop", "", NULL, invoked_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  later = norpc_inspector_invoke_finish (inspector, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (later, ==, "");

  g_assert_null (norpc_inspector_invoke_sync (inspector, 1, "org.example.Probe", "Drop", "", NULL, &failure));
  g_assert_error (failure, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  g_assert_null (norpc_inspector_invoke_sync (inspector, 7, "org.example.Probe", "Noop", "", NULL, &wrong));
  g_assert_error (wrong, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (wrong->message, ==, "there is no service 7");

  fixture_tear_down (&fixture, NULL);
}

typedef struct
{
  NorpcInspector *inspector;
  GCancellable   *cancellable;
} BlockingInvocation;

/* Calls Hold, which is never answered, and blocks until it is cancelled. */
static gpointer
invoke_hold (gpointer data)
{
  BlockingInvocation *invocation = data;
  GError *error = NULL;

  g_assert_null (norpc_inspector_invoke_sync (invocation->inspector, 1, "org.example.Probe", "Hold", "",
                                              invocation->cancellable, &error));

  return error;
}

/* Waits until the service sees that a call was cancelled. */
static void
wait_for_cancelled (NorpcCall *call)
{
  GCancellable *cancellable = norpc_call_get_cancellable (call);

  while (!g_cancellable_is_cancelled (cancellable))
    g_usleep (1000);
}

/* The service sees that its call was cancelled; calls of the same connection that were not go on. */
static void
test_cancel (void)
{
  Fixture fixture = { 0 };
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) blocking = g_cancellable_new ();
  g_autoptr (GAsyncResult) cancelled = NULL;
  g_autoptr (GAsyncResult) other = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) blocking_error = NULL;
  g_autofree char *results = NULL;
  BlockingInvocation invocation;
  NorpcCall *calls[3];
  GThread *thread;

  if (!is_inspected ("/inspector/remote-invoke/cancel", "unix:path=", NULL))
    return;

  fixture_set_up (&fixture, NULL);
  inspector = connect_to ("socket");
  norpc_inspector_invoke (inspector, 1, "org.example.Probe", "Hold", "", cancellable, invoked_cb, &cancelled);
  calls[0] = probe_state_take_held (fixture.state);
  norpc_inspector_invoke (inspector, 1, "org.example.Probe", "Hold", "", NULL, invoked_cb, &other);
  calls[1] = probe_state_take_held (fixture.state);
  invocation = (BlockingInvocation) { inspector, blocking };
  thread = g_thread_new ("blocking", invoke_hold, &invocation);
  calls[2] = probe_state_take_held (fixture.state);

  g_cancellable_cancel (cancellable);
  while (cancelled == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (norpc_inspector_invoke_finish (inspector, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_for_cancelled (calls[0]);
  g_assert_false (g_cancellable_is_cancelled (norpc_call_get_cancellable (calls[2])));

  g_cancellable_cancel (blocking);
  blocking_error = g_thread_join (thread);
  g_assert_error (blocking_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_for_cancelled (calls[2]);

  g_assert_false (g_cancellable_is_cancelled (norpc_call_get_cancellable (calls[1])));
  norpc_call_return_values (calls[1], 0, NULL);
  while (other == NULL)
    g_main_context_iteration (NULL, TRUE);
  results = norpc_inspector_invoke_finish (inspector, other, NULL);
  g_assert_cmpstr (results, ==, "");

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    norpc_call_unref (calls[i]);
  fixture_tear_down (&fixture, NULL);
}

/* A process that ends cannot say that it no longer waits. */
static void
test_peer_leaves (void)
{
  Fixture fixture = { 0 };
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  NorpcCall *call;

  if (!is_inspected ("/inspector/remote-invoke/peer-leaves", "unix:path=", NULL))
    return;

  fixture_set_up (&fixture, NULL);
  inspector = connect_to ("socket");
  norpc_inspector_invoke (inspector, 1, "org.example.Probe", "Hold", "", NULL, invoked_cb, &result);
  call = probe_state_take_held (fixture.state);
  g_object_get (inspector, "connection", &connection, NULL);
  g_assert_true (g_dbus_connection_close_sync (connection, NULL, NULL));
  wait_for_cancelled (call);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  norpc_call_unref (call);
  while (norpc_metrics_are_enabled ())
    g_usleep (1000);
  fixture_tear_down (&fixture, NULL);
}

/* Sends messages of its own, which NorpcInspector does not. */
static void
test_messages (void)
{
  Fixture fixture = { 0 };
  g_autoptr (NorpcInspector) inspector = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GVariant) cancelled = NULL;
  g_autoptr (GVariant) twice = NULL;
  g_autoptr (GError) error = NULL;
  NorpcCall *call;

  if (!is_inspected ("/inspector/remote-invoke/messages", "unix:path=", NULL))
    return;

  fixture_set_up (&fixture, NULL);
  inspector = connect_to ("socket");
  g_object_get (inspector, "connection", &connection, NULL);
  cancelled = g_dbus_connection_call_sync (connection, NULL, "/org/norpc/Inspector", "org.norpc.Inspector1", "Cancel",
                                           g_variant_new ("(u)", 99), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);

  g_dbus_connection_call (connection, NULL, "/org/norpc/Inspector", "org.norpc.Inspector1", "Invoke",
                          g_variant_new ("(uusss)", 7, 1, "org.example.Probe", "Hold", ""), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
  call = probe_state_take_held (fixture.state);
  twice = g_dbus_connection_call_sync (connection, NULL, "/org/norpc/Inspector", "org.norpc.Inspector1", "Invoke",
                                       g_variant_new ("(uusss)", 7, 1, "org.example.Probe", "Noop", ""), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_null (twice);
  g_dbus_error_strip_remote_error (error);
  g_assert_cmpstr (error->message, ==, "the invocation 7 is in progress");
  norpc_call_return_values (call, 0, NULL);
  norpc_call_unref (call);
  fixture_tear_down (&fixture, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/inspector/remote-invoke/invoke", test_invoke);
  g_test_add_func ("/inspector/remote-invoke/cancel", test_cancel);
  g_test_add_func ("/inspector/remote-invoke/peer-leaves", test_peer_leaves);
  g_test_add_func ("/inspector/remote-invoke/messages", test_messages);

  return g_test_run ();
}
