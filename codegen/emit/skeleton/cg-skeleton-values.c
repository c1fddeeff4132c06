/* cg-skeleton-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The names of services and the values that all parts of a skeleton in C use. */

#include "cg-skeleton.h"

#include "emit/c/cg-marshal.h"
#include "model/cg-names.h"

static gboolean
is_taken_type (const CgSkeleton *self,
               const char       *name)
{
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    if (g_str_equal (cg_names_look_up (&interface->node, "Iface"), name))
      return TRUE;

  return FALSE;
}

void
cg_skeleton_set_interface (const CgSkeleton  *self,
                           const CgInterface *interface,
                           CgWriter          *writer)
{
  const char *iface = cg_names_look_up (&interface->node, "Iface");
  g_autofree char *type = g_strconcat (iface, "Service", NULL);
  gboolean is_taken = is_taken_type (self, type);

  cg_names_set (writer, &interface->node);
  cg_writer_set_expanded (writer, "service",
                          is_taken ? "$iface$_service_object" : "$iface$_service");
  cg_writer_take (writer, "Service", g_strconcat (type, is_taken ? "Object" : "", NULL));
}

gboolean
cg_skeleton_is_asynchronous (const CgSkeleton *self,
                             const CgMethod   *method)
{
  const char * const *names = (const char * const *) self->asynchronous;

  return names != NULL && !cg_member_is_stream (method) &&
         (g_strv_contains (names, "all") || g_strv_contains (names, method->node.name));
}

char *
cg_skeleton_make_free (CgWriter        *writer,
                       const CgTypeUse *use,
                       const char      *value)
{
  /* the function for this is static in the generated code */
  if (use->named != NULL && use->named->kind == CG_NAMED_BOXED && use->type->element == NULL)
    return g_strdup_printf ("if (%s != NULL)\n  g_boxed_free (%s (), %s);",
                            value, use->type->get_type, value);

  return cg_marshal_expand (writer, use->type->clear, use, "", 0, value);
}

static const struct
{
  const char *signature;
  const char *lent;
  const char *moved;
} empty_values[] = {
  { "s", "\"\"", "g_strdup (\"\")" },
  { "g", "\"\"", "g_strdup (\"\")" },
  { "o", "\"/\"", "g_strdup (\"/\")" },
  { "as", "(const char * const []) { NULL }", "g_new0 (char *, 1)" },
  { "ao", "(const char * const []) { NULL }", "g_new0 (char *, 1)" },
  { "ag", "(const char * const []) { NULL }", "g_new0 (char *, 1)" },
  { "ay", "no_bytes", "g_bytes_new (NULL, 0)" },
};

char *
cg_skeleton_make_empty (const CgTypeUse *use)
{
  if (use->nullable)
    return g_strdup ("NULL");
  if (!use->type->is_pointer)
    return g_strdup (use->type->zero);
  if (use->named != NULL)
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (empty_values); i++)
    if (g_str_equal (empty_values[i].signature, use->value_signature))
      return g_strdup (use->is_moved ? empty_values[i].moved : empty_values[i].lent);

  /* an invalid serialised value is read as the default value */
  return g_strdup_printf ("g_variant_new_from_data (G_VARIANT_TYPE (\"%s\"), "
                          "\"\", 0, FALSE, NULL, NULL)", use->value_signature);
}

gboolean
cg_skeleton_is_list (const CgTypeUse *use)
{
  return use->named != NULL && use->type->element == NULL &&
         g_str_equal (use->named->name, "Gio.ListModel");
}

/* Makes an empty array that frees its elements, or NULL if the function that frees them is static
 * in the generated code. */
static char *
make_array (const CgType *element)
{
  if (!element->is_pointer)
    return g_strdup_printf ("g_array_new (FALSE, FALSE, sizeof (%s))", element->c_out);
  if (*element->free_function == '$')
    return NULL;

  return g_strdup_printf ("g_ptr_array_new_with_free_func (%s)", element->free_function);
}

char *
cg_skeleton_make_first (const CgTypeUse *use)
{
  CgTypeUse owned = *use;

  owned.is_moved = TRUE;
  if (use->named == NULL || use->nullable || !use->type->is_pointer)
    return cg_skeleton_make_empty (&owned);
  if (use->type->element != NULL)
    return make_array (use->type->element);
  if (!cg_skeleton_is_list (use))
    return NULL;

  return g_strdup_printf ("G_LIST_MODEL (g_list_store_new (%s ()))",
                          use->element != NULL ? use->element->type.get_type : "g_object_get_type");
}
