/* norpc-dbus-received.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-proxy.h"
#include "norpc-dbus-endpoint-private.h"
#include "norpc-dbus-given-private.h"
#include "norpc-dbus-received-private.h"
#include "norpc-dbus-unreceived-private.h"
#include "objects/norpc-object-private.h"

/* The number of objects that one process has sent. */
typedef struct
{
  char    *peer;         /* (owned), since construction: a key of the table */
  guint    n;            /* [lock] */
  gboolean is_of_client; /* [lock]: it has passed one of them to a service of this process */
} Account;

static GMutex lock;
static GHashTable *accounts; /* (owned) (nullable) [lock]: of unowned names and owned Account */

/* Returns the account (unowned) of a peer, or NULL if there is no room for one more object of it. */
static Account *
open_account (const char *peer)
{
  Account *self;

  g_mutex_lock (&lock);
  if (accounts == NULL)
    accounts = g_hash_table_new (g_str_hash, g_str_equal);
  self = g_hash_table_lookup (accounts, peer);
  if (self == NULL)
    {
      self = g_new0 (Account, 1);
      self->peer = g_strdup (peer);
      g_hash_table_insert (accounts, self->peer, self);
    }
  if (self->n < NORPC_DBUS_MAX_RECEIVED)
    self->n++;
  else
    self = NULL;
  g_mutex_unlock (&lock);

  return self;
}

/* Returns TRUE if a process is a client, as one that passes an object as a client is. The objects that it returns from
 * the methods of that object are those of a client, too.
 */
static gboolean
note_client (Account  *self,
             gboolean  is_of_client)
{
  gboolean was_client;

  g_mutex_lock (&lock);
  was_client = self->is_of_client;
  self->is_of_client = was_client || is_of_client;
  g_mutex_unlock (&lock);

  return was_client || is_of_client;
}

/* An object of the account has ended. */
static void
close_account (gpointer data)
{
  Account *self = data;
  gboolean is_last;

  g_mutex_lock (&lock);
  is_last = --self->n == 0;
  if (is_last)
    g_hash_table_remove (accounts, self->peer);
  g_mutex_unlock (&lock);

  if (!is_last)
    return;
  g_free (self->peer);
  g_free (self);
}

/* The data of an endpoint that may be made. */
typedef struct
{
  GDBusConnection *connection;
  const char      *peer;
  const char      *path;
  gboolean         has_norpc;
  gboolean         is_of_client;
  Account         *account;      /* (owned) (nullable): until the endpoint has it */
} Arrival;

static NorpcEndpoint *
new_endpoint (gpointer data)
{
  Arrival *self = data;
  NorpcDBusEndpoint *endpoint = norpc_dbus_endpoint_new_received (self->connection, self->peer, self->path,
                                                                  self->has_norpc, close_account,
                                                                  g_steal_pointer (&self->account));

  /* The proxy that is made for it may call at once. */
  if (self->is_of_client)
    norpc_dbus_endpoint_set_of_client (endpoint);

  return NORPC_ENDPOINT (endpoint);
}

/* Returns a handle (owned) for the object at a path that a message of the peer of @passage has, or NULL with a message
 * (owned): that of an object of this process which the peer has got, or of one of its own. The same object has the same
 * handle. Unless it was counted, this is one more time that the process has got it. @is_of_client is TRUE if the peer passes it
 * to a service of this process.
 */
gpointer
norpc_dbus_receive_object (GDBusConnection   *connection,
                           NorpcDBusPassage  *passage,
                           const char        *path,
                           GType              type,
                           gboolean           has_norpc,
                           gboolean           is_of_client,
                           char             **problem)
{
  const char *peer = passage->peer;
  g_autofree char *account = g_strdup_printf ("%p %s", (gpointer) connection, peer);
  g_autofree char *key = g_strdup_printf ("%s %s", account, path);
  Arrival arrival = { connection, peer, path, has_norpc, FALSE, NULL };
  NorpcDBusEndpoint *endpoint;
  gpointer handle;

  if (norpc_dbus_given_find (connection, peer, path, type, &handle))
    {
      if (handle == NULL)
        *problem = g_strdup_printf ("%s is not a %s", path, g_type_name (type));
      return handle;
    }

  arrival.account = open_account (account);
  if (arrival.account == NULL)
    {
      if (has_norpc && !passage->counted)
        norpc_dbus_release_path (connection, peer, path);
      *problem = g_strdup_printf ("%u objects of its sender are in use, and there may be no more",
                                  NORPC_DBUS_MAX_RECEIVED);
      return NULL;
    }

  arrival.is_of_client = note_client (arrival.account, is_of_client);
  handle = norpc_object_dup_outside_handle (type, key, new_endpoint, &arrival, norpc_dbus_endpoint_release);
  g_clear_pointer (&arrival.account, close_account);
  endpoint = NORPC_DBUS_ENDPOINT (norpc_proxy_get_endpoint (handle));
  if (arrival.is_of_client)
    norpc_dbus_endpoint_set_of_client (endpoint);
  if (!passage->counted)
    norpc_dbus_endpoint_add_received (endpoint);

  return handle;
}
