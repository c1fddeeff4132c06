/* norpc-dbus-outflow.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-thread-private.h"

/* How many bytes of signals may not have been read, and from how many on the other side is asked. */
#define MAX_UNREAD (32 * 1024 * 1024)
#define MIN_UNREAD (1024 * 1024)

/* About what GDBus needs for a message besides its body. */
#define MESSAGE_SIZE 1024

gsize norpc_dbus_outflow_max = 256 * 1024 * 1024;

typedef struct
{
  guint         n_users;  /* [lock] */
  gsize         n_unread; /* [lock] */
  gsize         n_asked;  /* [lock]: of these, those that were sent before the question */
  GCancellable *question; /* (owned) (nullable) [lock]: ends the question that is on its way */
} Outflow;

static G_LOCK_DEFINE (lock);

static G_DEFINE_QUARK (norpc-dbus-outflow, get_outflow)

/* A question keeps the connection, so none is left when that is released. */
static void
free_outflow (gpointer data)
{
  Outflow *self = data;

  g_assert (self->question == NULL);
  g_free (self);
}

/* Called with the lock held. Returns the numbers (unowned) of a connection. */
static Outflow *
ensure_outflow_locked (GDBusConnection *connection)
{
  Outflow *self = g_object_get_qdata (G_OBJECT (connection), get_outflow_quark ());

  if (self == NULL)
    {
      self = g_new0 (Outflow, 1);
      g_object_set_qdata_full (G_OBJECT (connection), get_outflow_quark (), self, free_outflow);
    }

  return self;
}

/* A question about a connection. */
typedef struct
{
  GDBusConnection *connection;  /* (owned) */
  GCancellable    *cancellable; /* (owned) */
} Question;

static void ask_other_side (gpointer data);

static void
question_free (Question *self)
{
  g_object_unref (self->cancellable);
  g_object_unref (self->connection);
  g_free (self);
}

/* Called with the lock held. Returns the question (owned) that is to be asked, or NULL. */
static Question *
begin_question_locked (GDBusConnection *connection)
{
  Outflow *self = ensure_outflow_locked (connection);
  Question *question;

  if (self->n_users == 0 || self->question != NULL || self->n_unread < MIN_UNREAD)
    return NULL;

  self->question = g_cancellable_new ();
  self->n_asked = self->n_unread;
  question = g_new (Question, 1);
  question->connection = g_object_ref (connection);
  question->cancellable = g_object_ref (self->question);

  return question;
}

/* Any answer will do. Runs in the thread of D-Bus endpoints. */
static void
answered_cb (GObject      *connection,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);
  Question *question = data;
  Question *next = NULL;
  Outflow *self;

  G_LOCK (lock);
  self = ensure_outflow_locked (question->connection);
  if (self->question == question->cancellable)
    {
      g_clear_object (&self->question);
      self->n_unread -= self->n_asked;
      if (!g_dbus_connection_is_closed (question->connection))
        next = begin_question_locked (question->connection);
    }
  G_UNLOCK (lock);

  question_free (question);
  if (next != NULL)
    ask_other_side (next);
}

/* Runs in the thread of D-Bus endpoints. */
static void
ask_other_side (gpointer data)
{
  Question *self = data;
  const char *bus = g_dbus_connection_get_unique_name (self->connection) != NULL ? "org.freedesktop.DBus" : NULL;

  g_dbus_connection_call (self->connection, bus, "/", "org.freedesktop.DBus.Peer", "Ping", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, self->cancellable, answered_cb, self);
}

static void
begin_question (GDBusConnection *connection)
{
  Question *question;

  G_LOCK (lock);
  question = begin_question_locked (connection);
  G_UNLOCK (lock);

  if (question != NULL)
    norpc_dbus_thread_invoke (ask_other_side, question);
}

void
norpc_dbus_outflow_use (GDBusConnection *connection)
{
  G_LOCK (lock);
  ensure_outflow_locked (connection)->n_users++;
  G_UNLOCK (lock);

  begin_question (connection);
}

/* After the last user, a question that is not answered does not keep the connection. */
void
norpc_dbus_outflow_unuse (GDBusConnection *connection)
{
  g_autoptr (GCancellable) question = NULL;
  Outflow *self;

  G_LOCK (lock);
  self = ensure_outflow_locked (connection);
  if (--self->n_users == 0)
    question = g_steal_pointer (&self->question);
  G_UNLOCK (lock);

  g_cancellable_cancel (question);
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

/* There is one more message, whose body (nullable) is this. */
void
norpc_dbus_outflow_add (GDBusConnection *connection,
                        GVariant        *body)
{
  gsize size = MESSAGE_SIZE + (body != NULL ? g_variant_get_size (body) : 0);
  Outflow *self;

  G_LOCK (lock);
  self = ensure_outflow_locked (connection);
  /* Without users, nobody asks what has been read. */
  if (self->n_users > 0)
    self->n_unread += size;
  G_UNLOCK (lock);

  begin_question (connection);
}

gboolean
norpc_dbus_outflow_is_excessive (GDBusConnection *connection)
{
  gboolean is_excessive;

  G_LOCK (lock);
  is_excessive = ensure_outflow_locked (connection)->n_unread >= norpc_dbus_outflow_max;
  G_UNLOCK (lock);

  return is_excessive;
}

/* The same for a message that the other side has called for, and that cannot be left out: a peer that does not read such
 * messages is disconnected.
 */
void
norpc_dbus_outflow_add_owed (GDBusConnection *connection,
                             GVariant        *body)
{
  norpc_dbus_outflow_add (connection, body);
  if (g_dbus_connection_get_unique_name (connection) == NULL && norpc_dbus_outflow_is_excessive (connection))
    g_dbus_connection_close (connection, NULL, NULL, NULL);
}

/* Sends a message that has no reply. */
gboolean
norpc_dbus_outflow_send (GDBusConnection        *connection,
                         GDBusMessage           *message,
                         GDBusSendMessageFlags   flags,
                         GError                **error)
{
  if (g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
    norpc_dbus_outflow_add_owed (connection, g_dbus_message_get_body (message));
  else
    norpc_dbus_outflow_add (connection, g_dbus_message_get_body (message));

  return g_dbus_connection_send_message (connection, message, flags, NULL, error);
}
