/* norpc-list-values-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-emission-private.h"
#include "norpc-list-relay-private.h"

G_BEGIN_DECLS

/* The list models among the results of calls and the values of properties. */

void norpc_list_values_init (void);

NorpcEmission *norpc_list_values_receive (NorpcEmission   *emission,
                                          NorpcReplyQueue *reply_queue);
gboolean       norpc_list_values_have_lists (NorpcEmission   *emission);
GPtrArray     *norpc_list_values_hold    (NorpcEmission   *emission,
                                          NorpcReplyQueue *reply_queue);

G_END_DECLS
