/* test-helper-ends.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Programs that end, or spoil their connection: each call completes, and no process is left. */

#include <signal.h>

#include "bad-helper-fixture.h"

#define CRASH 1000 /* The argument of Fail that ends the program. */

/* The last reason is known when the process is gone. */
static void
wait_for_error (Bad        *self,
                int         code,
                const char *message)
{
  g_autoptr (GError) error = norpc_helper_dup_error (self->helper);

  while (g_strcmp0 (error->message, message) != 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_clear_error (&error);
      error = norpc_helper_dup_error (self->helper);
    }
  g_assert_error (error, NORPC_ERROR, code);
}

/* A program that never connects, or closes the connection, or sends what is not D-Bus, is killed. The calls that wait for it
 * fail.
 */
static void
test_does_not_connect (Bad           *self,
                       gconstpointer  how)
{
  gboolean hangs = g_str_equal (how, "hang");
  guint n_closed;
  pid_t pid;

  if (hangs)
    g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "The helper '*' has not connected in time");
  bad_start (self, how, 0, hangs ? BAD_START_TIMEOUT : 0);
  bad_hold_many (self, &n_closed);
  pid = bad_read_pid (self);
  if (hangs)
    bad_be_late ();
  bad_wait_closed (&n_closed);
  bad_wait_for_state (self, NORPC_HELPER_FAILED);
  bad_wait_gone (pid);
  wait_for_error (self, hangs ? NORPC_ERROR_TIMED_OUT : NORPC_ERROR_CLOSED,
                  hangs ? "It did not connect in time" : "It has closed its connection, and was killed");
  g_test_assert_expected_messages ();
}

/* As above, but after the program has connected, so that it is started again. */
static void
test_spoils_connection (Bad           *self,
                        gconstpointer  how)
{
  pid_t pid;
  guint n_closed;

  for (guint i = 0; g_str_equal (how, "garbage-later") && i < 2; i++)
    g_test_expect_message ("GLib-GIO", G_LOG_LEVEL_WARNING, "*message exceeds maximum message length*");
  bad_start (self, how, 1, 0);
  bad_hold_many (self, &n_closed);
  pid = bad_read_pid (self);
  bad_wait_closed (&n_closed);
  bad_wait_for_state (self, NORPC_HELPER_FAILED);
  bad_wait_gone (pid);
  g_assert_cmpuint (norpc_helper_get_n_starts (self->helper), ==, 2);
  wait_for_error (self, NORPC_ERROR_CLOSED, "It has closed its connection, and was killed");
  g_test_assert_expected_messages ();
}

/* The errors of the calls that are sent when a process has closed its connection say how it has ended, if it ends soon. */
static void
test_reason (Bad           *self,
             gconstpointer  how)
{
  Outcome outcome = { 0 };
  pid_t pid;

  g_atomic_int_set (&bad_timers.n_reasons, 0);
  g_atomic_int_set (&bad_timers.reasons_late, TRUE);
  bad_start (self, how, 0, 0);
  pid = bad_read_pid (self);
  while (g_atomic_int_get (&bad_timers.n_reasons) == 0)
    iterate ();
  wire_wire_proxy_call_time_left (self->proxy, NULL, bad_time_left_cb, &outcome);
  iterate ();
  g_assert_cmpuint (outcome.n, ==, 0);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (self->proxy)));

  kill (pid, SIGKILL);
  outcome_wait (&outcome);
  g_atomic_int_set (&bad_timers.reasons_late, FALSE);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_true (g_str_has_suffix (outcome.error->message,
                                   "its helper process has ended too often: It was ended by signal 9 (Killed)"));
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_FAILED);
  outcome_clear (&outcome);
}

/* A call that follows one that was open says why the program has ended, too. */
static void
test_next_call (Bad           *self,
                gconstpointer  unused G_GNUC_UNUSED)
{
  g_atomic_int_set (&bad_timers.reasons_late, TRUE);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 left;

      bad_start (self, "good", 0, 0);
      g_assert_false (wire_wire_proxy_call_fail_sync (self->proxy, CRASH, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      g_clear_error (&error);
      g_assert_false (wire_wire_proxy_call_time_left_sync (self->proxy, &left, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      g_assert_true (g_str_has_suffix (error->message, ": It exited with status 1"));
      g_clear_object (&self->proxy);
      g_clear_object (&self->helper);
    }
  g_atomic_int_set (&bad_timers.reasons_late, FALSE);
}

/* It is known how a process that has closed its connection has ended, although the next one runs by then. */
static void
test_reason_of_replaced (Bad           *self,
                         gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  gint64 left;
  pid_t pid;

  g_atomic_int_set (&bad_timers.kills_late, TRUE);
  bad_start (self, "close-first", 1, 0);
  pid = bad_read_pid (self);
  while (norpc_helper_get_n_starts (self->helper) < 2)
    g_main_context_iteration (NULL, FALSE);
  wire_wire_proxy_call_time_left_sync (self->proxy, &left, NULL, &error);
  g_assert_no_error (error);
  wait_for_error (self, NORPC_ERROR_CLOSED, "It has closed its connection");

  kill (pid, SIGKILL);
  wait_for_error (self, NORPC_ERROR_CLOSED, "It was ended by signal 9 (Killed)");
  g_atomic_int_set (&bad_timers.kills_late, FALSE);
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_RUNNING);
  g_assert_cmpuint (norpc_helper_get_n_starts (self->helper), ==, 2);
}

/* A process that ends completes its calls, even if a child of it goes on. The child has neither the connection nor the
 * variable.
 */
static void
test_child (Bad           *self,
            gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *report = NULL;
  guint n_closed;

  bad_start (self, "child", 0, 0);
  report = bad_read_report (self);
  g_assert_cmpstr (report, ==, "0 1 2 3 variable=\n"); /* 3 is the folder that ls reads */
  bad_hold_many (self, &n_closed);
  g_assert_false (wire_wire_proxy_call_fail_sync (self->proxy, CRASH, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  bad_wait_closed (&n_closed);
  bad_wait_for_state (self, NORPC_HELPER_FAILED);
}

/* The end of the process is enough, even if a child keeps the connection open. */
static void
test_fork (Bad           *self,
           gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  guint n_closed;

  bad_start (self, "fork", 0, 0);
  bad_hold_many (self, &n_closed);
  g_assert_false (wire_wire_proxy_call_fail_sync (self->proxy, CRASH, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  bad_wait_closed (&n_closed);
  bad_wait_for_state (self, NORPC_HELPER_FAILED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  BAD_TEST ("/helper-ends/hang", "hang", test_does_not_connect);
  BAD_TEST ("/helper-ends/close", "close", test_does_not_connect);
  BAD_TEST ("/helper-ends/garbage", "garbage", test_does_not_connect);
  BAD_TEST ("/helper-ends/text", "text", test_does_not_connect);
  BAD_TEST ("/helper-ends/close-later", "close-later", test_spoils_connection);
  BAD_TEST ("/helper-ends/garbage-later", "garbage-later", test_spoils_connection);
  BAD_TEST ("/helper-ends/reason-while-starting", "close", test_reason);
  BAD_TEST ("/helper-ends/reason-while-running", "close-later", test_reason);
  BAD_TEST ("/helper-ends/next-call", NULL, test_next_call);
  BAD_TEST ("/helper-ends/reason-of-replaced", NULL, test_reason_of_replaced);
  BAD_TEST ("/helper-ends/child", NULL, test_child);
  BAD_TEST ("/helper-ends/fork", NULL, test_fork);

  return g_test_run ();
}
