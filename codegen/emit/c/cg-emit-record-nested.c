/* cg-emit-record-nested.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Functions of records that can contain records of their own type, in the C
 * code. */

#include "cg-emit-records-private.h"
#include "emit/cg-templates.h"

#include <string.h>

/* The text of a function, or NULL if it is that of any record. */
const char *
cg_emit_record_get_nested (CgRecordFunction function)
{
  static const char * const nested[CG_N_RECORD_FUNCTIONS] = {
    [CG_RECORD_COPY] = "records/copy-nested",
    [CG_RECORD_FREE] = "records/free-nested",
    [CG_RECORD_EQUAL] = "records/equal-nested",
    [CG_RECORD_HASH] = "records/hash-nested",
  };

  return nested[function] != NULL ? cg_template (nested[function]) : NULL;
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
  cg_writer_emit (writer, cg_template ("records/nested-helpers"));
}
