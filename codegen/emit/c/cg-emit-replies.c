/* cg-emit-replies.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Functions that take replies apart, for calls that need no GTask. */

#include "cg-emit-private.h"

#include <string.h>

/* Gets the arguments of a reply function: the results, or zeros if the call has failed. */
static GPtrArray *
get_passed (CgWriter       *writer,
            const CgMethod *method,
            gboolean        zeros)
{
  GPtrArray *passed = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < method->out_args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (method->out_args, i);
      const CgType *type = arg->use.type;

      g_ptr_array_add (passed, zeros ? g_strdup (type->zero)
                                     : cg_marshal_expand (writer, type->get, &arg->use, "values", i, ""));
    }
  g_ptr_array_add (passed, g_strdup (zeros ? "error" : "NULL"));
  g_ptr_array_add (passed, g_strdup ("user_data"));

  return passed;
}

static void
emit_unpack (CgWriter       *writer,
             const CgMethod *method)
{
  const char *name = cg_names_look_up (&method->node, "unpack");

  if (!cg_method_has_reply_func (method))
    return;

  cg_marshal_set_passed (writer, get_passed (writer, method, TRUE), CG_PASSED_WIDTH);
  cg_writer_set_expanded (writer, "zeros_passed", "$passed$");
  cg_marshal_set_passed (writer, get_passed (writer, method, FALSE), CG_PASSED_WIDTH);
  cg_writer_set_expanded (writer, "values_passed", "$passed$");
  cg_writer_set_expanded (writer, "call_func", cg_template (method->out_args->len > 0
                                                             ? "proxy/unpack-values"
                                                             : "proxy/unpack-nothing"));
  cg_writer_take (writer, "indent", g_strnfill (strlen (name) + 1, ' '));
  cg_writer_emit (writer, cg_template ("proxy/unpack"));
}

/* Whether clients have a function that calls @method without a GTask. */
gboolean
cg_method_has_reply_func (const CgMethod *method)
{
  return !cg_member_is_stream (method) && (method->flags & CG_METHOD_ONEWAY) == 0;
}

void
cg_emit_unpack (const CgInterface *interface,
                CgWriter          *writer)
{
  gboolean any = FALSE;

  CG_FOREACH (const CgMethod, method, interface->methods)
    any |= cg_method_has_reply_func (method);
  if (any)
    cg_writer_emit (writer, "/* Hand replies to functions of clients, in their contexts. */\n\n");
  cg_emit_methods (interface, writer, emit_unpack);
}
