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

/* Sets the variables for the results of the synchronous handler, and its call. */
static void
set_invocation (CgWriter       *writer,
                const CgMethod *method)
{
  const CgArg *returned = cg_method_get_return_arg (method);
  g_autoptr (GString) locals = g_string_new (NULL);
  GPtrArray *passed = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (passed, g_strdup ("self"));
  cg_marshal_pass (passed, method->in_args);
  CG_FOREACH (const CgArg, arg, method->out_args)
    {
      g_autofree char *local = cg_writer_expand (writer, arg->use.type->c_local);
      g_autofree char *type = cg_columns_pad (local, 0);

      g_string_append_printf (locals, "  %s%s = %s;\n", type, arg->c_out, arg->use.type->zero);
      if (returned == NULL)
        g_ptr_array_add (passed, g_strconcat ("&", arg->c_out, NULL));
    }
  g_ptr_array_add (passed, g_strdup ("error"));
  cg_marshal_set_passed (writer, passed, CG_PASSED_WIDTH);
  if (method->out_args->len > 0)
    g_string_append (locals, "  GValue *results;\n");

  cg_writer_set (writer, "locals", locals->str);
  if (returned != NULL)
    {
      cg_writer_set (writer, "value", returned->c_out);
      cg_writer_set_expanded (writer, "invoke", "$value$ = iface->$vfunc$ ($passed$);\n"
                                                "if ($value$ == NULL)");
    }
  else
    cg_writer_set_expanded (writer, "invoke", "if (!iface->$vfunc$ ($passed$))");
}

/* Sets the statements that free transferred arguments, which no handler takes over, or results. */
static void
set_clear_moved (CgWriter  *writer,
                 GPtrArray *args)
{
  g_autoptr (GString) clear = g_string_new (NULL);

  CG_FOREACH (const CgArg, arg, args)
    {
      const char * const texts[] = { arg->use.type->own, arg->use.type->clear };

      for (gsize i = 0; arg->use.is_moved && i < G_N_ELEMENTS (texts); i++)
        if (texts[i] != NULL)
          {
            g_autofree char *statement = cg_marshal_expand (writer, texts[i], &arg->use, "", 0, arg->c_lent);

            g_string_append_printf (clear, "      %s\n", statement);
          }
    }
  cg_writer_set (writer, "clear_moved", clear->str);
}

/* Explains a virtual function whose name differs from the method's, which authors in other
 * languages may not expect. */
static void
set_spelled (CgWriter       *writer,
             const CgMethod *method)
{
  const char *vfunc = cg_names_look_up (&method->node,
                                        cg_member_is_stream (method) ? "handle" : "vfunc");
  gboolean is_renamed = !g_str_equal (vfunc, cg_names_look_up (&method->node, "method"));

  cg_writer_take (writer, "spelled",
                  is_renamed ? g_strconcat ("; its virtual function is ", vfunc, NULL)
                             : g_strdup (""));
}

/* Sets the statements that return @results: for the default handler, and for the functions that
 * complete the call later. @late is the template for what is done if there is no reply. */
static void
set_reply (CgWriter   *writer,
           GPtrArray  *results,
           gboolean    is_handler,
           const char *late)
{
  gboolean has_values = results->len > 0;

  cg_marshal_set_store (writer, results, is_handler);
  cg_writer_set (writer, "handled", is_handler ? " TRUE" : "");
  cg_writer_set_expanded (writer, "late", late);
  cg_writer_set (writer, "end_reply",
                 is_handler ? "norpc_call_end_reply_on_return" : "norpc_call_end_reply");
  cg_writer_set_expanded (writer, "reply",
                          cg_template (has_values ? "service/reply-with-values"
                                       : "service/reply-without-values"));
}

/* Sets the statements that mark the arguments of a stream's default handler as unused. */
static void
set_unused (CgWriter       *writer,
            const CgMethod *stream)
{
  g_autoptr (GString) unused = g_string_new (NULL);

  CG_FOREACH (const CgArg, arg, stream->in_args)
    if (!arg->use.is_moved)
      g_string_append_printf (unused, "  (void) %s;\n", arg->c_lent);
  cg_writer_set (writer, "unused", unused->str);
}

static void
emit_default_handle (CgWriter       *writer,
                     const CgMethod *method)
{
  if (cg_member_is_stream (method))
    {
      set_clear_moved (writer, method->in_args);
      set_spelled (writer, method);
      set_unused (writer, method);
      cg_signature_set (writer, method, CG_SIGNATURE_HANDLE_STREAM);
      cg_writer_emit (writer, cg_template ("service/default-handle-stream"));
      return;
    }

  cg_signature_set (writer, method, CG_SIGNATURE_HANDLE);
  set_invocation (writer, method);
  set_clear_moved (writer, method->in_args);
  set_spelled (writer, method);
  set_reply (writer, method->out_args, TRUE, "    return$handled$;\n");
  cg_writer_emit (writer, cg_template ("service/default-handle"));
}

static void
emit_complete (CgWriter       *writer,
               const CgMethod *method)
{
  g_autoptr (GPtrArray) given = cg_signature_give (method->out_args);

  cg_writer_set (writer, "declare_results",
                 method->out_args->len > 0 ? "  GValue *results;\n\n" : "");
  set_reply (writer, method->out_args, FALSE, "    return$handled$;\n");
  cg_signature_emit (writer, method, CG_SIGNATURE_COMPLETE);
  if (!cg_method_has_return (method))
    return;

  set_clear_moved (writer, given);
  set_reply (writer, given, FALSE, "    {\n$clear_moved$      return;\n    }\n");
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

#define INSTALL \
  "norpc_interface_install_members (iface, &$info$);\n" \
  "norpc_interface_install_proxy (iface, $proxy_get_type$);"

static void
emit_default_init (const CgInterface *interface,
                   CgWriter          *writer)
{
  g_autoptr (GString) hashes = g_string_new (NULL);

  CG_FOREACH (const CgMethod, method, interface->methods)
    CG_FOREACH (const CgArg, arg, method->in_args)
      cg_emit_append_hash (hashes, &arg->use);

  cg_emit_set_assignments (interface, writer, "", "iface->$handle$ = $default_handle$;");
  cg_writer_set (writer, "hashes", hashes->str);
  cg_writer_set_expanded (writer, "assignments", interface->methods->len > 0
                          ? "$hashes$" INSTALL "\n$assignments$" : "$hashes$" INSTALL);
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
  gboolean has_results = FALSE;

  CG_FOREACH (const CgInterface, interface, description->interfaces)
    CG_FOREACH (const CgMethod, method, interface->methods)
      {
        has_methods = TRUE;
        has_results |= !cg_member_is_stream (method);
      }

  cg_writer_take (writer, "indent", g_strnfill (strlen (description->prefix), ' '));
  if (has_methods)
    cg_writer_emit (writer, cg_template ("service/messages"));
  if (has_results)
    cg_writer_emit (writer, cg_template ("service/warn-of-error"));
}
