/* test-resp-writer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>
#include <sys/socket.h>

#include "resp-writer.h"

/* Both ends of a connection. */
typedef struct
{
  GSocket *sockets[2];
  GString *received;
} Pair;

static void
pair_init (Pair *pair)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      pair->sockets[i] = g_socket_new_from_fd (fds[i], &error);
      g_assert_no_error (error);
      g_socket_set_blocking (pair->sockets[i], FALSE);
    }
  pair->received = g_string_new (NULL);
}

static void
pair_clear (Pair *pair)
{
  g_clear_object (&pair->sockets[0]);
  g_clear_object (&pair->sockets[1]);
  g_string_free (pair->received, TRUE);
}

static gsize
receive (Pair *pair,
         gsize max_length)
{
  g_autofree char *buffer = g_malloc (max_length);
  gssize length = g_socket_receive (pair->sockets[1], buffer, max_length, NULL, NULL);

  g_string_append_len (pair->received, buffer, MAX (length, 0));

  return MAX (length, 0);
}

/* Sends and receives by turns until nothing is left. */
static void
send_all (Pair       *pair,
          RespWriter *writer,
          gsize       max_length)
{
  do
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (resp_writer_send (writer, pair->sockets[0], &error));
      g_assert_no_error (error);
    }
  while (receive (pair, max_length) > 0 || resp_writer_get_length (writer) > 0);
}

static void
test_kinds (void)
{
  Pair pair;
  g_autoptr (RespWriter) writer = resp_writer_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("a\0b\r\n", 5);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  static const char expected[] =
    "+OK\r\n-ERR bad  'x'\r\n:0\r\n:-9223372036854775808\r\n:9223372036854775807\r\n"
    "*3\r\n$5\r\na\0b\r\n\r\n$0\r\n\r\n$-1\r\n$4\r\nname\r\n";

  pair_init (&pair);
  resp_writer_add_status (writer, "OK");
  resp_writer_add_error (writer, "ERR bad\r\n'%s'", "x");
  resp_writer_add_integer (writer, 0);
  resp_writer_add_integer (writer, G_MININT64);
  resp_writer_add_integer (writer, G_MAXINT64);
  resp_writer_add_array (writer, 3);
  resp_writer_add_bulk (writer, bytes);
  resp_writer_add_bulk (writer, empty);
  resp_writer_add_bulk (writer, NULL);
  resp_writer_add_string (writer, "name");
  g_assert_cmpuint (resp_writer_get_length (writer), ==, sizeof expected - 1);

  send_all (&pair, writer, 4096);
  g_assert_cmpmem (pair.received->str, pair.received->len, expected, sizeof expected - 1);
  pair_clear (&pair);
}

static GBytes *
make_bytes (gsize length,
            char  c)
{
  return g_bytes_new_take (g_strnfill (length, c), length);
}

static void
add_expected_bulk (GString *expected,
                   gsize    length,
                   char     c)
{
  g_string_append_printf (expected, "$%" G_GSIZE_FORMAT "\r\n", length);
  while (length-- > 0)
    g_string_append_c (expected, c);
  g_string_append (expected, "\r\n");
}

/* Small and large bulks, more of them than one system call sends, through a
 * socket that takes a part of them at a time, while more is added. */
static void
test_pieces (void)
{
  Pair pair;
  g_autoptr (RespWriter) writer = resp_writer_new ();
  g_autoptr (GString) expected = g_string_new (NULL);
  const gsize lengths[] = { 1, 16383, 16384, 100000, 5, 16385 };

  pair_init (&pair);
  for (guint i = 0; i < 600; i++)
    {
      gsize length = lengths[i % G_N_ELEMENTS (lengths)];
      char c = 'a' + i % 26;
      g_autoptr (GBytes) bytes = make_bytes (length, c);

      resp_writer_add_bulk (writer, bytes);
      add_expected_bulk (expected, length, c);
      if (i % 7 == 0)
        {
          g_assert_true (resp_writer_send (writer, pair.sockets[0], NULL));
          receive (&pair, 10007);
        }
    }

  send_all (&pair, writer, 65537);
  g_assert_cmpmem (pair.received->str, pair.received->len, expected->str, expected->len);
  g_assert_cmpuint (resp_writer_get_length (writer), ==, 0);
  pair_clear (&pair);
}

static void
test_take (void)
{
  Pair pair;
  g_autoptr (RespWriter) writer = resp_writer_new ();
  g_autoptr (RespWriter) other = resp_writer_new ();
  g_autoptr (GBytes) large = make_bytes (20000, 'x');
  g_autoptr (GString) expected = g_string_new ("+first\r\n:1\r\n");

  pair_init (&pair);
  resp_writer_add_integer (other, 1);
  resp_writer_add_bulk (other, large);
  resp_writer_add_integer (other, 2);
  resp_writer_add_status (writer, "first");
  resp_writer_take (writer, other);
  g_assert_cmpuint (resp_writer_get_length (other), ==, 0);

  add_expected_bulk (expected, 20000, 'x');
  g_string_append (expected, ":2\r\n");
  send_all (&pair, writer, 4096);
  g_assert_cmpmem (pair.received->str, pair.received->len, expected->str, expected->len);
  pair_clear (&pair);
}

static void
test_closed (void)
{
  Pair pair;
  g_autoptr (RespWriter) writer = resp_writer_new ();
  g_autoptr (GError) error = NULL;

  pair_init (&pair);
  g_socket_close (pair.sockets[1], NULL);
  resp_writer_add_status (writer, "OK");
  g_assert_false (resp_writer_send (writer, pair.sockets[0], &error));
  g_assert_nonnull (error);
  pair_clear (&pair);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/resp/writer/kinds", test_kinds);
  g_test_add_func ("/resp/writer/pieces", test_pieces);
  g_test_add_func ("/resp/writer/take", test_take);
  g_test_add_func ("/resp/writer/closed", test_closed);

  return g_test_run ();
}
