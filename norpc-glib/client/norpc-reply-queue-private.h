/* norpc-reply-queue-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"
#include "call/norpc-call-scope-private.h"
#include "core/norpc-types-private.h"
#include "norpc-event-queue-private.h"

G_BEGIN_DECLS

extern const NorpcCallSink norpc_reply_queue_sink;

NorpcReplyQueue *norpc_reply_queue_get                (GMainContext    *context);
NorpcReplyQueue *norpc_reply_queue_get_thread_default (void);
NorpcReplyQueue *norpc_reply_queue_ref                (NorpcReplyQueue *self);
void             norpc_reply_queue_unref              (gpointer         data);
NorpcEventQueue *norpc_reply_queue_get_events         (NorpcReplyQueue *self);
gboolean         norpc_reply_queue_is_owner           (NorpcReplyQueue *self);

gboolean norpc_reply_queue_push_event_locked (NorpcReplyQueue *self,
                                              NorpcEvent      *event);

void     norpc_reply_queue_push_first   (NorpcReplyQueue *self,
                                         NorpcReplyLink  *link);
gboolean norpc_reply_queue_remove_first (NorpcReplyQueue *self,
                                         NorpcReplyLink  *link);
void     norpc_reply_queue_deliver_some (NorpcReplyQueue *self,
                                         gboolean       (*check) (NorpcCall *call));

NorpcReplyQueue *norpc_reply_queue_begin_thread (GMainContext    *context);
gboolean         norpc_reply_queue_end_calls    (NorpcReplyQueue *self);
void             norpc_reply_queue_end_thread   (NorpcReplyQueue *self);

NorpcReplyQueue *norpc_reply_queue_open_call      (NorpcCall        *call,
                                                   NorpcThreadScope *scope);
void             norpc_reply_queue_note_iteration (NorpcCall        *call);
void             norpc_reply_queue_set_timer      (NorpcReplyQueue  *self,
                                                   NorpcCall        *call);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcReplyQueue, norpc_reply_queue_unref)

G_END_DECLS
