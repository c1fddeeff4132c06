/* test-dbus-wire.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Messages of peers that the description does not allow. */

#include <string.h>

#include "dbus-fixture.h"

static void
assert_fails (DBusFixture *fixture,
              const char  *interface_name,
              const char  *member,
              GVariant    *args,
              const char  *error_name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;

  g_assert_null (dbus_fixture_call (fixture, interface_name, member, args, &error));
  name = g_dbus_error_get_remote_error (error);
  g_assert_cmpstr (name, ==, error_name);
}

#define ERROR(name) "org.freedesktop.DBus.Error." name
#define PROPERTIES "org.freedesktop.DBus.Properties"

static void
test_requests (DBusFixture   *fixture,
               gconstpointer  kind)
{
  assert_fails (fixture, "org.example.Wire", "Nothing", NULL, ERROR ("UnknownMethod"));
  assert_fails (fixture, "org.example.Wire", "Local", NULL, ERROR ("UnknownMethod"));
  assert_fails (fixture, "org.example.Wire", "Note", g_variant_new ("(s)", "x"), ERROR ("InvalidArgs"));
  assert_fails (fixture, "org.example.Wire", "Note", NULL, ERROR ("InvalidArgs"));
  assert_fails (fixture, "org.example.Wire", "Note", g_variant_new ("(uu)", 1, 2), ERROR ("InvalidArgs"));
  assert_fails (fixture, PROPERTIES, "Get", g_variant_new ("(ss)", "org.example.Wire", "None"),
                ERROR ("UnknownProperty"));
  assert_fails (fixture, PROPERTIES, "Get", g_variant_new ("(ss)", "org.example.Wire", "Handle"),
                ERROR ("UnknownProperty"));
  assert_fails (fixture, PROPERTIES, "Get", g_variant_new ("(ss)", "org.example.Wire", "Secret"),
                ERROR ("InvalidArgs"));
  assert_fails (fixture, PROPERTIES, "Get", g_variant_new ("(s)", "org.example.Wire"), ERROR ("InvalidArgs"));
  assert_fails (fixture, PROPERTIES, "Set",
                g_variant_new ("(ssv)", "org.example.Wire", "Title", g_variant_new_string ("x")),
                ERROR ("PropertyReadOnly"));
  assert_fails (fixture, PROPERTIES, "Set",
                g_variant_new ("(ssv)", "org.example.Wire", "Volume", g_variant_new_string ("x")),
                ERROR ("InvalidArgs"));
  assert_fails (fixture, PROPERTIES, "Take", g_variant_new ("(s)", "org.example.Wire"), ERROR ("UnknownMethod"));
}

/* Returns a proxy (owned) for a client with another description of the service. */
static NorpcDynamicProxy *
new_other_proxy (DBusFixture *fixture)
{
  const char *xml = "<node><interface name='org.example.Wire'>"
                    "<method name='GetBytes'><arg name='size' type='s'/><arg type='ay' direction='out'/></method>"
                    "<stream name='Fill' direction='in'><arg name='number' type='s' direction='out'/></stream>"
                    "</interface></node>";
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, &error);

  g_assert_no_error (error);

  return norpc_dynamic_proxy_new (NORPC_ENDPOINT (fixture->endpoint), info);
}

/* A client with norpc-glib gets the error that a wrong argument has within a process. */
static void
test_rejected_call (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autoptr (NorpcDynamicProxy) proxy = new_other_proxy (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_null (norpc_dynamic_proxy_call_method_sync (proxy, "GetBytes", g_variant_new ("(s)", "x"), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "org.example.Wire.GetBytes: expected arguments of the types 'u', got 's'");
}

static void
test_rejected_item (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autoptr (NorpcDynamicProxy) proxy = new_other_proxy (fixture);
  g_autoptr (NorpcDynamicStream) stream = NULL;
  g_autoptr (HeldStream) held = NULL;
  g_autoptr (GError) error = NULL;

  stream = norpc_dynamic_proxy_open_stream (proxy, "Fill", NULL, NULL, &error);
  g_assert_no_error (error);
  held = wire_state_wait_stream (fixture->state);
  g_assert_true (norpc_dynamic_stream_write (stream, g_variant_new ("(s)", "x"), &error));
  g_assert_null (norpc_dynamic_stream_outcome_sync (stream, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
}

static GDBusMessage *
reject_foreign (GDBusConnection *connection,
                GDBusMessage    *message,
                gboolean         incoming,
                gpointer         data)
{
  g_autoptr (GDBusMessage) reply = NULL;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
      g_strcmp0 (g_dbus_message_get_path (message), "/foreign") != 0)
    return message;

  reply = g_dbus_message_new_method_error_literal (message, ERROR ("InvalidArgs"), "not here");
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);

  return NULL;
}

/* The error of a service without norpc-glib may mean anything. */
static void
test_foreign_error (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint =
    norpc_dbus_endpoint_new (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, "/foreign");
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  guint id = g_dbus_connection_add_filter (fixture->served, reject_foreign, NULL, NULL);
  g_autoptr (GError) error = NULL;
  gint64 left;

  g_assert_false (wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error));
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
  g_assert_cmpstr (error->message, ==, "not here");
  g_dbus_connection_remove_filter (fixture->served, id);
}

/* A value of the right type may still be one that the description does not allow. */
static void
test_values (DBusFixture   *fixture,
             gconstpointer  kind)
{
  GVariant *place = g_variant_new_parsed ("('', uint16 0, int16 0, byte 0, false, 0, uint32 0, uint64 0, 0.0, "
                                          "@as [], @ay [], @a{sv} {}, 'file:///', @ai [])");
  GVariant *places = g_variant_new_array (g_variant_get_type (place), NULL, 0);

  assert_fails (fixture, "org.example.Wire", "Named",
                g_variant_new ("(iu@*@*@ass)", 0, 0, g_variant_new ("(@*@*)", place, places),
                               g_variant_new_array (g_variant_get_type (place), NULL, 0), g_variant_new_strv (NULL, 0),
                               "no date"),
                ERROR ("InvalidArgs"));
}

/* A GObject property of an enumeration has only the named values, and a client causes no critical in the service. */
static void
test_numbers (DBusFixture   *fixture,
              gconstpointer  kind)
{
  assert_fails (fixture, PROPERTIES, "Set",
                g_variant_new ("(ssv)", "org.example.Wire", "Mode", g_variant_new_int32 (99)), ERROR ("InvalidArgs"));
}

/* Returns the description (owned) that the object gives of itself. */
static char *
introspect (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    dbus_fixture_call (fixture, "org.freedesktop.DBus.Introspectable", "Introspect", NULL, &error);
  char *xml;

  g_assert_no_error (error);
  g_variant_get (reply, "(s)", &xml);

  return xml;
}

/* Runs in GDBus's thread. */
static GDBusMessage *
note_reply_expected_cb (GDBusConnection *connection,
                        GDBusMessage    *message,
                        gboolean         incoming,
                        gpointer         expected)
{
  if (!incoming && g_strcmp0 (g_dbus_message_get_member (message), "Note") == 0)
    g_atomic_int_set ((int *) expected,
                      (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) == 0);

  return message;
}

/* A proxy that is made of the description of an exported object waits for no reply to a one-way call. */
static void
test_described_oneway (DBusFixture   *fixture,
                       gconstpointer  kind)
{
  g_autofree char *xml = introspect (fixture);
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, "org.example.Wire", &error);
  g_autoptr (NorpcDynamicProxy) proxy = NULL;
  g_autoptr (GVariant) notes = NULL;
  int expected = -1;
  guint filter_id = g_dbus_connection_add_filter (fixture->used, note_reply_expected_cb, &expected, NULL);

  g_assert_no_error (error);
  proxy = norpc_dynamic_proxy_new (NORPC_ENDPOINT (fixture->endpoint), info);
  norpc_dynamic_proxy_send_method (proxy, "Note", g_variant_new ("(u)", 7), &error);
  g_assert_no_error (error);
  notes = norpc_dynamic_proxy_call_method_sync (proxy, "GetNotes", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_variant_n_children (notes), ==, 1);
  g_assert_cmpint (g_atomic_int_get (&expected), ==, FALSE);
  g_dbus_connection_remove_filter (fixture->used, filter_id);
}

/* A client without norpc-glib gets the standard interfaces, and sees nothing of norpc-glib's own members. */
static void
test_introspection (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  g_autofree char *xml = introspect (fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusNodeInfo) node = NULL;
  GDBusInterfaceInfo *info;

  node = g_dbus_node_info_new_for_xml (xml, &error);
  g_assert_no_error (error);
  info = g_dbus_node_info_lookup_interface (node, "org.example.Wire");
  g_assert_nonnull (info);
  g_assert_nonnull (g_dbus_interface_info_lookup_method (info, "Basic"));
  g_assert_null (g_dbus_interface_info_lookup_method (info, "Local"));
  g_assert_cmpstr (g_dbus_interface_info_lookup_method (info, "Maybes")->in_args[0]->signature, ==, "as");
  g_assert_cmpstr (g_dbus_annotation_info_lookup (
                     g_dbus_interface_info_lookup_method (info, "Maybes")->in_args[0]->annotations, "org.norpc.Type"),
                   ==, "ms");
  g_assert_nonnull (g_dbus_interface_info_lookup_signal (info, "Happened"));
  g_assert_null (g_dbus_interface_info_lookup_signal (info, "Hidden"));
  g_assert_nonnull (g_dbus_interface_info_lookup_property (info, "Volume"));
  g_assert_cmpstr (g_dbus_interface_info_lookup_property (info, "Label")->signature, ==, "as");
  g_assert_null (g_dbus_interface_info_lookup_property (info, "Handle"));
  g_assert_nonnull (g_dbus_node_info_lookup_interface (node, PROPERTIES));
  g_assert_null (g_dbus_node_info_lookup_interface (node, "org.norpc.Calls1"));
}

/* An array that stands for a value or none has no more than one, and a handle is a descriptor of the message. */
static void
test_forms (DBusFixture   *fixture,
            gconstpointer  kind)
{
  const char *place = "@a(sqnybiutdasaya{sv}sai) []";
  g_autofree char *two = g_strdup_printf ("(['a', 'b'], @as [], @ai [], %s, @a{sai} {})", place);
  g_autofree char *nested = g_strdup_printf ("(@as [], @as [], @ai [], %s, {'a': [1, 2]})", place);

  assert_fails (fixture, "org.example.Wire", "Maybes", g_variant_new_parsed (two), ERROR ("InvalidArgs"));
  assert_fails (fixture, "org.example.Wire", "Maybes", g_variant_new_parsed (nested), ERROR ("InvalidArgs"));
  assert_fails (fixture, "org.example.Wire", "Copy", g_variant_new_parsed ("(@h 5, @a{sv} {})"),
                ERROR ("InvalidArgs"));
  assert_fails (fixture, "org.example.Wire", "Copy", g_variant_new_parsed ("(@h -1, @a{sv} {})"),
                ERROR ("InvalidArgs"));
}

static void
export_strange (DBusFixture *fixture)
{
  const char *names[] = { "Strange", "org.freedesktop.DBus.Properties", "org.freedesktop.DBus.Introspectable" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *xml = g_strdup_printf ("<node><interface name='%s'/></node>", names[i]);
      g_autoptr (GError) error = NULL;
      const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, NULL, &error);
      g_autoptr (NorpcDBusExport) export = NULL;

      g_assert_no_error (error);
      export = norpc_dbus_export_new (fixture->served, "/strange", fixture->served_endpoint, info, &error);
      g_assert_null (export);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

static void
export_twice (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcDBusExport) export =
    norpc_dbus_export_new (fixture->served, DBUS_PATH, fixture->served_endpoint, wire_wire_interface_info (), &error);

  g_assert_null (export);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
}

/* A name that cannot be exported is an error, not a critical. */
static void
test_exports (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  dbus_fixture_invoke (fixture, export_strange);
  dbus_fixture_invoke (fixture, export_twice);
  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
}

/* D-Bus has no structs without fields: such a value is an error of its call, and the connection stays. */
static void
test_no_form (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("{'empty': <()>}"));
  g_autoptr (GError) error = NULL;
  int file;
  gint64 left;

  g_assert_false (wire_wire_proxy_call_copy_sync (fixture->proxy, 0, dict, &file, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
}

/* Notes about calls that do not exist, or of other types, do nothing. */
static void
test_notes (DBusFixture   *fixture,
            gconstpointer  kind)
{
  const char *members[] = { "Cancel", "Limit", "Other", "Cancel", "Trace", "Trace", "Trace" };
  GVariant *args[] = {
    g_variant_new ("(u)", 12345), g_variant_new ("(s)", "x"), g_variant_new ("(u)", 1), NULL,
    g_variant_new ("(ss)", "x", "y"), g_variant_new ("(uss)", 1, "x", "y"), g_variant_new ("(uss)", 1, "", "")
  };
  g_autoptr (GError) error = NULL;
  gint64 left;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autoptr (GDBusMessage) message =
        g_dbus_message_new_method_call (fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, DBUS_PATH, "org.norpc.Calls1",
                                        members[i]);

      g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
      if (args[i] != NULL)
        g_dbus_message_set_body (message, args[i]);
      g_dbus_connection_send_message (fixture->used, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, &error);
      g_assert_no_error (error);
    }
  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
}

/* A program that wants a reply to a note gets one. */
static void
test_replied_notes (DBusFixture   *fixture,
                    gconstpointer  kind)
{
  const char *notes = "org.norpc.Calls1";
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = dbus_fixture_call (fixture, notes, "Cancel", g_variant_new ("(u)", 12345), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (reply), ==, "()");
  assert_fails (fixture, notes, "Cancel", g_variant_new ("(s)", "x"), ERROR ("InvalidArgs"));
  assert_fails (fixture, notes, "Limit", NULL, ERROR ("InvalidArgs"));
  assert_fails (fixture, notes, "Other", g_variant_new ("(u)", 1), ERROR ("UnknownMethod"));
}

/* How many of the calls of a flood have failed because there were too many. */
typedef struct
{
  guint n_rejected;
  guint n_done;
} Flood;

static void
flood_cb (GObject      *connection,
          GAsyncResult *result,
          gpointer      data)
{
  Flood *flood = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED))
    flood->n_rejected++;
  flood->n_done++;
}

#define CAPACITY 10

static void
export_small (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  dbus_fixture_unexport (fixture);
  fixture->export = norpc_dbus_export_new_full (fixture->served, DBUS_PATH, fixture->served_endpoint,
                                                wire_wire_interface_info (), CAPACITY, &error);
  g_assert_no_error (error);
}

/* Another client of the bus. */
static void
call_from_other (DBusFixture *fixture)
{
  g_autoptr (GDBusConnection) connection = dbus_connect_to_bus (fixture->bus);
  g_autoptr (NorpcDBusEndpoint) endpoint = norpc_dbus_endpoint_new (connection, DBUS_NAME, DBUS_PATH);
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autoptr (GError) error = NULL;
  gint64 left;

  wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_close_sync (connection, NULL, NULL);
}

/* A client that does not stop calling gets errors at once. The others are still served. */
static void
test_flood (DBusFixture   *fixture,
            gconstpointer  kind)
{
  Flood flood = { 0 };
  g_autoptr (GError) error = NULL;
  guint n_calls = CAPACITY * 3;
  guint n_taken = fixture->kind == DBUS_ON_BUS ? CAPACITY * 4 / 5 : CAPACITY;
  NorpcCall *held[CAPACITY];
  gint64 left;

  dbus_fixture_load (fixture);
  dbus_fixture_invoke (fixture, export_small);
  for (guint i = 0; i < n_calls; i++)
    g_dbus_connection_call (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, DBUS_PATH,
                            "org.example.Wire", "Hold", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, flood_cb, &flood);
  while (flood.n_done < n_calls - n_taken)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (flood.n_rejected, ==, n_calls - n_taken);

  for (guint i = 0; i < n_taken; i++)
    held[i] = wire_state_wait_held (fixture->state);
  g_assert_false (wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_clear_error (&error);
  if (fixture->kind == DBUS_ON_BUS)
    call_from_other (fixture);
  for (guint i = 0; i < n_taken; i++)
    {
      norpc_call_return_variant (held[i], g_variant_new ("(u)", i));
      norpc_call_unref (held[i]);
    }
  while (flood.n_done < n_calls)
    g_main_context_iteration (NULL, TRUE);
  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
}

/* Clients that leave before the export has seen their calls keep no room. */
static void
test_left_at_once (DBusFixture   *fixture,
                   gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  dbus_fixture_load (fixture);
  dbus_fixture_invoke (fixture, export_small);
  dbus_fixture_pause (fixture);
  for (guint i = 0; i < CAPACITY; i++)
    {
      g_autoptr (GDBusConnection) connection = dbus_connect_to_bus (fixture->bus);

      g_dbus_connection_call (connection, DBUS_NAME, DBUS_PATH, "org.example.Wire", "Hold", NULL, NULL,
                              G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
      g_dbus_connection_flush_sync (connection, NULL, NULL);
      g_dbus_connection_close_sync (connection, NULL, NULL);
    }
  dbus_fixture_resume (fixture);

  do
    {
      g_clear_error (&error);
      wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
    }
  while (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY));
  g_assert_no_error (error);
}

/* A service that answers each call with the same message. */
typedef struct
{
  GVariant *body; /* (owned) (nullable) */
} Liar;

static GDBusMessage *
lie (GDBusConnection *connection,
     GDBusMessage    *message,
     gboolean         incoming,
     gpointer         data)
{
  Liar *liar = data;
  g_autoptr (GDBusMessage) reply = NULL;

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
      g_strcmp0 (g_dbus_message_get_path (message), "/liar") != 0)
    return message;

  reply = g_dbus_message_new_method_reply (message);
  if (liar->body != NULL)
    g_dbus_message_set_body (reply, liar->body);
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);

  return NULL;
}

/* A reply of other types is an error that says so, and no callback sees it. */
static void
test_replies (DBusFixture   *fixture,
              gconstpointer  kind)
{
  GVariant *bodies[] = {
    NULL, g_variant_new ("(s)", "x"), g_variant_new ("(xx)", G_GINT64_CONSTANT (1), G_GINT64_CONSTANT (2)),
    g_variant_new ("(v)", g_variant_new_int64 (1))
  };
  g_autoptr (NorpcDBusEndpoint) endpoint =
    norpc_dbus_endpoint_new (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, "/liar");
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  Liar liar = { NULL };
  guint id = g_dbus_connection_add_filter (fixture->served, lie, &liar, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 left;

      liar.body = bodies[i] != NULL ? g_variant_ref_sink (bodies[i]) : NULL;
      g_assert_false (wire_wire_proxy_call_time_left_sync (proxy, &left, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
      g_assert_false (norpc_proxy_load_sync (NORPC_PROXY (proxy), NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_clear_pointer (&liar.body, g_variant_unref);
    }
  g_dbus_connection_remove_filter (fixture->served, id);
}

/* A value of a property that is of another type is an error that names it. */
static void
test_wrong_value (DBusFixture   *fixture,
                  gconstpointer  kind)
{
  g_autoptr (NorpcDBusEndpoint) endpoint =
    norpc_dbus_endpoint_new (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, "/liar");
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));
  g_autoptr (GError) error = NULL;
  Liar liar = { g_variant_ref_sink (g_variant_new_parsed ("({'Volume': <'loud'>, 'Unknown': <1>},)")) };
  guint id = g_dbus_connection_add_filter (fixture->served, lie, &liar, NULL);

  g_test_expect_message ("Norpc", G_LOG_LEVEL_MESSAGE, "*property 'Volume': expected a GVariant of type 'd'*");
  g_assert_false (norpc_proxy_load_sync (NORPC_PROXY (proxy), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "'Volume'"));
  g_test_assert_expected_messages ();
  g_dbus_connection_remove_filter (fixture->served, id);
  g_variant_unref (liar.body);
}

static void
send_signal (GDBusConnection *connection,
             const char      *interface_name,
             const char      *member,
             GVariant        *args)
{
  g_dbus_connection_emit_signal (connection, NULL, DBUS_PATH, interface_name, member, args, NULL);
}

static void
ignore_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *path,
           const char      *interface_name,
           const char      *member,
           GVariant        *args,
           gpointer         data)
{
}

static void
count_cb (WireWire *proxy,
          guint    *n)
{
  ++*n;
}

/* Signals that the description does not allow are ignored, and those of others, too. */
static void
test_signals (DBusFixture   *fixture,
              gconstpointer  kind)
{
  guint n_finished = 0;
  guint n_happened = 0;
  guint others = 0;
  g_autoptr (GError) error = NULL;
  gint64 left;

  dbus_fixture_load (fixture);
  g_signal_connect (fixture->proxy, "finished", G_CALLBACK (count_cb), &n_finished);
  g_signal_connect_swapped (fixture->proxy, "happened", G_CALLBACK (count_cb), &n_happened);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_MESSAGE,
                         fixture->kind == DBUS_ON_BUS
                           ? "Object '" DBUS_PATH "' of '" DBUS_NAME "' on the bus: org.example.Wire: signal 'Happened': "
                             "*; it is ignored, and more of this kind is not reported"
                           : "Object '" DBUS_PATH "' of the program at the other end of a peer connection, such as a "
                             "helper: org.example.Wire: signal 'Happened': *; it is ignored, and more of this kind is "
                             "not reported");
  send_signal (fixture->served, "org.example.Wire", "Happened", g_variant_new ("(s)", "x"));
  send_signal (fixture->served, "org.example.Wire", "Happened", NULL);
  send_signal (fixture->served, "org.example.Wire", "Hidden", NULL);
  send_signal (fixture->served, "org.example.Wire", "Unknown", NULL);
  send_signal (fixture->served, PROPERTIES, "PropertiesChanged", g_variant_new ("(s)", "org.example.Wire"));
  send_signal (fixture->served, PROPERTIES, "PropertiesChanged",
               g_variant_new_parsed ("('org.example.Wire', {'Volume': <'x'>, 'None': <1>}, ['None', 'Title'])"));
  if (fixture->kind == DBUS_ON_BUS)
    {
      /* Without this, the bus would not deliver what another process sends. */
      others = g_dbus_connection_signal_subscribe (fixture->used, NULL, NULL, NULL, NULL, NULL,
                                                   G_DBUS_SIGNAL_FLAGS_NONE, ignore_cb, NULL, NULL);
      send_signal (fixture->used, "org.example.Wire", "Finished", NULL);
    }
  send_signal (fixture->served, "org.example.Wire", "Finished", NULL);
  while (n_finished == 0)
    g_main_context_iteration (NULL, TRUE);
  if (others != 0)
    g_dbus_connection_signal_unsubscribe (fixture->used, others);
  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_finished, ==, 1);
  g_assert_cmpuint (n_happened, ==, 0);
  g_test_assert_expected_messages ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-wire/requests", test_requests);
  dbus_add_tests ("/dbus-wire/rejected-call", test_rejected_call);
  dbus_add_tests ("/dbus-wire/rejected-item", test_rejected_item);
  dbus_add_tests ("/dbus-wire/foreign-error", test_foreign_error);
  dbus_add_tests ("/dbus-wire/values", test_values);
  dbus_add_tests ("/dbus-wire/numbers", test_numbers);
  dbus_add_tests ("/dbus-wire/forms", test_forms);
  dbus_add_tests ("/dbus-wire/exports", test_exports);
  dbus_add_tests ("/dbus-wire/no-form", test_no_form);
  dbus_add_tests ("/dbus-wire/introspection", test_introspection);
  dbus_add_tests ("/dbus-wire/described-oneway", test_described_oneway);
  dbus_add_tests ("/dbus-wire/notes", test_notes);
  dbus_add_tests ("/dbus-wire/replied-notes", test_replied_notes);
  dbus_add_tests ("/dbus-wire/flood", test_flood);
  g_test_add ("/dbus-wire/left-at-once", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_left_at_once, dbus_fixture_tear_down);
  dbus_add_tests ("/dbus-wire/replies", test_replies);
  dbus_add_tests ("/dbus-wire/wrong-value", test_wrong_value);
  dbus_add_tests ("/dbus-wire/signals", test_signals);

  return g_test_run ();
}
