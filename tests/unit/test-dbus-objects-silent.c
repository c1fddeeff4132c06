/* test-dbus-objects-silent.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects of clients that do not answer: a bus permits a process only so many calls without an answer, which are not to be
 * used up by them.
 */

#include "dbus-node-fixture.h"

/* How many calls that nobody waits for may be without an answer: of one client, and of all. */
#define MAX_OF_CLIENT 16
#define MAX_OF_ALL 64

/* A process without norpc-glib that keeps the calls of its object. */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  GAsyncQueue     *calls;      /* (owned): of owned GDBusMessage */
} Client;

/* Runs in GDBus's thread. */
static GDBusMessage *
keep_call (GDBusConnection *connection,
           GDBusMessage    *message,
           gboolean         incoming,
           gpointer         calls)
{
  if (!incoming || g_strcmp0 (g_dbus_message_get_member (message), "Hold") != 0)
    return message;

  g_async_queue_push (calls, message);

  return NULL;
}

static void
unref_queue (gpointer queue)
{
  g_async_queue_unref (queue);
}

/* The service has the object of the client afterwards, and no other. */
static void
client_init (Client          *self,
             DBusNodeFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  self->connection = dbus_connect_to_bus (fixture->link.bus);
  self->calls = g_async_queue_new_full (g_object_unref);
  g_dbus_connection_add_filter (self->connection, keep_call, g_async_queue_ref (self->calls), unref_queue);
  reply = dbus_node_call (self->connection, fixture, DBUS_NODE_PATH, "org.example.Node", "Take",
                          g_variant_new_parsed ("([objectpath '/silent'],)"), &error);
  g_assert_no_error (error);
}

static void
client_clear (Client *self)
{
  if (!g_dbus_connection_is_closed (self->connection))
    g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_object_unref (self->connection);
  g_async_queue_unref (self->calls);
}

typedef struct
{
  GCancellable *cancellable; /* (owned) */
  NodeNode     *taken;       /* (unowned): while the service has it */
  GAsyncResult *result;      /* (owned) (nullable), atomic */
} Attempt;

static void
attempted_cb (GObject      *taken,
              GAsyncResult *result,
              gpointer      attempt)
{
  g_atomic_pointer_set (&((Attempt *) attempt)->result, g_object_ref (result));
}

/* Runs in the context of the service. */
static void
hold (NodeService *service,
      gpointer     data)
{
  Attempt *self = data;

  self->taken = service->taken;
  node_node_proxy_call_hold (NODE_NODE_PROXY (service->taken), self->cancellable, attempted_cb, self);
}

/* Has the service call the object of the client, and cancel the call if it has been sent (owned) (nullable). Returns the
 * code of the error, or 0 if it was cancelled.
 */
static int
attempt (DBusNodeFixture  *fixture,
         Client           *client,
         GDBusMessage    **call)
{
  Attempt self = { g_cancellable_new (), NULL, NULL };
  g_autoptr (GError) error = NULL;

  *call = NULL;
  run_in (fixture->local, fixture->state, hold, &self);
  while (*call == NULL && g_atomic_pointer_get (&self.result) == NULL)
    *call = g_async_queue_timeout_pop (client->calls, 1000);
  if (*call != NULL)
    g_cancellable_cancel (self.cancellable);
  while (g_atomic_pointer_get (&self.result) == NULL)
    g_usleep (100);

  g_assert_false (node_node_proxy_call_hold_finish (NODE_NODE_PROXY (self.taken), self.result, &error));
  g_object_unref (self.result);
  g_object_unref (self.cancellable);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_assert_nonnull (*call);
      return 0;
    }

  g_assert_null (*call);
  g_assert_cmpint (error->domain, ==, NORPC_ERROR);
  g_assert_nonnull (strstr (error->message, "org.example.Node.Hold was rejected: too many calls"));

  return error->code;
}

/* Uses up all that one client may leave without an answer. Returns the last call (owned). */
static GDBusMessage *
exhaust (DBusNodeFixture *fixture,
         Client          *client)
{
  GDBusMessage *call = NULL;

  for (int i = 0; i < MAX_OF_CLIENT; i++)
    {
      g_clear_object (&call);
      g_assert_cmpint (attempt (fixture, client, &call), ==, 0);
    }

  return call;
}

static void
assert_exhausted (DBusNodeFixture *fixture,
                  Client          *client)
{
  GDBusMessage *call;

  g_assert_cmpint (attempt (fixture, client, &call), ==, NORPC_ERROR_TIMED_OUT);
}

/* Waits until one more call is sent, and leaves it without an answer. */
static void
wait_for_room (DBusNodeFixture *fixture,
               Client          *client)
{
  GDBusMessage *call = NULL;

  while (attempt (fixture, client, &call) != 0)
    g_usleep (1000);
  g_object_unref (call);
}

static void
drop_taken (NodeService *service,
            gpointer     data)
{
  g_clear_object (&service->taken);
}

/* One client that does not answer is not called any more, but another one is. */
static void
test_one (DBusNodeFixture *fixture,
          gconstpointer    kind)
{
  Client client, other;
  g_autoptr (GDBusMessage) call = NULL;
  g_autoptr (GDBusMessage) reply = NULL;

  client_init (&client, fixture);
  call = exhaust (fixture, &client);
  assert_exhausted (fixture, &client);

  /* An answer, however late, makes room for one more. */
  reply = g_dbus_message_new_method_reply (call);
  g_dbus_connection_send_message (client.connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
  wait_for_room (fixture, &client);
  assert_exhausted (fixture, &client);

  client_init (&other, fixture);
  wait_for_room (fixture, &other);
  run_in (fixture->local, fixture->state, drop_taken, NULL);
  client_clear (&client);
  client_clear (&other);
}

/* Several clients cannot do together what one cannot, and no longer once they have left. */
static void
test_several (DBusNodeFixture *fixture,
              gconstpointer    kind)
{
  Client clients[MAX_OF_ALL / MAX_OF_CLIENT];
  Client last;

  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      client_init (&clients[i], fixture);
      g_object_unref (exhaust (fixture, &clients[i]));
    }

  /* Its properties cannot be had, either. */
  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "could not load the properties of org.example.Node: *too many calls*");
  client_init (&last, fixture);
  assert_exhausted (fixture, &last);
  g_test_assert_expected_messages ();
  client_clear (&clients[0]);
  wait_for_room (fixture, &last);

  run_in (fixture->local, fixture->state, drop_taken, NULL);
  for (guint i = 1; i < G_N_ELEMENTS (clients); i++)
    client_clear (&clients[i]);
  client_clear (&last);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/dbus/objects/silent/one", DBusNodeFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_node_fixture_set_up, test_one,
              dbus_node_fixture_tear_down);
  g_test_add ("/dbus/objects/silent/several", DBusNodeFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_node_fixture_set_up,
              test_several, dbus_node_fixture_tear_down);

  return g_test_run ();
}
