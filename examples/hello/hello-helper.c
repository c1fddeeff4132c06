/* hello-helper.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service in a helper process, and its client: "hello-helper" starts "hello-helper serve" and calls it. */

#include <glib-unix.h>

#include "demo-hello.h"

#define OBJECT_PATH "/org/example/Hello"

static char *
greet (DemoHello *service, const char *name, GError **error)
{
  return g_strdup_printf ("Hello, %s!", name);
}

static const DemoHelloInterface hello_funcs = { .greet = greet };

/* Runs after the last call. */
static void
hello_stop (gpointer service)
{
  g_print ("The service has stopped.\n");
}

/* On the stack of serve (). */
typedef struct
{
  NorpcServer *server; /* (unowned) */
  GMainLoop   *loop;   /* (unowned) */
} Serving;

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
  return G_SOURCE_CONTINUE; /* the signal comes twice, and without a handler it would end the process at once */
}

/* The program: it serves until the helper is stopped, or the application ends. */
static gboolean
serve (GError **error)
{
  g_autoptr (GDBusConnection) connection = norpc_helper_connect (error);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (NorpcDBusExport) export = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  DemoHello *service;
  Serving serving;

  if (connection == NULL)
    return FALSE;

  service = demo_hello_new_for_funcs (&hello_funcs, NULL, NULL);
  norpc_simple_service_set_lifecycle (service, NULL, hello_stop);
  server = norpc_serve (service, error);
  if (server == NULL)
    return FALSE;

  export = norpc_dbus_export_new (connection, OBJECT_PATH, norpc_server_get_endpoint (server),
                                  demo_hello_interface_info (), error);
  if (export == NULL)
    return FALSE;

  serving = (Serving) { server, loop };
  g_unix_signal_add (SIGTERM, terminate_cb, &serving);
  g_dbus_connection_start_message_processing (connection);
  g_main_loop_run (loop);

  return TRUE;
}

/* The application. When the helper is released, the program ends. */
static gboolean
call (const char *program, GError **error)
{
  const char *argv[] = { program, "serve", NULL };
  g_autoptr (NorpcHelper) helper = norpc_helper_new (argv, OBJECT_PATH);
  g_autoptr (DemoHelloProxy) hello = demo_hello_proxy_new (NORPC_ENDPOINT (helper));
  g_autofree char *greeting = demo_hello_proxy_call_greet_sync (hello, "Ada", NULL, error);

  if (greeting != NULL)
    g_print ("%s\n", greeting);
  return greeting != NULL;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  if (argc > 1 ? serve (&error) : call (argv[0], &error))
    return 0;

  g_printerr ("hello-helper: %s\n", error->message);
  return 1;
}
