/* test-dbus-limits.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values that D-Bus cannot carry: one call fails, and both connections stay open. */

#include <string.h>

#include "dbus-fixture.h"
#include "log.h"

/* Makes a value (floating) with so many variants in each other. */
static GVariant *
nest_variants (guint n)
{
  GVariant *value = g_variant_new_string ("x");

  for (guint i = 0; i < n; i++)
    value = g_variant_new_variant (value);

  return value;
}

static GVariant *
nest_arrays (guint n)
{
  GVariant *value = g_variant_new_int32 (1);

  for (guint i = 0; i < n; i++)
    value = g_variant_new_array (NULL, &value, 1);

  return g_variant_new_variant (value);
}

static GVariant *
nest_structs (guint n)
{
  GVariant *value = g_variant_new_int32 (1);

  for (guint i = 0; i < n; i++)
    value = g_variant_new_tuple (&value, 1);

  return g_variant_new_variant (value);
}

static GVariant *
make_struct (guint n)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  for (guint i = 0; i < n; i++)
    g_variant_builder_add (&builder, "y", 1);

  return g_variant_new_variant (g_variant_builder_end (&builder));
}

static GVariant *
make_signature (guint n)
{
  g_autofree char *text = g_strnfill (n, 'i');

  return g_variant_new_variant (g_variant_new_signature (text));
}

static GVariant *
make_bytes (gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);

  return g_variant_new_variant (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

/* Makes an array of boolean values, which are four times as large on D-Bus. */
static GVariant *
make_booleans (gsize n)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (n), n);

  return g_variant_new_variant (g_variant_new_from_bytes (G_VARIANT_TYPE ("ab"), bytes, TRUE));
}

static GVariant *
parse (const char *text)
{
  return g_variant_new_variant (g_variant_new_parsed (text));
}

#define MIB (1u << 20)

/* Returns values (owned) of the type v that D-Bus cannot carry, whatever is around them. */
static GPtrArray *
list_wrong_values (void)
{
  GPtrArray *values = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  GVariant *wrong[] = {
    parse ("{1, 2}"), parse ("()"), parse ("@a() []"), parse ("@mi 4"), parse ("<(1, {'a', 2})>"),
    nest_variants (65), nest_variants (100), nest_arrays (33), nest_structs (33), make_struct (254),
    make_signature (256), g_variant_new_variant (g_variant_new_signature ("a{s()}")), make_bytes (32 * MIB),
    make_booleans (8 * MIB)
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_ptr_array_add (values, g_variant_ref_sink (wrong[i]));

  return values;
}

static gboolean
call_containers (DBusFixture  *fixture,
                 GVariant     *any,
                 GError      **error)
{
  const char * const none[] = { NULL };
  g_autoptr (GBytes) data = g_bytes_new (NULL, 0);
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GVariant) nested = g_variant_ref_sink (g_variant_new_parsed ("@a(ya{s(ix)}) []"));
  g_auto (GStrv) texts_back = NULL;
  g_auto (GStrv) paths_back = NULL;
  g_auto (GStrv) signatures_back = NULL;
  g_autoptr (GBytes) data_back = NULL;
  g_autoptr (GVariant) dict_back = NULL;
  g_autoptr (GVariant) any_back = NULL;
  g_autoptr (GVariant) nested_back = NULL;
  gboolean succeeded =
    wire_wire_proxy_call_containers_sync (fixture->proxy, none, none, none, data, dict, any, nested, &texts_back,
                                          &paths_back, &signatures_back, &data_back, &dict_back, &any_back,
                                          &nested_back, NULL, error);

  if (succeeded)
    g_assert_cmpvariant (any, any_back);

  return succeeded;
}

static void
assert_open (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gint64 left;

  wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (g_dbus_connection_is_closed (fixture->used));
  g_assert_false (g_dbus_connection_is_closed (fixture->served));
}

/* The text is one sentence with one relative clause at most. */
static void
assert_one_clause (const char *text)
{
  const char *clause = strstr (text, "which");

  g_assert_true (clause == NULL || strstr (clause + 1, "which") == NULL);
}

static void
test_arguments (DBusFixture   *fixture,
                gconstpointer  kind)
{
  g_autoptr (GPtrArray) values = list_wrong_values ();

  for (guint i = 0; i < values->len; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (call_containers (fixture, values->pdata[i], &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_str_has_prefix (error->message, "org.example.Wire.Containers: argument 'any': "));
      assert_one_clause (error->message);
      assert_open (fixture);
    }
}

/* Values that are just within the limits cross. */
static void
test_within (DBusFixture   *fixture,
             gconstpointer  kind)
{
  GVariant *values[] = {
    nest_variants (64), nest_arrays (32), nest_structs (32), make_struct (253), make_signature (255)
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GVariant) value = g_variant_ref_sink (values[i]);
      g_autoptr (GError) error = NULL;

      call_containers (fixture, value, &error);
      g_assert_no_error (error);
    }
}

/* A capacity of which a multiple is greater than the greatest number */
#define LARGE_CAPACITY (1u << 30)

static void
export_large (DBusFixture *self)
{
  g_autoptr (GError) error = NULL;

  dbus_fixture_unexport (self);
  self->export = norpc_dbus_export_new_full (self->served, DBUS_PATH, self->served_endpoint, wire_wire_interface_info (),
                                             LARGE_CAPACITY, &error);
  g_assert_no_error (error);
}

/* There is room for notes about calls, too. */
static void
test_large_capacity (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  dbus_fixture_load (fixture);
  dbus_fixture_invoke (fixture, export_large);
  reply = dbus_fixture_call (fixture, "org.norpc.Calls1", "Cancel", g_variant_new ("(u)", 1), &error);
  g_assert_no_error (error);
}

static void
set_extra (WireWire *service,
           gpointer  value)
{
  wire_wire_set_extra (service, value);
}

/* A service that has a wrong value stays on the bus, and the error names what has it. Clients learn that the property
 * has changed, and cannot read it.
 */
static void
test_results (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (GPtrArray) values = list_wrong_values ();

  assert_open (fixture);
  for (guint i = 0; i < values->len; i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_expect_message ("Norpc", G_LOG_LEVEL_MESSAGE, "property org.example.Wire.Extra was not sent over D-Bus: *");
      dbus_fixture_run (fixture, set_extra, values->pdata[i]);
      g_assert_null (wire_wire_proxy_call_read_extra_sync (fixture->proxy, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_str_has_prefix (error->message, "org.example.Wire.ReadExtra: result 'extra': "));
      g_clear_error (&error);
      g_assert_null (dbus_fixture_call (fixture, "org.freedesktop.DBus.Properties", "Get",
                                        g_variant_new ("(ss)", "org.example.Wire", "Extra"), &error));
      g_dbus_error_strip_remote_error (error);
      g_assert_true (g_str_has_prefix (error->message, "org.example.Wire: property 'Extra': "));
      assert_open (fixture);
      g_test_assert_expected_messages ();
    }
}

static void
extend (WireWire *service,
        gpointer  value)
{
  wire_wire_emit_extended (service, value);
}

static void
lost_cb (NorpcProxy *proxy,
         const char *name,
         guint       n_lost,
         Log        *log)
{
  log_add (log, "lost %s %u; ", name, n_lost);
}

static void
extended_cb (WireWire *proxy,
             GVariant *extra,
             Log      *log)
{
  log_add (log, "extended; ");
}

/* Clients learn that they have missed an emission. */
static void
test_signals (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (GPtrArray) values = list_wrong_values ();
  Log log;

  log_init (&log);
  assert_open (fixture);
  g_signal_connect (fixture->proxy, "extended", G_CALLBACK (extended_cb), &log);
  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (lost_cb), &log);
  for (guint i = 0; i < values->len; i++)
    {
      g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING,
                             "org.example.Wire.Extended was not sent over D-Bus: argument 'extra': *");
      dbus_fixture_run (fixture, extend, values->pdata[i]);
      assert_open (fixture);
      g_test_assert_expected_messages ();
      log_wait (&log, "lost extended 1; ");
      log_assert (&log, "lost extended 1; ");
      log_truncate (&log);
    }
  log_clear (&log);
}

/* A client may set a value that can be announced, and no other. */
static void
test_set (DBusFixture   *fixture,
          gconstpointer  kind)
{
  for (guint n = 56; n < 64; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply =
        dbus_fixture_call (fixture, "org.freedesktop.DBus.Properties", "Set",
                           g_variant_new ("(ss@v)", "org.example.Wire", "Extra", nest_variants (n)), &error);

      /* One of the variants is that of the message. Others are around it in PropertiesChanged: an array and an entry. */
      if (n <= 62)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
      g_clear_error (&error);
      assert_open (fixture);
    }
}

static void
write_failed_cb (WireWireProxy *proxy,
                 const char    *property,
                 GError        *error,
                 GError       **copy)
{
  g_assert_null (*copy);
  *copy = g_error_copy (error);
}

static void
test_write (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (GError) failure = NULL;

  assert_open (fixture);
  g_signal_connect (fixture->proxy, "write-failed", G_CALLBACK (write_failed_cb), &failure);
  wire_wire_set_extra (WIRE_WIRE (fixture->proxy), nest_variants (100));
  while (failure == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (failure, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (failure->message, "property 'Extra': "));
  assert_open (fixture);
}

/* Each property fits in a message, and all together do not: the largest is left out. */
static void
test_together (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autofree char *text = g_strnfill (20 * MIB, 'x');
  g_autoptr (GVariant) bytes = g_variant_ref_sink (make_bytes (20 * MIB));
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) dict = NULL;
  g_autoptr (GError) error = NULL;

  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), NORPC_NO_TIMEOUT); /* with Valgrind, it takes a while */
  wire_wire_proxy_set_extra_sync (fixture->proxy, bytes, NULL, &error);
  g_assert_no_error (error);
  wire_wire_proxy_set_label_sync (fixture->proxy, text, NULL, &error);
  g_assert_no_error (error);
  assert_open (fixture);

  reply = dbus_fixture_call (fixture, "org.freedesktop.DBus.Properties", "GetAll",
                             g_variant_new ("(s)", "org.example.Wire"), &error);
  g_assert_no_error (error);
  dict = g_variant_get_child_value (reply, 0);
  g_assert_true (g_variant_lookup (dict, "Label", "&s", NULL) != g_variant_lookup (dict, "Extra", "v", NULL));
  g_assert_true (g_variant_lookup (dict, "Volume", "d", NULL));
  assert_open (fixture);
}

/* The export learns of both changes at once. */
static void
set_large (WireWire *service,
           gpointer  bytes)
{
  g_autofree char *text = g_strnfill (20 * MIB, 'x');

  g_object_freeze_notify (G_OBJECT (service));
  wire_wire_set_label (service, text);
  wire_wire_set_extra (service, bytes);
  g_object_thaw_notify (G_OBJECT (service));
}

static void
changes_cb (GDBusConnection *connection G_GNUC_UNUSED,
            const char      *sender G_GNUC_UNUSED,
            const char      *path G_GNUC_UNUSED,
            const char      *interface_name G_GNUC_UNUSED,
            const char      *member G_GNUC_UNUSED,
            GVariant        *args,
            gpointer         user_data)
{
  GVariant **changes = user_data;

  g_assert_null (*changes);
  *changes = g_variant_ref (args);
}

/* The values of properties that change together do not fit in a message: clients get the names. */
static void
test_changes (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (GVariant) bytes = g_variant_ref_sink (make_bytes (20 * MIB));
  g_autoptr (GVariant) changes = NULL;
  g_autoptr (GVariant) values = NULL;
  g_autofree const char **names = NULL;
  guint id;

  assert_open (fixture);
  id = g_dbus_connection_signal_subscribe (fixture->used, NULL, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                           DBUS_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, changes_cb, &changes, NULL);
  dbus_fixture_catch_up (fixture);
  dbus_fixture_run (fixture, set_large, bytes);
  while (changes == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_variant_get (changes, "(&s@a{sv}^a&s)", NULL, &values, &names);
  g_assert_cmpuint (g_variant_n_children (values), ==, 0);
  g_assert_true (g_strv_contains (names, "Label"));
  g_assert_true (g_strv_contains (names, "Extra"));
  g_dbus_connection_signal_unsubscribe (fixture->used, id);
  assert_open (fixture);
}

static void
test_bytes (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (wire_wire_proxy_call_get_bytes_sync (fixture->proxy, 32 * MIB, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_str_has_prefix (error->message, "org.example.Wire.GetBytes: result 'data': "));
  assert_open (fixture);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-limits/large-capacity", test_large_capacity);
  dbus_add_tests ("/dbus-limits/arguments", test_arguments);
  dbus_add_tests ("/dbus-limits/within", test_within);
  dbus_add_tests ("/dbus-limits/results", test_results);
  dbus_add_tests ("/dbus-limits/signals", test_signals);
  dbus_add_tests ("/dbus-limits/set", test_set);
  dbus_add_tests ("/dbus-limits/write", test_write);
  dbus_add_tests ("/dbus-limits/together", test_together);
  dbus_add_tests ("/dbus-limits/changes", test_changes);
  dbus_add_tests ("/dbus-limits/bytes", test_bytes);

  return g_test_run ();
}
