/* norpc-value-export.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-value-export-private.h"

typedef gpointer (*ReplaceFunc) (GType    type,
                                 gpointer object);

static GQuark
get_funcs_quark (void)
{
  return g_quark_from_static_string ("norpc-export-funcs");
}

/* Called when the interface is initialized. */
void
norpc_type_set_export_funcs (GType                   type,
                             const NorpcExportFuncs *funcs)
{
  g_type_set_qdata (type, get_funcs_quark (), (gpointer) funcs);
}

static const NorpcExportFuncs *
get_funcs (GType type)
{
  return G_TYPE_IS_INTERFACE (type) ? g_type_get_qdata (type, get_funcs_quark ()) : NULL;
}

/* Thread-safe. Returns TRUE if objects of @type stay in the context of their owner. */
gboolean
norpc_type_is_exported (GType type)
{
  return get_funcs (type) != NULL;
}

/* Thread-safe. Returns NULL if values of the argument cross to other contexts as they are.
 * Otherwise sets @type to the interface of the object, or of the elements of the array.
 */
static const NorpcExportFuncs *
find_funcs (const NorpcArgInfo *info,
            GType              *type)
{
  if (info->get_type == NULL)
    return NULL;

  *type = info->get_type ();
  if (*type == G_TYPE_PTR_ARRAY && info->get_element_type != NULL)
    *type = info->get_element_type ();

  return get_funcs (*type);
}

/* Thread-safe. */
gboolean
norpc_arg_info_is_exported (const NorpcArgInfo *info)
{
  GType type;

  return find_funcs (info, &type) != NULL;
}

/* Makes a new array, because the sender, or other receivers, may use the old one. */
static GPtrArray *
replace_elements (GPtrArray   *array,
                  GType        type,
                  ReplaceFunc  replace)
{
  GPtrArray *replaced = g_ptr_array_new_full (array->len, g_object_unref);

  for (guint i = 0; i < array->len; i++)
    g_ptr_array_add (replaced, replace (type, array->pdata[i]));

  return replaced;
}

static void
replace_value (GValue      *value,
               GType        type,
               ReplaceFunc  replace)
{
  gpointer pointer = g_value_peek_pointer (value);

  if (pointer == NULL)
    return;

  if (G_VALUE_HOLDS (value, G_TYPE_PTR_ARRAY))
    g_value_take_boxed (value, replace_elements (pointer, type, replace));
  else
    g_value_take_object (value, replace (type, pointer));
}

/* Called in the sender's thread, with no lock held. @value must be valid for @info, and not be
 * shared.
 */
void
norpc_value_export (const NorpcArgInfo *info,
                    GValue             *value)
{
  GType type;
  const NorpcExportFuncs *funcs = find_funcs (info, &type);

  if (funcs != NULL)
    replace_value (value, type, funcs->export_object);
}

/* Called in the receiver's thread, with no lock held. */
void
norpc_value_import (const NorpcArgInfo *info,
                    GValue             *value)
{
  GType type;
  const NorpcExportFuncs *funcs = find_funcs (info, &type);

  if (funcs != NULL)
    replace_value (value, type, funcs->import_object);
}

/* Only a named type can be that of objects. */
static inline gboolean
has_named_type (const GDBusArgInfo *info)
{
  return ((const NorpcArgInfo *) info)->get_type != NULL;
}

/* As norpc_value_export (). */
void
norpc_values_export (GDBusArgInfo * const *infos,
                     GValue               *values,
                     guint                 n_values)
{
  for (guint i = 0; i < n_values; i++)
    if (has_named_type (infos[i]))
      norpc_value_export ((const NorpcArgInfo *) infos[i], &values[i]);
}

/* As norpc_value_import (). */
void
norpc_values_import (GDBusArgInfo * const *infos,
                     GValue               *values,
                     guint                 n_values)
{
  for (guint i = 0; i < n_values; i++)
    if (has_named_type (infos[i]))
      norpc_value_import ((const NorpcArgInfo *) infos[i], &values[i]);
}
