/* kv-database.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-database.h"

#include "kv-glob.h"

struct _KvDatabase
{
  GHashTable *entries;      /* (owned): GBytes, the entry's -> KvEntry (owned) */
  GPtrArray *scanned;       /* (owned): the same KvEntry, at their indices */
  GSequence *deadlines;     /* (owned): KvEntry that expire, the next one to expire first */
};

KvDatabase *
kv_database_new (void)
{
  KvDatabase *self = g_new0 (KvDatabase, 1);

  self->entries = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                         NULL, (GDestroyNotify) kv_entry_free);
  self->scanned = g_ptr_array_new ();
  self->deadlines = g_sequence_new (NULL);

  return self;
}

void
kv_database_free (KvDatabase *self)
{
  kv_database_clear (self);
  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->scanned);
  g_sequence_free (self->deadlines);
  g_free (self);
}

KvEntry *
kv_database_lookup (KvDatabase *self,
                    GBytes     *key)
{
  return g_hash_table_lookup (self->entries, key);
}

/* Returns: (transfer none): the entry, with its deadline as it was */
KvEntry *
kv_database_set (KvDatabase *self,
                 GBytes     *key,
                 GBytes     *value)
{
  KvEntry *entry = kv_database_lookup (self, key);

  if (entry != NULL)
    {
      kv_entry_set_value (entry, value);
      return entry;
    }

  entry = kv_entry_new (key, value);
  entry->index = self->scanned->len;
  g_ptr_array_add (self->scanned, entry);
  g_hash_table_insert (self->entries, entry->key, entry);

  return entry;
}

/* The last entry takes the place of @entry. So entries only move down, where scans come later. */
static void
remove_from_scans (KvDatabase *self,
                   KvEntry    *entry)
{
  KvEntry *last = g_ptr_array_steal_index (self->scanned, self->scanned->len - 1);

  if (last == entry)
    return;

  self->scanned->pdata[entry->index] = last;
  last->index = entry->index;
}

gboolean
kv_database_remove (KvDatabase *self,
                    GBytes     *key)
{
  KvEntry *entry = kv_database_lookup (self, key);

  if (entry == NULL)
    return FALSE;

  kv_database_set_deadline (self, entry, KV_NO_DEADLINE);
  remove_from_scans (self, entry);

  return g_hash_table_remove (self->entries, entry->key);
}

static void
forget_alarm_cb (gpointer data,
                 gpointer user_data G_GNUC_UNUSED)
{
  KvEntry *entry = data;

  entry->alarm = NULL;
}

void
kv_database_clear (KvDatabase *self)
{
  g_sequence_foreach (self->deadlines, forget_alarm_cb, NULL);
  g_sequence_remove_range (g_sequence_get_begin_iter (self->deadlines),
                           g_sequence_get_end_iter (self->deadlines));
  g_ptr_array_set_size (self->scanned, 0);
  g_hash_table_remove_all (self->entries);
}

guint
kv_database_get_size (KvDatabase *self)
{
  return g_hash_table_size (self->entries);
}

guint
kv_database_get_n_expiring (KvDatabase *self)
{
  return g_sequence_get_length (self->deadlines);
}

static int
compare_deadlines_cb (gconstpointer a,
                      gconstpointer b,
                      gpointer      user_data G_GNUC_UNUSED)
{
  const KvEntry *first = a;
  const KvEntry *second = b;

  return (first->deadline > second->deadline) - (first->deadline < second->deadline);
}

void
kv_database_set_deadline (KvDatabase *self,
                          KvEntry    *entry,
                          gint64      deadline)
{
  g_clear_pointer (&entry->alarm, g_sequence_remove);
  entry->deadline = deadline;
  if (deadline != KV_NO_DEADLINE)
    entry->alarm = g_sequence_insert_sorted (self->deadlines, entry,
                                             compare_deadlines_cb, NULL);
}

gint64
kv_database_get_next_deadline (KvDatabase *self)
{
  KvEntry *next;

  if (g_sequence_is_empty (self->deadlines))
    return KV_NO_DEADLINE;

  next = g_sequence_get (g_sequence_get_begin_iter (self->deadlines));

  return next->deadline;
}

/* Removes an entry that has expired.
 *
 * Returns: (transfer full) (nullable): its key, or %NULL if there is none */
GBytes *
kv_database_take_expired (KvDatabase *self,
                          gint64      now)
{
  KvEntry *next;
  GBytes *key;

  if (kv_database_get_next_deadline (self) > now)
    return NULL;

  next = g_sequence_get (g_sequence_get_begin_iter (self->deadlines));
  key = g_bytes_ref (next->key);
  kv_database_remove (self, key);

  return key;
}

/* Looks at up to @count entries, and calls @func with the keys that match.
 *
 * A scan begins at the last entry and goes down. @cursor is 0 at first; later it is the number of
 * entries to go. A scan reaches each entry that stays, because entries never move up, and it
 * ends although entries are added, because @cursor becomes smaller with each call.
 *
 * Returns: the next cursor, or 0 at the end */
guint64
kv_database_scan (KvDatabase *self,
                  guint64     cursor,
                  guint64     count,
                  GBytes     *pattern,
                  GFunc       func,
                  gpointer    user_data)
{
  gsize pattern_length;
  const char *pattern_data = g_bytes_get_data (pattern, &pattern_length);
  guint left = cursor == 0 ? self->scanned->len : MIN (cursor, self->scanned->len);

  for (; left > 0 && count > 0; left--, count--)
    {
      KvEntry *entry = self->scanned->pdata[left - 1];
      gsize length;
      const char *data = g_bytes_get_data (entry->key, &length);

      if (kv_glob_match (pattern_data, pattern_length, data, length, FALSE))
        func (entry->key, user_data);
    }

  return left;
}
