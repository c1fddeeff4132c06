/* dbus-node-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "dbus-node-fixture.h"

static gpointer
run_thread (gpointer data)
{
  DBusNodeFixture *self = data;

  dbus_push_context (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

void
dbus_node_fixture_pause (DBusNodeFixture *self)
{
  g_main_loop_quit (self->loop);
  g_thread_join (self->thread);
}

void
dbus_node_fixture_resume (DBusNodeFixture *self)
{
  self->thread = g_thread_new ("export", run_thread, self);
}

static void
export (DBusNodeFixture *self)
{
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (self->context);
  self->export = norpc_dbus_export_new (self->link.served, DBUS_NODE_PATH, norpc_server_get_endpoint (self->server),
                                        node_node_interface_info (), &error);
  g_main_context_pop_thread_default (self->context);
  g_assert_no_error (error);
}

void
dbus_node_fixture_unexport (DBusNodeFixture *self)
{
  g_clear_object (&self->export);
}

void
dbus_node_fixture_set_up (DBusNodeFixture *self,
                          gconstpointer    kind)
{
  g_autoptr (NodeService) service = NULL;
  g_autoptr (GError) error = NULL;

  dbus_link_open (&self->link, (DBusKind) GPOINTER_TO_INT (kind));
  self->state = node_state_new ();
  self->given_state = node_state_new ();
  service = node_service_new (self->state);
  self->server = norpc_server_new (G_OBJECT (service));
  g_clear_object (&service);
  norpc_server_start (self->server, NULL, &error);
  g_assert_no_error (error);
  self->local = node_node_proxy_new (norpc_server_get_endpoint (self->server));

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  export (self);
  dbus_node_fixture_resume (self);
  self->endpoint = norpc_dbus_endpoint_new (self->link.used, dbus_link_take_name (&self->link, DBUS_NODE_NAME),
                                            DBUS_NODE_PATH);
  self->proxy = node_node_proxy_new (NORPC_ENDPOINT (self->endpoint));
  /* Calls with thousands of objects take long with Valgrind. */
  norpc_proxy_set_timeout (NORPC_PROXY (self->proxy), NORPC_NO_TIMEOUT);
}

void
dbus_node_fixture_tear_down (DBusNodeFixture *self,
                             gconstpointer    kind)
{
  node_state_open (self->state);
  node_state_open (self->given_state);
  g_clear_object (&self->proxy);
  g_clear_object (&self->endpoint);
  dbus_node_fixture_unexport (self);
  g_main_context_invoke (self->context, (GSourceFunc) (void (*) (void)) g_main_loop_quit, self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_object_unref (self->local);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_object_unref (self->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  dbus_link_close (&self->link);
  g_assert_cmpuint (self->state->n_finalized, ==, 1);
  node_state_free (self->state);
  node_state_free (self->given_state);
}

static void
served_closed_cb (GDBusConnection *connection,
                  gboolean         remote,
                  GError          *error,
                  gboolean        *closed)
{
  *closed = TRUE;
}

/* That of the service, if it is the other side of the same connection, notices it in this context. */
void
dbus_node_fixture_leave (DBusNodeFixture *self)
{
  gboolean closed = self->link.kind == DBUS_ON_BUS;
  gulong id = g_signal_connect (self->link.served, "closed", G_CALLBACK (served_closed_cb), &closed);
  g_autoptr (GError) error = NULL;

  g_dbus_connection_close_sync (self->link.used, NULL, &error);
  g_assert_no_error (error);
  node_iterate_until (closed);
  g_signal_handler_disconnect (self->link.served, id);
}

NodeNode *
dbus_node_fixture_give (DBusNodeFixture *self)
{
  g_autoptr (GError) error = NULL;
  NodeNode *node = NULL;

  node_node_proxy_call_give_sync (self->proxy, &node, NULL, &error);
  g_assert_no_error (error);

  return node;
}

NodeNode *
dbus_node_fixture_open (DBusNodeFixture *self)
{
  g_autoptr (NodeNode) node = NULL;

  run_in (self->local, self->state, set_given, self->given_state);
  node = dbus_node_fixture_give (self);
  run_in (self->local, self->state, clear_given, NULL);

  return g_steal_pointer (&node);
}

GVariant *
dbus_node_call (GDBusConnection  *connection,
                DBusNodeFixture  *self,
                const char       *path,
                const char       *interface_name,
                const char       *member,
                GVariant         *args,
                GError          **error)
{
  return g_dbus_connection_call_sync (connection, norpc_dbus_endpoint_get_name (self->endpoint), path, interface_name,
                                      member, args, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, error);
}

const char *
dbus_node_get_path (NodeNode *node)
{
  NorpcEndpoint *endpoint = norpc_proxy_get_endpoint (NORPC_PROXY (node));

  g_assert_true (NORPC_IS_DBUS_ENDPOINT (endpoint));

  return norpc_dbus_endpoint_get_object_path (NORPC_DBUS_ENDPOINT (endpoint));
}

void
dbus_node_wait (NodeState *state,
                guint     *counter,
                guint      n)
{
  gint64 end = g_get_monotonic_time () + 120 * G_TIME_SPAN_SECOND;
  guint found;

  do
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_mutex_lock (&state->lock);
      if (*counter < n)
        g_cond_wait_until (&state->changed, &state->lock, g_get_monotonic_time () + 10 * G_TIME_SPAN_MILLISECOND);
      found = *counter;
      g_mutex_unlock (&state->lock);
    }
  while (found < n && g_get_monotonic_time () < end);
  g_assert_cmpuint (found, ==, n);
}

/* The thread of D-Bus endpoints sends what it has to send first; the messages of a connection are handled in the order
 * sent.
 */
void
dbus_node_fixture_sync (DBusNodeFixture *self)
{
  g_autoptr (GError) error = NULL;

  dbus_thread_block ();
  dbus_thread_unblock ();
  g_assert_true (node_node_proxy_call_note_sync (self->proxy, 0, NULL, &error));
  g_assert_no_error (error);
}

void
dbus_node_add_tests (const char *name,
                     void      (*func) (DBusNodeFixture *fixture,
                                        gconstpointer    kind))
{
  const char *kinds[] = { "bus", "peer" };

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s", name, kinds[i]);

      g_test_add (path, DBusNodeFixture, GINT_TO_POINTER (i), dbus_node_fixture_set_up, func,
                  dbus_node_fixture_tear_down);
    }
}
