/* norpc-sender.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-sender-private.h"

/**
 * NorpcSender:
 *
 * The process that has sent a call.
 *
 * A call that has come from another process has a sender: [method@Norpc.Call.get_sender]. Code that decides over
 * access, such as a [class@Norpc.Filter], asks it who the process is. The answers were found out before the call
 * was passed on, so that no function of it blocks.
 *
 * It is immutable, and can be used in any thread.
 *
 * Since: 0.1
 */
struct _NorpcSender
{
  gatomicrefcount  ref_count;
  GDBusConnection *connection;  /* (owned) */
  char            *name;        /* (owned) (nullable) */
  GCredentials    *credentials; /* (owned) (nullable) */
};

G_DEFINE_BOXED_TYPE (NorpcSender, norpc_sender, norpc_sender_ref, norpc_sender_unref)

/* The senders of calls: most calls have none, and so no field for it. A reference to the memory of a call keeps
 * its entry.
 */
static GMutex senders_lock;
static GHashTable *senders; /* (owned) (nullable) [senders_lock]: of unowned NorpcCall and owned Origin */

/* Where a call has come from. */
typedef struct
{
  NorpcSender *sender;  /* (owned) */
  GObject     *message; /* (owned): has file descriptors that arguments refer to */
} Origin;

static void
origin_free (gpointer data)
{
  Origin *self = data;

  norpc_sender_unref (self->sender);
  g_object_unref (self->message);
  g_free (self);
}

NorpcSender *
norpc_sender_new (GDBusConnection *connection,
                  const char      *name,
                  GCredentials    *credentials)
{
  NorpcSender *self = g_new0 (NorpcSender, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->connection = g_object_ref (connection);
  self->name = g_strdup (name);
  self->credentials = credentials != NULL ? g_object_ref (credentials) : NULL;

  return self;
}

/**
 * norpc_sender_ref:
 * @self: a sender
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
NorpcSender *
norpc_sender_ref (NorpcSender *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * norpc_sender_unref:
 * @self: (transfer full): a sender
 *
 * Releases a reference.
 *
 * Since: 0.1
 */
void
norpc_sender_unref (NorpcSender *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->credentials);
  g_free (self->name);
  g_object_unref (self->connection);
  g_free (self);
}

/**
 * norpc_sender_get_connection:
 * @self: a sender
 *
 * Gets the connection over which the sender called.
 *
 * Returns: (transfer none): the connection
 * Since: 0.1
 */
GDBusConnection *
norpc_sender_get_connection (NorpcSender *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->connection;
}

/**
 * norpc_sender_get_name:
 * @self: a sender
 *
 * Gets the unique name of the sender on the bus, such as `:1.42`. A bus never gives it to another process.
 *
 * Returns: (nullable): the name, or %NULL if the connection is not that of a bus
 * Since: 0.1
 */
const char *
norpc_sender_get_name (NorpcSender *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * norpc_sender_get_credentials:
 * @self: a sender
 *
 * Gets the user and the process of the sender, as the bus or the operating system knows them.
 *
 * Returns: (transfer none) (nullable): the credentials, or %NULL if they are not known; access must then be
 *   denied
 * Since: 0.1
 */
GCredentials *
norpc_sender_get_credentials (NorpcSender *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->credentials;
}

/* Called before the call is sent. The call keeps @message, too. */
void
norpc_call_set_sender (NorpcCall   *self,
                       NorpcSender *sender,
                       GObject     *message)
{
  Origin *origin = g_new (Origin, 1);

  *origin = (Origin) { norpc_sender_ref (sender), g_object_ref (message) };
  self->has_sender = TRUE;
  g_mutex_lock (&senders_lock);
  if (senders == NULL)
    senders = g_hash_table_new_full (NULL, NULL, NULL, origin_free);
  g_hash_table_replace (senders, self, origin);
  g_mutex_unlock (&senders_lock);
}

/* Called when the memory of a call that has a sender is freed. */
void
norpc_call_drop_sender (NorpcCall *self)
{
  gpointer origin = NULL;

  g_mutex_lock (&senders_lock);
  g_hash_table_steal_extended (senders, self, NULL, &origin);
  g_mutex_unlock (&senders_lock);

  origin_free (origin);
}

/**
 * norpc_call_get_sender:
 * @self: a call
 *
 * Gets the process that has sent the call.
 *
 * The call has a reference to it, so that it can be used for as long as the call is handled.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer none) (nullable): the sender, or %NULL if the call comes from this process
 * Since: 0.1
 */
NorpcSender *
norpc_call_get_sender (NorpcCall *self)
{
  NorpcSender *sender;

  g_return_val_if_fail (self != NULL, NULL);

  /* An attempt at a call has the sender of that call. */
  while (!self->has_sender && self->outer != NULL)
    self = self->outer;
  if (!self->has_sender)
    return NULL;

  g_mutex_lock (&senders_lock);
  sender = ((Origin *) g_hash_table_lookup (senders, self))->sender;
  g_mutex_unlock (&senders_lock);

  return sender;
}
