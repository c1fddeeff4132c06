/* bench-connections.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "bench-connections.h"

#define EXIT_SKIPPED 77

void
bench_check (const GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static GDBusConnection *
peer_new (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);
  g_autoptr (GSocketConnection) stream = NULL;
  GDBusConnection *connection;

  bench_check (error);
  stream = g_socket_connection_factory_create_connection (socket);
  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                           G_DBUS_CONNECTION_FLAGS_NONE, NULL, NULL, &error);
  bench_check (error);

  return connection;
}

static GDBusConnection *
bus_connection_new (const char *address)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection;

  connection =
    g_dbus_connection_new_for_address_sync (address,
                                            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                            NULL, NULL, &error);
  bench_check (error);

  return connection;
}

BenchConnections *
bench_connections_new_peer (void)
{
  BenchConnections *self = g_new0 (BenchConnections, 1);
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    g_error ("socketpair: %s", g_strerror (errno));
  self->client = peer_new (fds[0]);
  self->server = peer_new (fds[1]);

  return self;
}

/* Skips the row if there is no dbus-daemon. */
BenchConnections *
bench_connections_new_daemon (void)
{
  BenchConnections *self = g_new0 (BenchConnections, 1);
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;

  self->daemon = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "dbus-daemon", "--session", "--nofork",
                                   "--nopidfile", "--print-address", NULL);
  if (g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
    {
      g_printerr ("bench: there is no dbus-daemon\n");
      exit (EXIT_SKIPPED);
    }
  bench_check (error);

  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->daemon));
  address = g_data_input_stream_read_line (output, NULL, NULL, &error);
  bench_check (error);
  self->client = bus_connection_new (address);
  self->server = bus_connection_new (address);

  return self;
}

void
bench_connections_free (BenchConnections *self)
{
  g_dbus_connection_close_sync (self->client, NULL, NULL);
  g_dbus_connection_close_sync (self->server, NULL, NULL);
  g_object_unref (self->client);
  g_object_unref (self->server);
  if (self->daemon != NULL)
    {
      g_subprocess_send_signal (self->daemon, SIGTERM);
      g_subprocess_wait (self->daemon, NULL, NULL);
      g_object_unref (self->daemon);
    }
  g_free (self);
}
