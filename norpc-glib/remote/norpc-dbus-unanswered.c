/* norpc-dbus-unanswered.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-unanswered-private.h"

/* The system bus permits a process 128 calls without an answer. */
#define MAX_OF_PEER 16
#define MAX_OF_ALL 64

typedef struct
{
  guint       n;        /* of all peers */
  GHashTable *of_peers; /* (owned): of owned names and numbers */
} Unanswered;

static G_DEFINE_QUARK (norpc-dbus-unanswered, get_unanswered)

static void
unanswered_free (gpointer data)
{
  Unanswered *self = data;

  g_hash_table_unref (self->of_peers);
  g_free (self);
}

/* Returns the numbers (unowned) of a connection. */
static Unanswered *
ensure_unanswered (GDBusConnection *connection)
{
  Unanswered *self = g_object_get_qdata (G_OBJECT (connection), get_unanswered_quark ());

  if (self != NULL)
    return self;

  self = g_new0 (Unanswered, 1);
  self->of_peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_object_set_qdata_full (G_OBJECT (connection), get_unanswered_quark (), self, unanswered_free);

  return self;
}

static guint
count_of_peer (Unanswered *self,
               const char *peer)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->of_peers, peer));
}

/* Returns TRUE if no more calls are to be sent to the peer. */
gboolean
norpc_dbus_unanswered_is_full (GDBusConnection *connection,
                               const char      *peer)
{
  Unanswered *self = g_object_get_qdata (G_OBJECT (connection), get_unanswered_quark ());

  return self != NULL && (self->n >= MAX_OF_ALL || count_of_peer (self, peer) >= MAX_OF_PEER);
}

void
norpc_dbus_unanswered_add (GDBusConnection *connection,
                           const char      *peer)
{
  Unanswered *self = ensure_unanswered (connection);

  self->n++;
  g_hash_table_replace (self->of_peers, g_strdup (peer), GUINT_TO_POINTER (count_of_peer (self, peer) + 1));
}

/* The peer, or the bus in its place, has answered. */
void
norpc_dbus_unanswered_remove (GDBusConnection *connection,
                              const char      *peer)
{
  Unanswered *self = ensure_unanswered (connection);
  guint n = count_of_peer (self, peer);

  self->n--;
  if (n > 1)
    g_hash_table_replace (self->of_peers, g_strdup (peer), GUINT_TO_POINTER (n - 1));
  else
    g_hash_table_remove (self->of_peers, peer);
}
