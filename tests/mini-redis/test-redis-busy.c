/* test-redis-busy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "kv-store-service.h"
#include "redis-server.h"

/* A store that handles calls only when the test says so, behind a channel
 * that is full soon. mini-redis makes its channel large enough for this never
 * to happen. */

#define CAPACITY 2

typedef struct
{
  GMainContext *context;
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

static void
fixture_set_up (Fixture      *f,
                gconstpointer data)
{
  g_autoptr (KvStoreService) service = kv_store_service_new ();
  g_autoptr (NorpcChannel) channel = norpc_channel_new (CAPACITY, NORPC_WHEN_FULL_BUSY);
  g_autoptr (KvStoreProxy) store = kv_store_proxy_new (NORPC_ENDPOINT (channel));
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  gboolean started = FALSE;

  f->context = g_main_context_new ();
  f->host = g_object_new (NORPC_TYPE_SERVER,
                          "service", service,
                          "channel", channel,
                          "main-context", f->context,
                          NULL);
  norpc_server_start_async (f->host, NULL, started_cb, &started);
  while (!started)
    {
      g_main_context_iteration (f->context, FALSE);
      g_main_context_iteration (NULL, FALSE);
    }

  f->server = redis_server_new (store);
  redis_server_listen (f->server, 0, &error);
  g_assert_no_error (error);
  f->client = g_socket_client_connect_to_host (client, "127.0.0.1", redis_server_get_port (f->server), NULL, &error);
  g_assert_no_error (error);
}

static void
fixture_tear_down (Fixture      *f,
                   gconstpointer data)
{
  g_clear_pointer (&f->server, redis_server_free);
  g_clear_object (&f->client);
  g_clear_object (&f->host);
  while (g_main_context_iteration (f->context, FALSE))
    ;
  g_clear_pointer (&f->context, g_main_context_unref);
}

static void
send_text (Fixture    *f,
           const char *text)
{
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (f->client));
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

static void
assert_received (Fixture    *f,
                 const char *expected)
{
  GSocket *socket = g_socket_connection_get_socket (f->client);
  g_autoptr (GString) received = g_string_new (NULL);

  g_socket_set_blocking (socket, FALSE);
  while (received->len < strlen (expected))
    {
      char buffer[1024];
      gssize length;

      g_main_context_iteration (f->context, FALSE);
      g_main_context_iteration (NULL, FALSE);
      length = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL);
      g_string_append_len (received, buffer, MAX (length, 0));
    }

  g_assert_cmpstr (received->str, ==, expected);
}

/* Calls that are refused at once are answered in their turn all the same. */
static void
test_full (Fixture      *f,
           gconstpointer data)
{
  static const char busy[] = "-BUSY the store has too much to do, try again\r\n";
  g_autofree char *expected = g_strconcat ("+OK\r\n:2\r\n", busy, "+PONG\r\n", busy, NULL);

  send_text (f, "SET a 1\r\nINCR a\r\nINCR a\r\nPING\r\nINCR a\r\n");
  wait_for_commands (f, 5);
  for (guint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
  assert_received (f, expected);

  /* There is room again. */
  send_text (f, "GET a\r\n");
  assert_received (f, "$1\r\n2\r\n");
}

/* A client that goes has no say in what becomes of its calls. */
static void
test_client_gone (Fixture      *f,
                  gconstpointer data)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  send_text (f, "SET a 1\r\nINCR a\r\n");
  wait_for_commands (f, 2);
  g_io_stream_close (G_IO_STREAM (f->client), NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&f->client);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  f->client = g_socket_client_connect_to_host (client, "127.0.0.1", redis_server_get_port (f->server), NULL, &error);
  g_assert_no_error (error);
  while (norpc_channel_get_length (norpc_server_get_channel (f->host)) > 0)
    g_main_context_iteration (f->context, FALSE);
  send_text (f, "GET a\r\n");
  assert_received (f, "$1\r\n2\r\n");
  g_assert_cmpuint (redis_server_get_stats (f->server)->n_connections, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/redis/busy/full", Fixture, NULL, fixture_set_up, test_full, fixture_tear_down);
  g_test_add ("/redis/busy/client-gone", Fixture, NULL, fixture_set_up, test_client_gone, fixture_tear_down);

  return g_test_run ();
}
