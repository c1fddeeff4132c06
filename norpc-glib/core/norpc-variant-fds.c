/* norpc-variant-fds.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-value-fds-private.h"
#include "norpc-variant-fds-private.h"

/* The owner of a descriptor. All variants that own the descriptor share it: one may be a part of another one. */
typedef struct
{
  int          fd;
  GUnixFDList *list;   /* (owned) (nullable): has the descriptor */
  guint        n_refs; /* [lock] */
} Owner;

/* The data of a variant that owns descriptors. */
typedef struct
{
  GBytes    *data;   /* (owned) */
  GPtrArray *owners; /* (owned): of owned Owner */
} Keeper;

static G_LOCK_DEFINE (lock);
static GHashTable *owners_by_fd; /* (owned) (nullable) [lock]: of unowned Owner; NULL if there is none */

/* Called with the lock held. Returns the owner (owned) of a descriptor, or NULL. */
static Owner *
ref_owner_locked (int fd)
{
  Owner *self = owners_by_fd != NULL ? g_hash_table_lookup (owners_by_fd, GINT_TO_POINTER (fd)) : NULL;

  if (self != NULL)
    self->n_refs++;

  return self;
}

/* Called with the lock held. Returns (owned) the owner of a descriptor that has none. */
static Owner *
add_owner_locked (int          fd,
                  GUnixFDList *list)
{
  Owner *self = g_new (Owner, 1);

  *self = (Owner) { fd, list != NULL ? g_object_ref (list) : NULL, 1 };
  if (owners_by_fd == NULL)
    owners_by_fd = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (owners_by_fd, GINT_TO_POINTER (fd), self);

  return self;
}

/* Thread-safe. Called without the lock. */
static void
fd_owner_unref (gpointer data)
{
  Owner *self = data;
  gboolean is_last;

  G_LOCK (lock);
  is_last = --self->n_refs == 0;
  if (is_last)
    g_hash_table_remove (owners_by_fd, GINT_TO_POINTER (self->fd));
  if (is_last && g_hash_table_size (owners_by_fd) == 0)
    g_clear_pointer (&owners_by_fd, g_hash_table_unref);
  G_UNLOCK (lock);

  if (!is_last)
    return;

  /* No earlier: another thread may get the number as soon as the descriptor is closed. */
  if (self->list != NULL)
    g_object_unref (self->list);
  else
    norpc_fd_close (self->fd);
  g_free (self);
}

/* Runs in any thread. */
static void
keeper_free (gpointer data)
{
  Keeper *self = data;

  g_ptr_array_unref (self->owners);
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

/* Returns (owned) the owners of the descriptors in @value, or NULL if there are none. If @takes, descriptors without an
 * owner get one, which releases @list (nullable) or closes them.
 */
static GPtrArray *
dup_owners (GVariant    *value,
            gboolean     takes,
            GUnixFDList *list)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GPtrArray) owners = g_ptr_array_new_with_free_func (fd_owner_unref);

  find_fds (value, fds);
  G_LOCK (lock);
  for (guint i = 0; i < fds->len; i++)
    {
      int fd = g_array_index (fds, int, i);
      Owner *owner = ref_owner_locked (fd);

      if (owner == NULL && takes && fd >= 0)
        owner = add_owner_locked (fd, list);
      if (owner != NULL)
        g_ptr_array_add (owners, owner);
    }
  G_UNLOCK (lock);

  return owners->len > 0 ? g_steal_pointer (&owners) : NULL;
}

/* Returns (owned) a variant that is equal to @value, which is consumed if it is floating. The owners are released after
 * the variant and all that were taken out of it: they share its data.
 */
static GVariant *
keep_fds (GVariant    *value,
          gboolean     takes,
          GUnixFDList *list)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  GPtrArray *owners = dup_owners (sunk, takes, list);
  g_autoptr (GBytes) kept = NULL;
  Keeper *keeper;
  gconstpointer data;
  gsize size;

  if (owners == NULL)
    return g_steal_pointer (&sunk);

  /* GVariant releases the parts of @value here, which may have been the only other users of the owners. */
  keeper = g_new (Keeper, 1);
  *keeper = (Keeper) { g_variant_get_data_as_bytes (sunk), owners };
  data = g_bytes_get_data (keeper->data, &size);
  kept = g_bytes_new_with_free_func (data, size, keeper_free, keeper);

  return g_variant_ref_sink (g_variant_new_from_bytes (g_variant_get_type (sunk), kept, FALSE));
}

/* Returns (owned) a variant that is equal to @value, and keeps the list that has its descriptors. */
GVariant *
norpc_variant_keep_list (GVariant    *value,
                         GUnixFDList *list)
{
  return keep_fds (value, TRUE, list);
}

/* Returns (owned) a variant that is equal to @value, and owns the descriptors in it that belong to its parts. */
GVariant *
norpc_variant_share_fds (GVariant *value)
{
  return keep_fds (value, FALSE, NULL);
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
 * A value that is composed of several is passed to this function as a whole. Its parts may own their descriptors
 * already, because this function has made them or because they come from a reply: they and the result then share the
 * descriptors, which are closed after all of them. A variant that merely contains such a part does not own the
 * descriptors: [struct@GLib.Variant] releases the parts of a variant when it is serialized, such as by
 * `g_variant_get_data ()`, and the descriptors are closed.
 *
 * Any thread may call this function.
 *
 * Returns: (transfer full): a variant that is equal to @value
 * Since: 0.1
 */
GVariant *
norpc_variant_take_fds (GVariant *value)
{
  g_return_val_if_fail (value != NULL, NULL);

  return keep_fds (value, TRUE, NULL);
}
