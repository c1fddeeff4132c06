/* cg-emit-record-variants.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* From a record to a GVariant and back, in the C code. */

#include "cg-emit-records-private.h"
#include "emit/cg-templates.h"

static const char read_field[] =
  "child = g_variant_get_child_value (variant, $index$);\n"
  "$variable$ = $from$;\n"
  "g_variant_unref (child);";

static const char read_nullable[] =
  "child = g_variant_get_child_value (variant, $index$);\n"
  "content = g_variant_get_maybe (child);\n"
  "if (content != NULL)\n"
  "  $variable$ = $from$;\n"
  "g_variant_unref (child);";

static const char check_read[] =
  "\nif ($condition$)\n"
  "  {\n"
  "$unref_content$"
  "    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,\n"
  "                         \"The field '$field$' of a $T$ cannot be read\");\n"
  "    return NULL;\n"
  "  }";

static char *
make_to_variant (CgWriter      *writer,
                 const CgField *field,
                 guint          index G_GNUC_UNUSED)
{
  g_autofree char *value = g_strconcat ("self->", field->lower, NULL);
  g_autofree char *variant = cg_emit_record_expand (writer, field, field->use.type->to_variant, value, "");

  if (!field->use.nullable)
    return g_strdup_printf ("g_variant_builder_add_value (&builder, %s);", variant);

  return g_strdup_printf ("g_variant_builder_add_value (&builder,\n"
                          "                             g_variant_new_maybe (G_VARIANT_TYPE (\"%s\"),\n"
                          "                                                  %s != NULL ? %s : NULL));",
                          field->use.variant + 1, value, variant);
}

static char *
make_from_variant (CgWriter      *writer,
                   const CgField *field,
                   guint          index)
{
  const CgType *type = field->use.type;
  gboolean nullable = field->use.nullable;
  g_autofree char *variable = g_strconcat ("self->", field->lower, NULL);
  g_autofree char *number = g_strdup_printf ("%u", index);
  g_autofree char *from = cg_emit_record_expand (writer, field, type->from_variant, nullable ? "content" : "child", "");
  g_autofree char *condition = g_strdup_printf (nullable ? "content != NULL && %s == NULL" : "%s == NULL", variable);
  g_autofree char *read = NULL;
  g_autofree char *check = NULL;

  cg_writer_set (writer, "index", number);
  cg_writer_set (writer, "variable", variable);
  cg_writer_set (writer, "from", from);
  cg_writer_set (writer, "condition", condition);
  cg_writer_set (writer, "field", field->node.name);
  cg_writer_set (writer, "unref_content", nullable ? "    g_variant_unref (content);\n" : "");
  read = cg_writer_expand (writer, nullable ? read_nullable : read_field);
  check = type->can_fail ? cg_writer_expand (writer, check_read) : g_strdup ("");

  return g_strconcat (read, check, nullable ? "\ng_clear_pointer (&content, g_variant_unref);" : "", NULL);
}

void
cg_emit_record_variants (CgWriter            *writer,
                         const CgDeclaration *record)
{
  gboolean has_nullable = FALSE;

  for (guint i = 0; i < record->fields->len; i++)
    has_nullable |= ((CgField *) g_ptr_array_index (record->fields, i))->use.nullable;

  cg_emit_record_set_checks (writer, record, "self->", "");
  cg_emit_record_set_statements (writer, record, make_to_variant, "\n");
  cg_emit_record_function (writer, record, CG_RECORD_TO_VARIANT, cg_template ("records/record-to-variant"));

  cg_writer_set (writer, "declare_content", has_nullable ? "  GVariant *content;\n" : "");
  cg_emit_record_set_statements (writer, record, make_from_variant, "\n\n");
  cg_emit_record_function (writer, record, CG_RECORD_NEW_FROM_VARIANT, cg_template ("records/record-from-variant"));
}
