/* test-fake.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a fake answers calls. */

#include "fake-fixture.h"

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
                "org.example.Store.Get: expected 1 result, got 0");
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

/* In a tuple, a record is a struct of its fields. */
static void
test_records (Faked         *self,
              gconstpointer  unused)
{
  g_autoptr (StoreAccount) account = store_account_new ("Ada", "secret"), first = NULL;
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  assert_wrong (norpc_fake_answer_variant (self->fake, "Enroll", g_variant_new ("(s)", "Bob"), &wrong),
                "org.example.Store.Enroll: result 'first': expected a GVariant of type '(ss)', got one of type 's'");
  norpc_fake_answer_variant (self->fake, "Enroll", g_variant_new ("((ss))", "Bob", "hidden"), &error);
  g_assert_no_error (error);
  first = store_store_proxy_call_enroll_sync (self->proxy, account, none, NULL, 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first->user, ==, "Bob");
  g_assert_cmpstr (first->password, ==, "hidden");
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

/* No message has a sensitive argument in it. */
static void
test_sensitive (Faked         *self,
                gconstpointer  unused)
{
  g_autoptr (GError) unexpected = NULL;
  g_autoptr (GError) invalid = NULL;
  g_autoptr (GError) record = NULL;
  g_autoptr (StoreAccount) account = store_account_new ("ada", "lovelace");
  g_autoptr (GPtrArray) accounts = g_ptr_array_new ();

  g_assert_false (store_store_proxy_call_unlock_sync (self->proxy, "ada", "lovelace", NULL, &unexpected));
  g_assert_cmpstr (unexpected->message, ==,
                   "no rule of the NorpcFake fits the call org.example.Store.Unlock ('ada', <sensitive>)");
  g_assert_false (store_store_proxy_call_unlock_sync (self->proxy, "ada", "lovelace\xff", NULL, &invalid));
  g_assert_cmpstr (invalid->message, ==,
                   "org.example.Store.Unlock: argument 'password': "
                   "the value is not valid; it is sensitive, and not shown");

  g_ptr_array_add (accounts, account);
  g_assert_null (store_store_proxy_call_enroll_sync (self->proxy, account, accounts, NULL, 3, NULL, &record));
  g_assert_cmpstr (record->message, ==, "no rule of the NorpcFake fits the call org.example.Store.Enroll "
                                        "(<sensitive>, <sensitive>, <sensitive>, 3)");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_FAKE ("/fake/sensitive", test_sensitive);
  TEST_FAKE ("/fake/sequence", test_sequence);
  TEST_FAKE ("/fake/rank", test_rank);
  TEST_FAKE ("/fake/match", test_match);
  TEST_FAKE ("/fake/wrong", test_wrong);
  TEST_FAKE ("/fake/error", test_error);
  TEST_FAKE ("/fake/verify", test_verify);
  TEST_FAKE ("/fake/objects", test_objects);
  TEST_FAKE ("/fake/records", test_records);
  TEST_FAKE ("/fake/other", test_other);

  return g_test_run ();
}
