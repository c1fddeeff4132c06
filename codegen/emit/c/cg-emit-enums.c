/* cg-emit-enums.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Enumerations, flags and error domains, in the C code. */

#include "cg-emit-private.h"

#include "doc/cg-doc.h"

static void
emit_enum (const CgDeclaration *declaration,
           CgWriter            *writer)
{
  const char *kind = declaration->kind == CG_DECLARED_FLAGS ? "FLAGS" : "ENUM";
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autofree char *indent = g_strnfill (sizeof "G_DEFINE_ENUM_TYPE (" - 1 + (*kind == 'F'), ' ');

  for (guint i = 0; i < declaration->values->len; i++)
    {
      const CgValue *value = g_ptr_array_index (declaration->values, i);
      g_autofree char *nick = cg_c_string (value->nick);

      g_string_append_printf (rows, "%sG_DEFINE_ENUM_VALUE (%s, %s)", i > 0 ? ",\n" : "",
                              value->upper, nick);
    }

  cg_writer_set (writer, "KIND", kind);
  cg_writer_set (writer, "indent", indent);
  cg_writer_set (writer, "rows", rows->str);
  cg_writer_emit (writer, cg_template ("enums/enum-type"));
}

static void
emit_quark (const CgDeclaration *domain,
            CgWriter            *writer)
{
  g_autofree char *quark = cg_writer_expand (writer, "$t_quark$");
  g_autoptr (GString) entries = g_string_new (NULL);

  CG_FOREACH (const CgValue, value, domain->values)
    {
      if (value->dbus_name != NULL)
        g_string_append_printf (entries, "%s{ %s, \"%s\" }", entries->len > 0 ? ",\n" : "",
                                value->upper, value->dbus_name);
    }

  cg_writer_set (writer, "quark_name", g_strdelimit (quark, "_", '-'));
  cg_writer_set (writer, "entries", entries->str);
  if (entries->len > 0)
    cg_writer_emit (writer, cg_template ("enums/dbus-quark"));
  cg_writer_emit (writer, cg_template ("enums/quark-doc"));
  cg_writer_emit (writer, cg_template (entries->len > 0 ? "enums/dbus-quark-function"
                                                        : "enums/plain-quark"));
}

void
cg_emit_enums (const CgDescription *description,
               CgWriter            *writer)
{
  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    {
      if (declaration->kind == CG_DECLARED_RECORD)
        continue;

      cg_names_set (writer, &declaration->node);
      emit_enum (declaration, writer);
      if (declaration->kind == CG_DECLARED_ERROR_DOMAIN)
        emit_quark (declaration, writer);
    }
}
