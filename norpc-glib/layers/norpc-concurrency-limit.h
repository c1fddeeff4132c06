/* norpc-concurrency-limit.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-layer.h>

G_BEGIN_DECLS

#define NORPC_TYPE_CONCURRENCY_LIMIT (norpc_concurrency_limit_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcConcurrencyLimit, norpc_concurrency_limit, NORPC, CONCURRENCY_LIMIT, NorpcLayer)

NORPC_AVAILABLE_IN_ALL
NorpcLayer *norpc_concurrency_limit_new           (guint                  max_calls) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
guint       norpc_concurrency_limit_get_max_calls (NorpcConcurrencyLimit *self);
NORPC_AVAILABLE_IN_ALL
void        norpc_concurrency_limit_set_max_calls (NorpcConcurrencyLimit *self,
                                                   guint                  max_calls);

G_END_DECLS
