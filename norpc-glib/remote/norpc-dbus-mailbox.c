/* norpc-dbus-mailbox.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "core/norpc-number-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-mailbox-private.h"
#include "norpc-dbus-note-shares-private.h"
#include "norpc-dbus-router-private.h"
#include "norpc-dbus-shares-private.h"
#include "norpc-dbus-unreceived-private.h"

/* Notes about a call are its deadline, its trace, its first credit, and that it was cancelled. */
#define NOTES_OF_CALL 4

/* How many messages are handled before the context can do something else */
#define MAX_BATCH 32

struct _NorpcDBusMailbox
{
  gatomicrefcount      ref_count;
  GDBusConnection     *connection; /* (owned), since construction */
  NorpcDBusRouter     *router;     /* (owned), since construction */
  char                *path;       /* (owned), since construction */
  GMainContext        *context;    /* (owned), since construction */
  NorpcDBusMailboxFunc func;       /* since construction */
  gpointer             data;       /* (unowned), accessed in the context until the mailbox is closed */

  GMutex      lock;
  GHashTable *interfaces; /* (owned) [lock]: a set of owned names */
  GQueue      messages;   /* [lock]: of owned GDBusMessage */
  NorpcDBusShares *shares; /* (owned) [lock]: of the requests in the queue, and of those that are not answered */
  NorpcDBusNoteShares *note_shares; /* (owned) [lock]: of other messages in the queue */
  guint64     n_paths;    /* [lock]: how many objects there have been below this one */
  gboolean    wakes;      /* [lock]: the context has a source that handles the messages */
  gboolean    closed;     /* [lock] */
};

NorpcDBusMailbox *
norpc_dbus_mailbox_ref (NorpcDBusMailbox *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_dbus_mailbox_unref (gpointer data)
{
  NorpcDBusMailbox *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->messages, g_object_unref);
  norpc_dbus_shares_free (self->shares);
  norpc_dbus_note_shares_free (self->note_shares);
  g_hash_table_unref (self->interfaces);
  g_mutex_clear (&self->lock);
  g_main_context_unref (self->context);
  g_free (self->path);
  norpc_dbus_router_unref (self->router);
  g_object_unref (self->connection);
  g_free (self);
}

/* Returns TRUE for the messages that clients with norpc-glib send about their calls. They are not requests: they reach no
 * endpoint, and the mailbox forgets them as soon as they are handled.
 */
static gboolean
is_note (GDBusMessage *message)
{
  return g_strcmp0 (g_dbus_message_get_interface (message), NORPC_DBUS_CALLS) == 0;
}

/* Returns the client that has sent a message, or NULL if there is only one. */
static const char *
get_client (NorpcDBusMailbox *self,
            GDBusMessage     *message)
{
  return g_dbus_connection_get_unique_name (self->connection) != NULL ? g_dbus_message_get_sender (message) : NULL;
}

/* Runs in the context. Takes the next message (owned), or returns NULL if there is none, or the mailbox is closed. */
static GDBusMessage *
pop_message (NorpcDBusMailbox *self)
{
  GDBusMessage *message;

  g_mutex_lock (&self->lock);
  message = self->closed ? NULL : g_queue_pop_head (&self->messages);
  self->wakes = message != NULL;
  if (message != NULL && is_note (message))
    norpc_dbus_note_shares_drop (self->note_shares, get_client (self, message));
  g_mutex_unlock (&self->lock);

  if (message != NULL && !g_str_equal (g_dbus_message_get_path (message), self->path))
    norpc_dbus_router_leave_branch (self->router, g_dbus_message_get_path (message));

  return message;
}

static gboolean
handle_cb (gpointer user_data)
{
  NorpcDBusMailbox *self = user_data;
  GDBusMessage *message = NULL;

  g_main_context_push_thread_default (self->context);
  for (guint i = 0; i < MAX_BATCH && (message = pop_message (self)) != NULL; i++)
    self->func (message, self->data);
  g_main_context_pop_thread_default (self->context);

  return message != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Called without the lock, by the thread that has set `wakes`. */
static void
wake_mailbox (NorpcDBusMailbox *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_static_name (source, "norpc D-Bus export");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, handle_cb, norpc_dbus_mailbox_ref (self), norpc_dbus_mailbox_unref);
  g_source_attach (source, self->context);
}

/* Called with the lock held. Returns FALSE if there is no room. */
static gboolean
take_slot_locked (NorpcDBusMailbox *self,
                  GDBusMessage     *message)
{
  if (is_note (message))
    return norpc_dbus_note_shares_take (self->note_shares, get_client (self, message));

  return norpc_dbus_shares_take (self->shares, get_client (self, message));
}

/* Runs in GDBus's thread. The router has checked the limit of messages for a branch. It may have found the mailbox before that
 * was closed.
 */
static void
push_message (NorpcDBusMailbox *self,
              GDBusMessage     *message,
              gboolean          for_branch)
{
  gboolean closed, taken;
  gboolean wakes = FALSE;

  g_mutex_lock (&self->lock);
  closed = self->closed;
  taken = !closed && (for_branch || take_slot_locked (self, message));
  if (taken)
    {
      g_queue_push_tail (&self->messages, g_object_ref (message));
      wakes = !self->wakes;
      self->wakes = TRUE;
    }
  g_mutex_unlock (&self->lock);

  if (wakes)
    wake_mailbox (self);
  if (taken)
    return;

  norpc_dbus_release_unreceived (self->connection, message);
  if (closed)
    norpc_dbus_mailbox_answer_closed (self->connection, message);
  else
    norpc_dbus_router_reject_full (self->connection, message);
}

/* Gets the name of the interface whose properties are asked for, or NULL. */
static const char *
peek_property_interface (GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  g_autoptr (GVariant) child = NULL;

  if (body == NULL || g_variant_n_children (body) == 0)
    return NULL;
  child = g_variant_get_child_value (body, 0);

  /* The body has the text. */
  return g_variant_is_of_type (child, G_VARIANT_TYPE_STRING) ? g_variant_get_string (child, NULL) : NULL;
}

/* Runs in GDBus's thread. GDBus answers all other messages: it describes the object, and rejects
 * interfaces that nobody has exported.
 */
static gboolean
wants (NorpcDBusMailbox *self,
       GDBusMessage     *message)
{
  const char *name = g_dbus_message_get_interface (message);
  gboolean wanted;

  if (name == NULL || g_str_equal (name, NORPC_DBUS_CALLS))
    return TRUE;
  if (g_str_equal (name, NORPC_DBUS_PROPERTIES))
    name = peek_property_interface (message);
  if (name == NULL)
    return FALSE;

  g_mutex_lock (&self->lock);
  wanted = g_hash_table_contains (self->interfaces, name);
  g_mutex_unlock (&self->lock);

  return wanted;
}

/* Runs in GDBus's thread. Returns TRUE if an object is there, or has been. */
static gboolean
has_given (NorpcDBusMailbox *self,
           const char       *path)
{
  guint64 number;
  gboolean given;

  if (g_str_equal (path, self->path))
    return TRUE;
  if (!norpc_number_read (strrchr (path, '/') + 1, G_MAXUINT64, &number))
    return FALSE;

  g_mutex_lock (&self->lock);
  given = number <= self->n_paths;
  g_mutex_unlock (&self->lock);

  return given;
}

static void
ref_mailbox (gpointer mailbox)
{
  norpc_dbus_mailbox_ref (mailbox);
}

/* Runs in GDBus's thread. */
static gboolean
take_dbus_message (gpointer      mailbox,
                   GDBusMessage *message,
                   gboolean      for_branch)
{
  if (!for_branch && !(has_given (mailbox, g_dbus_message_get_path (message)) && wants (mailbox, message)))
    return FALSE;

  push_message (mailbox, message, for_branch);

  return TRUE;
}

static const NorpcDBusMailboxFuncs mailbox_funcs = { ref_mailbox, norpc_dbus_mailbox_unref, take_dbus_message };

/* Called in the context of the export. Returns NULL if the object has a mailbox already. */
NorpcDBusMailbox *
norpc_dbus_mailbox_new (GDBusConnection     *connection,
                        const char          *path,
                        guint                capacity,
                        NorpcDBusMailboxFunc func,
                        gpointer             data)
{
  NorpcDBusMailbox *self = g_new0 (NorpcDBusMailbox, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->connection = g_object_ref (connection);
  self->router = norpc_dbus_router_get (connection);
  self->path = g_strdup (path);
  self->context = g_main_context_ref_thread_default ();
  self->shares = norpc_dbus_shares_new (capacity);
  self->note_shares = norpc_dbus_note_shares_new (MIN (capacity, G_MAXUINT / NOTES_OF_CALL) * NOTES_OF_CALL);
  self->func = func;
  self->data = data;
  self->interfaces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (norpc_dbus_router_add (self->router, path, self, &mailbox_funcs))
    return self;

  norpc_dbus_mailbox_unref (self);

  return NULL;
}

/* Thread-safe. From now on, the mailbox has the messages for an interface of the object. */
void
norpc_dbus_mailbox_add (NorpcDBusMailbox *self,
                        const char       *interface_name)
{
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->interfaces, g_strdup (interface_name));
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Returns a path (owned) below that of the object, which no other object has had. From now on, the mailbox
 * has the messages to it.
 */
char *
norpc_dbus_mailbox_next_path (NorpcDBusMailbox *self)
{
  guint64 number;

  g_mutex_lock (&self->lock);
  number = ++self->n_paths;
  g_mutex_unlock (&self->lock);

  return g_strdup_printf ("%s" NORPC_DBUS_OBJECTS "/%" G_GUINT64_FORMAT,
                          g_str_equal (self->path, "/") ? "" : self->path, number);
}

/* Thread-safe. Makes room for @n more notes of a client about its objects, or for less, if it is negative. The name of the
 * client is empty if there is only one.
 */
void
norpc_dbus_mailbox_expect_notes (NorpcDBusMailbox *self,
                                 const char       *client,
                                 int               n)
{
  g_mutex_lock (&self->lock);
  norpc_dbus_note_shares_expect (self->note_shares, client, n);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Answers a message that no endpoint has had. */
void
norpc_dbus_mailbox_answer_closed (GDBusConnection *connection,
                                  GDBusMessage    *message)
{
  norpc_dbus_router_reject (connection, message, "org.norpc.Error.Closed", "the object is no longer exported");
}

/* Called in the context. From now on, the mailbox also has the messages that @client, whose name is empty for the peer,
 * sends to an object below that of the mailbox. As many as @limit may wait. Returns FALSE if there is such an object.
 */
gboolean
norpc_dbus_mailbox_add_branch (NorpcDBusMailbox *self,
                               const char       *path,
                               const char       *interface_name,
                               const char       *client,
                               guint             limit)
{
  return norpc_dbus_router_add_branch (self->router, path, self->path, interface_name, client, limit);
}

/* Called in the context, before the last reference to the mailbox is released. */
void
norpc_dbus_mailbox_remove_branch (NorpcDBusMailbox *self,
                                  const char       *path)
{
  norpc_dbus_router_remove_branch (self->router, path);
}

/* Thread-safe. No message is handled any more: those that wait are rejected. */
void
norpc_dbus_mailbox_close (NorpcDBusMailbox *self)
{
  GQueue messages;
  GDBusMessage *message;

  norpc_dbus_router_remove (self->router, self->path);

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  messages = self->messages;
  g_queue_init (&self->messages);
  g_mutex_unlock (&self->lock);

  while ((message = g_queue_pop_head (&messages)) != NULL)
    {
      norpc_dbus_release_unreceived (self->connection, message);
      norpc_dbus_mailbox_answer_closed (self->connection, message);
      g_object_unref (message);
    }
}

/* Thread-safe. A request has been answered. */
void
norpc_dbus_mailbox_free_slot (NorpcDBusMailbox *self,
                              GDBusMessage     *message)
{
  g_mutex_lock (&self->lock);
  norpc_dbus_shares_drop (self->shares, get_client (self, message));
  g_mutex_unlock (&self->lock);
}
