/* norpc-dbus-shares.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-shares-private.h"

/* A client has at most this number of calls for each one that there is still room for. */
#define CALLS_PER_FREE 3

struct _NorpcDBusShares
{
  guint       capacity;
  guint       n_calls;
  GHashTable *n_of_clients; /* (owned): of owned names and the numbers of their calls */
};

NorpcDBusShares *
norpc_dbus_shares_new (guint capacity)
{
  NorpcDBusShares *self = g_new0 (NorpcDBusShares, 1);

  self->capacity = capacity;
  self->n_of_clients = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
norpc_dbus_shares_free (NorpcDBusShares *self)
{
  g_hash_table_unref (self->n_of_clients);
  g_free (self);
}

static guint
count (NorpcDBusShares *self,
       const char      *client)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->n_of_clients, client));
}

/* Returns FALSE if the client has as many calls as it may have. */
gboolean
norpc_dbus_shares_take (NorpcDBusShares *self,
                        const char      *client)
{
  guint n_free = self->capacity - self->n_calls;

  if (n_free == 0 || (client != NULL && count (self, client) / CALLS_PER_FREE >= n_free))
    return FALSE;

  self->n_calls++;
  if (client != NULL)
    g_hash_table_replace (self->n_of_clients, g_strdup (client), GUINT_TO_POINTER (count (self, client) + 1));

  return TRUE;
}

/* A call of the client is answered. */
void
norpc_dbus_shares_drop (NorpcDBusShares *self,
                        const char      *client)
{
  guint n = client != NULL ? count (self, client) : 0;

  self->n_calls--;
  if (n > 1)
    g_hash_table_replace (self->n_of_clients, g_strdup (client), GUINT_TO_POINTER (n - 1));
  else if (n == 1)
    g_hash_table_remove (self->n_of_clients, client);
}
