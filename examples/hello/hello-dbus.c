/* hello-dbus.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service of the session bus, and its client: "hello-dbus serve" is the one, "hello-dbus" the other. */

#include <glib-unix.h>

#include "demo-hello.h"

#define NAME "org.example.Hello"
#define OBJECT_PATH "/org/example/Hello"

static char *
greet (DemoHello *service, const char *name, GError **error)
{
  return g_strdup_printf ("Hello, %s!", name);
}

static const DemoHelloInterface hello_funcs = { .greet = greet };

/* On the stack of serve (). */
typedef struct
{
  NorpcServer *server;  /* (unowned) */
  GMainLoop   *loop;    /* (unowned) */
  const char  *problem; /* (nullable): why nobody reaches the service */
} Serving;

static void
name_lost_cb (GDBusConnection *bus, const char *name, gpointer data)
{
  Serving *serving = data;

  serving->problem = bus == NULL ? "the connection to the bus is closed"
                                 : "cannot own the name '" NAME "' on the bus: another process owns it, or the policy "
                                   "of the bus denies it";
  g_main_loop_quit (serving->loop);
}

static gboolean
quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
stopped_cb (GObject *server, GAsyncResult *result, gpointer loop)
{
  norpc_server_stop_finish (NORPC_SERVER (server), result, NULL);
  g_idle_add (quit_cb, loop); /* when the last replies have been sent */
}

static gboolean
terminate_cb (gpointer data)
{
  const Serving *serving = data;

  norpc_server_stop_async (serving->server, NORPC_STOP_FINISH, NULL, stopped_cb, serving->loop);
  return G_SOURCE_CONTINUE; /* without a handler, a second signal would end the process at once */
}

/* Serves until the program is terminated, and answers the calls that it has got by then. The name comes last, so that nobody
 * calls before the object is there.
 */
static gboolean
serve (GDBusConnection *bus, GError **error)
{
  g_autoptr (NorpcServer) server = norpc_serve (demo_hello_new_for_funcs (&hello_funcs, NULL, NULL), error);
  g_autoptr (NorpcDBusExport) export = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Serving serving = { server, loop, NULL };

  if (server == NULL)
    return FALSE;
  export = norpc_dbus_export_new (bus, OBJECT_PATH, norpc_server_get_endpoint (server), demo_hello_interface_info (),
                                  error);
  if (export == NULL)
    return FALSE;

  g_unix_signal_add (SIGTERM, terminate_cb, &serving);
  g_bus_own_name_on_connection (bus, NAME, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, NULL, name_lost_cb, &serving, NULL);
  g_main_loop_run (loop);
  if (serving.problem == NULL)
    return g_dbus_connection_flush_sync (bus, NULL, error); /* the export rejects calls that still come */

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, serving.problem);
  return FALSE;
}

static gboolean
call (GDBusConnection *bus, GError **error)
{
  g_autoptr (NorpcDBusEndpoint) endpoint = norpc_dbus_endpoint_new (bus, NAME, OBJECT_PATH);
  g_autoptr (DemoHelloProxy) hello = demo_hello_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autofree char *greeting = demo_hello_proxy_call_greet_sync (hello, "Ada", NULL, error);

  if (greeting != NULL)
    g_print ("%s\n", greeting);
  return greeting != NULL;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);

  if (bus != NULL && (argc > 1 ? serve (bus, &error) : call (bus, &error)))
    return 0;

  g_printerr ("hello-dbus: %s\n", error->message);
  return 1;
}
