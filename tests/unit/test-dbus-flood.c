/* test-dbus-flood.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Clients that call more than an export takes. */

#include "dbus-fixture.h"

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

/* Clients that leave before the export has seen their calls, and that wait for replies, keep no room. The calls of those
 * that wait for none are in test-dbus-leaving.c.
 */
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
      g_autoptr (GDBusMessage) message =
        g_dbus_message_new_method_call (DBUS_NAME, DBUS_PATH, "org.example.Wire", "Hold");

      g_dbus_connection_send_message (connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-flood/calls", test_flood);
  g_test_add ("/dbus-flood/left-at-once", DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up,
              test_left_at_once, dbus_fixture_tear_down);

  return g_test_run ();
}
