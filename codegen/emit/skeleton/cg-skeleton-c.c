/* cg-skeleton-c.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A skeleton of a service in C, in which each method fails with "still to be written". */

#include "cg-skeleton.h"

#include "emit/c/cg-emit-shared.h"
#include "model/cg-names.h"
#include "emit/c/cg-signature.h"
#include "emit/cg-templates.h"

#include <string.h>

/* Sets the statements that mark parameters as used, and free arguments that moved to the service. */
static void
set_statements (CgWriter        *writer,
                const CgMethod  *method,
                CgSignatureKind  kind)
{
  g_autoptr (GString) statements = g_string_new ("(void) self;\n");

  if (kind == CG_SIGNATURE_HANDLE_STREAM)
    g_string_append (statements, "(void) call;\n(void) stream;\n");
  CG_FOREACH (const CgArg, arg, method->in_args)
    {
      if (!arg->use.is_moved)
        g_string_append_printf (statements, "(void) %s;\n", arg->c_lent);
      else
        {
          g_autofree char *text = cg_skeleton_make_free (writer, &arg->use, arg->c_lent);

          g_string_append_printf (statements, "%s\n", text);
        }
    }
  if (kind == CG_SIGNATURE_HANDLE_SYNC && cg_method_get_return_arg (method) == NULL)
    CG_FOREACH (const CgArg, arg, method->out_args)
      g_string_append_printf (statements, "(void) %s;\n", arg->c_out);
  if (kind == CG_SIGNATURE_HANDLE)
    g_string_append (statements, "(void) error;\n");

  cg_writer_set (writer, "statements", statements->str);
}

/* Sets the name of the handler, $handler$, and that of its implementation, $own$, which must not be a
 * function that every service has. */
static void
set_handler (CgWriter        *writer,
             const CgMethod  *method,
             CgSignatureKind  kind)
{
  static const char * const taken[] = { "new", "start", "stop", "funcs", NULL };
  const char *handler = cg_signature_get_function (method, kind);

  cg_writer_set (writer, "handler", handler);
  cg_writer_take (writer, "own",
                  g_strconcat (handler, g_strv_contains (taken, handler) ? "_method" : "", NULL));
}

/* Sets the comment in front of a handler: the documentation, and the use of a stream. */
static void
set_comment (CgWriter       *writer,
             const CgMethod *method)
{
  g_autoptr (GString) about = g_string_new (method->node.c_doc);

  if (cg_member_is_stream (method))
    {
      gboolean is_in = (method->flags & CG_METHOD_STREAM_IN) != 0;

      cg_writer_append (writer, about, "\n\n",
                        cg_template (is_in ? "skeleton-c/stream-in" : "skeleton-c/stream-out"));
    }

  cg_writer_set (writer, "about", about->str);
  cg_writer_set_expanded (writer, "comment", about->len > 0 ? "/* $about$ */\n" : "");
}

static void
emit_method (const CgSkeleton *self,
             CgWriter         *writer,
             const CgMethod   *method)
{
  CgSignatureKind kind = cg_member_is_stream (method) ? CG_SIGNATURE_HANDLE_STREAM
                         : cg_skeleton_is_asynchronous (self, method) ? CG_SIGNATURE_HANDLE
                         : CG_SIGNATURE_HANDLE_SYNC;
  gboolean is_returned = kind == CG_SIGNATURE_HANDLE_SYNC && cg_method_get_return_arg (method) != NULL;

  cg_names_set (writer, &method->node);
  cg_signature_set (writer, method, kind);
  set_handler (writer, method, kind);
  set_statements (writer, method, kind);
  set_comment (writer, method);
  cg_writer_set (writer, "zero", is_returned ? "NULL" : "FALSE");
  cg_writer_emit (writer, cg_template (kind == CG_SIGNATURE_HANDLE ? "skeleton-c/asynchronous-function"
                                       : "skeleton-c/method-function"));
}

/* Writes a comment that shows how to emit the signals. */
static void
emit_signals (const CgInterface *interface,
              CgWriter          *writer)
{
  g_autoptr (GString) emissions = g_string_new (NULL);

  CG_FOREACH (const CgMember, signal, interface->signals)
    {
      cg_names_set (writer, &signal->node);
      cg_writer_append (writer, emissions, "\n", "$emit$ (self");
      CG_FOREACH (const CgArg, arg, signal->out_args)
        g_string_append_printf (emissions, ", %s", arg->c_lent);
      g_string_append (emissions, ");");
    }

  cg_writer_set (writer, "emissions", emissions->str);
  if (interface->signals->len > 0)
    cg_writer_emit (writer, cg_template ("skeleton-c/signals"));
}

/* Sets the statements that give properties their first values: those that cannot be NULL, except for
 * strings, which are empty. */
static void
set_properties (const CgInterface *interface,
                CgWriter          *writer)
{
  g_autoptr (GString) values = g_string_new (NULL);
  g_autoptr (GString) statements = g_string_new (NULL);

  CG_FOREACH (const CgMember, property, interface->properties)
    {
      const CgType *type = property->use.type;
      g_autofree char *first = cg_skeleton_make_first (&property->use);

      if (!type->is_pointer || property->use.nullable || g_str_has_prefix (type->c_local, "g_autofree"))
        continue;

      cg_names_set (writer, &property->node);
      cg_writer_set (writer, "lower", property->lower);
      if (first == NULL)
        {
          cg_writer_append (writer, statements, "\n",
                            "/* TODO: g_object_set (service, \"$property_name$\", …, NULL); */");
          continue;
        }

      cg_writer_take (writer, "first", g_str_has_prefix (first, "g_variant")
                      ? g_strdup_printf ("g_variant_ref_sink (%s)", first) : g_strdup (first));
      cg_writer_set (writer, "local", cg_skeleton_is_list (&property->use) ? "g_autoptr (GListModel) "
                     : type->c_local);
      cg_writer_append (writer, values, "\n", "$local$first_$lower$ = $first$;");
      cg_writer_append (writer, statements, "\n",
                        "g_object_set (service, \"$property_name$\", first_$lower$, NULL);");
    }

  cg_writer_set (writer, "values", values->str);
  cg_writer_set (writer, "statements", statements->str);
  cg_writer_set_expanded (writer, "first_values", values->len > 0 ? "  $values$\n" : "");
  cg_writer_set_expanded (writer, "set_values", statements->len > 0 ? "  $statements$\n" : "");
}

static void
emit_interface (const CgSkeleton  *self,
                const CgInterface *interface,
                CgWriter          *writer)
{
  g_autoptr (GString) assignments = g_string_new (NULL);
  g_autofree char *service = NULL;

  cg_skeleton_set_interface (self, interface, writer);
  cg_writer_emit (writer, cg_template ("skeleton-c/type-struct"));
  service = cg_writer_expand (writer, "$service$");
  cg_writer_take (writer, "indent", g_strnfill (strlen (service), ' '));
  set_properties (interface, writer);
  cg_writer_emit (writer, cg_template ("skeleton-c/lifecycle"));

  CG_FOREACH (const CgMethod, method, interface->methods)
    {
      emit_method (self, writer, method);
      cg_writer_append (writer, assignments, ",\n", ".$handler$ = $service$_$own$");
    }
  if (interface->methods->len == 0)
    g_string_append (assignments, ".parent_iface = { 0, 0 }");

  emit_signals (interface, writer);
  cg_writer_set (writer, "assignments", assignments->str);
  cg_writer_emit (writer, cg_template ("skeleton-c/definition"));
}

void
cg_skeleton_emit_c_header (const CgSkeleton *self,
                           CgWriter         *writer)
{
  cg_writer_set (writer, "code", self->code);
  cg_writer_emit (writer, cg_template ("skeleton-c/header-head"));
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    {
      cg_skeleton_set_interface (self, interface, writer);
      cg_writer_emit (writer, cg_template ("skeleton-c/header-type"));
    }
  cg_writer_emit (writer, "G_END_DECLS\n");
}

void
cg_skeleton_emit_c_source (const CgSkeleton *self,
                           CgWriter         *writer)
{
  cg_writer_take (writer, "header", g_strconcat (self->code, "-service.h", NULL));
  cg_writer_set (writer, "prefix", self->description->prefix);
  cg_writer_emit (writer, cg_template ("skeleton-c/source-head"));
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    emit_interface (self, interface, writer);
}
