/* norpc-property.h
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
const GValue *norpc_object_peek_property (GObject    *object,
                                          const char *name);

G_END_DECLS
