/* test-sync-timeout.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How long a call may take if nothing else is said, what goes before what, and what is said of
 * a call that took longer.
 */

#include "layer-fixture.h"

static gint64 seen_deadline; /* by the service, before it answers */

static void
note_deadline (ProbeService *service,
               NorpcCall    *call,
               gpointer      unused)
{
  seen_deadline = norpc_call_get_deadline (call);
  norpc_call_return_values (call, 0, NULL);
}

/* How much time the service saw that a synchronous call has, in milliseconds, or 0. */
static void
assert_sync_time (ProbeProbeProxy *proxy,
                  guint            milliseconds)
{
  gint64 before = g_get_monotonic_time ();

  g_assert_true (probe_probe_proxy_call_run_sync (proxy, NULL, NULL));
  if (milliseconds == 0)
    {
      g_assert_cmpint (seen_deadline, ==, 0);
      return;
    }

  g_assert_cmpint (seen_deadline, >=, before + (gint64) milliseconds * 1000);
  g_assert_cmpint (seen_deadline, <=, g_get_monotonic_time () + (gint64) milliseconds * 1000);
}

static void
assert_no_async_time (ProbeProbeProxy *proxy)
{
  guint n_done = 0;

  probe_probe_proxy_call_run (proxy, NULL, count_run_cb, &n_done);
  while (n_done == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (seen_deadline, ==, 0);
}

static void
test_default (Fixture       *fixture,
              gconstpointer  unused)
{
  fixture->state->run = note_deadline;
  assert_sync_time (fixture->proxy, NORPC_DEFAULT_SYNC_TIMEOUT);
  assert_no_async_time (fixture->proxy);
}

/* Each goes before those above it. */
static void
test_overrides (Fixture       *fixture,
                gconstpointer  unused)
{
  NorpcProxy *proxy = NORPC_PROXY (fixture->proxy);
  g_autoptr (NorpcReply) reply = NULL;
  NorpcCall *call;

  fixture->state->run = note_deadline;
  norpc_proxy_set_timeout (proxy, 40 * 1000);
  assert_sync_time (fixture->proxy, 40 * 1000);
  norpc_proxy_set_timeout (proxy, NORPC_NO_TIMEOUT);
  assert_sync_time (fixture->proxy, 0);
  assert_no_async_time (fixture->proxy);

  norpc_timeout_push (50 * 1000);
  assert_sync_time (fixture->proxy, 50 * 1000);
  norpc_proxy_set_timeout (proxy, 40 * 1000);
  norpc_timeout_push (NORPC_NO_TIMEOUT);
  assert_sync_time (fixture->proxy, 0);

  call = new_call ("Run");
  norpc_call_set_timeout (call, 60 * 1000);
  seen_deadline = 0;
  reply = norpc_proxy_call_sync (proxy, call, NULL, NULL);
  g_assert_nonnull (reply);
  g_assert_cmpint (seen_deadline, >, g_get_monotonic_time () + 50 * G_TIME_SPAN_SECOND);
  norpc_timeout_pop ();
  norpc_timeout_pop ();

  call = new_call ("Run");
  norpc_call_set_timeout (call, NORPC_NO_TIMEOUT);
  g_clear_pointer (&reply, norpc_reply_unref);
  reply = norpc_proxy_call_sync (proxy, call, NULL, NULL);
  g_assert_nonnull (reply);
  g_assert_cmpint (seen_deadline, ==, 0);

  norpc_proxy_set_timeout (proxy, 0);
  assert_sync_time (fixture->proxy, NORPC_DEFAULT_SYNC_TIMEOUT);
}

static void
test_property (Fixture       *fixture,
               gconstpointer  unused)
{
  guint timeout = 0;

  g_object_set (fixture->proxy, "timeout", NORPC_NO_TIMEOUT, NULL);
  g_object_get (fixture->proxy, "timeout", &timeout, NULL);
  g_assert_cmpuint (timeout, ==, NORPC_NO_TIMEOUT);
  g_assert_cmpuint (norpc_proxy_get_timeout (NORPC_PROXY (fixture->proxy)), ==, NORPC_NO_TIMEOUT);
}

/* The description says how long, and is not the default of synchronous calls. */
static void
test_described (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  /* The service may come too late to hold the call. */
  g_assert_false (probe_probe_proxy_call_hold_briefly_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
}

/* The calls behind the layer have no time of their own. */
static void
assert_timed_out (Layered    *fixture,
                  gboolean  (*call) (ProbeProbeProxy *proxy, GCancellable *cancellable, GError **error),
                  const char *message)
{
  g_autoptr (GError) error = NULL;

  norpc_timeout_push (get_some_time ());
  g_assert_false (call (fixture->proxy, NULL, &error));
  norpc_timeout_pop ();
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_progress (Layered       *fixture,
               gconstpointer  retries)
{
  Outcome blocked = { 0 };

  layered_start (fixture, SIDE_CLIENT, retries != NULL ? norpc_retry_new (1) : NULL, NULL);
  assert_timed_out (fixture, probe_probe_proxy_call_hold_sync,
                    "org.example.Probe.Hold timed out: its service had not replied yet");
  norpc_call_unref (probe_state_take_held (fixture->state));

  assert_timed_out (fixture, probe_probe_proxy_call_block_sync,
                    retries != NULL
                      ? "org.example.Probe.Block timed out: its service had not replied yet"
                      : "org.example.Probe.Block timed out: its handler was still running");
  probe_state_open_gate (fixture->state);

  probe_probe_proxy_call_block (fixture->other, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->other_state);
  assert_timed_out (fixture, probe_probe_proxy_call_noop_sync,
                    "org.example.Probe.Noop timed out: its service had not begun to handle it");
  probe_state_open_gate (fixture->other_state);
  outcome_wait (&blocked);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/sync-timeout/default", test_default);
  TEST ("/sync-timeout/overrides", test_overrides);
  TEST ("/sync-timeout/property", test_property);
  TEST ("/sync-timeout/described", test_described);
  TEST_LAYER ("/sync-timeout/progress", 0, test_progress);
  TEST_LAYER ("/sync-timeout/progress-of-attempt", 1, test_progress);

  return g_test_run ();
}
