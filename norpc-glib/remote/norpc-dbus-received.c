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
  char *peer; /* (owned), since construction: a key of the table */
  guint n;    /* [lock] */
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
  Account         *account;   /* (owned) (nullable): until the endpoint has it */
} Arrival;

static NorpcEndpoint *
new_endpoint (gpointer data)
{
  Arrival *self = data;

  return NORPC_ENDPOINT (norpc_dbus_endpoint_new_received (self->connection, self->peer, self->path, self->has_norpc,
                                                           close_account, g_steal_pointer (&self->account)));
}

/* Returns a handle (owned) for the object at a path that a message of @peer has, or NULL with a message (owned): that of
 * an object of this process which the peer has got, or of one of its own. The same object has the same handle. Unless it
 * was @counted, this is one more time that the process has got it.
 */
gpointer
norpc_dbus_receive_object (GDBusConnection  *connection,
                           const char       *peer,
                           const char       *path,
                           GType             type,
                           gboolean          has_norpc,
                           gboolean          counted,
                           char            **problem)
{
  g_autofree char *account = g_strdup_printf ("%p %s", (gpointer) connection, peer);
  g_autofree char *key = g_strdup_printf ("%s %s", account, path);
  Arrival arrival = { connection, peer, path, has_norpc, NULL };
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
      if (has_norpc && !counted)
        norpc_dbus_release_path (connection, peer, path);
      *problem = g_strdup_printf ("%u objects of its sender are in use, and there may be no more",
                                  NORPC_DBUS_MAX_RECEIVED);
      return NULL;
    }

  handle = norpc_object_dup_outside_handle (type, key, new_endpoint, &arrival);
  g_clear_pointer (&arrival.account, close_account);
  if (!counted)
    norpc_dbus_endpoint_add_received (NORPC_DBUS_ENDPOINT (norpc_proxy_get_endpoint (handle)));

  return handle;
}
