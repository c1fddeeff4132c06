/* test-dbus-objects-life.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How long an object lives that clients of other processes have, and who may call it. */

#include "dbus-node-fixture.h"
#include "log.h"
#include "remote/norpc-dbus-objects-private.h"

#define CALLS "org.norpc.Calls1"

static void
assert_works (NodeNode *node)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (node), 1, NULL, &error));
  g_assert_no_error (error);
}

/* Reads a counter of a node that must not have changed by what was sent before. */
static guint
get_n_stopped (DBusNodeFixture *fixture)
{
  guint n;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  dbus_node_fixture_sync (fixture);
  g_mutex_lock (&fixture->given_state->lock);
  n = fixture->given_state->n_stopped;
  g_mutex_unlock (&fixture->given_state->lock);

  return n;
}

/* The object stops when the client has released its proxy, and not before, however often it has arrived. */
static void
test_released (DBusNodeFixture *fixture,
               gconstpointer    kind)
{
  g_autoptr (NodeNode) node = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  node = dbus_node_fixture_give (fixture);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (NodeNode) again = dbus_node_fixture_give (fixture);

      g_assert_true (again == node);
    }
  run_in (fixture->local, fixture->state, clear_given, NULL);
  assert_works (node);
  g_assert_cmpuint (get_n_stopped (fixture), ==, 0);
  path = g_strdup (dbus_node_get_path (node));
  g_clear_object (&node);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
  g_assert_true (fixture->given_state->stopped_in == get_thread_of (fixture->local, fixture->state));

  g_assert_null (dbus_node_call (fixture->link.used, fixture, path, "org.example.Node", "Run", NULL, &error));
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT);
}

/* A client that makes synchronous calls only does not run its context: what waits there for a proxy that it has released
 * keeps no object.
 */
static void
test_released_without_loop (DBusNodeFixture *fixture,
                            gconstpointer    kind)
{
  gint64 end = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  for (guint i = 0; i < 10; i++)
    {
      NodeNode *node;

      run_in (fixture->local, fixture->state, set_given, fixture->given_state);
      node = dbus_node_fixture_open (fixture);
      /* The values of the proxy have arrived, or will arrive later. */
      if (i % 2 == 0)
        assert_works (node);
      g_object_unref (node);
    }

  g_mutex_lock (&fixture->given_state->lock);
  while (fixture->given_state->n_stopped < fixture->given_state->n_started ||
         fixture->given_state->n_started == 0)
    if (!g_cond_wait_until (&fixture->given_state->changed, &fixture->given_state->lock, end))
      break;
  g_assert_cmpuint (fixture->given_state->n_stopped, ==, fixture->given_state->n_started);
  g_mutex_unlock (&fixture->given_state->lock);
}

/* An object that fails to start is closed for its clients, as in the process. */
static void
test_failed (DBusNodeFixture *fixture,
             gconstpointer    kind)
{
  g_autoptr (NodeNode) node = NULL;

  fixture->given_state->fails = TRUE;
  node = dbus_node_fixture_open (fixture);
  while (norpc_proxy_is_connected (NORPC_PROXY (node)))
    g_main_context_iteration (NULL, TRUE);
  assert_closed (node);
}

/* The object stops when the context of its last proxy is freed, whoever still has the proxy. */
static void
test_client_context (DBusNodeFixture *fixture,
                     gconstpointer    kind)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (NodeNode) other = NULL;

  g_main_context_push_thread_default (context);
  node = dbus_node_fixture_open (fixture);
  g_main_context_pop_thread_default (context);
  assert_works (node);
  g_assert_cmpuint (get_n_stopped (fixture), ==, 0);
  g_clear_pointer (&context, g_main_context_unref);

  dbus_node_wait (fixture->given_state, &fixture->given_state->n_finalized, 1);
  g_assert_cmpuint (get_n_stopped (fixture), ==, 1);
  assert_closed (node);

  other = dbus_node_fixture_open (fixture);
  assert_works (other);
}

typedef struct
{
  NodeNode     *node;    /* (owned) */
  GMainContext *context; /* (owned) */
} Leaked;

/* Runs in the service's context. */
static void
leak_taken (NodeService *self,
            gpointer     data)
{
  Leaked *leaked = data;

  leaked->node = g_object_ref (self->taken);
  leaked->context = g_main_context_ref_thread_default ();
}

/* The same when the thread ends, whose context is still there. */
static void
test_client_thread (DBusNodeFixture *fixture,
                    gconstpointer    kind)
{
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);
  NodeFixture other = { NULL };
  Leaked leaked = { NULL, NULL };
  g_autoptr (GError) error = NULL;

  node_fixture_set_up (&other, NULL);
  g_assert_true (node_node_proxy_call_take_sync (other.proxy, node, NULL, &error));
  g_assert_no_error (error);
  run_in (other.proxy, other.state, leak_taken, &leaked);
  g_clear_object (&node);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_works (leaked.node);
  g_assert_cmpuint (get_n_stopped (fixture), ==, 0);

  node_fixture_tear_down (&other, NULL);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_finalized, 1);
  g_assert_cmpuint (get_n_stopped (fixture), ==, 1);
  assert_closed (leaked.node);
  g_object_unref (leaked.node);
  g_main_context_unref (leaked.context);
}

/* Counts the replies that GDBus has got, whether the thread of D-Bus endpoints handles them or not. */
static int n_replies; /* atomic */

static GDBusMessage *
count_replies (GDBusConnection *connection,
               GDBusMessage    *message,
               gboolean         incoming,
               gpointer         data)
{
  if (incoming && g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN)
    g_atomic_int_inc (&n_replies);

  return message;
}

/* Sends a call of Give, whose reply arrives and is not handled until dbus_thread_unblock (). */
static void
send_give (DBusNodeFixture *fixture,
           GCancellable    *cancellable,
           NodeOutcome     *outcome)
{
  g_atomic_int_set (&n_replies, 0);
  g_dbus_connection_add_filter (fixture->link.used, count_replies, NULL, NULL);
  node_node_proxy_call_give (fixture->proxy, cancellable, node_outcome_cb, outcome);
  dbus_thread_block ();
}

static void
await_reply (void)
{
  while (g_atomic_int_get (&n_replies) == 0)
    g_usleep (100);
}

/* The object is sent again while the client's message that it has released @node (owned) is on its way. */
static void
release_while_sent_again (DBusNodeFixture *fixture,
                          NodeNode        *node)
{
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;

  assert_works (node);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  dbus_node_fixture_sync (fixture);
  send_give (fixture, NULL, &outcome);
  await_reply ();
  g_clear_object (&node);
  dbus_thread_unblock ();

  node_outcome_wait (&outcome);
  g_assert_true (node_node_proxy_call_give_finish (fixture->proxy, outcome.result, &node, &error));
  g_assert_no_error (error);
  run_in (fixture->local, fixture->state, clear_given, NULL);
  g_assert_cmpuint (get_n_stopped (fixture), ==, 0);
  assert_works (node);
  g_clear_object (&node);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
}

/* The client cancels the call before it sees the answer of the service: the object that is on its way stops. */
static void
test_dropped_on_its_way (DBusNodeFixture *fixture,
                         gconstpointer    kind)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;
  NodeNode *node = NULL;

  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  dbus_node_fixture_sync (fixture);
  dbus_node_fixture_pause (fixture);
  send_give (fixture, cancellable, &outcome);
  g_cancellable_cancel (cancellable);
  node_outcome_wait (&outcome);
  g_assert_false (node_node_proxy_call_give_finish (fixture->proxy, outcome.result, &node, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  dbus_node_fixture_resume (fixture);
  await_reply ();
  run_in (fixture->local, fixture->state, clear_given, NULL);
  g_assert_cmpuint (fixture->given_state->n_finalized, ==, 0);

  dbus_thread_unblock ();
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_finalized, 1);
}

/* The client is killed, or leaves. */
static void
test_left (DBusNodeFixture *fixture,
           gconstpointer    kind)
{
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);
  g_autoptr (GError) error = NULL;

  assert_works (node);
  dbus_node_fixture_leave (fixture);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
  g_assert_false (node_node_proxy_call_note_sync (NODE_NODE_PROXY (node), 1, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

/* A client leaves before anything of its call is handled. */
static void
test_left_before (DBusNodeFixture *fixture,
                  gconstpointer    kind)
{
  g_autoptr (GDBusConnection) other = NULL;
  g_autoptr (GDBusMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (fixture->link.kind == DBUS_TO_PEER)
    return;

  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  dbus_node_fixture_sync (fixture);
  dbus_node_fixture_pause (fixture);
  other = dbus_connect_to_bus (fixture->link.bus);
  message = g_dbus_message_new_method_call (DBUS_NODE_NAME, DBUS_NODE_PATH, "org.example.Node", "Give");
  g_dbus_connection_send_message (other, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_flush_sync (other, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_close_sync (other, NULL, NULL);
  while (!g_main_context_pending (fixture->context))
    g_usleep (100);
  dbus_node_fixture_resume (fixture);
  dbus_node_fixture_sync (fixture);
  dbus_node_fixture_sync (fixture);
  run_in (fixture->local, fixture->state, clear_given, NULL);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_finalized, 1);
}

static void
close_given (NodeService *self,
             gpointer     data)
{
  norpc_object_close (G_OBJECT (self->given));
}

/* The owner closes the object, and a call that is on its way fails. */
static void
test_closed_by_owner (DBusNodeFixture *fixture,
                      gconstpointer    kind)
{
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (NodeNode) next = NULL;

  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  node = dbus_node_fixture_give (fixture);
  assert_works (node);
  run_in (fixture->local, fixture->state, close_given, NULL);
  node_iterate_until (!norpc_proxy_is_connected (NORPC_PROXY (node)));
  assert_closed (node);

  /* It is passed on again, as another object for others. */
  next = dbus_node_fixture_give (fixture);
  g_assert_true (next != node);
  assert_works (next);
  run_in (fixture->local, fixture->state, clear_given, NULL);
}

/* The export ends. */
static void
test_unexported (DBusNodeFixture *fixture,
                 gconstpointer    kind)
{
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);

  assert_works (node);
  dbus_node_fixture_unexport (fixture);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
  node_iterate_until (!norpc_proxy_is_connected (NORPC_PROXY (node)));
  assert_closed (node);
}

/* Only the client that has the object may call it. */
static void
test_other_client (DBusNodeFixture *fixture,
                   gconstpointer    kind)
{
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);
  g_autoptr (GDBusConnection) other = NULL;
  static const char * const notes[] = { "Release", "Follow", "Cancel" };

  if (fixture->link.kind == DBUS_TO_PEER)
    return;

  other = dbus_connect_to_bus (fixture->link.bus);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (dbus_node_call (other, fixture, dbus_node_get_path (node), CALLS, notes[i],
                                     g_variant_new ("(u)", 1), &error));
      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT);
    }
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (dbus_node_call (other, fixture, dbus_node_get_path (node),
                                     i == 0 ? "org.example.Node" : "org.freedesktop.DBus.Properties",
                                     i == 0 ? "Run" : "GetAll",
                                     i == 0 ? NULL : g_variant_new ("(s)", "org.example.Node"), &error));
      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT);
    }
  g_dbus_connection_close_sync (other, NULL, NULL);
  assert_works (node);
  g_assert_cmpuint (get_n_stopped (fixture), ==, 0);
}

static void
noted_cb (GObject      *connection,
          GAsyncResult *result,
          gpointer      n_noted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, &error);

  g_assert_no_error (error);
  ++*(guint *) n_noted;
}

/* Returns once the export has got all messages of the client: GDBus's own thread answers. */
static void
await_arrival (DBusNodeFixture *fixture,
               GDBusConnection *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    dbus_node_call (client, fixture, DBUS_NODE_PATH, "org.freedesktop.DBus.Peer", "Ping", NULL, &error);

  g_assert_no_error (error);
}

/* However many notes another client sends, there is room for those about an object that this one has, and for others. */
static void
test_flood_of_notes (DBusNodeFixture *fixture,
                     gconstpointer    kind)
{
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);
  g_autoptr (GDBusConnection) other = dbus_connect_to_bus (fixture->link.bus);
  guint n_noted = 0;

  dbus_node_fixture_pause (fixture);
  for (guint i = 0; i < 5 * NORPC_DBUS_EXPORT_DEFAULT_CAPACITY; i++)
    g_dbus_connection_call (other, DBUS_NODE_NAME, DBUS_NODE_PATH, CALLS, "Limit", g_variant_new ("(uu)", i, 1), NULL,
                            G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
  await_arrival (fixture, other);
  for (guint i = 0; i < 10; i++)
    g_dbus_connection_call (fixture->link.used, DBUS_NODE_NAME, dbus_node_get_path (node), CALLS,
                            i < 9 ? "Cancel" : "Release", g_variant_new ("(u)", 1), NULL, G_DBUS_CALL_FLAGS_NONE,
                            G_MAXINT, NULL, noted_cb, &n_noted);
  await_arrival (fixture, fixture->link.used);
  dbus_node_fixture_resume (fixture);
  node_iterate_until (n_noted == 10);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
  g_dbus_connection_close_sync (other, NULL, NULL);
}

/* Wrong counts, and paths that are not there. */
static void
test_wrong_notes (DBusNodeFixture *fixture,
                  gconstpointer    kind)
{
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);
  static const char * const paths[] = { DBUS_NODE_PATH "/objects/2", DBUS_NODE_PATH "/objects/0",
                                        DBUS_NODE_PATH "/objects/01", DBUS_NODE_PATH "/objects/x",
                                        DBUS_NODE_PATH "/objects" };
  static const guint32 numbers[] = { 0, G_MAXUINT32 };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (dbus_node_call (fixture->link.used, fixture, paths[i], CALLS, "Release", g_variant_new ("(u)", 1),
                                     &error));
      g_assert_nonnull (error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = dbus_node_call (fixture->link.used, fixture, DBUS_NODE_PATH, CALLS, "Release",
                                                   g_variant_new ("(u)", numbers[i]), &error);

      g_assert_no_error (error);
    }
  assert_works (node);

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = NULL;

      g_assert_cmpuint (get_n_stopped (fixture), ==, 0);
      reply = dbus_node_call (fixture->link.used, fixture, dbus_node_get_path (node), CALLS, "Release",
                              g_variant_new ("(u)", numbers[i]), &error);
      g_assert_no_error (error);
    }
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
}

static void
set_many (NodeService *self,
          gpointer     data)
{
  g_clear_pointer (&self->children, g_ptr_array_unref);
  self->children = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < NORPC_DBUS_MAX_OBJECTS + 1; i++)
    g_ptr_array_add (self->children, node_service_new (data));
}

static void
clear_many (NodeService *self,
            gpointer     data)
{
  g_clear_pointer (&self->children, g_ptr_array_unref);
}

/* A client cannot have any number of objects, and those of a call that fails stop. */
static void
test_too_many (DBusNodeFixture *fixture,
               gconstpointer    kind)
{
  g_autoptr (GPtrArray) nodes = NULL;
  g_autoptr (NodeLeaf) leaf = NULL;
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (GError) error = NULL;

  run_in (fixture->local, fixture->state, set_many, fixture->given_state);
  g_assert_false (node_node_proxy_call_give_all_sync (fixture->proxy, &nodes, &leaf, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "4096 objects already"));
  run_in (fixture->local, fixture->state, clear_many, NULL);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_finalized, NORPC_DBUS_MAX_OBJECTS + 1);

  node = dbus_node_fixture_open (fixture);
  assert_works (node);
}

static void
emit_many (NodeService *self,
           gpointer     data)
{
  set_many (self, data);
  node_node_emit_passed (NODE_NODE (self), NULL, self->children);
  clear_many (self, NULL);
}

static void
passed_cb (NodeNode  *proxy,
           NodeNode  *node,
           GPtrArray *nodes,
           Log       *log)
{
  log_add (log, "passed; ");
}

static void
lost_cb (NorpcProxy *proxy,
         const char *name,
         guint       n_lost,
         Log        *log)
{
  log_add (log, "lost %s %u; ", name, n_lost);
}

/* Neither does a signal bring more, and its receivers learn that they have missed it. */
static void
test_too_many_emitted (DBusNodeFixture *fixture,
                       gconstpointer    kind)
{
  g_autoptr (GError) error = NULL;
  Log log;

  log_init (&log);
  g_signal_connect (fixture->proxy, "passed", G_CALLBACK (passed_cb), &log);
  g_signal_connect (fixture->proxy, "signals-lost", G_CALLBACK (lost_cb), &log);
  norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, &error);
  g_assert_no_error (error);
  dbus_node_fixture_sync (fixture);
  g_test_expect_message ("Norpc", G_LOG_LEVEL_WARNING, "org.example.Node.Passed was not sent over D-Bus: *");
  run_in (fixture->local, fixture->state, emit_many, fixture->given_state);
  log_wait (&log, "lost passed 1; ");
  log_assert (&log, "lost passed 1; ");
  g_test_assert_expected_messages ();
  log_clear (&log);
}

static void
test_sent_again (DBusNodeFixture *fixture,
                 gconstpointer    kind)
{
  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  release_while_sent_again (fixture, dbus_node_fixture_give (fixture));
}

static void
set_given_child (NodeService *self,
                 gpointer     data)
{
  set_given (self, data);
  g_set_object (&self->child, self->given);
  g_object_notify (G_OBJECT (self), "child");
}

static void
clear_child (NodeService *self,
             gpointer     data)
{
  g_clear_object (&self->child);
  g_object_notify (G_OBJECT (self), "child");
}

/* The object was the value of a property, which is counted once. */
static void
test_value_sent_again (DBusNodeFixture *fixture,
                       gconstpointer    kind)
{
  g_autoptr (NodeNodeProxy) loaded = NULL;
  g_autoptr (GError) error = NULL;
  NodeNode *node;

  dbus_node_fixture_sync (fixture);
  run_in (fixture->local, fixture->state, set_given_child, fixture->given_state);
  loaded = node_node_proxy_new_sync (NORPC_ENDPOINT (fixture->endpoint), NULL, &error);
  g_assert_no_error (error);
  node = g_object_ref (node_node_get_child (NODE_NODE (loaded)));
  run_in (fixture->local, fixture->state, clear_child, NULL);
  node_iterate_until (node_node_get_child (NODE_NODE (loaded)) == NULL &&
                      node_node_get_child (NODE_NODE (fixture->proxy)) == NULL);
  release_while_sent_again (fixture, node);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_node_add_tests ("/dbus/objects/released", test_released);
  dbus_node_add_tests ("/dbus/objects/released-without-loop", test_released_without_loop);
  dbus_node_add_tests ("/dbus/objects/failed", test_failed);
  dbus_node_add_tests ("/dbus/objects/client-context", test_client_context);
  dbus_node_add_tests ("/dbus/objects/client-thread", test_client_thread);
  dbus_node_add_tests ("/dbus/objects/sent-again", test_sent_again);
  dbus_node_add_tests ("/dbus/objects/value-sent-again", test_value_sent_again);
  dbus_node_add_tests ("/dbus/objects/dropped-on-its-way", test_dropped_on_its_way);
  dbus_node_add_tests ("/dbus/objects/left", test_left);
  dbus_node_add_tests ("/dbus/objects/left-before", test_left_before);
  dbus_node_add_tests ("/dbus/objects/closed-by-owner", test_closed_by_owner);
  dbus_node_add_tests ("/dbus/objects/unexported", test_unexported);
  dbus_node_add_tests ("/dbus/objects/other-client", test_other_client);
  g_test_add ("/dbus/objects/flood-of-notes", DBusNodeFixture, GINT_TO_POINTER (DBUS_ON_BUS), dbus_node_fixture_set_up,
              test_flood_of_notes, dbus_node_fixture_tear_down);
  dbus_node_add_tests ("/dbus/objects/wrong-notes", test_wrong_notes);
  dbus_node_add_tests ("/dbus/objects/too-many", test_too_many);
  dbus_node_add_tests ("/dbus/objects/too-many-emitted", test_too_many_emitted);

  return g_test_run ();
}
