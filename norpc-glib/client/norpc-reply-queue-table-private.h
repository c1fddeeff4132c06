/* norpc-reply-queue-table-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

NorpcReplyQueue *norpc_reply_queue_table_get    (GMainContext    *context);
void             norpc_reply_queue_table_remove (GMainContext    *context,
                                                 NorpcReplyQueue *reply_queue);

G_END_DECLS
