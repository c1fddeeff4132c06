/* test-layer-time.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "layer-fixture.h"

static Side
get_side (gconstpointer data)
{
  return (Side) GPOINTER_TO_UINT (data);
}

static void
test_expired (Layered       *fixture,
              gconstpointer  side)
{
  Outcome held[3] = { { 0 } };
  g_autoptr (GError) error = NULL;
  guint some_time = get_some_time ();
  gint64 start = g_get_monotonic_time ();
  NorpcCall *call;

  layered_start (fixture, get_side (side), norpc_time_limit_new (some_time), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held[i]);
  call = probe_state_take_held (fixture->state);
  outcome_wait (&held[2]);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, some_time * 1000);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      /* The timers' thread and the client's context may time out one call each at the same time. */
      outcome_wait (&held[i]);
      g_assert_error (held[i].error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
      outcome_clear (&held[i]);
    }
  g_assert_true (norpc_call_is_cancelled (call));
  answer (call);

  /* The main thread blocks. */
  g_assert_false (probe_probe_proxy_call_hold_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
}

static void
test_in_time (Layered       *fixture,
              gconstpointer  side)
{
  NorpcLayer *limit = norpc_time_limit_new (3600 * 1000);
  Outcome cancelled = { 0 };

  g_assert_cmpuint (norpc_time_limit_get_milliseconds (NORPC_TIME_LIMIT (limit)), ==, 3600 * 1000);
  layered_start (fixture, get_side (side), limit, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &cancelled);
  norpc_proxy_cancel_all (NORPC_PROXY (fixture->proxy));
  outcome_wait (&cancelled);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&cancelled);
  /* Calls that have ended do not keep it. */
  if (get_side (side) == SIDE_CLIENT)
    {
      g_object_add_weak_pointer (G_OBJECT (limit), (gpointer *) &limit);
      layered_let_pass (fixture);
      layered_drop (fixture);
      g_assert_null (limit);
    }
}

/* One that ends early does not put off the others. */
static void
test_first_ended (Layered       *fixture,
                  gconstpointer  unused)
{
  Outcome first = { 0 }, second = { 0 };

  layered_start (fixture, SIDE_CLIENT, norpc_time_limit_new (get_some_time ()), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &first);
  g_usleep (10 * 1000);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &second);
  answer (probe_state_take_held (fixture->state));
  outcome_wait (&first);
  outcome_wait (&second);
  g_assert_true (first.ok);
  g_assert_error (second.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&second);
}

/* The remaining time, as handlers see it. */
typedef struct
{
  ProbeProbeProxy *other;
  gint64           outer; /* of the call of the client */
  gint64           inner; /* of the one on its behalf */
} Seen;

static void
see_inner (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  ((Seen *) data)->inner = norpc_call_get_deadline (call);
  norpc_call_return_values (call, 0, NULL);
}

static void
see_outer (ProbeService *service,
           NorpcCall    *call,
           gpointer      data)
{
  Seen *seen = data;

  seen->outer = norpc_call_get_deadline (call);
  probe_probe_proxy_call_run (seen->other, NULL, NULL, NULL);
  norpc_call_return_values (call, 0, NULL);
}

/* A client gives a call @timeout, and it has @expected, both in seconds. */
static void
assert_seen (Layered *fixture,
             Seen    *seen,
             guint    timeout,
             guint    expected)
{
  gint64 start = g_get_monotonic_time ();

  norpc_timeout_push (timeout != 0 ? timeout * 1000 : NORPC_NO_TIMEOUT);
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, NULL));
  norpc_timeout_pop ();
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->other, NULL, NULL));

  g_assert_cmpint (seen->outer, >=, start + expected * G_USEC_PER_SEC);
  g_assert_cmpint (seen->outer, <=, g_get_monotonic_time () + expected * G_USEC_PER_SEC);
  g_assert_cmpint (seen->inner, ==, seen->outer);
}

/* The service knows of it, and what it calls has no more time. */
static void
test_seen (Layered       *fixture,
           gconstpointer  side)
{
  Seen seen = { .other = fixture->other };

  layered_start (fixture, get_side (side), norpc_time_limit_new (3600 * 1000),
                 norpc_time_limit_new (7200 * 1000), NULL);
  fixture->state->run = see_outer;
  fixture->other_state->run = see_inner;
  fixture->state->run_data = fixture->other_state->run_data = &seen;

  assert_seen (fixture, &seen, 0, 3600);
  assert_seen (fixture, &seen, 1000, 1000);
  assert_seen (fixture, &seen, 5000, 3600);
}

/* The timers' thread makes the time shorter, while the client waits. */
static void
test_shortened (Layered       *fixture,
                gconstpointer  unused)
{
  Outcome noops[2] = { { 0 } };

  layered_start (fixture, SIDE_CLIENT, norpc_rate_limit_new (1, 1), norpc_time_limit_new (1000 * 1000),
                 NULL);
  norpc_timeout_push (2000 * 1000);
  for (guint i = 0; i < 20; i++)
    {
      probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &noops[0]);
      probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &noops[1]);
      outcome_wait (&noops[1]);
      g_assert_true (noops[0].ok && noops[1].ok);
      g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
      noops[0] = noops[1] = (Outcome) { 0 };
    }
  norpc_timeout_pop ();
}

/* Before a layer that holds calls, it bounds how long they wait. Behind, not. */
static void
test_held (Layered       *fixture,
           gconstpointer  side)
{
  Outcome first = { 0 }, second = { 0 };

  layered_start (fixture, get_side (side), norpc_time_limit_new (20),
                 norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &first);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &second);
  outcome_wait (&second);
  outcome_wait (&first);
  g_assert_error (first.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_error (second.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  outcome_clear (&first);
  outcome_clear (&second);
}

static void
test_behind (Layered       *fixture,
             gconstpointer  side)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  Outcome first = { 0 }, second = { 0 };
  NorpcCall *call;

  layered_start (fixture, get_side (side), norpc_concurrency_limit_new (1),
                 norpc_time_limit_new (20), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &first);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &second);
  call = probe_state_take_held (fixture->state);
  norpc_manual_clock_advance (clock, 20);
  /* The second may be back before the first, whose end lets it pass. */
  outcome_wait (&second);
  outcome_wait (&first);
  g_assert_error (first.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_true (second.ok);
  outcome_clear (&first);
  answer (call);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER_SIDES ("/layer-time/expired", test_expired);
  TEST_LAYER_SIDES ("/layer-time/in-time", test_in_time);
  TEST_LAYER ("/layer-time/first-ended", SIDE_CLIENT, test_first_ended);
  TEST_LAYER_SIDES ("/layer-time/seen", test_seen);
  TEST_LAYER ("/layer-time/shortened", SIDE_CLIENT, test_shortened);
  TEST_LAYER_SIDES ("/layer-time/held", test_held);
  TEST_LAYER_SIDES ("/layer-time/behind", test_behind);

  return g_test_run ();
}
