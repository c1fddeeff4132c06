/* norpc-list-items-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/*
 * The items of a list: a tree of nodes that are shared by reference. Contents that another owner
 * has a reference to never change: changing a list copies the nodes on the way to the change, so
 * that a snapshot of a list of any length takes one reference.
 *
 * NULL is an empty list.
 */
typedef struct _NorpcListItems NorpcListItems;

NorpcListItems *norpc_list_items_ref   (NorpcListItems *self);
void            norpc_list_items_unref (NorpcListItems *self);

guint    norpc_list_items_get_length (const NorpcListItems *self);
GObject *norpc_list_items_get        (const NorpcListItems *self,
                                      guint                 position);

void norpc_list_items_splice (NorpcListItems  **self,
                              guint             position,
                              guint             n_removed,
                              GObject         **added,
                              guint             n_added,
                              GPtrArray        *garbage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcListItems, norpc_list_items_unref)

G_END_DECLS
