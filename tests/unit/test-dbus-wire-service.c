/* test-dbus-wire-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Replies and signals of services that the description does not allow. */

#include <string.h>

#include "dbus-fixture.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"

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

  reply = g_dbus_message_new_method_error_literal (message, "org.freedesktop.DBus.Error.InvalidArgs", "not here");
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
                             "*; it is ignored, and further messages of this kind are not reported"
                           : "Object '" DBUS_PATH "' of the program at the other end of a peer connection, such as a "
                             "helper: org.example.Wire: signal 'Happened': *; it is ignored, and further messages of this kind are "
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

  dbus_add_tests ("/dbus-wire-service/foreign-error", test_foreign_error);
  dbus_add_tests ("/dbus-wire-service/replies", test_replies);
  dbus_add_tests ("/dbus-wire-service/wrong-value", test_wrong_value);
  dbus_add_tests ("/dbus-wire-service/signals", test_signals);

  return g_test_run ();
}
