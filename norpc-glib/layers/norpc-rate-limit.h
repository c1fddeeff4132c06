/* norpc-rate-limit.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-layer.h>

G_BEGIN_DECLS

#define NORPC_TYPE_RATE_LIMIT (norpc_rate_limit_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcRateLimit, norpc_rate_limit, NORPC, RATE_LIMIT, NorpcLayer)

NORPC_AVAILABLE_IN_ALL
NorpcLayer *norpc_rate_limit_new        (guint           calls,
                                         guint           period) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
guint       norpc_rate_limit_get_calls  (NorpcRateLimit *self);
NORPC_AVAILABLE_IN_ALL
guint       norpc_rate_limit_get_period (NorpcRateLimit *self);
NORPC_AVAILABLE_IN_ALL
guint       norpc_rate_limit_get_burst  (NorpcRateLimit *self);
NORPC_AVAILABLE_IN_ALL
void        norpc_rate_limit_set_burst  (NorpcRateLimit *self,
                                         guint           burst);

G_END_DECLS
