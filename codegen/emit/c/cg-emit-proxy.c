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

/* Statements that hand the values of @source, a `reply` or an `item`, to the out parameters. Sets
 * $take$, and $declare_values$ and $get_values$ for what is not a pointer. */
void
cg_emit_set_take (CgWriter   *writer,
                  GPtrArray  *args,
                  const char *source)
{
  g_autoptr (GString) take = g_string_new (NULL);
  gboolean has_values = FALSE;

  for (guint i = 0; i < args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (args, i);
      const CgType *type = arg->use.type;
      g_autofree char *get = cg_marshal_expand (writer, type->get, &arg->use, "values", i, "");

      g_string_append_printf (take, "%sif (%s != NULL)\n", i > 0 ? "\n" : "", arg->c_out);
      if (type->is_pointer)
        g_string_append_printf (take, "  *%s = (%s) norpc_%s_steal_pointer (%s, %u);",
                                arg->c_out, type->c_out, source, source, i);
      else
        g_string_append_printf (take, "  *%s = %s;", arg->c_out, get);
      has_values |= !type->is_pointer;
    }
  cg_writer_set (writer, "take", take->str);
  cg_writer_set (writer, "source", source);
  cg_writer_set (writer, "declare_values", has_values ? "  const GValue *values;\n\n" : "");
  cg_writer_set_expanded (writer, "get_values", has_values
                          ? "  values = norpc_$source$_get_values ($source$, NULL);\n" : "");
}

/* Writes a function that finish and sync share, if that is shorter. Sets $return_reply$, the end of
 * both. */
void
cg_emit_take_reply (CgWriter       *writer,
                    const CgMethod *method)
{
  const CgArg *returned = cg_method_get_return_arg (method);
  GPtrArray *passed;

  if (returned != NULL || method->out_args->len == 0)
    {
      cg_writer_set (writer, "return_type", returned != NULL ? returned->use.type->c_out : "");
      cg_writer_set_expanded (writer, "return_reply",
                              cg_template (returned != NULL ? "proxy/return-pointer"
                                           : "proxy/return-success"));
      return;
    }

  passed = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (passed, g_strdup ("reply"));
  cg_marshal_pass (passed, method->out_args);

  cg_emit_set_take (writer, method->out_args, "reply");
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);
  cg_writer_set_expanded (writer, "return_reply", "return $take_reply$ ($passed$);");
  cg_signature_emit (writer, method, CG_SIGNATURE_TAKE_REPLY);
}

/* Sets $answer$, the answer of the proxy's synchronous handler. */
static void
set_answer (CgWriter       *writer,
            const CgMethod *method)
{
  GPtrArray *passed = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *answer = NULL;
  gboolean one_way = (method->flags & CG_METHOD_ONEWAY) != 0;

  g_ptr_array_add (passed, cg_writer_expand (writer, "$PROXY_CAST$ (self)"));
  cg_marshal_pass (passed, method->in_args);
  if (cg_method_get_return_arg (method) == NULL)
    cg_marshal_pass (passed, method->out_args);
  if (!one_way)
    {
      g_ptr_array_add (passed, g_strdup ("NULL"));
      g_ptr_array_add (passed, g_strdup ("error"));
    }
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);
  answer = g_strconcat (one_way ? "(void) error;\n\n" : "",
                        method->node.deprecated ? "G_GNUC_BEGIN_IGNORE_DEPRECATIONS\n" : "",
                        one_way ? "$call$ ($passed$);" : "return $sync$ ($passed$);",
                        method->node.deprecated ? "\nG_GNUC_END_IGNORE_DEPRECATIONS" : "",
                        one_way ? "\n\nreturn TRUE;" : "", NULL);
  cg_writer_set_expanded (writer, "answer", answer);
}

static void
emit_proxy_call (CgWriter       *writer,
                 const CgMethod *method)
{
  gboolean is_stream = cg_member_is_stream (method);

  cg_writer_set (writer, "failure", cg_method_get_return_arg (method) != NULL ? "NULL" : "FALSE");
  emit_new_call (writer, method);
  if (!is_stream && (method->flags & CG_METHOD_ONEWAY) == 0)
    cg_emit_take_reply (writer, method);
  cg_signature_emit_group (writer, method, CG_GROUP_PROXY);
  if (!is_stream)
    set_answer (writer, method);
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
  cg_emit_set_assignments (interface, writer,
                           "iface->$vfunc$ = $proxy_sync$;\n", "iface->$handle$ = $proxy_handle$;");
  cg_writer_emit (writer, cg_template ("proxy/iface-init"));
}
