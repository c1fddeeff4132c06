/* test-fake-delays.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Answers of a fake that come later. */

#include "fake-fixture.h"

typedef struct
{
  GString *log;
  gint64   start;
} Log;

static void
log_get_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Log *log = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *value = get_finish (object, result, &error);

  g_string_append_printf (log->log, " %s@%d", value != NULL ? value : error->message,
                          (int) ((norpc_get_monotonic_time () - log->start) / 1000));
}

/* In the order of time, and of the calls for those of the same time. */
static void
test_delay (Faked         *self,
            gconstpointer  unused)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (GError) failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "failed");
  g_autoptr (GString) text = g_string_new (NULL);
  Log log = { text, norpc_get_monotonic_time () };
  const guint delays[] = { 3000, 1000, 2000, 1000, 1000 };
  const char *names[] = { "a", "b", "c", "d", "e" };

  for (guint i = 0; i < 5; i++)
    norpc_fake_rule_set_delay (answer_get (self, names[i]), delays[i]);
  norpc_fake_rule_set_delay (norpc_fake_answer_error (self->fake, "Get", failure, NULL), 1500);
  for (guint i = 0; i < 6; i++)
    store_store_proxy_call_get (self->proxy, "key", NULL, log_get_cb, &log);
  norpc_manual_clock_run (clock, 999);
  g_assert_cmpstr (text->str, ==, "");
  norpc_manual_clock_run (clock, 1);
  g_assert_cmpstr (text->str, ==, " b@1000 d@1000 e@1000");
  norpc_manual_clock_run (clock, 9000);
  g_assert_cmpstr (text->str, ==, " b@1000 d@1000 e@1000 failed@1500 c@2000 a@3000");
}

/* A delay that is longer than the deadline. */
static void
test_deadline (Faked         *self,
               gconstpointer  unused)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  Outcome outcome = { 0 };

  norpc_fake_rule_set_delay (answer_get (self, "late"), 5000);
  norpc_proxy_set_timeout (NORPC_PROXY (self->proxy), 4000);
  store_store_proxy_call_get (self->proxy, "a", NULL, get_cb, &outcome);
  norpc_manual_clock_run (clock, 3999);
  g_assert_cmpuint (outcome.n, ==, 0);
  norpc_manual_clock_run (clock, 1);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT);
  g_assert_true (norpc_fake_call_is_cancelled (norpc_fake_get_call (self->fake, "Get", 0)));
  norpc_manual_clock_run (clock, 1000);
  g_assert_cmpuint (outcome.n, ==, 1);
  outcome_clear (&outcome);
}

/* Without a manual clock, a delay takes its time, and a synchronous call waits for it. */
static void
test_real_delay (Faked         *self,
                 gconstpointer  unused)
{
  gint64 start = g_get_monotonic_time ();

  norpc_fake_rule_set_delay (answer_get (self, "x"), 5);
  assert_get (self, "a", "x");
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 5000);
}

/* Nothing hangs because the test waits for itself. */
static void
test_deadlock (Faked         *self,
               gconstpointer  unused)
{
  const char *message = "org.example.Store.Get would deadlock: it is synchronous, and the test that waits for it "
                        "would have to answer it or to advance the manual clock";
  NorpcManualClock *clock;

  norpc_fake_never_answer (self->fake, "Get", NULL);
  norpc_fake_rule_set_delay (answer_get (self, "x"), 1000);
  norpc_fake_never_answer (self->fake, "Get", NULL);
  norpc_fake_never_answer (self->fake, "Get", NULL);

  clock = norpc_manual_clock_new ();
  assert_get_fails (self, "a", NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK, message);
  assert_get_fails (self, "b", NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK, message);
  g_object_unref (clock);

  norpc_proxy_set_timeout (NORPC_PROXY (self->proxy), NORPC_NO_TIMEOUT);
  assert_get_fails (self, "c", NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK, message);
  norpc_proxy_set_timeout (NORPC_PROXY (self->proxy), 5);
  g_assert_null (get_sync (self, "d", NULL));
  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, "Get"), ==, 4);
}

/* An error of the runtime is retried, and one of a handler is not. */
static void
test_retry (Faked         *self,
            gconstpointer  unused)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (GError) busy = g_error_new_literal (NORPC_ERROR, NORPC_ERROR_BUSY, "busy");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (NorpcEndpoint) stack = NULL;
  Log log = { text, norpc_get_monotonic_time () };

  stack = norpc_stack_new (g_object_new (NORPC_TYPE_RETRY, "max-attempts", 3, "delay", 100, NULL), self->fake, NULL);
  g_object_unref (self->proxy);
  self->proxy = store_store_proxy_new (stack);
  norpc_fake_rule_set_times (norpc_fake_answer_error (self->fake, "Get", busy, NULL), 2);
  answer_get (self, "x");
  store_store_proxy_call_get (self->proxy, "a", NULL, log_get_cb, &log);
  norpc_manual_clock_run (clock, 1000);
  g_assert_cmpstr (text->str, ==, " x@300");

  norpc_fake_rule_set_delay (norpc_fake_answer_error (self->fake, "Get", busy, NULL), 50);
  store_store_proxy_call_get (self->proxy, "a", NULL, log_get_cb, &log);
  norpc_manual_clock_run (clock, 1000);
  g_assert_cmpstr (text->str, ==, " x@300 busy@1050");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_FAKE ("/fake/delays/delay", test_delay);
  TEST_FAKE ("/fake/delays/deadline", test_deadline);
  TEST_FAKE ("/fake/delays/real-delay", test_real_delay);
  TEST_FAKE ("/fake/delays/deadlock", test_deadlock);
  TEST_FAKE ("/fake/delays/retry", test_retry);

  return g_test_run ();
}
