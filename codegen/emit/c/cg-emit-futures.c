/* cg-emit-futures.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A header with functions of proxies that return futures of libdex. */

#include "cg-emit-private.h"

/* Sets $resolves_to$, the value of a future. */
static void
set_value (CgWriter       *writer,
           const CgMethod *method)
{
  const CgArg *only = method->out_args->len == 1 ? g_ptr_array_index (method->out_args, 0) : NULL;

  if (only != NULL)
    cg_writer_take (writer, "resolves_to", g_strdup_printf ("`%s`", only->node.name));
  else
    cg_writer_set (writer, "resolves_to", method->out_args->len == 0
                   ? "%TRUE" : "a #NorpcReply with the results");
}

static void
emit_future (CgWriter       *writer,
             const CgMethod *method)
{
  GPtrArray *passed;

  if (!cg_method_has_reply_func (method))
    return;

  passed = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (passed, g_strdup ("self"));
  cg_marshal_pass (passed, method->in_args);
  g_ptr_array_add (passed, g_strdup ("dex_promise_get_cancellable (promise)"));
  g_ptr_array_add (passed, cg_writer_expand (writer, "$proxy$_future_cb"));
  g_ptr_array_add (passed, g_strdup ("dex_ref (promise)"));
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);

  set_value (writer, method);
  cg_signature_emit (writer, method, CG_SIGNATURE_FUTURE);
}

static gboolean
has_calls (const CgInterface *interface)
{
  CG_FOREACH (const CgMethod, method, interface->methods)
    if (cg_method_has_reply_func (method))
      return TRUE;

  return FALSE;
}

void
cg_emit_futures (const CgOutput *output,
                 CgWriter       *writer)
{
  const CgDescription *description = output->description;

  cg_emit_head (description, output->file, writer);
  cg_writer_set (writer, "header", output->header);
  cg_writer_emit (writer, cg_template ("futures/head"));
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    if (has_calls (interface))
      {
        cg_names_set (writer, &interface->node);
        cg_writer_emit (writer, cg_template ("futures/callback"));
        cg_emit_methods (interface, writer, emit_future);
      }
  cg_writer_emit (writer, cg_template ("futures/foot"));
}
