/* greeter-gdbus.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* examples/greeter/greeter.c, with GDBus and gdbus-codegen in place of norpc-glib: a thread with a service,
 * and a connection to it. */

#include "greeter-bus.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/socket.h>

typedef struct
{
  GMainContext    *context;    /* (owned) */
  GMainLoop       *loop;       /* (owned) */
  GDBusConnection *connection; /* (owned) */
  GThread         *thread;     /* (owned) */
  guint            n_greeted;  /* of the thread of the service */
} Service;

static gboolean
handle_greet_cb (DemoGreeter           *skeleton,
                 GDBusMethodInvocation *invocation,
                 const char            *name,
                 gpointer               user_data)
{
  Service *self = user_data;
  g_autofree char *greeting = NULL;

  if (*name == '\0')
    {
      g_dbus_method_invocation_return_error_literal (invocation, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                                     "There is nobody to greet");
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  self->n_greeted++;
  greeting = g_strdup_printf ("Hello, %s! You are guest %u.", name, self->n_greeted);
  demo_greeter_complete_greet (skeleton, invocation, greeting);

  return G_DBUS_METHOD_INVOCATION_HANDLED;
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
                                           G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING, NULL, NULL, &error);
  if (connection == NULL)
    g_error ("%s", error->message);

  return connection;
}

/* The main function of the service's thread. */
static gpointer
service_thread (gpointer data)
{
  Service *self = data;
  g_autoptr (DemoGreeter) skeleton = NULL;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (self->context);
  skeleton = demo_greeter_skeleton_new ();
  g_signal_connect (skeleton, "handle-greet", G_CALLBACK (handle_greet_cb), self);
  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (skeleton), self->connection, "/greeter", &error))
    g_error ("%s", error->message);
  g_dbus_connection_start_message_processing (self->connection);

  g_main_loop_run (self->loop);
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (skeleton));
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

static Service *
service_start (GDBusConnection **client)
{
  Service *self = g_new0 (Service, 1);
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    g_error ("socketpair: %s", g_strerror (errno));
  *client = connection_new (fds[0]);
  self->connection = connection_new (fds[1]);

  g_dbus_connection_start_message_processing (*client);
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("greeter", service_thread, self);

  return self;
}

static gboolean
quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

static void
service_stop (Service *self)
{
  g_main_context_invoke (self->context, quit_cb, self->loop);
  g_thread_join (self->thread);
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_object_unref (self->connection);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
}

/* The client: this is called in the main thread. */

static void
greet_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  GMainLoop *loop = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = NULL;

  if (demo_greeter_call_greet_finish (DEMO_GREETER (source_object), &greeting, result, &error))
    g_print ("%s\n", greeting);
  else
    g_print ("%s\n", error->message);
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (DemoGreeter) proxy = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *greeting = NULL;
  Service *service = service_start (&connection);

  proxy = demo_greeter_proxy_new_sync (connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, "/greeter",
                                       NULL, &error);
  if (proxy == NULL)
    g_error ("%s", error->message);

  demo_greeter_call_greet (proxy, "Ada", NULL, greet_cb, loop);
  g_main_loop_run (loop);

  if (!demo_greeter_call_greet_sync (proxy, "", &greeting, NULL, &error))
    g_dbus_error_strip_remote_error (error);
  g_print ("%s\n", greeting != NULL ? greeting : error->message);
  service_stop (service);
  return 0;
}
