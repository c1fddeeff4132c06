/* norpc-sensitive.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Values that are secret, or have a field that is. Generated code knows the fields of the records of its own description,
 * but not of those that other libraries have.
 */

#include "norpc-interface-info-private.h"

static gboolean is_sensitive_type (GType type, GHashTable *visited);

static gboolean
is_sensitive_field (const NorpcArgInfo *info,
                    GHashTable         *visited)
{
  return (info->flags & NORPC_ARG_FLAGS_SENSITIVE) != 0 ||
         (info->get_type != NULL && is_sensitive_type (info->get_type (), visited)) ||
         (info->get_element_type != NULL && is_sensitive_type (info->get_element_type (), visited));
}

/* A record may contain others of its type. */
static gboolean
is_sensitive_type (GType       type,
                   GHashTable *visited)
{
  const NorpcRecordInfo *record = norpc_record_type_get_info (type);

  if (record == NULL || !g_hash_table_add (visited, GSIZE_TO_POINTER (type)))
    return FALSE;

  for (guint i = 0; i < record->n_fields; i++)
    if (is_sensitive_field (&record->fields[i].arg, visited))
      return TRUE;

  return FALSE;
}

/* Thread-safe. Returns TRUE for the type of a record with a secret in it. */
gboolean
norpc_type_is_sensitive (GType type)
{
  g_autoptr (GHashTable) visited = NULL;

  if (norpc_record_type_get_info (type) == NULL)
    return FALSE;

  visited = g_hash_table_new (NULL, NULL);

  return is_sensitive_type (type, visited);
}

/* Thread-safe. */
gboolean
norpc_arg_info_is_sensitive (const NorpcArgInfo *info)
{
  return (info->flags & NORPC_ARG_FLAGS_SENSITIVE) != 0 ||
         (info->get_type != NULL && norpc_type_is_sensitive (info->get_type ())) ||
         (info->get_element_type != NULL && norpc_type_is_sensitive (info->get_element_type ()));
}
