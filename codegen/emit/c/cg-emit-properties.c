/* cg-emit-properties.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The functions that get and set properties, and the constructors of a proxy that load them. */

#include "cg-emit-private.h"

/* The comment in front of the getter or setter documents the property itself. */
static void
emit_property (CgWriter       *writer,
               const CgMember *property)
{
  const CgType *type = property->use.type;

  cg_writer_emit (writer, cg_template ("properties/property-doc"));
  cg_writer_set_flag (writer, "is_pointer", type->is_pointer);
  cg_writer_set (writer, "zero", type->zero);
  cg_writer_set (writer, "gvalue", type->is_pointer ? "value" : "&value");
  cg_writer_set_expanded (writer, "get_value", type->get);
  cg_writer_take (writer, "declared_type", cg_columns_pad (type->c_out, 0));
  cg_signature_emit_group (writer, property, CG_GROUP_SERVICE);
}

void
cg_emit_properties (const CgInterface *interface,
                    CgWriter          *writer,
                    gboolean           is_proxy)
{
  static const char * const templates[CG_N_NEW_SIGNATURES] = {
    [CG_SIGNATURE_NEW_ASYNC] = "properties/new-async",
    [CG_SIGNATURE_NEW_FINISH] = "properties/new-finish",
    [CG_SIGNATURE_NEW_SYNC] = "properties/new-sync"
  };

  for (guint i = 0; is_proxy && interface->properties->len > 0 && i < G_N_ELEMENTS (templates); i++)
    if (templates[i] != NULL)
      {
        cg_signature_set_new (writer, i);
        cg_emit_function_doc (writer, "");
        cg_writer_emit (writer, cg_template (templates[i]));
      }
  CG_FOREACH (const CgMember, property, interface->properties)
    {
      cg_keys_set_node (writer, &property->node);
      if (is_proxy)
        cg_signature_emit_group (writer, property, CG_GROUP_PROXY);
      else
        emit_property (writer, property);
    }
}
