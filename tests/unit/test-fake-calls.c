/* test-fake-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls that a fake was sent. */

#include "fake-fixture.h"

/* The calls that the fake was sent. */
static void
test_calls (Faked         *self,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) args = NULL, expected = NULL;
  g_autoptr (GPtrArray) calls = NULL;
  NorpcFakeCall *call;
  guint n_keys;

  norpc_fake_rule_set_times (answer_get (self, "x"), NORPC_FAKE_ALWAYS);
  norpc_fake_answer (self->fake, "Put", &error, TRUE, 1u);
  assert_get (self, "a", "x");
  g_assert_true (put (self, "b", 2, "t", &n_keys, &error));
  assert_get (self, "c", "x");
  store_store_proxy_call_forget (self->proxy, "d"); /* one-way, so no rule is needed */

  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, NULL), ==, 4);
  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, "Get"), ==, 2);
  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, "Clear"), ==, 0);
  call = norpc_fake_get_call (self->fake, "Get", 1);
  g_assert_cmpstr (g_value_get_string (norpc_fake_call_get_arg (call, 0)), ==, "c");
  g_assert_false (norpc_fake_call_is_pending (call));
  g_assert_false (norpc_fake_call_is_cancelled (call));
  call = norpc_fake_get_call (self->fake, NULL, 1);
  g_assert_cmpstr (norpc_fake_call_get_method_name (call), ==, "Put");
  g_assert_cmpuint (norpc_fake_call_get_n_args (call), ==, 3);
  args = norpc_fake_call_dup_args (call, &error);
  expected = g_variant_ref_sink (g_variant_new_parsed ("('b', uint32 2, ['t'])"));
  g_assert_true (g_variant_equal (args, expected));
  calls = norpc_fake_dup_calls (self->fake, NULL);
  g_assert_cmpstr (norpc_fake_call_get_method_name (calls->pdata[3]), ==, "Forget");
}

static NorpcFakeCall *
get_unanswered (Faked        *self,
                GCancellable *cancellable,
                Outcome      *outcome)
{
  g_autoptr (GError) error = NULL;
  guint n = norpc_fake_get_n_calls (self->fake, "Get");

  norpc_fake_never_answer (self->fake, "Get", &error);
  g_assert_no_error (error);
  store_store_proxy_call_get (self->proxy, "a", cancellable, get_cb, outcome);
  iterate ();
  g_assert_cmpuint (outcome->n, ==, 0);

  return norpc_fake_get_call (self->fake, "Get", n);
}

/* The test answers when it likes. */
static void
test_by_hand (Faked         *self,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL, failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "late");
  Outcome outcome = { 0 }, failed = { 0 };
  NorpcFakeCall *call = get_unanswered (self, NULL, &outcome);

  g_assert_true (norpc_fake_call_is_pending (call));
  assert_wrong (norpc_fake_call_answer_variant (call, g_variant_new ("(u)", 1), &wrong),
                "org.example.Store.Get: result 'value': expected a GVariant of type 's', got one of type 'u'");
  g_assert_true (norpc_fake_call_is_pending (call));
  g_assert_true (norpc_fake_call_answer (call, &error, "late"));
  g_assert_no_error (error);
  g_assert_cmpuint (outcome.n, ==, 0);
  g_assert_false (norpc_fake_call_is_pending (call));
  g_assert_false (norpc_fake_call_answer (call, &error, "later"));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_wait (&outcome);
  g_assert_true (outcome.ok);

  call = get_unanswered (self, NULL, &failed);
  g_clear_error (&error);
  g_assert_true (norpc_fake_call_answer_error (call, failure, &error));
  outcome_wait (&failed);
  g_assert_error (failed.error, G_IO_ERROR, G_IO_ERROR_FAILED);
  outcome_clear (&failed);
}

static void
test_cancelled (Faked         *self,
                gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome = { 0 };
  NorpcFakeCall *call = get_unanswered (self, cancellable, &outcome);

  g_assert_false (norpc_fake_call_is_cancelled (call));
  g_cancellable_cancel (cancellable);
  g_assert_true (norpc_fake_call_is_cancelled (call));
  outcome_wait (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&outcome);
  g_assert_true (norpc_fake_call_answer (call, NULL, "nobody hears"));
}

/* Whatever is unanswered fails, and so does what comes later. */
static void
test_close (Faked         *self,
            gconstpointer  unused)
{
  Outcome held = { 0 }, delayed = { 0 };
  NorpcFakeCall *call = get_unanswered (self, NULL, &held);

  norpc_fake_rule_set_delay (answer_get (self, "late"), 3600 * 1000);
  store_store_proxy_call_get (self->proxy, "b", NULL, get_cb, &delayed);
  norpc_fake_close (self->fake);
  g_assert_true (norpc_endpoint_is_closed (NORPC_ENDPOINT (self->fake)));
  outcome_wait (&held);
  g_assert_error (held.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_wait (&delayed);
  g_assert_error (delayed.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_false (norpc_fake_call_is_pending (call));
  answer_get (self, "x");
  assert_get_fails (self, "c", NORPC_ERROR, NORPC_ERROR_CLOSED,
                    "org.example.Store.Get was rejected: its NorpcFake is closed");
  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, NULL), ==, 2);
  outcome_clear (&held);
  outcome_clear (&delayed);
}

/* The last reference closes the fake. */
static void
test_finalized (Faked         *self,
                gconstpointer  unused)
{
  Outcome outcome = { 0 };
  NorpcFake *fake = norpc_fake_new (probe_probe_interface_info ());

  norpc_fake_never_answer (fake, "Hold", NULL);
  norpc_endpoint_call (NORPC_ENDPOINT (fake), new_call ("Hold"), NULL, reply_cb, &outcome);
  g_object_unref (fake);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_clear (&outcome);
}

#define N_THREADS 4
#define N_CALLS   200

static gpointer
call_often (gpointer user_data)
{
  Faked *self = user_data;

  for (guint i = 0; i < N_CALLS; i++)
    assert_get (self, "a", "x");

  return NULL;
}

static void
test_threads (Faked         *self,
              gconstpointer  unused)
{
  NorpcFakeRule *rule = answer_get (self, "x");
  GThread *threads[N_THREADS];

  norpc_fake_rule_set_times (rule, N_THREADS * N_CALLS);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("caller", call_often, self);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (norpc_fake_rule_get_n_calls (rule), ==, N_THREADS * N_CALLS);
  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, "Get"), ==, N_THREADS * N_CALLS);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_FAKE ("/fake/calls/calls", test_calls);
  TEST_FAKE ("/fake/calls/by-hand", test_by_hand);
  TEST_FAKE ("/fake/calls/cancelled", test_cancelled);
  TEST_FAKE ("/fake/calls/close", test_close);
  TEST_FAKE ("/fake/calls/finalized", test_finalized);
  TEST_FAKE ("/fake/calls/threads", test_threads);

  return g_test_run ();
}
