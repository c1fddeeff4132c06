/* norpc-dbus-tree-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-serving-private.h"

G_BEGIN_DECLS

/* An object that others call, and those below it that other processes have got: all that an export consists of. */
NorpcDBusServing *norpc_dbus_tree_new   (GDBusConnection  *connection,
                                         const char       *path,
                                         NorpcEndpoint    *endpoint,
                                         guint             capacity);
void              norpc_dbus_tree_end   (NorpcDBusServing *self);

G_END_DECLS
