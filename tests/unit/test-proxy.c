/* test-proxy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The client's side of generated code. */

#include "fixture.h"

static void
test_never_inline (Fixture       *fixture,
                   gconstpointer  unused)
{
  Outcome outcome = { 0 };
  g_autoptr (GError) error = NULL;

  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);
  /* Its reply is here, and nothing has run our context. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (outcome.n, ==, 0);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

static void
test_no_callback (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 10; i++)
    probe_probe_proxy_call_noop (fixture->proxy, NULL, NULL, NULL);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 11);
}

static void
other_finish_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*g_async_result_is_tagged*");
  g_assert_false (probe_probe_proxy_call_fail_finish (PROBE_PROBE_PROXY (object), result, &error));
  g_test_assert_expected_messages ();
  g_assert_no_error (error);

  noop_cb (object, result, user_data);
}

/* The finish function of another method is refused. */
static void
test_other_finish (Fixture       *fixture,
                   gconstpointer  unused)
{
  Outcome outcome = { 0 };

  probe_probe_proxy_call_noop (fixture->proxy, NULL, other_finish_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
}

/* The task keeps the proxy; nothing else has to. */
static void
test_dropped_in_flight (Fixture       *fixture,
                        gconstpointer  unused)
{
  Outcome outcome = { 0 };
  ProbeProbeProxy *proxy = fixture->proxy;

  g_object_add_weak_pointer (G_OBJECT (proxy), (gpointer *) &fixture->proxy);
  probe_probe_proxy_call_hold (proxy, NULL, hold_cb, &outcome);
  g_object_unref (proxy);
  g_assert_nonnull (fixture->proxy);

  {
    g_autoptr (NorpcCall) call = probe_state_take_held (fixture->state);

    norpc_call_return_values (call, 0, NULL);
  }
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_null (fixture->proxy);
}

static gpointer
async_thread (gpointer data)
{
  ProbeProbeProxy *proxy = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < 100; i++)
    {
      Outcome outcome = { 0 };

      probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &outcome);
      outcome_wait (&outcome);
      g_assert_no_error (outcome.error);
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* One proxy, many threads: each gets its replies in its own context. */
static void
test_threads (Fixture       *fixture,
              gconstpointer  unused)
{
  GThread *threads[6];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("client", async_thread, fixture->proxy);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/proxy/never-inline", test_never_inline);
  TEST ("/proxy/no-callback", test_no_callback);
  TEST ("/proxy/other-finish", test_other_finish);
  TEST ("/proxy/dropped-in-flight", test_dropped_in_flight);
  TEST ("/proxy/threads", test_threads);

  return g_test_run ();
}
