/* norpc-inspect-peer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A process that inspects this one: its connection, with an inspector, and the calls that it makes by hand. When the
 * connection is closed, these are cancelled.
 *
 * Everything runs in the thread of the inspectors.
 */

#include "core/norpc-error.h"
#include "norpc-inspect-peer-private.h"
#include "norpc-inspector-private.h"

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
  "    <!-- The client chooses the number of an invocation, for Cancel. -->"
  "    <method name='Invoke'>"
  "      <arg name='invocation' type='u'/>"
  "      <arg name='service' type='u'/><arg name='interface' type='s'/><arg name='method' type='s'/>"
  "      <arg name='args' type='s'/><arg name='results' type='s' direction='out'/>"
  "    </method>"
  "    <!-- Does nothing if the invocation has completed. -->"
  "    <method name='Cancel'><arg name='invocation' type='u'/></method>"
  "  </interface>"
  "</node>";

/* A connection, with its inspector. */
typedef struct
{
  GDBusConnection *connection;  /* (owned) */
  NorpcInspector  *inspector;   /* (owned) */
  GHashTable      *invocations; /* (owned): numbers of the calls in flight to owned GCancellable */
  guint            object_id;
} Peer;

/* A call that is made by hand. */
typedef struct
{
  Peer                  *peer;       /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned): until it is answered */
  guint                  number;
} Invocation;

static void
peer_clear (gpointer data)
{
  Peer *self = data;

  g_object_unref (self->connection);
  g_object_unref (self->inspector);
  g_hash_table_unref (self->invocations);
}

static void
peer_unref (gpointer data)
{
  g_rc_box_release_full (data, peer_clear);
}

static void
invocation_ended_cb (GObject      *source_object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autofree Invocation *self = user_data;
  GError *error = NULL;
  g_autofree char *results = norpc_inspector_invoke_finish (NORPC_INSPECTOR (source_object), result, &error);

  g_hash_table_remove (self->peer->invocations, GUINT_TO_POINTER (self->number));
  if (results != NULL)
    g_dbus_method_invocation_return_value (self->invocation, g_variant_new ("(s)", results));
  else
    g_dbus_method_invocation_take_error (self->invocation, error);
  peer_unref (self->peer);
}

static void
begin_invocation (Peer                  *self,
                  GVariant              *parameters,
                  GDBusMethodInvocation *invocation)
{
  GCancellable *cancellable;
  Invocation *call;
  const char *interface, *method, *args;
  guint number, service;

  g_variant_get (parameters, "(uu&s&s&s)", &number, &service, &interface, &method, &args);
  if (g_hash_table_contains (self->invocations, GUINT_TO_POINTER (number)))
    {
      g_dbus_method_invocation_return_error (invocation, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT,
                                             "the invocation %u is in progress", number);
      return;
    }

  cancellable = g_cancellable_new ();
  g_hash_table_insert (self->invocations, GUINT_TO_POINTER (number), cancellable);
  call = g_new (Invocation, 1);
  *call = (Invocation) { g_rc_box_acquire (self), invocation, number };
  norpc_inspector_invoke (self->inspector, service, interface, method, args, cancellable, invocation_ended_cb, call);
}

static void
cancel_invocation (Peer     *self,
                   GVariant *parameters)
{
  GCancellable *cancellable;
  guint number;

  g_variant_get (parameters, "(u)", &number);
  cancellable = g_hash_table_lookup (self->invocations, GUINT_TO_POINTER (number));
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);
}

/* Returns a list (owned), or NULL if the method is another one. */
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
  Peer *self = user_data;
  g_autoptr (GVariant) list = NULL;

  if (g_str_equal (method_name, "Invoke"))
    {
      begin_invocation (self, parameters, invocation);
      return;
    }
  if (g_str_equal (method_name, "Cancel"))
    {
      cancel_invocation (self, parameters);
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }

  list = make_list (self->inspector, method_name, parameters);
  g_dbus_method_invocation_return_value (invocation, g_variant_new_tuple (&list, 1));
}

static const GDBusInterfaceVTable vtable = { .method_call = method_call_cb };

static void
close_peer (Peer *self)
{
  GHashTableIter iter;
  gpointer cancellable;

  g_dbus_connection_unregister_object (self->connection, self->object_id);
  g_hash_table_iter_init (&iter, self->invocations);
  while (g_hash_table_iter_next (&iter, NULL, &cancellable))
    g_cancellable_cancel (cancellable);
}

/* Runs as long as there is a connection. GDBusServer lets its connections emit "closed" in the global default main
 * context, which may be blocked.
 */
static gboolean
check_peer_cb (gpointer user_data)
{
  Peer *self = user_data;

  if (!g_dbus_connection_is_closed (self->connection))
    return G_SOURCE_CONTINUE;

  close_peer (self);

  return G_SOURCE_REMOVE;
}

void
norpc_inspect_peer_add (GDBusConnection *connection)
{
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (description, NULL);
  g_autoptr (GSource) source = g_timeout_source_new (CHECK_INTERVAL);
  Peer *self = g_rc_box_new0 (Peer);

  self->connection = g_object_ref (connection);
  self->inspector = norpc_inspector_new ();
  self->invocations = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->object_id = g_dbus_connection_register_object (connection, NORPC_INSPECT_PATH, node->interfaces[0], &vtable,
                                                       g_rc_box_acquire (self), peer_unref, NULL);

  g_source_set_static_name (source, "norpc-inspect-peer");
  g_source_set_callback (source, check_peer_cb, self, peer_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}
