/* norpc-load-shed.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-layer.h>

G_BEGIN_DECLS

#define NORPC_TYPE_LOAD_SHED (norpc_load_shed_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcLoadShed, norpc_load_shed, NORPC, LOAD_SHED, NorpcLayer)

NORPC_AVAILABLE_IN_ALL
NorpcLayer *norpc_load_shed_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
