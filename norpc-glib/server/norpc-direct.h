/* norpc-direct.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-endpoint.h>

G_BEGIN_DECLS

#define NORPC_TYPE_DIRECT (norpc_direct_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcDirect, norpc_direct, NORPC, DIRECT, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcDirect *norpc_direct_new         (GObject     *service) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
GObject     *norpc_direct_get_service (NorpcDirect *self);

G_END_DECLS
