/* test-dbus-introspection.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The description that an export gives of itself, and exports that are errors. */

#include "dbus-fixture.h"

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
  g_assert_nonnull (g_dbus_node_info_lookup_interface (node, "org.freedesktop.DBus.Properties"));
  g_assert_null (g_dbus_node_info_lookup_interface (node, "org.norpc.Calls1"));
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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-introspection/members", test_introspection);
  dbus_add_tests ("/dbus-introspection/described-oneway", test_described_oneway);
  dbus_add_tests ("/dbus-introspection/exports", test_exports);

  return g_test_run ();
}
