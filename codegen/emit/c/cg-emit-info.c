/* cg-emit-info.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The interface as static data, which is what GIO's introspection data is
 * extended by. */

#include "cg-emit-info-private.h"

#include "cg-emit-shared.h"
#include "cg-emit-source-private.h"
#include "model/cg-names.h"
#include "emit/cg-templates.h"

#include <string.h>

/* C++ has no enumerator for several together. */
static char *
make_method_flags (const CgMethod *method)
{
  static const struct
  {
    CgMethodFlags flag;
    const char *name;
  } names[] = {
    { CG_METHOD_ONEWAY, "NORPC_METHOD_FLAGS_ONEWAY" },
    { CG_METHOD_LATEST_WINS, "NORPC_METHOD_FLAGS_LATEST_WINS" },
    { CG_METHOD_IDEMPOTENT, "NORPC_METHOD_FLAGS_IDEMPOTENT" },
  };
  g_autoptr (GString) flags = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if ((method->flags & names[i].flag) != 0)
      g_string_append_printf (flags, "%s%s", flags->len > 0 ? " | " : "", names[i].name);

  if (flags->len == 0)
    return g_strdup ("NORPC_METHOD_FLAGS_NONE");
  if (strchr (flags->str, '|') != NULL)
    return g_strdup_printf ("(NorpcMethodFlags) (%s)", flags->str);

  return g_strdup (flags->str);
}

static void
emit_method (CgInfoEmitter  *self,
             const CgMethod *method)
{
  g_autofree char *annotations = NULL;
  g_autofree char *in_args = NULL;
  g_autofree char *out_args = NULL;
  g_autofree char *timeout = g_strdup_printf ("%u", method->timeout);
  g_autofree char *flags = make_method_flags (method);

  cg_names_set_method (self->writer, method);
  annotations = cg_info_emit_annotations (self, &method->node);
  in_args = cg_info_emit_args (self, method->in_args, "$in_arg_infos$", "$in_args$");
  out_args = cg_info_emit_args (self, method->out_args, "$out_arg_infos$", "$out_args$");

  cg_info_set_string (self, "name_string", method->node.name);
  cg_writer_set (self->writer, "in", in_args);
  cg_writer_set (self->writer, "out", out_args);
  cg_writer_set (self->writer, "timeout", timeout);
  cg_writer_set (self->writer, "method_flags", flags);
  cg_writer_set (self->writer, "annotations_value", annotations);
  cg_writer_emit (self->writer, cg_template ("info/method-info"));
}

static void
emit_methods (CgInfoEmitter     *self,
              const CgInterface *interface)
{
  g_autoptr (GPtrArray) pointers = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) dbus_pointers = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *array = cg_writer_expand (self->writer, "$methods$");
  g_autofree char *dbus_array = cg_writer_expand (self->writer, "$dbus_methods$");
  g_autofree char *expression = NULL;
  g_autofree char *dbus_expression = NULL;

  CG_FOREACH (const CgMethod, method, interface->methods)
    {
      emit_method (self, method);
      g_ptr_array_add (pointers, cg_writer_expand (self->writer, "&$method_info$"));
      if (cg_member_get_reach (method) == CG_REACH_DBUS)
        g_ptr_array_add (dbus_pointers, cg_writer_expand (self->writer, "&$method_info$.dbus"));
    }

  expression = cg_info_emit_pointers (self, "NorpcMethodInfo", array, pointers);
  dbus_expression = cg_info_emit_pointers (self, "GDBusMethodInfo", dbus_array, dbus_pointers);
  cg_writer_set (self->writer, "methods_value", expression);
  cg_writer_set (self->writer, "dbus_methods_value", dbus_expression);
}

/* The names of the interface are in @writer. The dispatch functions that the
 * infos point to stand in front of this. */
void
cg_emit_info (const CgInterface *interface,
              CgWriter          *writer)
{
  CgInfoEmitter self = { writer, 0 };
  g_autofree char *annotations = NULL;
  g_autoptr (GString) returns = g_string_new (NULL);

  emit_methods (&self, interface);
  cg_info_emit_members (&self, interface);
  annotations = cg_info_emit_annotations (&self, &interface->node);

  g_string_append (returns, "Returns: (transfer none): the interface info");
  cg_emit_append_tags (returns, &interface->node, "\n");
  cg_info_set_string (&self, "name_string", interface->node.name);
  cg_writer_set (writer, "info_returns", returns->str);
  cg_writer_set (writer, "annotations_value", annotations);
  cg_writer_emit (writer, cg_template ("info/interface-info"));
}
