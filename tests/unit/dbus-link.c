/* dbus-link.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <sys/socket.h>

#include "dbus-link.h"
#include "remote/norpc-dbus-thread-private.h"

/* Returns one more connection (owned) to a bus. */
GDBusConnection *
dbus_connect_to_bus (GTestDBus *bus)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection =
    g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                            NULL, NULL, &error);

  g_assert_no_error (error);

  return connection;
}

static GIOStream *
new_stream (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

/* One side of a connection without a bus. */
typedef struct
{
  GIOStream            *stream;     /* (owned) */
  GDBusConnectionFlags  flags;
  GDBusConnection      *connection; /* (owned) */
} Side;

static gpointer
connect_side (gpointer data)
{
  Side *side = data;
  g_autoptr (GError) error = NULL;
  gboolean is_server = (side->flags & G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER) != 0;
  g_autofree char *guid = is_server ? g_dbus_generate_guid () : NULL;

  side->connection = g_dbus_connection_new_sync (side->stream, guid, side->flags, NULL, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (side->stream);

  return NULL;
}

static void
connect_peers (DBusLink             *self,
               GDBusConnectionFlags  flags_of_client)
{
  int fds[2];
  Side sides[2] = { { NULL } };
  GThread *thread;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  sides[0].stream = new_stream (fds[0]);
  sides[0].flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER;
  sides[1].stream = new_stream (fds[1]);
  sides[1].flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | flags_of_client;
  thread = g_thread_new ("side", connect_side, &sides[0]);
  connect_side (&sides[1]);
  g_thread_join (thread);
  self->served = sides[0].connection;
  self->used = sides[1].connection;
}

static void
request_name (DBusLink   *self,
              const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (self->served, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                 "RequestName", g_variant_new ("(su)", name, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                                 NULL, &error);

  g_assert_no_error (error);
}

/* The client reads nothing until g_dbus_connection_start_message_processing () is called. */
void
dbus_link_open_asleep (DBusLink *self)
{
  self->kind = DBUS_TO_PEER;
  connect_peers (self, G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING);
}

void
dbus_link_open (DBusLink *self,
                DBusKind  kind)
{
  self->kind = kind;
  if (kind == DBUS_TO_PEER)
    {
      connect_peers (self, G_DBUS_CONNECTION_FLAGS_NONE);
      return;
    }

  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  self->served = dbus_connect_to_bus (self->bus);
  self->used = dbus_connect_to_bus (self->bus);
}

/* Returns the name (unowned) to which clients send, or NULL. Called once the object is there. */
const char *
dbus_link_take_name (DBusLink   *self,
                     const char *name)
{
  if (self->kind == DBUS_TO_PEER)
    return NULL;

  request_name (self, name);

  return name;
}

void
dbus_link_close (DBusLink *self)
{
  g_dbus_connection_close_sync (self->used, NULL, NULL);
  g_object_unref (self->used);
  if (self->served != NULL)
    g_dbus_connection_close_sync (self->served, NULL, NULL);
  g_clear_object (&self->served);
  if (self->bus == NULL)
    return;

  g_test_dbus_down (self->bus);
  g_object_unref (self->bus);
}

void
dbus_push_context (GMainContext *context)
{
  while (!g_main_context_acquire (context))
    g_thread_yield ();
  g_main_context_push_thread_default (context);
  g_main_context_release (context);
}

/* The gate of the thread of D-Bus endpoints. */
static GMutex gate_lock;
static GCond gate_changed;
static gboolean gate_reached; /* [lock] */
static gboolean gate_closed;  /* [lock] */

static void
wait_at_gate (gpointer data)
{
  g_mutex_lock (&gate_lock);
  gate_reached = TRUE;
  g_cond_broadcast (&gate_changed);
  while (gate_closed)
    g_cond_wait (&gate_changed, &gate_lock);
  gate_reached = FALSE;
  g_cond_broadcast (&gate_changed);
  g_mutex_unlock (&gate_lock);
}

void
dbus_thread_block (void)
{
  gate_closed = TRUE;
  norpc_dbus_thread_invoke (wait_at_gate, NULL);
  g_mutex_lock (&gate_lock);
  while (!gate_reached)
    g_cond_wait (&gate_changed, &gate_lock);
  g_mutex_unlock (&gate_lock);
}

void
dbus_thread_unblock (void)
{
  g_mutex_lock (&gate_lock);
  gate_closed = FALSE;
  g_cond_broadcast (&gate_changed);
  while (gate_reached)
    g_cond_wait (&gate_changed, &gate_lock);
  g_mutex_unlock (&gate_lock);
}
