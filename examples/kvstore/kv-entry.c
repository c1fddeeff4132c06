/* kv-entry.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-entry.h"

KvEntry *
kv_entry_new (GBytes *key,
              GBytes *value)
{
  KvEntry *self = g_new0 (KvEntry, 1);

  self->key = g_bytes_ref (key);
  self->bytes = g_bytes_ref (value);
  self->deadline = KV_NO_DEADLINE;

  return self;
}

void
kv_entry_free (KvEntry *self)
{
  g_assert (self->alarm == NULL);

  g_clear_pointer (&self->key, g_bytes_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->growing, g_byte_array_unref);
  g_free (self);
}

/* Returns: (transfer none): the value */
GBytes *
kv_entry_get_value (KvEntry *self)
{
  if (self->bytes == NULL)
    self->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self->growing));

  return self->bytes;
}

void
kv_entry_set_value (KvEntry *self,
                    GBytes  *value)
{
  g_bytes_ref (value);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->growing, g_byte_array_unref);
  self->bytes = value;
}

gsize
kv_entry_get_length (KvEntry *self)
{
  return self->bytes != NULL ? g_bytes_get_size (self->bytes) : self->growing->len;
}

void
kv_entry_append (KvEntry *self,
                 GBytes  *suffix)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (suffix, &length);

  if (self->growing == NULL)
    self->growing = g_bytes_unref_to_array (g_steal_pointer (&self->bytes));

  g_byte_array_append (self->growing, data, length);
}
