/* test-call.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls: their two halves, their single answer, and where values are released. */

#include "call/norpc-call-private.h"
#include "fixture.h"

static NorpcReply *
call_sync (Fixture    *fixture,
           const char *method,
           GError    **error)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  int index = norpc_interface_info_find_method (info, method);

  g_assert_cmpint (index, >=, 0);

  return norpc_proxy_call_sync (NORPC_PROXY (fixture->proxy),
                                norpc_call_new (info, (guint) index), NULL, error);
}

static void
test_dropped (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_drop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  g_assert_cmpstr (error->message, ==, "org.example.Probe.Drop was dropped without a reply");
}

static void
test_dropped_later (Fixture       *fixture,
                    gconstpointer  unused)
{
  Outcome outcome = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  norpc_call_unref (probe_state_take_held (fixture->state));
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  outcome_clear (&outcome);
}

static void
test_failed (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_fail_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
  g_assert_cmpstr (error->message, ==, "as told");
}

/* An exception in another language: FALSE, and no error. */
static void
test_failed_mutely (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_mute_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "org.example.Probe.Mute failed and gave no reason");
}

static void
test_other_interface (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (ProbeOtherProxy) other = NULL;
  g_autoptr (GError) error = NULL;

  other = probe_other_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  g_assert_false (probe_other_proxy_call_nothing_sync (other, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_nonnull (strstr (error->message, "org.example.Other"));
}

static void
test_answered_twice (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);

  g_assert_false (norpc_call_is_replied (call));
  norpc_call_return_values (call, 0, NULL);
  g_assert_true (norpc_call_is_replied (call));

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*org.example.Probe.Hold was answered twice*");
  norpc_call_return_error_literal (call, G_IO_ERROR, G_IO_ERROR_FAILED, "late");
  g_test_assert_expected_messages ();

  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

static void
answer_and_fail (ProbeService *service,
                 NorpcCall    *call,
                 gpointer      data)
{
  norpc_call_return_values (call, 0, NULL);
  norpc_call_return_values (call, 0, NULL);
}

static void
test_answered_twice_at_once (Fixture       *fixture,
                             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  fixture->state->run = answer_and_fail;
  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*Run was answered twice*");
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);

  /* The second answer comes after the first has reached us. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_test_assert_expected_messages ();
}

static void
test_begun_and_dropped (Fixture       *fixture,
                        gconstpointer  unused)
{
  NorpcCall *call;
  Outcome outcome = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);
  g_assert_nonnull (norpc_call_begin_reply (call, norpc_call_get_interface_info (call),
                                            norpc_call_get_method (call)));
  norpc_call_unref (call);

  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  outcome_clear (&outcome);
}

static gpointer
drop_thread (gpointer data)
{
  norpc_call_unref (data);

  return NULL;
}

/* Another thread releases the call while it is answered, at each possible point. */
static void
test_dropped_while_answered (Fixture       *fixture,
                             gconstpointer  unused)
{
  for (guint i = 0; i < 3; i++)
    {
      Outcome outcome = { 0 };
      NorpcCall *call;

      probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
      call = probe_state_take_held (fixture->state);
      norpc_call_ref (call);

      if (i == 0)
        g_thread_join (g_thread_new ("drop", drop_thread, call));
      g_assert_nonnull (norpc_call_begin_reply (call, norpc_call_get_interface_info (call),
                                                norpc_call_get_method (call)));
      if (i == 1)
        g_thread_join (g_thread_new ("drop", drop_thread, call));
      norpc_call_end_reply (call);
      if (i == 2)
        g_thread_join (g_thread_new ("drop", drop_thread, call));
      norpc_call_unref (call);

      outcome_wait (&outcome);
      g_assert_no_error (outcome.error);
    }
}

static void
test_answered_for_another (Fixture       *fixture,
                           gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };

  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "A call of org.example.Probe.* was answered with the results of org.example.Probe.*");
  g_assert_null (norpc_call_begin_reply (call, probe_probe_interface_info (), 0));
  g_test_assert_expected_messages ();

  norpc_call_return_values (call, 0, NULL);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

static void
test_reply_values (Fixture       *fixture,
                   gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcCall *call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Echo"));
  g_autoptr (NorpcReply) reply = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autoptr (GBytes) echo = NULL;
  g_autoptr (GError) error = NULL;
  const GValue *values;
  GValue *args;
  guint n;

  g_assert_cmpstr (norpc_call_get_method_name (call), ==, "Echo");
  args = norpc_call_get_args (call, &n);
  g_assert_cmpuint (n, ==, 1);
  g_value_set_boxed (&args[0], bytes);

  reply = norpc_proxy_call_sync (NORPC_PROXY (fixture->proxy), call, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (norpc_reply_get_error (reply));

  values = norpc_reply_get_values (reply, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (g_value_get_boxed (&values[0]) == bytes);

  echo = norpc_reply_steal_pointer (reply, 0);
  g_assert_true (echo == bytes);
  g_assert_null (g_value_get_boxed (&values[0]));
}

static void
test_no_values_with_error (Fixture       *fixture,
                           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (call_sync (fixture, "Fail", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
}

/* Arguments are released by the service, results by the client. */
static void
test_argument_ends_with_service (Fixture       *fixture,
                                 gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcCall *call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Echo"));
  g_autoptr (GError) error = NULL;
  NorpcReply *reply;
  GThread *freed_in;

  g_value_take_boxed (norpc_call_get_args (call, NULL), tracked_bytes_new (&freed_in));

  /* The echo keeps them, so the client releases the last reference. */
  reply = norpc_proxy_call_sync (NORPC_PROXY (fixture->proxy), call, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_null (freed_in);
  norpc_reply_unref (reply);
  g_assert_true (tracked_bytes_wait (&freed_in) == g_thread_self ());

  /* A method without results lets its argument go in the service. */
  call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Echo"));
  g_value_take_boxed (norpc_call_get_args (call, NULL), tracked_bytes_new (&freed_in));
  norpc_endpoint_send (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)), call);
  g_assert_true (tracked_bytes_wait (&freed_in) ==
                 probe_state_get_thread (fixture->state, &fixture->state->thread));
}

static void
test_cancelled_argument_ends_with_service (Fixture       *fixture,
                                           gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcCall *call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Echo"));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome blocked = { 0 };
  GThread *freed_in;

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);

  g_value_take_boxed (norpc_call_get_args (call, NULL), tracked_bytes_new (&freed_in));
  norpc_proxy_call (NORPC_PROXY (fixture->proxy), call, cancellable, NULL, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_null (freed_in);

  probe_state_open_gate (fixture->state);
  g_assert_true (tracked_bytes_wait (&freed_in) ==
                 probe_state_get_thread (fixture->state, &fixture->state->thread));
  outcome_wait (&blocked);
}

static void
test_steal_argument (void)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  g_autoptr (NorpcCall) call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Echo"));
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autoptr (GBytes) stolen = NULL;
  GValue *args = norpc_call_get_args (call, NULL);

  g_value_set_boxed (&args[0], bytes);
  stolen = norpc_call_steal_pointer (call, 0);
  g_assert_true (stolen == bytes);
  g_assert_null (g_value_get_boxed (&args[0]));
}

static void
test_unsent (void)
{
  g_autoptr (NorpcCall) call = norpc_call_new (probe_probe_interface_info (), 0);
  NorpcReply *reply = (NorpcReply *) call;

  /* Nobody waits: dropping it is all there is to do. */
  g_assert_false (norpc_call_is_cancelled (call));
  g_assert_false (norpc_call_is_replied (call));
  g_assert_null (norpc_reply_get_error (reply));
}

/* Neither a call that was sent can be sent again, nor one that has ended. */
static void
test_sent_twice (Fixture       *fixture,
                 gconstpointer  unused)
{
  NorpcProxy *proxy = NORPC_PROXY (fixture->proxy);
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (proxy);
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  NorpcCall *call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, "Noop"));
  g_autoptr (NorpcReply) reply = norpc_proxy_call_sync (proxy, norpc_call_ref (call), NULL, NULL);

  g_assert_nonnull (reply);
  for (guint i = 0; i < 5; i++)
    g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*norpc_call_is_new (call)*");
  g_assert_null (norpc_proxy_call_sync (proxy, call, NULL, NULL));
  norpc_proxy_call (proxy, call, NULL, NULL, NULL);
  g_assert_null (norpc_endpoint_call_sync (endpoint, call, NULL, NULL));
  norpc_endpoint_call (endpoint, call, NULL, NULL, NULL);
  norpc_call_unref (call);

  call = norpc_call_new (info, 0);
  norpc_call_return_values (call, 0, NULL);
  g_assert_null (norpc_endpoint_call_sync (endpoint, call, NULL, NULL));
  g_test_assert_expected_messages ();
  norpc_call_unref (call);
}

/* An attempt that completes as its handler is about to start is not kept by the call that it is
 * made for, which outlives it.
 */
static void
test_attempt_that_has_completed (void)
{
  g_autoptr (NorpcCall) call = norpc_call_new (probe_probe_interface_info (), 0);
  NorpcCall *attempt = norpc_call_copy (call);

  norpc_call_cancel (attempt, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled by a test"));
  g_assert_true (norpc_call_begin_handling (attempt));
  g_assert_null (call->attempt);
  norpc_call_unref (attempt);

  attempt = norpc_call_copy (call);
  g_assert_true (norpc_call_begin_handling (attempt));
  g_assert_true (call->attempt == attempt);
  norpc_call_return_values (attempt, 0, NULL);
  g_assert_null (call->attempt);
  norpc_call_unref (attempt);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/call/dropped", test_dropped);
  TEST ("/call/dropped-later", test_dropped_later);
  TEST ("/call/failed", test_failed);
  TEST ("/call/failed-mutely", test_failed_mutely);
  TEST ("/call/other-interface", test_other_interface);
  TEST ("/call/answered-twice", test_answered_twice);
  TEST ("/call/answered-twice-at-once", test_answered_twice_at_once);
  TEST ("/call/begun-and-dropped", test_begun_and_dropped);
  TEST ("/call/dropped-while-answered", test_dropped_while_answered);
  TEST ("/call/answered-for-another", test_answered_for_another);
  TEST ("/call/reply-values", test_reply_values);
  TEST ("/call/no-values-with-error", test_no_values_with_error);
  TEST ("/call/argument-ends-with-service", test_argument_ends_with_service);
  TEST ("/call/cancelled-argument-ends-with-service", test_cancelled_argument_ends_with_service);
  g_test_add_func ("/call/steal-argument", test_steal_argument);
  g_test_add_func ("/call/unsent", test_unsent);
  g_test_add_func ("/call/attempt-that-has-completed", test_attempt_that_has_completed);
  TEST ("/call/sent-twice", test_sent_twice);

  return g_test_run ();
}
