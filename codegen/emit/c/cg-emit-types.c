/* cg-emit-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The types that a description declares, in the C header. */

#include "cg-emit-private.h"

#include <string.h>

/* Sets the text after the lines of values or fields in the comment of a type. */
static void
set_type_doc (CgWriter            *writer,
              const CgDeclaration *declaration)
{
  static const char * const words[] = {
    [CG_DECLARED_ENUM] = "enumeration",
    [CG_DECLARED_FLAGS] = "flags",
    [CG_DECLARED_ERROR_DOMAIN] = "errors",
    [CG_DECLARED_RECORD] = "record",
  };

  cg_keys_set_docs (writer, &declaration->node);
  cg_writer_set (writer, "kind", words[declaration->kind]);
  cg_writer_set (writer, "described_name", declaration->node.name);
  cg_writer_set_flag (writer, "is_in_process", declaration->kind == CG_DECLARED_RECORD &&
                                               declaration->named->type.variant == NULL);
  cg_writer_set_template (writer, "type_doc", "types/type-doc-text");
}

static char *
make_number (const CgDeclaration *declaration,
             const CgValue       *value)
{
  gboolean is_bit = value->value > 0 && (value->value & (value->value - 1)) == 0;

  if (declaration->kind == CG_DECLARED_FLAGS && is_bit)
    return g_strdup_printf ("1 << %d", g_bit_nth_lsf ((gulong) value->value, -1));
  if (value->value == G_MININT32)
    return g_strdup ("G_MININT32");

  return g_strdup_printf ("%" G_GINT64_FORMAT, value->value);
}

static void
emit_enum (const CgDeclaration *declaration,
           CgWriter            *writer)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GString) values = g_string_new (NULL);
  gsize width = 0;

  CG_FOREACH (const CgValue, value, declaration->values)
    width = MAX (width, strlen (value->upper));

  CG_FOREACH (const CgValue, value, declaration->values)
    {
      g_autofree char *number = make_number (declaration, value);

      g_string_append_printf (values, "%s%-*s = %s", values->len > 0 ? ",\n" : "", (int) width,
                              value->upper, number);
      if (value->node.c_doc != NULL)
        g_string_append_printf (lines, "@%s: %s\n", value->upper, value->node.c_doc);
    }

  cg_names_set (writer, &declaration->node);
  cg_writer_set (writer, "flags_comment",
                 declaration->kind == CG_DECLARED_FLAGS ? " /*< flags >*/" : "");
  cg_writer_set (writer, "lines", lines->str);
  cg_writer_set (writer, "values", values->str);
  set_type_doc (writer, declaration);
  cg_writer_emit (writer, cg_template ("types/type-doc"));
  cg_writer_emit (writer, cg_template ("types/enum-type"));
  if (declaration->kind == CG_DECLARED_ERROR_DOMAIN)
    cg_writer_emit (writer, cg_template ("types/domain"));
}

void
cg_emit_set_members (CgWriter            *writer,
                     const CgDeclaration *record)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GString) members = g_string_new (NULL);
  gsize width = 0;

  CG_FOREACH (const CgField, field, record->fields)
    width = MAX (width, strlen (field->use.type->c_out));

  CG_FOREACH (const CgField, field, record->fields)
    {
      g_autofree char *doc = cg_param_doc_make_field (field);
      g_autofree char *type = cg_columns_pad (field->use.type->c_out, width);

      if (*doc != '\0')
        g_string_append_printf (lines, "@%s: %s\n", field->lower, doc);
      g_string_append_printf (members, "%s%s%s;", members->len > 0 ? "\n" : "", type, field->lower);
    }

  cg_writer_set (writer, "lines", lines->str);
  cg_writer_set (writer, "members", members->str);
}

static void
emit_record (const CgDeclaration *record,
             CgWriter            *writer)
{
  CgColumns columns = { 0, 0 };

  cg_names_set (writer, &record->node);
  cg_emit_set_members (writer, record);
  if (record->is_object)
    cg_writer_set (writer, "lines", "");
  set_type_doc (writer, record);
  cg_writer_emit (writer, cg_template ("types/type-doc"));
  cg_writer_emit (writer, cg_template (record->is_object ? "types/record-object"
                                                         : "types/record-struct"));

  cg_writer_set (writer, "deprecated", "");
  for (int pass = 0; pass < 2; pass++)
    {
      for (guint i = 0; i < CG_N_RECORD_FUNCTIONS; i++)
        if (cg_record_has_function (record, i))
          {
            cg_signature_set_record (writer, record, i);
            cg_emit_prototype (writer, &columns, pass == 0);
          }
      for (guint i = 0; record->is_object && i < record->fields->len; i++)
        {
          cg_signature_set_field (writer, record, g_ptr_array_index (record->fields, i));
          cg_emit_prototype (writer, &columns, pass == 0);
        }
    }

  cg_writer_set (writer, "free_record",
                 record->is_object ? "g_object_unref" : cg_names_look_up (&record->node, "t_free"));
  cg_writer_emit (writer, cg_template ("types/record-end"));
}

void
cg_emit_types (const CgDescription *description,
               CgWriter            *writer)
{
  gboolean has_records = FALSE;

  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    if (declaration->kind != CG_DECLARED_RECORD)
      emit_enum (declaration, writer);

  /* first, because records can contain each other in any order */
  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    {
      if (declaration->kind != CG_DECLARED_RECORD)
        continue;
      has_records = TRUE;
      cg_names_set (writer, &declaration->node);
      cg_writer_emit (writer, cg_template ("types/record-typedef"));
    }
  if (has_records)
    cg_writer_emit (writer, "\n");

  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    if (declaration->kind == CG_DECLARED_RECORD)
      emit_record (declaration, writer);
}
