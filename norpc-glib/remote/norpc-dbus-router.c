/* norpc-dbus-router.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-dbus-error-private.h"
#include "norpc-dbus-info-private.h"
#include "norpc-dbus-outflow-private.h"
#include "norpc-dbus-router-private.h"

/* How many bytes the description of an object may have. Most have fewer. */
#define INTROSPECTION_SIZE (32 * 1024)

struct _NorpcDBusRouter
{
  GMutex      lock;
  GHashTable *mailboxes; /* (owned) [lock]: of owned paths and owned Mailbox */
  GHashTable *branches;  /* (owned) [lock]: of owned paths and owned Branch */
};

typedef struct
{
  gpointer                     mailbox; /* (unowned): it removes itself before it is freed */
  const NorpcDBusMailboxFuncs *funcs;
} Mailbox;

/* An object that one client uses. */
typedef struct
{
  char *mailbox_path;   /* (owned) */
  char *interface_name; /* (owned) */
  char *client;         /* (owned): the only name that may use it, or empty for the peer */
  guint limit;          /* how many messages may wait */
  guint n_messages;     /* [lock]: that wait in the mailbox */
} Branch;

static G_DEFINE_QUARK (norpc-dbus-router, get_router)

static void
branch_free (gpointer data)
{
  Branch *self = data;

  g_free (self->client);
  g_free (self->interface_name);
  g_free (self->mailbox_path);
  g_free (self);
}

static void
router_clear (gpointer data)
{
  NorpcDBusRouter *self = data;

  g_hash_table_unref (self->branches);
  g_hash_table_unref (self->mailboxes);
  g_mutex_clear (&self->lock);
}

void
norpc_dbus_router_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, router_clear);
}

/* Called with the lock held. Returns a mailbox, whose content is owned, or one without functions. */
static Mailbox
find_mailbox_locked (NorpcDBusRouter *self,
                     const char      *path)
{
  const Mailbox *mailbox = g_hash_table_lookup (self->mailboxes, path);

  if (mailbox == NULL)
    return (Mailbox) { NULL, NULL };

  mailbox->funcs->ref (mailbox->mailbox);

  return *mailbox;
}

/* Called with the lock held. GDBus answers messages for other interfaces: it describes the object. */
static gboolean
branch_wants_locked (Branch       *self,
                     GDBusMessage *message)
{
  const char *interface_name = g_dbus_message_get_interface (message);

  return interface_name == NULL || g_str_equal (interface_name, self->interface_name);
}

/* @problem completes the sentence that begins with the name of the method. */
static void
send_error (GDBusConnection *connection,
            GDBusMessage    *message,
            const char      *name,
            const char      *domain,
            const char      *problem)
{
  const char *interface_name = g_dbus_message_get_interface (message);
  g_autofree char *text = g_strdup_printf ("%s%s%s %s", interface_name != NULL ? interface_name : "",
                                           interface_name != NULL ? "." : "", g_dbus_message_get_member (message), problem);
  g_autoptr (GDBusMessage) reply = NULL;

  if (!norpc_dbus_router_wants_reply (message))
    return;

  reply = g_dbus_message_new_method_error_literal (message, name, text);
  if (domain != NULL)
    g_dbus_message_set_interface (reply, domain);
  norpc_dbus_outflow_send (connection, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL);
}

/* Answers a message that is not handled. */
void
norpc_dbus_router_reject (GDBusConnection *connection,
                          GDBusMessage    *message,
                          const char      *name,
                          const char      *reason)
{
  g_autofree char *problem = g_strconcat ("was rejected: ", reason, NULL);

  send_error (connection, message, name, NORPC_DBUS_RUNTIME_ERRORS, problem);
}

/* Answers a message that may have been handled, but whose reply cannot be sent. */
void
norpc_dbus_router_fail (GDBusConnection *connection,
                        GDBusMessage    *message,
                        const char      *name,
                        const char      *reason)
{
  g_autofree char *problem = g_strconcat ("failed: ", reason, NULL);

  send_error (connection, message, name, NULL, problem);
}

void
norpc_dbus_router_reject_full (GDBusConnection *connection,
                               GDBusMessage    *message)
{
  norpc_dbus_router_reject (connection, message, "org.freedesktop.DBus.Error.LimitsExceeded",
                            "too many calls of the object wait to be answered");
}

/* Runs in GDBus's thread. Returns TRUE if the message is for a branch: it is passed on or rejected. */
static gboolean
route_to_branch (NorpcDBusRouter *self,
                 GDBusConnection *connection,
                 GDBusMessage    *message)
{
  Mailbox mailbox = { NULL, NULL };
  gboolean is_wanted, is_denied, is_full;
  Branch *branch;

  g_mutex_lock (&self->lock);
  branch = g_hash_table_lookup (self->branches, g_dbus_message_get_path (message));
  is_wanted = branch != NULL && branch_wants_locked (branch, message);
  is_denied = is_wanted && *branch->client != '\0' &&
              g_strcmp0 (branch->client, g_dbus_message_get_sender (message)) != 0;
  is_full = is_wanted && branch->n_messages >= branch->limit;
  if (is_wanted && !is_denied && !is_full)
    mailbox = find_mailbox_locked (self, branch->mailbox_path);
  if (mailbox.funcs != NULL)
    branch->n_messages++;
  g_mutex_unlock (&self->lock);

  if (mailbox.funcs != NULL)
    {
      mailbox.funcs->take (mailbox.mailbox, message, TRUE);
      mailbox.funcs->unref (mailbox.mailbox);
    }
  else if (is_denied)
    norpc_dbus_router_reject (connection, message, "org.freedesktop.DBus.Error.AccessDenied",
                              "the stream belongs to another client");
  else if (is_full)
    norpc_dbus_router_reject_full (connection, message);
  else if (is_wanted)
    norpc_dbus_router_reject (connection, message, "org.norpc.Error.Closed", "the object is no longer exported");

  return is_wanted;
}

/* Returns the path (owned) of the mailbox that has the messages to an object below it, or NULL. */
static char *
get_path_above (const char *path)
{
  g_autofree char *above = g_path_get_dirname (path);

  if (!g_str_has_suffix (above, NORPC_DBUS_OBJECTS))
    return NULL;

  above[strlen (above) - strlen (NORPC_DBUS_OBJECTS)] = '\0';

  return *above != '\0' ? g_steal_pointer (&above) : g_strdup ("/");
}

/* Runs in GDBus's thread. Returns TRUE if a mailbox has the message. */
static gboolean
route_to_mailbox (NorpcDBusRouter *self,
                  GDBusMessage    *message)
{
  const char *path = g_dbus_message_get_path (message);
  g_autofree char *above = get_path_above (path);
  gboolean taken;
  Mailbox mailbox;

  g_mutex_lock (&self->lock);
  mailbox = find_mailbox_locked (self, path);
  if (mailbox.funcs == NULL && above != NULL)
    mailbox = find_mailbox_locked (self, above);
  g_mutex_unlock (&self->lock);

  if (mailbox.funcs == NULL)
    return FALSE;

  taken = mailbox.funcs->take (mailbox.mailbox, message, FALSE);
  mailbox.funcs->unref (mailbox.mailbox);

  return taken;
}

/* Runs in GDBus's thread. GDBus answers the message, also if it is for nobody, and does not say what it sends. */
static void
note_foreign_answer (GDBusConnection *connection,
                     GDBusMessage    *message)
{
  gboolean is_large = g_strcmp0 (g_dbus_message_get_interface (message), "org.freedesktop.DBus.Introspectable") == 0;

  norpc_dbus_outflow_add_owed_size (connection, is_large ? INTROSPECTION_SIZE : 0);
}

/* Runs in GDBus's thread. Takes ownership of @message. */
static GDBusMessage *
filter (GDBusConnection *connection,
        GDBusMessage    *message,
        gboolean         incoming,
        gpointer         data G_GNUC_UNUSED)
{
  NorpcDBusRouter *self = g_object_get_qdata (G_OBJECT (connection), get_router_quark ());

  if (!incoming || g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL ||
      g_dbus_message_get_path (message) == NULL)
    return message;

  if (route_to_branch (self, connection, message) || route_to_mailbox (self, message))
    {
      g_clear_object (&message);
    }
  else if (g_str_has_prefix (g_dbus_message_get_path (message), NORPC_DBUS_OBJECTS_OF_CLIENTS))
    {
      norpc_dbus_router_reject (connection, message, "org.freedesktop.DBus.Error.UnknownObject",
                                "there is no such object");
      g_clear_object (&message);
    }
  else
    {
      note_foreign_answer (connection, message);
    }

  return message;
}

/* Returns the router (owned) of a connection, which has it for as long as it exists. */
NorpcDBusRouter *
norpc_dbus_router_get (GDBusConnection *connection)
{
  static GMutex lock;
  NorpcDBusRouter *router;

  g_mutex_lock (&lock);
  router = g_object_get_qdata (G_OBJECT (connection), get_router_quark ());
  if (router == NULL)
    {
      router = g_atomic_rc_box_new0 (NorpcDBusRouter);
      g_mutex_init (&router->lock);
      router->mailboxes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      router->branches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, branch_free);
      g_object_set_qdata_full (G_OBJECT (connection), get_router_quark (), router, norpc_dbus_router_unref);
      g_dbus_connection_add_filter (connection, filter, NULL, NULL);
    }
  g_atomic_rc_box_acquire (router);
  g_mutex_unlock (&lock);

  return router;
}

/* Returns FALSE if the object has a mailbox already. */
gboolean
norpc_dbus_router_add (NorpcDBusRouter             *self,
                       const char                  *path,
                       gpointer                     mailbox,
                       const NorpcDBusMailboxFuncs *funcs)
{
  gboolean added;

  g_mutex_lock (&self->lock);
  added = !g_hash_table_contains (self->mailboxes, path);
  if (added)
    {
      Mailbox *entry = g_new (Mailbox, 1);

      *entry = (Mailbox) { mailbox, funcs };
      g_hash_table_insert (self->mailboxes, g_strdup (path), entry);
    }
  g_mutex_unlock (&self->lock);

  return added;
}

void
norpc_dbus_router_remove (NorpcDBusRouter *self,
                          const char      *path)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->mailboxes, path);
  g_mutex_unlock (&self->lock);
}

/* Adds an object whose messages the mailbox of another one has. Returns FALSE if there is such an object already. */
gboolean
norpc_dbus_router_add_branch (NorpcDBusRouter *self,
                              const char      *path,
                              const char      *mailbox_path,
                              const char      *interface_name,
                              const char      *client,
                              guint            limit)
{
  gboolean added;

  g_mutex_lock (&self->lock);
  added = !g_hash_table_contains (self->branches, path);
  if (added)
    {
      Branch *branch = g_new0 (Branch, 1);

      *branch = (Branch) { g_strdup (mailbox_path), g_strdup (interface_name), g_strdup (client), limit, 0 };
      g_hash_table_insert (self->branches, g_strdup (path), branch);
    }
  g_mutex_unlock (&self->lock);

  return added;
}

void
norpc_dbus_router_remove_branch (NorpcDBusRouter *self,
                                 const char      *path)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->branches, path);
  g_mutex_unlock (&self->lock);
}

/* A message of the branch no longer waits. */
void
norpc_dbus_router_leave_branch (NorpcDBusRouter *self,
                                const char      *path)
{
  Branch *branch;

  g_mutex_lock (&self->lock);
  branch = g_hash_table_lookup (self->branches, path);
  if (branch != NULL)
    branch->n_messages--;
  g_mutex_unlock (&self->lock);
}
