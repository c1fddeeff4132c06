/* norpc-item.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

#define NORPC_TYPE_ITEM (norpc_item_get_type ())

typedef struct _NorpcItem NorpcItem;

NORPC_AVAILABLE_IN_ALL
GType      norpc_item_get_type      (void) G_GNUC_CONST;
NORPC_AVAILABLE_IN_ALL
NorpcItem *norpc_item_new           (const NorpcInterfaceInfo *interface_info,
                                     guint                     method) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcItem *norpc_item_ref           (NorpcItem                *self);
NORPC_AVAILABLE_IN_ALL
void       norpc_item_unref         (NorpcItem                *self);
NORPC_AVAILABLE_IN_ALL
GValue    *norpc_item_get_values    (NorpcItem                *self,
                                     guint                    *n_values);
NORPC_AVAILABLE_IN_ALL
gboolean   norpc_item_set_variant   (NorpcItem                *self,
                                     GVariant                 *values,
                                     GError                  **error);
NORPC_AVAILABLE_IN_ALL
GVariant  *norpc_item_dup_variant   (NorpcItem                *self,
                                     GError                  **error);
NORPC_AVAILABLE_IN_ALL
gpointer   norpc_item_steal_pointer (NorpcItem                *self,
                                     guint                     index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcItem, norpc_item_unref)

G_END_DECLS
