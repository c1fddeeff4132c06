/* test-fake.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "layer-fixture.h"
#include "store.h"

typedef struct
{
  NorpcFake       *fake;
  StoreStoreProxy *proxy;
} Faked;

static void
set_up (Faked         *self,
        gconstpointer  unused)
{
  self->fake = norpc_fake_new (store_store_interface_info ());
  self->proxy = store_store_proxy_new (NORPC_ENDPOINT (self->fake));
}

static void
tear_down (Faked         *self,
           gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->fake);
  iterate ();
}

/* Returns the value (owned) (nullable). */
static char *
get_sync (Faked       *self,
          const char  *key,
          GError     **error)
{
  char *value = NULL;

  store_store_proxy_call_get_sync (self->proxy, key, &value, NULL, error);

  return value;
}

/* Returns the value (owned) (nullable). */
static char *
get_finish (GObject       *object,
            GAsyncResult  *result,
            GError       **error)
{
  char *value = NULL;

  store_store_proxy_call_get_finish (STORE_STORE_PROXY (object), result, &value, error);

  return value;
}

static void
assert_get (Faked      *self,
            const char *key,
            const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = get_sync (self, key, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, expected);
}

static void
assert_get_fails (Faked      *self,
                  const char *key,
                  GQuark      domain,
                  int         code,
                  const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (get_sync (self, key, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
}

/* Answers one call. */
static NorpcFakeRule *
answer_get (Faked      *self,
            const char *value)
{
  g_autoptr (GError) error = NULL;
  NorpcFakeRule *rule = norpc_fake_answer (self->fake, "Get", &error, value);

  g_assert_no_error (error);

  return rule;
}

/* One after the other, and then no more. */
static void
test_sequence (Faked         *self,
               gconstpointer  unused)
{
  answer_get (self, "one");
  answer_get (self, NULL);
  answer_get (self, "three");
  assert_get (self, "a", "one");
  assert_get (self, "b", NULL);
  assert_get (self, "c", "three");
  assert_get_fails (self, "d", NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED,
                    "no rule of the NorpcFake fits the call org.example.Store.Get ('d',)");
}

/* A rule for a number of calls comes first, then one that matches, and then the newest default. */
static void
test_rank (Faked         *self,
           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  NorpcFakeRule *matching = answer_get (self, "matching");
  NorpcFakeRule *twice;

  norpc_fake_rule_set_times (answer_get (self, "older"), NORPC_FAKE_ALWAYS);
  norpc_fake_rule_set_times (answer_get (self, "newer"), NORPC_FAKE_ALWAYS);
  norpc_fake_rule_set_times (matching, NORPC_FAKE_ALWAYS);
  g_assert_true (norpc_fake_rule_match_variant (matching, g_variant_new ("(s)", "x"), &error));
  g_assert_no_error (error);
  twice = answer_get (self, "twice");
  norpc_fake_rule_set_times (twice, 2);

  assert_get (self, "x", "twice");
  assert_get (self, "y", "twice");
  assert_get (self, "x", "matching");
  assert_get (self, "y", "newer");
  assert_get (self, "x", "matching");
  g_assert_cmpuint (norpc_fake_rule_get_n_calls (twice), ==, 2);
  g_assert_cmpuint (norpc_fake_rule_get_n_calls (matching), ==, 2);
}

static gboolean
match_uint (NorpcFakeRule  *rule,
            const char     *arg,
            guint           number,
            GError        **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, number);

  return norpc_fake_rule_match (rule, arg, &value, error);
}

static gboolean
put (Faked        *self,
     const char   *key,
     guint         amount,
     const char   *tag,
     guint        *n_keys,
     GError      **error)
{
  const char *tags[] = { tag, NULL };
  gboolean is_new = FALSE;

  return store_store_proxy_call_put_sync (self->proxy, key, amount, tags, &is_new, n_keys, NULL, error) && is_new;
}

/* Some of the arguments, by name, and all of them. */
static void
test_match (Faked         *self,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  NorpcFakeRule *rule = norpc_fake_answer (self->fake, "Put", &error, TRUE, 7u);
  const char *tags[] = { "t", NULL };
  g_auto (GValue) tags_value = G_VALUE_INIT;
  guint n_keys = 0;

  g_assert_no_error (error);
  norpc_fake_rule_set_times (rule, NORPC_FAKE_ALWAYS);
  g_assert_true (match_uint (rule, "amount", 5, &error));
  g_assert_true (put (self, "a", 5, "other", &n_keys, &error));
  g_assert_cmpuint (n_keys, ==, 7);
  g_assert_false (put (self, "a", 6, "t", &n_keys, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_clear_error (&error);

  g_value_init (&tags_value, G_TYPE_STRV);
  g_value_set_boxed (&tags_value, tags);
  g_assert_true (norpc_fake_rule_match (rule, "tags", &tags_value, &error));
  g_assert_true (put (self, "a", 5, "t", &n_keys, &error));
  g_assert_false (put (self, "a", 5, "other", &n_keys, NULL));
  g_assert_false (put (self, "a", 6, "t", &n_keys, NULL));

  g_assert_true (norpc_fake_rule_match_variant (rule, g_variant_new ("(su^as)", "b", 6, tags), &error));
  g_assert_true (put (self, "b", 6, "t", &n_keys, &error));
  g_assert_false (put (self, "a", 6, "t", &n_keys, NULL));
}

/* An attempt that has failed. */
#define assert_wrong(expression, text) \
  G_STMT_START \
    { \
      GError *wrong = NULL; \
      gboolean succeeded = (gboolean) !!(expression); \
      g_assert_false (succeeded); \
      g_assert_error (wrong, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT); \
      g_assert_cmpstr (wrong->message, ==, text); \
      g_error_free (wrong); \
    } \
  G_STMT_END

/* The mistakes of a test are errors at once, and name the value. */
static void
test_wrong (Faked         *self,
            gconstpointer  unused)
{
  NorpcFakeRule *rule = answer_get (self, "x");
  g_auto (GValue) number = G_VALUE_INIT;

  g_value_init (&number, G_TYPE_INT);
  assert_wrong (norpc_fake_answer (self->fake, "Got", &wrong, "x"), "org.example.Store has no method 'Got'");
  assert_wrong (norpc_fake_never_answer (self->fake, "Got", &wrong), "org.example.Store has no method 'Got'");
  assert_wrong (norpc_fake_answer (self->fake, "Get", &wrong, "\xff"),
                "org.example.Store.Get: result 'value': expected valid UTF-8, got '\357\277\275'");
  assert_wrong (norpc_fake_answer_variant (self->fake, "Put", g_variant_new ("(bs)", TRUE, "7"), &wrong),
                "org.example.Store.Put: result 'n_keys': expected a GVariant of type 'u', got one of type 's'");
  assert_wrong (norpc_fake_answer_variant (self->fake, "Put", g_variant_new ("(b)", TRUE), &wrong),
                "org.example.Store.Put: expected 2 results, got 1");
  assert_wrong (norpc_fake_answer_values (self->fake, "Get", 1, &number, &wrong),
                "org.example.Store.Get: result 'value': expected a value of type gchararray, got one of type gint");
  assert_wrong (norpc_fake_answer_values (self->fake, "Get", 0, NULL, &wrong),
                "org.example.Store.Get: expected 1 results, got 0");
  assert_wrong (norpc_fake_rule_match (rule, "Key", &number, &wrong), "org.example.Store.Get has no argument 'Key'");
  assert_wrong (norpc_fake_rule_match (rule, "key", &number, &wrong),
                "org.example.Store.Get: argument 'key': expected a value of type gchararray, got one of type gint");
  assert_wrong (norpc_fake_rule_match_variant (rule, g_variant_new ("(u)", 1), &wrong),
                "org.example.Store.Get: argument 'key': expected a GVariant of type 's', got one of type 'u'");

  /* Nothing of that has changed the rule, or made another one. */
  assert_get (self, "a", "x");
  assert_get_fails (self, "b", NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED,
                    "no rule of the NorpcFake fits the call org.example.Store.Get ('b',)");
}

static void
test_error (Faked         *self,
            gconstpointer  unused)
{
  g_autoptr (GError) failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nothing here");
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (norpc_fake_answer_error (self->fake, "Get", failure, &error));
  assert_get_fails (self, "a", G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nothing here");
}

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

static void
get_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  Outcome *outcome = user_data;
  g_autofree char *value = get_finish (object, result, &outcome->error);

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = outcome->error == NULL;
  g_assert_true (outcome->error != NULL || g_str_equal (value, "late"));
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

static void
test_verify (Faked         *self,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  norpc_fake_rule_set_times (norpc_fake_never_answer (self->fake, "Put", NULL), NORPC_FAKE_ALWAYS);
  g_assert_true (norpc_fake_verify (self->fake, &error));
  norpc_fake_rule_set_times (answer_get (self, "x"), 2);
  assert_get (self, "a", "x");
  g_assert_false (norpc_fake_verify (self->fake, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "org.example.Store.Get: a rule for 2 calls has answered 1");
  g_clear_error (&error);
  assert_get (self, "a", "x");
  g_assert_true (norpc_fake_verify (self->fake, &error));
  g_assert_null (get_sync (self, "b", NULL));
  g_assert_false (norpc_fake_verify (self->fake, &error));
  g_assert_cmpstr (error->message, ==, "no rule fitted the call org.example.Store.Get ('b',)");
}

/* Values without a GVariant form are the objects themselves. */
static void
test_objects (Faked         *self,
              gconstpointer  unused)
{
  g_autoptr (GCancellable) token = g_cancellable_new (), other = g_cancellable_new (), got = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GValue) value = G_VALUE_INIT, token_value = G_VALUE_INIT;
  NorpcFakeRule *rule;
  NorpcFakeCall *call;

  g_value_init (&value, G_TYPE_CANCELLABLE);
  g_value_set_object (&value, other);
  g_value_init (&token_value, G_TYPE_CANCELLABLE);
  g_value_set_object (&token_value, token);
  assert_wrong (norpc_fake_answer_variant (self->fake, "Lend", g_variant_new ("(s)", ""), &wrong),
                "org.example.Store.Lend: result 'other': a value of type GCancellable cannot be made from a GVariant");
  rule = norpc_fake_answer_values (self->fake, "Lend", 1, &value, &error);
  g_assert_no_error (error);
  g_assert_true (norpc_fake_rule_match (rule, "token", &token_value, &error));

  g_assert_null (store_store_proxy_call_lend_sync (self->proxy, other, NULL, NULL));
  got = store_store_proxy_call_lend_sync (self->proxy, token, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (got == other);
  call = norpc_fake_get_call (self->fake, "Lend", 1);
  g_assert_true (g_value_get_object (norpc_fake_call_get_arg (call, 0)) == token);
  assert_wrong (norpc_fake_call_dup_args (call, &wrong),
                "org.example.Store.Lend: argument 'token': a value of type GCancellable has no form as a GVariant");
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

static void
test_other (Faked         *self,
            gconstpointer  unused)
{
  g_autoptr (StoreOtherProxy) other = store_other_proxy_new (NORPC_ENDPOINT (self->fake));
  g_autoptr (GError) error = NULL;

  answer_get (self, "x");
  g_assert_false (store_other_proxy_call_get_sync (other, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, NULL), ==, 0);
}

static const char store_xml[] =
  "<node>"
  "  <interface name='org.example.Store'>"
  "    <method name='Get'>"
  "      <arg name='key' type='s'/>"
  "      <arg name='value' type='s' direction='out'><annotation name='org.norpc.Nullable' value='true'/></arg>"
  "    </method>"
  "    <method name='Clear'>"
  "      <arg name='all' type='b'/>"
  "    </method>"
  "    <signal name='Changed'>"
  "      <arg name='key' type='s'/>"
  "      <arg name='amount' type='u'/>"
  "    </signal>"
  "    <property name='Size' type='u' access='read'/>"
  "    <property name='Title' type='s' access='readwrite'/>"
  "  </interface>"
  "</node>";

static void
assert_get_dynamic (NorpcEndpoint *endpoint,
                    const char    *expected)
{
  g_autoptr (GError) error = NULL;
  NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (store_xml, NULL, &error);
  g_autoptr (NorpcDynamicProxy) proxy = NULL;
  g_autoptr (GVariant) results = NULL;
  const char *value;

  g_assert_no_error (error);
  proxy = norpc_dynamic_proxy_new (endpoint, info);
  results = norpc_dynamic_proxy_call_method_sync (proxy, "Get", g_variant_new ("(s)", "a"), NULL, &error);
  g_assert_no_error (error);
  g_variant_get (results, "(m&s)", &value);
  g_assert_cmpstr (value, ==, expected);
}

/* A proxy without generated code. */
static void
test_dynamic_proxy (Faked         *self,
                    gconstpointer  unused)
{
  answer_get (self, "x");
  answer_get (self, NULL);
  assert_get_dynamic (NORPC_ENDPOINT (self->fake), "x");
  assert_get_dynamic (NORPC_ENDPOINT (self->fake), NULL);
  g_assert_cmpuint (norpc_fake_get_n_calls (self->fake, "Get"), ==, 2);
}

static void
changed_cb (StoreStore *store,
            const char *key,
            guint       amount,
            gpointer    user_data)
{
  g_assert_cmpstr (key, ==, "k");
  g_assert_cmpuint (amount, ==, 3);
  *(gboolean *) user_data = TRUE;
}

/* A fake of a description that is read at run time, for both kinds of proxies. */
static void
test_dynamic_fake (Faked         *self,
                   gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (store_xml, NULL, &error);
  g_autoptr (NorpcFake) fake = norpc_fake_new (info);
  gboolean changed = FALSE;

  g_clear_object (&self->proxy);
  self->proxy = store_store_proxy_new (NORPC_ENDPOINT (fake));
  norpc_fake_rule_set_times (norpc_fake_answer (fake, "Get", &error, "x"), NORPC_FAKE_ALWAYS);
  g_assert_no_error (error);
  assert_get (self, "a", "x");
  assert_get_dynamic (NORPC_ENDPOINT (fake), "x");

  g_signal_connect (self->proxy, "changed", G_CALLBACK (changed_cb), &changed);
  g_assert_true (norpc_fake_emit_variant (fake, "Changed", g_variant_new ("(su)", "k", 3), &error));
  iterate ();
  g_assert_true (changed);

  /* Another description of the same method. */
  g_assert_nonnull (norpc_fake_answer_variant (fake, "Clear", NULL, &error));
  g_assert_false (store_store_proxy_call_clear_sync (self->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
}

#define TEST_FAKE(path, func) g_test_add (path, Faked, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_FAKE ("/fake/sequence", test_sequence);
  TEST_FAKE ("/fake/rank", test_rank);
  TEST_FAKE ("/fake/match", test_match);
  TEST_FAKE ("/fake/wrong", test_wrong);
  TEST_FAKE ("/fake/error", test_error);
  TEST_FAKE ("/fake/calls", test_calls);
  TEST_FAKE ("/fake/by-hand", test_by_hand);
  TEST_FAKE ("/fake/cancelled", test_cancelled);
  TEST_FAKE ("/fake/close", test_close);
  TEST_FAKE ("/fake/finalized", test_finalized);
  TEST_FAKE ("/fake/delay", test_delay);
  TEST_FAKE ("/fake/deadline", test_deadline);
  TEST_FAKE ("/fake/real-delay", test_real_delay);
  TEST_FAKE ("/fake/deadlock", test_deadlock);
  TEST_FAKE ("/fake/verify", test_verify);
  TEST_FAKE ("/fake/objects", test_objects);
  TEST_FAKE ("/fake/threads", test_threads);
  TEST_FAKE ("/fake/retry", test_retry);
  TEST_FAKE ("/fake/other", test_other);
  TEST_FAKE ("/fake/dynamic-proxy", test_dynamic_proxy);
  TEST_FAKE ("/fake/dynamic-fake", test_dynamic_fake);

  return g_test_run ();
}
