/* test-timeouts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How long a context may sleep when calls of it have deadlines. Milliseconds that are
 * rounded down make it poll until the time has come, which breaks nothing and only
 * burns CPU time, so it is counted.
 */

#include "call/norpc-call-private.h"
#include "client/norpc-timeouts-private.h"
#include "fixture.h"

#define NOW G_GINT64_CONSTANT (5000000)

static const struct
{
  gint64 remaining; /* microseconds */
  int    timeout;   /* milliseconds */
} times[] = {
  { -1, 0 },
  { 0, 0 },
  { 1, 1 },
  { 999, 1 },
  { 1000, 1 },
  { 1001, 2 },
  { 20000, 20 },
  { (gint64) G_MAXINT * 1000 + 1, G_MAXINT },
};

static void
test_rounding (void)
{
  NorpcTimeouts deadlines = { 0 };

  norpc_timeouts_init (&deadlines);
  g_assert_cmpint (norpc_timeouts_get_timeout (&deadlines, NOW), ==, -1);

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (NorpcCall) call = norpc_call_new (probe_probe_interface_info (), 0);

      call->deadline = NOW + times[i].remaining;
      norpc_timeouts_add (&deadlines, call);
      g_assert_cmpint (norpc_timeouts_get_timeout (&deadlines, NOW), ==, times[i].timeout);
      norpc_timeouts_remove (&deadlines, call);
      g_assert_cmpint (norpc_timeouts_get_timeout (&deadlines, NOW), ==, -1);
    }

  norpc_timeouts_clear (&deadlines);
}

static guint n_polls = 0;

static int
counting_poll (GPollFD *fds,
               guint    n_fds,
               int      timeout)
{
  n_polls++;

  return g_poll (fds, n_fds, timeout);
}

/* A context that has nothing else to do wakes for a deadline once, or a few times where
 * something else wakes it.
 */
static void
test_polls (Fixture       *fixture,
            gconstpointer  unused)
{
  Outcome outcome = { 0 };

  g_main_context_set_poll_func (NULL, counting_poll);
  probe_probe_proxy_call_hold_briefly (fixture->proxy, NULL, hold_briefly_cb, &outcome);
  n_polls = 0;
  outcome_wait (&outcome);
  g_main_context_set_poll_func (NULL, NULL);

  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_cmpuint (n_polls, <, 10);

  /* The service may have come too late to hold the call. */
  outcome_clear (&outcome);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/timeouts/rounding", test_rounding);
  TEST ("/timeouts/polls", test_polls);

  return g_test_run ();
}
