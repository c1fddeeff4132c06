/* cg-emit-proxy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The client's side in C: the proxy, and its functions for each method. */

#include "cg-emit-private.h"

static void
emit_new_call (CgWriter       *writer,
               const CgMethod *method)
{
  GPtrArray *passed;

  if (method->in_args->len == 0)
    {
      cg_writer_set_expanded (writer, "make_call", "norpc_call_new (&$info$, $METHOD$)");
      return;
    }

  passed = g_ptr_array_new_with_free_func (g_free);
  cg_marshal_pass (passed, method->in_args);
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);
  cg_writer_set_expanded (writer, "make_call", "$new_call$ ($passed$)");

  cg_marshal_set_store (writer, method->in_args, FALSE);
  cg_signature_emit (writer, method, CG_SIGNATURE_NEW_CALL);
}

/* Writes a function that finish and sync share, if that is shorter. Sets $return_reply$, the end of
 * both. */
void
cg_emit_take_reply (CgWriter       *writer,
                    const CgMethod *method)
{
  const CgArg *returned = cg_method_get_return_arg (method);
  GPtrArray *passed = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (passed, g_strdup ("reply"));
  cg_marshal_pass (passed, method->out_args);
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);
  cg_writer_set (writer, "result_type", returned != NULL ? returned->use.type->c_out : "");
  cg_writer_set_template (writer, "return_reply", "proxy/return-reply");
  cg_writer_set (writer, "failure", returned != NULL ? "NULL" : "FALSE");
  cg_writer_set_flag (writer, "has_numbers", cg_marshal_has_numbers (method->out_args));
  if (returned == NULL && method->out_args->len > 0)
    cg_signature_emit (writer, method, CG_SIGNATURE_TAKE_REPLY);
}

/* Sets what the proxy's synchronous handler passes on. */
static void
set_passed_on (CgWriter       *writer,
               const CgMethod *method)
{
  GPtrArray *passed = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (passed, cg_writer_expand (writer, "$PROXY_CAST$ (self)"));
  cg_marshal_pass (passed, method->in_args);
  if (cg_method_get_return_arg (method) == NULL)
    cg_marshal_pass (passed, method->out_args);
  if ((method->flags & CG_METHOD_ONEWAY) == 0)
    {
      g_ptr_array_add (passed, g_strdup ("NULL"));
      g_ptr_array_add (passed, g_strdup ("error"));
    }
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);
}

static void
emit_proxy_call (CgWriter       *writer,
                 const CgMethod *method)
{
  gboolean is_stream = cg_member_is_stream (method);

  emit_new_call (writer, method);
  if (!is_stream && (method->flags & CG_METHOD_ONEWAY) == 0)
    cg_emit_take_reply (writer, method);
  cg_signature_emit_group (writer, method, CG_GROUP_PROXY);
  set_passed_on (writer, method);
  cg_signature_emit_group (writer, method, CG_GROUP_PROXY_HANDLER);
}

void
cg_emit_proxy (const CgInterface *interface,
               CgWriter          *writer)
{
  cg_keys_set_docs (writer, &interface->node);
  cg_writer_emit (writer, cg_template ("proxy/proxy-type"));
  cg_emit_properties (interface, writer, TRUE);
  cg_emit_methods (interface, writer, emit_proxy_call);
  cg_writer_emit (writer, cg_template ("proxy/iface-init"));
}
