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

  if (stream->items->len == 0)
    {
      g_ptr_array_unref (passed);
      cg_writer_set (writer, "return_item", "return item != NULL;");
      return;
    }

  g_ptr_array_add (passed, g_strdup ("item"));
  cg_marshal_pass (passed, stream->items);
  cg_emit_set_take (writer, stream->items, "item");
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);
  cg_writer_set_expanded (writer, "return_item", "return $take_item$ ($passed$);");
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
  cg_writer_set_flag (writer, "has_items", stream->items->len > 0);
  for (CgSignatureKind kind = CG_SIGNATURE_NEXT_ASYNC; kind <= CG_SIGNATURE_WRITE; kind++)
    cg_signature_emit (writer, stream, kind);

  cg_writer_set (writer, "failure", cg_method_get_return_arg (stream) != NULL ? "NULL" : "FALSE");
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
