/* norpc-time-limit.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-layer.h>

G_BEGIN_DECLS

#define NORPC_TYPE_TIME_LIMIT (norpc_time_limit_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcTimeLimit, norpc_time_limit, NORPC, TIME_LIMIT, NorpcLayer)

NORPC_AVAILABLE_IN_ALL
NorpcLayer *norpc_time_limit_new              (guint           milliseconds) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
guint       norpc_time_limit_get_milliseconds (NorpcTimeLimit *self);

G_END_DECLS
