/* test-dbus-streams-wrong.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams of a service without norpc-glib, which sends what it should not. */

#include <string.h>

#include "dbus-fixture.h"

#define FAKE_PATH "/org/example/Fake"
#define POUR_INTERFACE "org.example.Wire.PourStream"
#define FILL_INTERFACE "org.example.Wire.FillStream"

/* The service: GDBus's thread answers the calls to its objects. */
typedef struct
{
  GDBusConnection *connection; /* (unowned) */
  guint            filter;
  GAsyncQueue     *messages;   /* (owned): of owned texts, those that the objects of streams have got */
  GVariant        *reply;      /* (owned): to the calls that open streams */
  char            *client;     /* (owned) (nullable): its unique name */
  GDBusMessage    *waiting;    /* (owned) (nullable): waits for the end of a stream */

  WireWireProxy   *proxy;      /* (owned) */
} Fake;

static void
answer (Fake         *self,
        GDBusMessage *message,
        GVariant     *body)
{
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (message);

  if (body != NULL)
    g_dbus_message_set_body (reply, body);
  g_dbus_connection_send_message (self->connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* Runs in GDBus's thread. */
static GDBusMessage *
filter (GDBusConnection *connection,
        GDBusMessage    *message,
        gboolean         incoming,
        gpointer         data)
{
  Fake *self = data;
  const char *path = g_dbus_message_get_path (message);
  const char *member = g_dbus_message_get_member (message);
  GVariant *body = g_dbus_message_get_body (message);

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL || path == NULL ||
      !g_str_has_prefix (path, FAKE_PATH))
    return message;

  if (g_str_equal (path, FAKE_PATH) && (g_str_equal (member, "Pour") || g_str_equal (member, "Fill")))
    {
      if (self->client == NULL)
        self->client = g_strdup (g_dbus_message_get_sender (message));
      answer (self, message, self->reply);
    }
  else if (g_str_equal (path, FAKE_PATH))
    {
      answer (self, message, g_str_equal (member, "GetAll") ? g_variant_new ("(a{sv})", NULL)
                                                            : g_variant_new ("(s)", "<node/>"));
    }
  else if (g_str_equal (member, "Wait"))
    {
      g_set_object (&self->waiting, message);
    }
  else
    {
      g_autofree char *text = body != NULL ? g_variant_print (body, FALSE) : g_strdup ("()");

      g_async_queue_push (self->messages, g_strdup_printf ("%s %s", member, text));
      answer (self, message, NULL);
    }
  g_object_unref (message);

  return NULL;
}

static void
fake_clear (gpointer data)
{
  Fake *self = data;

  g_async_queue_unref (self->messages);
  g_variant_unref (self->reply);
  g_clear_object (&self->waiting);
  g_free (self->client);
}

static void
fake_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, fake_clear);
}

static Fake *
fake_new (DBusFixture *fixture)
{
  g_autoptr (NorpcDBusEndpoint) endpoint =
    norpc_dbus_endpoint_new (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, FAKE_PATH);
  Fake *self = g_atomic_rc_box_new0 (Fake);

  self->connection = fixture->served;
  self->messages = g_async_queue_new_full (g_free);
  self->reply = g_variant_ref_sink (g_variant_new ("(o)", FAKE_PATH "/1"));
  /* The filter may still run when it is removed. */
  self->filter = g_dbus_connection_add_filter (fixture->served, filter, g_atomic_rc_box_acquire (self), fake_unref);
  self->proxy = wire_wire_proxy_new (NORPC_ENDPOINT (endpoint));

  return self;
}

static void
fake_free (Fake *self)
{
  g_clear_object (&self->proxy);
  g_dbus_connection_remove_filter (self->connection, self->filter);
  fake_unref (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fake, fake_free)

static void
assert_message (Fake       *self,
                const char *expected)
{
  g_autofree char *text = g_async_queue_pop (self->messages);

  g_assert_cmpstr (text, ==, expected);
}

static void
emit (Fake       *self,
      const char *path,
      const char *interface_name,
      const char *member,
      GVariant   *args)
{
  g_dbus_connection_emit_signal (self->connection, self->client, path, interface_name, member, args, NULL);
}

static void
emit_pour (Fake       *self,
           const char *member,
           GVariant   *args)
{
  emit (self, FAKE_PATH "/1", POUR_INTERFACE, member, args);
}

static GVariant *
new_item (guint number)
{
  return g_variant_new_parsed ("(%u, @as [], 5)", number);
}

static WireWirePourStream *
open_pour (Fake *self)
{
  WireWirePourStream *stream = wire_wire_proxy_open_pour (self->proxy, "jug", NULL);

  assert_message (self, "Credit (4,)");

  return stream;
}

static void
assert_wrong (WireWirePourStream *stream,
              const char         *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (wire_wire_pour_stream_outcome_sync (stream, NULL, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
}

/* Without norpc-glib, a service can have streams, too. Items may have numbers that the description does not name. */
static void
test_right (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (Fake) fake = fake_new (fixture);
  g_autoptr (WireWirePourStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  guint number, total;
  WireMode mode;

  stream = open_pour (fake);
  for (guint i = 1; i <= 4; i++)
    emit_pour (fake, "Item", g_variant_new_parsed ("(%u, @as [], 17)", i));
  for (guint i = 1; i <= 4; i++)
    {
      g_assert_true (wire_wire_pour_stream_next_sync (stream, &number, NULL, &mode, NULL, &error));
      g_assert_cmpuint (number, ==, i);
      g_assert_cmpint (mode, ==, 17);
      assert_message (fake, "Credit (1,)");
    }
  emit_pour (fake, "End", g_variant_new_parsed ("(uint32 7, @as [])"));
  g_assert_false (wire_wire_pour_stream_next_sync (stream, NULL, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (wire_wire_pour_stream_outcome_sync (stream, &total, NULL, NULL, &error));
  g_assert_cmpuint (total, ==, 7);
}

static void
test_close (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (Fake) fake = fake_new (fixture);
  WireWirePourStream *stream;

  stream = open_pour (fake);
  g_object_unref (stream);
  assert_message (fake, "Close ()");
}

/* More items than there is credit for. */
static void
test_too_many (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (Fake) fake = fake_new (fixture);
  g_autoptr (WireWirePourStream) stream = NULL;

  stream = open_pour (fake);
  g_assert_false (wire_wire_pour_stream_try_next (stream, NULL, NULL, NULL));
  for (guint i = 1; i <= 5; i++)
    emit_pour (fake, "Item", new_item (i));
  assert_message (fake, "Close ()");
  assert_wrong (stream, "org.example.Wire.Pour: the service sends more items than the client takes");
  emit_pour (fake, "Item", new_item (6));
  emit_pour (fake, "End", g_variant_new_parsed ("(uint32 7, @as [])"));
}

/* Items, outcomes and credit of other types. */
static void
test_types (DBusFixture   *fixture,
            gconstpointer  kind)
{
  const struct
  {
    const char *member;
    const char *args;
    const char *message;
  } cases[] = {
    { "Item", "('x',)",
      "org.example.Wire.Pour: expected items of type '(uasi)', got '(s)'" },
    { "Item", "(uint32 1, ['a', 'b'], 5)",
      "org.example.Wire.Pour: item 'text': expected one value or none, got 2" },
    { "End", "(uint32 1,)",
      "org.example.Wire.Pour: the reply: expected results of type '(uas)', got '(u)'" },
    { "Failed", "(uint32 1,)", "org.example.Wire.Pour: the error is of type '(u)'" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Fake) fake = fake_new (fixture);
      g_autoptr (WireWirePourStream) stream = NULL;
      g_autoptr (GError) error = NULL;

      stream = open_pour (fake);
      emit_pour (fake, cases[i].member, g_variant_new_parsed (cases[i].args));
      if (!g_str_equal (cases[i].member, "End"))
        assert_message (fake, "Close ()");
      g_assert_false (wire_wire_pour_stream_outcome_sync (stream, NULL, NULL, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_pattern_match_simple (cases[i].message, error->message));
    }
}

/* Names of errors that are not valid. */
static void
test_error_names (DBusFixture   *fixture,
                  gconstpointer  kind)
{
  const char * const names[] = { "", "x", "org.gtk.GDBus.UnmappedGError.Quark._", "org.freedesktop.DBus.Error.Failed" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (Fake) fake = fake_new (fixture);
      g_autoptr (WireWirePourStream) stream = NULL;
      g_autoptr (GError) error = NULL;

      stream = open_pour (fake);
      emit_pour (fake, "Failed", g_variant_new ("(ss)", names[i], "spilt"));
      g_assert_false (wire_wire_pour_stream_outcome_sync (stream, NULL, NULL, NULL, &error));
      g_assert_nonnull (strstr (error->message, "spilt"));
    }
}

/* Signals that do not belong to the stream are ignored. */
static void
test_others (DBusFixture   *fixture,
             gconstpointer  kind)
{
  g_autoptr (Fake) fake = fake_new (fixture);
  g_autoptr (WireWirePourStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  guint number;

  stream = open_pour (fake);
  emit (fake, FAKE_PATH "/2", POUR_INTERFACE, "Item", new_item (90));
  emit (fake, FAKE_PATH "/1", FILL_INTERFACE, "Item", new_item (91));
  emit_pour (fake, "Credit", g_variant_new ("(u)", 4));
  emit_pour (fake, "Nothing", new_item (92));
  if (fixture->kind == DBUS_ON_BUS)
    {
      g_autoptr (GDBusConnection) other = dbus_connect_to_bus (fixture->bus);

      g_dbus_connection_emit_signal (other, fake->client, FAKE_PATH "/1", POUR_INTERFACE, "Item", new_item (93), NULL);
      g_dbus_connection_flush_sync (other, NULL, NULL);
      g_dbus_connection_close_sync (other, NULL, NULL);
    }
  emit_pour (fake, "Item", new_item (1));
  g_assert_true (wire_wire_pour_stream_next_sync (stream, &number, NULL, NULL, NULL, &error));
  g_assert_cmpuint (number, ==, 1);
}

/* The reply to the call that opens a stream is not its path. */
static void
test_reply (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (Fake) fake = fake_new (fixture);
  g_autoptr (WireWirePourStream) first = NULL;
  g_autoptr (WireWirePourStream) second = NULL;
  g_autoptr (WireWirePourStream) third = NULL;

  first = open_pour (fake);
  second = wire_wire_proxy_open_pour (fake->proxy, "jug", NULL);
  assert_wrong (second, "org.example.Wire.Pour: the reply has the path of another stream");
  g_variant_unref (fake->reply);
  fake->reply = g_variant_ref_sink (g_variant_new ("(s)", FAKE_PATH "/3"));
  third = wire_wire_proxy_open_pour (fake->proxy, "jug", NULL);
  assert_wrong (third, "org.example.Wire.Pour: the reply is not the path of a stream");
}

/* The service says that the stream has ended, but not how. */
static void
test_no_outcome (DBusFixture   *fixture,
                 gconstpointer  kind)
{
  g_autoptr (Fake) fake = fake_new (fixture);
  g_autoptr (WireWirePourStream) stream = NULL;

  stream = open_pour (fake);
  answer (fake, fake->waiting, NULL);
  assert_wrong (stream, "org.example.Wire.Pour: the service has ended the stream without an outcome");
}

/* The client never has more items on their way than its backlog, however much credit a service gives. */
static void
test_fill (DBusFixture   *fixture,
           gconstpointer  kind)
{
  g_autoptr (Fake) fake = fake_new (fixture);
  g_autoptr (WireWireFillStream) stream = NULL;
  g_autoptr (GError) error = NULL;

  stream = wire_wire_proxy_open_fill (fake->proxy, NULL);
  assert_message (fake, "Start ()");
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *expected = g_strdup_printf ("Write (%u, [])", i);

      if (i % 4 == 0)
        emit (fake, FAKE_PATH "/1", FILL_INTERFACE, "Credit", g_variant_new ("(u)", G_MAXUINT32));
      while (!wire_wire_fill_stream_write (stream, i, NULL, NULL))
        g_thread_yield ();
      assert_message (fake, expected);
      if (i % 4 == 3)
        g_assert_false (norpc_stream_is_ready (NORPC_STREAM (stream)));
    }
  norpc_stream_end (NORPC_STREAM (stream));
  assert_message (fake, "Finish ()");
  emit (fake, FAKE_PATH "/1", FILL_INTERFACE, "Credit", g_variant_new ("(s)", "x"));
  g_assert_false (wire_wire_fill_stream_outcome_sync (stream, NULL, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "org.example.Wire.Fill: the credit is of type '(s)'");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus/streams/wrong/right", test_right);
  dbus_add_tests ("/dbus/streams/wrong/close", test_close);
  dbus_add_tests ("/dbus/streams/wrong/too-many", test_too_many);
  dbus_add_tests ("/dbus/streams/wrong/types", test_types);
  dbus_add_tests ("/dbus/streams/wrong/error-names", test_error_names);
  dbus_add_tests ("/dbus/streams/wrong/others", test_others);
  dbus_add_tests ("/dbus/streams/wrong/reply", test_reply);
  dbus_add_tests ("/dbus/streams/wrong/no-outcome", test_no_outcome);
  dbus_add_tests ("/dbus/streams/wrong/fill", test_fill);

  return g_test_run ();
}
