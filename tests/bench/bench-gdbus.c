/* bench-gdbus.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* GDBus with the code of gdbus-codegen: two connections over a pair of sockets, or through a
 * dbus-daemon of its own, and the object in a thread of its own.
 */

#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "bench-bus.h"

#define OBJECT_PATH "/org/example/BenchBus/Target"
#define EXIT_SKIPPED 77

typedef struct
{
  GSubprocess     *daemon;  /* (owned) (nullable) */
  GDBusConnection *client;  /* (owned) */
  GDBusConnection *server;  /* (owned) */
  GMainContext    *context; /* (owned) */
  GThread         *thread;  /* (owned) */

  int exported; /* atomic */
  int quit;     /* atomic */
} Gdbus;

static void
check (const GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

/* The service's thread. */
static gboolean
noop_cb (BenchBusTarget        *target,
         GDBusMethodInvocation *invocation,
         gpointer               user_data)
{
  bench_bus_target_complete_noop (target, invocation);

  return TRUE;
}

static gpointer
service_thread (gpointer data)
{
  Gdbus *self = data;
  g_autoptr (BenchBusTarget) target = NULL;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (self->context);
  target = bench_bus_target_skeleton_new ();
  g_signal_connect (target, "handle-noop", G_CALLBACK (noop_cb), NULL);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (target), self->server,
                                    OBJECT_PATH, &error);
  check (error);
  g_atomic_int_set (&self->exported, TRUE);

  while (!g_atomic_int_get (&self->quit))
    g_main_context_iteration (self->context, TRUE);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (target));
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

static GDBusConnection *
peer_new (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);
  g_autoptr (GSocketConnection) stream = NULL;
  GDBusConnection *connection;

  check (error);
  stream = g_socket_connection_factory_create_connection (socket);
  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                           G_DBUS_CONNECTION_FLAGS_NONE, NULL, NULL, &error);
  check (error);

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
  check (error);

  return connection;
}

static gpointer
gdbus_begin (Gdbus *self)
{
  self->context = g_main_context_new ();
  self->thread = g_thread_new ("gdbus", service_thread, self);
  while (!g_atomic_int_get (&self->exported))
    g_thread_yield ();

  return self;
}

static gpointer
peer_start (const BenchSetup *setup,
            const char       *work)
{
  Gdbus *self = g_new0 (Gdbus, 1);
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    g_error ("socketpair: %s", g_strerror (errno));
  self->client = peer_new (fds[0]);
  self->server = peer_new (fds[1]);

  return gdbus_begin (self);
}

static gpointer
daemon_start (const BenchSetup *setup,
              const char       *work)
{
  Gdbus *self = g_new0 (Gdbus, 1);
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;

  self->daemon = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "dbus-daemon",
                                   "--session", "--nofork", "--nopidfile", "--print-address",
                                   NULL);
  if (g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
    {
      g_printerr ("bench: there is no dbus-daemon\n");
      exit (EXIT_SKIPPED);
    }
  check (error);

  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->daemon));
  address = g_data_input_stream_read_line (output, NULL, NULL, &error);
  check (error);
  self->client = bus_connection_new (address);
  self->server = bus_connection_new (address);

  return gdbus_begin (self);
}

static void
gdbus_stop (gpointer service)
{
  Gdbus *self = service;

  g_atomic_int_set (&self->quit, TRUE);
  g_main_context_wakeup (self->context);
  g_thread_join (self->thread);
  g_dbus_connection_close_sync (self->client, NULL, NULL);
  g_dbus_connection_close_sync (self->server, NULL, NULL);
  g_clear_object (&self->client);
  g_clear_object (&self->server);
  if (self->daemon != NULL)
    {
      g_subprocess_send_signal (self->daemon, SIGTERM);
      g_subprocess_wait (self->daemon, NULL, NULL);
      g_clear_object (&self->daemon);
    }
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

static gpointer
gdbus_connect (gpointer service)
{
  Gdbus *self = service;
  g_autoptr (GError) error = NULL;
  BenchBusTarget *proxy;

  proxy =
    bench_bus_target_proxy_new_sync (self->client,
                                     G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                                       G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS |
                                       G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                     g_dbus_connection_get_unique_name (self->server),
                                     OBJECT_PATH, NULL, &error);
  check (error);

  return proxy;
}

static void
gdbus_disconnect (gpointer client)
{
  g_object_unref (client);
}

static void
call_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  bench_window_answered (user_data,
                         bench_bus_target_call_noop_finish (BENCH_BUS_TARGET (source_object),
                                                            result, NULL));
}

static void
gdbus_async (gpointer     client,
             BenchWindow *window)
{
  bench_bus_target_call_noop (client, NULL, call_cb, window);
}

static gboolean
gdbus_sync (gpointer client)
{
  return bench_bus_target_call_noop_sync (client, NULL, NULL);
}

const BenchContender bench_gdbus = {
  .name = "gdbus",
  .start = peer_start,
  .stop = gdbus_stop,
  .connect = gdbus_connect,
  .disconnect = gdbus_disconnect,
  .async = gdbus_async,
  .sync = gdbus_sync,
};

const BenchContender bench_gdbus_daemon = {
  .name = "gdbus-daemon",
  .start = daemon_start,
  .stop = gdbus_stop,
  .connect = gdbus_connect,
  .disconnect = gdbus_disconnect,
  .async = gdbus_async,
  .sync = gdbus_sync,
};
