/* norpc-dbus-note-shares.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-dbus-note-shares-private.h"
#include "norpc-dbus-shares-private.h"

/* The notes of one client. */
typedef struct
{
  guint n_expected; /* for how many there is always room */
  guint n_own;      /* that wait there */
  guint n_shared;   /* that wait besides */
} Notes;

struct _NorpcDBusNoteShares
{
  NorpcDBusShares *shares;  /* (owned): of notes that were not expected */
  GHashTable      *clients; /* (owned): of owned names and owned Notes */
};

NorpcDBusNoteShares *
norpc_dbus_note_shares_new (guint capacity)
{
  NorpcDBusNoteShares *self = g_new0 (NorpcDBusNoteShares, 1);

  self->shares = norpc_dbus_shares_new (capacity);
  self->clients = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

void
norpc_dbus_note_shares_free (NorpcDBusNoteShares *self)
{
  g_hash_table_unref (self->clients);
  norpc_dbus_shares_free (self->shares);
  g_free (self);
}

static const char *
get_client_key (const char *client)
{
  return client != NULL ? client : "";
}

static Notes *
ensure_notes (NorpcDBusNoteShares *self,
              const char          *client)
{
  Notes *notes = g_hash_table_lookup (self->clients, get_client_key (client));

  if (notes == NULL)
    {
      notes = g_new0 (Notes, 1);
      g_hash_table_insert (self->clients, g_strdup (get_client_key (client)), notes);
    }

  return notes;
}

static void
forget_if_empty (NorpcDBusNoteShares *self,
                 const char          *client,
                 Notes               *notes)
{
  if (notes->n_expected == 0 && notes->n_own == 0 && notes->n_shared == 0)
    g_hash_table_remove (self->clients, get_client_key (client));
}

/* Makes room for @n more notes of a client, or for less, if it is negative. */
void
norpc_dbus_note_shares_expect (NorpcDBusNoteShares *self,
                               const char          *client,
                               int                  n)
{
  Notes *notes = ensure_notes (self, client);

  notes->n_expected += (guint) n;
  forget_if_empty (self, client, notes);
}

/* Returns FALSE if the client has as many notes as it may have. */
gboolean
norpc_dbus_note_shares_take (NorpcDBusNoteShares *self,
                             const char          *client)
{
  Notes *notes = ensure_notes (self, client);
  gboolean taken = TRUE;

  if (notes->n_own < notes->n_expected)
    notes->n_own++;
  else if (norpc_dbus_shares_take (self->shares, client))
    notes->n_shared++;
  else
    taken = FALSE;
  forget_if_empty (self, client, notes);

  return taken;
}

/* A note of the client is handled. */
void
norpc_dbus_note_shares_drop (NorpcDBusNoteShares *self,
                             const char          *client)
{
  Notes *notes = ensure_notes (self, client);

  if (notes->n_shared > 0)
    {
      notes->n_shared--;
      norpc_dbus_shares_drop (self->shares, client);
    }
  else
    {
      notes->n_own--;
    }
  forget_if_empty (self, client, notes);
}
