/* test-helper-stops.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Helpers that are stopped, replaced or released at any time: no process is left. */

#include <signal.h>
#include <unistd.h>

#include "bad-helper-fixture.h"
#include "remote/norpc-dbus-disconnection-private.h"

void __real_g_subprocess_force_exit (GSubprocess *process);
void __wrap_g_subprocess_force_exit (GSubprocess *process);

void __real_g_dbus_connection_close (GDBusConnection     *connection,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data);
void __wrap_g_dbus_connection_close (GDBusConnection     *connection,
                                     GCancellable        *cancellable,
                                     GAsyncReadyCallback  callback,
                                     gpointer             user_data);

void __real_norpc_dbus_disconnection_set_func (GDBusConnection            *connection,
                                               NorpcDBusDisconnectionFunc  func,
                                               gpointer                    data,
                                               GDestroyNotify              destroy);
void __wrap_norpc_dbus_disconnection_set_func (GDBusConnection            *connection,
                                               NorpcDBusDisconnectionFunc  func,
                                               gpointer                    data,
                                               GDestroyNotify              destroy);

/* A helper that is restarted while something else happens in its thread, which goes on when a call waits. */
typedef struct
{
  NorpcHelper *helper;    /* (unowned) (nullable) atomic: NULL until it is there */
  guint        n_restarts;
  gboolean     restarted; /* atomic */
  gboolean     called;    /* atomic */
} Restart;

static Restart *restarted_on_end;     /* (unowned) (nullable) atomic: when its process is about to be killed */
static Restart *restarted_on_connect; /* (unowned) (nullable) atomic: when its process has connected */
static NorpcHelper *stopped_helper; /* (unowned) (nullable) atomic: it is stopped when its process is about to be killed */
static NorpcHelper **closed_helper; /* (unowned) (nullable) atomic: where the helper is, or will be, that is stopped when its
                                       connection is about to be closed */

/* Runs in the thread of the helper. */
static void
restart_and_wait (Restart **restart)
{
  Restart *self = g_atomic_pointer_exchange (restart, NULL);

  if (self == NULL)
    return;

  while (g_atomic_pointer_get (&self->helper) == NULL)
    g_thread_yield ();
  for (guint i = 0; i < self->n_restarts; i++)
    norpc_helper_restart (self->helper);
  g_atomic_int_set (&self->restarted, TRUE);
  while (!g_atomic_int_get (&self->called))
    g_thread_yield ();
}

/* Runs in the thread of the helper. */
void
__wrap_norpc_dbus_disconnection_set_func (GDBusConnection            *connection,
                                          NorpcDBusDisconnectionFunc  func,
                                          gpointer                    data,
                                          GDestroyNotify              destroy)
{
  restart_and_wait (&restarted_on_connect);
  __real_norpc_dbus_disconnection_set_func (connection, func, data, destroy);
}

/* Runs in the thread of the helper. */
void
__wrap_g_subprocess_force_exit (GSubprocess *process)
{
  NorpcHelper *helper = g_atomic_pointer_exchange (&stopped_helper, NULL);

  if (helper != NULL)
    norpc_helper_stop (helper);
  restart_and_wait (&restarted_on_end);
  __real_g_subprocess_force_exit (process);
}

/* Runs in the thread of the helper. */
void
__wrap_g_dbus_connection_close (GDBusConnection     *connection,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  NorpcHelper **helper = g_atomic_pointer_exchange (&closed_helper, NULL);

  if (helper != NULL)
    {
      while (g_atomic_pointer_get (helper) == NULL)
        g_usleep (100);
      norpc_helper_stop (g_atomic_pointer_get (helper));
    }
  __real_g_dbus_connection_close (connection, cancellable, callback, user_data);
}

/* A helper that is stopped while it waits for the reason, or just before that, stays stopped. */
static void
test_stop_before_reason (Bad           *self,
                         gconstpointer  how)
{
  gboolean waits = g_str_equal (how, "close");
  Outcome outcome = { 0 };
  pid_t pid;

  g_atomic_int_set (&bad_timers.n_reasons, 0);
  g_atomic_int_set (&bad_timers.reasons_late, TRUE);
  g_atomic_pointer_set (&closed_helper, waits ? NULL : &self->helper);
  bad_start (self, how, 0, 0);
  pid = bad_read_pid (self);
  while (g_atomic_int_get (&bad_timers.n_reasons) == 0)
    iterate ();
  wire_wire_proxy_call_time_left (self->proxy, NULL, bad_time_left_cb, &outcome);
  if (waits)
    norpc_helper_stop (self->helper);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_true (g_str_has_suffix (outcome.error->message, "its helper was stopped"));
  bad_wait_gone (pid);
  g_atomic_int_set (&bad_timers.reasons_late, FALSE);
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_STOPPED);
  outcome_clear (&outcome);
}

/* A program that goes on after SIGTERM is killed, whether it has connected or not. */
static void
test_ignores_sigterm (Bad           *self,
                      gconstpointer  how)
{
  g_autoptr (GError) error = NULL;
  gint64 left;
  pid_t pid;

  bad_start (self, how, 0, 0);
  if (g_str_equal (how, "ignores-sigterm"))
    {
      wire_wire_proxy_call_time_left_sync (self->proxy, &left, NULL, &error);
      g_assert_no_error (error);
    }
  pid = bad_read_pid (self);
  norpc_helper_stop (self->helper);
  bad_wait_gone (pid);
}

/* A program that is started is stopped, too. */
static void
test_stop_while_starting (Bad           *self,
                          gconstpointer  unused G_GNUC_UNUSED)
{
  guint n_closed;
  pid_t pid;

  bad_start (self, "hang", 0, 0);
  bad_hold_many (self, &n_closed);
  pid = bad_read_pid (self);
  norpc_helper_stop (self->helper);
  bad_wait_closed (&n_closed);
  bad_wait_gone (pid);
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_STOPPED);
}

/* A helper that is stopped while its process ends does not start it again. */
static void
test_stop_while_ending (Bad           *self,
                        gconstpointer  unused G_GNUC_UNUSED)
{
  pid_t pid;

  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "The helper '*' has not connected in time");
  g_atomic_pointer_set (&stopped_helper, NULL);
  bad_start (self, "hang", 5, BAD_START_TIMEOUT);
  g_atomic_pointer_set (&stopped_helper, self->helper);
  pid = bad_read_pid (self);
  bad_be_late ();
  bad_wait_for_state (self, NORPC_HELPER_STOPPED);
  bad_wait_gone (pid);
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_STOPPED);
  g_assert_cmpuint (norpc_helper_get_n_starts (self->helper), ==, 1);
  g_test_assert_expected_messages ();
}

static void
note_state_cb (NorpcHelper *helper,
               GParamSpec  *pspec G_GNUC_UNUSED,
               gboolean    *failed)
{
  *failed = *failed || norpc_helper_get_state (helper) == NORPC_HELPER_FAILED;
}

/* Calls that are sent after the restart wait for the next process, also if the last one has just ended, or connected: they
 * are answered, as often as the helper is restarted.
 */
static void
check_restarted (Bad      *self,
                 Restart **when,
                 gboolean  ends,
                 guint     n_restarts)
{
  Restart restart = { .n_restarts = n_restarts };
  Outcome outcome = { 0 };
  gboolean failed = FALSE;

  g_atomic_pointer_set (when, &restart);
  bad_start (self, "good", 0, 0);
  g_signal_connect (self->helper, "notify::state", G_CALLBACK (note_state_cb), &failed);
  g_atomic_pointer_set (&restart.helper, self->helper);
  if (ends)
    kill (bad_read_pid (self), SIGKILL);
  while (!g_atomic_int_get (&restart.restarted))
    iterate ();
  wire_wire_proxy_call_time_left (self->proxy, NULL, bad_time_left_cb, &outcome);
  g_atomic_int_set (&restart.called, TRUE);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (norpc_helper_get_n_starts (self->helper), ==, 2);
  bad_wait_for_state (self, NORPC_HELPER_RUNNING);
  g_assert_false (failed);
  outcome_clear (&outcome);
}

static void
test_restart_while_ending (Bad           *self,
                           gconstpointer  n_restarts)
{
  check_restarted (self, &restarted_on_end, TRUE, GPOINTER_TO_UINT (n_restarts));
}

static void
test_restart_while_connecting (Bad           *self,
                               gconstpointer  n_restarts)
{
  check_restarted (self, &restarted_on_connect, FALSE, GPOINTER_TO_UINT (n_restarts));
}

/* A program that is stopped gets SIGTERM, and time to end. */
static void
test_terminated (Bad           *self,
                 gconstpointer  unused G_GNUC_UNUSED)
{
  g_autofree char *text = NULL;
  pid_t pid;

  g_atomic_int_set (&bad_timers.kills_late, TRUE);
  bad_start (self, "notes-end", 0, 0);
  pid = bad_read_pid (self);
  norpc_helper_stop (self->helper);
  bad_wait_gone (pid);
  g_atomic_int_set (&bad_timers.kills_late, FALSE);
  text = bad_read_report (self);
  g_assert_cmpstr (text, ==, "terminated");
}

/* The last reference stops the program. */
static void
test_release (Bad           *self,
              gconstpointer  unused G_GNUC_UNUSED)
{
  pid_t pid;

  bad_start (self, "good", 0, 0);
  pid = bad_read_pid (self);
  g_clear_object (&self->proxy);
  g_clear_object (&self->helper);
  bad_wait_gone (pid);
}

/* A proxy that is released no longer requests the properties: while the program is starting, too, the last reference stops
 * it. Nothing runs in the client's context.
 */
static void
test_release_while_starting (Bad           *self,
                             gconstpointer  unused G_GNUC_UNUSED)
{
  pid_t pid;

  bad_start (self, "hang", 0, 0);
  pid = bad_read_pid (self);
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_STARTING);
  g_clear_object (&self->proxy);
  g_clear_object (&self->helper);
  while (kill (pid, 0) == 0)
    g_usleep (1000);
}

/* A program that has not connected gets SIGTERM when the process that has started it is killed. */
static void
test_parent_killed (Bad           *self,
                    gconstpointer  unused G_GNUC_UNUSED)
{
  g_autofree char *text = NULL;

  if (g_test_subprocess ())
    {
      bad_start (self, "notes-end", 0, 0);
      bad_read_pid (self);
      kill (getpid (), SIGKILL);
    }

  g_setenv ("BAD_HELPER_FOLDER", self->folder, TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("BAD_HELPER_FOLDER");
  text = bad_read_report (self);
  while (!g_str_equal (text, "terminated"))
    {
      g_usleep (1000);
      g_free (text);
      text = bad_read_report (self);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  BAD_TEST ("/helper-stops/stop-while-awaiting-reason", "close", test_stop_before_reason);
  BAD_TEST ("/helper-stops/stop-before-reason", "close-later", test_stop_before_reason);
  BAD_TEST ("/helper-stops/ignores-sigterm", "ignores-sigterm", test_ignores_sigterm);
  BAD_TEST ("/helper-stops/ignores-sigterm-and-hangs", "ignores-hangs", test_ignores_sigterm);
  BAD_TEST ("/helper-stops/stop-while-starting", NULL, test_stop_while_starting);
  BAD_TEST ("/helper-stops/stop-while-ending", NULL, test_stop_while_ending);
  BAD_TEST ("/helper-stops/restart-while-ending", GUINT_TO_POINTER (1), test_restart_while_ending);
  BAD_TEST ("/helper-stops/restart-while-connecting", GUINT_TO_POINTER (1), test_restart_while_connecting);
  BAD_TEST ("/helper-stops/restart-twice", GUINT_TO_POINTER (2), test_restart_while_ending);
  BAD_TEST ("/helper-stops/terminated", NULL, test_terminated);
  BAD_TEST ("/helper-stops/release", NULL, test_release);
  BAD_TEST ("/helper-stops/release-while-starting", NULL, test_release_while_starting);
#ifdef __linux__
  BAD_TEST ("/helper-stops/parent-killed", NULL, test_parent_killed);
#endif

  return g_test_run ();
}
