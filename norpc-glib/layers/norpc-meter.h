/* norpc-meter.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-layer.h>
#include <norpc-glib/stats/norpc-stats.h>

G_BEGIN_DECLS

#define NORPC_TYPE_METER (norpc_meter_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcMeter, norpc_meter, NORPC, METER, NorpcLayer)

NORPC_AVAILABLE_IN_ALL
NorpcLayer *norpc_meter_new       (void) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcStats *norpc_meter_get_stats (NorpcMeter *self);

G_END_DECLS
