/* test-helper-failures.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Programs that do not do what a NorpcHelper expects: each call completes, and no process is left. */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"
#include "wire-service.h"

#define CRASH   1000 /* The argument of Fail that ends the program. */
#define N_CALLS 100

void     __real_g_subprocess_force_exit (GSubprocess *process);
void     __wrap_g_subprocess_force_exit (GSubprocess *process);
GSource *__real_g_timeout_source_new    (guint        interval);

void     __real_g_dbus_connection_close (GDBusConnection     *connection,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         gpointer             user_data);
void     __wrap_g_dbus_connection_close (GDBusConnection     *connection,
                                         GCancellable        *cancellable,
                                         GAsyncReadyCallback  callback,
                                         gpointer             user_data);

/* Visible, because GIO calls g_timeout_source_new (), too. */
__attribute__ ((visibility ("default"))) GSource *__wrap_g_timeout_source_new (guint interval);

#define START_TIMEOUT 54321
#define KILL_TIMEOUT 5000
#define REASON_TIMEOUT 200

static int kills_late; /* atomic: a program that was stopped has time to end */
static int reasons_late; /* atomic: a program that has closed its connection has time to end */
static int n_reasons; /* atomic: how often such a program was waited for */
static NorpcHelper *stopped_helper; /* (unowned) (nullable) atomic: it is stopped when its process is about to be killed */
static NorpcHelper **closed_helper; /* (unowned) (nullable) atomic: where the helper is, or will be, that is stopped when its
                                       connection is about to be closed */
static GSource *start_timer; /* (owned) (nullable) atomic: the last one of START_TIMEOUT */

/* The time after which a program that was stopped, or has closed its connection, is killed passes at once. */
GSource *
__wrap_g_timeout_source_new (guint interval)
{
  gboolean kills = interval == KILL_TIMEOUT && !g_atomic_int_get (&kills_late);
  gboolean is_late = interval == REASON_TIMEOUT && g_atomic_int_get (&reasons_late);
  GSource *source = __real_g_timeout_source_new (kills ? 50 : is_late ? 10 * 60 * 1000 : interval);

  if (interval == REASON_TIMEOUT)
    g_atomic_int_inc (&n_reasons);
  if (interval == START_TIMEOUT)
    g_atomic_pointer_set (&start_timer, g_source_ref (source));

  return source;
}

/* In the thread of the helper. */
void
__wrap_g_subprocess_force_exit (GSubprocess *process)
{
  NorpcHelper *helper = g_atomic_pointer_exchange (&stopped_helper, NULL);

  if (helper != NULL)
    norpc_helper_stop (helper);
  __real_g_subprocess_force_exit (process);
}

/* In the thread of the helper. */
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

typedef struct
{
  char          *folder; /* (owned) */
  char          *report; /* (owned): the file that the program writes */
  NorpcHelper   *helper; /* (owned) */
  WireWireProxy *proxy;  /* (owned) */
} Bad;

static void
start (Bad        *self,
       const char *how,
       guint       max_restarts,
       guint       start_timeout)
{
  const char *argv[] = { BAD_HELPER, how, self->report, "a b \"c\" $d", NULL };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "BAD_HELPER_MARKER", "set", TRUE);

  self->helper = g_object_new (NORPC_TYPE_HELPER, "argv", argv, "object-path", "/org/example/Wire", "max-restarts",
                               max_restarts, "min-delay", 1, "max-delay", 1, "start-timeout", start_timeout, "environment",
                               environment, "working-directory", self->folder, NULL);
  self->proxy = wire_wire_proxy_new (NORPC_ENDPOINT (self->helper));
}

static void
set_up (Bad           *self,
        gconstpointer  unused G_GNUC_UNUSED)
{
  self->folder = g_test_subprocess () ? g_strdup (g_getenv ("BAD_HELPER_FOLDER")) : g_dir_make_tmp ("bad-helper-XXXXXX", NULL);
  self->report = g_build_filename (self->folder, "report", NULL);
}

static void
tear_down (Bad           *self,
           gconstpointer  unused G_GNUC_UNUSED)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->helper);
  iterate ();
  g_remove (self->report);
  g_rmdir (self->folder);
  g_free (self->report);
  g_free (self->folder);
}

/* Waits until the program, or its child, has written. */
static char *
read_report (Bad *self)
{
  char *text = NULL;

  while (!g_file_get_contents (self->report, &text, NULL, NULL) || *text == '\0')
    {
      g_clear_pointer (&text, g_free);
      g_usleep (1000);
    }

  return text;
}

static void
wait_gone (pid_t pid)
{
  while (kill (pid, 0) == 0)
    {
      iterate (); /* a call in flight has a reference to the helper */
      g_usleep (1000);
    }
  g_assert_cmpint (errno, ==, ESRCH);
}

static pid_t
read_pid (Bad *self)
{
  g_autofree char *text = read_report (self);

  g_assert_true (g_str_has_prefix (text, "pid="));

  return (pid_t) atoi (text + strlen ("pid="));
}

static void
wait_for_state (Bad              *self,
                NorpcHelperState  state)
{
  while (norpc_helper_get_state (self->helper) != state)
    g_main_context_iteration (NULL, FALSE);
}

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

static void
count_closed_cb (GObject      *proxy,
                 GAsyncResult *result,
                 gpointer      n_closed)
{
  g_autoptr (GError) error = NULL;
  guint number;

  g_assert_false (wire_wire_proxy_call_hold_finish (WIRE_WIRE_PROXY (proxy), result, &number, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  ++*(guint *) n_closed;
}

static void
time_left_cb (GObject      *proxy,
              GAsyncResult *result,
              gpointer      data)
{
  Outcome *outcome = data;
  gint64 left;

  outcome->ok = wire_wire_proxy_call_time_left_finish (WIRE_WIRE_PROXY (proxy), result, &left, &outcome->error);
  outcome->thread = g_thread_self ();
  outcome->n++;
}

static void
hold_many (Bad   *self,
           guint *n_closed)
{
  *n_closed = 0;
  for (guint i = 0; i < N_CALLS; i++)
    wire_wire_proxy_call_hold (self->proxy, NULL, count_closed_cb, n_closed);
}

static void
wait_closed (const guint *n_closed)
{
  while (*n_closed != N_CALLS)
    g_main_context_iteration (NULL, TRUE);
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
  start (self, how, 0, hangs ? 200 : 0);
  hold_many (self, &n_closed);
  pid = read_pid (self);
  wait_closed (&n_closed);
  wait_for_state (self, NORPC_HELPER_FAILED);
  wait_gone (pid);
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
  start (self, how, 1, 0);
  hold_many (self, &n_closed);
  pid = read_pid (self);
  wait_closed (&n_closed);
  wait_for_state (self, NORPC_HELPER_FAILED);
  wait_gone (pid);
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

  g_atomic_int_set (&n_reasons, 0);
  g_atomic_int_set (&reasons_late, TRUE);
  start (self, how, 0, 0);
  pid = read_pid (self);
  while (g_atomic_int_get (&n_reasons) == 0)
    iterate ();
  wire_wire_proxy_call_time_left (self->proxy, NULL, time_left_cb, &outcome);
  iterate ();
  g_assert_cmpuint (outcome.n, ==, 0);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (self->proxy)));

  kill (pid, SIGKILL);
  outcome_wait (&outcome);
  g_atomic_int_set (&reasons_late, FALSE);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_true (g_str_has_suffix (outcome.error->message,
                                   "its helper process has ended too often: It was ended by signal 9 (Killed)"));
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_FAILED);
  outcome_clear (&outcome);
}

/* A helper that is stopped while it waits for the reason, or just before that, stays stopped. */
static void
test_stop_before_reason (Bad           *self,
                         gconstpointer  how)
{
  gboolean waits = g_str_equal (how, "close");
  Outcome outcome = { 0 };
  pid_t pid;

  g_atomic_int_set (&n_reasons, 0);
  g_atomic_int_set (&reasons_late, TRUE);
  g_atomic_pointer_set (&closed_helper, waits ? NULL : &self->helper);
  start (self, how, 0, 0);
  pid = read_pid (self);
  while (g_atomic_int_get (&n_reasons) == 0)
    iterate ();
  wire_wire_proxy_call_time_left (self->proxy, NULL, time_left_cb, &outcome);
  if (waits)
    norpc_helper_stop (self->helper);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_true (g_str_has_suffix (outcome.error->message, "its helper was stopped"));
  wait_gone (pid);
  g_atomic_int_set (&reasons_late, FALSE);
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_STOPPED);
  outcome_clear (&outcome);
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

  start (self, "child", 0, 0);
  report = read_report (self);
  g_assert_cmpstr (report, ==, "0 1 2 3 variable=\n"); /* 3 is the folder that ls reads */
  hold_many (self, &n_closed);
  g_assert_false (wire_wire_proxy_call_fail_sync (self->proxy, CRASH, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  wait_closed (&n_closed);
  wait_for_state (self, NORPC_HELPER_FAILED);
}

/* The end of the process is enough, even if a child keeps the connection open. */
static void
test_fork (Bad           *self,
           gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  guint n_closed;

  start (self, "fork", 0, 0);
  hold_many (self, &n_closed);
  g_assert_false (wire_wire_proxy_call_fail_sync (self->proxy, CRASH, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  wait_closed (&n_closed);
  wait_for_state (self, NORPC_HELPER_FAILED);
}

/* A program that goes on after SIGTERM is killed, whether it has connected or not. */
static void
test_ignores_sigterm (Bad           *self,
                      gconstpointer  how)
{
  g_autoptr (GError) error = NULL;
  gint64 left;
  pid_t pid;

  start (self, how, 0, 0);
  if (g_str_equal (how, "ignores-sigterm"))
    {
      wire_wire_proxy_call_time_left_sync (self->proxy, &left, NULL, &error);
      g_assert_no_error (error);
    }
  pid = read_pid (self);
  norpc_helper_stop (self->helper);
  wait_gone (pid);
}

/* A program that is started is stopped, too. */
static void
test_stop_while_starting (Bad           *self,
                          gconstpointer  unused G_GNUC_UNUSED)
{
  guint n_closed;
  pid_t pid;

  start (self, "hang", 0, 0);
  hold_many (self, &n_closed);
  pid = read_pid (self);
  norpc_helper_stop (self->helper);
  wait_closed (&n_closed);
  wait_gone (pid);
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_STOPPED);
}

/* A program that is stopped gets SIGTERM, and time to end. */
static void
test_terminated (Bad           *self,
                 gconstpointer  unused G_GNUC_UNUSED)
{
  g_autofree char *text = NULL;
  pid_t pid;

  g_atomic_int_set (&kills_late, TRUE);
  start (self, "notes-end", 0, 0);
  pid = read_pid (self);
  norpc_helper_stop (self->helper);
  wait_gone (pid);
  g_atomic_int_set (&kills_late, FALSE);
  text = read_report (self);
  g_assert_cmpstr (text, ==, "terminated");
}

/* A helper that is stopped while its process ends does not start it again. */
static void
test_stop_while_ending (Bad           *self,
                        gconstpointer  unused G_GNUC_UNUSED)
{
  pid_t pid;

  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "The helper '*' has not connected in time");
  g_atomic_pointer_set (&stopped_helper, NULL);
  start (self, "hang", 5, 200);
  g_atomic_pointer_set (&stopped_helper, self->helper);
  pid = read_pid (self);
  wait_for_state (self, NORPC_HELPER_STOPPED);
  wait_gone (pid);
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_STOPPED);
  g_assert_cmpuint (norpc_helper_get_n_starts (self->helper), ==, 1);
  g_test_assert_expected_messages ();
}

/* The last reference stops the program. */
static void
test_release (Bad           *self,
              gconstpointer  unused G_GNUC_UNUSED)
{
  pid_t pid;

  start (self, "good", 0, 0);
  pid = read_pid (self);
  g_clear_object (&self->proxy);
  g_clear_object (&self->helper);
  wait_gone (pid);
}

/* A proxy that is released no longer requests the properties: while the program is starting, too, the last reference stops
 * it. Nothing runs in the client's context.
 */
static void
test_release_while_starting (Bad           *self,
                             gconstpointer  unused G_GNUC_UNUSED)
{
  pid_t pid;

  start (self, "hang", 0, 0);
  pid = read_pid (self);
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
      start (self, "notes-end", 0, 0);
      read_pid (self);
      kill (getpid (), SIGKILL);
    }

  g_setenv ("BAD_HELPER_FOLDER", self->folder, TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("BAD_HELPER_FOLDER");
  text = read_report (self);
  while (!g_str_equal (text, "terminated"))
    {
      g_usleep (1000);
      g_free (text);
      text = read_report (self);
    }
}

/* The program gets its arguments, environment and folder, and no descriptor but its connection. */
static void
test_report (Bad           *self,
             gconstpointer  unused G_GNUC_UNUSED)
{
  int leaked = fcntl (STDOUT_FILENO, F_DUPFD, 20); /* not close-on-exec */
  g_autofree char *report = NULL;
  g_autofree char *expected = NULL;

  g_assert_cmpint (leaked, >=, 20);
  start (self, "good", 0, 0);
  report = read_report (self);
  expected = g_strdup_printf (" descriptors=0 1 2 3 directory=%s marker=set rest=a b \"c\" $d", self->folder);
  g_assert_cmpstr (strchr (report, ' '), ==, expected);
  close (leaked);
}

/* Clients can wait until the program has connected. */
static void
ready_cb (GObject      *endpoint,
          GAsyncResult *result,
          gpointer      data)
{
  Outcome *outcome = data;

  outcome->ok = norpc_endpoint_ready_finish (NORPC_ENDPOINT (endpoint), result, &outcome->error);
  outcome->thread = g_thread_self ();
  outcome->n++;
}

static void
test_readiness (Bad           *self,
                gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome outcome = { 0 }, stopped = { 0 };

  start (self, "good", 0, 0);
  norpc_endpoint_ready_async (NORPC_ENDPOINT (self->helper), NULL, ready_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpint (norpc_helper_get_state (self->helper), ==, NORPC_HELPER_RUNNING);
  norpc_helper_stop (self->helper);
  norpc_endpoint_ready_async (NORPC_ENDPOINT (self->helper), NULL, ready_cb, &stopped);
  outcome_wait (&stopped);
  g_assert_error (stopped.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_clear (&stopped);
}

/* The timeout is that of the start, not of the program. */
static void
test_start_timer (Bad           *self,
                  gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSource) timer = NULL;
  gint64 left;

  start (self, "good", 0, START_TIMEOUT);
  wire_wire_proxy_call_time_left_sync (self->proxy, &left, NULL, &error);
  g_assert_no_error (error);
  timer = g_atomic_pointer_exchange (&start_timer, NULL);
  g_assert_true (g_source_is_destroyed (timer));
}

/* A helper that was constructed without a program is closed. */
static void
test_without_program (void)
{
  g_autoptr (NorpcHelper) helper = g_object_new (NORPC_TYPE_HELPER, NULL);

  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (helper)));
  g_assert_cmpint (norpc_helper_get_state (helper), ==, NORPC_HELPER_FAILED);
  norpc_helper_stop (helper);
}

#define BAD_TEST(path, how, func) g_test_add ("/helper-failures/" path, Bad, how, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  BAD_TEST ("hang", "hang", test_does_not_connect);
  BAD_TEST ("close", "close", test_does_not_connect);
  BAD_TEST ("garbage", "garbage", test_does_not_connect);
  BAD_TEST ("close-later", "close-later", test_spoils_connection);
  BAD_TEST ("garbage-later", "garbage-later", test_spoils_connection);
  BAD_TEST ("reason-while-starting", "close", test_reason);
  BAD_TEST ("reason-while-running", "close-later", test_reason);
  BAD_TEST ("stop-while-awaiting-reason", "close", test_stop_before_reason);
  BAD_TEST ("stop-before-reason", "close-later", test_stop_before_reason);
  BAD_TEST ("child", NULL, test_child);
  BAD_TEST ("fork", NULL, test_fork);
  BAD_TEST ("ignores-sigterm", "ignores-sigterm", test_ignores_sigterm);
  BAD_TEST ("ignores-sigterm-and-hangs", "ignores-hangs", test_ignores_sigterm);
  BAD_TEST ("stop-while-starting", NULL, test_stop_while_starting);
  BAD_TEST ("stop-while-ending", NULL, test_stop_while_ending);
  BAD_TEST ("terminated", NULL, test_terminated);
  BAD_TEST ("release", NULL, test_release);
  BAD_TEST ("release-while-starting", NULL, test_release_while_starting);
#ifdef __linux__
  BAD_TEST ("parent-killed", NULL, test_parent_killed);
#endif
  BAD_TEST ("report", NULL, test_report);
  BAD_TEST ("readiness", NULL, test_readiness);
  BAD_TEST ("start-timer", NULL, test_start_timer);
  g_test_add_func ("/helper-failures/without-program", test_without_program);

  return g_test_run ();
}
