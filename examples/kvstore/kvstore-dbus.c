/* kvstore-dbus.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdlib.h>

#include <glib-unix.h>

#include "kv-access.h"
#include "kv-store-service.h"

/* The store in a process of its own: an object on the session bus. Any client of D-Bus can use it, and mini-redis
 * with the option --dbus. With --polkit, it is on the system bus, and polkit decides who may use it.
 */

#define DEFAULT_NAME "org.example.Kv"
#define OBJECT_PATH "/org/example/Kv"

static char *
parse_name (int     *argc,
            char  ***argv,
            char   **action,
            GError **error)
{
  g_autofree char *name = NULL;
  const GOptionEntry entries[] =
  {
    { "polkit", 'p', 0, G_OPTION_ARG_STRING, action, "Use the system bus, and ask polkit about an action", "ACTION" },
    { "name", 'n', 0, G_OPTION_ARG_STRING, &name, "The name on the session bus, " DEFAULT_NAME " by default", "NAME" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a store on the session bus");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return NULL;

  if (name != NULL && !g_dbus_is_name (name))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "'%s' is not a name on a bus", name);
      return NULL;
    }

  return name != NULL ? g_steal_pointer (&name) : g_strdup (DEFAULT_NAME);
}

/* On the stack of serve (). */
typedef struct
{
  NorpcServer *server; /* (unowned) */
  GMainLoop   *loop;   /* (unowned) */
  GError      *error;  /* (owned) (nullable): why the name is lost */
} Serving;

static gboolean
quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);

  return G_SOURCE_REMOVE;
}

/* The last replies may still wait in the main context. */
static void
stopped_cb (GObject      *server,
            GAsyncResult *result,
            gpointer      loop)
{
  norpc_server_stop_finish (NORPC_SERVER (server), result, NULL);
  g_idle_add (quit_cb, loop);
}

/* Calls that have arrived are still answered. */
static gboolean
terminate_cb (gpointer user_data)
{
  const Serving *serving = user_data;

  norpc_server_stop_async (serving->server, NORPC_STOP_FINISH, NULL, stopped_cb, serving->loop);

  return G_SOURCE_CONTINUE; /* without a handler, a second signal would end the process at once */
}

static void
acquired_cb (GDBusConnection *connection G_GNUC_UNUSED,
             const char      *name,
             gpointer         user_data G_GNUC_UNUSED)
{
  g_print ("%s is on the bus\n", name);
}

static void
lost_cb (GDBusConnection *connection,
         const char      *name,
         gpointer         user_data)
{
  Serving *serving = user_data;

  if (connection == NULL && serving->error == NULL)
    g_set_error_literal (&serving->error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the connection to the bus is closed");
  else if (serving->error == NULL)
    g_set_error (&serving->error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "cannot own the name '%s' on the bus: another process owns it, or the policy of the bus denies it", name);
  g_main_loop_quit (serving->loop);
}

/* One object has the store and the notifier: both are interfaces of the service. */
static NorpcDBusExport *
export_store (GDBusConnection *connection,
              NorpcServer     *server,
              const char      *action,
              GError         **error)
{
  g_autoptr (NorpcEndpoint) endpoint =
    action != NULL ? norpc_stack_new (kv_access_new (connection, action), norpc_server_get_endpoint (server), NULL)
                   : g_object_ref (norpc_server_get_endpoint (server));
  g_autoptr (NorpcDBusExport) export =
    norpc_dbus_export_new (connection, OBJECT_PATH, endpoint, kv_store_interface_info (), error);

  if (export == NULL || !norpc_dbus_export_add_interface (export, kv_notifier_interface_info (), error))
    return NULL;

  return g_steal_pointer (&export);
}

/* Owns the name until a signal arrives and the server has stopped. Returns FALSE and sets @error if the name is not available,
 * or the bus goes away. The export rejects calls that still come.
 */
static gboolean
run_with_name (GDBusConnection  *connection,
               const char       *name,
               NorpcServer      *server,
               GError          **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Serving serving = { server, loop, NULL };
  guint owner;

  g_unix_signal_add (SIGINT, terminate_cb, &serving);
  g_unix_signal_add (SIGTERM, terminate_cb, &serving);
  owner = g_bus_own_name_on_connection (connection, name, G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, acquired_cb, lost_cb,
                                        &serving, NULL);
  g_main_loop_run (loop);
  g_bus_unown_name (owner);
  g_dbus_connection_flush_sync (connection, NULL, NULL);

  if (serving.error == NULL)
    return TRUE;

  g_propagate_error (error, serving.error);

  return FALSE;
}

static gboolean
serve (const char *name,
       const char *action,
       GError    **error)
{
  g_autoptr (GDBusConnection) connection =
    g_bus_get_sync (action != NULL ? G_BUS_TYPE_SYSTEM : G_BUS_TYPE_SESSION, NULL, error);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (NorpcDBusExport) export = NULL;
  gboolean is_served;

  if (connection == NULL)
    return FALSE;
  server = norpc_serve (kv_store_service_new (), error);
  if (server == NULL)
    return FALSE;
  export = export_store (connection, server, action, error);
  if (export == NULL)
    return FALSE;

  is_served = run_with_name (connection, name, server, error);
  norpc_dbus_export_unexport (export);

  return is_served;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *action = NULL;
  g_autofree char *name = parse_name (&argc, &argv, &action, &error);

  if (name != NULL && serve (name, action, &error))
    return EXIT_SUCCESS;

  g_printerr ("kvstore-dbus: %s\n", error->message);

  return EXIT_FAILURE;
}
