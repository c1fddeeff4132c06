/* norpc-stats-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-stats-recorder-private.h"
#include "norpc-stats.h"

G_BEGIN_DECLS

/* Immutable once it is returned to the application. */
struct _NorpcMethodStats
{
  const char    *interface_name; /* (nullable): interned */
  const char    *method_name;    /* (nullable): interned */
  guint64        n_calls;
  guint64        n_ended[NORPC_N_OUTCOMES];
  NorpcHistogram latencies[NORPC_N_LATENCIES];
};

struct _NorpcStats
{
  guint             n_waiting;
  guint             max_waiting;
  GPtrArray        *methods; /* (owned): of owned NorpcMethodStats */
  NorpcMethodStats *total;   /* (owned) */
};

NorpcMethodStats *norpc_method_stats_new (const char       *interface_name,
                                          const char       *method_name);
NorpcStats       *norpc_stats_new        (void);
void              norpc_stats_add_method (NorpcStats       *self,
                                          NorpcMethodStats *method);

G_END_DECLS
