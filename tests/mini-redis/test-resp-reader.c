/* test-resp-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "resp-reader.h"

/* Feeds a reader, and notes what it finds: "[word,word]" for a request. */
typedef struct
{
  RespReader *reader;
  GString *found;
} Feed;

static void
feed_init_with_limit (Feed *feed,
                      gsize max_request_size)
{
  feed->reader = resp_reader_new (max_request_size);
  feed->found = g_string_new (NULL);
}

static void
feed_init (Feed *feed)
{
  feed_init_with_limit (feed, RESP_MAX_REQUEST_SIZE);
}

static void
feed_clear (Feed *feed)
{
  resp_reader_free (feed->reader);
  g_string_free (feed->found, TRUE);
}

static void
note_request (GString   *found,
              GPtrArray *args)
{
  g_string_append_c (found, '[');
  for (guint i = 0; i < args->len; i++)
    {
      gsize length;
      const char *data = g_bytes_get_data (args->pdata[i], &length);

      if (i > 0)
        g_string_append_c (found, ',');
      if (length > 1000)
        g_string_append_printf (found, "<%" G_GSIZE_FORMAT " %c>", length, data[length - 1]);
      else
        g_string_append_len (found, data, length);
    }
  g_string_append_c (found, ']');
}

static void
note_all (Feed *feed)
{
  GPtrArray *args;
  RespReadResult result;

  while ((result = resp_reader_next (feed->reader, &args)) == RESP_READ_REQUEST)
    note_request (feed->found, args);

  g_assert_null (args);
  if (result == RESP_READ_ERROR && !g_str_has_suffix (feed->found->str, "!"))
    g_string_append_printf (feed->found, "!%s!", resp_reader_get_error (feed->reader));
}

static void
feed_data (Feed       *feed,
           const char *data,
           gsize       length)
{
  while (length > 0)
    {
      gsize size;
      guint8 *space = resp_reader_get_space (feed->reader, &size);

      g_assert_cmpuint (size, >, 0);
      size = MIN (size, length);
      memcpy (space, data, size);
      resp_reader_received (feed->reader, size);
      note_all (feed);
      data += size;
      length -= size;
    }
}

static void
assert_found_in_pieces (const char *data,
                        gsize       length,
                        gsize       first,
                        gsize       step,
                        const char *expected)
{
  Feed feed;

  feed_init (&feed);
  feed_data (&feed, data, first);
  for (gsize i = first; i < length; i += step)
    feed_data (&feed, data + i, MIN (step, length - i));
  g_assert_cmpstr (feed.found->str, ==, expected);
  feed_clear (&feed);
}

/* The same is found however it comes: at once, in two pieces, byte by byte. */
static void
assert_found (const char *data,
              gsize       length,
              const char *expected)
{
  for (gsize i = 0; i <= length; i++)
    assert_found_in_pieces (data, length, i, MAX (length, 1), expected);
  assert_found_in_pieces (data, length, 0, 1, expected);
}

#define ASSERT_FOUND(data, expected) assert_found (data, sizeof data - 1, expected)

static void
test_requests (void)
{
  ASSERT_FOUND ("*1\r\n$4\r\nPING\r\n", "[PING]");
  ASSERT_FOUND ("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", "[SET,k,][GET,k]");
  ASSERT_FOUND ("*2\r\n$4\r\nECHO\r\n$4\r\n\r\n*1\r\n", "[ECHO,\r\n*1]");
  ASSERT_FOUND ("*0\r\n*-1\r\n*1\r\n$1\r\nx\r\n", "[x]");
  ASSERT_FOUND ("*1\r\n$4\r\nPINGxx*1\r\n$1\r\ny\r\n", "[PING][y]");
  ASSERT_FOUND ("*2\r\n$4\r\nECHO\r\n$4\r\nhal", "");
}

static void
test_inline (void)
{
  ASSERT_FOUND ("PING\r\nPING\n", "[PING][PING]");
  ASSERT_FOUND ("\r\n\n  \r\n set  a\tb \r\n", "[set,a,b]");
  ASSERT_FOUND ("echo \"a b\" 'c d' \"\\x41\\n\\q\" 'it\\'s' \"\"\r\n", "[echo,a b,c d,A\nq,it's,]");
  ASSERT_FOUND ("echo a\"b c\"\r\n", "[echo,ab c]");
  ASSERT_FOUND ("echo \"\\xZZ\"\r\n", "[echo,xZZ]");
  ASSERT_FOUND ("PING\r\n*1\r\n$1\r\nx\r\nPING\r\n", "[PING][x][PING]");
}

static void
test_errors (void)
{
  ASSERT_FOUND ("PING\r\n*x\r\nPING\r\n", "[PING]!Protocol error: invalid multibulk length!");
  ASSERT_FOUND ("*2147483648\r\n", "!Protocol error: invalid multibulk length!");
  ASSERT_FOUND ("*+1\r\n", "!Protocol error: invalid multibulk length!");
  ASSERT_FOUND ("*1\r\nfoo\r\n", "!Protocol error: expected '$', got 'f'!");
  ASSERT_FOUND ("*1\r\n$-1\r\n", "!Protocol error: invalid bulk length!");
  ASSERT_FOUND ("*1\r\n$536870913\r\n", "!Protocol error: invalid bulk length!");
  ASSERT_FOUND ("*1\r\n$536870912\r\nabc", "");
  ASSERT_FOUND ("ECHO \"a\r\n", "!Protocol error: unbalanced quotes in request!");
  ASSERT_FOUND ("ECHO 'a'b\r\n", "!Protocol error: unbalanced quotes in request!");
}

static void
assert_long (const char *prefix,
             gsize       length,
             const char *expected)
{
  g_autoptr (GString) data = g_string_new (prefix);

  while (data->len < length)
    g_string_append_c (data, '1');

  assert_found_in_pieces (data->str, data->len, 0, data->len, expected);
  assert_found_in_pieces (data->str, data->len, 0, 1, expected);
}

static void
test_line_limits (void)
{
  assert_long ("x", RESP_MAX_LINE_LENGTH, "");
  assert_long ("x", RESP_MAX_LINE_LENGTH + 1, "!Protocol error: too big inline request!");
  assert_long ("*", RESP_MAX_LINE_LENGTH, "");
  assert_long ("*", RESP_MAX_LINE_LENGTH + 1, "!Protocol error: too big mbulk count string!");
  assert_long ("*1\r\n$", RESP_MAX_LINE_LENGTH + 4, "");
  assert_long ("*1\r\n$", RESP_MAX_LINE_LENGTH + 5, "!Protocol error: too big bulk count string!");
}

static GString *
make_set (gsize length,
          char  last)
{
  GString *data = g_string_new (NULL);

  g_string_append_printf (data, "*3\r\n$3\r\nSET\r\n$%" G_GSIZE_FORMAT "\r\n", length);
  for (gsize i = 1; i < length; i++)
    g_string_append_c (data, 'x');
  g_string_append_c (data, last);
  g_string_append (data, "\r\n$1\r\nv\r\n");

  return data;
}

/* Bulks around the size from which on they are received apart. */
static void
test_large_bulks (void)
{
  const gsize lengths[] = { 32767, 32768, 32769, 65536, 65537, 300000 };
  const gsize steps[] = { 1, 1000, 16384, G_MAXINT };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GString) data = make_set (lengths[i], 'y');
      g_autoptr (GString) second = make_set (lengths[i], 'z');
      g_autofree char *expected = NULL;

      g_string_append_len (data, second->str, second->len);
      g_string_append (data, "PING\r\n");
      expected = g_strdup_printf ("[SET,<%" G_GSIZE_FORMAT " y>,v][SET,<%" G_GSIZE_FORMAT " z>,v][PING]",
                                  lengths[i], lengths[i]);

      for (guint j = 0; j < G_N_ELEMENTS (steps); j++)
        assert_found_in_pieces (data->str, data->len, 0, MIN (steps[j], data->len), expected);
    }
}

/* A bulk that is announced takes no memory until it comes. */
static void
test_announced (void)
{
  Feed feed;
  gsize size;

  feed_init (&feed);
  feed_data (&feed, "*1\r\n$536870912\r\nx", 17);
  resp_reader_get_space (feed.reader, &size);
  g_assert_cmpuint (size, <, 1024 * 1024);
  feed_clear (&feed);
}

/* Many bulks, each of them small enough, are too much together. */
static void
test_request_limit (void)
{
  Feed feed;
  const gsize limit = 8 * 1024 * 1024;
  const gsize length = 256 * 1024;
  g_autofree char *bulk = g_strnfill (length + 2, 'x');
  guint n = 0;

  feed_init_with_limit (&feed, limit);
  feed_data (&feed, "*1000\r\n", 7);
  while (feed.found->len == 0)
    {
      feed_data (&feed, "$262144\r\n", 9);
      if (feed.found->len == 0)
        feed_data (&feed, bulk, length + 2);
      n++;
    }

  g_assert_cmpstr (feed.found->str, ==, "!Protocol error: too big request!");
  g_assert_cmpuint (n, ==, limit / length);
  feed_clear (&feed);
}

static void
test_many_args (void)
{
  Feed feed;
  GPtrArray *args;

  feed_init (&feed);
  feed_data (&feed, "*100000\r\n", 9);
  for (guint i = 1; i < 100000; i++)
    feed_data (&feed, "$1\r\na\r\n", 7);
  g_assert_cmpstr (feed.found->str, ==, "");
  feed_data (&feed, "$1\r\na\r\n", 7);
  g_assert_cmpuint (feed.found->len, ==, 200001);

  g_string_truncate (feed.found, 0);
  feed_data (&feed, "PING\r\n", 6);
  g_assert_cmpstr (feed.found->str, ==, "[PING]");
  g_assert_cmpint (resp_reader_next (feed.reader, &args), ==, RESP_READ_MORE);
  feed_clear (&feed);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/resp/reader/requests", test_requests);
  g_test_add_func ("/resp/reader/inline", test_inline);
  g_test_add_func ("/resp/reader/errors", test_errors);
  g_test_add_func ("/resp/reader/line-limits", test_line_limits);
  g_test_add_func ("/resp/reader/large-bulks", test_large_bulks);
  g_test_add_func ("/resp/reader/announced", test_announced);
  g_test_add_func ("/resp/reader/request-limit", test_request_limit);
  g_test_add_func ("/resp/reader/many-args", test_many_args);

  return g_test_run ();
}
