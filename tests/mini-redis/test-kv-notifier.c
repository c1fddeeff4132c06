/* test-kv-notifier.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "kv-store-service.h"

/* The service in its own thread. The proxies are those of the main thread, and log the signals and
 * replies that reach it. */
typedef struct
{
  NorpcServer *server;
  KvStoreProxy *store;
  KvNotifierProxy *notifier;
  GString *log;
} Fixture;

static void
log_bytes (Fixture    *f,
           GBytes     *bytes,
           const char *after)
{
  g_string_append_len (f->log, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_string_append (f->log, after);
}

static void
published_cb (KvNotifier *notifier,
              GBytes     *channel,
              GBytes     *message,
              gpointer    user_data)
{
  Fixture *f = user_data;

  log_bytes (f, channel, "=");
  log_bytes (f, message, " ");
}

static void
key_event_cb (KvNotifier *notifier,
              guint       database,
              KvEvents    event,
              GBytes     *key,
              gpointer    user_data)
{
  Fixture *f = user_data;
  g_autoptr (GFlagsClass) klass = g_type_class_ref (KV_TYPE_EVENTS);

  g_string_append_printf (f->log, "%s:%u:", g_flags_get_first_value (klass, event)->value_nick,
                          database);
  log_bytes (f, key, " ");
}

static void
fixture_set_up (Fixture      *f,
                gconstpointer data)
{
  g_autoptr (KvStoreService) service = kv_store_service_new ();
  g_autoptr (GError) error = NULL;
  NorpcEndpoint *endpoint;

  f->server = norpc_server_new (G_OBJECT (service));
  norpc_server_start (f->server, NULL, &error);
  g_assert_no_error (error);
  endpoint = NORPC_ENDPOINT (norpc_server_get_channel (f->server));
  f->store = kv_store_proxy_new (endpoint);
  f->notifier = kv_notifier_proxy_new_sync (endpoint, NULL, &error);
  g_assert_no_error (error);
  f->log = g_string_new (NULL);
  g_signal_connect (f->notifier, "published", G_CALLBACK (published_cb), f);
  g_signal_connect (f->notifier, "key-event", G_CALLBACK (key_event_cb), f);
}

static void
fixture_tear_down (Fixture      *f,
                   gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  norpc_server_stop (f->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&f->store);
  g_clear_object (&f->notifier);
  g_clear_object (&f->server);
  g_string_free (f->log, TRUE);
}

static GBytes *
to_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
size_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* The log of what the service has emitted. A reply comes after all that. */
static void
assert_log (Fixture    *f,
            const char *expected)
{
  gboolean done = FALSE;

  kv_store_proxy_call_get_size (f->store, 0, NULL, size_cb, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpstr (f->log->str, ==, expected);
  g_string_truncate (f->log, 0);
}

static void
set (Fixture    *f,
     const char *key,
     gint64      ttl,
     KvSetFlags  flags)
{
  g_autoptr (GBytes) key_bytes = to_bytes (key);
  g_autoptr (GBytes) value = to_bytes ("1");
  g_autoptr (GError) error = NULL;

  kv_store_proxy_call_set_sync (f->store, 0, key_bytes, value, ttl, flags,
                                NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
set_events (Fixture *f,
            KvEvents events)
{
  g_autoptr (GError) error = NULL;

  kv_notifier_proxy_set_events_sync (f->notifier, events, NULL, &error);
  g_assert_no_error (error);
}

static GPtrArray *
make_keys (const char *first,
           const char *second)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_ptr_array_add (keys, to_bytes (first));
  g_ptr_array_add (keys, to_bytes (second));

  return keys;
}

/* Only the events of the property are emitted. */
static void
test_property (Fixture      *f,
               gconstpointer data)
{
  g_autoptr (KvNotifierProxy) other = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (kv_notifier_get_events (KV_NOTIFIER (f->notifier)), ==, KV_EVENTS_NONE);
  set (f, "a", 0, KV_SET_FLAGS_NONE);
  assert_log (f, "");

  set_events (f, KV_EVENTS_EXPIRE | KV_EVENTS_NEW);
  set (f, "a", 100000, KV_SET_FLAGS_NONE);
  set (f, "b", 0, KV_SET_FLAGS_NONE);
  assert_log (f, "expire:0:a new:0:b ");

  other = kv_notifier_proxy_new_sync (NORPC_ENDPOINT (norpc_server_get_channel (f->server)),
                                      NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (kv_notifier_get_events (KV_NOTIFIER (other)), ==,
                   KV_EVENTS_EXPIRE | KV_EVENTS_NEW);

  set_events (f, KV_EVENTS_NONE);
  set (f, "c", 0, KV_SET_FLAGS_NONE);
  assert_log (f, "");
}

#define ALL_EVENTS (KV_EVENTS_KEYMISS * 2 - 1)

static void
test_value_events (Fixture      *f,
                   gconstpointer data)
{
  g_autoptr (GBytes) a = to_bytes ("a");
  g_autoptr (GBytes) b = to_bytes ("b");
  g_autoptr (GBytes) word = to_bytes ("x");
  g_autoptr (GError) error = NULL;

  set_events (f, ALL_EVENTS);
  kv_store_proxy_call_get_sync (f->store, 3, a, NULL, NULL, &error);
  assert_log (f, "keymiss:3:a ");
  set (f, "a", 0, KV_SET_FLAGS_IF_PRESENT);
  set (f, "a", 0, KV_SET_FLAGS_IF_PRESENT | KV_SET_FLAGS_GET_PREVIOUS);
  assert_log (f, "keymiss:0:a ");
  set (f, "a", 100000, KV_SET_FLAGS_GET_PREVIOUS);
  set (f, "a", 0, KV_SET_FLAGS_KEEP_TTL);
  assert_log (f, "keymiss:0:a new:0:a set:0:a expire:0:a set:0:a ");
  kv_store_proxy_call_increment_sync (f->store, 0, a, 1, NULL, NULL, &error);
  kv_store_proxy_call_increment_sync (f->store, 0, b, 1, NULL, NULL, &error);
  assert_log (f, "incrby:0:a new:0:b incrby:0:b ");
  kv_store_proxy_call_append_sync (f->store, 1, b, word, NULL, NULL, &error);
  kv_store_proxy_call_append_sync (f->store, 1, b, word, NULL, NULL, &error);
  assert_log (f, "new:1:b append:1:b append:1:b ");
  g_assert_no_error (error);

  g_assert_false (kv_store_proxy_call_increment_sync (f->store, 1, b, 1, NULL, NULL, &error));
  assert_log (f, "");
  g_clear_error (&error);

  kv_store_proxy_call_take_sync (f->store, 1, b, NULL, NULL, &error);
  kv_store_proxy_call_take_sync (f->store, 1, b, NULL, NULL, &error);
  kv_store_proxy_call_get_length_sync (f->store, 1, b, NULL, NULL, &error);
  assert_log (f, "del:1:b keymiss:1:b keymiss:1:b ");
  g_assert_no_error (error);
}

static void
test_many_events (Fixture      *f,
                  gconstpointer data)
{
  GPtrArray *pairs = g_ptr_array_new_with_free_func ((GDestroyNotify) kv_pair_free);
  g_autoptr (GPtrArray) values = NULL;
  g_autoptr (GBytes) a = to_bytes ("a");
  g_autoptr (GBytes) b = to_bytes ("b");
  g_autoptr (GError) error = NULL;

  set_events (f, ALL_EVENTS);
  g_ptr_array_add (pairs, kv_pair_new (a, a));
  g_ptr_array_add (pairs, kv_pair_new (b, a));
  g_ptr_array_add (pairs, kv_pair_new (a, b));
  kv_store_proxy_call_set_many_sync (f->store, 2, pairs, NULL, &error);
  assert_log (f, "new:2:a set:2:a new:2:b set:2:b set:2:a ");

  values = kv_store_proxy_call_get_many_sync (f->store, 2, make_keys ("a", "c"), NULL, &error);
  kv_store_proxy_call_count_sync (f->store, 2, make_keys ("d", "b"), NULL, NULL, &error);
  assert_log (f, "keymiss:2:c keymiss:2:d ");
  kv_store_proxy_call_remove_sync (f->store, 2, make_keys ("b", "b"), NULL, NULL, &error);
  assert_log (f, "del:2:b ");

  /* The other keys are removed without events. */
  kv_store_proxy_call_flush_sync (f->store, NULL, &error);
  assert_log (f, "");
  g_assert_no_error (error);
}

static void
test_expiry_events (Fixture      *f,
                    gconstpointer data)
{
  const KvExpireFlags flags[] = { KV_EXPIRE_FLAGS_NONE, KV_EXPIRE_FLAGS_IF_NONE };
  g_autoptr (GBytes) a = to_bytes ("a");
  g_autoptr (GError) error = NULL;
  gint64 ttl;

  set_events (f, ALL_EVENTS & ~(KV_EVENTS_SET | KV_EVENTS_NEW));
  set (f, "a", 0, KV_SET_FLAGS_NONE);
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    kv_store_proxy_call_expire_sync (f->store, 0, a, 100000, flags[i], NULL, NULL, &error);
  assert_log (f, "expire:0:a ");
  kv_store_proxy_call_persist_sync (f->store, 0, a, NULL, NULL, &error);
  kv_store_proxy_call_persist_sync (f->store, 0, a, NULL, NULL, &error);
  assert_log (f, "persist:0:a ");
  kv_store_proxy_call_expire_sync (f->store, 0, a, -1, KV_EXPIRE_FLAGS_NONE, NULL, NULL, &error);
  kv_store_proxy_call_get_ttl_sync (f->store, 0, a, &ttl, NULL, &error);
  assert_log (f, "del:0:a keymiss:0:a ");
  g_assert_no_error (error);

  /* The alarm of the service emits it: there is no call. */
  set (f, "a", 1, KV_SET_FLAGS_NONE);
  while (strstr (f->log->str, "expired") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f->log->str, ==, "expire:0:a expired:0:a ");
}

/* Messages and events come in the order in which the service made them. */
static void
test_publish (Fixture      *f,
              gconstpointer data)
{
  g_autoptr (GBytes) channel = to_bytes ("news");
  g_autoptr (GBytes) message = to_bytes ("hello");
  g_autoptr (GError) error = NULL;

  set_events (f, KV_EVENTS_SET);
  kv_notifier_proxy_call_publish_sync (f->notifier, channel, message, NULL, &error);
  set (f, "a", 0, KV_SET_FLAGS_NONE);
  kv_notifier_proxy_call_publish_sync (f->notifier, message, channel, NULL, &error);
  assert_log (f, "news=hello set:0:a hello=news ");
  g_assert_no_error (error);
}

static void
test_scan (Fixture      *f,
           gconstpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                                       (GDestroyNotify) g_bytes_unref, NULL);
  g_autoptr (GBytes) pattern = to_bytes ("k*");
  g_autoptr (GError) error = NULL;
  guint64 cursor = 0;
  guint n_calls = 0;

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *key = g_strdup_printf ("%c%u", i % 2 == 0 ? 'k' : 'l', i);

      set (f, key, 0, KV_SET_FLAGS_NONE);
    }

  do
    {
      g_autoptr (GPtrArray) keys = NULL;

      kv_store_proxy_call_scan_sync (f->store, 0, cursor, pattern, 30,
                                     &cursor, &keys, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (keys->len, ==, n_calls < 3 ? 15 : 5);
      for (guint i = 0; i < keys->len; i++)
        g_hash_table_add (seen, g_bytes_ref (keys->pdata[i]));
      n_calls++;
    }
  while (cursor != 0);

  g_assert_cmpuint (n_calls, ==, 4);
  g_assert_cmpuint (g_hash_table_size (seen), ==, 50);

  /* A count of 0 would make no progress. */
  kv_store_proxy_call_scan_sync (f->store, 0, 0, pattern, 0, &cursor, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cursor, ==, 99);

  g_assert_false (kv_store_proxy_call_scan_sync (f->store, KV_STORE_N_DATABASES, 0, pattern, 1,
                                                 NULL, NULL, NULL, &error));
  g_assert_error (error, KV_STORE_ERROR, KV_STORE_ERROR_NO_DATABASE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/kv/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

  ADD ("notifier/property", test_property);
  ADD ("notifier/values", test_value_events);
  ADD ("notifier/many", test_many_events);
  ADD ("notifier/expiry", test_expiry_events);
  ADD ("notifier/publish", test_publish);
  ADD ("store/scan", test_scan);

#undef ADD

  return g_test_run ();
}
