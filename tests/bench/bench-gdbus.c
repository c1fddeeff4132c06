/* bench-gdbus.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* GDBus from peer to peer: two connections over a pair of sockets, the object
 * in a thread of its own.
 */

#include "bench.h"

#include <errno.h>
#include <sys/socket.h>

#define INTERFACE "org.example.Bench.Target"
#define OBJECT_PATH "/org/example/Bench/Target"

static const char interface_xml[] =
  "<node><interface name='" INTERFACE "'><method name='Noop'/></interface></node>";

typedef struct
{
  GDBusConnection *client; /* (owned) */
  GDBusConnection *server; /* (owned) */
  GDBusNodeInfo   *info;   /* (owned) */
  GMainContext    *context; /* (owned) */
  GThread         *thread; /* (owned) */
  guint            registration;

  int registered; /* atomic */
  int quit;       /* atomic */
} Gdbus;

/* The service's thread. */
static void
method_call_cb (GDBusConnection       *connection,
                const char            *sender,
                const char            *object_path,
                const char            *interface_name,
                const char            *method_name,
                GVariant              *parameters,
                GDBusMethodInvocation *invocation,
                gpointer               user_data)
{
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static const GDBusInterfaceVTable vtable = { method_call_cb, NULL, NULL, { NULL } };

static gpointer
service_thread (gpointer data)
{
  Gdbus *self = data;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (self->context);
  self->registration =
    g_dbus_connection_register_object (self->server, OBJECT_PATH, self->info->interfaces[0],
                                       &vtable, self, NULL, &error);
  if (self->registration == 0)
    g_error ("%s", error->message);
  g_atomic_int_set (&self->registered, TRUE);

  while (!g_atomic_int_get (&self->quit))
    g_main_context_iteration (self->context, TRUE);
  g_dbus_connection_unregister_object (self->server, self->registration);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

static GDBusConnection *
connection_new (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);
  g_autoptr (GSocketConnection) stream = NULL;
  GDBusConnection *connection;

  if (socket == NULL)
    g_error ("%s", error->message);
  stream = g_socket_connection_factory_create_connection (socket);
  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL,
                                           G_DBUS_CONNECTION_FLAGS_NONE, NULL, NULL, &error);
  if (connection == NULL)
    g_error ("%s", error->message);

  return connection;
}

static gpointer
gdbus_start (void)
{
  Gdbus *self = g_new0 (Gdbus, 1);
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    g_error ("socketpair: %s", g_strerror (errno));

  self->info = g_dbus_node_info_new_for_xml (interface_xml, NULL);
  self->client = connection_new (fds[0]);
  self->server = connection_new (fds[1]);
  self->context = g_main_context_new ();
  self->thread = g_thread_new ("gdbus", service_thread, self);
  while (!g_atomic_int_get (&self->registered))
    g_thread_yield ();

  return self;
}

static void
gdbus_stop (gpointer state)
{
  Gdbus *self = state;

  g_atomic_int_set (&self->quit, TRUE);
  g_main_context_wakeup (self->context);
  g_thread_join (self->thread);
  g_dbus_connection_close_sync (self->client, NULL, NULL);
  g_dbus_connection_close_sync (self->server, NULL, NULL);
  g_clear_object (&self->client);
  g_clear_object (&self->server);
  g_clear_pointer (&self->info, g_dbus_node_info_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

static void
call_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  GDBusConnection *connection = G_DBUS_CONNECTION (source_object);
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (connection, result, NULL);

  bench_window_answered (user_data, answer != NULL);
}

static void
gdbus_async (gpointer     state,
             BenchWindow *window)
{
  Gdbus *self = state;

  g_dbus_connection_call (self->client, NULL, OBJECT_PATH, INTERFACE, "Noop", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, call_cb, window);
}

static gboolean
gdbus_sync (gpointer state)
{
  Gdbus *self = state;
  g_autoptr (GVariant) answer = NULL;

  answer = g_dbus_connection_call_sync (self->client, NULL, OBJECT_PATH, INTERFACE, "Noop",
                                        NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

  return answer != NULL;
}

const BenchContender bench_gdbus = {
  .name = "gdbus",
  .start = gdbus_start,
  .stop = gdbus_stop,
  .async = gdbus_async,
  .sync = gdbus_sync,
};
