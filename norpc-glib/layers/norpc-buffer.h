/* norpc-buffer.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-layer.h>

G_BEGIN_DECLS

#define NORPC_TYPE_BUFFER (norpc_buffer_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcBuffer, norpc_buffer, NORPC, BUFFER, NorpcLayer)

NORPC_AVAILABLE_IN_ALL
NorpcLayer *norpc_buffer_new          (guint        capacity) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
guint       norpc_buffer_get_capacity (NorpcBuffer *self);

G_END_DECLS
