/* test-redis-busy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>
#include <sys/socket.h>

#include "kv-store-service.h"
#include "redis-server.h"

/* A store that handles calls only when the test says so, behind a channel
 * that is full soon. mini-redis makes its channel large enough for this never
 * to happen. */

#define CAPACITY 2

/* One more than the backlog of the signals. */
#define N_EMISSIONS 100001

typedef struct
{
  GMainContext *context;
  KvStoreService *service;
  NorpcServer *host;
  RedisServer *server;
  GSocketConnection *client;
} Fixture;

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_server_start_finish (NORPC_SERVER (source), result, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static GSocketConnection *
connect_client (Fixture *f)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  connection = g_socket_client_connect_to_host (client, "127.0.0.1",
                                                redis_server_get_port (f->server), NULL, &error);
  g_assert_no_error (error);

  return connection;
}

static void
fixture_set_up (Fixture      *f,
                gconstpointer data)
{
  g_autoptr (NorpcChannel) channel = norpc_channel_new (CAPACITY, NORPC_WHEN_FULL_BUSY);
  g_autoptr (GPtrArray) shards = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gboolean started = FALSE;

  f->service = kv_store_service_new ();
  f->context = g_main_context_new ();
  f->host = g_object_new (NORPC_TYPE_SERVER,
                          "service", f->service,
                          "channel", channel,
                          "main-context", f->context,
                          NULL);
  norpc_server_start_async (f->host, NULL, started_cb, &started);
  while (!started)
    {
      g_main_context_iteration (f->context, FALSE);
      g_main_context_iteration (NULL, FALSE);
    }

  g_ptr_array_add (shards, channel);
  f->server = redis_server_new (shards);
  redis_server_listen (f->server, 0, &error);
  g_assert_no_error (error);
  f->client = connect_client (f);
}

static void
fixture_tear_down (Fixture      *f,
                   gconstpointer data)
{
  g_clear_pointer (&f->server, redis_server_free);
  g_clear_object (&f->client);
  g_clear_object (&f->host);
  g_clear_object (&f->service);
  while (g_main_context_iteration (f->context, FALSE))
    ;
  g_clear_pointer (&f->context, g_main_context_unref);
}

static void
send_text (GSocketConnection *client,
           const char        *text)
{
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (client));
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (stream, text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
wait_for_commands (Fixture *f,
                   guint64  n_commands)
{
  while (redis_server_get_stats (f->server)->n_commands < n_commands)
    g_main_context_iteration (NULL, TRUE);
}

/* Receives as much as is expected, or until the server closes. */
static void
assert_received (Fixture           *f,
                 GSocketConnection *client,
                 const char        *expected)
{
  GSocket *socket = g_socket_connection_get_socket (client);
  g_autoptr (GString) received = g_string_new (NULL);
  gssize length = -1;

  g_socket_set_blocking (socket, FALSE);
  while (length != 0 && (received->len < strlen (expected) || *expected == '\0'))
    {
      char buffer[1024];

      g_main_context_iteration (f->context, FALSE);
      g_main_context_iteration (NULL, FALSE);
      length = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL);
      g_string_append_len (received, buffer, MAX (length, 0));
    }

  g_assert_cmpstr (received->str, ==, expected);
}

static void
assert_closed (Fixture           *f,
               GSocketConnection *client)
{
  assert_received (f, client, "");
}

/* Calls that are refused at once are answered in their turn all the same. */
static void
test_full (Fixture      *f,
           gconstpointer data)
{
  static const char busy[] = "-BUSY the store has too much to do, try again\r\n";
  g_autofree char *expected = g_strconcat ("+OK\r\n:2\r\n", busy, "+PONG\r\n", busy, NULL);

  send_text (f->client, "SET a 1\r\nINCR a\r\nINCR a\r\nPING\r\nINCR a\r\n");
  wait_for_commands (f, 5);
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
  assert_received (f, f->client, expected);

  /* There is room again. */
  send_text (f->client, "GET a\r\n");
  assert_received (f, f->client, "$1\r\n2\r\n");
}

/* A client that goes has no say in what becomes of its calls. */
static void
test_client_gone (Fixture      *f,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  send_text (f->client, "SET a 1\r\nINCR a\r\n");
  wait_for_commands (f, 2);
  g_io_stream_close (G_IO_STREAM (f->client), NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&f->client);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  f->client = connect_client (f);
  while (norpc_channel_get_length (norpc_server_get_channel (f->host)) > 0)
    g_main_context_iteration (f->context, FALSE);
  send_text (f->client, "GET a\r\n");
  assert_received (f, f->client, "$1\r\n2\r\n");
  g_assert_cmpuint (redis_server_get_stats (f->server)->n_connections, ==, 1);
}

static guint
get_n_channels (Fixture *f)
{
  return redis_pubsub_get_n_names (redis_server_get_pubsub (f->server), REDIS_CHANNELS);
}

/* A subscription waits for the replies to earlier requests, and later requests wait for it. */
static void
test_held (Fixture      *f,
           gconstpointer data)
{
  send_text (f->client, "INCR a\r\nSUBSCRIBE b\r\nPING\r\n");
  wait_for_commands (f, 2);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (get_n_channels (f), ==, 0);
  g_assert_cmpuint (redis_server_get_stats (f->server)->n_commands, ==, 2);

  assert_received (f, f->client,
                   ":1\r\n"
                   "*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:1\r\n"
                   "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
  g_assert_cmpuint (get_n_channels (f), ==, 1);
}

/* A client that goes while its subscription waits does not subscribe. */
static void
test_held_gone (Fixture      *f,
                gconstpointer data)
{
  const struct linger reset = { 1, 0 };
  int fd = g_socket_get_fd (g_socket_connection_get_socket (f->client));

  send_text (f->client, "INCR a\r\nSUBSCRIBE b\r\n");
  wait_for_commands (f, 2);
  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), ==, 0);
  g_clear_object (&f->client);
  while (redis_server_get_stats (f->server)->n_connections > 0)
    g_main_context_iteration (NULL, TRUE);

  f->client = connect_client (f);
  send_text (f->client, "GET a\r\nPUBSUB NUMSUB b\r\n");
  assert_received (f, f->client, "$1\r\n1\r\n*2\r\n$1\r\nb\r\n:0\r\n");
}

/* The service emits more than can wait for the main thread: each subscriber is disconnected,
 * because it might have lost a message. Other clients are not, and new subscribers get what follows. */
static void
test_lost (Fixture      *f,
           gconstpointer data)
{
  static const char subscribed[] = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n";
  static const char psubscribed[] = "*3\r\n$10\r\npsubscribe\r\n$1\r\n*\r\n:1\r\n";
  g_autoptr (GSocketConnection) second = connect_client (f);
  g_autoptr (GSocketConnection) other = connect_client (f);
  g_autoptr (GSocketConnection) later = NULL;
  g_autoptr (GBytes) channel = g_bytes_new_static ("a", 1);

  send_text (f->client, "SUBSCRIBE a\r\n");
  assert_received (f, f->client, subscribed);
  send_text (second, "PSUBSCRIBE *\r\n");
  assert_received (f, second, psubscribed);

  for (guint i = 0; i < N_EMISSIONS; i++)
    kv_notifier_emit_published (KV_NOTIFIER (f->service), channel, channel);
  assert_closed (f, f->client);
  assert_closed (f, second);
  g_assert_cmpuint (get_n_channels (f), ==, 0);

  /* The emissions that are left are for nobody. */
  while (g_main_context_iteration (NULL, FALSE))
    ;

  later = connect_client (f);
  send_text (later, "SUBSCRIBE a\r\n");
  assert_received (f, later, subscribed);
  send_text (other, "PUBLISH a x\r\nGET k\r\n");
  assert_received (f, other, ":1\r\n$-1\r\n");
  assert_received (f, later, "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n");
}

/* As many as wait are all delivered. */
static void
test_not_lost (Fixture      *f,
               gconstpointer data)
{
  static const char message[] = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\na\r\n";
  g_autoptr (GBytes) channel = g_bytes_new_static ("a", 1);
  g_autoptr (GString) expected = g_string_new (NULL);

  send_text (f->client, "SUBSCRIBE a\r\n");
  assert_received (f, f->client, "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
  for (guint i = 0; i < N_EMISSIONS - 1; i++)
    {
      kv_notifier_emit_published (KV_NOTIFIER (f->service), channel, channel);
      g_string_append (expected, message);
    }
  assert_received (f, f->client, expected->str);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) \
  g_test_add ("/redis/busy/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

  ADD ("full", test_full);
  ADD ("client-gone", test_client_gone);
  ADD ("held", test_held);
  ADD ("held/gone", test_held_gone);
  ADD ("lost", test_lost);
  ADD ("not-lost", test_not_lost);

#undef ADD

  return g_test_run ();
}
