/* cg-emit-properties.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The functions that get and set properties, and the constructors of a proxy that load them. */

#include "cg-emit-private.h"

static void
emit_getters (CgWriter       *writer,
              const CgMember *property)
{
  const CgType *type = property->use.type;

  cg_writer_set (writer, "zero", type->zero);
  cg_writer_set (writer, "gvalue", type->is_pointer ? "value" : "&value");
  cg_writer_set_expanded (writer, "get_value", type->get);
  cg_signature_emit (writer, property, CG_SIGNATURE_GET,
                     type->is_pointer ? "properties/get-pointer" : "properties/get");
  if (!type->is_pointer)
    return;

  cg_writer_take (writer, "declared_type", cg_columns_pad (type->c_out, 0));
  cg_signature_emit (writer, property, CG_SIGNATURE_DUP, "properties/dup");
}

/* The comment in front of the property's getter or setter documents the property itself. */
static void
emit_property_doc (CgWriter       *writer,
                   const CgMember *property)
{
  g_autoptr (GString) doc = g_string_new (NULL);

  if (property->node.c_doc != NULL)
    g_string_append (doc, property->node.c_doc);
  else
    g_string_append_printf (doc, "The property `%s`.", property->node.name);
  cg_emit_append_tags (doc, &property->node, "\n\n");
  cg_writer_set (writer, "doc", doc->str);
  cg_writer_emit (writer, cg_template ("properties/property-doc"));
}

static void
emit_of_service (CgWriter       *writer,
                 const CgMember *property)
{
  emit_property_doc (writer, property);
  if ((property->access & CG_ACCESS_READ) != 0)
    emit_getters (writer, property);
  if ((property->access & CG_ACCESS_WRITE) != 0)
    cg_signature_emit (writer, property, CG_SIGNATURE_SET, "properties/set");
}

static void
emit_of_proxy (CgWriter       *writer,
               const CgMember *property)
{
  if ((property->access & CG_ACCESS_WRITE) == 0)
    return;

  cg_signature_emit (writer, property, CG_SIGNATURE_SET_ASYNC, "properties/set-async");
  cg_signature_emit (writer, property, CG_SIGNATURE_SET_FINISH, "properties/set-finish");
  cg_signature_emit (writer, property, CG_SIGNATURE_SET_SYNC, "properties/set-sync");
}

void
cg_emit_properties (const CgInterface *interface,
                    CgWriter          *writer,
                    gboolean           is_proxy)
{
  static const char * const templates[CG_N_NEW_PROXY_SIGNATURES] = {
    "properties/new-async", "properties/new-finish", "properties/new-sync"
  };

  for (guint i = 0; is_proxy && interface->properties->len > 0 && i < G_N_ELEMENTS (templates); i++)
    {
      cg_signature_set_new (writer, i);
      cg_emit_function_doc (writer, "");
      cg_writer_emit (writer, cg_template (templates[i]));
    }
  CG_FOREACH (const CgMember, property, interface->properties)
    {
      cg_names_set (writer, &property->node);
      if (is_proxy)
        emit_of_proxy (writer, property);
      else
        emit_of_service (writer, property);
    }
}
