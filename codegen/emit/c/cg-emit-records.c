/* cg-emit-records.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The functions of records, in the C code. */

#include "cg-emit-private.h"

#include <string.h>

/* The code for one field in a function: a statement, or an expression. $index$ is its place. */
typedef char *(*FieldFunc) (CgWriter      *writer,
                            const CgField *field);

/* One text of the type table for a value of a field, in C. */
static char *
expand (CgWriter      *writer,
        const CgField *field,
        const char    *text,
        const char    *value)
{
  return cg_marshal_expand (writer, text, &field->use, "", 0, value);
}

static char *
make_new (CgWriter      *writer,
          const CgField *field)
{
  const char *text = cg_marshal_get_copy (field->use.type, field->use.nullable);
  g_autofree char *copy = expand (writer, field, text, field->param);

  return g_strdup_printf ("self->%s = %s;", field->lower, copy);
}

static char *
make_copy (CgWriter      *writer,
           const CgField *field)
{
  g_autofree char *value = g_strconcat ("self->", field->lower, NULL);
  const char *text = cg_marshal_get_copy (field->use.type, TRUE);
  g_autofree char *copy = expand (writer, field, text, value);

  return g_strdup_printf ("copy->%s = %s;", field->lower, copy);
}

static char *
make_clear (CgWriter      *writer,
            const CgField *field)
{
  g_autofree char *value = g_strconcat ("self->", field->lower, NULL);
  g_autofree char *clear = expand (writer, field, field->use.type->clear, value);

  return *clear != '\0' ? g_strdup_printf ("  %s\n", clear) : g_strdup ("");
}

/* Pointers can be NULL: in a field that is nullable, or in a record that a
 * language binding has made. */
static char *
make_equal (CgWriter      *writer,
            const CgField *field)
{
  g_autofree char *a = g_strconcat ("a->", field->lower, NULL);
  g_autofree char *b = g_strconcat ("b->", field->lower, NULL);
  g_autofree char *equal = NULL;

  cg_writer_set (writer, "other", b);
  equal = expand (writer, field, field->use.type->equal, a);
  if (!field->use.type->is_pointer)
    return g_steal_pointer (&equal);

  return g_strdup_printf ("(%s == %s || (%s != NULL && %s != NULL && %s))", a, b, a, b, equal);
}

static char *
make_hash (CgWriter      *writer,
           const CgField *field)
{
  g_autofree char *value = g_strconcat ("record->", field->lower, NULL);
  g_autofree char *hash = expand (writer, field, field->use.type->hash, value);

  if (!field->use.type->is_pointer)
    return g_strdup_printf ("hash = hash * 31 + %s;", hash);

  return g_strdup_printf ("hash = hash * 31 + (%s != NULL ? %s : 0);", value, hash);
}

static void
set_statements (CgWriter            *writer,
                const CgDeclaration *record,
                FieldFunc            func,
                const char          *separator)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < record->fields->len; i++)
    {
      g_autofree char *statement = NULL;

      cg_writer_take (writer, "index", g_strdup_printf ("%u", i));
      statement = func (writer, g_ptr_array_index (record->fields, i));
      g_string_append_printf (text, "%s%s", i > 0 ? separator : "", statement);
    }
  cg_writer_set (writer, "statements", text->str);
}

/* Pointers that must be there: members after @prefix, or parameters. */
static void
set_checks (CgWriter            *writer,
            const CgDeclaration *record,
            const char          *prefix,
            const char          *before)
{
  g_autoptr (GString) checks = g_string_new (NULL);

  CG_FOREACH (const CgField, field, record->fields)
    {
      g_autofree char *value = *prefix != '\0' ? g_strconcat (prefix, field->lower, NULL) : g_strdup (field->param);
      g_autofree char *condition = cg_marshal_make_condition (writer, &field->use, value);

      if (condition != NULL)
        g_string_append_printf (checks, "%s  g_return_val_if_fail (%s, NULL);\n",
                                checks->len == 0 ? before : "", condition);
    }
  cg_writer_set (writer, "checks", checks->str);
}

static char *
make_to_variant (CgWriter      *writer,
                 const CgField *field)
{
  g_autofree char *value = g_strconcat ("self->", field->lower, NULL);
  g_autofree char *variant = expand (writer, field, field->use.type->to_variant, value);

  if (!field->use.nullable)
    return g_strdup_printf ("g_variant_builder_add_value (&builder, %s);", variant);

  cg_writer_set (writer, "variant", field->use.variant + 1);
  cg_writer_set (writer, "to_variant", variant);

  return cg_writer_expand (writer, cg_template ("records/add-nullable"));
}

static char *
make_from_variant (CgWriter      *writer,
                   const CgField *field)
{
  const CgType *type = field->use.type;
  gboolean nullable = field->use.nullable;
  g_autofree char *variable = g_strconcat ("self->", field->lower, NULL);
  g_autofree char *read = NULL;
  g_autofree char *check = NULL;

  cg_writer_set (writer, "variable", variable);
  cg_writer_take (writer, "from",
                  expand (writer, field, type->from_variant, nullable ? "content" : "child"));
  cg_marshal_set_expanded (writer, "condition",
                           nullable ? "content != NULL && $variable$ == NULL"
                           : "$variable$ == NULL");
  cg_writer_set (writer, "field", field->node.name);
  cg_writer_set (writer, "unref_content", nullable ? "    g_variant_unref (content);\n" : "");
  read = cg_writer_expand (writer,
                           cg_template (nullable ? "records/read-nullable" : "records/read-field"));
  check = cg_writer_expand (writer, type->can_fail ? cg_template ("records/check-read") : "");

  return g_strconcat (read, check, nullable ? "\ng_clear_pointer (&content, g_variant_unref);" : "", NULL);
}

/* The functions in the C code, in their order. */
static const struct
{
  CgRecordFunction  function;
  FieldFunc         make;
  const char       *separator;
  const char       *text;       /* the name of the template */
  const char       *nested;     /* (nullable): of that of records that can be in themselves */
  const char       *checked;    /* (nullable): before fields that are checked; "": the parameters */
  const char       *checks;     /* before the checks */
} functions[] = {
  { CG_RECORD_NEW, make_new, "\n", "records/new-record", NULL, "", "\n" },
  { CG_RECORD_COPY, make_copy, "\n", "records/copy-record", "records/copy-nested", NULL, NULL },
  { CG_RECORD_FREE, make_clear, "", "records/free-record", "records/free-nested", NULL, NULL },
  { CG_RECORD_EQUAL, make_equal, " &&\n", "records/equal-records", "records/equal-nested", NULL,
    NULL },
  { CG_RECORD_HASH, make_hash, "\n", "records/hash-record", "records/hash-nested", NULL, NULL },
  { CG_RECORD_TO_VARIANT, make_to_variant, "\n", "records/record-to-variant", NULL, "self->", "" },
  { CG_RECORD_NEW_FROM_VARIANT, make_from_variant, "\n\n", "records/record-from-variant", NULL,
    NULL, NULL },
};

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

  cg_names_set_declaration (writer, record);
  cg_emit_fields (record, writer);
  cg_writer_set (writer, "hashes", hashes->str);
  cg_writer_set (writer, "declare_content", has_nullable ? "  GVariant *content;\n" : "");
  cg_marshal_set_expanded (writer, "code", cg_template ("records/set-fields"));
  cg_writer_emit (writer, cg_template ("records/define-type"));

  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      CgRecordFunction function = functions[i].function;
      gboolean is_nested = record->is_recursive && functions[i].nested != NULL;

      if (!cg_record_has_function (record, function))
        continue;

      if (functions[i].checked != NULL)
        set_checks (writer, record, functions[i].checked, functions[i].checks);
      set_statements (writer, record, functions[i].make, functions[i].separator);
      cg_signature_set_record (writer, record, function);
      cg_emit_function_doc (writer, cg_record_find_hiding_field (record, function) != NULL
                            ? " (skip)" : "");
      cg_writer_emit (writer, cg_template (is_nested ? functions[i].nested : functions[i].text));
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
    if (declaration->kind == CG_DECLARED_RECORD)
      emit_record (writer, declaration);
}
