/* norpc-interface-peek.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-interface-peek.h"

#define N_SLOTS 256 /* a power of two */

/* A vtable that was looked up. It is not changed or freed any more. */
typedef struct
{
  GType    type;
  GType    interface_type;
  gpointer vtable; /* (unowned): lives as long as the process */
} Entry;

/* Atomic, owned: the place of an entry follows from both of its types, and is taken by the first. */
static Entry *slots[N_SLOTS];

/* A static type is a pointer to a structure of more than 64 bytes. */
static Entry **
find_slot (GType type,
           GType interface_type)
{
  return &slots[((type >> 6) ^ (interface_type >> 9)) % N_SLOTS];
}

/* A class of a plugin may be unloaded, with its vtables. */
static void
keep (Entry    **slot,
      GType      type,
      GType      interface_type,
      gpointer   vtable)
{
  Entry *entry;

  if (vtable == NULL || g_type_get_plugin (type) != NULL || g_atomic_pointer_get (slot) != NULL)
    return;

  entry = g_new (Entry, 1);
  *entry = (Entry) { type, interface_type, vtable };
  if (!g_atomic_pointer_compare_and_exchange (slot, NULL, entry))
    g_free (entry);
}

/**
 * norpc_interface_peek: (skip)
 * @instance: (type GObject.Object): an object
 * @interface_type: the type of an interface
 *
 * Gets the vtable of an interface that the class of @instance implements.
 *
 * Generated code uses it in place of g_type_interface_peek(), which takes several times as long.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer none) (nullable): the vtable, or %NULL if the class does not implement the
 *   interface
 * Since: 0.1
 */
gpointer
norpc_interface_peek (gpointer instance,
                      GType    interface_type)
{
  gpointer vtable;
  Entry **slot, *entry;
  GType type;

  g_return_val_if_fail (instance != NULL, NULL);

  type = G_TYPE_FROM_INSTANCE (instance);
  slot = find_slot (type, interface_type);
  entry = g_atomic_pointer_get (slot);
  if (entry != NULL && entry->type == type && entry->interface_type == interface_type)
    return entry->vtable;

  vtable = g_type_interface_peek (((GTypeInstance *) instance)->g_class, interface_type);
  keep (slot, type, interface_type, vtable);

  return vtable;
}
