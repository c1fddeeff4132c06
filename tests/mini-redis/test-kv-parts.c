/* test-kv-parts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-database.h"
#include "kv-glob.h"
#include "kv-number.h"

static void
test_number (void)
{
  static const struct { const char *text; gboolean valid; gint64 value; } cases[] =
  {
    { "0", TRUE, 0 },
    { "-1", TRUE, -1 },
    { "1234567890", TRUE, 1234567890 },
    { "9223372036854775807", TRUE, G_MAXINT64 },
    { "-9223372036854775808", TRUE, G_MININT64 },
    { "9223372036854775808", FALSE, 0 },
    { "-9223372036854775809", FALSE, 0 },
    { "18446744073709551616", FALSE, 0 },
    { "99999999999999999999", FALSE, 0 },
    { "", FALSE, 0 },
    { "-", FALSE, 0 },
    { "-0", FALSE, 0 },
    { "00", FALSE, 0 },
    { "01", FALSE, 0 },
    { "+1", FALSE, 0 },
    { " 1", FALSE, 0 },
    { "1 ", FALSE, 0 },
    { "1.0", FALSE, 0 },
    { "0x1", FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 value = 0;

      g_test_message ("'%s'", cases[i].text);
      g_assert_cmpint (kv_number_parse (cases[i].text, strlen (cases[i].text), &value), ==, cases[i].valid);
      g_assert_cmpint (value, ==, cases[i].value);
    }
}

static void
test_number_length (void)
{
  gint64 value = 0;

  /* Bytes need no NUL behind them, and may have one in them. */
  g_assert_true (kv_number_parse ("123", 2, &value));
  g_assert_cmpint (value, ==, 12);
  g_assert_false (kv_number_parse ("1\0002", 3, &value));
  g_assert_false (kv_number_parse (NULL, 0, &value));
}

static void
test_glob (void)
{
  static const struct { const char *pattern; const char *text; gboolean matches; } cases[] =
  {
    { "", "", TRUE },
    { "", "a", FALSE },
    { "*", "", TRUE },
    { "***", "abc", TRUE },
    { "a*c", "abbbc", TRUE },
    { "a*c", "abbbd", FALSE },
    { "*b*d", "abcbd", TRUE },
    { "h?llo", "hello", TRUE },
    { "h?llo", "hllo", FALSE },
    { "h[ae]llo", "hallo", TRUE },
    { "h[ae]llo", "hillo", FALSE },
    { "h[^e]llo", "hallo", TRUE },
    { "h[^e]llo", "hello", FALSE },
    { "h[a-b]llo", "hbllo", TRUE },
    { "h[b-a]llo", "hallo", TRUE },
    { "h[a-b]llo", "hcllo", FALSE },
    { "[]", "a", FALSE },
    { "[^]", "a", TRUE },
    { "[a", "a", TRUE },
    { "[a-", "-", TRUE },
    { "[\\]]", "]", TRUE },
    { "\\*", "*", TRUE },
    { "\\*", "a", FALSE },
    { "\\", "\\", TRUE },
    { "[", "[", FALSE },
    { "A", "a", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *pattern = cases[i].pattern, *text = cases[i].text;

      g_test_message ("'%s' '%s'", pattern, text);
      g_assert_cmpint (kv_glob_match (pattern, strlen (pattern), text, strlen (text), FALSE), ==,
                       cases[i].matches);
    }

  g_assert_true (kv_glob_match ("A[B-C]", 6, "ac", 2, TRUE));
  g_assert_true (kv_glob_match ("a\0b", 3, "a\0b", 3, FALSE));
  g_assert_false (kv_glob_match ("a\0b", 3, "a\0c", 3, FALSE));
}

/* Tried star by star this would not end in a lifetime. */
static void
test_glob_hostile (void)
{
  g_autoptr (GString) pattern = g_string_new (NULL);
  g_autofree char *text = g_strnfill (10000, 'a');

  for (guint i = 0; i < 50; i++)
    g_string_append (pattern, "a*");
  g_string_append_c (pattern, 'b');

  g_assert_false (kv_glob_match (pattern->str, pattern->len, text, 10000, FALSE));
}

static void
test_entry_append (void)
{
  g_autoptr (GBytes) key = g_bytes_new_static ("k", 1);
  g_autoptr (GBytes) value = g_bytes_new_static ("one", 3);
  g_autoptr (GBytes) suffix = g_bytes_new_static ("two", 3);
  g_autoptr (KvEntry) entry = kv_entry_new (key, value);
  g_autoptr (GBytes) seen = NULL;

  kv_entry_append (entry, suffix);
  g_assert_cmpuint (kv_entry_get_length (entry), ==, 6);
  seen = g_bytes_ref (kv_entry_get_value (entry));

  /* A value that a reader holds does not change. */
  kv_entry_append (entry, suffix);
  g_assert_cmpmem (g_bytes_get_data (seen, NULL), g_bytes_get_size (seen), "onetwo", 6);
  g_assert_cmpmem (g_bytes_get_data (kv_entry_get_value (entry), NULL), kv_entry_get_length (entry),
                   "onetwotwo", 9);
  g_assert_cmpmem (g_bytes_get_data (value, NULL), g_bytes_get_size (value), "one", 3);
}

static void
test_database_expire (void)
{
  g_autoptr (KvDatabase) database = kv_database_new ();
  g_autoptr (GBytes) value = g_bytes_new_static ("v", 1);

  g_assert_true (kv_database_get_next_deadline (database) == KV_NO_DEADLINE);

  for (guint i = 0; i < 100; i++)
    {
      guint number = (i * 37) % 100;
      g_autoptr (GBytes) key = g_bytes_new (&number, sizeof number);

      kv_database_set_deadline (database, kv_database_set (database, key, value), 1000 + number);
    }

  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (GBytes) key = g_bytes_new (&i, sizeof i);
      g_autoptr (GBytes) expired = NULL;

      g_assert_cmpint (kv_database_get_next_deadline (database), ==, 1000 + i);
      g_assert_null (kv_database_take_expired (database, 1000 + i - 1));
      g_assert_nonnull (kv_database_lookup (database, key));
      expired = kv_database_take_expired (database, 1000 + i);
      g_assert_true (g_bytes_equal (expired, key));
      g_assert_null (kv_database_lookup (database, key));
      g_assert_cmpuint (kv_database_get_size (database), ==, 99 - i);
      g_assert_cmpuint (kv_database_get_n_expiring (database), ==, 99 - i);
    }
}

#define N_SCANNED 200

static void
mark_cb (gpointer data,
         gpointer user_data)
{
  guint *n_seen = user_data;

  n_seen[*(const guint *) g_bytes_get_data (data, NULL)]++;
}

/* A random change between two calls of a scan: of a key that comes and goes, if there is such a
 * key, else of a new one. */
static void
change_database (KvDatabase *database,
                 GRand      *rand,
                 gboolean   *stays)
{
  guint number = g_rand_int_range (rand, 0, N_SCANNED);
  g_autoptr (GBytes) key = g_bytes_new (&number, sizeof number);

  if (kv_database_lookup (database, key) == NULL)
    {
      kv_database_set (database, key, key);
    }
  else if (g_rand_boolean (rand))
    {
      kv_database_remove (database, key);
      stays[number] = FALSE;
    }
  else
    {
      kv_database_set (database, key, key);
    }
}

/* Each key that is there the whole time is found, whatever happens to others, and the scan ends. */
static void
test_database_scan (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (GBytes) pattern = g_bytes_new_static ("*", 1);

  for (guint round = 0; round < 500; round++)
    {
      g_autoptr (KvDatabase) database = kv_database_new ();
      guint n_changes = g_rand_int_range (rand, 0, 60);
      guint n_seen[N_SCANNED] = { 0 };
      gboolean stays[N_SCANNED];
      guint64 cursor = 0;
      guint n_calls = 0;

      for (guint i = 0; i < N_SCANNED; i++)
        {
          g_autoptr (GBytes) key = g_bytes_new (&i, sizeof i);

          stays[i] = g_rand_boolean (rand);
          if (stays[i])
            kv_database_set (database, key, key);
        }

      do
        {
          cursor = kv_database_scan (database, cursor, 7, pattern, mark_cb, n_seen);
          g_assert_cmpuint (++n_calls, <=, N_SCANNED / 7 + 1);
          for (guint i = 0; i < n_changes; i++)
            change_database (database, rand, stays);
        }
      while (cursor != 0);

      for (guint i = 0; i < N_SCANNED; i++)
        g_assert_true (n_seen[i] > 0 || !stays[i]);
    }
}

/* A cursor that no call has returned is harmless. */
static void
test_database_scan_cursors (void)
{
  g_autoptr (KvDatabase) database = kv_database_new ();
  g_autoptr (GBytes) pattern = g_bytes_new_static ("*", 1);
  guint n_seen[1] = { 0 };
  guint number = 0;
  g_autoptr (GBytes) key = g_bytes_new (&number, sizeof number);

  g_assert_cmpuint (kv_database_scan (database, 0, 10, pattern, mark_cb, n_seen), ==, 0);
  g_assert_cmpuint (kv_database_scan (database, 5, 10, pattern, mark_cb, n_seen), ==, 0);
  g_assert_cmpuint (n_seen[0], ==, 0);

  kv_database_set (database, key, key);
  g_assert_cmpuint (kv_database_scan (database, G_MAXUINT64, 10, pattern, mark_cb, n_seen), ==, 0);
  g_assert_cmpuint (kv_database_scan (database, 0, G_MAXUINT64, pattern, mark_cb, n_seen), ==, 0);
  g_assert_cmpuint (n_seen[0], ==, 2);

  kv_database_clear (database);
  g_assert_cmpuint (kv_database_scan (database, 1, 10, pattern, mark_cb, n_seen), ==, 0);
  g_assert_cmpuint (n_seen[0], ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/kv/number", test_number);
  g_test_add_func ("/kv/number/length", test_number_length);
  g_test_add_func ("/kv/glob", test_glob);
  g_test_add_func ("/kv/glob/hostile", test_glob_hostile);
  g_test_add_func ("/kv/entry/append", test_entry_append);
  g_test_add_func ("/kv/database/expire", test_database_expire);
  g_test_add_func ("/kv/database/scan", test_database_scan);
  g_test_add_func ("/kv/database/scan/cursors", test_database_scan_cursors);

  return g_test_run ();
}
