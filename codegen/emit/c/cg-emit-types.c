/* cg-emit-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The keys of templates for the types that a description declares. */

#include "cg-emit-private.h"

#include "doc/cg-doc.h"

#include <string.h>

static char *
make_number (gint64   value,
             gboolean is_flag)
{
  if (is_flag && value > 0 && (value & (value - 1)) == 0)
    return g_strdup_printf ("1 << %d", g_bit_nth_lsf ((gulong) value, -1));
  if (value == G_MININT32)
    return g_strdup ("G_MININT32");

  return g_strdup_printf ("%" G_GINT64_FORMAT, value);
}

/* @data is the width of the longest name. */
static void
set_value (CgWriter      *writer,
           gpointer       item,
           gconstpointer  data)
{
  const CgValue *value = item;

  cg_writer_set (writer, "upper", value->upper);
  cg_writer_take (writer, "padded",
                  g_strdup_printf ("%-*s", (int) GPOINTER_TO_SIZE (data), value->upper));
  cg_writer_take (writer, "number",
                  make_number (value->value, cg_writer_is_set (writer, "is_flags")));
  cg_writer_take (writer, "nick", cg_c_string (value->nick));
  cg_writer_set (writer, "value_doc", value->node.c_doc != NULL ? value->node.c_doc : "");
  cg_writer_set (writer, "dbus_error", value->dbus_name != NULL ? value->dbus_name : "");
}

/* @data is the width of the longest type. */
static void
set_field (CgWriter      *writer,
           gpointer       item,
           gconstpointer  data)
{
  const CgField *field = item;

  cg_writer_take (writer, "padded",
                  cg_columns_pad (field->use.type->c_out, (guint) GPOINTER_TO_SIZE (data)));
  cg_writer_set (writer, "member", field->lower);
  cg_writer_set (writer, "param", field->param);
  cg_writer_set (writer, "property", field->property);
  cg_writer_take (writer, "field_line", cg_param_doc_make_field (field));
}

void
cg_emit_set_fields (CgWriter            *writer,
                    const CgDeclaration *record)
{
  gsize width = 0;

  CG_FOREACH (const CgField, field, record->fields)
    width = MAX (width, strlen (field->use.type->c_out));
  cg_writer_set_list (writer, "fields", record->fields, set_field, GSIZE_TO_POINTER (width));
}

static void
set_prototypes (CgWriter            *writer,
                const CgDeclaration *record)
{
  GPtrArray *prototypes = cg_prototypes_new ();

  for (guint i = 0; i < CG_N_RECORD_FUNCTIONS; i++)
    if (cg_record_has_function (record, i))
      {
        cg_signature_set_record (writer, record, i);
        cg_prototypes_add (prototypes, writer, "");
      }
  if (record->is_object)
    CG_FOREACH (const CgField, field, record->fields)
      {
        cg_signature_set_field (writer, record, field);
        cg_prototypes_add (prototypes, writer, "");
      }
  cg_prototypes_set (prototypes, writer, "prototypes");
}

static void
set_declaration (CgWriter      *writer,
                 gpointer       item,
                 gconstpointer  data G_GNUC_UNUSED)
{
  static const char * const words[] = {
    [CG_DECLARED_ENUM] = "enumeration",
    [CG_DECLARED_FLAGS] = "flags",
    [CG_DECLARED_ERROR_DOMAIN] = "errors",
    [CG_DECLARED_RECORD] = "record",
  };
  const CgDeclaration *declaration = item;
  gboolean is_record = declaration->kind == CG_DECLARED_RECORD;
  gboolean has_dbus_names = FALSE;
  gsize width = 0;

  cg_names_set (writer, &declaration->node);
  if (is_record)
    set_prototypes (writer, declaration);
  CG_FOREACH (const CgValue, value, declaration->values)
    {
      width = MAX (width, strlen (value->upper));
      has_dbus_names |= value->dbus_name != NULL;
    }

  cg_keys_set_docs (writer, &declaration->node);
  cg_writer_set (writer, "kind", words[declaration->kind]);
  cg_writer_set (writer, "described_name", declaration->node.name);
  cg_writer_set_flag (writer, "is_flags", declaration->kind == CG_DECLARED_FLAGS);
  cg_writer_set_flag (writer, "is_domain", declaration->kind == CG_DECLARED_ERROR_DOMAIN);
  cg_writer_set_flag (writer, "is_record", is_record);
  cg_writer_set_flag (writer, "is_object", declaration->is_object);
  cg_writer_set_flag (writer, "has_dbus_names", has_dbus_names);
  cg_writer_set_flag (writer, "is_in_process",
                      is_record && declaration->named->type.variant == NULL);
  cg_writer_set_template (writer, "type_doc", "types/doc");
  cg_writer_take (writer, "quark_name",
                  g_strdelimit (cg_writer_expand (writer, "$t_quark$"), "_", '-'));
  cg_writer_set_list (writer, "values", declaration->values, set_value, GSIZE_TO_POINTER (width));
  cg_emit_set_fields (writer, declaration);
}

void
cg_emit_set_declarations (CgWriter            *writer,
                          const CgDescription *description)
{
  gboolean has_records = FALSE;

  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    has_records |= declaration->kind == CG_DECLARED_RECORD;
  cg_writer_set_flag (writer, "has_records", has_records);
  cg_writer_set_list (writer, "declarations", description->declarations, set_declaration, NULL);
}
