/* test-kv-store.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "kv-store-service.h"

/* The service in its own thread, called through a proxy. */
typedef struct
{
  NorpcServer *server;
  KvStoreProxy *store;
} Fixture;

static void
fixture_set_up (Fixture      *f,
                gconstpointer data)
{
  g_autoptr (KvStoreService) service = kv_store_service_new ();
  g_autoptr (GError) error = NULL;

  f->server = norpc_server_new (G_OBJECT (service));
  norpc_server_start (f->server, NULL, &error);
  g_assert_no_error (error);
  f->store = kv_store_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (f->server)));
}

static void
fixture_tear_down (Fixture      *f,
                   gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  norpc_server_stop (f->server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&f->store);
  g_clear_object (&f->server);
}

static GBytes *
to_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static void
set (Fixture    *f,
     const char *key,
     const char *value,
     gint64      ttl)
{
  g_autoptr (GBytes) key_bytes = to_bytes (key);
  g_autoptr (GBytes) value_bytes = to_bytes (value);
  g_autoptr (GError) error = NULL;
  gboolean stored;

  kv_store_proxy_call_set_sync (f->store, 0, key_bytes, value_bytes, ttl, 0, &stored, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (stored);
}

/* Returns the value of @key (owned); "(none)" stands for no value. */
static char *
get (Fixture    *f,
     guint       database,
     const char *key)
{
  g_autoptr (GBytes) key_bytes = to_bytes (key);
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GError) error = NULL;

  kv_store_proxy_call_get_sync (f->store, database, key_bytes, &value, NULL, &error);
  g_assert_no_error (error);

  return value != NULL ? g_strndup (g_bytes_get_data (value, NULL), g_bytes_get_size (value)) : g_strdup ("(none)");
}

static void
assert_value (Fixture    *f,
              guint       database,
              const char *key,
              const char *expected)
{
  g_autofree char *value = get (f, database, key);

  g_assert_cmpstr (value, ==, expected);
}

static gint64
get_ttl (Fixture    *f,
         const char *key)
{
  g_autoptr (GBytes) key_bytes = to_bytes (key);
  g_autoptr (GError) error = NULL;
  gint64 ttl = 0;

  kv_store_proxy_call_get_ttl_sync (f->store, 0, key_bytes, &ttl, NULL, &error);
  g_assert_no_error (error);

  return ttl;
}

static guint64
get_size (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  guint64 size = 0;

  kv_store_proxy_call_get_size_sync (f->store, 0, &size, NULL, &error);
  g_assert_no_error (error);

  return size;
}

static void
test_values (Fixture      *f,
             gconstpointer data)
{
  g_autoptr (GBytes) key = to_bytes ("a");
  g_autoptr (GBytes) suffix = to_bytes ("!");
  g_autoptr (GBytes) taken = NULL;
  g_autoptr (GError) error = NULL;
  guint64 length;

  assert_value (f, 0, "a", "(none)");
  set (f, "a", "one", 0);
  assert_value (f, 0, "a", "one");
  assert_value (f, 1, "a", "(none)");

  g_assert_true (kv_store_proxy_call_append_sync (f->store, 0, key, suffix, &length, NULL, &error));
  g_assert_cmpuint (length, ==, 4);
  g_assert_true (kv_store_proxy_call_get_length_sync (f->store, 0, key, &length, NULL, &error));
  g_assert_cmpuint (length, ==, 4);

  g_assert_true (kv_store_proxy_call_take_sync (f->store, 0, key, &taken, NULL, &error));
  g_assert_cmpmem (g_bytes_get_data (taken, NULL), g_bytes_get_size (taken), "one!", 4);
  assert_value (f, 0, "a", "(none)");
  g_assert_true (kv_store_proxy_call_get_length_sync (f->store, 0, key, &length, NULL, &error));
  g_assert_cmpuint (length, ==, 0);
  g_assert_no_error (error);
}

static void
test_conditions (Fixture      *f,
                 gconstpointer data)
{
  static const struct { KvSetFlags flags; gboolean stored; const char *value; } cases[] =
  {
    { KV_SET_FLAGS_IF_PRESENT, FALSE, "(none)" },
    { KV_SET_FLAGS_IF_ABSENT, TRUE, "1" },
    { KV_SET_FLAGS_IF_ABSENT | KV_SET_FLAGS_GET_PREVIOUS, FALSE, "1" },
    { KV_SET_FLAGS_IF_PRESENT, TRUE, "3" },
    { KV_SET_FLAGS_GET_PREVIOUS, TRUE, "4" },
  };
  g_autoptr (GBytes) key = to_bytes ("k");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      g_autoptr (GBytes) value = to_bytes (text);
      g_autoptr (GBytes) previous = NULL;
      g_autoptr (GError) error = NULL;
      gboolean stored;

      kv_store_proxy_call_set_sync (f->store, 0, key, value, 0, cases[i].flags, &stored, &previous, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (stored, ==, cases[i].stored);
      g_assert_cmpint (previous != NULL, ==, i == 2 || i == 4);
      assert_value (f, 0, "k", cases[i].value);
    }
}

static void
assert_increment (Fixture    *f,
                  const char *key,
                  gint64      delta,
                  int         code,
                  gint64      expected)
{
  g_autoptr (GBytes) key_bytes = to_bytes (key);
  g_autoptr (GError) error = NULL;
  gint64 value = 0;

  if (kv_store_proxy_call_increment_sync (f->store, 0, key_bytes, delta, &value, NULL, &error))
    g_assert_cmpint (code, ==, -1);
  else
    g_assert_error (error, KV_STORE_ERROR, code);

  g_assert_cmpint (value, ==, expected);
}

static void
test_increment (Fixture      *f,
                gconstpointer data)
{
  assert_increment (f, "n", 5, -1, 5);
  assert_increment (f, "n", -7, -1, -2);
  assert_increment (f, "n", G_MAXINT64, -1, G_MAXINT64 - 2);
  assert_increment (f, "n", 3, KV_STORE_ERROR_OVERFLOW, 0);
  assert_value (f, 0, "n", "9223372036854775805");

  set (f, "n", "-9223372036854775808", 0);
  assert_increment (f, "n", -1, KV_STORE_ERROR_OVERFLOW, 0);
  assert_increment (f, "n", G_MAXINT64, -1, -1);

  set (f, "n", "one", 0);
  assert_increment (f, "n", 1, KV_STORE_ERROR_NOT_A_NUMBER, 0);
  assert_value (f, 0, "n", "one");

  set (f, "n", "1", 100000);
  assert_increment (f, "n", 1, -1, 2);
  g_assert_cmpint (get_ttl (f, "n"), >, 0);
}

static GPtrArray *
make_keys (const char * const *keys)
{
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; keys[i] != NULL; i++)
    g_ptr_array_add (array, to_bytes (keys[i]));

  return array;
}

static GPtrArray *
make_pairs (const char * const *texts)
{
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify) kv_pair_free);

  for (guint i = 0; texts[i] != NULL; i += 2)
    {
      g_autoptr (GBytes) key = to_bytes (texts[i]);
      g_autoptr (GBytes) value = to_bytes (texts[i + 1]);

      g_ptr_array_add (array, kv_pair_new (key, value));
    }

  return array;
}

/* An expectation of NULL stands for no value. */
static void
assert_found (KvFound    *found,
              const char *expected)
{
  g_autoptr (GBytes) bytes = expected != NULL ? to_bytes (expected) : NULL;

  g_assert_cmpint (found->value != NULL, ==, bytes != NULL);
  if (bytes != NULL)
    g_assert_true (g_bytes_equal (found->value, bytes));
}

static void
test_many (Fixture      *f,
           gconstpointer data)
{
  static const char * const keys[] = { "a", "missing", "b", "a", NULL };
  static const char * const pairs[] = { "a", "1", "b", "23", "a", "4", NULL };
  static const char * const expected[] = { "4", NULL, "23", "4" };
  g_autoptr (GPtrArray) values = NULL;
  g_autoptr (GError) error = NULL;
  guint n;

  set (f, "a", "old", 100000);
  kv_store_proxy_call_set_many_sync (f->store, 0, make_pairs (pairs), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_ttl (f, "a"), ==, -1);

  values = kv_store_proxy_call_get_many_sync (f->store, 0, make_keys (keys), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (values->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < values->len; i++)
    assert_found (values->pdata[i], expected[i]);

  g_assert_true (kv_store_proxy_call_count_sync (f->store, 0, make_keys (keys), &n, NULL, &error));
  g_assert_cmpuint (n, ==, 3);
  g_assert_true (kv_store_proxy_call_remove_sync (f->store, 0, make_keys (keys), &n, NULL, &error));
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (get_size (f), ==, 0);
}

static void
test_list (Fixture      *f,
           gconstpointer data)
{
  g_autoptr (GBytes) pattern = to_bytes ("a*");
  g_autoptr (GBytes) matching = to_bytes ("ab");
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (GVariant) databases = NULL;
  g_autoptr (GVariant) expected = NULL;
  g_autoptr (GError) error = NULL;

  set (f, "ab", "1", 0);
  set (f, "b", "1", 100000);
  keys = kv_store_proxy_call_list_keys_sync (f->store, 0, pattern, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_true (g_bytes_equal (keys->pdata[0], matching));

  databases = kv_store_proxy_call_list_databases_sync (f->store, NULL, &error);
  g_assert_no_error (error);
  expected = g_variant_ref_sink (g_variant_new_parsed ("[(uint32 0, uint64 2, uint64 1)]"));
  g_assert_cmpvariant (databases, expected);

  g_assert_true (kv_store_proxy_call_flush_sync (f->store, NULL, &error));
  g_assert_cmpuint (get_size (f), ==, 0);
  assert_value (f, 0, "b", "(none)");
}

static gboolean
expire (Fixture       *f,
        const char    *key,
        gint64         ttl,
        KvExpireFlags  flags)
{
  g_autoptr (GBytes) key_bytes = to_bytes (key);
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  kv_store_proxy_call_expire_sync (f->store, 0, key_bytes, ttl, flags, &changed, NULL, &error);
  g_assert_no_error (error);

  return changed;
}

static void
test_ttl (Fixture      *f,
          gconstpointer data)
{
  g_autoptr (GBytes) key = to_bytes ("k");
  g_autoptr (GError) error = NULL;
  gboolean changed;

  g_assert_cmpint (get_ttl (f, "k"), ==, -2);
  g_assert_false (expire (f, "k", 1000, 0));
  set (f, "k", "v", 0);
  g_assert_cmpint (get_ttl (f, "k"), ==, -1);

  g_assert_false (expire (f, "k", 100000, KV_EXPIRE_FLAGS_IF_ANY));
  g_assert_false (expire (f, "k", 100000, KV_EXPIRE_FLAGS_IF_LATER));
  g_assert_true (expire (f, "k", 100000, KV_EXPIRE_FLAGS_IF_NONE));
  g_assert_cmpint (get_ttl (f, "k"), >, 90000);
  g_assert_cmpint (get_ttl (f, "k"), <=, 100000);
  g_assert_false (expire (f, "k", 200000, KV_EXPIRE_FLAGS_IF_NONE));
  g_assert_false (expire (f, "k", 200000, KV_EXPIRE_FLAGS_IF_SOONER));
  g_assert_false (expire (f, "k", 50000, KV_EXPIRE_FLAGS_IF_LATER));
  g_assert_true (expire (f, "k", 200000, KV_EXPIRE_FLAGS_IF_ANY | KV_EXPIRE_FLAGS_IF_LATER));
  g_assert_cmpint (get_ttl (f, "k"), >, 190000);

  g_assert_true (kv_store_proxy_call_persist_sync (f->store, 0, key, &changed, NULL, &error));
  g_assert_true (changed);
  g_assert_true (kv_store_proxy_call_persist_sync (f->store, 0, key, &changed, NULL, &error));
  g_assert_false (changed);
  g_assert_cmpint (get_ttl (f, "k"), ==, -1);

  g_assert_true (expire (f, "k", -1, 0));
  assert_value (f, 0, "k", "(none)");
}

/* A call that comes late finds the key gone, whether the alarm rang or not. */
static void
test_expired (Fixture      *f,
              gconstpointer data)
{
  gint64 lifetime = 10, start, end;
  gboolean was_early;

  set (f, "long", "v", 100000);
  do
    {
      g_autofree char *value = NULL;

      lifetime *= 2;
      start = g_get_monotonic_time ();
      set (f, "short", "v", lifetime);
      end = g_get_monotonic_time () + lifetime * G_TIME_SPAN_MILLISECOND;
      value = get (f, 0, "short");
      was_early = g_get_monotonic_time () < start + (lifetime - 1) * G_TIME_SPAN_MILLISECOND; /* it counts whole ones */
      if (was_early)
        g_assert_cmpstr (value, ==, "v");
    }
  while (!was_early);

  while (g_get_monotonic_time () <= end)
    g_usleep (1000);

  assert_value (f, 0, "short", "(none)");
  assert_value (f, 0, "long", "v");
  g_assert_cmpuint (get_size (f), ==, 1);
}

/* A value that is weakly watched goes without any call. */
static void
freed_cb (gpointer data)
{
  g_atomic_int_inc ((int *) data);
}

static void
test_alarm (Fixture      *f,
            gconstpointer data)
{
  int n_freed = 0;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = g_strdup_printf ("key %u", i);
      g_autoptr (GBytes) key = to_bytes (text);
      g_autoptr (GBytes) value = g_bytes_new_with_free_func ("v", 1, freed_cb, &n_freed);
      g_autoptr (GError) error = NULL;

      /* The last one comes first. */
      kv_store_proxy_call_set_sync (f->store, i, key, value, 60 - 20 * i, 0, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
    }

  while (g_atomic_int_get (&n_freed) < 3)
    g_usleep (1000);
}

static void
test_errors (Fixture      *f,
             gconstpointer data)
{
  g_autoptr (GBytes) key = to_bytes ("k");
  g_autoptr (GError) error = NULL;
  gboolean changed;

  g_assert_false (kv_store_proxy_call_get_sync (f->store, KV_STORE_N_DATABASES, key, NULL, NULL, &error));
  g_assert_error (error, KV_STORE_ERROR, KV_STORE_ERROR_NO_DATABASE);
  g_clear_error (&error);

  g_assert_false (kv_store_proxy_call_set_sync (f->store, 0, key, key, -1, 0, NULL, NULL, NULL, &error));
  g_assert_error (error, KV_STORE_ERROR, KV_STORE_ERROR_BAD_TTL);
  g_clear_error (&error);
  assert_value (f, 0, "k", "(none)");

  g_assert_false (kv_store_proxy_call_expire_sync (f->store, 0, key, G_MAXINT64, 0, &changed, NULL, &error));
  g_assert_error (error, KV_STORE_ERROR, KV_STORE_ERROR_BAD_TTL);
}

static void
test_too_long (Fixture      *f,
               gconstpointer data)
{
  const gsize length = KV_STORE_MAX_LENGTH;
  g_autoptr (GBytes) key = to_bytes ("k");
  g_autoptr (GBytes) one = to_bytes ("1");
  g_autoptr (GError) error = NULL;

  /* It is never looked at, so no memory is behind it. */
  g_autoptr (GBytes) longest = g_bytes_new_static ("", length);

  g_assert_true (kv_store_proxy_call_set_sync (f->store, 0, key, longest, 0, 0, NULL, NULL, NULL, &error));
  g_assert_false (kv_store_proxy_call_append_sync (f->store, 0, key, one, NULL, NULL, &error));
  g_assert_error (error, KV_STORE_ERROR, KV_STORE_ERROR_TOO_LONG);
}

#define ADD(name, func) \
  g_test_add ("/kv/store/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("values", test_values);
  ADD ("conditions", test_conditions);
  ADD ("increment", test_increment);
  ADD ("many", test_many);
  ADD ("list", test_list);
  ADD ("ttl", test_ttl);
  ADD ("expired", test_expired);
  ADD ("alarm", test_alarm);
  ADD ("errors", test_errors);
  ADD ("too-long", test_too_long);

  return g_test_run ();
}
