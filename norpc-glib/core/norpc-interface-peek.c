/* norpc-interface-peek.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-interface-peek.h"

#define N_SLOTS 64 /* a power of two */

/* Atomic, unowned: vtables that were looked up, which live as long as the process. The place of each
 * follows from its class and its interface; the last one that was looked up has it.
 */
static GTypeInterface *slots[N_SLOTS];

/* A static type is a pointer to a structure of more than 64 bytes. */
static GTypeInterface **
find_slot (GType type,
           GType interface_type)
{
  return &slots[((type >> 5) ^ (interface_type >> 8)) % N_SLOTS];
}

/* A class of a plugin may be unloaded, with its vtables. A class that has inherited the interface has
 * the vtable of its parent class.
 */
static gboolean
may_be_kept (const GTypeInterface *iface,
             GType                 type)
{
  return iface != NULL && iface->g_instance_type == type && g_type_get_plugin (type) == NULL;
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
  GTypeInterface **slot, *iface;
  GType type;

  g_return_val_if_fail (instance != NULL, NULL);

  type = G_TYPE_FROM_INSTANCE (instance);
  slot = find_slot (type, interface_type);
  iface = g_atomic_pointer_get (slot);
  if (iface != NULL && iface->g_type == interface_type && iface->g_instance_type == type)
    return iface;

  iface = g_type_interface_peek (((GTypeInstance *) instance)->g_class, interface_type);
  if (may_be_kept (iface, type))
    g_atomic_pointer_set (slot, iface);

  return iface;
}
