/* test-dbus-objects-passed.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects that clients pass to services of other processes. */

#include "core/norpc-value-export-private.h"
#include "dbus-node-fixture.h"
#include "remote/norpc-dbus-client-objects-private.h"
#include "remote/norpc-dbus-thread-private.h"
#include "remote/norpc-dbus-received-private.h"

/* A node of the client, in the context of the test. */
typedef struct
{
  NodeState   *state;
  NodeService *node; /* (owned) (nullable) */
} Passed;

static void
passed_init (Passed *self)
{
  self->state = node_state_new ();
  self->node = node_service_new (self->state);
}

/* Releases the node, and waits until nobody has it any more. */
static void
passed_clear (Passed *self)
{
  g_clear_object (&self->node);
  dbus_node_wait (self->state, &self->state->n_finalized, 1);
  node_state_free (self->state);
}

static void
take (DBusNodeFixture *fixture,
      NodeNode        *node)
{
  g_autoptr (GError) error = NULL;

  node_node_proxy_call_take_sync (fixture->proxy, node, NULL, &error);
  g_assert_no_error (error);
}

static void
note_on_taken (NodeService *self,
               gpointer     data)
{
  node_node_proxy_call_note (NODE_NODE_PROXY (self->taken), GPOINTER_TO_UINT (data), NULL, NULL, NULL);
}

static void
clear_taken (NodeService *self,
             gpointer     data)
{
  g_clear_object (&self->taken);
  g_clear_pointer (&self->taken_all, g_ptr_array_unref);
}

static void
find_taken (NodeService *self,
            gpointer     data)
{
  *(NodeNode **) data = self->taken;
}

/* Gets the object (unowned) that the service has taken. */
static NodeNode *
peek_taken (DBusNodeFixture *fixture)
{
  NodeNode *taken = NULL;

  run_in (fixture->local, fixture->state, find_taken, &taken);

  return taken;
}

static void
wait_noted (NodeState *state)
{
  while (g_main_context_iteration (NULL, FALSE) || state->numbers->len == 0)
    ;
}

/* The service calls the object, which runs where its owner is, and stops when the service has released it. */
static void
test_taken (DBusNodeFixture *fixture,
            gconstpointer    kind)
{
  Passed passed;

  passed_init (&passed);
  take (fixture, NODE_NODE (passed.node));
  g_assert_true (NODE_IS_NODE_PROXY (peek_taken (fixture)));
  run_in (fixture->local, fixture->state, note_on_taken, GUINT_TO_POINTER (6));
  wait_noted (passed.state);
  g_assert_cmpuint (g_array_index (passed.state->numbers, guint, 0), ==, 6);
  g_assert_true (passed.state->called_in == g_thread_self ());
  g_assert_cmpuint (passed.state->n_started, ==, 1);
  g_assert_cmpuint (passed.state->n_stopped, ==, 0);

  run_in (fixture->local, fixture->state, clear_taken, NULL);
  dbus_node_wait (passed.state, &passed.state->n_stopped, 1);
  passed_clear (&passed);
}

static void
check_given_taken (NodeService *self,
                   gpointer     data)
{
  *(gboolean *) data = self->given != NULL && self->taken == self->given;
}

/* An object that comes back is the object itself, for the service and for the client. */
static void
test_back (DBusNodeFixture *fixture,
           gconstpointer    kind)
{
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (NodeNode) echo = NULL;
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  gboolean same = FALSE;
  Passed passed;

  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  node = dbus_node_fixture_give (fixture);
  take (fixture, node);
  run_in (fixture->local, fixture->state, check_given_taken, &same);
  g_assert_true (same);
  run_in (fixture->local, fixture->state, clear_given, NULL);
  run_in (fixture->local, fixture->state, clear_taken, NULL);
  g_clear_object (&node);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);

  passed_init (&passed);
  echo = node_node_proxy_call_echo_sync (fixture->proxy, NODE_NODE (passed.node), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (echo == NODE_NODE (passed.node));
  g_clear_object (&echo);
  g_ptr_array_add (nodes, passed.node);
  g_ptr_array_add (nodes, passed.node);
  node_node_proxy_call_take_all_sync (fixture->proxy, nodes, NULL, &error);
  g_assert_no_error (error);
  run_in (fixture->local, fixture->state, clear_taken, NULL);
  passed_clear (&passed);
}

/* The value of a property that the client sets. */
static void
test_property (DBusNodeFixture *fixture,
               gconstpointer    kind)
{
  g_autoptr (GError) error = NULL;
  Passed passed;

  passed_init (&passed);
  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, &error));
  g_assert_no_error (error);
  node_node_proxy_set_child_sync (fixture->proxy, NODE_NODE (passed.node), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (node_node_get_child (NODE_NODE (fixture->proxy)) == NODE_NODE (passed.node));
  node_node_proxy_set_child_sync (fixture->proxy, NULL, NULL, &error);
  g_assert_no_error (error);
  node_iterate_until (node_node_get_child (NODE_NODE (fixture->proxy)) == NULL);
  passed_clear (&passed);
}

/* The service leaves, or is killed. */
static void
test_service_left (DBusNodeFixture *fixture,
                   gconstpointer    kind)
{
  g_autoptr (GError) error = NULL;
  Passed passed;

  passed_init (&passed);
  take (fixture, NODE_NODE (passed.node));
  g_dbus_connection_close_sync (fixture->link.served, NULL, &error);
  g_assert_no_error (error);
  passed_clear (&passed);
}

/* A message that the export rejects before it looks at it had the object. */
static void
test_rejected (DBusNodeFixture *fixture,
               gconstpointer    kind)
{
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;
  Passed passed;

  dbus_node_fixture_sync (fixture);
  passed_init (&passed);
  dbus_node_fixture_pause (fixture);
  node_node_proxy_call_take (fixture->proxy, NODE_NODE (passed.node), NULL, node_outcome_cb, &outcome);
  dbus_thread_block ();
  dbus_thread_unblock ();
  while (!g_main_context_pending (fixture->context))
    g_usleep (100);
  dbus_node_fixture_unexport (fixture);
  node_outcome_wait (&outcome);
  g_assert_false (node_node_proxy_call_take_finish (fixture->proxy, outcome.result, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  passed_clear (&passed);
  dbus_node_fixture_resume (fixture);
}

/* Runs in the context of the service. */
static void
held_cb (GObject      *taken,
         GAsyncResult *result,
         gpointer      held)
{
  g_atomic_pointer_set ((GAsyncResult **) held, g_object_ref (result));
}

/* @data is where the result (owned) goes. */
static void
hold_on_taken (NodeService *self,
               gpointer     data)
{
  node_node_proxy_call_hold (NODE_NODE_PROXY (self->taken), NULL, held_cb, data);
}

/* The owner closes the object: calls of the service fail. */
static void
test_closed_by_owner (DBusNodeFixture *fixture,
                      gconstpointer    kind)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  NodeNode *taken;
  Passed passed;

  passed_init (&passed);
  take (fixture, NODE_NODE (passed.node));
  taken = peek_taken (fixture);
  run_in (fixture->local, fixture->state, note_on_taken, GUINT_TO_POINTER (6));
  wait_noted (passed.state);
  norpc_object_close (G_OBJECT (passed.node));
  dbus_node_wait (passed.state, &passed.state->n_stopped, 1);
  while (norpc_proxy_is_connected (NORPC_PROXY (taken)))
    g_usleep (100);
  run_in (fixture->local, fixture->state, hold_on_taken, &result);
  while (g_atomic_pointer_get (&result) == NULL)
    g_usleep (100);
  g_assert_false (node_node_proxy_call_hold_finish (NODE_NODE_PROXY (taken), result, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  run_in (fixture->local, fixture->state, clear_taken, NULL);
  g_clear_object (&result);
  passed_clear (&passed);
}

/* Only the service that has got the object may call it, and no object is found at a path that never was one. */
static void
test_others (DBusNodeFixture *fixture,
             gconstpointer    kind)
{
  g_autoptr (GDBusConnection) other = NULL;
  g_autofree char *path = NULL;
  Passed passed;

  if (fixture->link.kind == DBUS_TO_PEER)
    return;

  passed_init (&passed);
  take (fixture, NODE_NODE (passed.node));
  path = g_strdup (dbus_node_get_path (peek_taken (fixture)));
  other = dbus_connect_to_bus (fixture->link.bus);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply =
        g_dbus_connection_call_sync (other, g_dbus_connection_get_unique_name (fixture->link.used),
                                     i == 0 ? path : "/org/norpc/clients/x/objects/1", "org.example.Node", "Note",
                                     g_variant_new ("(u)", 1), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT);
    }
  g_assert_cmpuint (passed.state->numbers->len, ==, 0);
  run_in (fixture->local, fixture->state, clear_taken, NULL);
  passed_clear (&passed);
}

/* An object of one process that another passes on to a third: the calls go through the second. */
static void
test_third (DBusNodeFixture *fixture,
            gconstpointer    kind)
{
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);
  DBusNodeFixture next = { .context = NULL };

  dbus_node_fixture_set_up (&next, kind);
  take (&next, node);
  run_in (next.local, next.state, note_on_taken, GUINT_TO_POINTER (8));
  wait_noted (fixture->given_state);
  g_assert_cmpuint (g_array_index (fixture->given_state->numbers, guint, 0), ==, 8);
  g_clear_object (&node);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  dbus_node_fixture_sync (fixture);
  g_assert_cmpuint (fixture->given_state->n_stopped, ==, 0);
  run_in (next.local, next.state, clear_taken, NULL);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
  dbus_node_fixture_tear_down (&next, kind);
}

/* The messages to a client about the objects in one that was rejected. */
typedef struct
{
  int n_messages; /* atomic */
  int n_released; /* atomic */
} Releases;

/* Runs in GDBus's thread. */
static GDBusMessage *
count_releases (GDBusConnection *connection,
                GDBusMessage    *message,
                gboolean         incoming,
                gpointer         data)
{
  Releases *releases = data;
  guint n;

  if (!incoming || g_strcmp0 (g_dbus_message_get_member (message), "Release") != 0)
    return message;

  g_variant_get (g_dbus_message_get_body (message), "(u)", &n);
  g_atomic_int_inc (&releases->n_messages);
  g_atomic_int_add (&releases->n_released, (int) n);

  return message;
}

static void
assert_rejected_releases (DBusNodeFixture *fixture,
                          guint            n_paths,
                          guint            n_times,
                          guint            n_messages)
{
  Releases releases = { 0 };
  guint id = g_dbus_connection_add_filter (fixture->link.used, count_releases, &releases, NULL);
  g_autoptr (GError) error = NULL;
  GVariantBuilder paths;

  g_variant_builder_init (&paths, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  for (guint i = 0; i < n_paths * n_times; i++)
    {
      g_autofree char *path = g_strdup_printf ("/org/norpc/clients/x/objects/%u", i % n_paths);

      g_variant_builder_add (&paths, "o", path);
    }
  g_assert_null (dbus_node_call (fixture->link.used, fixture, DBUS_NODE_PATH, "org.example.Node", "Note",
                                 g_variant_new ("(ao)", &paths), &error));
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);

  /* The messages are in order. */
  dbus_node_fixture_sync (fixture);
  g_assert_cmpint (g_atomic_int_get (&releases.n_messages), ==, (int) n_messages);
  g_assert_cmpint (g_atomic_int_get (&releases.n_released), ==, (int) (n_messages * n_times));
  g_dbus_connection_remove_filter (fixture->link.used, id);
}

/* A client hears once of each path in a message that was rejected, and not of more than it can have. */
static void
test_many_rejected (DBusNodeFixture *fixture,
                    gconstpointer    kind)
{
  assert_rejected_releases (fixture, 1, 1, 1);
  assert_rejected_releases (fixture, 3, 100, 3);
  assert_rejected_releases (fixture, 5000, 2, 4096);
}

/* A path that a process without norpc-glib passes is an object there. */
static void
test_plain_client (DBusNodeFixture *fixture,
                   gconstpointer    kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = dbus_node_call (fixture->link.used, fixture, DBUS_NODE_PATH, "org.example.Node", "Take",
                                               g_variant_new_parsed ("([objectpath '/nobody'],)"), &error);
  g_autoptr (GAsyncResult) result = NULL;
  NodeNode *taken;

  g_assert_no_error (error);
  taken = peek_taken (fixture);
  g_assert_cmpstr (dbus_node_get_path (taken), ==, "/nobody");
  run_in (fixture->local, fixture->state, hold_on_taken, &result);
  while (g_atomic_pointer_get (&result) == NULL)
    g_usleep (100);
  g_assert_false (node_node_proxy_call_hold_finish (NODE_NODE_PROXY (taken), result, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  run_in (fixture->local, fixture->state, clear_taken, NULL);
}

static GVariant *
new_paths (const char *begin,
           guint       n)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("(ao)"));
  g_variant_builder_open (&builder, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s%u", begin, i);

      g_variant_builder_add (&builder, "o", path);
    }
  g_variant_builder_close (&builder);

  return g_variant_builder_end (&builder);
}

/* A process cannot have another one keep any number of objects. */
static void
test_too_many (DBusNodeFixture *fixture,
               gconstpointer    kind)
{
  static const guint numbers[] = { NORPC_DBUS_MAX_RECEIVED + 1, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = dbus_node_call (fixture->link.used, fixture, DBUS_NODE_PATH, "org.example.Node",
                                                   "TakeAll", new_paths ("/nobody/", numbers[i]), &error);

      if (numbers[i] <= NORPC_DBUS_MAX_RECEIVED)
        g_assert_no_error (error);
      else
        g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
      run_in (fixture->local, fixture->state, clear_taken, NULL);
    }
}

static void
set_leaf (NodeService *self,
          gpointer     data)
{
  set_given (self, data);
  self->children = g_ptr_array_new ();
}

static void
clear_leaf (NodeService *self,
            gpointer     data)
{
  clear_given (self, data);
  g_clear_pointer (&self->children, g_ptr_array_unref);
}

/* The path of an object of the service, as an object of another interface. */
static void
test_wrong_type (DBusNodeFixture *fixture,
                 gconstpointer    kind)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) taken = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree const char **paths = NULL;

  run_in (fixture->local, fixture->state, set_leaf, fixture->given_state);
  reply = dbus_node_call (fixture->link.used, fixture, DBUS_NODE_PATH, "org.example.Node", "GiveAll", NULL, &error);
  g_assert_no_error (error);
  run_in (fixture->local, fixture->state, clear_leaf, NULL);
  g_variant_get (reply, "(@ao^a&o)", NULL, &paths);
  taken = dbus_node_call (fixture->link.used, fixture, DBUS_NODE_PATH, "org.example.Node", "Take",
                          g_variant_new ("(^ao)", paths), &error);
  g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
  g_assert_nonnull (strstr (error->message, "is not a NodeNode"));
}

typedef struct
{
  GDBusConnection *connection;
  gpointer         handle;
  char            *problem; /* (owned) (nullable), atomic */
} Giving;

/* Runs in the thread of D-Bus endpoints. */
static void
give_late (gpointer data)
{
  Giving *self = data;
  NorpcDBusPassage passage = norpc_dbus_passage_begin (&norpc_dbus_client_passage_funcs, self->connection, NULL, TRUE);
  char *problem = NULL;

  g_assert_null (passage.funcs->give (&passage, self->handle, NODE_TYPE_NODE, &problem));
  g_atomic_pointer_set (&self->problem, problem);
}

/* A connection may be closed, and have told so, just before an object is passed over it. */
static void
test_given_late (DBusNodeFixture *fixture,
                 gconstpointer    kind)
{
  int method = norpc_interface_info_find_method (node_node_interface_info (), "Take");
  g_autoptr (GDBusConnection) connection = g_object_ref (fixture->link.used);
  GValue value = G_VALUE_INIT;
  Giving giving = { connection, NULL, NULL };
  Passed passed;

  passed_init (&passed);
  g_value_init (&value, NODE_TYPE_NODE);
  g_value_set_object (&value, passed.node);
  norpc_value_export ((const NorpcArgInfo *) node_node_interface_info ()->methods[method]->dbus.in_args[0], &value);
  giving.handle = g_value_get_object (&value);

  dbus_node_fixture_leave (fixture);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  norpc_dbus_thread_invoke (give_late, &giving);
  while (g_atomic_pointer_get (&giving.problem) == NULL)
    g_usleep (100);
  g_assert_cmpstr (giving.problem, ==, "the connection is closed");
  g_free (giving.problem);
  g_value_unset (&value);
  passed_clear (&passed);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_node_add_tests ("/dbus/objects/passed/taken", test_taken);
  dbus_node_add_tests ("/dbus/objects/passed/back", test_back);
  dbus_node_add_tests ("/dbus/objects/passed/property", test_property);
  dbus_node_add_tests ("/dbus/objects/passed/service-left", test_service_left);
  dbus_node_add_tests ("/dbus/objects/passed/rejected", test_rejected);
  dbus_node_add_tests ("/dbus/objects/passed/closed-by-owner", test_closed_by_owner);
  dbus_node_add_tests ("/dbus/objects/passed/others", test_others);
  dbus_node_add_tests ("/dbus/objects/passed/third", test_third);
  dbus_node_add_tests ("/dbus/objects/passed/many-rejected", test_many_rejected);
  dbus_node_add_tests ("/dbus/objects/passed/plain-client", test_plain_client);
  dbus_node_add_tests ("/dbus/objects/passed/too-many", test_too_many);
  dbus_node_add_tests ("/dbus/objects/passed/wrong-type", test_wrong_type);
  dbus_node_add_tests ("/dbus/objects/passed/given-late", test_given_late);

  return g_test_run ();
}
