/* test-dbus-activation.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that the bus starts: the time that it needs to start is not that in which it has to describe itself. */

#include <glib/gstdio.h>

#include "dbus-link.h"
#include "node-fixture.h"

#define NAME "org.example.Node.Service"
#define PATH "/org/example/Node"

/* How long a process may take to describe itself, in milliseconds */
#define QUESTION_TIMEOUT 2000

/* How long a connection may stay, in microseconds: less than the bus gives a service to start */
#define TIME_TO_END (15 * G_TIME_SPAN_SECOND)

static int n_questions; /* atomic: that were sent */
static int n_limits;    /* atomic: for how many of them the time began */

void __wrap_g_dbus_connection_call (GDBusConnection     *connection,
                                    const char          *name,
                                    const char          *path,
                                    const char          *interface_name,
                                    const char          *member,
                                    GVariant            *args,
                                    const GVariantType  *reply_type,
                                    GDBusCallFlags       flags,
                                    int                  timeout,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             data);
void __real_g_dbus_connection_call (GDBusConnection     *connection,
                                    const char          *name,
                                    const char          *path,
                                    const char          *interface_name,
                                    const char          *member,
                                    GVariant            *args,
                                    const GVariantType  *reply_type,
                                    GDBusCallFlags       flags,
                                    int                  timeout,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             data);
GSource *__real_g_timeout_source_new (guint interval);

/* Visible, because GIO calls it, too. */
__attribute__ ((visibility ("default"))) GSource *__wrap_g_timeout_source_new (guint interval);

/* Runs in the thread of D-Bus endpoints. A question with a limit times out at once. */
void
__wrap_g_dbus_connection_call (GDBusConnection     *connection,
                               const char          *name,
                               const char          *path,
                               const char          *interface_name,
                               const char          *member,
                               GVariant            *args,
                               const GVariantType  *reply_type,
                               GDBusCallFlags       flags,
                               int                  timeout,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             data)
{
  g_autoptr (GCancellable) expired = NULL;

  if (g_str_equal (member, "Introspect"))
    {
      g_atomic_int_inc (&n_questions);
      if (timeout == QUESTION_TIMEOUT)
        {
          expired = g_cancellable_new ();
          g_cancellable_cancel (expired);
        }
    }
  __real_g_dbus_connection_call (connection, name, path, interface_name, member, args, reply_type, flags, timeout,
                                 expired != NULL ? expired : cancellable, callback, data);
}

/* Thread-safe. */
GSource *
__wrap_g_timeout_source_new (guint interval)
{
  if (interval == QUESTION_TIMEOUT)
    g_atomic_int_inc (&n_limits);

  return __real_g_timeout_source_new (interval == QUESTION_TIMEOUT ? 0 : interval);
}

/* A service that the bus starts, but that has its name only when the test says so. */
typedef struct
{
  char              *dir;      /* (owned): of the description for the bus */
  char              *file;     /* (owned): that description */
  DBusLink           link;
  NodeState         *state;
  NorpcServer       *server;   /* (owned) */
  NorpcDBusExport   *export;   /* (owned) */
  NodeState         *own_state;
  NodeService       *own;      /* (owned): a node of the client */
  NorpcDBusEndpoint *endpoint; /* (owned) */
  NodeNodeProxy     *proxy;    /* (owned) */
} Fixture;

/* The program that the bus starts does nothing: the process of the test takes the name. */
static void
open_bus (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  self->dir = g_dir_make_tmp ("norpc-XXXXXX", &error);
  g_assert_no_error (error);
  self->file = g_build_filename (self->dir, NAME ".service", NULL);
  g_file_set_contents (self->file, "[D-BUS Service]\nName=" NAME "\nExec=/bin/true\n", -1, &error);
  g_assert_no_error (error);

  self->link.kind = DBUS_ON_BUS;
  self->link.bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_add_service_dir (self->link.bus, self->dir);
  g_test_dbus_up (self->link.bus);
  self->link.served = dbus_connect_to_bus (self->link.bus);
  self->link.used = dbus_connect_to_bus (self->link.bus);
}

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  g_autoptr (NodeService) service = NULL;
  g_autoptr (GError) error = NULL;

  g_atomic_int_set (&n_questions, 0);
  g_atomic_int_set (&n_limits, 0);
  open_bus (self);
  self->state = node_state_new ();
  service = node_service_new (self->state);
  self->server = norpc_server_new (G_OBJECT (service));
  norpc_server_start (self->server, NULL, &error);
  g_assert_no_error (error);
  self->export = norpc_dbus_export_new (self->link.served, PATH, norpc_server_get_endpoint (self->server),
                                        node_node_interface_info (), &error);
  g_assert_no_error (error);
  self->own_state = node_state_new ();
  self->own = node_service_new (self->own_state);
  self->endpoint = norpc_dbus_endpoint_new (self->link.used, NAME, PATH);
  self->proxy = g_object_new (NODE_TYPE_NODE_PROXY, "endpoint", self->endpoint, "load-properties", FALSE, NULL);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  g_object_unref (self->proxy);
  g_object_unref (self->endpoint);
  g_object_unref (self->export);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_object_unref (self->server);
  g_object_unref (self->own);
  node_iterate_until (self->own_state->n_finalized == 1);
  dbus_link_close (&self->link);
  node_state_free (self->own_state);
  node_state_free (self->state);
  g_unlink (self->file);
  g_rmdir (self->dir);
  g_free (self->file);
  g_free (self->dir);
}

/* Waits until the endpoint has asked for the description of the object, and has handled what has timed out. */
static void
wait_asked (void)
{
  while (g_atomic_int_get (&n_questions) == 0)
    g_main_context_iteration (NULL, FALSE);
  for (int i = 0; i < 3; i++)
    {
      dbus_thread_block ();
      dbus_thread_unblock ();
    }
}

/* The service needs longer to start than to describe itself. */
static void
test_slow (Fixture       *self,
           gconstpointer  unused)
{
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;

  node_node_proxy_call_take (self->proxy, NODE_NODE (self->own), NULL, node_outcome_cb, &outcome);
  wait_asked ();
  g_assert_cmpint (g_atomic_int_get (&n_limits), ==, 0);
  dbus_link_take_name (&self->link, NAME);
  node_outcome_wait (&outcome);
  node_node_proxy_call_take_finish (self->proxy, outcome.result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_atomic_int_get (&n_questions), ==, 1);
}

/* Runs in GDBus's thread. */
static GDBusMessage *
drop_questions (GDBusConnection *connection,
                GDBusMessage    *message,
                gboolean         incoming,
                gpointer         data)
{
  if (incoming && g_strcmp0 (g_dbus_message_get_member (message), "Introspect") == 0)
    g_clear_object (&message);

  return message;
}

/* The service has started, and never describes itself: calls wait no longer for it. */
static void
test_silent (Fixture       *self,
             gconstpointer  unused)
{
  g_auto (NodeOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;
  guint filter = g_dbus_connection_add_filter (self->link.served, drop_questions, NULL, NULL);

  node_node_proxy_call_note (self->proxy, 1, NULL, node_outcome_cb, &outcome);
  wait_asked ();
  dbus_link_take_name (&self->link, NAME);
  node_outcome_wait (&outcome);
  node_node_proxy_call_note_finish (self->proxy, outcome.result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_atomic_int_get (&n_limits), ==, 1);
  g_dbus_connection_remove_filter (self->link.served, filter);
}

/* The client is released while its only call waits for the service. Nothing keeps the connection after that. */
static void
test_released (Fixture       *self,
               gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GDBusConnection *connection = dbus_connect_to_bus (self->link.bus);
  NorpcDBusEndpoint *endpoint = norpc_dbus_endpoint_new (connection, NAME, PATH);
  NodeNodeProxy *proxy = g_object_new (NODE_TYPE_NODE_PROXY, "endpoint", endpoint, "load-properties", FALSE, NULL);
  gint64 end = g_get_monotonic_time () + TIME_TO_END;

  g_object_add_weak_pointer (G_OBJECT (connection), (gpointer *) &connection);
  node_node_proxy_call_note (proxy, 1, cancellable, NULL, NULL);
  wait_asked ();
  g_object_unref (proxy);
  g_object_unref (endpoint);
  g_object_unref (connection);
  g_cancellable_cancel (cancellable);
  while (g_atomic_pointer_get (&connection) != NULL && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_null (g_atomic_pointer_get (&connection));
}

static void
add (const char *path,
     void      (*func) (Fixture       *self,
                        gconstpointer  unused))
{
  g_test_add (path, Fixture, NULL, set_up, func, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("/dbus-activation/slow", test_slow);
  add ("/dbus-activation/silent", test_silent);
  add ("/dbus-activation/released", test_released);

  return g_test_run ();
}
