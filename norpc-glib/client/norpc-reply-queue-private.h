/* norpc-reply-queue-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

NorpcInbox *norpc_inbox_new   (GMainContext *context);
NorpcInbox *norpc_inbox_ref   (NorpcInbox   *self);
void        norpc_inbox_unref (gpointer      data);

NorpcInbox *norpc_inbox_begin_thread (GMainContext *context);
gboolean    norpc_inbox_end_calls    (NorpcInbox   *self);
void        norpc_inbox_end_thread   (NorpcInbox   *self);

NorpcInbox *norpc_inbox_open_call (NorpcCall  *call);
void        norpc_inbox_set_timer (NorpcInbox *self,
                                   NorpcCall  *call);
void        norpc_inbox_push      (NorpcInbox *self,
                                   NorpcCall  *call);

G_END_DECLS
