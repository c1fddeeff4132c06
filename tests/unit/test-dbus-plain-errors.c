/* test-dbus-plain-errors.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Errors of a service without norpc-glib that GDBus has, too: the client gets them nevertheless. */

#include "dbus-fixture.h"

#define PLAIN_PATH "/org/example/Plain"

/* The service: GDBus's thread answers the calls to its object. */
typedef struct
{
  GDBusConnection *connection; /* (unowned) */
  guint            filter;
  const char      *failing;    /* (nullable): the member that fails */
  int              code;       /* of G_IO_ERROR */
  WireWireProxy   *proxy;      /* (owned) */
} Plain;

static GVariant *
make_body (const char *member)
{
  if (g_str_equal (member, "Introspect"))
    return g_variant_new ("(s)", "<node/>");
  if (g_str_equal (member, "Pour"))
    return g_variant_new ("(o)", PLAIN_PATH "/1");

  return g_variant_new_tuple (NULL, 0);
}

/* Runs in GDBus's thread. */
static GDBusMessage *
filter (GDBusConnection *connection,
        GDBusMessage    *message,
        gboolean         incoming,
        gpointer         data)
{
  Plain *self = data;
  const char *path = g_dbus_message_get_path (message);
  const char *member = g_dbus_message_get_member (message);
  g_autoptr (GDBusMessage) reply = NULL;

  if (!incoming || path == NULL || !g_str_has_prefix (path, PLAIN_PATH))
    return message;
  if (g_str_equal (member, "Wait"))
    {
      g_object_unref (message);
      return NULL;
    }

  if (g_strcmp0 (member, self->failing) == 0)
    {
      g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, self->code, "gone");
      g_autofree char *name = g_dbus_error_encode_gerror (error);

      reply = g_dbus_message_new_method_error_literal (message, name, error->message);
    }
  else
    {
      reply = g_dbus_message_new_method_reply (message);
      g_dbus_message_set_body (reply, make_body (member));
    }
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  g_object_unref (message);

  return NULL;
}

static void
plain_init (Plain       *self,
            DBusFixture *fixture,
            const char  *failing,
            int          code)
{
  g_autoptr (NorpcDBusEndpoint) endpoint =
    norpc_dbus_endpoint_new (fixture->used, fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, PLAIN_PATH);

  *self = (Plain) { fixture->served, 0, failing, code, NULL };
  self->filter = g_dbus_connection_add_filter (fixture->served, filter, self, NULL);
  self->proxy = g_object_new (WIRE_TYPE_WIRE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
}

/* No message is on its way. */
static void
plain_clear (Plain *self)
{
  g_object_unref (self->proxy);
  g_dbus_connection_remove_filter (self->connection, self->filter);
}

static const int codes[] = { G_IO_ERROR_CANCELLED, G_IO_ERROR_CLOSED };

/* The property was set, but cannot be read. */
static void
test_read_back (DBusFixture   *fixture,
                gconstpointer  kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = NULL;
      Plain plain;

      plain_init (&plain, fixture, "Get", codes[i]);
      g_assert_false (wire_wire_proxy_set_mode_sync (plain.proxy, WIRE_MODE_FAST, NULL, &error));
      g_assert_error (error, G_IO_ERROR, codes[i]);
      g_assert_cmpstr (error->message, ==, "gone");
      plain_clear (&plain);
    }
}

/* The service does not take the credit of a stream. */
static void
test_credit (DBusFixture   *fixture,
             gconstpointer  kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (WireWirePourStream) stream = NULL;
      g_autoptr (GError) error = NULL;
      Plain plain;

      plain_init (&plain, fixture, "Credit", codes[i]);
      stream = wire_wire_proxy_open_pour (plain.proxy, "jug", NULL);
      g_assert_false (wire_wire_pour_stream_outcome_sync (stream, NULL, NULL, NULL, &error));
      g_assert_error (error, G_IO_ERROR, codes[i]);
      g_assert_cmpstr (error->message, ==, "gone");
      g_clear_object (&stream);
      plain_clear (&plain);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_add_tests ("/dbus-plain-errors/read-back", test_read_back);
  dbus_add_tests ("/dbus-plain-errors/credit", test_credit);

  return g_test_run ();
}
