/* kv-slot.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-slot.h"

#include <string.h>

/* How the keys are distributed: each key is in one of many slots, and each shard has a range of slots. The slots are
 * those of Redis Cluster.
 */

#define N_SLOTS 16384

/* CRC-16 with the polynomial of XMODEM. */
static guint16
get_checksum (const guint8 *data,
              gsize         length)
{
  guint16 checksum = 0;

  for (gsize i = 0; i < length; i++)
    {
      checksum ^= (guint16) (data[i] << 8);
      for (guint bit = 0; bit < 8; bit++)
        checksum = (guint16) ((checksum << 1) ^ ((checksum & 0x8000) != 0 ? 0x1021 : 0));
    }

  return checksum;
}

/* If a key has a part in braces, only that part counts. So a client can put keys into the same slot. */
guint
kv_slot_find (GBytes *key)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (key, &length);
  const guint8 *open = length > 0 ? memchr (data, '{', length) : NULL;
  const guint8 *close = open != NULL ? memchr (open, '}', length - (gsize) (open - data)) : NULL;

  if (close != NULL && close > open + 1)
    return get_checksum (open + 1, (gsize) (close - open) - 1) % N_SLOTS;

  return get_checksum (data, length) % N_SLOTS;
}

guint
kv_slot_find_shard (GBytes *key,
                    guint   n_shards)
{
  return kv_slot_find (key) * n_shards / N_SLOTS;
}
