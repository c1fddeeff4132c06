/* test-dbus-wire.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls and notes of clients that the description does not allow, or that have no form on D-Bus. */

#include "atlas.h"
#include "dbus-fixture.h"
#include "remote/norpc-dbus-form-private.h"

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

/* As assert_fails (), for an error whose message ends with @problem. */
static void
assert_wrong_args (DBusFixture *fixture,
                   const char  *interface_name,
                   const char  *member,
                   GVariant    *args,
                   const char  *problem)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dbus_fixture_call (fixture, interface_name, member, args, &error));
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
  g_dbus_error_strip_remote_error (error);
  g_assert_cmpstr (error->message, ==, problem);
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

/* An array that stands for a value or none has no more than one, and a handle is a descriptor of the message. */
static void
test_forms (DBusFixture   *fixture,
            gconstpointer  kind)
{
  const char *place = "@a(sqnybiutdasaya{sv}sai) []";
  g_autofree char *two = g_strdup_printf ("(['a', 'b'], @as [], @ai [], %s, @a{sai} {})", place);
  g_autofree char *nested = g_strdup_printf ("(@as [], @as [], @ai [], %s, {'a': [1, 2]})", place);

  assert_wrong_args (fixture, "org.example.Wire", "Maybes", g_variant_new_parsed (two),
                     "org.example.Wire.Maybes: argument 'text': expected one value or none, got 2");
  assert_wrong_args (fixture, "org.example.Wire", "Maybes", g_variant_new_parsed (nested),
                     "org.example.Wire.Maybes: argument 'nested': element 0: expected one value or none, got 2");
  assert_wrong_args (fixture, PROPERTIES, "Set",
                     g_variant_new ("(ssv)", "org.example.Wire", "Label", g_variant_new_parsed ("['a', 'b', 'c']")),
                     "org.example.Wire.Label: expected one value or none, got 3");
  assert_fails (fixture, "org.example.Wire", "Copy", g_variant_new_parsed ("(@h 5, @a{sv} {})"),
                ERROR ("InvalidArgs"));
  assert_fails (fixture, "org.example.Wire", "Copy", g_variant_new_parsed ("(@h -1, @a{sv} {})"),
                ERROR ("InvalidArgs"));
}

/* The message of a value that is wrong in a record names the field. */
static void
test_form_of_records (void)
{
  static const struct
  {
    const char *method;
    const char *form;
    const char *problem;
  } cases[] = {
    { "Take", "(@ay [], (1, 2, ['a', 'b']))",
      "argument 'point': field 'name' of AtlasPoint: expected one value or none, got 2" },
    { "Echo", "('', ('', 0, uint32 0, @ay [], @as [], '', <''>, [(1, 2, ['a']), (1, 2, ['a', 'b'])], @ai [], "
              "@a(iias) []), 0, uint32 0, @a(iias) [], @ai [], @as [], @a(iias) [])",
      "argument 'entry': field 'points' of AtlasEntry: element 1: field 'name' of AtlasPoint: "
      "expected one value or none, got 2" },
  };
  const NorpcInterfaceInfo *info = atlas_atlas_interface_info ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const NorpcMethodInfo *method = info->methods[norpc_interface_info_find_method (info, cases[i].method)];
      g_autoptr (GVariant) form = g_variant_ref_sink (g_variant_new_parsed (cases[i].form));
      g_autofree char *problem = NULL;

      g_assert_null (norpc_dbus_args_from_form (method->dbus.in_args, "argument", form, NULL, &problem));
      g_assert_cmpstr (problem, ==, cases[i].problem);
    }
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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-wire/requests", test_requests);
  dbus_add_tests ("/dbus-wire/rejected-call", test_rejected_call);
  dbus_add_tests ("/dbus-wire/rejected-item", test_rejected_item);
  dbus_add_tests ("/dbus-wire/values", test_values);
  dbus_add_tests ("/dbus-wire/numbers", test_numbers);
  dbus_add_tests ("/dbus-wire/forms", test_forms);
  g_test_add_func ("/dbus-wire/form-of-records", test_form_of_records);
  dbus_add_tests ("/dbus-wire/no-form", test_no_form);
  dbus_add_tests ("/dbus-wire/notes", test_notes);
  dbus_add_tests ("/dbus-wire/replied-notes", test_replied_notes);

  return g_test_run ();
}
