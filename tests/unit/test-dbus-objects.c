/* test-dbus-objects.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Objects that a service gives to clients of other processes. */

#include "dbus-node-fixture.h"

/* The object is called where its owner is, and is the same proxy whenever it arrives. */
static void
test_given (DBusNodeFixture *fixture,
            gconstpointer    kind)
{
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (NodeNode) again = NULL;
  g_autoptr (GError) error = NULL;

  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  node = dbus_node_fixture_give (fixture);
  again = dbus_node_fixture_give (fixture);
  g_assert_true (node == again);
  g_assert_cmpstr (dbus_node_get_path (node), ==, DBUS_NODE_PATH "/objects/1");
  g_assert_true (norpc_proxy_is_connected (NORPC_PROXY (node)));

  g_assert_true (get_thread_of (NODE_NODE_PROXY (node), fixture->given_state) ==
                 get_thread_of (fixture->local, fixture->state));
  g_assert_cmpuint (fixture->given_state->n_started, ==, 1);
  run_in (fixture->local, fixture->state, clear_given, NULL);
}

static void
set_all (NodeService *self,
         gpointer     data)
{
  DBusNodeFixture *fixture = data;

  set_given (self, fixture->given_state);
  g_clear_pointer (&self->children, g_ptr_array_unref);
  self->children = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->children, g_object_ref (self));
  g_ptr_array_add (self->children, g_object_ref (self->given));
}

static void
clear_all (NodeService *self,
           gpointer     data)
{
  g_clear_object (&self->given);
  g_clear_pointer (&self->children, g_ptr_array_unref);
}

/* An object with two interfaces is one object. */
static void
test_forms (DBusNodeFixture *fixture,
            gconstpointer    kind)
{
  g_autoptr (NodeNode) none = dbus_node_fixture_give (fixture);
  g_autoptr (GPtrArray) nodes = NULL;
  g_autoptr (NodeLeaf) leaf = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (none);
  run_in (fixture->local, fixture->state, set_all, fixture);
  g_assert_true (node_node_proxy_call_give_all_sync (fixture->proxy, &nodes, &leaf, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (nodes->len, ==, 2);
  g_assert_cmpstr (dbus_node_get_path (nodes->pdata[1]), ==,
                   norpc_dbus_endpoint_get_object_path (
                     NORPC_DBUS_ENDPOINT (norpc_proxy_get_endpoint (NORPC_PROXY (leaf)))));
  g_assert_true (node_leaf_proxy_call_ping_sync (NODE_LEAF_PROXY (leaf), NULL, &error));
  g_assert_no_error (error);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (nodes->pdata[0]), 5, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_array_index (fixture->state->numbers, guint, 0), ==, 5);
  run_in (fixture->local, fixture->state, clear_all, NULL);
}

static void
changed_cb (NodeNode *node,
            guint     number,
            guint    *seen)
{
  *seen = number;
}

static void
set_number (NodeService *self,
            gpointer     data)
{
  self->number = GPOINTER_TO_UINT (data);
  g_object_notify (G_OBJECT (self), "number");
  node_node_emit_changed (NODE_NODE (self), self->number + 1);
}

/* The given object has its own signals and properties, in their order. */
static void
test_events_of_given (DBusNodeFixture *fixture,
                      gconstpointer    kind)
{
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);
  g_autoptr (GError) error = NULL;
  guint seen = 0;

  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (node), NULL, &error));
  g_assert_no_error (error);
  g_signal_connect (node, "changed", G_CALLBACK (changed_cb), &seen);
  node_state_set_func (fixture->given_state, set_number, GUINT_TO_POINTER (7));
  g_assert_true (node_node_proxy_call_run_sync (NODE_NODE_PROXY (node), NULL, &error));
  g_assert_no_error (error);
  node_iterate_until (seen != 0);
  g_assert_cmpuint (seen, ==, 8);
  g_assert_cmpuint (node_node_get_number (node), ==, 7);

  g_assert_true (node_node_proxy_set_number_sync (NODE_NODE_PROXY (node), 9, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (node_node_get_number (node), ==, 9);
}

static void
passed_cb (NodeNode  *node,
           NodeNode  *passed,
           GPtrArray *nodes,
           NodeNode **seen)
{
  g_set_object (seen, passed);
}

/* A signal with an object reaches a client that has not called anything. */
static void
test_in_signal (DBusNodeFixture *fixture,
                gconstpointer    kind)
{
  g_autoptr (NodeNode) seen = NULL;
  g_autoptr (NodeNode) given = NULL;
  g_autoptr (GError) error = NULL;

  g_signal_connect (fixture->proxy, "passed", G_CALLBACK (passed_cb), &seen);
  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  given = dbus_node_fixture_give (fixture);
  run_in (fixture->local, fixture->state, emit_given, NULL);
  node_iterate_until (seen != NULL);
  g_assert_true (seen == given);
  g_clear_object (&given);
  run_in (fixture->local, fixture->state, clear_given, NULL);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (seen), 3, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->given_state->n_stopped, ==, 0);

  /* Once the proxy has gone, signals are not sent any more. */
  g_clear_object (&fixture->proxy);
  g_clear_object (&seen);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
}

static void
set_child (NodeService *self,
           gpointer     data)
{
  g_clear_object (&self->child);
  if (data != NULL)
    self->child = NODE_NODE (node_service_new (data));
  g_object_notify (G_OBJECT (self), "child");
}

/* A property whose value is an object. */
static void
test_in_property (DBusNodeFixture *fixture,
                  gconstpointer    kind)
{
  g_autoptr (NodeNode) child = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (norpc_proxy_load_sync (NORPC_PROXY (fixture->proxy), NULL, &error));
  g_assert_no_error (error);
  g_assert_null (node_node_get_child (NODE_NODE (fixture->proxy)));
  run_in (fixture->local, fixture->state, set_child, fixture->given_state);
  node_iterate_until (node_node_get_child (NODE_NODE (fixture->proxy)) != NULL);
  child = g_object_ref (node_node_get_child (NODE_NODE (fixture->proxy)));
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (child), 3, NULL, &error));
  g_assert_no_error (error);

  /* The client keeps the value that the service has replaced. */
  run_in (fixture->local, fixture->state, set_child, NULL);
  node_iterate_until (node_node_get_child (NODE_NODE (fixture->proxy)) == NULL);
  g_assert_true (node_node_proxy_call_note_sync (NODE_NODE_PROXY (child), 4, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->given_state->n_stopped, ==, 0);
  g_clear_object (&child);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
}

/* The description names the interface, and the object has one, too. */
static void
test_introspection (DBusNodeFixture *fixture,
                    gconstpointer    kind)
{
  g_autoptr (NodeNode) node = dbus_node_fixture_open (fixture);
  const char *paths[] = { DBUS_NODE_PATH, dbus_node_get_path (node) };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) reply = dbus_node_call (fixture->link.used, fixture, paths[i],
                                                   "org.freedesktop.DBus.Introspectable", "Introspect", NULL, &error);
      const char *xml;
      g_autoptr (GDBusNodeInfo) info = NULL;
      GDBusMethodInfo *method;

      g_assert_no_error (error);
      g_variant_get (reply, "(&s)", &xml);
      info = g_dbus_node_info_new_for_xml (xml, &error);
      g_assert_no_error (error);
      method = g_dbus_interface_info_lookup_method (g_dbus_node_info_lookup_interface (info, "org.example.Node"),
                                                    "GiveAll");
      g_assert_cmpstr (method->out_args[0]->signature, ==, "ao");
      g_assert_cmpstr (g_dbus_annotation_info_lookup (method->out_args[0]->annotations, "org.norpc.Type"), ==,
                       "org.example.Node[]");
      g_assert_cmpstr (method->out_args[1]->signature, ==, "ao");
      g_assert_cmpstr (g_dbus_annotation_info_lookup (method->out_args[1]->annotations, "org.norpc.Type"), ==,
                       "org.example.Leaf");
      g_assert_cmpstr (g_dbus_annotation_info_lookup (method->out_args[1]->annotations, "org.norpc.Nullable"), ==,
                       "true");
    }
}

/* A process without norpc-glib calls the object, too. */
static void
test_plain_client (DBusNodeFixture *fixture,
                   gconstpointer    kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) noted = NULL;
  g_autofree const char **paths = NULL;

  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  reply = dbus_node_call (fixture->link.used, fixture, DBUS_NODE_PATH, "org.example.Node", "Give", NULL, &error);
  g_assert_no_error (error);
  run_in (fixture->local, fixture->state, clear_given, NULL);
  g_variant_get (reply, "(^a&o)", &paths);
  g_assert_cmpuint (g_strv_length ((char **) paths), ==, 1);
  noted = dbus_node_call (fixture->link.used, fixture, paths[0], "org.example.Node", "Note", g_variant_new ("(u)", 4),
                          &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_array_index (fixture->given_state->numbers, guint, 0), ==, 4);
  g_assert_cmpuint (fixture->given_state->n_stopped, ==, 0);

  /* It keeps the object until it leaves. */
  dbus_node_fixture_leave (fixture);
  dbus_node_wait (fixture->given_state, &fixture->given_state->n_stopped, 1);
}

/* An object has streams, too, but they have no objects. */
static void
test_streams (DBusNodeFixture *fixture,
              gconstpointer    kind)
{
  g_autoptr (NodeNode) node = NULL;
  g_autoptr (NodeNodeCountStream) stream = NULL;
  g_autoptr (NodeNodeWalkStream) walk = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  const char *path;
  guint number;

  run_in (fixture->local, fixture->state, set_given, fixture->given_state);
  node = dbus_node_fixture_give (fixture);
  stream = node_node_proxy_open_count (NODE_NODE_PROXY (node), 3, NULL);
  for (guint i = 1; i <= 3; i++)
    {
      g_assert_true (node_node_count_stream_next_sync (stream, &number, NULL, &error));
      g_assert_cmpuint (number, ==, i);
    }
  g_assert_false (node_node_count_stream_next_sync (stream, &number, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (node_node_count_stream_outcome_sync (stream, &number, NULL, &error));
  g_assert_cmpuint (number, ==, 3);

  reply = dbus_node_call (fixture->link.used, fixture, dbus_node_get_path (node), "org.example.Node", "Count",
                          g_variant_new ("(u)", 1), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&o)", &path);
  g_assert_cmpstr (path, ==, DBUS_NODE_PATH "/objects/1/streams/2");
  g_clear_pointer (&reply, g_variant_unref);
  reply = dbus_node_call (fixture->link.used, fixture, DBUS_NODE_PATH "/objects/1/streams/2",
                          "org.example.Node.CountStream", "Close", NULL, &error);
  g_assert_no_error (error);

  walk = node_node_proxy_open_walk (NODE_NODE_PROXY (node), NULL);
  g_assert_null (node_node_walk_stream_outcome_sync (walk, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_NOT_IMPLEMENTED);
  g_assert_cmpstr (error->message, ==, "org.example.Node.Walk cannot be called over D-Bus: "
                                       "the item 'step' of the stream cannot be an object there");
  run_in (fixture->local, fixture->state, clear_given, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  dbus_node_add_tests ("/dbus/objects/given", test_given);
  dbus_node_add_tests ("/dbus/objects/forms", test_forms);
  dbus_node_add_tests ("/dbus/objects/events-of-given", test_events_of_given);
  dbus_node_add_tests ("/dbus/objects/in-signal", test_in_signal);
  dbus_node_add_tests ("/dbus/objects/in-property", test_in_property);
  dbus_node_add_tests ("/dbus/objects/introspection", test_introspection);
  dbus_node_add_tests ("/dbus/objects/plain-client", test_plain_client);
  dbus_node_add_tests ("/dbus/objects/streams", test_streams);

  return g_test_run ();
}
