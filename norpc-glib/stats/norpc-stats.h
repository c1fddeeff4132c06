/* norpc-stats.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/stats/norpc-method-stats.h>

G_BEGIN_DECLS

#define NORPC_TYPE_STATS (norpc_stats_get_type ())

NORPC_AVAILABLE_IN_ALL
GType             norpc_stats_get_type        (void) G_GNUC_CONST;
NORPC_AVAILABLE_IN_ALL
NorpcStats       *norpc_stats_ref             (NorpcStats *self);
NORPC_AVAILABLE_IN_ALL
void              norpc_stats_unref           (NorpcStats *self);

NORPC_AVAILABLE_IN_ALL
guint             norpc_stats_get_n_waiting   (NorpcStats *self);
NORPC_AVAILABLE_IN_ALL
guint             norpc_stats_get_max_waiting (NorpcStats *self);
NORPC_AVAILABLE_IN_ALL
NorpcMethodStats *norpc_stats_get_total       (NorpcStats *self);
NORPC_AVAILABLE_IN_ALL
GPtrArray        *norpc_stats_get_methods     (NorpcStats *self);
NORPC_AVAILABLE_IN_ALL
NorpcMethodStats *norpc_stats_get_method      (NorpcStats *self,
                                               const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcStats, norpc_stats_unref)

G_END_DECLS
