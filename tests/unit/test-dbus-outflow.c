/* test-dbus-outflow.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals for a client that does not read them: GDBus would keep them all. */

#include "dbus-fixture.h"
#include "remote/norpc-dbus-outflow-private.h"

#define N_LARGE 100
#define LARGE (1024 * 1024)

/* The emissions and changes that the client has read. */
typedef struct
{
  guint    n_read;    /* emissions before the last one */
  guint    n_lost;    /* as the export says before the last one */
  gboolean has_title; /* a change of the title */
  gboolean has_last;
  gboolean had_title; /* before the last one */
} Seen;

static void
seen_cb (GDBusConnection *connection,
         const char      *sender,
         const char      *path,
         const char      *interface_name,
         const char      *member,
         GVariant        *args,
         gpointer         data)
{
  Seen *self = data;
  guint number;
  guint n_lost;

  if (g_str_equal (member, "Lost"))
    {
      g_assert_false (self->has_last);
      g_variant_get_child (args, 2, "u", &n_lost);
      self->n_lost += n_lost;
    }
  else if (g_str_equal (member, "PropertiesChanged"))
    {
      g_autofree char *text = g_variant_print (args, FALSE);

      self->has_title = strstr (text, "'Title': <'a change'>") != NULL;
    }
  else if (g_str_equal (member, "Happened"))
    {
      g_variant_get_child (args, 0, "u", &number);
      if (number < N_LARGE)
        g_assert_cmpuint (number, ==, self->n_read++);
      else if (!self->has_last)
        {
          self->has_last = TRUE;
          self->had_title = self->has_title;
        }
    }
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
emit (WireWire *service,
      guint     number,
      gsize     size)
{
  g_autofree char *street = g_strnfill (size, 'x');
  g_autoptr (WirePlace) place = wire_service_new_place (street);

  wire_wire_emit_happened (service, number, place);
  iterate ();
}

typedef struct
{
  DBusLink         link;
  WireState       *state;   /* (owned) */
  WireWire        *service; /* (owned) */
  NorpcServer     *server;  /* (owned) */
  NorpcDBusExport *export;  /* (owned) */
  guint            seen_id; /* the client's subscription */
  Seen             seen;
} Fixture;

/* The client does not read yet. */
static void
set_up (Fixture      *self,
        gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;

  self->state = wire_state_new ();
  self->service = wire_service_new (self->state);
  self->server = norpc_server_new (G_OBJECT (self->service));
  dbus_link_open_asleep (&self->link);
  norpc_server_start (self->server, NULL, &error);
  g_assert_no_error (error);
  self->export = norpc_dbus_export_new (self->link.served, DBUS_PATH, norpc_server_get_endpoint (self->server),
                                        wire_wire_interface_info (), &error);
  g_assert_no_error (error);
  self->seen_id = g_dbus_connection_signal_subscribe (self->link.used, NULL, NULL, NULL, DBUS_PATH, NULL,
                                                      G_DBUS_SIGNAL_FLAGS_NONE, seen_cb, &self->seen, NULL);
  iterate ();
}

static void
tear_down (Fixture      *self,
           gconstpointer data G_GNUC_UNUSED)
{
  /* Signals that were read, but not dispatched yet, are those of this test. */
  g_dbus_connection_signal_unsubscribe (self->link.used, self->seen_id);
  g_clear_object (&self->export);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  dbus_link_close (&self->link);
  g_clear_object (&self->server);
  g_clear_object (&self->service);
  wire_state_free (self->state);
}

/* More than there is room for. */
static void
emit_many (Fixture *self)
{
  for (guint i = 0; i < N_LARGE; i++)
    emit (self->service, i, LARGE);
}

/* Some emissions are not sent. The client learns of it when it reads again. */
static void
test_asleep (Fixture      *self,
             gconstpointer data G_GNUC_UNUSED)
{
  emit_many (self);
  g_dbus_connection_start_message_processing (self->link.used);
  while (self->seen.n_lost == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self->seen.n_read, >=, 30);
  g_assert_cmpuint (self->seen.n_read, <=, 34);
  g_assert_cmpuint (self->seen.n_read + self->seen.n_lost, ==, N_LARGE);

  emit (self->service, N_LARGE, 0);
  while (!self->seen.has_last)
    g_main_context_iteration (NULL, TRUE);
}

/* A change that waits for room is sent before an emission that comes after it. */
static void
test_order (Fixture      *self,
            gconstpointer data G_GNUC_UNUSED)
{
  emit_many (self);
  g_object_set (self->service, "title", "a change", NULL);
  iterate ();

  g_dbus_connection_start_message_processing (self->link.used);
  while (!self->seen.has_last)
    {
      /* This program does not look at its sources while it waits, so a change is not sent for their sake. */
      g_usleep (1000);
      emit (self->service, N_LARGE, 0);
    }
  g_assert_true (self->seen.had_title);
}

/* A question that the other side does not answer does not keep the connection of an export that has ended. */
static void
test_released (Fixture      *self,
               gconstpointer data G_GNUC_UNUSED)
{
  gpointer connection = self->link.served;

  for (guint i = 0; i < 3; i++)
    emit (self->service, i, LARGE);
  g_clear_object (&self->export);
  g_object_add_weak_pointer (connection, &connection);
  g_clear_object (&self->link.served);

  while (connection != NULL)
    g_main_context_iteration (NULL, FALSE);
}

static void
count_cb (GObject      *connection,
          GAsyncResult *result,
          gpointer      data)
{
  ++*(guint *) data;
}

/* A peer that does not read the replies to its calls is disconnected. */
static void
test_replies (Fixture      *self,
              gconstpointer data G_GNUC_UNUSED)
{
  gsize max = norpc_dbus_outflow_max;
  guint n_ended = 0;

  g_atomic_pointer_set (&norpc_dbus_outflow_max, (gsize) (4 * LARGE));
  for (guint i = 0; i < 10; i++)
    g_dbus_connection_call (self->link.used, NULL, DBUS_PATH, "org.example.Wire", "GetBytes", g_variant_new ("(u)", LARGE),
                            NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, count_cb, &n_ended);
  while (!g_dbus_connection_is_closed (self->link.served))
    g_main_context_iteration (NULL, TRUE);

  g_dbus_connection_start_message_processing (self->link.used);
  while (n_ended < 10)
    g_main_context_iteration (NULL, TRUE);
  g_atomic_pointer_set (&norpc_dbus_outflow_max, max);
}

/* Counts the calls that were received, after the library has seen them. Runs in GDBus's thread. */
static GDBusMessage *
count_received (GDBusConnection *connection,
                GDBusMessage    *message,
                gboolean         incoming,
                gpointer         data)
{
  if (incoming)
    g_atomic_int_inc ((int *) data);

  return message;
}

/* A connection that is closed has nothing that can be read. */
static gboolean
is_over (Fixture *self)
{
  return norpc_dbus_outflow_is_excessive (self->link.served) || g_dbus_connection_is_closed (self->link.served);
}

/* A peer that does not read what GDBus answers by itself is disconnected, too. */
static void
check_foreign_answers (Fixture    *self,
                       const char *path,
                       const char *interface_name,
                       const char *member,
                       int         n)
{
  gsize max = norpc_dbus_outflow_max;
  static int n_received; /* GDBus may call the filter for a moment after it was removed */
  guint filter_id = g_dbus_connection_add_filter (self->link.served, count_received, &n_received, NULL);

  g_atomic_int_set (&n_received, 0);
  g_atomic_pointer_set (&norpc_dbus_outflow_max, (gsize) (4 * LARGE));
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GDBusMessage) message = g_dbus_message_new_method_call (NULL, path, interface_name, member);

      g_dbus_connection_send_message (self->link.used, message, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
    }
  while (g_atomic_int_get (&n_received) < n && !is_over (self))
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (is_over (self));
  while (!g_dbus_connection_is_closed (self->link.served))
    g_main_context_iteration (NULL, FALSE);

  g_dbus_connection_remove_filter (self->link.served, filter_id);
  g_atomic_pointer_set (&norpc_dbus_outflow_max, max);
}

static void
test_pings (Fixture      *self,
            gconstpointer data G_GNUC_UNUSED)
{
  check_foreign_answers (self, "/", "org.freedesktop.DBus.Peer", "Ping", 4 * 1024);
}

static void
test_no_object (Fixture      *self,
                gconstpointer data G_GNUC_UNUSED)
{
  check_foreign_answers (self, DBUS_PATH "/Nothing", "org.example.Wire", "TimeLeft", 4 * 1024);
}

static void
test_introspection (Fixture      *self,
                    gconstpointer data G_GNUC_UNUSED)
{
  check_foreign_answers (self, DBUS_PATH, "org.freedesktop.DBus.Introspectable", "Introspect", 4 * 32);
}

/* A call is not sent while the other side has not read the calls before it. */
static void
test_calls (DBusFixture   *fixture,
            gconstpointer  kind)
{
  gsize max = norpc_dbus_outflow_max;
  g_autoptr (GError) error = NULL;
  gint64 left;

  dbus_fixture_load (fixture);
  g_atomic_pointer_set (&norpc_dbus_outflow_max, (gsize) 0);
  g_assert_false (wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "org.example.Wire.TimeLeft was rejected: the other side of the connection has not read "
                                       "the calls before it");
  g_clear_error (&error);

  g_atomic_pointer_set (&norpc_dbus_outflow_max, max);
  g_assert_true (wire_wire_proxy_call_time_left_sync (fixture->proxy, &left, NULL, &error));
  g_assert_no_error (error);
}

typedef struct
{
  NorpcEndpoint *endpoint; /* (owned) (nullable): sends to the side that does not read */
  GCancellable  *cancellable; /* (owned) */
  guint          n_ended;
  GError        *error; /* (owned) (nullable) */
} Wait;

static void
ready_cb (GObject      *endpoint,
          GAsyncResult *result,
          gpointer      data)
{
  Wait *self = data;

  self->n_ended++;
  norpc_endpoint_ready_finish (NORPC_ENDPOINT (endpoint), result, &self->error);
}

/* More was sent than there may be that was not read. */
static void
begin_wait (Wait    *self,
            Fixture *fixture)
{
  g_autoptr (GVariant) body = g_variant_ref_sink (g_variant_new_bytestring (""));

  *self = (Wait) { .cancellable = g_cancellable_new () };
  self->endpoint = NORPC_ENDPOINT (norpc_dbus_endpoint_new (fixture->link.served, NULL, DBUS_PATH));
  g_assert_true (norpc_endpoint_is_ready (self->endpoint));
  while (!norpc_dbus_outflow_is_excessive (fixture->link.served))
    norpc_dbus_outflow_add (fixture->link.served, body);
  g_assert_false (norpc_endpoint_is_ready (self->endpoint));
  norpc_endpoint_ready_async (self->endpoint, self->cancellable, ready_cb, self);
  iterate ();
  g_assert_cmpuint (self->n_ended, ==, 0);
}

static void
end_wait (Wait *self)
{
  while (self->n_ended == 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&self->endpoint);
  g_object_unref (self->cancellable);
}

/* An endpoint is ready when the other side has read what was sent. */
static void
test_ready (Fixture      *self,
            gconstpointer data G_GNUC_UNUSED)
{
  gsize max = norpc_dbus_outflow_max;
  Wait wait;

  g_atomic_pointer_set (&norpc_dbus_outflow_max, (gsize) (4 * LARGE));
  begin_wait (&wait, self);
  g_dbus_connection_start_message_processing (self->link.used);
  end_wait (&wait);
  g_assert_no_error (wait.error);
  g_atomic_pointer_set (&norpc_dbus_outflow_max, max);
}

/* One whose connection is closed is not. */
static void
test_ready_closed (Fixture      *self,
                   gconstpointer data G_GNUC_UNUSED)
{
  gsize max = norpc_dbus_outflow_max;
  Wait wait;

  g_atomic_pointer_set (&norpc_dbus_outflow_max, (gsize) (4 * LARGE));
  begin_wait (&wait, self);
  g_dbus_connection_close (self->link.used, NULL, NULL, NULL);
  end_wait (&wait);
  g_assert_error (wait.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_error (&wait.error);
  g_atomic_pointer_set (&norpc_dbus_outflow_max, max);
}

/* One that is released does not keep its connection until the other side has read. */
static void
test_ready_released (Fixture      *self,
                     gconstpointer data G_GNUC_UNUSED)
{
  gsize max = norpc_dbus_outflow_max;
  gpointer connection = self->link.served;
  Wait wait;

  g_atomic_pointer_set (&norpc_dbus_outflow_max, (gsize) (4 * LARGE));
  begin_wait (&wait, self);
  g_cancellable_cancel (wait.cancellable);
  end_wait (&wait);
  g_assert_error (wait.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&wait.error);

  g_clear_object (&self->export);
  g_object_add_weak_pointer (connection, &connection);
  g_clear_object (&self->link.served);
  while (connection != NULL)
    g_main_context_iteration (NULL, FALSE);
  g_atomic_pointer_set (&norpc_dbus_outflow_max, max);
}

/* Messages that nobody asks about do not count: they would for ever. */
static void
test_without_users (void)
{
  gsize max = norpc_dbus_outflow_max;
  DBusLink link = { 0 };

  dbus_link_open (&link, DBUS_TO_PEER);
  g_atomic_pointer_set (&norpc_dbus_outflow_max, (gsize) 1);
  norpc_dbus_outflow_add (link.served, NULL);
  g_assert_false (norpc_dbus_outflow_is_excessive (link.served));

  norpc_dbus_outflow_use (link.served);
  norpc_dbus_outflow_add (link.served, NULL);
  g_assert_true (norpc_dbus_outflow_is_excessive (link.served));
  norpc_dbus_outflow_unuse (link.served);
  g_atomic_pointer_set (&norpc_dbus_outflow_max, max);
  dbus_link_close (&link);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/dbus-outflow/asleep", Fixture, NULL, set_up, test_asleep, tear_down);
  g_test_add ("/dbus-outflow/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add ("/dbus-outflow/released", Fixture, NULL, set_up, test_released, tear_down);
  g_test_add ("/dbus-outflow/replies", Fixture, NULL, set_up, test_replies, tear_down);
  g_test_add ("/dbus-outflow/pings", Fixture, NULL, set_up, test_pings, tear_down);
  g_test_add ("/dbus-outflow/no-object", Fixture, NULL, set_up, test_no_object, tear_down);
  g_test_add ("/dbus-outflow/introspection", Fixture, NULL, set_up, test_introspection, tear_down);
  g_test_add ("/dbus-outflow/ready", Fixture, NULL, set_up, test_ready, tear_down);
  g_test_add ("/dbus-outflow/ready-closed", Fixture, NULL, set_up, test_ready_closed, tear_down);
  g_test_add ("/dbus-outflow/ready-released", Fixture, NULL, set_up, test_ready_released, tear_down);
  dbus_add_tests ("/dbus-outflow/calls", test_calls);
  g_test_add_func ("/dbus-outflow/without-users", test_without_users);

  return g_test_run ();
}
