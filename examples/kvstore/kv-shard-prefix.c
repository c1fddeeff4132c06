/* kv-shard-prefix.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-shard-prefix.h"

#define MAX_SHARDS 1000

gboolean
kv_shard_check_number (int      n_shards,
                       GError **error)
{
  if (n_shards > 0 && n_shards <= MAX_SHARDS)
    return TRUE;

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "a number of shards is from 1 to %d", MAX_SHARDS);

  return FALSE;
}

/* It contains the number of shards, because keys are in other shards if there are more or fewer of them: so programs
 * that do not agree about it do not reach each other.
 */
char *
kv_shard_make_prefix (guint index,
                      guint n_shards)
{
  return g_strdup_printf ("kv.%u-of-%u", index, n_shards);
}
