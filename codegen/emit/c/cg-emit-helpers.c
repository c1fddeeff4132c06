/* cg-emit-helpers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Functions that the rest of the C code needs for named types, such as those that free boxed values
 * and copy arrays. */

#include "cg-emit-private.h"

#include <string.h>

/* The helpers that a type needs. */
enum
{
  NEED_FREE    = 1 << 0,
  NEED_LOCAL   = 1 << 1,
  NEED_COPY    = 1 << 2,  /* of its arrays, as the next ones */
  NEED_OWN     = 1 << 3,
  NEED_EQUAL   = 1 << 4,
  NEED_VARIANT = 1 << 5,
  NEED_CHECK   = 1 << 6   /* of arrays: a check that no element is NULL or has another type */
};

typedef struct
{
  GHashTable *needs;  /* (owned) (element-type CgNamedType guint) */
} Helpers;

static void
need (Helpers         *self,
      const CgTypeUse *use,
      guint            of_value,
      guint            of_array)
{
  CgNamedType *named = use->named;
  guint needs;

  if (named == NULL)
    return;

  needs = GPOINTER_TO_UINT (g_hash_table_lookup (self->needs, named));
  needs |= use->type == &named->array ? of_array : of_value;
  g_hash_table_insert (self->needs, named, GUINT_TO_POINTER (needs));
}

/* @of_result and @of_array are the needs of results. */
static void
need_args (Helpers   *self,
           GPtrArray *args,
           guint      of_result,
           guint      of_array)
{
  CG_FOREACH (const CgArg, arg, args)
    {
      if (arg->direction == CG_DIRECTION_OUT)
        need (self, &arg->use, of_result, of_array);
      else if (arg->use.is_moved)
        need (self, &arg->use, NEED_FREE, NEED_OWN);
      else
        need (self, &arg->use, 0, NEED_COPY);
    }
}

static void
need_fields (Helpers             *self,
             const CgDeclaration *record)
{
  guint of_array = record->is_object ? NEED_CHECK : NEED_CHECK | NEED_COPY;

  if (record->named->type.equal != NULL && !record->is_object)
    of_array |= NEED_EQUAL;
  if (record->named->type.to_variant != NULL)
    of_array |= NEED_VARIANT;
  for (guint i = 0; i < record->fields->len; i++)
    need (self, &((CgField *) g_ptr_array_index (record->fields, i))->use,
          record->is_object ? 0 : NEED_FREE, of_array);
}

static void
set_flags (CgWriter          *writer,
           const CgNamedType *named,
           guint              needs)
{
  gboolean is_boxed = named->kind == CG_NAMED_BOXED;
  gboolean is_pointer = named->type.is_pointer;
  gboolean has_local = (is_boxed || named->kind == CG_NAMED_OBJECT) && (needs & NEED_LOCAL) != 0;

  cg_writer_set_flag (writer, "has_local", has_local);
  cg_writer_set_flag (writer, "has_free",
                      is_boxed && (has_local || (needs & ~(guint) NEED_LOCAL) != 0));
  cg_writer_set_flag (writer, "has_element",
                      is_pointer && (needs & (NEED_COPY | NEED_OWN | NEED_VARIANT)) != 0);
  cg_writer_set_flag (writer, "has_copy", is_pointer && (needs & NEED_COPY) != 0);
  cg_writer_set_flag (writer, "has_own", is_pointer && (needs & NEED_OWN) != 0);
  cg_writer_set_flag (writer, "has_check", is_pointer && (needs & NEED_CHECK) != 0);
  cg_writer_set_flag (writer, "has_equal", (needs & NEED_EQUAL) != 0);
  cg_writer_set_flag (writer, "has_variant", (needs & NEED_VARIANT) != 0);
  cg_writer_set_flag (writer, "is_pointer", is_pointer);
  cg_writer_set_flag (writer, "can_fail", named->type.can_fail);
}

/* Sets a key to a text of the type for @value. */
static void
set_text (CgWriter   *writer,
          const char *key,
          const char *text,
          const char *value)
{
  cg_writer_set (writer, "value", value);
  cg_writer_set_expanded (writer, key, text != NULL ? text : "");
}

static void
emit_helpers_of (CgWriter          *writer,
                 const CgNamedType *named,
                 guint              needs)
{
  const CgType *type = &named->type;
  g_autofree char *name = NULL;

  set_flags (writer, named, needs);
  cg_writer_set (writer, "lower", named->lower);
  cg_writer_set (writer, "get_value_type", type->get_type);
  cg_writer_set (writer, "c_type", named->c_type);
  cg_writer_take (writer, "c_out", cg_columns_pad (type->c_out, 0));
  cg_writer_set (writer, "c_cast", type->c_out);
  cg_writer_set (writer, "array_type", type->is_pointer ? "GPtrArray" : "GArray");
  cg_writer_set (writer, "variant", type->variant != NULL ? type->variant : "");
  name = cg_writer_expand (writer, "$prefix$$lower$");
  cg_writer_take (writer, "indent", g_strnfill (strlen (name), ' '));

  cg_writer_set (writer, "other", "b");
  set_text (writer, "free", type->is_pointer ? type->free_function : NULL, "");
  set_text (writer, "clear", type->clear, "element");
  set_text (writer, "copy", cg_marshal_get_copy (type, TRUE), "element");
  set_text (writer, "check", type->check, "element");
  set_text (writer, "equal", type->equal, "a");
  set_text (writer, "to_variant", type->to_variant, "a");
  set_text (writer, "from_variant", type->from_variant, "child");
  cg_writer_emit (writer, cg_template ("helpers/helpers"));
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  const CgNamedType *x = *(const CgNamedType * const *) a;
  const CgNamedType *y = *(const CgNamedType * const *) b;

  return strcmp (x->name, y->name);
}

void
cg_emit_helpers (const CgDescription *description,
                 CgWriter            *writer)
{
  Helpers self = { g_hash_table_new (NULL, NULL) };
  g_autoptr (GPtrArray) types = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  CG_FOREACH (const CgDeclaration, declaration, description->declarations)
    if (declaration->kind == CG_DECLARED_RECORD)
      need_fields (&self, declaration);
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    {
      CG_FOREACH (const CgMethod, method, interface->methods)
        {
          /* streams have no synchronous handler, and items are always lent to the generated code */
          need_args (&self, method->in_args, 0, 0);
          need_args (&self, method->out_args,
                     cg_member_is_stream (method) ? NEED_FREE : NEED_LOCAL, NEED_COPY | NEED_OWN);
          need_args (&self, method->items, 0, NEED_COPY);
        }
      CG_FOREACH (const CgMember, signal, interface->signals)
        CG_FOREACH (const CgArg, arg, signal->out_args)
          need (&self, &arg->use, 0, NEED_COPY);
    }

  g_hash_table_iter_init (&iter, self.needs);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (types, key);
  g_ptr_array_sort (types, compare_names);
  CG_FOREACH (CgNamedType, named, types)
    emit_helpers_of (writer, named, GPOINTER_TO_UINT (g_hash_table_lookup (self.needs, named)));

  g_hash_table_unref (self.needs);
}
