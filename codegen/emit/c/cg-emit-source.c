/* cg-emit-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The C code: what stands between a call's GValues and C functions. */

#include "cg-emit-private.h"

static void
emit_indices (const CgInterface *interface,
              CgWriter          *writer)
{
  g_autoptr (GString) indices = g_string_new (NULL);

  if (interface->methods->len == 0)
    return;

  for (guint i = 0; i < interface->methods->len; i++)
    {
      g_autofree char *index = NULL;

      cg_names_set_method (writer, g_ptr_array_index (interface->methods, i));
      index = cg_writer_expand (writer, i > 0 ? ",\n$METHOD$" : "$METHOD$");
      g_string_append (indices, index);
    }
  cg_writer_set (writer, "indices", indices->str);
  cg_writer_emit (writer, "enum\n{\n  $indices$\n};\n\n");
}

static void
emit_interface (const CgInterface *interface,
                CgWriter          *writer)
{
  cg_names_set_interface (writer, interface);

  cg_writer_emit (writer, cg_template ("source/section"));
  emit_indices (interface, writer);
  cg_emit_dispatch (interface, writer);
  cg_emit_info (interface, writer);
  cg_emit_service (interface, writer);
  cg_emit_proxy (interface, writer);
}

void
cg_emit_source (const CgDescription *description,
                const CgStyle       *style,
                const char          *file,
                const char          *header,
                CgWriter            *writer)
{
  g_autofree char *define = style->symbol_decorator_define != NULL
                            ? g_strdup_printf ("#define %s\n\n", style->symbol_decorator_define)
                            : g_strdup ("");

  cg_emit_head (description, file, writer);
  cg_writer_set (writer, "define", define);
  cg_writer_set (writer, "header", header);
  cg_writer_emit (writer, cg_template ("source/head"));

  cg_emit_foreign_types (description, writer, TRUE);
  cg_emit_enums (description, writer);
  cg_emit_helpers (description, writer);
  cg_emit_records (description, writer);
  cg_emit_service_messages (description, writer);
  for (guint i = 0; i < description->interfaces->len; i++)
    emit_interface (g_ptr_array_index (description->interfaces, i), writer);
  cg_emit_foreign_types (description, writer, FALSE);
}
