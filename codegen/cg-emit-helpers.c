/* cg-emit-helpers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the rest of the C code needs for types that have names: how boxed
 * values of others are freed, and arrays copied. */

#include "cg-emit-source-private.h"

#include "cg-marshal.h"

#include <string.h>

static const char free_boxed[] =
  "static void\n"
  "$prefix$free_$lower$ (gpointer value)\n"
  "{\n"
  "  g_boxed_free ($get_value_type$ (), value);\n"
  "}\n"
  "\n";

static const char local_type[] =
  "typedef $c_type$ $local$;\n"
  "G_DEFINE_AUTOPTR_CLEANUP_FUNC ($local$, $free$)\n"
  "\n";

static const char copy_array[] =
  "static GPtrArray *\n"
  "$prefix$copy_$lower$_array (GPtrArray *array)\n"
  "{\n"
  "  GPtrArray *copy;\n"
  "\n"
  "  if (array == NULL)\n"
  "    return NULL;\n"
  "\n"
  "  copy = g_ptr_array_new_full (array->len, $free$);\n"
  "  for (guint i = 0; i < array->len; i++)\n"
  "    {\n"
  "      $c_out$element = ($c_out$) g_ptr_array_index (array, i);\n"
  "\n"
  "      g_ptr_array_add (copy, $copy$);\n"
  "    }\n"
  "\n"
  "  return copy;\n"
  "}\n"
  "\n";

/* Who made it may have left it without. */
static const char own_array[] =
  "static GPtrArray *\n"
  "$prefix$own_$lower$_array (GPtrArray *array)\n"
  "{\n"
  "  if (array != NULL)\n"
  "    g_ptr_array_set_free_func (array, $free$);\n"
  "\n"
  "  return array;\n"
  "}\n"
  "\n";

/* What is needed of a type. */
enum
{
  NEED_FREE  = 1 << 0,
  NEED_LOCAL = 1 << 1,
  NEED_COPY  = 1 << 2,  /* of arrays of it */
  NEED_OWN   = 1 << 3   /* the same */
};

typedef struct
{
  CgWriter   *writer;
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

static void
need_args (Helpers   *self,
           GPtrArray *args)
{
  for (guint i = 0; i < args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (args, i);

      if (arg->direction == CG_DIRECTION_OUT)
        need (self, &arg->use, NEED_LOCAL, NEED_COPY | NEED_OWN);
      else if (arg->use.is_moved)
        need (self, &arg->use, NEED_FREE, NEED_OWN);
      else
        need (self, &arg->use, 0, NEED_COPY);
    }
}

static void
emit_helpers_of (Helpers           *self,
                 const CgNamedType *named,
                 guint              needs)
{
  CgWriter *writer = self->writer;
  const CgType *type = &named->type;
  gboolean has_local = named->local != NULL && (needs & NEED_LOCAL) != 0;
  g_autofree char *free_function = cg_writer_expand (writer, type->free_function);

  cg_writer_set (writer, "lower", named->lower);
  cg_writer_set (writer, "get_value_type", type->get_type);
  cg_writer_set (writer, "free", free_function);
  cg_writer_set (writer, "c_type", named->c_type);
  cg_writer_set (writer, "c_out", type->c_out);
  cg_writer_set (writer, "value", "element");
  cg_marshal_set_expanded (writer, "copy", type->copy);

  if (named->kind == CG_NAMED_BOXED && (has_local || (needs & ~(guint) NEED_LOCAL) != 0))
    cg_writer_emit (writer, free_boxed);
  if (has_local)
    {
      cg_writer_set (writer, "local", named->local);
      cg_writer_emit (writer, local_type);
    }
  if ((needs & NEED_COPY) != 0)
    cg_writer_emit (writer, copy_array);
  if ((needs & NEED_OWN) != 0)
    cg_writer_emit (writer, own_array);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp ((*(const CgNamedType * const *) a)->name, (*(const CgNamedType * const *) b)->name);
}

void
cg_emit_helpers (const CgDescription *description,
                 CgWriter            *writer)
{
  Helpers self = { writer, g_hash_table_new (NULL, NULL) };
  g_autoptr (GPtrArray) types = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  for (guint i = 0; i < description->interfaces->len; i++)
    {
      const CgInterface *interface = g_ptr_array_index (description->interfaces, i);

      for (guint j = 0; j < interface->methods->len; j++)
        {
          const CgMethod *method = g_ptr_array_index (interface->methods, j);

          need_args (&self, method->in_args);
          need_args (&self, method->out_args);
        }
    }

  g_hash_table_iter_init (&iter, self.needs);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (types, key);
  g_ptr_array_sort (types, compare_names);
  for (guint i = 0; i < types->len; i++)
    {
      CgNamedType *named = g_ptr_array_index (types, i);

      if (named->type.is_pointer)
        emit_helpers_of (&self, named, GPOINTER_TO_UINT (g_hash_table_lookup (self.needs, named)));
    }

  g_hash_table_unref (self.needs);
}
