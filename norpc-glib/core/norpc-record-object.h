/* norpc-record-object.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-interface-info.h>

G_BEGIN_DECLS

NORPC_AVAILABLE_IN_ALL
void norpc_object_class_install_fields (GObjectClass         *object_class,
                                        guint                 n_fields,
                                        const NorpcFieldInfo *fields);

G_END_DECLS
