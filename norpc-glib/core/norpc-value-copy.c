/* norpc-value-copy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-value-copy-private.h"
#include "norpc-value-types-private.h"

static gpointer
copy_element (gconstpointer element,
              gpointer      data)
{
  GType type = GPOINTER_TO_SIZE (data);

  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_STRING:
      return g_strdup (element);

    case G_TYPE_VARIANT:
      return g_variant_ref ((gpointer) element);

    case G_TYPE_BOXED:
      return g_boxed_copy (type, element);

    default:
      return g_object_ref ((gpointer) element);
    }
}

/* Returns a copy (owned) that frees its elements. The original may have no function for it, because
 * something else keeps the elements. Without a known function, the copy has that of the original.
 */
static GPtrArray *
copy_array (GPtrArray *array,
            GType      type)
{
  GPtrArray *copy = g_ptr_array_copy (array, copy_element, GSIZE_TO_POINTER (type));
  GDestroyNotify free_func = norpc_value_type_get_free_func (type);

  if (free_func != NULL)
    g_ptr_array_set_free_func (copy, free_func);

  return copy;
}

/* Copies a value, and the containers that g_value_copy () would share with the original, unless
 * the type of their elements is unknown, or one is NULL, which no array may contain. @copy has the
 * type of @value.
 */
void
norpc_value_copy_deep (const NorpcArgInfo *info,
                       const GValue       *value,
                       GValue             *copy)
{
  gpointer array = g_value_fits_pointer (value) ? g_value_peek_pointer (value) : NULL;

  if (array != NULL && G_VALUE_HOLDS (value, G_TYPE_PTR_ARRAY) && info->get_element_type != NULL &&
      !g_ptr_array_find (array, NULL, NULL))
    g_value_take_boxed (copy, copy_array (array, info->get_element_type ()));
  else if (array != NULL && G_VALUE_HOLDS (value, G_TYPE_ARRAY))
    g_value_take_boxed (copy, g_array_copy (array));
  else
    g_value_copy (value, copy);
}
