/* cg-records.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Determines the functions of records, which depend on their fields. */

#include "cg-declarations.h"

#define MAX_VARIANT 4096 /* because nested records can have very long types */

static void complete (CgDescription *description,
                      CgDeclaration *declaration);

/* Gets the type of the GVariant of a field, or NULL. */
static char *
make_field_variant (const CgTypeUse *use)
{
  const char *variant = use->named != NULL ? use->named->type.variant : use->variant;
  gboolean is_maybe = use->nullable && (use->named != NULL || *use->signature != 'm');
  gboolean is_array = use->named != NULL && use->type == &use->named->array;

  if (variant == NULL || use->type->to_variant == NULL)
    return NULL;

  return g_strconcat (is_maybe ? "m" : "", is_array ? "a" : "", variant, NULL);
}

static void
complete_fields (CgDescription *description,
                 CgDeclaration *declaration)
{
  g_autoptr (GString) variant = g_string_new ("(");
  CgType *type = &declaration->named->type;
  gboolean has_variant = !declaration->is_object;

  CG_FOREACH (CgField, field, declaration->fields)
    {
      CgTypeUse *use = &field->use;
      g_autofree char *of_field = NULL;

      if (use->named != NULL && use->named->declaration != NULL)
        complete (description, use->named->declaration);

      of_field = make_field_variant (use);
      use->variant = cg_description_string (description, of_field);
      has_variant &= of_field != NULL && variant->len < MAX_VARIANT;
      if (has_variant)
        g_string_append (variant, of_field);
    }
  g_string_append_c (variant, ')');

  if (has_variant)
    type->variant = cg_description_string (description, variant->str);
  else
    type->to_variant = type->from_variant = NULL;
}

/* A record that contains its own type has no GVariant, because the type of that would be infinite. */
static void
complete (CgDescription *description,
          CgDeclaration *declaration)
{
  CgNamedType *named = declaration->named;

  if (declaration->kind != CG_DECLARED_RECORD || declaration->is_completed)
    return;

  declaration->is_completed = TRUE;
  complete_fields (description, declaration);
  if (named->type.to_variant == NULL)
    named->array.to_variant = named->array.from_variant = NULL;
}

/* Checks for a type that cannot be compared or hashed. */
static gboolean
restrict_equality (CgDeclaration *declaration)
{
  CgType *type = &declaration->named->type;
  gboolean has_equal = TRUE, has_hash = TRUE;
  gboolean changed;

  /* An object is equal only to itself. */
  if (declaration->is_object)
    return FALSE;

  CG_FOREACH (const CgField, field, declaration->fields)
    {
      has_equal &= field->use.type->equal != NULL;
      has_hash &= field->use.type->equal != NULL && field->use.type->hash != NULL;
    }

  changed = (type->equal != NULL && !has_equal) || (type->hash != NULL && !has_hash);
  if (!has_equal)
    type->equal = declaration->named->array.equal = NULL;
  if (!has_hash)
    type->hash = NULL;

  return changed;
}

/* Checks whether the depth of records in this type is bounded. Otherwise the type contains records
 * of its own type, or of another type that does. */
static gboolean
restrict_recursion (CgDeclaration *declaration)
{
  gboolean was_recursive = declaration->is_recursive;
  gboolean is_recursive = FALSE;

  CG_FOREACH (const CgField, field, declaration->fields)
    {
      const CgNamedType *named = field->use.named;

      is_recursive |= named != NULL && named->declaration != NULL &&
                      named->declaration->is_recursive;
    }
  declaration->is_recursive = was_recursive && is_recursive;

  return was_recursive && !is_recursive;
}

/* A value is sensitive if a field of it is. */
static void
spread_sensitive (CgTypeUse *use,
                  gpointer   data)
{
  gboolean *changed = data;
  const CgDeclaration *record = use->named != NULL ? use->named->declaration : NULL;

  if (use->is_sensitive || record == NULL)
    return;

  CG_FOREACH (const CgField, field, record->fields)
    use->is_sensitive |= field->use.is_sensitive;
  *changed |= use->is_sensitive;
}

void
cg_records_complete (CgDescription *description)
{
  CG_FOREACH (CgDeclaration, declaration, description->declarations)
    {
      complete (description, declaration);
      declaration->is_recursive = declaration->kind == CG_DECLARED_RECORD &&
                                  !declaration->is_object;
    }

  for (gboolean changed = TRUE; changed;)
    {
      changed = FALSE;
      CG_FOREACH (CgDeclaration, declaration, description->declarations)
        if (declaration->kind == CG_DECLARED_RECORD)
          {
            changed |= restrict_equality (declaration);
            changed |= restrict_recursion (declaration);
          }
    }

  for (gboolean changed = TRUE; changed;)
    {
      changed = FALSE;
      cg_description_foreach_use (description, spread_sensitive, &changed);
    }
}

gboolean
cg_record_has_function (const CgDeclaration *record,
                        CgRecordFunction     function)
{
  const CgType *type = &record->named->type;

  if (record->is_object)
    return function == CG_RECORD_GET_TYPE || function == CG_RECORD_NEW;
  if (function == CG_RECORD_EQUAL)
    return type->equal != NULL;
  if (function == CG_RECORD_HASH)
    return type->hash != NULL;
  if (function == CG_RECORD_TO_VARIANT || function == CG_RECORD_NEW_FROM_VARIANT)
    return type->to_variant != NULL;

  return TRUE;
}

const CgField *
cg_record_find_hiding_field (const CgDeclaration *record,
                             CgRecordFunction     function)
{
  static const char * const names[CG_N_RECORD_FUNCTIONS] = {
    "get_type", "new", "copy", "free", "swap_field", "equal", "hash", "to_variant", "new_from_variant"
  };

  CG_FOREACH (const CgField, field, record->fields)
    if (g_str_equal (field->lower, names[function]))
      return field;

  return NULL;
}
