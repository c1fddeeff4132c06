/* norpc-inspect-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Lets other processes of the same user inspect this one, if the environment variable NORPC_INSPECT says where. It
 * runs in a thread of its own, because the other ones may be blocked. Each connection has an inspector.
 */

#include <unistd.h>

#include "norpc-inspect-address-private.h"
#include "norpc-inspect-peer-private.h"
#include "server/norpc-server-registry-private.h"

/* Runs in the thread of the inspectors. */
static gboolean
new_connection_cb (GDBusServer     *server G_GNUC_UNUSED,
                   GDBusConnection *connection,
                   gpointer         user_data G_GNUC_UNUSED)
{
  norpc_inspect_peer_add (connection);

  return TRUE;
}

/* Thread-safe. Other mechanisms would trust a file that may be elsewhere. */
static gboolean
allow_mechanism_cb (GDBusAuthObserver *observer G_GNUC_UNUSED,
                    const char        *mechanism,
                    gpointer           user_data G_GNUC_UNUSED)
{
  return g_str_equal (mechanism, "EXTERNAL");
}

/* Thread-safe. */
static gboolean
authorize_cb (GDBusAuthObserver *observer G_GNUC_UNUSED,
              GIOStream         *stream G_GNUC_UNUSED,
              GCredentials      *credentials,
              gpointer           user_data G_GNUC_UNUSED)
{
  return credentials != NULL && g_credentials_get_unix_user (credentials, NULL) == getuid ();
}

/* Returns a server (owned) that listens, and whose signals are emitted in the thread-default context. */
static GDBusServer *
listen_at (const char  *value,
           GError     **error)
{
  g_autoptr (GDBusAuthObserver) observer = g_dbus_auth_observer_new ();
  g_autofree char *address = norpc_inspect_address_for_process (value, error);
  g_autofree char *guid = g_dbus_generate_guid ();
  GDBusServer *server;

  if (address == NULL || !norpc_inspect_address_clear (address, error))
    return NULL;

  g_signal_connect (observer, "allow-mechanism", G_CALLBACK (allow_mechanism_cb), NULL);
  g_signal_connect (observer, "authorize-authenticated-peer", G_CALLBACK (authorize_cb), NULL);
  server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER, guid, observer, NULL,
                                   error);
  if (server == NULL)
    return NULL;

  g_signal_connect (server, "new-connection", G_CALLBACK (new_connection_cb), NULL);
  g_dbus_server_start (server);
  norpc_inspect_address_remove_at_exit (g_dbus_server_get_client_address (server));

  return server;
}

/* Runs in the thread of the inspectors, until the process ends. */
static gpointer
run_thread (gpointer user_data)
{
  GMainContext *context = user_data;

  g_main_context_push_thread_default (context);
  for (;;)
    g_main_context_iteration (context, TRUE);

  return NULL;
}

/* Thread-safe. Called once. A program that runs with the rights of another user is not inspected. */
static void
start (void)
{
  const char *value = g_getenv ("NORPC_INSPECT");
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GError) error = NULL;
  GDBusServer *server;

  if (value == NULL || *value == '\0' || getuid () != geteuid () || getgid () != getegid ())
    return;

  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  server = listen_at (value, &error);
  g_main_context_pop_thread_default (context);

  /* The server and the thread stay until the process ends. */
  if (server != NULL)
    g_thread_unref (g_thread_new ("norpc-inspect", run_thread, g_steal_pointer (&context)));
  else
    g_warning ("NORPC_INSPECT: %s", error->message);
}

const NorpcFirstServerFunc norpc_server_registry_first_func = start;
