/* test-dbus-streams-plain.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams of a service with norpc-glib, and a client that only has D-Bus, whether it means well or not. */

#include <string.h>

#include "dbus-fixture.h"

#define POUR_INTERFACE "org.example.Wire.PourStream"
#define FILL_INTERFACE "org.example.Wire.FillStream"

/* A client, which logs the signals that it gets. */
typedef struct
{
  DBusFixture *fixture;
  GString     *log;   /* (owned) */
  guint        id;
  char        *path;  /* (owned) (nullable): of the stream */
} Plain;

static void
signal_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *path,
           const char      *interface_name,
           const char      *member,
           GVariant        *args,
           gpointer         data)
{
  Plain *self = data;
  g_autofree char *text = g_variant_print (args, FALSE);

  if (strstr (path, "/streams/") != NULL)
    g_string_append_printf (self->log, "%s %s; ", member, text);
}

static const char *
get_name (DBusFixture *fixture)
{
  return fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL;
}

/* Calls a method of the stream. */
static GVariant *
call (Plain       *self,
      const char  *interface_name,
      const char  *member,
      GVariant    *args,
      GError     **error)
{
  return g_dbus_connection_call_sync (self->fixture->used, get_name (self->fixture), self->path, interface_name, member,
                                      args, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
}

static void
assert_call (Plain      *self,
             const char *interface_name,
             const char *member,
             GVariant   *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (self, interface_name, member, args, &error);

  g_assert_no_error (error);
  g_assert_true (g_variant_is_of_type (reply, G_VARIANT_TYPE_UNIT));
}

static void
assert_rejected (Plain      *self,
                 const char *interface_name,
                 const char *member,
                 GVariant   *args,
                 const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (self, interface_name, member, args, &error);
  g_autofree char *remote = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

  g_assert_null (reply);
  g_assert_cmpstr (remote, ==, name);
  if (g_str_has_suffix (name, "InvalidArgs"))
    g_assert_nonnull (strstr (error->message, member));
}

static HeldStream *
plain_open (Plain       *self,
            DBusFixture *fixture,
            const char  *member,
            GVariant    *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  *self = (Plain) { fixture, g_string_new (NULL), 0, NULL };
  self->id = g_dbus_connection_signal_subscribe (fixture->used, NULL, NULL, NULL, NULL, NULL,
                                                 G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE, signal_cb, self, NULL);
  reply = dbus_fixture_call (fixture, "org.example.Wire", member, args, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(o)", &self->path);

  return wire_state_wait_stream (fixture->state);
}

static void
plain_clear (Plain *self)
{
  g_dbus_connection_signal_unsubscribe (self->fixture->used, self->id);
  g_string_free (self->log, TRUE);
  g_free (self->path);
}

static void
assert_log (Plain      *self,
            const char *expected)
{
  while (strlen (self->log->str) < strlen (expected))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (self->log->str, ==, expected);
  g_string_truncate (self->log, 0);
}

static gboolean
pour (HeldStream *held,
      guint       number,
      const char *text)
{
  return wire_wire_pour_stream_write (held->stream, number, text, WIRE_MODE_FAST, NULL);
}

/* Nothing is sent before the client gives credit, not even the end. */
static void
test_client (DBusFixture   *fixture,
             gconstpointer  kind)
{
  Plain plain;
  g_autoptr (HeldStream) held = plain_open (&plain, fixture, "Pour", g_variant_new ("(s)", "jug"));

  g_assert_cmpstr (plain.path, ==, DBUS_PATH "/streams/1");
  g_assert_true (pour (held, 1, "one"));
  g_assert_true (pour (held, 2, NULL));
  g_assert_true (pour (held, 3, "three"));
  assert_rejected (&plain, POUR_INTERFACE, "Nothing", NULL, "org.freedesktop.DBus.Error.UnknownMethod");
  assert_log (&plain, "");
  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 2));
  assert_log (&plain, "Item (1, ['one'], 5); Item (2, [], 5); ");
  g_assert_true (pour (held, 4, NULL));
  wire_wire_complete_pour (held->service, held->call, 9, "full");
  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 1));
  assert_log (&plain, "Item (3, ['three'], 5); ");
  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 4));
  assert_log (&plain, "Item (4, [], 5); End (9, ['full']); ");
  assert_rejected (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 1),
                   "org.freedesktop.DBus.Error.UnknownMethod");
  plain_clear (&plain);
}

/* A client that takes one item at a time keeps the stream going. */
static void
test_one_by_one (DBusFixture   *fixture,
                 gconstpointer  kind)
{
  Plain plain;
  g_autoptr (HeldStream) held = plain_open (&plain, fixture, "Pour", g_variant_new ("(s)", "jug"));

  for (guint i = 1; i <= 20; i++)
    {
      g_autofree char *expected = g_strdup_printf ("Item (%u, [], 5); ", i);

      assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 1));
      g_assert_true (pour (held, i, NULL));
      assert_log (&plain, expected);
    }
  /* The last four, which the client may not have read yet, are as many as the backlog. */
  g_assert_false (norpc_stream_is_ready (held->stream));
  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 1));
  g_assert_true (pour (held, 21, NULL));
  g_assert_false (norpc_stream_is_ready (held->stream));
  assert_log (&plain, "Item (21, [], 5); ");
  plain_clear (&plain);
}

static void
test_failure (DBusFixture   *fixture,
              gconstpointer  kind)
{
  Plain plain;
  g_autoptr (HeldStream) held = plain_open (&plain, fixture, "Pour", g_variant_new ("(s)", "jug"));

  norpc_call_return_error (held->call, WIRE_FAILURE, WIRE_FAILURE_LOST, "spilt");
  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 0));
  assert_log (&plain, "Failed ('org.example.Wire.Failure.Lost', 'spilt'); ");
  plain_clear (&plain);
}

/* Credit is limited, also that of a client which never reads. */
static void
test_too_much_credit (DBusFixture   *fixture,
                      gconstpointer  kind)
{
  Plain plain;
  g_autoptr (HeldStream) held = plain_open (&plain, fixture, "Pour", g_variant_new ("(s)", "jug"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 5), &error);

  g_assert_null (reply);
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED);
  g_assert_nonnull (strstr (error->message, "Expected credit for at most 4 more items, got 5"));
  assert_rejected (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", G_MAXUINT32),
                   "org.freedesktop.DBus.Error.LimitsExceeded");
  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 3));
  assert_rejected (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 2),
                   "org.freedesktop.DBus.Error.LimitsExceeded");
  assert_rejected (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(s)", "a"),
                   "org.freedesktop.DBus.Error.InvalidArgs");
  assert_rejected (&plain, POUR_INTERFACE, "Credit", NULL, "org.freedesktop.DBus.Error.InvalidArgs");
  assert_rejected (&plain, POUR_INTERFACE, "Write", g_variant_new ("(u)", 2),
                   "org.freedesktop.DBus.Error.UnknownMethod");
  g_assert_true (pour (held, 1, NULL));
  assert_log (&plain, "Item (1, [], 5); ");
  plain_clear (&plain);
}

static void
test_close (DBusFixture   *fixture,
            gconstpointer  kind)
{
  Plain plain;
  g_autoptr (HeldStream) held = plain_open (&plain, fixture, "Pour", g_variant_new ("(s)", "jug"));

  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 1));
  assert_call (&plain, POUR_INTERFACE, "Close", NULL);
  wire_state_wait_cancelled (fixture->state, 1);
  g_assert_false (pour (held, 1, NULL));
  assert_rejected (&plain, POUR_INTERFACE, "Close", NULL, "org.freedesktop.DBus.Error.UnknownMethod");
  assert_log (&plain, "");
  plain_clear (&plain);
}

static void
waited_cb (GObject      *connection,
           GAsyncResult *result,
           gpointer      data)
{
  Plain *plain = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  g_assert_no_error (error);
  g_string_append (plain->log, "waited; ");
}

/* One message can wait for the end of a stream. */
static void
test_wait (DBusFixture   *fixture,
           gconstpointer  kind)
{
  Plain plain;
  g_autoptr (HeldStream) held = plain_open (&plain, fixture, "Pour", g_variant_new ("(s)", "jug"));

  g_dbus_connection_call (fixture->used, get_name (fixture), plain.path, POUR_INTERFACE, "Wait", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, waited_cb, &plain);
  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 1));
  assert_rejected (&plain, POUR_INTERFACE, "Wait", NULL, "org.freedesktop.DBus.Error.LimitsExceeded");
  wire_wire_complete_pour (held->service, held->call, 3, NULL);
  assert_log (&plain, "End (3, []); waited; ");
  plain_clear (&plain);
}

/* A client that fills the service's stream. */
static void
test_fill (DBusFixture   *fixture,
           gconstpointer  kind)
{
  Plain plain;
  g_autoptr (HeldStream) held = plain_open (&plain, fixture, "Fill", NULL);
  g_autofree char *text = NULL;
  guint number;

  assert_call (&plain, FILL_INTERFACE, "Start", NULL);
  assert_log (&plain, "Credit (4,); ");
  for (guint i = 1; i <= 4; i++)
    assert_call (&plain, FILL_INTERFACE, "Write", g_variant_new_parsed ("(%u, ['x'])", i));
  /* One more has no credit. */
  assert_rejected (&plain, FILL_INTERFACE, "Write", g_variant_new_parsed ("(uint32 5, @as [])"),
                   "org.freedesktop.DBus.Error.LimitsExceeded");
  g_assert_true (wire_wire_fill_stream_next_sync (held->stream, &number, &text, NULL, NULL));
  g_assert_cmpuint (number, ==, 1);
  g_assert_cmpstr (text, ==, "x");
  assert_log (&plain, "Credit (1,); ");
  assert_rejected (&plain, FILL_INTERFACE, "Write", g_variant_new_parsed ("(uint32 5, ['a', 'b'])"),
                   "org.freedesktop.DBus.Error.InvalidArgs");
  assert_rejected (&plain, FILL_INTERFACE, "Write", g_variant_new_parsed ("('5',)"),
                   "org.freedesktop.DBus.Error.InvalidArgs");
  assert_rejected (&plain, FILL_INTERFACE, "Write", NULL, "org.freedesktop.DBus.Error.InvalidArgs");
  assert_rejected (&plain, FILL_INTERFACE, "Credit", g_variant_new ("(u)", 1),
                   "org.freedesktop.DBus.Error.UnknownMethod");
  assert_call (&plain, FILL_INTERFACE, "Finish", NULL);
  assert_call (&plain, FILL_INTERFACE, "Finish", NULL);
  assert_rejected (&plain, FILL_INTERFACE, "Write", g_variant_new_parsed ("(uint32 5, @as [])"),
                   "org.norpc.Error.Closed");
  for (guint i = 2; i <= 4; i++)
    g_assert_true (wire_wire_fill_stream_next_sync (held->stream, &number, NULL, NULL, NULL));
  g_assert_false (wire_wire_fill_stream_next_sync (held->stream, &number, NULL, NULL, NULL));
  wire_wire_complete_fill (held->service, held->call, 4);
  while (strstr (plain.log->str, "End (4,); ") == NULL)
    g_main_context_iteration (NULL, TRUE);
  plain_clear (&plain);
}

/* Nobody else uses the stream of a client, or gets its items. */
static void
test_others (DBusFixture   *fixture,
             gconstpointer  kind)
{
  Plain plain, other;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (HeldStream) held = NULL;

  if (fixture->kind != DBUS_ON_BUS)
    {
      g_test_skip ("the peer of a connection is its only client");
      return;
    }

  held = plain_open (&plain, fixture, "Pour", g_variant_new ("(s)", "jug"));
  connection = dbus_connect_to_bus (fixture->bus);
  other = (Plain) { fixture, g_string_new (NULL), 0, plain.path };
  other.id = g_dbus_connection_signal_subscribe (connection, DBUS_NAME, NULL, NULL, NULL, NULL,
                                                 G_DBUS_SIGNAL_FLAGS_NONE, signal_cb, &other, NULL);
  for (int i = 0; i < 2; i++)
    {
      const char *member = i == 0 ? "Credit" : "Close";
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply =
        g_dbus_connection_call_sync (connection, DBUS_NAME, plain.path, POUR_INTERFACE, member,
                                     i == 0 ? g_variant_new ("(u)", 4) : NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                                     &error);

      g_assert_null (reply);
      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
    }
  g_assert_true (pour (held, 1, NULL));
  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 1));
  assert_log (&plain, "Item (1, [], 5); ");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (other.log->str, ==, "");
  g_dbus_connection_signal_unsubscribe (connection, other.id);
  g_string_free (other.log, TRUE);
  g_dbus_connection_close_sync (connection, NULL, NULL);
  plain_clear (&plain);
}

/* The replies to messages that a client has sent without waiting. */
typedef struct
{
  guint n_rejected;
  guint n_answered;
} Replies;

static void
flooded_cb (GObject      *connection,
            GAsyncResult *result,
            gpointer      data)
{
  Replies *replies = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  if (reply != NULL)
    replies->n_answered++;
  else
    g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED);
  replies->n_rejected += reply == NULL;
}

/* A client that never takes its items cannot have more of them in the service than the backlog, and no more messages in
 * the queue of the export than it needs.
 */
static void
test_flood (DBusFixture   *fixture,
            gconstpointer  kind)
{
  Plain plain;
  g_autoptr (HeldStream) held = plain_open (&plain, fixture, "Pour", g_variant_new ("(s)", "jug"));
  Replies replies = { 0, 0 };

  for (guint i = 1; i <= 4; i++)
    g_assert_true (pour (held, i, NULL));
  g_assert_false (pour (held, 5, NULL));

  dbus_fixture_pause (fixture);
  for (guint i = 0; i < 20; i++)
    g_dbus_connection_call (fixture->used, get_name (fixture), plain.path, POUR_INTERFACE, "Credit",
                            g_variant_new ("(u)", 0), NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, flooded_cb,
                            &replies);
  while (replies.n_rejected < 20 - (4 + 5))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (replies.n_answered, ==, 0);
  dbus_fixture_resume (fixture);
  while (replies.n_answered < 4 + 5)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (replies.n_rejected, ==, 20 - (4 + 5));
  assert_call (&plain, POUR_INTERFACE, "Credit", g_variant_new ("(u)", 1));
  assert_log (&plain, "Item (1, [], 5); ");
  plain_clear (&plain);
}

/* A client that wants no reply does not learn the path, so that nothing is opened. */
static void
test_no_reply (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (GDBusMessage) message =
    g_dbus_message_new_method_call (get_name (fixture), DBUS_PATH, "org.example.Wire", "Pour");
  g_autoptr (GVariant) notes = NULL;

  g_dbus_message_set_body (message, g_variant_new ("(s)", "jug"));
  g_dbus_message_set_flags (message, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  g_dbus_connection_send_message (fixture->used, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  notes = dbus_fixture_call (fixture, "org.example.Wire", "GetNotes", NULL, NULL);
  g_assert_nonnull (notes);
  g_mutex_lock (&fixture->state->lock);
  g_assert_true (g_queue_is_empty (&fixture->state->streams));
  g_mutex_unlock (&fixture->state->lock);
}

static char *
introspect (DBusFixture *fixture,
            const char  *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (fixture->used, get_name (fixture), path, "org.freedesktop.DBus.Introspectable",
                                 "Introspect", NULL, G_VARIANT_TYPE ("(s)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  char *xml;

  g_assert_no_error (error);
  g_variant_get (reply, "(s)", &xml);

  return xml;
}

static void
assert_described (const char *xml,
                  const char *text)
{
  if (strstr (xml, text) == NULL)
    g_error ("the description has no '%s': %s", text, xml);
}

static void
test_description (DBusFixture   *fixture,
                  gconstpointer  kind)
{
  Plain plain;
  g_autoptr (HeldStream) held = plain_open (&plain, fixture, "Pour", g_variant_new ("(s)", "jug"));
  g_autofree char *xml = introspect (fixture, DBUS_PATH);
  g_autofree char *streams = introspect (fixture, DBUS_PATH "/streams");
  g_autofree char *stream = introspect (fixture, plain.path);

  assert_described (xml, "<method name=\"Pour\">");
  assert_described (xml, "<annotation name=\"org.norpc.Stream\" value=\"out\"/>");
  assert_described (xml, "<annotation name=\"org.norpc.Stream\" value=\"in\"/>");
  assert_described (xml, "<annotation name=\"org.norpc.Stream.Items\" value=\"u number, ms text, i mode\"/>");
  assert_described (xml, "<annotation name=\"org.norpc.Stream.Results\" value=\"u total, ms label\"/>");
  assert_described (xml, "<annotation name=\"org.norpc.Stream.Backlog\" value=\"4\"/>");
  assert_described (xml, "<arg type=\"o\" name=\"stream\" direction=\"out\"/>");
  assert_described (xml, "<node name=\"streams\"/>");
  g_assert_null (strstr (xml, "LocalItems"));
  g_assert_null (strstr (xml, "OpenFiles"));
  assert_described (streams, "<node name=\"1\"/>");
  assert_described (stream, "<interface name=\"org.example.Wire.PourStream\">");
  assert_described (stream, "<signal name=\"Item\">");
  assert_described (stream, "<arg type=\"as\" name=\"text\">");
  assert_described (stream, "<method name=\"Credit\">");
  plain_clear (&plain);
}

/* A proxy that is made of the description of the object has the streams again. */
static void
test_described (DBusFixture   *fixture,
                gconstpointer  kind)
{
  g_autofree char *xml = introspect (fixture, DBUS_PATH);
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info = norpc_interface_info_new_for_xml (xml, "org.example.Wire", &error);
  g_autoptr (NorpcDynamicProxy) proxy = NULL;
  g_autoptr (NorpcDynamicStream) stream = NULL;
  g_autoptr (HeldStream) held = NULL;
  g_autoptr (GVariant) values = NULL;
  g_autoptr (GVariant) outcome = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (info->methods[norpc_interface_info_find_method (info, "Fill")]->flags, ==,
                    NORPC_METHOD_FLAGS_STREAM | NORPC_METHOD_FLAGS_STREAM_IN);
  g_assert_cmpuint (info->methods[norpc_interface_info_find_method (info, "Fill")]->backlog, ==, 4);
  proxy = norpc_dynamic_proxy_new (NORPC_ENDPOINT (fixture->endpoint), info);
  stream = norpc_dynamic_proxy_open_stream (proxy, "Pour", g_variant_new ("(s)", "jug"), NULL, &error);
  g_assert_no_error (error);
  held = wire_state_wait_stream (fixture->state);
  g_assert_true (pour (held, 1, "one"));
  values = norpc_dynamic_stream_next_sync (stream, NULL, &error);
  g_assert_no_error (error);
  text = g_variant_print (values, FALSE);
  g_assert_cmpstr (text, ==, "(1, 'one', 5)");
  wire_wire_complete_pour (held->service, held->call, 9, NULL);
  g_assert_null (norpc_dynamic_stream_next_sync (stream, NULL, &error));
  g_assert_no_error (error);
  outcome = norpc_dynamic_stream_outcome_sync (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_is_of_type (outcome, G_VARIANT_TYPE ("(ums)")));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus/streams/plain/client", test_client);
  dbus_add_tests ("/dbus/streams/plain/one-by-one", test_one_by_one);
  dbus_add_tests ("/dbus/streams/plain/failure", test_failure);
  dbus_add_tests ("/dbus/streams/plain/too-much-credit", test_too_much_credit);
  dbus_add_tests ("/dbus/streams/plain/close", test_close);
  dbus_add_tests ("/dbus/streams/plain/wait", test_wait);
  dbus_add_tests ("/dbus/streams/plain/fill", test_fill);
  dbus_add_tests ("/dbus/streams/plain/others", test_others);
  dbus_add_tests ("/dbus/streams/plain/flood", test_flood);
  dbus_add_tests ("/dbus/streams/plain/no-reply", test_no_reply);
  dbus_add_tests ("/dbus/streams/plain/description", test_description);
  dbus_add_tests ("/dbus/streams/plain/described", test_described);

  return g_test_run ();
}
