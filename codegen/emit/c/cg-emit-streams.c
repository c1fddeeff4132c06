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
  cg_signature_emit (writer, stream, CG_SIGNATURE_TAKE_ITEM, "stream/take-item");
}

static void
emit_stream (CgWriter       *writer,
             const CgMethod *stream)
{
  const CgArg *returned = cg_method_get_return_arg (stream);

  if (!cg_member_is_stream (stream))
    return;

  cg_writer_emit (writer, cg_template ("stream/type"));
  emit_take_item (writer, stream);
  cg_signature_emit (writer, stream, CG_SIGNATURE_NEXT_ASYNC, "stream/next-async");
  cg_signature_emit (writer, stream, CG_SIGNATURE_NEXT_FINISH, "stream/next-finish");
  cg_signature_emit (writer, stream, CG_SIGNATURE_NEXT_SYNC, "stream/next-sync");
  cg_signature_emit (writer, stream, CG_SIGNATURE_TRY_NEXT, "stream/try-next");

  cg_marshal_set_store (writer, stream->items, FALSE);
  cg_writer_set (writer, "declare_values", stream->items->len > 0
                 ? "  GValue *results;\n" : "");
  cg_writer_set (writer, "get_values", stream->items->len > 0
                 ? "  results = norpc_item_get_values (item, NULL);\n" : "");
  cg_signature_emit (writer, stream, CG_SIGNATURE_WRITE, "stream/write");

  cg_writer_set (writer, "failure", returned != NULL ? "NULL" : "FALSE");
  cg_emit_take_reply (writer, stream);
  cg_signature_emit (writer, stream, CG_SIGNATURE_OUTCOME_ASYNC, "stream/outcome-async");
  cg_signature_emit (writer, stream, CG_SIGNATURE_OUTCOME_FINISH, "stream/outcome-finish");
  cg_signature_emit (writer, stream, CG_SIGNATURE_OUTCOME_SYNC, "stream/outcome-sync");
}

void
cg_emit_streams (const CgInterface *interface,
                 CgWriter          *writer)
{
  cg_emit_methods (interface, writer, emit_stream);
}
