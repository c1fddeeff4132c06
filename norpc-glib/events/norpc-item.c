/* norpc-item.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-convert-private.h"
#include "core/norpc-value-export-private.h"
#include "core/norpc-value-types-private.h"
#include "core/norpc-value-variant-private.h"
#include "norpc-item-private.h"

/**
 * NorpcItem:
 *
 * One item of a [class@Norpc.Stream].
 *
 * An item has one owner at a time: the writer until it is written, then the stream, then the
 * reader. Generated code uses items; an application sees only their values.
 *
 * Since: 0.1
 */

G_DEFINE_BOXED_TYPE (NorpcItem, norpc_item, norpc_item_ref, norpc_item_unref)

static NorpcItem *
item_new (const NorpcInterfaceInfo *interface_info,
          guint                     method,
          guint                     n_values)
{
  NorpcItem *self = g_malloc0 (sizeof (NorpcItem) + n_values * sizeof (GValue));

  g_atomic_ref_count_init (&self->ref_count);
  self->interface_info = interface_info;
  self->method = method;
  self->n_values = n_values;

  return self;
}

/**
 * norpc_item_new:
 * @interface_info: the interface of the stream
 * @method: the index of the stream among the methods of @interface_info
 *
 * Creates an item, whose values have the types of the description and are to be set.
 *
 * Returns: (transfer full): a new item
 * Since: 0.1
 */
NorpcItem *
norpc_item_new (const NorpcInterfaceInfo *interface_info,
                guint                     method)
{
  GDBusArgInfo **infos;
  NorpcItem *self;

  g_return_val_if_fail (interface_info != NULL, NULL);
  g_return_val_if_fail (norpc_method_info_is_stream (interface_info->methods[method]), NULL);

  infos = interface_info->methods[method]->items;
  self = item_new (interface_info, method, norpc_arg_infos_count (infos));
  for (guint i = 0; i < self->n_values; i++)
    g_value_init (&self->values[i], norpc_arg_info_get_gtype (infos[i]));

  return self;
}

/* Returns an item (owned) that marks the end of the stream, after the last one. */
NorpcItem *
norpc_item_new_end (const NorpcInterfaceInfo *interface_info,
                    guint                     method)
{
  NorpcItem *self = item_new (interface_info, method, 0);

  self->is_end = TRUE;

  return self;
}

/* Called by the owner. Returns an error (owned), or NULL if the values match the description. */
GError *
norpc_item_find_problem (NorpcItem *self)
{
  const GDBusMethodInfo *info = &self->interface_info->methods[self->method]->dbus;

  for (guint i = 0; i < self->n_values; i++)
    {
      const NorpcArgInfo *arg = (const NorpcArgInfo *) self->interface_info->methods[self->method]->items[i];
      g_autofree char *problem = norpc_value_find_problem (arg, &self->values[i]);

      if (problem != NULL)
        return g_error_new (NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: item '%s': %s",
                            self->interface_info->dbus.name, info->name, arg->dbus.name, problem);
    }

  return NULL;
}

static GDBusArgInfo **
get_infos (NorpcItem *self)
{
  return self->interface_info->methods[self->method]->items;
}

/* Takes ownership of @problem. */
static void
set_item_error (NorpcItem  *self,
                char       *problem,
                GError    **error)
{
  g_set_error (error, NORPC_ERROR, NORPC_ERROR_INVALID_ARGUMENT, "%s.%s: %s", self->interface_info->dbus.name,
               self->interface_info->methods[self->method]->dbus.name, problem);
  g_free (problem);
}

/* Called by the owner. Takes ownership of the item, and returns one (owned) of the same stream in another description, or
 * NULL if @error is set.
 */
NorpcItem *
norpc_item_convert (NorpcItem                 *self,
                    const NorpcInterfaceInfo  *interface_info,
                    guint                      method,
                    GError                   **error)
{
  g_autoptr (NorpcItem) taken = self;
  g_autoptr (NorpcItem) converted = norpc_item_new (interface_info, method);
  char *problem = NULL;

  if (norpc_values_move (get_infos (taken), taken->values, get_infos (converted), converted->values, taken->n_values,
                         "item", &problem))
    return g_steal_pointer (&converted);

  set_item_error (taken, problem, error);

  return NULL;
}

/* Called in the writer's thread, when the values have been checked. */
void
norpc_item_export (NorpcItem *self)
{
  norpc_values_export (get_infos (self), self->values, self->n_values);
}

/* Called in the reader's thread. */
void
norpc_item_import (NorpcItem *self)
{
  norpc_values_import (get_infos (self), self->values, self->n_values);
}

/**
 * norpc_item_ref:
 * @self: an item
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
NorpcItem *
norpc_item_ref (NorpcItem *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * norpc_item_unref:
 * @self: (transfer full): an item
 *
 * Releases a reference.
 *
 * Since: 0.1
 */
void
norpc_item_unref (NorpcItem *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n_values; i++)
    g_value_unset (&self->values[i]);
  g_free (self);
}

/**
 * norpc_item_get_values:
 * @self: an item
 * @n_values: (out) (optional): return location for the number of values
 *
 * Gets the values of an item. A writer sets them before it writes the item.
 *
 * Returns: (transfer none) (array length=n_values): the values, in the order of the description
 * Since: 0.1
 */
GValue *
norpc_item_get_values (NorpcItem *self,
                       guint     *n_values)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (n_values != NULL)
    *n_values = self->n_values;

  return self->values;
}

/**
 * norpc_item_set_variant:
 * @self: an item that has not been written
 * @values: (nullable): a tuple with the values, or %NULL if there are none
 * @error: return location for an error
 *
 * Sets all values of an item.
 *
 * If @values is floating, it is consumed. If a value does not match the description, @error is set to
 * %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Returns: %TRUE if the values were set
 * Since: 0.1
 */
gboolean
norpc_item_set_variant (NorpcItem  *self,
                        GVariant   *values,
                        GError    **error)
{
  g_autoptr (GVariant) sunk = values != NULL ? g_variant_ref_sink (values) : NULL;
  char *problem = NULL;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (norpc_values_set_variant (get_infos (self), self->values, self->n_values, sunk, "item", &problem))
    return TRUE;

  set_item_error (self, problem, error);

  return FALSE;
}

/**
 * norpc_item_dup_variant:
 * @self: an item
 * @error: return location for an error
 *
 * Gets the values of an item as a tuple.
 *
 * If a value has no form as a [struct@GLib.Variant], @error is set to %NORPC_ERROR_INVALID_ARGUMENT.
 *
 * Returns: (transfer full): the values, or %NULL if @error is set
 * Since: 0.1
 */
GVariant *
norpc_item_dup_variant (NorpcItem  *self,
                        GError    **error)
{
  char *problem = NULL;
  GVariant *values;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  values = norpc_values_to_variant (get_infos (self), self->values, self->n_values, "item", &problem);
  if (values != NULL)
    return g_variant_ref_sink (values);

  set_item_error (self, problem, error);

  return NULL;
}

/**
 * norpc_item_steal_pointer: (skip)
 * @self: an item
 * @index: the index of the value
 *
 * Takes a string, a boxed value, an object or a variant out of the item, and leaves %NULL in its
 * place.
 *
 * Returns: (transfer full) (nullable): the value
 * Since: 0.1
 */
gpointer
norpc_item_steal_pointer (NorpcItem *self,
                          guint      index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->n_values, NULL);

  return norpc_value_steal_pointer (&self->values[index]);
}
