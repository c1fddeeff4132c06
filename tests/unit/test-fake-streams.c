/* test-fake-streams.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The items of the streams of a fake. */

#include "fake-fixture.h"

/* Returns what the client reads until the stream ends (owned). */
static char *
read_all (StoreStoreWatchStream *stream)
{
  GString *log = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  char *key;
  guint amount, n_changes;

  while (store_store_watch_stream_next_sync (stream, &key, &amount, NULL, &error))
    {
      g_string_append_printf (log, "%s=%u ", key, amount);
      g_free (key);
    }
  g_assert_no_error (error);

  if (store_store_watch_stream_outcome_sync (stream, &n_changes, NULL, &error))
    g_string_append_printf (log, "%u changes", n_changes);
  else
    g_string_append (log, error->message);

  return g_string_free (log, FALSE);
}

static void
assert_reads (Faked      *self,
              const char *expected)
{
  g_autoptr (StoreStoreWatchStream) stream = store_store_proxy_open_watch (self->proxy, "", NULL);
  g_autofree char *log = read_all (stream);

  g_assert_cmpstr (log, ==, expected);
}

/* A rule has the items and the results, for each of its calls. */
static void
test_script (Faked         *self,
             gconstpointer  unused)
{
  NorpcFakeRule *rule;
  const GValue *values;
  g_auto (GValue) key = G_VALUE_INIT, amount = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  rule = norpc_fake_answer (self->fake, "Watch", &error, 7);
  norpc_fake_rule_write (rule, &error, "a", 1);
  norpc_fake_rule_write (rule, &error, "b", 2);
  g_assert_no_error (error);
  g_value_init (&key, G_TYPE_STRING);
  g_value_set_string (&key, "c");
  g_value_init (&amount, G_TYPE_UINT);
  values = (const GValue[]) { key, amount };
  g_assert_true (norpc_fake_rule_write_values (rule, 2, values, &error));
  norpc_fake_rule_set_times (rule, 2);

  assert_reads (self, "a=1 b=2 c=0 7 changes");
  assert_reads (self, "a=1 b=2 c=0 7 changes");
  g_assert_true (norpc_fake_verify (self->fake, &error));
}

/* An error comes after the items, too. */
static void
test_failure (Faked         *self,
              gconstpointer  unused)
{
  g_autoptr (GError) failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "broken");
  NorpcFakeRule *rule = norpc_fake_answer_error (self->fake, "Watch", failure, NULL);
  g_autoptr (StoreStoreWatchStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;
  guint amount;

  norpc_fake_rule_write (rule, NULL, "a", 1);
  stream = store_store_proxy_open_watch (self->proxy, "", NULL);
  g_assert_true (store_store_watch_stream_next_sync (stream, &key, &amount, NULL, &error));
  g_assert_cmpstr (key, ==, "a");
  g_clear_pointer (&key, g_free);
  g_assert_false (store_store_watch_stream_next_sync (stream, &key, &amount, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

static void
test_wrong (Faked         *self,
            gconstpointer  unused)
{
  NorpcFakeRule *rule = norpc_fake_answer (self->fake, "Watch", NULL, 0);
  NorpcFakeRule *other = norpc_fake_answer (self->fake, "Get", NULL, "x");
  NorpcFakeRule *in = norpc_fake_answer (self->fake, "Fill", NULL, 0);

  assert_wrong (norpc_fake_rule_write_variant (rule, g_variant_new ("(ss)", "a", "b"), &wrong),
                "org.example.Store.Watch: item 'amount': expected a GVariant of type 'u', got one of type 's'");
  assert_wrong (norpc_fake_rule_write_variant (rule, NULL, &wrong), "org.example.Store.Watch: expected 2 items, got 0");
  assert_wrong (norpc_fake_rule_write_values (rule, 0, NULL, &wrong),
                "org.example.Store.Watch: expected 2 items, got 0");
  assert_wrong (norpc_fake_rule_write (rule, &wrong, NULL, 1),
                "org.example.Store.Watch: item 'key': expected a value of type gchararray, got NULL");
  assert_wrong (norpc_fake_rule_write_variant (other, g_variant_new ("(s)", "a"), &wrong),
                "org.example.Store.Get is not a stream whose items go to clients");
  assert_wrong (norpc_fake_rule_write (in, &wrong, "a"),
                "org.example.Store.Fill is not a stream whose items go to clients");
}

/* A rule cannot write more items than wait for the client. */
static void
test_backlog (Faked         *self,
              gconstpointer  unused)
{
  NorpcFakeRule *rule = norpc_fake_answer (self->fake, "Watch", NULL, 0);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    g_assert_true (norpc_fake_rule_write (rule, NULL, "a", i));
  g_assert_false (norpc_fake_rule_write (rule, &error, "a", 3));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "org.example.Store.Watch: no more than 3 items can wait for the client");
  assert_reads (self, "a=0 a=1 a=2 0 changes");
}

static void
next_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  GString *log = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *key = NULL;
  guint amount;

  if (store_store_watch_stream_next_finish (STORE_STORE_WATCH_STREAM (object), result, &key, &amount, &error))
    g_string_append_printf (log, "%s=%u ", key, amount);
  else
    g_string_append (log, error != NULL ? error->message : "end");
  if (key != NULL)
    store_store_watch_stream_next_async (STORE_STORE_WATCH_STREAM (object), NULL, next_cb, log);
}

/* The test writes items while the client waits for them, and looks at it in between. */
static void
test_by_hand (Faked         *self,
              gconstpointer  unused)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (StoreStoreWatchStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  NorpcFakeCall *call;

  norpc_fake_rule_write (norpc_fake_never_answer (self->fake, "Watch", NULL), NULL, "first", 0);
  stream = store_store_proxy_open_watch (self->proxy, "", NULL);
  store_store_watch_stream_next_async (stream, NULL, next_cb, log);
  call = norpc_fake_get_call (self->fake, "Watch", 0);
  norpc_manual_clock_run (clock, 0);
  g_assert_cmpstr (log->str, ==, "first=0 ");

  g_assert_true (norpc_fake_call_write (call, &error, "a", 1));
  norpc_manual_clock_run (clock, 0);
  g_assert_cmpstr (log->str, ==, "first=0 a=1 ");
  g_assert_true (norpc_fake_call_write_variant (call, g_variant_new ("(su)", "b", 2), &error));
  norpc_manual_clock_run (clock, 0);
  g_assert_cmpstr (log->str, ==, "first=0 a=1 b=2 ");
  assert_wrong (norpc_fake_call_write_variant (call, g_variant_new ("(s)", "b"), &wrong),
                "org.example.Store.Watch: expected 2 items, got 1");

  g_assert_true (norpc_fake_call_answer (call, &error, 2));
  norpc_manual_clock_run (clock, 0);
  g_assert_cmpstr (log->str, ==, "first=0 a=1 b=2 end");
  g_assert_false (norpc_fake_call_write (call, &error, "c", 3));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* The errors are those of a service: BUSY if the client does not read, CANCELLED if it has closed its end. */
static void
test_write_errors (Faked         *self,
                   gconstpointer  unused)
{
  g_autoptr (StoreStoreWatchStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  NorpcFakeCall *call;

  norpc_fake_never_answer (self->fake, "Watch", NULL);
  stream = store_store_proxy_open_watch (self->proxy, "", NULL);
  call = norpc_fake_get_call (self->fake, "Watch", 0);
  for (guint i = 0; i < 3; i++)
    g_assert_true (norpc_fake_call_write (call, NULL, "a", i));
  g_assert_false (norpc_fake_call_write (call, &error, "a", 3));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_clear_error (&error);

  norpc_stream_close (NORPC_STREAM (stream));
  g_assert_true (norpc_fake_call_is_cancelled (call));
  g_assert_false (norpc_fake_call_write (call, &error, "a", 3));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The delay of a rule is that of the results. */
static void
test_delay (Faked         *self,
            gconstpointer  unused)
{
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (StoreStoreWatchStream) stream = NULL;
  NorpcFakeRule *rule = norpc_fake_answer (self->fake, "Watch", NULL, 0);

  norpc_fake_rule_write_variant (rule, g_variant_new ("(su)", "a", 1), NULL);
  norpc_fake_rule_set_delay (rule, 1000);
  stream = store_store_proxy_open_watch (self->proxy, "", NULL);
  store_store_watch_stream_next_async (stream, NULL, next_cb, log);
  norpc_manual_clock_run (clock, 999);
  g_assert_cmpstr (log->str, ==, "a=1 ");
  norpc_manual_clock_run (clock, 1);
  g_assert_cmpstr (log->str, ==, "a=1 end");
}

/* The test reads what the client writes. */
static void
test_read (Faked         *self,
           gconstpointer  unused)
{
  g_autoptr (StoreStoreFillStream) stream = NULL;
  g_autoptr (GVariant) values = NULL;
  g_autoptr (NorpcItem) item = NULL;
  g_autoptr (GError) error = NULL;
  NorpcFakeCall *call;
  const char *key;
  guint n_keys;

  norpc_fake_never_answer (self->fake, "Fill", NULL);
  stream = store_store_proxy_open_fill (self->proxy, NULL);
  call = norpc_fake_get_call (self->fake, "Fill", 0);
  g_assert_null (norpc_fake_call_read (call));

  g_assert_true (store_store_fill_stream_write (stream, "a", NULL));
  g_assert_true (store_store_fill_stream_write (stream, "b", NULL));
  g_assert_false (store_store_fill_stream_write (stream, "c", &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  norpc_stream_end (NORPC_STREAM (stream));
  g_assert_false (norpc_fake_call_is_at_end (call));

  item = norpc_fake_call_read (call);
  values = norpc_item_dup_variant (item, NULL);
  g_variant_get_child (values, 0, "&s", &key);
  g_assert_cmpstr (key, ==, "a");
  norpc_item_unref (norpc_fake_call_read (call));
  g_assert_true (norpc_fake_call_is_at_end (call));
  g_assert_null (norpc_fake_call_read (call));

  g_assert_true (norpc_fake_call_answer (call, NULL, 2));
  g_assert_true (store_store_fill_stream_outcome_sync (stream, &n_keys, NULL, NULL));
  g_assert_cmpuint (n_keys, ==, 2);
  g_assert_null (norpc_fake_call_read (call));
  g_assert_false (norpc_fake_call_is_at_end (call));
}

static gpointer
write_often (gpointer call)
{
  for (guint i = 0; i < 1000; i++)
    norpc_fake_call_write (call, NULL, "a", i);

  return NULL;
}

/* Items may be written in any thread, while the call is cancelled and answered. */
static void
test_threads (Faked         *self,
              gconstpointer  unused)
{
  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (StoreStoreWatchStream) stream = NULL;
      g_autofree char *log = NULL;
      NorpcFakeCall *call;
      GThread *threads[3];

      norpc_fake_never_answer (self->fake, "Watch", NULL);
      stream = store_store_proxy_open_watch (self->proxy, "", NULL);
      call = norpc_fake_get_call (self->fake, "Watch", round);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("writer", write_often, call);
      if (round % 2 == 0)
        norpc_fake_call_answer (call, NULL, round);
      else
        norpc_stream_close (NORPC_STREAM (stream));
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      if (round % 2 == 0)
        log = read_all (stream);
      g_assert_true (log == NULL || g_str_has_suffix (log, " changes"));
    }
}

/* The end is released with the call, also if nothing has answered it. */
static void
test_closed (Faked         *self,
             gconstpointer  unused)
{
  g_autoptr (StoreStoreWatchStream) stream = NULL;
  g_autofree char *log = NULL;

  norpc_fake_rule_write (norpc_fake_never_answer (self->fake, "Watch", NULL), NULL, "a", 1);
  stream = store_store_proxy_open_watch (self->proxy, "", NULL);
  norpc_fake_close (self->fake);
  g_assert_false (store_store_watch_stream_outcome_sync (stream, &(guint) { 0 }, NULL, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_FAKE ("/fake/streams/script", test_script);
  TEST_FAKE ("/fake/streams/failure", test_failure);
  TEST_FAKE ("/fake/streams/wrong", test_wrong);
  TEST_FAKE ("/fake/streams/backlog", test_backlog);
  TEST_FAKE ("/fake/streams/by-hand", test_by_hand);
  TEST_FAKE ("/fake/streams/write-errors", test_write_errors);
  TEST_FAKE ("/fake/streams/delay", test_delay);
  TEST_FAKE ("/fake/streams/read", test_read);
  TEST_FAKE ("/fake/streams/threads", test_threads);
  TEST_FAKE ("/fake/streams/closed", test_closed);

  return g_test_run ();
}
