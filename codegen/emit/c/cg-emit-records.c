/* cg-emit-records.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The functions of records, in the C code. */

#include "cg-emit-private.h"

#include <string.h>

/* A function in the C code, and its statements for each field. */
typedef struct
{
  CgRecordFunction  function;
  const char       *code;       /* the name of the template, as the next one and the last two */
  const char       *nested;     /* (nullable): for records that can be in themselves */
  const char       *checked;    /* (nullable): before fields that are checked; "": the parameters */
  const char       *checks;     /* before the checks */
  const char       *separator;  /* of the statements */
  gsize             text;       /* in CgType: what $text$ is made of, for $value$ */
  const char       *value;
  const char       *statement;  /* (nullable): if make_from_variant() makes it */
  const char       *of_pointer; /* (nullable): of one that can be NULL, if it differs */
} Function;

/* In their order. */
static const Function functions[] = {
  {
    CG_RECORD_NEW, "records/new-record", NULL, "", "\n", "\n",
    G_STRUCT_OFFSET (CgType, copy), "$param$", "records/new-field", NULL
  },
  {
    CG_RECORD_COPY, "records/copy-record", "records/copy-nested", NULL, NULL, "\n",
    G_STRUCT_OFFSET (CgType, copy), "self->$member$", "records/copy-field", NULL
  },
  {
    CG_RECORD_FREE, "records/free-record", "records/free-nested", NULL, NULL, "",
    G_STRUCT_OFFSET (CgType, clear), "self->$member$", "records/clear-field", NULL
  },
  {
    CG_RECORD_SWAP_FIELD, "records/swap-field", NULL, NULL, NULL, "",
    G_STRUCT_OFFSET (CgType, clear), "self->$member$", "records/clear-field", NULL
  },
  {
    CG_RECORD_EQUAL, "records/equal-records", "records/equal-nested", NULL, NULL, " &&\n",
    G_STRUCT_OFFSET (CgType, equal), "a->$member$", "records/equal-field", "records/equal-pointer"
  },
  {
    CG_RECORD_HASH, "records/hash-record", "records/hash-nested", NULL, NULL, "\n",
    G_STRUCT_OFFSET (CgType, hash), "record->$member$", "records/hash-field", "records/hash-pointer"
  },
  {
    CG_RECORD_TO_VARIANT, "records/record-to-variant", NULL, "self->", "", "\n",
    G_STRUCT_OFFSET (CgType, to_variant), "self->$member$",
    "records/add-field", "records/add-nullable"
  },
  {
    CG_RECORD_NEW_FROM_VARIANT, "records/record-from-variant", NULL, NULL, NULL, "\n\n",
    G_STRUCT_OFFSET (CgType, from_variant), "self->$member$", NULL, NULL
  },
};

static char *
make_from_variant (CgWriter      *writer,
                   const CgField *field,
                   const char    *variable)
{
  const CgType *type = field->use.type;
  gboolean nullable = field->use.nullable;
  g_autofree char *read = NULL;
  g_autofree char *check = NULL;

  cg_writer_set (writer, "variable", variable);
  cg_writer_take (writer, "from",
                  cg_marshal_expand (writer, type->from_variant, &field->use, "", 0,
                                     nullable ? "content" : "child"));
  cg_writer_set_expanded (writer, "condition",
                          nullable ? "content != NULL && $variable$ == NULL"
                          : "$variable$ == NULL");
  cg_writer_set (writer, "field", field->node.name);
  cg_writer_set (writer, "unref_content", nullable ? "    g_variant_unref (content);\n" : "");
  read = cg_writer_expand (writer,
                           cg_template (nullable ? "records/read-nullable" : "records/read-field"));
  check = cg_writer_expand (writer, type->can_fail ? cg_template ("records/check-read") : "");

  return g_strconcat (read, check,
                      nullable ? "\ng_clear_pointer (&content, g_variant_unref);" : "", NULL);
}

/* Makes the statements of a function for a field. Unless fields are checked, each pointer can be
 * NULL: in a nullable field, or in a record that a language binding has made. */
static char *
make_statement (CgWriter       *writer,
                const CgField  *field,
                const Function *function)
{
  const CgTypeUse *use = &field->use;
  gboolean can_be_null = function->checked != NULL ? use->nullable : use->type->is_pointer;
  const char *text = function->text == G_STRUCT_OFFSET (CgType, copy)
                     ? cg_marshal_get_copy (use->type, can_be_null)
                     : G_STRUCT_MEMBER (const char *, use->type, function->text);
  const char *statement = can_be_null && function->of_pointer != NULL
                          ? function->of_pointer : function->statement;
  g_autofree char *value = cg_writer_expand (writer, function->value);

  if (statement == NULL)
    return make_from_variant (writer, field, value);
  if (*text == '\0')
    return g_strdup ("");

  cg_writer_set_expanded (writer, "other", "b->$member$");
  cg_writer_take (writer, "text", cg_marshal_expand (writer, text, use, "", 0, value));

  return cg_writer_expand (writer, cg_template (statement));
}

static void
set_statements (CgWriter            *writer,
                const CgDeclaration *record,
                const Function      *function)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < record->fields->len; i++)
    {
      const CgField *field = g_ptr_array_index (record->fields, i);
      const char *variant = field->use.nullable ? field->use.variant : NULL;
      g_autofree char *statement = NULL;

      cg_writer_take (writer, "index", g_strdup_printf ("%u", i));
      cg_writer_set (writer, "member", field->lower);
      cg_writer_set (writer, "param", field->param);
      cg_writer_set (writer, "content_type", variant != NULL ? variant + strlen ("m") : "");
      statement = make_statement (writer, field, function);
      g_string_append_printf (text, "%s%s", i > 0 ? function->separator : "", statement);
    }
  cg_writer_set (writer, "statements", text->str);
}

/* Makes the condition that pointers are not NULL: members after @prefix, or parameters. */
static void
set_checks (CgWriter            *writer,
            const CgDeclaration *record,
            const char          *prefix,
            const char          *before)
{
  g_autoptr (GString) checks = g_string_new (NULL);

  CG_FOREACH (const CgField, field, record->fields)
    {
      g_autofree char *value =
        g_strconcat (prefix, *prefix != '\0' ? field->lower : field->param, NULL);
      g_autofree char *condition = cg_marshal_make_condition (writer, &field->use, value);

      if (condition != NULL)
        g_string_append_printf (checks, "%s  g_return_val_if_fail (%s, NULL);\n",
                                checks->len == 0 ? before : "", condition);
    }
  cg_writer_set (writer, "checks", checks->str);
}

static void
emit_record (CgWriter            *writer,
             const CgDeclaration *record)
{
  g_autoptr (GString) hashes = g_string_new (NULL);
  gboolean has_nullable = FALSE;

  CG_FOREACH (const CgField, field, record->fields)
    {
      cg_emit_append_hash (hashes, &field->use);
      has_nullable |= field->use.nullable;
    }

  cg_names_set (writer, &record->node);
  cg_emit_fields (record, writer);
  cg_writer_set (writer, "hashes", hashes->str);
  cg_writer_set (writer, "declare_content", has_nullable ? "  GVariant *content;\n" : "");
  cg_writer_set_expanded (writer, "code", cg_template ("records/set-fields"));
  cg_writer_emit (writer, cg_template ("records/define-type"));

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      const Function *row = &functions[i];
      gboolean is_nested = record->is_recursive && row->nested != NULL;

      if (!cg_record_has_function (record, row->function))
        continue;

      if (row->checked != NULL)
        set_checks (writer, record, row->checked, row->checks);
      set_statements (writer, record, row);
      cg_signature_set_record (writer, record, row->function);
      cg_emit_function_doc (writer, cg_record_find_hiding_field (record, row->function) != NULL
                            ? " (skip)" : "");
      cg_writer_emit (writer, cg_template (is_nested ? row->nested : row->code));
    }
}

/* A record that is an object. */
static void
emit_object (CgWriter            *writer,
             const CgDeclaration *record)
{
  g_autoptr (GString) hashes = g_string_new (NULL);
  g_autofree char *checks = NULL;

  CG_FOREACH (const CgField, field, record->fields)
    cg_emit_append_hash (hashes, &field->use);

  cg_names_set (writer, &record->node);
  cg_writer_set (writer, "hashes", hashes->str);
  cg_emit_set_fields (writer, record);
  cg_writer_emit (writer, cg_template ("records/object-struct"));
  cg_emit_fields (record, writer);
  cg_writer_emit (writer, cg_template ("records/define-object"));

  set_checks (writer, record, "", "");
  checks = cg_writer_expand (writer, "$checks$");
  cg_writer_take (writer, "checks", g_strconcat (checks, *checks != '\0' ? "\n" : "", NULL));
  cg_signature_set_record (writer, record, CG_RECORD_NEW);
  cg_emit_function_doc (writer, "");
  cg_writer_emit (writer, cg_template ("records/new-object"));

  CG_FOREACH (const CgField, field, record->fields)
    {
      cg_signature_set_field (writer, record, field);
      cg_writer_set (writer, "property_name", field->property);
      cg_writer_emit (writer, cg_template ("records/field-doc"));
      cg_emit_function_doc (writer, "");
      cg_writer_set (writer, "member", field->lower);
      cg_writer_set (writer, "zero", field->use.type->zero);
      cg_writer_emit (writer, cg_template ("records/get-field"));
    }
}

static void
emit_nested_helpers (const CgDescription *description,
                     CgWriter            *writer)
{
  gboolean is_needed = FALSE;

  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    is_needed |= declaration->is_recursive;
  if (!is_needed)
    return;

  cg_writer_take (writer, "indent", g_strnfill (strlen (description->prefix), ' '));
  cg_writer_emit (writer, cg_template ("records/nested-helpers"));
}

void
cg_emit_records (const CgDescription *description,
                 CgWriter            *writer)
{
  emit_nested_helpers (description, writer);
  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    if (declaration->kind == CG_DECLARED_RECORD && declaration->is_object)
      emit_object (writer, declaration);
    else if (declaration->kind == CG_DECLARED_RECORD)
      emit_record (writer, declaration);
}
