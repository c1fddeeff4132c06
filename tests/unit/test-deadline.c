/* test-deadline.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Timeouts: of a proxy, of what a thread does, of one call. */

#include "fixture.h"

static void
test_proxy (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (NorpcCall) call = NULL;
  guint some_time = get_some_time ();
  Outcome outcome = { 0 };
  gint64 before = g_get_monotonic_time ();

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), some_time);
  g_assert_cmpuint (norpc_proxy_get_timeout (NORPC_PROXY (fixture->proxy)), ==, some_time);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (fixture->state);
  g_assert_cmpint (norpc_call_get_deadline (call), >=, before + some_time * 1000);
  g_assert_false (norpc_call_is_cancelled (call));

  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_cmpstr (outcome.error->message, ==, "org.example.Probe.Hold timed out: its service had not replied yet");
  g_assert_cmpint (g_get_monotonic_time () - before, >=, some_time * 1000);
  g_assert_true (norpc_call_is_cancelled (call));
  g_assert_true (g_cancellable_is_cancelled (norpc_call_get_cancellable (call)));
  norpc_call_return_values (call, 0, NULL);
  outcome_clear (&outcome);
}

static void
test_in_time (Fixture       *fixture,
              gconstpointer  unused)
{
  guint some_time = get_some_time ();
  Outcome outcome = { 0 };
  gint64 end;

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), some_time);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  {
    g_autoptr (NorpcCall) call = probe_state_take_held (fixture->state);

    norpc_call_return_values (call, 0, NULL);
  }
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);

  /* The deadline comes and goes. */
  end = g_get_monotonic_time () + some_time * 1000;
  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (outcome.n, ==, 1);
}

static void
test_queued (Fixture       *fixture,
             gconstpointer  unused)
{
  Outcome blocked = { 0 }, outcome = { 0 };

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);

  norpc_timeout_push (20);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);
  norpc_timeout_pop ();
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&outcome);

  probe_state_open_gate (fixture->state);
  outcome_wait (&blocked);
  g_assert_no_error (blocked.error);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 2);
}

/* A client that does not run its context does not see the time pass; the
 * service does.
 */
static void
test_not_served_late (Fixture       *fixture,
                      gconstpointer  unused)
{
  Outcome blocked = { 0 }, outcome = { 0 };
  gint64 end;

  probe_probe_proxy_call_block (fixture->proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);

  norpc_timeout_push (1);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);
  norpc_timeout_pop ();
  end = g_get_monotonic_time () + 2000;
  while (g_get_monotonic_time () < end)
    g_thread_yield ();

  probe_state_open_gate (fixture->state);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 2);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&outcome);
  outcome_wait (&blocked);
}

static void
test_sync (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;
  guint some_time = get_some_time ();
  gint64 before = g_get_monotonic_time ();

  norpc_timeout_push (some_time);
  g_assert_false (probe_probe_proxy_call_hold_sync (fixture->proxy, NULL, &error));
  norpc_timeout_pop ();
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - before, >=, some_time * 1000);
  call = probe_state_take_held (fixture->state);
  g_assert_true (norpc_call_is_cancelled (call));
}

/* One call goes before what the thread has, that before the proxy. */
static void
test_precedence (Fixture       *fixture,
                 gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  guint hold = (guint) norpc_interface_info_find_method (info, "Hold");
  struct
  {
    guint proxy, first, second, call;
    guint expected;
  } rows[] = {
    { 0, 0, 0, 0, 0 },
    { 50000, 0, 0, 0, 50000 },
    { 50000, 60000, 0, 0, 60000 },
    { 50000, 60000, 70000, 0, 70000 },
    { 50000, 60000, NORPC_NO_TIMEOUT, 0, 0 },
    { 50000, 60000, 0, 80000, 80000 },
    { 50000, 0, 0, NORPC_NO_TIMEOUT, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      NorpcCall *call = norpc_call_new (info, hold);
      g_autoptr (NorpcCall) held = NULL;
      gint64 before = g_get_monotonic_time (), deadline;

      norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), rows[i].proxy);
      if (rows[i].first != 0)
        norpc_timeout_push (rows[i].first);
      if (rows[i].second != 0)
        norpc_timeout_push (rows[i].second);
      if (rows[i].call != 0)
        norpc_call_set_timeout (call, rows[i].call);
      norpc_proxy_call (NORPC_PROXY (fixture->proxy), call, NULL, NULL, NULL);
      if (rows[i].second != 0)
        norpc_timeout_pop ();
      if (rows[i].first != 0)
        norpc_timeout_pop ();

      held = probe_state_take_held (fixture->state);
      deadline = norpc_call_get_deadline (held);
      if (rows[i].expected == 0)
        {
          g_assert_cmpint (deadline, ==, 0);
          continue;
        }
      g_assert_cmpint (deadline, >=, before + (gint64) rows[i].expected * 1000);
      g_assert_cmpint (deadline, <=, g_get_monotonic_time () + (gint64) rows[i].expected * 1000);
    }
}

/* The timeout in the description applies to a proxy without a timeout of its own. */
static void
test_described (Fixture       *fixture,
                gconstpointer  unused)
{
  const NorpcInterfaceInfo *info = probe_probe_interface_info ();
  guint hold_briefly = (guint) norpc_interface_info_find_method (info, "HoldBriefly");
  g_autoptr (NorpcCall) held = NULL;
  g_autoptr (GError) error = NULL;
  gint64 before = g_get_monotonic_time ();

  g_assert_false (probe_probe_proxy_call_hold_briefly_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - before, >=, 20 * 1000);

  /* The service may have come too late to hold that. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  held = g_async_queue_try_pop (fixture->state->held);
  g_clear_pointer (&held, norpc_call_unref);

  before = g_get_monotonic_time ();
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 50000);
  norpc_proxy_call (NORPC_PROXY (fixture->proxy), norpc_call_new (info, hold_briefly), NULL, NULL, NULL);
  held = probe_state_take_held (fixture->state);
  g_assert_cmpint (norpc_call_get_deadline (held), >=, before + 50000 * 1000);
}

typedef struct
{
  GPtrArray *ended; /* (unowned): of Late, in the order in which they did */
  gint64     earliest, latest; /* when its time is up */
} Late;

static void
late_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Late *late = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_hold_finish (PROBE_PROBE_PROXY (object), result, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_ptr_array_add (late->ended, late);
}

/* Each at its own time, whatever the order they were made in. The service is blocked: it would end
 * calls itself that it gets too late.
 */
static void
test_many (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new ();
  Late late[200];

  probe_probe_proxy_call_block (fixture->proxy, NULL, NULL, NULL);
  probe_state_wait_blocked (fixture->state);
  for (guint i = 0; i < G_N_ELEMENTS (late); i++)
    {
      /* 10 ms apart, so that no two are taken for one. */
      guint timeout = 20 + (i * 37 % 20) * 10;

      late[i].ended = ended;
      late[i].earliest = g_get_monotonic_time () + timeout * 1000;
      norpc_timeout_push (timeout);
      probe_probe_proxy_call_hold (fixture->proxy, NULL, late_cb, &late[i]);
      norpc_timeout_pop ();
      late[i].latest = g_get_monotonic_time () + timeout * 1000;
    }
  while (ended->len < G_N_ELEMENTS (late))
    g_main_context_iteration (NULL, TRUE);
  probe_state_open_gate (fixture->state);

  for (guint i = 1; i < ended->len; i++)
    g_assert_cmpint (((Late *) ended->pdata[i - 1])->earliest, <=, ((Late *) ended->pdata[i])->latest);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/deadline/proxy", test_proxy);
  TEST ("/deadline/in-time", test_in_time);
  TEST ("/deadline/queued", test_queued);
  TEST ("/deadline/not-served-late", test_not_served_late);
  TEST ("/deadline/sync", test_sync);
  TEST ("/deadline/precedence", test_precedence);
  TEST ("/deadline/described", test_described);
  TEST ("/deadline/many", test_many);

  return g_test_run ();
}
