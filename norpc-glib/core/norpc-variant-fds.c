/* norpc-variant-fds.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-value-fds-private.h"
#include "norpc-variant-fds-private.h"

/* The owner of descriptors, and the data of the variant that has them. */
typedef struct
{
  GBytes        *data;    /* (owned) */
  gpointer       owner;   /* (owned) */
  GDestroyNotify release; /* of `owner` */
} Keeper;

/* Runs in any thread. */
static void
keeper_free (gpointer data)
{
  Keeper *self = data;

  self->release (self->owner);
  g_bytes_unref (self->data);
  g_free (self);
}

/* Adds the descriptors in a value to @fds (nullable). Returns TRUE if there are any. */
static gboolean
find_fds (GVariant *value,
          GArray   *fds)
{
  gboolean found = FALSE;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_HANDLE))
    {
      int fd = g_variant_get_handle (value);

      if (fds != NULL)
        g_array_append_val (fds, fd);
      return TRUE;
    }
  if (strpbrk (g_variant_get_type_string (value), "hv") == NULL)
    return FALSE;

  for (gsize i = 0; i < g_variant_n_children (value) && !(found && fds == NULL); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      found = find_fds (child, fds) || found;
    }

  return found;
}

gboolean
norpc_variant_has_fds (GVariant *value)
{
  return find_fds (value, NULL);
}

/* Returns (owned) a variant that is equal to @value, which is consumed if it is floating. @owner (owned) is released after
 * the variant and all that were taken out of it: they share its data.
 */
GVariant *
norpc_variant_keep (GVariant       *value,
                    gpointer        owner,
                    GDestroyNotify  release)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  g_autoptr (GBytes) kept = NULL;
  Keeper *keeper = g_new (Keeper, 1);
  gconstpointer data;
  gsize size;

  *keeper = (Keeper) { g_variant_get_data_as_bytes (sunk), owner, release };
  data = g_bytes_get_data (keeper->data, &size);
  kept = g_bytes_new_with_free_func (data, size, keeper_free, keeper);

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (sunk), kept, FALSE));
}

/* Runs in any thread. */
static void
close_fds (gpointer data)
{
  GArray *fds = data;

  for (guint i = 0; i < fds->len; i++)
    norpc_fd_close (g_array_index (fds, int, i));
  g_array_unref (fds);
}

/**
 * norpc_variant_take_fds:
 * @value: a variant; it is consumed if it is floating
 *
 * Makes a variant that owns the file descriptors in it.
 *
 * The descriptors are the values of the type `h` in @value. They are closed when the variant is released, and all
 * variants that were taken out of it. Whoever needs one for longer duplicates it. A service that returns a variant, an
 * array or a structure with descriptors which it does not use any more returns the result of this function.
 *
 * Any thread may call this function.
 *
 * Returns: (transfer full): a variant that is equal to @value
 * Since: 0.1
 */
GVariant *
norpc_variant_take_fds (GVariant *value)
{
  g_autoptr (GVariant) sunk = NULL;
  g_autoptr (GArray) fds = NULL;

  g_return_val_if_fail (value != NULL, NULL);

  sunk = g_variant_ref_sink (value);
  fds = g_array_new (FALSE, FALSE, sizeof (int));
  if (!find_fds (sunk, fds))
    return g_steal_pointer (&sunk);

  return norpc_variant_keep (sunk, g_steal_pointer (&fds), close_fds);
}
