/* kv-entry.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define KV_NO_DEADLINE G_MAXINT64

typedef struct _KvEntry KvEntry;

/**
 * KvEntry:
 *
 * A key with its value.
 *
 * The value is a GBytes that readers share. When data is appended, it becomes an array that
 * grows in place, until it is read again. Neither conversion copies the value unless a reader
 * holds a reference to it.
 */
struct _KvEntry
{
  GBytes *key;            /* (owned) */
  GBytes *bytes;          /* (owned) (nullable): NULL while the value grows */
  GByteArray *growing;    /* (owned) (nullable): NULL unless the value grows */
  gint64 deadline;        /* monotonic milliseconds, or KV_NO_DEADLINE */
  GSequenceIter *alarm;   /* its place among the deadlines, NULL without one */
  guint index;            /* its place in the database */
};

KvEntry *kv_entry_new        (GBytes  *key,
                              GBytes  *value);
void     kv_entry_free       (KvEntry *self);
GBytes  *kv_entry_get_value  (KvEntry *self);
void     kv_entry_set_value  (KvEntry *self,
                              GBytes  *value);
gsize    kv_entry_get_length (KvEntry *self);
void     kv_entry_append     (KvEntry *self,
                              GBytes  *suffix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (KvEntry, kv_entry_free)

G_END_DECLS
