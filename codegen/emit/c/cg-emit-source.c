/* cg-emit-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The C code: conversions between the GValues of a call and C functions. */

#include "cg-emit-private.h"

static void
emit_interface (const CgInterface *interface,
                CgWriter          *writer)
{
  cg_names_set (writer, &interface->node);

  cg_writer_set_list (writer, "methods", interface->methods, cg_keys_set_member_item, NULL);
  cg_writer_emit (writer, cg_template ("source/section"));
  cg_emit_dispatch (interface, writer);
  cg_emit_unpack (interface, writer);
  cg_emit_info (interface, writer);
  cg_emit_streams (interface, writer);
  cg_emit_service (interface, writer);
  cg_emit_proxy (interface, writer);
}

void
cg_emit_source (const CgOutput *output,
                CgWriter       *writer)
{
  const CgDescription *description = output->description;
  const char *define = output->style->symbol_decorator_define;

  cg_emit_head (description, output->file, writer);
  cg_writer_take (writer, "define",
                  define != NULL ? g_strdup_printf ("#define %s\n\n", define) : g_strdup (""));
  cg_writer_set (writer, "header", output->header);
  cg_writer_set (writer, "decorator", "");
  cg_writer_emit (writer, cg_template ("source/head"));

  cg_emit_set_declarations (writer, description);
  cg_writer_emit (writer, cg_template ("types/enums"));
  cg_emit_helpers (description, writer);
  cg_emit_records (description, writer);
  cg_emit_service_messages (description, writer);
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    emit_interface (interface, writer);
  cg_writer_emit (writer, cg_template ("source/foot"));
}
