/* test-fake-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "feed.h"
#include "fixture.h"
#include "store.h"

typedef struct
{
  NorpcFake       *fake;
  StoreStoreProxy *proxy;
  GString         *log; /* (owned): what has happened, in order */
} Faked;

static void
set_up (Faked         *self,
        gconstpointer  unused)
{
  self->fake = norpc_fake_new (store_store_interface_info ());
  self->proxy = store_store_proxy_new (NORPC_ENDPOINT (self->fake));
  self->log = g_string_new (NULL);
}

static void
tear_down (Faked         *self,
           gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->fake);
  iterate ();
  g_string_free (self->log, TRUE);
}

static void
changed_cb (StoreStore *store,
            const char *key,
            guint       amount,
            gpointer    user_data)
{
  g_string_append_printf (user_data, " %s=%u", key, amount);
}

static void
title_cb (StoreStore *store,
          GParamSpec *pspec,
          gpointer    user_data)
{
  g_autofree char *title = NULL;

  g_object_get (store, "title", &title, NULL);
  g_string_append_printf (user_data, " title:%s", title);
}

static void
get_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autofree char *value = NULL;

  g_assert_true (store_store_proxy_call_get_finish (STORE_STORE_PROXY (object), result, &value, NULL));
  g_string_append_printf (user_data, " got:%s", value);
}

/* Signals, replies and changes of properties arrive in the order in which the test has made them. */
static void
test_order (Faked         *self,
            gconstpointer  unused)
{
  GObject *service = norpc_fake_get_service (self->fake);
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (self->proxy), NULL, &error));
  g_signal_connect (self->proxy, "changed", G_CALLBACK (changed_cb), self->log);
  g_signal_connect (self->proxy, "notify::title", G_CALLBACK (title_cb), self->log);
  norpc_fake_rule_set_times (norpc_fake_answer (self->fake, "Get", &error, "x"), NORPC_FAKE_ALWAYS);

  store_store_emit_changed (STORE_STORE (service), "a", 1);
  store_store_proxy_call_get (self->proxy, "k", NULL, get_cb, self->log);
  g_object_set (service, "title", "T", NULL);
  g_assert_true (norpc_fake_emit_variant (self->fake, "changed", g_variant_new ("(su)", "b", 2), &error));
  g_assert_true (norpc_fake_set_property_variant (self->fake, "title", g_variant_new_string ("U"), &error));
  store_store_proxy_call_get (self->proxy, "k", NULL, get_cb, self->log);
  g_assert_cmpstr (self->log->str, ==, "");
  iterate ();
  g_assert_cmpstr (self->log->str, ==, " a=1 got:x title:T b=2 title:U got:x");
}

static void
assert_wrong (gboolean    ok,
              GError    **error,
              const char *message)
{
  g_assert_false (ok);
  g_assert_error (*error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr ((*error)->message, ==, message);
  g_clear_error (error);
}

static void
test_wrong (Faked         *self,
            gconstpointer  unused)
{
  GError *error = NULL;
  gboolean ok;

  g_signal_connect (self->proxy, "changed", G_CALLBACK (changed_cb), self->log);
  ok = norpc_fake_emit_variant (self->fake, "Change", NULL, &error);
  assert_wrong (ok, &error, "org.example.Store has no signal 'Change'");
  ok = norpc_fake_emit_variant (self->fake, "Changed", g_variant_new ("(ss)", "a", "1"), &error);
  assert_wrong (ok, &error,
                "org.example.Store.Changed: argument 'amount': expected a GVariant of type 'u', got one of type 's'");
  ok = norpc_fake_set_property_variant (self->fake, "Name", g_variant_new_string ("x"), &error);
  assert_wrong (ok, &error, "org.example.Store has no property 'Name'");
  ok = norpc_fake_set_property_variant (self->fake, "Size", g_variant_new_string ("x"), &error);
  assert_wrong (ok, &error,
                "org.example.Store.Size: value 'Size': expected a GVariant of type 'u', got one of type 's'");
  iterate ();
  g_assert_cmpstr (self->log->str, ==, "");
}

/* The test sets what clients cannot, and sees what they set. */
static void
test_properties (Faked         *self,
                 gconstpointer  unused)
{
  GObject *service = norpc_fake_get_service (self->fake);
  g_autoptr (GError) error = NULL;
  g_autofree char *title = NULL;
  guint size = 0;

  g_object_set (service, "size", 7, NULL);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (self->proxy), NULL, &error));
  g_assert_no_error (error);
  g_object_get (self->proxy, "size", &size, "title", &title, NULL);
  g_assert_cmpuint (size, ==, 7);
  g_assert_cmpstr (title, ==, "");

  g_signal_connect (service, "notify::title", G_CALLBACK (title_cb), self->log);
  g_object_set (self->proxy, "title", "mine", NULL);
  iterate ();
  g_assert_cmpstr (self->log->str, ==, " title:mine");
}

typedef struct
{
  Faked *faked;
  int    done; /* atomic */
} Loader;

static gpointer
load_elsewhere (gpointer user_data)
{
  Loader *loader = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (StoreStoreProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  guint size = 0;

  g_main_context_push_thread_default (context);
  proxy = store_store_proxy_new (NORPC_ENDPOINT (loader->faked->fake));
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (proxy), NULL, &error));
  g_assert_no_error (error);
  g_object_get (proxy, "size", &size, NULL);
  g_assert_cmpuint (size, ==, 7);
  g_assert_true (norpc_proxy_write_sync (NORPC_PROXY (proxy), "title", NULL, &error, "x"));
  g_assert_no_error (error);
  g_clear_object (&proxy);
  g_main_context_pop_thread_default (context);
  g_atomic_int_set (&loader->done, TRUE);
  g_main_context_wakeup (NULL);

  return NULL;
}

static void
note_thread_cb (GObject    *service,
                GParamSpec *pspec,
                gpointer    user_data)
{
  *(GThread **) user_data = g_thread_self ();
}

/* A proxy of another thread, which reads and writes in the context of the fake. */
static void
test_thread (Faked         *self,
             gconstpointer  unused)
{
  Loader loader = { self, FALSE };
  GThread *thread, *written_in = NULL;

  g_object_set (norpc_fake_get_service (self->fake), "size", 7, NULL);
  g_signal_connect (norpc_fake_get_service (self->fake), "notify::title", G_CALLBACK (note_thread_cb), &written_in);
  thread = g_thread_new ("loader", load_elsewhere, &loader);
  while (!g_atomic_int_get (&loader.done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  g_assert_true (written_in == g_thread_self ());
}

static void
connected_cb (NorpcProxy *proxy,
              GParamSpec *pspec,
              gpointer    user_data)
{
  g_string_append_printf (user_data, " connected:%d", norpc_proxy_is_connected (proxy));
}

static void
test_closed (Faked         *self,
             gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_signal_connect (self->proxy, "notify::connected", G_CALLBACK (connected_cb), self->log);
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (self->proxy)));
  norpc_fake_close (self->fake);
  iterate ();
  g_assert_cmpstr (self->log->str, ==, " connected:0");
  g_assert_false (norpc_proxy_load_sync (NORPC_PROXY (self->proxy), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
list_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  GListModel **rows = user_data;
  g_autoptr (GError) error = NULL;

  *rows = store_store_proxy_call_list_finish (STORE_STORE_PROXY (object), result, &error);
  g_assert_no_error (error);
}

/* A list model that the test changes, also if the answer is delayed. The test runs in a context of its
 * own, because that of a thread of the pool is the default one.
 */
static void
test_list (Faked         *unused,
           gconstpointer  delay)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (NorpcManualClock) clock = norpc_manual_clock_new ();
  g_autoptr (NorpcFake) fake = NULL;
  g_autoptr (StoreStoreProxy) proxy = NULL;
  g_autoptr (GListStore) store = g_list_store_new (STORE_TYPE_ROW);
  g_autoptr (StoreRow) row = store_row_new ("a");
  g_autoptr (GListModel) rows = NULL;
  g_autoptr (GError) error = NULL;
  NorpcFakeRule *rule;

  g_main_context_push_thread_default (context);
  fake = norpc_fake_new (store_store_interface_info ());
  proxy = store_store_proxy_new (NORPC_ENDPOINT (fake));
  g_list_store_append (store, row);
  rule = norpc_fake_answer (fake, "List", &error, store);
  g_assert_no_error (error);
  norpc_fake_rule_set_delay (rule, GPOINTER_TO_UINT (delay));
  store_store_proxy_call_list (proxy, NULL, list_cb, &rows);
  norpc_manual_clock_run (clock, GPOINTER_TO_UINT (delay));
  while (rows == NULL)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 1);
  g_list_store_append (store, row);
  norpc_manual_clock_run (clock, 0);
  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, 2);
  g_clear_object (&proxy);
  g_clear_object (&fake);
  norpc_manual_clock_run (clock, 0);
  g_main_context_pop_thread_default (context);
}

/* A stream has its results, and no items. */
static void
test_stream (Faked         *unused,
             gconstpointer  unused_data)
{
  g_autoptr (NorpcFake) fake = norpc_fake_new (feed_feed_interface_info ());
  g_autoptr (FeedFeedProxy) proxy = feed_feed_proxy_new (NORPC_ENDPOINT (fake));
  g_autoptr (FeedFeedCountStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  guint64 sum = 0;

  g_assert_nonnull (norpc_fake_answer (fake, "Count", &error, G_GUINT64_CONSTANT (6)));
  g_assert_no_error (error);
  stream = feed_feed_proxy_open_count (proxy, 3, NULL);
  g_assert_null (norpc_stream_read_sync (NORPC_STREAM (stream), NULL, &error));
  g_assert_no_error (error);
  g_assert_true (feed_feed_count_stream_outcome_sync (stream, &sum, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sum, ==, 6);
  g_assert_cmpuint (g_value_get_uint (norpc_fake_call_get_arg (norpc_fake_get_call (fake, "Count", 0), 0)), ==, 3);
}

static void
note_finalized_cb (gpointer  thread,
                   GObject  *service)
{
  *(GThread **) thread = g_thread_self ();
}

static gpointer
unref_in_thread (gpointer object)
{
  g_object_unref (object);

  return NULL;
}

/* A client in another thread may have the last reference. The service of the fake still ends in its own thread. */
static void
test_released (Faked         *self,
               gconstpointer  unused)
{
  GThread *thread = NULL;
  NorpcFake *fake = norpc_fake_new (store_store_interface_info ());

  g_object_weak_ref (norpc_fake_get_service (fake), note_finalized_cb, &thread);
  g_thread_join (g_thread_new ("client", unref_in_thread, fake));
  g_assert_null (thread);
  iterate ();
  g_assert_true (thread == g_thread_self ());
}

#define TEST_FAKE(path, data, func) g_test_add (path, Faked, GUINT_TO_POINTER (data), set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_FAKE ("/fake-events/order", 0, test_order);
  TEST_FAKE ("/fake-events/wrong", 0, test_wrong);
  TEST_FAKE ("/fake-events/properties", 0, test_properties);
  TEST_FAKE ("/fake-events/thread", 0, test_thread);
  TEST_FAKE ("/fake-events/closed", 0, test_closed);
  TEST_FAKE ("/fake-events/list", 0, test_list);
  TEST_FAKE ("/fake-events/list-delayed", 100, test_list);
  TEST_FAKE ("/fake-events/stream", 0, test_stream);
  TEST_FAKE ("/fake-events/released", 0, test_released);

  return g_test_run ();
}
