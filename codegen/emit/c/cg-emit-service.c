/* cg-emit-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The service's side in C: from a call to a vfunc, and from results to a
 * reply. */

#include "cg-emit-private.h"

#include <string.h>

static void
emit_dispatch (CgWriter       *writer,
               const CgMethod *method)
{
  GPtrArray *passed = g_ptr_array_new_with_free_func (g_free);
  const char *name = cg_names_look_up (&method->node, "dispatch");
  gboolean has_lent = FALSE;
  gboolean has_moved = FALSE;

  g_ptr_array_add (passed, g_strdup ("self"));
  g_ptr_array_add (passed, g_strdup ("call"));
  if (cg_member_is_stream (method))
    g_ptr_array_add (passed, cg_writer_expand (writer, "($Stream$ *) norpc_call_get_stream (call, $TYPE_STREAM$)"));
  for (guint i = 0; i < method->in_args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (method->in_args, i);

      if (arg->use.is_moved)
        {
          g_ptr_array_add (passed, g_strdup_printf ("(%s) norpc_call_steal_pointer (call, %u)",
                                                    arg->use.type->c_out, i));
          has_moved = TRUE;
          continue;
        }

      g_ptr_array_add (passed, cg_marshal_expand (writer, arg->use.type->get, &arg->use,
                                                  "args", i, ""));
      has_lent = TRUE;
    }
  g_ptr_array_add (passed, g_strdup ("error"));
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH / 2);

  cg_writer_take (writer, "indent", g_strnfill (strlen (name) + 1, ' '));
  cg_writer_set (writer, "declare_args", has_lent
                 ? "  const GValue *args = norpc_call_get_args (call, NULL);\n" : "");
  cg_writer_set_expanded (writer, "sync_handler",
                          cg_member_is_stream (method) ? "$handle$" : "$vfunc$");
  cg_writer_set_expanded (writer, "begin_move",
                          has_moved ? cg_template ("service/begin-move") : "");
  cg_writer_emit (writer, cg_template ("service/dispatch"));
}

static void
emit_default_handle (CgWriter       *writer,
                     const CgMethod *method)
{
  gboolean is_stream = cg_member_is_stream (method);
  const CgArg *returned = cg_method_get_return_arg (method);
  const char *vfunc = cg_names_look_up (&method->node, is_stream ? "handle" : "vfunc");
  GPtrArray *passed = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (passed, g_strdup ("self"));
  cg_marshal_pass (passed, method->in_args);
  CG_FOREACH (const CgArg, arg, method->out_args)
    if (returned == NULL)
      g_ptr_array_add (passed, g_strconcat ("&", arg->c_out, NULL));
  g_ptr_array_add (passed, g_strdup ("error"));
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);

  cg_signature_set (writer, method, is_stream ? CG_SIGNATURE_HANDLE_STREAM : CG_SIGNATURE_HANDLE);
  cg_marshal_set_store (writer, method->out_args, TRUE);
  cg_writer_set (writer, "returned", returned != NULL ? returned->c_out : "");
  /* authors in other languages may not expect another name than the method's */
  cg_writer_set (writer, "renamed",
                 g_str_equal (vfunc, cg_names_look_up (&method->node, "method")) ? "" : vfunc);
  cg_writer_emit (writer, cg_template (is_stream ? "service/default-handle-stream"
                                       : "service/default-handle"));
}

static void
emit_complete (CgWriter       *writer,
               const CgMethod *method)
{
  g_autoptr (GPtrArray) given = cg_signature_give (method->out_args);

  cg_marshal_set_store (writer, method->out_args, FALSE);
  cg_signature_emit (writer, method, CG_SIGNATURE_COMPLETE);
  if (!cg_method_has_return (method))
    return;

  cg_marshal_set_store (writer, given, FALSE);
  cg_writer_set_list (writer, "given", given, cg_marshal_set_arg, NULL);
  cg_signature_emit (writer, method, CG_SIGNATURE_RETURN);
}

/* Passes a copy of each array of pointers. An array from a language binding has no function to free
 * its elements, and the runtime could not set one when it copies the array for clients.
 */
static void
pass_copies (CgWriter       *writer,
             const CgMember *signal,
             GPtrArray      *passed)
{
  g_autoptr (GString) copies = g_string_new (NULL);

  for (guint i = 0; i < signal->out_args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (signal->out_args, i);
      const CgType *type = arg->use.type;
      const CgNamedType *named = arg->use.named;
      char **name = (char **) &g_ptr_array_index (passed, passed->len - signal->out_args->len + i);
      g_autofree char *copy = NULL;

      if (named == NULL || type != &named->array || !named->type.is_pointer)
        continue;

      copy = cg_marshal_expand (writer, type->copy, &arg->use, "", 0, arg->c_out);
      g_free (*name);
      *name = g_strdup_printf ("norpc_copy_%u", i);
      g_string_append_printf (copies, "  g_autoptr (GPtrArray) %s = %s;\n", *name, copy);
    }
  if (copies->len > 0)
    g_string_append_c (copies, '\n');
  cg_writer_set (writer, "copies", copies->str);
}

static void
emit_signal (CgWriter       *writer,
             const CgMember *signal)
{
  GPtrArray *passed = g_ptr_array_new_with_free_func (g_free);

  cg_signature_set (writer, signal, CG_SIGNATURE_SIGNAL);
  cg_writer_emit (writer, cg_template ("service/signal-doc"));

  g_ptr_array_add (passed, g_strdup ("self"));
  /* a service may have a signal of the same name from another interface, too */
  g_ptr_array_add (passed, cg_writer_expand (writer, "g_signal_lookup (\"$signal_name$\", "
                                                     "$TYPE_IFACE$)"));
  g_ptr_array_add (passed, g_strdup ("0"));
  cg_marshal_pass (passed, signal->out_args);
  pass_copies (writer, signal, passed);
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);
  cg_signature_emit (writer, signal, CG_SIGNATURE_EMIT);
}

static void
emit_default_init (const CgInterface *interface,
                   CgWriter          *writer)
{
  g_autoptr (GString) hashes = g_string_new (NULL);

  CG_FOREACH (const CgMethod, method, interface->methods)
    CG_FOREACH (const CgArg, arg, method->in_args)
      cg_emit_append_hash (hashes, &arg->use);
  cg_writer_take (writer, "hashes", g_strchomp (g_strdup (hashes->str)));
  cg_writer_emit (writer, cg_template ("service/default-init"));
}

void
cg_emit_dispatch (const CgInterface *interface,
                  CgWriter          *writer)
{
  if (interface->methods->len > 0)
    cg_writer_emit (writer, "/* Hands calls to a service, in the context of its server. */\n\n");
  cg_emit_methods (interface, writer, emit_dispatch);
}

void
cg_emit_service (const CgInterface *interface,
                 CgWriter          *writer)
{
  if (interface->methods->len > 0)
    cg_writer_emit (writer,
                    "/* The asynchronous handlers where a service has none: they call the "
                    "synchronous ones. */\n\n");
  cg_emit_methods (interface, writer, emit_default_handle);
  emit_default_init (interface, writer);
  cg_signature_set_new (writer, CG_SIGNATURE_NEW_FOR_FUNCS);
  cg_emit_function_doc (writer, " (skip)");
  cg_writer_emit (writer, cg_template ("service/new-for-funcs"));
  cg_emit_methods (interface, writer, emit_complete);
  CG_FOREACH (const CgMember, signal, interface->signals)
    {
      cg_names_set (writer, &signal->node);
      emit_signal (writer, signal);
    }
  cg_emit_properties (interface, writer, FALSE);
}

/* Writes the messages that the functions of all methods share. */
void
cg_emit_service_messages (const CgDescription *description,
                          CgWriter            *writer)
{
  gboolean has_methods = FALSE;
  gboolean has_calls = FALSE;
  gboolean drops_fds = FALSE;

  CG_FOREACH (const CgInterface, interface, description->interfaces)
    CG_FOREACH (const CgMethod, method, interface->methods)
      {
        has_methods = TRUE;
        has_calls |= !cg_member_is_stream (method);
        drops_fds |= !cg_member_is_stream (method) && cg_marshal_has_handles (method->out_args);
      }

  cg_writer_take (writer, "indent", g_strnfill (strlen (description->prefix), ' '));
  cg_writer_set_flag (writer, "has_methods", has_methods);
  cg_writer_set_flag (writer, "has_calls", has_calls);
  cg_writer_set_flag (writer, "drops_fds", drops_fds);
  cg_writer_emit (writer, cg_template ("service/messages"));
}
