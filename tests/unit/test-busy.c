/* test-busy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The property `busy` of a proxy. */

#include "fixture.h"

/* The notifications that a handler of the proxy has got. */
typedef struct
{
  GString  *log;    /* (owned) */
  GThread  *thread; /* in which the proxy was constructed */
} Seen;

static void
notify_busy_cb (NorpcProxy *proxy,
                GParamSpec *pspec,
                Seen       *seen)
{
  g_assert_true (seen->thread == g_thread_self ());
  g_assert_cmpstr (pspec->name, ==, "busy");
  g_string_append (seen->log, norpc_proxy_is_busy (proxy) ? "busy; " : "idle; ");
}

static void
held_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Seen *seen = user_data;

  g_assert_true (probe_probe_proxy_call_hold_finish (PROBE_PROBE_PROXY (object), result, NULL));
  g_string_append (seen->log, "replied; ");
}

static void
iterate_until_logged (Seen       *seen,
                      const char *text)
{
  while (strstr (seen->log->str, text) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
answer (Fixture *fixture)
{
  g_autoptr (NorpcCall) call = probe_state_take_held (fixture->state);

  norpc_call_return_values (call, 0, NULL);
}

static void
seen_init (Seen    *seen,
           Fixture *fixture)
{
  seen->log = g_string_new (NULL);
  seen->thread = g_thread_self ();
  g_signal_connect (fixture->proxy, "notify::busy", G_CALLBACK (notify_busy_cb), seen);
}

static void
seen_clear (Seen    *seen,
            Fixture *fixture)
{
  g_signal_handlers_disconnect_by_data (fixture->proxy, seen);
  g_string_free (seen->log, TRUE);
}

/* Told once for any number of calls, and after the last callback. */
static void
test_async (Fixture       *fixture,
            gconstpointer  unused)
{
  Seen seen;

  seen_init (&seen, fixture);
  g_assert_false (norpc_proxy_is_busy (NORPC_PROXY (fixture->proxy)));
  probe_probe_proxy_call_hold (fixture->proxy, NULL, held_cb, &seen);
  g_assert_true (norpc_proxy_is_busy (NORPC_PROXY (fixture->proxy)));
  g_assert_cmpstr (seen.log->str, ==, "");
  probe_probe_proxy_call_hold (fixture->proxy, NULL, held_cb, &seen);
  iterate_until_logged (&seen, "busy; ");

  answer (fixture);
  iterate_until_logged (&seen, "replied; ");
  iterate ();
  g_assert_cmpstr (seen.log->str, ==, "busy; replied; ");

  answer (fixture);
  iterate_until_logged (&seen, "idle; ");
  iterate ();
  g_assert_cmpstr (seen.log->str, ==, "busy; replied; replied; idle; ");
  seen_clear (&seen, fixture);
}

/* A handler that is connected while the proxy is busy learns of the end. */
static void
test_connected_late (Fixture       *fixture,
                     gconstpointer  unused)
{
  Seen seen;

  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  iterate ();
  seen_init (&seen, fixture);
  answer (fixture);
  iterate_until_logged (&seen, "idle; ");
  iterate ();
  g_assert_cmpstr (seen.log->str, ==, "idle; ");
  seen_clear (&seen, fixture);
}

static gpointer
call_in_thread (gpointer proxy)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Outcome outcome = { 0 };

  g_main_context_push_thread_default (context);
  probe_probe_proxy_call_hold (proxy, NULL, hold_cb, &outcome);
  outcome_wait (&outcome);
  outcome_clear (&outcome);
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* Whichever thread sends, the proxy notifies in its own. */
static void
test_other_thread (Fixture       *fixture,
                   gconstpointer  unused)
{
  GThread *thread;
  Seen seen;

  seen_init (&seen, fixture);
  thread = g_thread_new ("calls", call_in_thread, fixture->proxy);
  iterate_until_logged (&seen, "busy; ");
  answer (fixture);
  g_thread_join (thread);
  iterate_until_logged (&seen, "idle; ");
  seen_clear (&seen, fixture);
}

/* Not delivered inside a blocking call; whatever ends the call, the proxy is idle then. */
static void
test_sync (Fixture       *fixture,
           gconstpointer  unused)
{
  Seen seen;

  seen_init (&seen, fixture);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpstr (seen.log->str, ==, "");
  g_assert_false (norpc_proxy_is_busy (NORPC_PROXY (fixture->proxy)));
  iterate_until_logged (&seen, "idle; ");

  g_assert_false (probe_probe_proxy_call_drop_sync (fixture->proxy, NULL, NULL));
  g_assert_false (norpc_proxy_is_busy (NORPC_PROXY (fixture->proxy)));
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  norpc_proxy_cancel_all (NORPC_PROXY (fixture->proxy));
  iterate ();
  g_assert_false (norpc_proxy_is_busy (NORPC_PROXY (fixture->proxy)));
  seen_clear (&seen, fixture);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/busy/async", test_async);
  TEST ("/busy/connected-late", test_connected_late);
  TEST ("/busy/other-thread", test_other_thread);
  TEST ("/busy/sync", test_sync);

  return g_test_run ();
}
