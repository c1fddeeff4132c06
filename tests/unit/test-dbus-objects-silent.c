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

/* A process without norpc-glib that keeps calls of its object. */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  GAsyncQueue     *calls;      /* (owned): of owned GDBusMessage */
} Client;

static void
answer (GDBusConnection *connection,
        GDBusMessage    *call,
        GVariant        *body)
{
  g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (call);

  if (body != NULL)
    g_dbus_message_set_body (reply, body);
  g_dbus_connection_send_message (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
}

/* Runs in GDBus's thread. A property can be set, but the call that reads it afterwards is kept. A stream is opened, but the
 * call that waits for its end is kept.
 */
static GDBusMessage *
keep_call (GDBusConnection *connection,
           GDBusMessage    *message,
           gboolean         incoming,
           gpointer         calls)
{
  static const char * const kept[] = { "Hold", "Get", "Wait", NULL };
  static const char * const answered[] = { "Set", "Credit", "Count", "Give", NULL };
  const char *member = g_dbus_message_get_member (message);

  if (incoming && member != NULL && g_strv_contains (kept, member))
    {
      g_async_queue_push (calls, message);
      return NULL;
    }
  if (incoming && member != NULL && g_strv_contains (answered, member))
    {
      g_autofree char *path = g_strdup_printf ("/silent/%u", g_dbus_message_get_serial (message));
      const char * const given[] = { path };
      GVariant *body = NULL;

      if (g_str_equal (member, "Count"))
        body = g_variant_new ("(o)", path);
      else if (g_str_equal (member, "Give"))
        body = g_variant_new ("(@ao)", g_variant_new_objv (given, 1));
      answer (connection, message, body);
      g_clear_object (&message);
    }

  return message;
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

/* A call of the service to the object of the client. Its functions run in the context of the service, except the last. */
typedef struct
{
  void     (*begin)  (NodeNodeProxy        *taken,
                      GCancellable         *cancellable,
                      GAsyncReadyCallback   callback,
                      gpointer              data);
  gboolean (*finish) (gpointer              source,
                      GAsyncResult         *result,
                      GError              **error);
} AttemptKind;

static gboolean
finish_hold (gpointer       taken,
             GAsyncResult  *result,
             GError       **error)
{
  return node_node_proxy_call_hold_finish (taken, result, error);
}

static const AttemptKind holds = { node_node_proxy_call_hold, finish_hold };

static void
begin_set (NodeNodeProxy       *taken,
           GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             data)
{
  node_node_proxy_set_number_async (taken, 1, cancellable, callback, data);
}

static gboolean
finish_set (gpointer       taken,
            GAsyncResult  *result,
            GError       **error)
{
  return node_node_proxy_set_number_finish (taken, result, error);
}

static const AttemptKind sets = { begin_set, finish_set };

static void
begin_count (NodeNodeProxy       *taken,
             GCancellable        *cancellable,
             GAsyncReadyCallback  callback,
             gpointer             data)
{
  g_autoptr (NodeNodeCountStream) stream = node_node_proxy_open_count (taken, 1, cancellable);

  node_node_count_stream_outcome_async (stream, NULL, callback, data);
}

static gboolean
finish_count (gpointer       stream,
              GAsyncResult  *result,
              GError       **error)
{
  guint last;

  return node_node_count_stream_outcome_finish (stream, result, &last, error);
}

static const AttemptKind counts = { begin_count, finish_count };

typedef struct
{
  const AttemptKind *kind;
  GCancellable      *cancellable; /* (owned) */
  GAsyncResult      *result;      /* (owned) (nullable), atomic */
} Attempt;

static void
attempted_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      attempt)
{
  g_atomic_pointer_set (&((Attempt *) attempt)->result, g_object_ref (result));
}

/* Runs in the context of the service. */
static void
begin_attempt (NodeService *service,
               gpointer     data)
{
  Attempt *self = data;

  self->kind->begin (NODE_NODE_PROXY (service->taken), self->cancellable, attempted_cb, self);
}

/* Has the service call the object of the client, and cancel the call if it has been sent (owned) (nullable). Returns the
 * code of the error, or 0 if it was cancelled.
 */
static int
attempt_kind (DBusNodeFixture    *fixture,
              Client             *client,
              const AttemptKind  *kind,
              GDBusMessage      **call)
{
  Attempt self = { kind, g_cancellable_new (), NULL };
  g_autoptr (GObject) source = NULL;
  g_autoptr (GError) error = NULL;

  *call = NULL;
  run_in (fixture->local, fixture->state, begin_attempt, &self);
  while (*call == NULL && g_atomic_pointer_get (&self.result) == NULL)
    *call = g_async_queue_timeout_pop (client->calls, 1000);
  if (*call != NULL)
    g_cancellable_cancel (self.cancellable);
  while (g_atomic_pointer_get (&self.result) == NULL)
    g_usleep (100);

  source = g_async_result_get_source_object (self.result);
  g_assert_false (kind->finish (source, self.result, &error));
  g_object_unref (self.result);
  g_object_unref (self.cancellable);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_assert_nonnull (*call);
      return 0;
    }

  g_assert_null (*call);
  g_assert_cmpint (error->domain, ==, NORPC_ERROR);
  g_assert_nonnull (strstr (error->message, " was rejected: too many calls"));

  return error->code;
}

static int
attempt (DBusNodeFixture  *fixture,
         Client           *client,
         GDBusMessage    **call)
{
  return attempt_kind (fixture, client, &holds, call);
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

/* Runs in the context of the service, which has the object that the one of the client gives afterwards. */
static void
take_given (NodeService *service,
            gpointer     data)
{
  NodeNode *given = NULL;
  g_autoptr (GError) error = NULL;

  node_node_proxy_call_give_sync (NODE_NODE_PROXY (service->taken), &given, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (service->taken);
  service->taken = given;
}

/* An object that the object of a client has returned is that of the client, too. */
static void
test_returned (DBusNodeFixture *fixture,
               gconstpointer    kind)
{
  Client client;

  client_init (&client, fixture);
  run_in (fixture->local, fixture->state, take_given, NULL);
  g_object_unref (exhaust (fixture, &client));
  assert_exhausted (fixture, &client);

  run_in (fixture->local, fixture->state, drop_taken, NULL);
  client_clear (&client);
}

static void
held_cb (GObject      *node,
         GAsyncResult *result,
         gpointer      n_ended)
{
  g_assert_false (node_node_proxy_call_hold_finish (NODE_NODE_PROXY (node), result, NULL));
  ++*(guint *) n_ended;
}

static void
noted_cb (GObject      *node,
          GAsyncResult *result,
          gpointer      n_ended)
{
  g_autoptr (GError) error = NULL;

  node_node_proxy_call_note_finish (NODE_NODE_PROXY (node), result, &error);
  g_assert_no_error (error);
  ++*(guint *) n_ended;
}

/* A client trusts its service: as many calls of the objects that this has returned may be cancelled as those of the service
 * itself.
 */
static void
test_service (DBusNodeFixture *fixture,
              gconstpointer    kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);
  guint n_ended = 0;

  /* The service answers none of them before the last call is sent. */
  dbus_node_fixture_pause (fixture);
  for (int i = 0; i < MAX_OF_ALL; i++)
    node_node_proxy_call_hold (NODE_NODE_PROXY (node), cancellable, held_cb, &n_ended);
  dbus_thread_block ();
  dbus_thread_unblock ();
  g_cancellable_cancel (cancellable);
  while (n_ended < MAX_OF_ALL)
    g_main_context_iteration (NULL, TRUE);

  node_node_proxy_call_note (NODE_NODE_PROXY (node), 1, NULL, noted_cb, &n_ended);
  dbus_thread_block ();
  dbus_thread_unblock ();
  dbus_node_fixture_resume (fixture);
  while (n_ended == MAX_OF_ALL)
    g_main_context_iteration (NULL, TRUE);
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

/* The service waits for an answer to another message than that of the call when it is cancelled. */
static void
test_later (DBusNodeFixture   *fixture,
            const AttemptKind *kind,
            GVariant          *body)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (body);
  Client client;
  GDBusMessage *call;
  int n;

  client_init (&client, fixture);
  for (int i = 0; i < 2 * MAX_OF_CLIENT; i++)
    {
      g_assert_cmpint (attempt_kind (fixture, &client, kind, &call), ==, 0);
      answer (client.connection, call, body);
      g_object_unref (call);
    }

  /* Without answers, there are no more of them than others. Some of the last answers may still be on their way. */
  for (n = 0; n <= MAX_OF_CLIENT && attempt_kind (fixture, &client, kind, &call) == 0; n++)
    g_object_unref (call);
  g_assert_cmpint (n, <=, MAX_OF_CLIENT);

  run_in (fixture->local, fixture->state, drop_taken, NULL);
  client_clear (&client);
}

static void
test_set (DBusNodeFixture *fixture,
          gconstpointer    kind)
{
  test_later (fixture, &sets, g_variant_new_parsed ("(<uint32 1>,)"));
}

static void
test_stream (DBusNodeFixture *fixture,
             gconstpointer    kind)
{
  test_later (fixture, &counts, g_variant_new ("()"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/dbus/objects/silent/one", DBusNodeFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_node_fixture_set_up, test_one,
              dbus_node_fixture_tear_down);
  g_test_add ("/dbus/objects/silent/returned", DBusNodeFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_node_fixture_set_up,
              test_returned, dbus_node_fixture_tear_down);
  g_test_add ("/dbus/objects/silent/service", DBusNodeFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_node_fixture_set_up,
              test_service, dbus_node_fixture_tear_down);
  g_test_add ("/dbus/objects/silent/several", DBusNodeFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_node_fixture_set_up,
              test_several, dbus_node_fixture_tear_down);
  g_test_add ("/dbus/objects/silent/set", DBusNodeFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_node_fixture_set_up, test_set,
              dbus_node_fixture_tear_down);
  g_test_add ("/dbus/objects/silent/stream", DBusNodeFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_node_fixture_set_up,
              test_stream, dbus_node_fixture_tear_down);

  return g_test_run ();
}
