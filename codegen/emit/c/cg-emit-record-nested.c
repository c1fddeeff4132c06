/* cg-emit-record-nested.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Functions of records that can contain records of their own type, in the C
 * code. */

#include "cg-emit-records-private.h"

#include <string.h>

/* A chain of any length must not overflow the stack: what is to be done with a
 * record in another waits until that other one is finished. */
static const char nested_helpers[] =
  "static gboolean\n"
  "$prefix$defer_record (GPrivate      *nested,\n"
  "$indent$              gconstpointer  record)\n"
  "{\n"
  "  GPtrArray **pending = (GPtrArray **) g_private_get (nested);\n"
  "\n"
  "  if (pending == NULL)\n"
  "    return FALSE;\n"
  "\n"
  "  if (*pending == NULL)\n"
  "    *pending = g_ptr_array_new ();\n"
  "  g_ptr_array_add (*pending, (gpointer) record);\n"
  "\n"
  "  return TRUE;\n"
  "}\n"
  "\n"
  "static gpointer\n"
  "$prefix$next_record (GPtrArray *pending)\n"
  "{\n"
  "  return pending != NULL && pending->len > 0 ? g_ptr_array_remove_index (pending, pending->len - 1) : NULL;\n"
  "}\n"
  "\n";

static const char copy_nested[] =
  "$T$ *\n"
  "$t_copy$ ($params$)\n"
  "{\n"
  "  static GPrivate nested = G_PRIVATE_INIT (NULL);\n"
  "  GPtrArray *pending = NULL;\n"
  "  $T$ *result;\n"
  "  $T$ *copy;\n"
  "\n"
  "  g_return_val_if_fail (self != NULL, NULL);\n"
  "\n"
  "  result = g_new0 ($T$, 1);\n"
  "  if ($prefix$defer_record (&nested, self))\n"
  "    {\n"
  "      $prefix$defer_record (&nested, result);\n"
  "      return result;\n"
  "    }\n"
  "\n"
  "  g_private_set (&nested, &pending);\n"
  "  for (copy = result; copy != NULL; copy = ($T$ *) $prefix$next_record (pending))\n"
  "    {\n"
  "      if (copy != result)\n"
  "        self = (const $T$ *) $prefix$next_record (pending);\n"
  "      $statements$\n"
  "    }\n"
  "  g_private_set (&nested, NULL);\n"
  "  g_clear_pointer (&pending, g_ptr_array_unref);\n"
  "\n"
  "  return result;\n"
  "}\n"
  "\n";

static const char free_nested[] =
  "void\n"
  "$t_free$ ($params$)\n"
  "{\n"
  "  static GPrivate nested = G_PRIVATE_INIT (NULL);\n"
  "  GPtrArray *pending = NULL;\n"
  "\n"
  "  g_return_if_fail (self != NULL);\n"
  "\n"
  "  if ($prefix$defer_record (&nested, self))\n"
  "    return;\n"
  "\n"
  "  g_private_set (&nested, &pending);\n"
  "  for (; self != NULL; self = ($T$ *) $prefix$next_record (pending))\n"
  "    {\n"
  "    $statements$"
  "      g_free (self);\n"
  "    }\n"
  "  g_private_set (&nested, NULL);\n"
  "  g_clear_pointer (&pending, g_ptr_array_unref);\n"
  "}\n"
  "\n";

static const char equal_nested[] =
  "gboolean\n"
  "$t_equal$ ($params$)\n"
  "{\n"
  "  static GPrivate nested = G_PRIVATE_INIT (NULL);\n"
  "  GPtrArray *pending = NULL;\n"
  "  const $T$ *a = (const $T$ *) self;\n"
  "  const $T$ *b = (const $T$ *) other;\n"
  "  gboolean is_equal = TRUE;\n"
  "\n"
  "  g_return_val_if_fail (a != NULL, FALSE);\n"
  "  g_return_val_if_fail (b != NULL, FALSE);\n"
  "\n"
  "  if ($prefix$defer_record (&nested, b))\n"
  "    return $prefix$defer_record (&nested, a);\n"
  "\n"
  "  g_private_set (&nested, &pending);\n"
  "  while (is_equal && a != NULL)\n"
  "    {\n"
  "      is_equal = $statements$;\n"
  "      a = (const $T$ *) $prefix$next_record (pending);\n"
  "      b = (const $T$ *) $prefix$next_record (pending);\n"
  "    }\n"
  "  g_private_set (&nested, NULL);\n"
  "  g_clear_pointer (&pending, g_ptr_array_unref);\n"
  "\n"
  "  return is_equal;\n"
  "}\n"
  "\n";

static const char hash_nested[] =
  "guint\n"
  "$t_hash$ ($params$)\n"
  "{\n"
  "  static GPrivate nested = G_PRIVATE_INIT (NULL);\n"
  "  GPtrArray *pending = NULL;\n"
  "  const $T$ *record = (const $T$ *) self;\n"
  "  guint hash = 0;\n"
  "\n"
  "  g_return_val_if_fail (record != NULL, 0);\n"
  "\n"
  "  if ($prefix$defer_record (&nested, record))\n"
  "    return 1;\n"
  "\n"
  "  g_private_set (&nested, &pending);\n"
  "  for (; record != NULL; record = (const $T$ *) $prefix$next_record (pending))\n"
  "    {\n"
  "      $statements$\n"
  "    }\n"
  "  g_private_set (&nested, NULL);\n"
  "  g_clear_pointer (&pending, g_ptr_array_unref);\n"
  "\n"
  "  return hash;\n"
  "}\n"
  "\n";

/* The text of a function, or NULL if it is that of any record. */
const char *
cg_emit_record_get_nested (CgRecordFunction function)
{
  static const char * const nested[CG_N_RECORD_FUNCTIONS] = {
    [CG_RECORD_COPY] = copy_nested,
    [CG_RECORD_FREE] = free_nested,
    [CG_RECORD_EQUAL] = equal_nested,
    [CG_RECORD_HASH] = hash_nested,
  };

  return nested[function];
}

void
cg_emit_record_nested_helpers (const CgDescription *description,
                               CgWriter            *writer)
{
  gboolean is_needed = FALSE;
  g_autofree char *indent = NULL;

  for (guint i = 0; i < description->declarations->len; i++)
    is_needed |= ((CgDeclaration *) g_ptr_array_index (description->declarations, i))->is_recursive;
  if (!is_needed)
    return;

  indent = g_strnfill (strlen (description->prefix), ' ');
  cg_writer_set (writer, "indent", indent);
  cg_writer_emit (writer, nested_helpers);
}
