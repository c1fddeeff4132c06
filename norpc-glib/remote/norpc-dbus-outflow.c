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

gsize norpc_dbus_outflow_max = 256 * 1024 * 1024; /* atomic */

typedef struct
{
  guint         n_users;  /* [lock] */
  gsize         n_unread; /* [lock] */
  gsize         n_asked;  /* [lock]: of these, those that were sent before the question */
  GCancellable *question; /* (owned) (nullable) [lock]: ends the question that is on its way */
  GSList       *waiters;  /* (owned) [lock]: of owned Waiter */
} Outflow;

typedef struct
{
  gpointer                     data;  /* (owned) */
  const NorpcDBusOutflowFuncs *funcs;
} Waiter;

static G_LOCK_DEFINE (lock);

static G_DEFINE_QUARK (norpc-dbus-outflow, get_outflow)

/* A question keeps the connection, and a waiter is a user that does: none is left when the connection is released. */
static void
free_outflow (gpointer data)
{
  Outflow *self = data;

  g_assert (self->question == NULL);
  g_assert (self->waiters == NULL);
  g_free (self);
}

/* Called without the lock. */
static void
waiter_free (gpointer data)
{
  Waiter *self = data;

  self->funcs->unref (self->data);
  g_free (self);
}

/* Called with the lock held. */
static gboolean
is_excessive_locked (Outflow *self)
{
  return self->n_unread >= g_atomic_pointer_get (&norpc_dbus_outflow_max);
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
  gboolean is_closed = g_dbus_connection_is_closed (question->connection);
  Question *next = NULL;
  GSList *waiters = NULL;
  Outflow *self;

  G_LOCK (lock);
  self = ensure_outflow_locked (question->connection);
  if (self->question == question->cancellable)
    {
      g_clear_object (&self->question);
      self->n_unread -= self->n_asked;
      if (!is_closed)
        next = begin_question_locked (question->connection);
    }
  if (is_closed || !is_excessive_locked (self))
    waiters = g_steal_pointer (&self->waiters);
  G_UNLOCK (lock);

  for (GSList *link = waiters; link != NULL; link = link->next)
    ((Waiter *) link->data)->funcs->relaxed (((Waiter *) link->data)->data);
  g_slist_free_full (waiters, waiter_free);
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

static void
add_size (GDBusConnection *connection,
          gsize            size)
{
  Outflow *self;

  G_LOCK (lock);
  self = ensure_outflow_locked (connection);
  /* Without users, nobody asks what has been read. */
  if (self->n_users > 0)
    self->n_unread += MESSAGE_SIZE + size;
  G_UNLOCK (lock);

  begin_question (connection);
}

static gsize
get_body_size (GVariant *body)
{
  return body != NULL ? g_variant_get_size (body) : 0;
}

/* There is one more message, whose body (nullable) is this. */
void
norpc_dbus_outflow_add (GDBusConnection *connection,
                        GVariant        *body)
{
  add_size (connection, get_body_size (body));
}

gboolean
norpc_dbus_outflow_is_excessive (GDBusConnection *connection)
{
  gboolean is_excessive;

  G_LOCK (lock);
  is_excessive = is_excessive_locked (ensure_outflow_locked (connection));
  G_UNLOCK (lock);

  return is_excessive;
}

/* Called with the lock held. Returns the place (unowned) of a waiter in the list, or NULL. */
static GSList *
find_waiter_locked (Outflow  *self,
                    gpointer  data)
{
  GSList *link = self->waiters;

  while (link != NULL && ((Waiter *) link->data)->data != data)
    link = link->next;

  return link;
}

/* Has @waiter, which is one user, wait until the other side has read enough. Returns FALSE if it has already. */
gboolean
norpc_dbus_outflow_await (GDBusConnection             *connection,
                          gpointer                     waiter,
                          const NorpcDBusOutflowFuncs *funcs)
{
  gboolean waits;
  Outflow *self;

  G_LOCK (lock);
  self = ensure_outflow_locked (connection);
  waits = is_excessive_locked (self);
  if (waits && find_waiter_locked (self, waiter) == NULL)
    {
      Waiter *entry = g_new (Waiter, 1);

      *entry = (Waiter) { funcs->ref (waiter), funcs };
      self->waiters = g_slist_prepend (self->waiters, entry);
    }
  G_UNLOCK (lock);

  return waits;
}

/* @waiter, of which the caller has a reference, does not wait any more. */
void
norpc_dbus_outflow_forget (GDBusConnection *connection,
                           gpointer         waiter)
{
  GSList *link;
  Outflow *self;

  G_LOCK (lock);
  self = ensure_outflow_locked (connection);
  link = find_waiter_locked (self, waiter);
  self->waiters = g_slist_remove_link (self->waiters, link);
  G_UNLOCK (lock);

  g_slist_free_full (link, waiter_free);
}

/* The same for a message that the other side has called for, and that cannot be left out: a peer that does not read such
 * messages is disconnected.
 */
void
norpc_dbus_outflow_add_owed (GDBusConnection *connection,
                             GVariant        *body)
{
  norpc_dbus_outflow_add_owed_size (connection, get_body_size (body));
}

/* The same for a message whose body has about this size. */
void
norpc_dbus_outflow_add_owed_size (GDBusConnection *connection,
                                  gsize            size)
{
  add_size (connection, size);
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
