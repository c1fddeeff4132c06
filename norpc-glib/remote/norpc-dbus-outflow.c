/* norpc-dbus-outflow.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-thread-private.h"

/* How much may not have been read, and from how much on the other side is asked. */
#define MAX_UNREAD (32 * 1024 * 1024)
#define MIN_UNREAD (1024 * 1024)

typedef struct
{
  gsize    n_unread; /* [lock] */
  gsize    n_asked;  /* [lock]: of these, those that were sent before the question */
  gboolean asks;     /* [lock]: a question is on its way */
} Outflow;

static G_LOCK_DEFINE (lock);

static G_DEFINE_QUARK (norpc-dbus-outflow, get_outflow)

/* Called with the lock held. Returns the numbers (unowned) of a connection. */
static Outflow *
ensure_outflow_locked (GDBusConnection *connection)
{
  Outflow *self = g_object_get_qdata (G_OBJECT (connection), get_outflow_quark ());

  if (self == NULL)
    {
      self = g_new0 (Outflow, 1);
      g_object_set_qdata_full (G_OBJECT (connection), get_outflow_quark (), self, g_free);
    }

  return self;
}

static void ask_other_side (gpointer data);

/* Called with the lock held. Returns TRUE if the other side is to be asked. */
static gboolean
begin_question_locked (Outflow *self)
{
  if (self->asks || self->n_unread < MIN_UNREAD)
    return FALSE;

  self->asks = TRUE;
  self->n_asked = self->n_unread;

  return TRUE;
}

/* Any answer will do. Runs in the thread of D-Bus endpoints. */
static void
answered_cb (GObject      *connection,
             GAsyncResult *result,
             gpointer      data G_GNUC_UNUSED)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);
  Outflow *self;
  gboolean asks;

  G_LOCK (lock);
  self = ensure_outflow_locked (G_DBUS_CONNECTION (connection));
  self->n_unread -= self->n_asked;
  self->asks = FALSE;
  asks = begin_question_locked (self);
  G_UNLOCK (lock);

  if (asks && !g_dbus_connection_is_closed (G_DBUS_CONNECTION (connection)))
    ask_other_side (g_object_ref (connection));
}

/* Runs in the thread of D-Bus endpoints. */
static void
ask_other_side (gpointer data)
{
  g_autoptr (GDBusConnection) connection = data;
  const char *bus = g_dbus_connection_get_unique_name (connection) != NULL ? "org.freedesktop.DBus" : NULL;

  g_dbus_connection_call (connection, bus, "/", "org.freedesktop.DBus.Peer", "Ping", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL, answered_cb, NULL);
}

gboolean
norpc_dbus_outflow_has_room (GDBusConnection *connection)
{
  gboolean has_room;

  G_LOCK (lock);
  has_room = ensure_outflow_locked (connection)->n_unread < MAX_UNREAD;
  G_UNLOCK (lock);

  return has_room;
}

void
norpc_dbus_outflow_add (GDBusConnection *connection,
                        gsize            n_bytes)
{
  Outflow *self;
  gboolean asks;

  G_LOCK (lock);
  self = ensure_outflow_locked (connection);
  self->n_unread += n_bytes;
  asks = begin_question_locked (self);
  G_UNLOCK (lock);

  if (asks)
    norpc_dbus_thread_invoke (ask_other_side, g_object_ref (connection));
}
