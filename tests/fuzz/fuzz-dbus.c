/* fuzz-dbus.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The input is a message of a peer: its kind, its member, the type of its body, which ends with a zero,
 * and the body. It goes over a connection, to an export or to a proxy, which must then still work.
 */

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gunixfdlist.h>

#include <norpc-glib/norpc-glib.h>

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

#define EXPORTED "/exported"
#define LIAR "/liar"
#define INTERFACE "org.example.Fuzz"
#define PROPERTIES "org.freedesktop.DBus.Properties"

static const char xml[] =
  "<node>"
  "<interface name='" INTERFACE "'>"
  "<method name='Nothing'/>"
  "<method name='Numbers'><arg type='y' name='a'/><arg type='x' name='b'/>"
  "<arg type='d' direction='out' name='c'/></method>"
  "<method name='Texts'><arg type='as' name='a'/><arg type='o' name='b'/>"
  "<arg type='ag' direction='out' name='c'/></method>"
  "<method name='Maybes'><arg type='ms' name='a'/><arg type='a{smi}' name='b'/>"
  "<arg type='m(iv)' direction='out' name='c'/></method>"
  "<method name='Dict'><arg type='a{sv}' name='a'/><arg type='v' direction='out' name='b'/></method>"
  "<method name='Named'><arg type='Gio.File' name='a'/><arg type='GLib.DateTime' direction='out' name='b'/></method>"
  "<method name='File'><arg type='h' name='a'/><arg type='h' direction='out' name='b'/></method>"
  "<signal name='Changed'><arg type='ms' name='a'/><arg type='ao' name='b'/></signal>"
  "<property name='Count' type='u' access='readwrite'/>"
  "<property name='Text' type='s' access='readwrite' nullable='true'/>"
  "<property name='Paths' type='ao' access='readwrite'/>"
  "<property name='Any' type='v' access='readwrite'/>"
  "<property name='Real' type='d' access='readwrite'/>"
  "<property name='Maybe' type='ma{sv}' access='readwrite'/>"
  "</interface>"
  "</node>";

static const char * const members[] = {
  "Nothing", "Numbers", "Texts", "Maybes", "Dict", "Named", "File", "Changed", "Count", "Text", "Paths", "None",
  "Any", "Real", "Maybe"
};

/* They stay as long as the program runs. */
static GDBusConnection *sides[2];
static NorpcDBusExport *exported;
static NorpcDynamicProxy *proxy;
static GVariant *lie; /* (owned) (nullable) [lie_lock] */
static GMutex lie_lock;

static gboolean
handle (NorpcDynamicService  *service,
        NorpcCall            *call,
        const char           *method,
        GVariant             *args,
        gpointer              data,
        GError              **error)
{
  if (g_str_equal (method, "Nothing"))
    norpc_call_return_variant (call, NULL);
  else
    norpc_call_return_error_literal (call, G_IO_ERROR, G_IO_ERROR_FAILED, "no");

  return TRUE;
}

/* Runs in GDBus's thread. */
static GDBusMessage *
answer_with_lie (GDBusConnection *connection,
                 GDBusMessage    *message,
                 gboolean         incoming,
                 gpointer         data)
{
  g_autoptr (GDBusMessage) reply = NULL;

  if (!incoming || g_strcmp0 (g_dbus_message_get_path (message), LIAR) != 0 ||
      g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    return message;

  reply = g_dbus_message_new_method_reply (message);
  g_mutex_lock (&lie_lock);
  if (lie != NULL)
    g_dbus_message_set_body (reply, lie);
  g_mutex_unlock (&lie_lock);
  /* Not all values can be sent: a variant may contain a struct without fields. */
  if (!g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL))
    {
      g_object_unref (reply);
      reply = g_dbus_message_new_method_reply (message);
      g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
    }
  g_object_unref (message);

  return NULL;
}

typedef struct
{
  int              fd;
  gboolean         is_server;
  GDBusConnection *connection;
} Side;

static gpointer
connect_side (gpointer data)
{
  Side *side = data;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (side->fd, NULL);
  g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);
  g_autofree char *guid = side->is_server ? g_dbus_generate_guid () : NULL;

  side->connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), guid,
                                                 side->is_server ? G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER
                                                                 : G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                                                 NULL, NULL, NULL);

  return NULL;
}

/* libFuzzer keeps the input of a process that aborts, but not of one that a critical stops. */
static void
trapped (int number)
{
  abort ();
}

static void
set_up (void)
{
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, NULL);
  NorpcDynamicService *service = norpc_dynamic_service_new (info, handle, NULL, NULL);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (G_OBJECT (service));
  g_autoptr (NorpcDBusEndpoint) endpoint = NULL;
  Side ends[2] = { { 0 } };
  GThread *thread;
  int fds[2];

  signal (SIGTRAP, trapped);
  /* A proxy warns about a peer once. */
  g_log_set_always_fatal ((GLogLevelFlags) (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK));
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    g_error ("no sockets");
  for (guint i = 0; i < 2; i++)
    ends[i] = (Side) { fds[i], i == 0, NULL };
  thread = g_thread_new ("side", connect_side, &ends[0]);
  connect_side (&ends[1]);
  g_thread_join (thread);
  sides[0] = ends[0].connection;
  sides[1] = ends[1].connection;

  g_dbus_connection_add_filter (sides[0], answer_with_lie, NULL, NULL);
  exported = norpc_dbus_export_new (sides[0], EXPORTED, NORPC_ENDPOINT (direct), info, NULL);
  endpoint = norpc_dbus_endpoint_new (sides[1], NULL, LIAR);
  proxy = norpc_dynamic_proxy_new (NORPC_ENDPOINT (endpoint), info);
}

/* Returns TRUE if D-Bus can carry values of a type. */
static gboolean
can_cross (const char *type)
{
  return g_variant_type_string_is_valid (type) && strpbrk (type, "m*?r") == NULL && strstr (type, "()") == NULL &&
         strlen (type) < 32;
}

/* Returns TRUE if all variants in a value have types that D-Bus can carry. The peer closes the connection of a client
 * that sends others, and GDBus does not keep it from doing so.
 */
static gboolean
is_carried (GVariant *value)
{
  gboolean is_variant = g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT);

  if (!g_variant_is_container (value))
    return TRUE;

  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      if (is_variant && !can_cross (g_variant_get_type_string (child)))
        return FALSE;
      if (!is_carried (child))
        return FALSE;
    }

  return TRUE;
}

/* Reads a tuple (owned) from the input, or returns NULL. */
static GVariant *
read_body (const uint8_t *data,
           size_t         size)
{
  const uint8_t *end = memchr (data, 0, size);
  g_autofree char *type = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) normal = NULL;

  if (end == NULL)
    return NULL;
  type = g_strdup_printf ("(%s)", (const char *) data);
  if (end == data || !can_cross (type))
    return NULL;

  bytes = g_bytes_new (end + 1, size - (size_t) (end + 1 - data));
  value = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE));
  normal = g_variant_get_normal_form (value);

  return is_carried (normal) ? g_steal_pointer (&normal) : NULL;
}

static void
count_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      n_done)
{
  ++*(guint *) n_done;
}

static void
wait_for (guint *n_done,
          guint  n)
{
  while (*n_done < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
call (const char *interface_name,
      const char *member,
      GVariant   *body,
      guint      *n_done)
{
  g_dbus_connection_call (sides[1], NULL, EXPORTED, interface_name, member, body, NULL, G_DBUS_CALL_FLAGS_NONE,
                          G_MAXINT, NULL, count_cb, n_done);
}

/* Returns the only value (owned) of a tuple, or the tuple. */
static GVariant *
dup_value (GVariant *body)
{
  return g_variant_n_children (body) == 1 ? g_variant_get_child_value (body, 0) : g_variant_ref (body);
}

static void
set_property (const char *name,
              GVariant   *body,
              guint      *n_done)
{
  g_autoptr (GVariant) value = dup_value (body);

  call (PROPERTIES, "Set", g_variant_new ("(ssv)", INTERFACE, name, value), n_done);
  call (PROPERTIES, "Get", g_variant_new ("(ss)", INTERFACE, name), n_done);
  call (PROPERTIES, "GetAll", g_variant_new ("(s)", INTERFACE), n_done);
  wait_for (n_done, 3);
}

static void
announce_property (const char *name,
                   GVariant   *body)
{
  g_autoptr (GVariant) value = dup_value (body);
  g_auto (GVariantBuilder) changed = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  const char *invalidated[] = { name, NULL };

  g_variant_builder_add (&changed, "{sv}", name, value);
  g_dbus_connection_emit_signal (sides[0], NULL, LIAR, PROPERTIES, "PropertiesChanged",
                                 g_variant_new ("(sa{sv}^as)", INTERFACE, &changed, invalidated), NULL);
}

/* Values of the type h in the body are numbers of descriptors, of which there are two. */
static void
call_with_fds (const char *member,
               GVariant   *body,
               guint      *n_done)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();

  g_unix_fd_list_append (fds, STDIN_FILENO, NULL);
  g_unix_fd_list_append (fds, STDIN_FILENO, NULL);
  g_dbus_connection_call_with_unix_fd_list (sides[1], NULL, EXPORTED, INTERFACE, member, body, NULL,
                                            G_DBUS_CALL_FLAGS_NONE, G_MAXINT, fds, NULL, count_cb, n_done);
  wait_for (n_done, 1);
}

/* Sends one of the notes that clients with norpc-glib send about their calls. */
static void
send_note (GVariant *body)
{
  const char *notes[] = { "Cancel", "Limit", "Trace" };

  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      g_autoptr (GDBusMessage) message = g_dbus_message_new_method_call (NULL, EXPORTED, "org.norpc.Calls1", notes[i]);

      g_dbus_message_set_body (message, body);
      g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
      g_dbus_connection_send_message (sides[1], message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
    }
}

/* The body is the answer to a call of the proxy, and to its request for the properties. */
static void
test_lie (const char *member,
          GVariant   *body,
          guint      *n_done)
{
  g_autoptr (GVariant) args = NULL;

  g_mutex_lock (&lie_lock);
  g_clear_pointer (&lie, g_variant_unref);
  lie = body != NULL ? g_variant_ref (body) : NULL;
  g_mutex_unlock (&lie_lock);

  if (g_str_equal (member, "Dict"))
    args = g_variant_ref_sink (g_variant_new_parsed ("(@a{sv} {},)"));
  norpc_dynamic_proxy_call_method (proxy, member, args, NULL, count_cb, n_done);
  norpc_proxy_load_async (NORPC_PROXY (proxy), NULL, count_cb, n_done);
  wait_for (n_done, 2);
}

static void
send_input (uint8_t     kind,
            const char *member,
            GVariant   *body,
            guint      *n_done)
{
  switch (kind % 9)
    {
    case 0:
      call (INTERFACE, member, body, n_done);
      wait_for (n_done, 1);
      break;

    case 1:
      call (PROPERTIES, "Set", g_variant_new ("(ssv)", INTERFACE, member, body), n_done);
      call (PROPERTIES, "Get", body, n_done);
      wait_for (n_done, 2);
      break;

    case 2:
      test_lie (member, body, n_done);
      break;

    case 3:
      g_dbus_connection_emit_signal (sides[0], NULL, LIAR, INTERFACE, member, body, NULL);
      break;

    case 4:
      set_property (member, body, n_done);
      break;

    case 5:
      announce_property (member, body);
      break;

    case 6:
      call_with_fds (member, body, n_done);
      break;

    case 7:
      call ("org.norpc.Calls1", "Cancel", body, n_done);
      call ("org.norpc.Calls1", "Limit", body, n_done);
      wait_for (n_done, 2);
      break;

    default:
      g_dbus_connection_emit_signal (sides[0], NULL, LIAR, PROPERTIES, "PropertiesChanged", body, NULL);
      send_note (body);
      break;
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr (GVariant) body = NULL;
  guint n_done = 0;
  guint n_after = 0;

  if (exported == NULL)
    set_up ();
  g_assert_nonnull (exported);
  if (size < 4)
    return 0;
  body = read_body (data + 2, size - 2);
  if (body == NULL)
    return 0;

  send_input (data[0], members[data[1] % G_N_ELEMENTS (members)], body, &n_done);

  /* The connection, the export and the proxy still work. */
  call (INTERFACE, "Nothing", NULL, &n_after);
  wait_for (&n_after, 1);
  if (g_dbus_connection_is_closed (sides[0]) || g_dbus_connection_is_closed (sides[1]))
    g_error ("the connection is closed");

  return 0;
}
