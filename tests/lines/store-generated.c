/* store-generated.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "store-generated.h"

static gboolean
store_get (DemoStore   *service,
           const char  *key,
           GBytes     **value,
           GError     **error)
{
  GHashTable *values = norpc_simple_service_get_data (service);
  GBytes *found = g_hash_table_lookup (values, key);

  *value = found != NULL ? g_bytes_ref (found) : NULL;

  return TRUE;
}

static gboolean
store_set (DemoStore   *service,
           const char  *key,
           GBytes      *value,
           GError     **error)
{
  GHashTable *values = norpc_simple_service_get_data (service);

  g_hash_table_replace (values, g_strdup (key), g_bytes_ref (value));

  return TRUE;
}

/* further method: begin */
static gboolean
store_remove (DemoStore   *service,
              const char  *key,
              gboolean    *existed,
              GError     **error)
{
  GHashTable *values = norpc_simple_service_get_data (service);

  *existed = g_hash_table_remove (values, key);

  return TRUE;
}
/* further method: end */

static const DemoStoreInterface store_funcs = {
  .get = store_get,
  .set = store_set,
  /* further method: begin */
  .remove = store_remove,
  /* further method: end */
};

NorpcServer *
store_serve (GError **error)
{
  GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal,
                                              g_free, (GDestroyNotify) g_bytes_unref);

  return norpc_serve (demo_store_new_for_funcs (&store_funcs, values, (GDestroyNotify) g_hash_table_unref), error);
}
