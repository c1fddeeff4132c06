/* walk.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "folder.h"

/* A scan of the file system that is done in slices. Used in one thread. */
typedef struct _Walk Walk;

Walk    *walk_new              (Folder  *root,
                                GError **error);
void     walk_free             (Walk    *self);
gboolean walk_step             (Walk    *self,
                                gint64   until);
double   walk_get_fraction     (Walk    *self);
guint    walk_get_n_unreadable (Walk    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Walk, walk_free)
