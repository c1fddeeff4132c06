/* test-proxy-reply.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Generated functions that call without a GTask, whose replies go to plain functions. */

#include "fixture.h"

/* Of a method without results. */
static void
replied_cb (const GError *error,
            gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = error == NULL;
  outcome->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
not_reached_cb (const GError *error G_GNUC_UNUSED,
                gpointer      user_data G_GNUC_UNUSED)
{
  g_assert_not_reached ();
}

typedef struct
{
  Outcome  outcome;
  GBytes  *echo; /* (unowned) (nullable) */
} Echo;

static void
echo_cb (GBytes       *bytes,
         const GError *error,
         gpointer      user_data)
{
  Echo *echo = user_data;

  echo->echo = bytes;
  replied_cb (error, &echo->outcome);
}

static void
answer (Fixture *fixture)
{
  g_autoptr (NorpcCall) call = probe_state_take_held (fixture->state);

  norpc_call_return_values (call, 0, NULL);
}

/* The reply function borrows the results, which are released after it. */
static void
test_results (Fixture       *fixture,
              gconstpointer  unused)
{
  GThread *freed_in;
  GBytes *bytes = tracked_bytes_new (&freed_in);
  Echo echo = { 0 };

  probe_probe_proxy_call_echo_with_reply (fixture->proxy, bytes, NULL, echo_cb, &echo);
  g_assert_cmpuint (echo.outcome.n, ==, 0);
  outcome_wait (&echo.outcome);
  g_assert_no_error (echo.outcome.error);
  g_assert_true (echo.echo == bytes);

  g_assert_null (freed_in);
  g_bytes_unref (bytes);
  tracked_bytes_wait (&freed_in);
}

static void
test_errors (Fixture       *fixture,
             gconstpointer  unused)
{
  Outcome failed = { 0 }, dropped = { 0 };

  probe_probe_proxy_call_fail_with_reply (fixture->proxy, NULL, replied_cb, &failed);
  probe_probe_proxy_call_drop_with_reply (fixture->proxy, NULL, replied_cb, &dropped);
  outcome_wait (&failed);
  outcome_wait (&dropped);
  g_assert_error (failed.error, G_IO_ERROR, G_IO_ERROR_NOT_EMPTY);
  g_assert_error (dropped.error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  outcome_clear (&failed);
  outcome_clear (&dropped);
}

/* An invalid argument and a server that has stopped: also outside the call. */
static void
test_not_sent (Fixture       *fixture,
               gconstpointer  unused)
{
  Echo wrong = { 0 };
  Outcome closed = { 0 };

  probe_probe_proxy_call_echo_with_reply (fixture->proxy, NULL, NULL, echo_cb, &wrong);
  g_assert_cmpuint (wrong.outcome.n, ==, 0);
  outcome_wait (&wrong.outcome);
  g_assert_error (wrong.outcome.error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_null (wrong.echo);

  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL));
  probe_probe_proxy_call_noop_with_reply (fixture->proxy, NULL, replied_cb, &closed);
  g_assert_cmpuint (closed.n, ==, 0);
  outcome_wait (&closed);
  g_assert_error (closed.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_clear (&wrong.outcome);
  outcome_clear (&closed);
}

/* Before the call is sent: a call that failed has no results. */
static void
test_cancelled_before (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);
  Echo echo = { 0 };

  g_cancellable_cancel (cancellable);
  probe_probe_proxy_call_echo_with_reply (fixture->proxy, bytes, cancellable, echo_cb, &echo);
  g_assert_cmpuint (echo.outcome.n, ==, 0);
  outcome_wait (&echo.outcome);
  g_assert_error (echo.outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (echo.echo);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 0);
  outcome_clear (&echo.outcome);
}

/* While the service has it; and by the proxy, for all calls. */
static void
test_cancelled_after (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NorpcCall) call = NULL, other_call = NULL;
  Outcome held = { 0 }, other = { 0 };

  probe_probe_proxy_call_hold_with_reply (fixture->proxy, cancellable, replied_cb, &held);
  call = probe_state_take_held (fixture->state);
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (held.n, ==, 0);
  outcome_wait (&held);
  g_assert_error (held.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (norpc_call_is_cancelled (call));

  probe_probe_proxy_call_hold_with_reply (fixture->proxy, NULL, replied_cb, &other);
  other_call = probe_state_take_held (fixture->state);
  norpc_proxy_cancel_all (NORPC_PROXY (fixture->proxy));
  outcome_wait (&other);
  g_assert_error (other.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (norpc_call_is_cancelled (other_call));
  outcome_clear (&held);
  outcome_clear (&other);
}

/* The timeout and the priority of the proxy apply. */
static void
test_options (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) urgent =
    probe_probe_proxy_new (norpc_proxy_get_endpoint (NORPC_PROXY (fixture->proxy)));
  Outcome late = { 0 }, blocked = { 0 }, first = { 0 }, second = { 0 };

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 20);
  probe_probe_proxy_call_hold_with_reply (fixture->proxy, NULL, replied_cb, &late);
  outcome_wait (&late);
  g_assert_error (late.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&late);

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 0);
  norpc_proxy_set_priority (NORPC_PROXY (urgent), NORPC_PRIORITY_URGENT);
  probe_probe_proxy_call_block_with_reply (fixture->proxy, NULL, replied_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_note_with_reply (fixture->proxy, 1, NULL, replied_cb, &first);
  probe_probe_proxy_call_note_with_reply (urgent, 2, NULL, replied_cb, &second);
  probe_state_open_gate (fixture->state);
  outcome_wait (&first);
  outcome_wait (&second);
  outcome_wait (&blocked);
  g_assert_cmpuint (g_array_index (fixture->state->numbers, guint, 0), ==, 2);
}

static void
test_latest_wins (Fixture       *fixture,
                  gconstpointer  unused)
{
  Outcome blocked = { 0 }, first = { 0 }, second = { 0 };

  probe_probe_proxy_call_block_with_reply (fixture->proxy, NULL, replied_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_note_latest_with_reply (fixture->proxy, 1, NULL, replied_cb, &first);
  probe_probe_proxy_call_note_latest_with_reply (fixture->proxy, 2, NULL, replied_cb, &second);
  g_assert_cmpuint (first.n, ==, 0);
  outcome_wait (&first);
  g_assert_error (first.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&first);

  probe_state_open_gate (fixture->state);
  outcome_wait (&blocked);
  outcome_wait (&second);
  g_assert_no_error (second.error);
}

static void
log_busy_cb (NorpcProxy *proxy,
             GParamSpec *pspec G_GNUC_UNUSED,
             GString    *log)
{
  g_string_append (log, norpc_proxy_is_busy (proxy) ? "busy; " : "idle; ");
}

static void
log_reply_cb (const GError *error,
              gpointer      log)
{
  g_assert_no_error (error);
  g_string_append (log, "replied; ");
}

static void
log_finish_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      log)
{
  g_assert_true (probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, NULL));
  g_string_append (log, "finished; ");
}

static void
test_busy (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (fixture->proxy, "notify::busy", G_CALLBACK (log_busy_cb), log);
  probe_probe_proxy_call_hold_with_reply (fixture->proxy, NULL, log_reply_cb, log);
  g_assert_true (norpc_proxy_is_busy (NORPC_PROXY (fixture->proxy)));
  iterate ();
  answer (fixture);
  while (strstr (log->str, "idle; ") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (log->str, ==, "busy; replied; idle; ");
}

static gboolean
call_both_ways (gpointer user_data)
{
  gpointer *data = user_data;

  for (guint i = 0; i < 2; i++)
    {
      probe_probe_proxy_call_noop (data[0], NULL, log_finish_cb, data[1]);
      probe_probe_proxy_call_noop_with_reply (data[0], NULL, log_reply_cb, data[1]);
    }
  /* All replies arrive in the iteration that has sent the calls. */
  g_assert_true (probe_probe_proxy_call_noop_sync (data[0], NULL, NULL));

  return G_SOURCE_REMOVE;
}

/* Replies of both kinds come in the order of the calls. */
static void
test_order (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (GString) log = g_string_new (NULL);
  gpointer data[] = { fixture->proxy, log };

  g_idle_add (call_both_ways, data);
  while (strlen (log->str) < strlen ("finished; replied; finished; replied; "))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (log->str, ==, "finished; replied; finished; replied; ");
}

static gpointer
call_in_thread (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  Outcome outcome = { 0 };

  g_main_context_push_thread_default (context);
  probe_probe_proxy_call_noop_with_reply (fixture->proxy, NULL, replied_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* In the context of the caller, not in that of the proxy. */
static void
test_context (Fixture       *fixture,
              gconstpointer  unused)
{
  g_thread_join (g_thread_new ("calls", call_in_thread, fixture));
}

/* An endpoint that calls the service at once does not call back at once. */
static void
test_direct (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (NORPC_ENDPOINT (direct));
  Outcome outcome = { 0 };

  probe_probe_proxy_call_noop_with_reply (proxy, NULL, replied_cb, &outcome);
  g_assert_cmpuint (probe_state_get_n_handled (state), ==, 1);
  g_assert_cmpuint (outcome.n, ==, 0);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);

  g_clear_object (&proxy);
  g_clear_object (&direct);
  g_clear_object (&service);
  probe_state_free (state);
}

/* A layer sends copies of the call; its reply is that of one of them. */
static void
test_layers (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_retry_new (3), norpc_server_get_channel (fixture->server), NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);
  Echo echo = { 0 };

  probe_probe_proxy_call_echo_with_reply (proxy, bytes, NULL, echo_cb, &echo);
  outcome_wait (&echo.outcome);
  g_assert_no_error (echo.outcome.error);
  g_assert_true (echo.echo == bytes);
}

/* A call in flight does not keep its proxy, and completes without it. */
static void
test_proxy_released (Fixture       *fixture,
                     gconstpointer  unused)
{
  Outcome outcome = { 0 };

  probe_probe_proxy_call_hold_with_reply (fixture->proxy, NULL, replied_cb, &outcome);
  release_and_wait (g_steal_pointer (&fixture->proxy));
  answer (fixture);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* Without a reply function, the reply is dropped. */
static void
test_no_func (Fixture       *fixture,
              gconstpointer  owner_data)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a", 1);

  if (owner_data != NULL)
    norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), owner);
  probe_probe_proxy_call_echo_with_reply (fixture->proxy, bytes, NULL, NULL, NULL);
  probe_probe_proxy_call_hold_with_reply (fixture->proxy, NULL, NULL, NULL);
  answer (fixture);
  while (norpc_proxy_is_busy (NORPC_PROXY (fixture->proxy)))
    g_main_context_iteration (NULL, TRUE);
}

/* Calls that the service has, and replies on their way, end without their functions. */
static void
test_owner (Fixture       *fixture,
            gconstpointer  unused)
{
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (NorpcCall) first = NULL, second = NULL;
  Outcome outcome = { 0 };

  norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), owner);
  probe_probe_proxy_call_hold_with_reply (fixture->proxy, NULL, replied_cb, &outcome);
  answer (fixture);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);

  probe_probe_proxy_call_hold_with_reply (fixture->proxy, NULL, not_reached_cb, NULL);
  first = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_hold_with_reply (fixture->proxy, NULL, not_reached_cb, NULL);
  second = probe_state_take_held (fixture->state);
  norpc_call_return_values (first, 0, NULL);
  g_object_unref (owner);
  g_assert_true (norpc_call_is_cancelled (second));
  probe_probe_proxy_call_noop_with_reply (fixture->proxy, NULL, not_reached_cb, NULL);
  iterate ();
  g_assert_false (norpc_proxy_is_busy (NORPC_PROXY (fixture->proxy)));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 3);
}

/* The owner still cancels the calls of a proxy that only they keep. */
static void
test_owner_and_released (Fixture       *fixture,
                         gconstpointer  unused)
{
  GObject *owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (NorpcCall) call = NULL;

  norpc_proxy_set_owner (NORPC_PROXY (fixture->proxy), owner);
  probe_probe_proxy_call_hold_with_reply (fixture->proxy, NULL, not_reached_cb, NULL);
  call = probe_state_take_held (fixture->state);
  g_clear_object (&fixture->proxy);
  g_object_unref (owner);
  g_assert_true (norpc_call_is_cancelled (call));
  iterate ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/proxy-reply/results", test_results);
  TEST ("/proxy-reply/errors", test_errors);
  TEST ("/proxy-reply/not-sent", test_not_sent);
  TEST ("/proxy-reply/cancelled-before", test_cancelled_before);
  TEST ("/proxy-reply/cancelled-after", test_cancelled_after);
  TEST ("/proxy-reply/options", test_options);
  TEST ("/proxy-reply/latest-wins", test_latest_wins);
  TEST ("/proxy-reply/busy", test_busy);
  TEST ("/proxy-reply/order", test_order);
  TEST ("/proxy-reply/context", test_context);
  g_test_add_func ("/proxy-reply/direct", test_direct);
  TEST ("/proxy-reply/layers", test_layers);
  TEST ("/proxy-reply/proxy-released", test_proxy_released);
  TEST ("/proxy-reply/no-func", test_no_func);
  TEST_CAPACITY ("/proxy-reply/no-func-but-owner", 100, test_no_func);
  TEST ("/proxy-reply/owner", test_owner);
  TEST ("/proxy-reply/owner-and-released", test_owner_and_released);

  return g_test_run ();
}
