/* test-helper-starts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The start of a program by a NorpcHelper: the arguments and the environment of the program, and its readiness. */

#include <fcntl.h>
#include <unistd.h>

#include "bad-helper-fixture.h"

/* The program gets its arguments, environment and folder, and no descriptor but its connection. */
static void
test_report (Bad           *self,
             gconstpointer  unused G_GNUC_UNUSED)
{
  int leaked = fcntl (STDOUT_FILENO, F_DUPFD, 20); /* not close-on-exec */
  g_autofree char *report = NULL;
  g_autofree char *expected = NULL;

  g_assert_cmpint (leaked, >=, 20);
  bad_start (self, "good", 0, 0);
  report = bad_read_report (self);
  expected = g_strdup_printf (" descriptors=0 1 2 3 directory=%s marker=set rest=a b \"c\" $d", self->folder);
  g_assert_cmpstr (strchr (report, ' '), ==, expected);
  close (leaked);
}

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

/* Clients can wait until the program has connected. */
static void
test_readiness (Bad           *self,
                gconstpointer  unused G_GNUC_UNUSED)
{
  Outcome outcome = { 0 }, stopped = { 0 };

  bad_start (self, "good", 0, 0);
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

  bad_start (self, "good", 0, BAD_START_TIMEOUT);
  wire_wire_proxy_call_time_left_sync (self->proxy, &left, NULL, &error);
  g_assert_no_error (error);
  timer = g_atomic_pointer_exchange (&bad_timers.start_timer, NULL);
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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  BAD_TEST ("/helper-starts/report", NULL, test_report);
  BAD_TEST ("/helper-starts/readiness", NULL, test_readiness);
  BAD_TEST ("/helper-starts/start-timer", NULL, test_start_timer);
  g_test_add_func ("/helper-starts/without-program", test_without_program);

  return g_test_run ();
}
