/* test-dbus-leaving.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls of clients that leave before they are handled: those that want no reply are handled nevertheless. */

#include "dbus-fixture.h"

/* A client that leaves. */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  char            *name;       /* (owned): its unique name */
} Leaver;

static void
leaver_init (Leaver      *self,
             DBusFixture *fixture)
{
  self->connection = dbus_connect_to_bus (fixture->bus);
  self->name = g_strdup (g_dbus_connection_get_unique_name (self->connection));
}

static gboolean
has_owner (DBusFixture *fixture,
           const char  *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (fixture->served, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                 "org.freedesktop.DBus", "NameHasOwner", g_variant_new ("(s)", name),
                                 G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, &error);
  gboolean has;

  g_assert_no_error (error);
  g_variant_get (reply, "(b)", &has);

  return has;
}

static void
do_nothing (DBusFixture *fixture)
{
}

/* Returns once the export has handled the messages that have come, and knows their clients, and those calls that it has
 * cancelled have ended.
 */
static void
settle (DBusFixture *fixture)
{
  dbus_fixture_invoke (fixture, do_nothing);
  g_assert_true (has_owner (fixture, DBUS_NAME));
  dbus_fixture_invoke (fixture, do_nothing);
  dbus_fixture_invoke (fixture, do_nothing);
}

/* Returns once the bus has told the service that the client has left. */
static void
leaver_leave (Leaver      *self,
              DBusFixture *fixture)
{
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  while (has_owner (fixture, self->name))
    g_thread_yield ();
  g_clear_object (&self->connection);
  g_free (self->name);
}

/* Returns once the message has left the process. */
static void
send_plain (GDBusConnection  *connection,
            const char       *name,
            const char       *interface_name,
            const char       *member,
            GVariant         *args,
            GDBusMessageFlags flags)
{
  g_autoptr (GDBusMessage) message = g_dbus_message_new_method_call (name, DBUS_PATH, interface_name, member);
  g_autoptr (GError) error = NULL;

  g_dbus_message_set_body (message, args);
  g_dbus_message_set_flags (message, flags);
  g_dbus_connection_send_message (connection, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_flush_sync (connection, NULL, &error);
  g_assert_no_error (error);
}

static void
send_note (GDBusConnection *connection,
           const char      *name,
           guint            number)
{
  send_plain (connection, name, "org.example.Wire", "Note", g_variant_new ("(u)", number),
              G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
}

/* Waits for all calls that the service has got before. */
static void
assert_notes (DBusFixture *fixture,
              const char  *expected)
{
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (fixture->served_endpoint);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) notes = NULL;
  g_autofree char *text = NULL;

  norpc_proxy_set_timeout (NORPC_PROXY (proxy), NORPC_NO_TIMEOUT);
  notes = wire_wire_proxy_call_get_notes_sync (proxy, NULL, &error);
  g_assert_no_error (error);
  text = g_variant_print (notes, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

/* The calls that a filter sees. */
typedef struct
{
  const char *name;            /* (unowned): of the client */
  gboolean    has_credentials;
  guint       n_calls;
} Seen;

/* Runs in the context of the export. */
static gboolean
see (NorpcCall  *call,
     gpointer    data,
     GError    **error)
{
  Seen *seen = data;
  NorpcSender *sender = norpc_call_get_sender (call);

  if (sender == NULL || g_strcmp0 (norpc_sender_get_name (sender), seen->name) != 0)
    return TRUE;

  seen->n_calls++;
  seen->has_credentials = norpc_sender_get_credentials (sender) != NULL;

  return TRUE;
}

/* The bus is asked about the client when that has left. A call that waits for its reply is rejected;
 * none needs that to a one-way call, even if its message does not say so.
 */
static void
test_unknown (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (NorpcLayer) filter = norpc_filter_new ();
  NorpcEndpoint *endpoint = fixture->served_endpoint;
  g_autofree char *name = NULL;
  Seen seen = { NULL };
  Leaver leaver;

  norpc_filter_set_call_func (NORPC_FILTER (filter), see, &seen, NULL);
  norpc_layer_set_endpoint (filter, endpoint);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  fixture->served_endpoint = NORPC_ENDPOINT (filter);
  dbus_fixture_invoke (fixture, dbus_fixture_export);
  dbus_fixture_pause (fixture);

  leaver_init (&leaver, fixture);
  name = g_strdup (leaver.name);
  seen.name = name;
  for (guint i = 0; i < 5; i++)
    send_note (leaver.connection, DBUS_NAME, i);
  send_plain (leaver.connection, DBUS_NAME, "org.example.Wire", "Note", g_variant_new ("(u)", 5),
              G_DBUS_MESSAGE_FLAGS_NONE);
  send_plain (leaver.connection, DBUS_NAME, "org.example.Wire", "Hold", NULL, G_DBUS_MESSAGE_FLAGS_NONE);
  leaver_leave (&leaver, fixture);
  dbus_fixture_resume (fixture);
  settle (fixture);
  assert_notes (fixture, "[0, 1, 2, 3, 4, 5]");

  /* A filter that wants to know the user can reject them. */
  g_assert_cmpuint (seen.n_calls, ==, 6);
  g_assert_false (seen.has_credentials);

  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  fixture->served_endpoint = endpoint;
}

/* The message is that of a method with a reply. */
static void
test_unwanted_reply (DBusFixture   *fixture,
                     gconstpointer  kind)
{
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (fixture->served_endpoint);
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) held = NULL;
  g_autoptr (GVariant) extra = NULL;
  g_autoptr (GVariant) content = NULL;
  Leaver leaver;

  dbus_fixture_pause (fixture);
  leaver_init (&leaver, fixture);
  send_plain (leaver.connection, DBUS_NAME, "org.freedesktop.DBus.Properties", "Set",
              g_variant_new_parsed ("('org.example.Wire', 'Extra', <<'left'>>)"),
              G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  send_plain (leaver.connection, DBUS_NAME, "org.example.Wire", "Hold", NULL, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
  leaver_leave (&leaver, fixture);
  dbus_fixture_resume (fixture);
  settle (fixture);

  extra = wire_wire_proxy_call_read_extra_sync (proxy, NULL, &error);
  g_assert_no_error (error);
  content = g_variant_get_variant (extra);
  g_assert_cmpstr (g_variant_get_string (content, NULL), ==, "left");
  held = wire_state_wait_held (fixture->state);
  g_assert_false (norpc_call_is_cancelled (held));
  norpc_call_return_variant (held, g_variant_new ("(u)", 1));
}

/* The service does nothing between these. */
static void
wait_at_gate (WireWire *service,
              gpointer  gate)
{
  g_mutex_lock (gate);
  g_mutex_unlock (gate);
}

static void
hold_service (DBusFixture   *fixture,
              WireWireProxy *proxy,
              GMutex        *gate)
{
  g_mutex_init (gate);
  g_mutex_lock (gate);
  g_mutex_lock (&fixture->state->lock);
  fixture->state->func = wait_at_gate;
  fixture->state->data = gate;
  g_mutex_unlock (&fixture->state->lock);
  wire_wire_proxy_call_run (proxy, NULL, NULL, NULL);
}

static void
release_service (DBusFixture *fixture,
                 GMutex      *gate,
                 const char  *expected)
{
  g_mutex_unlock (gate);
  assert_notes (fixture, expected);
  g_mutex_clear (gate);
}

/* The client has gone. */
static void
hold_cb (GObject      *connection,
         GAsyncResult *result,
         gpointer      unused)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);

  g_assert_null (reply);
}

static void
closed_cb (GDBusConnection *connection,
           gboolean         remote,
           GError          *error,
           gpointer         closed)
{
  *(gboolean *) closed = TRUE;
}

/* The calls are in the queue of the service when their client leaves. */
static void
test_known (DBusFixture   *fixture,
            gconstpointer  kind)
{
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (fixture->served_endpoint);
  const char *name = fixture->kind == DBUS_ON_BUS ? DBUS_NAME : NULL;
  g_autoptr (NorpcCall) held = NULL;
  gboolean closed = FALSE;
  Leaver leaver = { NULL };
  GMutex gate;

  if (fixture->kind == DBUS_ON_BUS)
    leaver_init (&leaver, fixture);
  else
    leaver.connection = g_object_ref (fixture->used);
  g_dbus_connection_call (leaver.connection, name, DBUS_PATH, "org.example.Wire", "Hold", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, hold_cb, NULL);
  held = wire_state_wait_held (fixture->state);

  hold_service (fixture, proxy, &gate);
  send_note (leaver.connection, name, 1);
  send_note (leaver.connection, name, 2);
  send_plain (leaver.connection, name, "org.example.Wire", "Note", g_variant_new ("(u)", 3), G_DBUS_MESSAGE_FLAGS_NONE);
  g_signal_connect (fixture->served, "closed", G_CALLBACK (closed_cb), &closed);
  if (fixture->kind == DBUS_ON_BUS)
    leaver_leave (&leaver, fixture);
  else
    g_dbus_connection_close_sync (leaver.connection, NULL, NULL);
  while (fixture->kind == DBUS_TO_PEER && !closed)
    g_main_context_iteration (NULL, TRUE);
  dbus_fixture_invoke (fixture, do_nothing);
  release_service (fixture, &gate, "[1, 2, 3]");
  g_clear_object (&leaver.connection);

  /* A call that waits for its reply is cancelled. */
  wire_state_wait_cancelled (fixture->state, 1);
  g_signal_handlers_disconnect_by_func (fixture->served, closed_cb, &closed);
}

static void
export_four (DBusFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture->export = norpc_dbus_export_new_full (fixture->served, DBUS_PATH, fixture->served_endpoint,
                                                wire_wire_interface_info (), 4, &error);
  g_assert_no_error (error);
}

/* The calls of clients that have left take places of others until they are handled, but not all of them. */
static void
test_capacity (DBusFixture   *fixture,
               gconstpointer  kind)
{
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (fixture->served_endpoint);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  Leaver leaver;
  GMutex gate;

  /* The proxy gets the values of the properties first. */
  dbus_fixture_load (fixture);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  dbus_fixture_invoke (fixture, export_four);
  hold_service (fixture, proxy, &gate);
  for (guint i = 0; i < 2; i++)
    {
      leaver_init (&leaver, fixture);
      for (guint j = 0; j < 4; j++)
        send_note (leaver.connection, DBUS_NAME, 4 * i + j);
      leaver_leave (&leaver, fixture);
      settle (fixture);
    }

  /* The first client had three places of four. Clients that have left may use two, so that its first call was cancelled, and
   * the next one had two of the other places: two more calls were cancelled when that had left.
   */
  release_service (fixture, &gate, "[4, 5]");
  reply = dbus_fixture_call (fixture, "org.example.Wire", "GetNotes", NULL, &error);
  g_assert_no_error (error);
}

static void
send_hold (GDBusConnection *connection)
{
  send_plain (connection, DBUS_NAME, "org.example.Wire", "Hold", NULL, G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED);
}

/* Clients that have left do not use up the places, although the service does not answer their calls. */
static void
test_hanging (DBusFixture   *fixture,
              gconstpointer  kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (NorpcCall) held = NULL;
  g_autoptr (GPtrArray) of_first = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  g_autoptr (GError) error = NULL;
  Leaver leaver;

  dbus_fixture_load (fixture);
  dbus_fixture_invoke (fixture, dbus_fixture_unexport);
  dbus_fixture_invoke (fixture, export_four);
  send_hold (fixture->used);
  held = wire_state_wait_held (fixture->state);
  for (guint i = 0; i < 5; i++)
    {
      leaver_init (&leaver, fixture);
      for (guint j = 0; j < 4; j++)
        send_hold (leaver.connection);
      while (i == 0 && of_first->len < 3)
        g_ptr_array_add (of_first, wire_state_wait_held (fixture->state));
      leaver_leave (&leaver, fixture);
      settle (fixture);
    }

  reply = dbus_fixture_call (fixture, "org.example.Wire", "GetNotes", NULL, &error);
  g_assert_no_error (error);

  /* The first client had three places, and each later one the one that was free. The client of the oldest call is there. */
  wire_state_wait_cancelled (fixture->state, of_first->len);
  g_assert_false (norpc_call_is_cancelled (held));
  norpc_call_return_variant (held, g_variant_new ("(u)", 1));
}

static void
add_test_on_bus (const char *name,
                 void      (*func) (DBusFixture   *fixture,
                                    gconstpointer  kind))
{
  g_test_add (name, DBusFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_fixture_set_up, func, dbus_fixture_tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_test_on_bus ("/dbus-leaving/unknown", test_unknown);
  add_test_on_bus ("/dbus-leaving/unwanted-reply", test_unwanted_reply);
  dbus_add_tests ("/dbus-leaving/known", test_known);
  add_test_on_bus ("/dbus-leaving/capacity", test_capacity);
  add_test_on_bus ("/dbus-leaving/hanging", test_hanging);

  return g_test_run ();
}
