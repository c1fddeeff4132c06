/* norpc-inspect-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Lets other processes of the same user inspect this one, if the environment variable NORPC_INSPECT says where. It
 * runs in a thread of its own, because the other ones may be blocked. Each connection has an inspector.
 */

#include <unistd.h>

#include "norpc-inspect-address-private.h"
#include "norpc-inspector-private.h"
#include "server/norpc-server-registry-private.h"

#define CHECK_INTERVAL 200 /* milliseconds */

static const char description[] =
  "<node>"
  "  <interface name='" NORPC_INSPECT_INTERFACE "'>"
  "    <method name='ListServices'><arg name='services' type='aa{sv}' direction='out'/></method>"
  "    <method name='ListCalls'><arg name='calls' type='aa{sv}' direction='out'/></method>"
  "    <method name='ListMethods'><arg name='methods' type='aa{sv}' direction='out'/></method>"
  "    <method name='ListEvents'>"
  "      <arg name='after' type='t'/><arg name='events' type='aa{sv}' direction='out'/>"
  "    </method>"
  "    <method name='ListLints'><arg name='lints' type='aa{sv}' direction='out'/></method>"
  "    <method name='Invoke'>"
  "      <arg name='service' type='u'/><arg name='interface' type='s'/><arg name='method' type='s'/>"
  "      <arg name='args' type='s'/><arg name='results' type='s' direction='out'/>"
  "    </method>"
  "  </interface>"
  "</node>";

/* Runs in the thread of the inspectors. */
static void
answer_invocation_cb (GObject      *source_object,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  GError *error = NULL;
  g_autofree char *results = norpc_inspector_invoke_finish (NORPC_INSPECTOR (source_object), result, &error);

  if (results != NULL)
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", results));
  else
    g_dbus_method_invocation_take_error (invocation, error);
}

/* Runs in the thread of the inspectors. Returns a list (owned), or NULL if the method is another one. */
static GVariant *
make_list (NorpcInspector *inspector,
           const char     *method_name,
           GVariant       *parameters)
{
  guint64 after;

  if (g_str_equal (method_name, "ListServices"))
    return norpc_inspector_list_services (inspector, NULL, NULL);
  if (g_str_equal (method_name, "ListCalls"))
    return norpc_inspector_list_calls (inspector, NULL, NULL);
  if (g_str_equal (method_name, "ListMethods"))
    return norpc_inspector_list_methods (inspector, NULL, NULL);
  if (g_str_equal (method_name, "ListLints"))
    return norpc_inspector_list_lints (inspector, NULL, NULL);
  if (!g_str_equal (method_name, "ListEvents"))
    return NULL;

  g_variant_get (parameters, "(t)", &after);

  return norpc_inspector_list_events (inspector, after, NULL, NULL);
}

/* Runs in the thread of the inspectors. */
static void
method_call_cb (GDBusConnection       *connection G_GNUC_UNUSED,
                const char            *sender G_GNUC_UNUSED,
                const char            *object_path G_GNUC_UNUSED,
                const char            *interface_name G_GNUC_UNUSED,
                const char            *method_name,
                GVariant              *parameters,
                GDBusMethodInvocation *invocation,
                gpointer               user_data)
{
  NorpcInspector *inspector = user_data;
  g_autoptr (GVariant) list = make_list (inspector, method_name, parameters);
  const char *interface, *method, *args;
  guint service;

  if (list != NULL)
    {
      g_dbus_method_invocation_return_value (invocation, g_variant_new_tuple (&list, 1));
      return;
    }

  g_variant_get (parameters, "(u&s&s&s)", &service, &interface, &method, &args);
  norpc_inspector_invoke (inspector, service, interface, method, args, NULL, answer_invocation_cb, invocation);
}

static const GDBusInterfaceVTable vtable = { .method_call = method_call_cb };

/* A connection, with its inspector. */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  guint            object_id;
} Peer;

/* Runs in the thread of the inspectors, as long as there is a connection. GDBusServer lets its connections emit
 * "closed" in the global default main context, which may be blocked.
 */
static gboolean
check_peer_cb (gpointer user_data)
{
  Peer *peer = user_data;

  if (!g_dbus_connection_is_closed (peer->connection))
    return G_SOURCE_CONTINUE;

  g_dbus_connection_unregister_object (peer->connection, peer->object_id);

  return G_SOURCE_REMOVE;
}

static void
free_peer (gpointer data)
{
  Peer *peer = data;

  g_object_unref (peer->connection);
  g_free (peer);
}

/* Runs in the thread of the inspectors. */
static gboolean
new_connection_cb (GDBusServer     *server G_GNUC_UNUSED,
                   GDBusConnection *connection,
                   gpointer         user_data)
{
  GDBusNodeInfo *node = user_data;
  g_autoptr (GSource) source = g_timeout_source_new (CHECK_INTERVAL);
  Peer *peer = g_new0 (Peer, 1);

  peer->connection = g_object_ref (connection);
  peer->object_id = g_dbus_connection_register_object (connection, NORPC_INSPECT_PATH, node->interfaces[0], &vtable,
                                                       norpc_inspector_new (), g_object_unref, NULL);

  g_source_set_static_name (source, "norpc-inspect-peer");
  g_source_set_callback (source, check_peer_cb, peer, free_peer);
  g_source_attach (source, g_main_context_get_thread_default ());

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

  g_signal_connect (server, "new-connection", G_CALLBACK (new_connection_cb),
                    g_dbus_node_info_new_for_xml (description, NULL));
  g_dbus_server_start (server);

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
