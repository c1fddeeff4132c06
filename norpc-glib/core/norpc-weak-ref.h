/* norpc-weak-ref.h
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

NORPC_AVAILABLE_IN_ALL
void     norpc_weak_ref_set_lock (gsize     acquire,
                                  gsize     release);
NORPC_AVAILABLE_IN_ALL
gpointer norpc_weak_ref_get      (GWeakRef *weak_ref) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
