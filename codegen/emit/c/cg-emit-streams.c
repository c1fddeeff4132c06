/* cg-emit-streams.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The class of the ends of each stream. */

#include "cg-emit-private.h"

/* Writes the function that all functions that read an item share. Sets $return_item$, their end. */
static void
emit_take_item (CgWriter       *writer,
                const CgMethod *stream)
{
  GPtrArray *passed = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (passed, g_strdup ("item"));
  cg_marshal_pass (passed, stream->items);
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);
  cg_writer_set_expanded (writer, "return_item", stream->items->len > 0
                          ? "return $take_item$ ($passed$);" : "return item != NULL;");
  cg_writer_set_flag (writer, "has_numbers",
                      cg_marshal_has_numbers (stream->items) || cg_marshal_has_handles (stream->items));
  if (stream->items->len > 0)
    cg_signature_emit (writer, stream, CG_SIGNATURE_TAKE_ITEM);
}

static void
emit_stream (CgWriter       *writer,
             const CgMethod *stream)
{
  if (!cg_member_is_stream (stream))
    return;

  cg_writer_emit (writer, cg_template ("stream/type"));
  emit_take_item (writer, stream);
  cg_marshal_set_store (writer, stream->items, FALSE);
  for (CgSignatureKind kind = CG_SIGNATURE_NEXT_ASYNC; kind <= CG_SIGNATURE_WRITE; kind++)
    cg_signature_emit (writer, stream, kind);

  cg_emit_take_reply (writer, stream);
  for (CgSignatureKind kind = CG_SIGNATURE_OUTCOME_ASYNC; kind <= CG_SIGNATURE_OUTCOME_SYNC; kind++)
    cg_signature_emit (writer, stream, kind);
}

void
cg_emit_streams (const CgInterface *interface,
                 CgWriter          *writer)
{
  cg_emit_methods (interface, writer, emit_stream);
}
