/* norpc-reply-queue-table-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

NorpcInbox *norpc_inbox_table_get    (GMainContext *context);
void        norpc_inbox_table_remove (GMainContext *context,
                                      NorpcInbox   *inbox);

G_END_DECLS
