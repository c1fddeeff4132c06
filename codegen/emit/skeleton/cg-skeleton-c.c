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

/* Sets the statements that mark parameters as used, and free arguments that moved to the service. */
static void
set_statements (CgWriter       *writer,
                const CgMethod *method)
{
  g_autoptr (GString) statements = g_string_new ("(void) self;\n");

  if (cg_member_is_stream (method))
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
  if (!cg_member_is_stream (method) && cg_method_get_return_arg (method) == NULL)
    CG_FOREACH (const CgArg, arg, method->out_args)
      g_string_append_printf (statements, "(void) %s;\n", arg->c_out);

  cg_writer_set (writer, "statements", statements->str);
}

/* Sets the name of the handler, $vfunc$, and that of its implementation, $own$, which must not be a
 * function that every service has. */
static void
set_handler (CgWriter       *writer,
             const CgMethod *method)
{
  static const char * const taken[] = {
    "new", "init", "class_init", "class_intern_init", "get_type", "get_type_once", "iface_init",
    "parent_class", "private_offset", "get_instance_private", NULL
  };
  const char *vfunc = cg_names_look_up (&method->node,
                                        cg_member_is_stream (method) ? "handle" : "vfunc");

  cg_writer_set (writer, "vfunc", vfunc);
  cg_writer_take (writer, "own",
                  g_strconcat (vfunc, g_strv_contains (taken, vfunc) ? "_method" : "", NULL));
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
emit_method (CgWriter       *writer,
             const CgMethod *method)
{
  gboolean is_stream = cg_member_is_stream (method);
  gboolean is_returned = !is_stream && cg_method_get_return_arg (method) != NULL;

  cg_names_set (writer, &method->node);
  cg_signature_set (writer, method,
                    is_stream ? CG_SIGNATURE_HANDLE_STREAM : CG_SIGNATURE_HANDLE_SYNC);
  set_handler (writer, method);
  set_statements (writer, method);
  set_comment (writer, method);
  cg_writer_set (writer, "zero", is_returned ? "NULL" : "FALSE");
  cg_writer_emit (writer, cg_template ("skeleton-c/method-function"));
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
      cg_writer_append (writer, emissions, "\n", "$emit$ ($IFACE_CAST$ (self)");
      CG_FOREACH (const CgArg, arg, signal->out_args)
        g_string_append_printf (emissions, ", %s", arg->c_lent);
      g_string_append (emissions, ");");
    }

  cg_writer_set (writer, "emissions", emissions->str);
  if (interface->signals->len > 0)
    cg_writer_emit (writer, cg_template ("skeleton-c/signals"));
}

static void
emit_interface (const CgSkeleton  *self,
                const CgInterface *interface,
                CgWriter          *writer)
{
  g_autoptr (GString) assignments = g_string_new (NULL);

  cg_skeleton_set_interface (self, interface, writer);
  cg_skeleton_set_properties (interface, writer);
  cg_writer_emit (writer, cg_template ("skeleton-c/type-struct"));
  if (interface->properties->len > 0)
    cg_writer_emit (writer, cg_template ("skeleton-c/property-enum"));

  CG_FOREACH (const CgMethod, method, interface->methods)
    {
      emit_method (writer, method);
      cg_writer_append (writer, assignments, "\n", "iface->$vfunc$ = $service$_$own$;");
    }
  if (interface->methods->len == 0)
    g_string_append (assignments, "(void) iface;");

  cg_writer_set (writer, "assignments", assignments->str);
  cg_writer_emit (writer, cg_template ("skeleton-c/type-definition"));
  emit_signals (interface, writer);
  cg_skeleton_emit_properties (interface, writer);
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
