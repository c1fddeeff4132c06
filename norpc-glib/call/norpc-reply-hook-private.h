/* norpc-reply-hook-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-completion-hook-private.h"

G_BEGIN_DECLS

/*
 * Functions that run in the client's context when the answer to a call is delivered, just
 * before the client gets the reply. They may be application code, such as the reply function
 * of a filter.
 *
 * Each hook is called exactly once. It is called with NULL instead of the call if the client
 * never gets an answer: any thread may call it then, and it must only free itself.
 */
gboolean             norpc_call_add_reply_hook    (NorpcCall               *call,
                                                   NorpcCompletionHook     *hook,
                                                   NorpcCompletionHookFunc  func);
void                 norpc_call_run_reply_hooks   (NorpcCall               *call);
void                 norpc_call_drop_reply_hooks  (NorpcCall               *call);
NorpcCompletionHook *norpc_call_steal_reply_hooks (NorpcCall               *call);
void                 norpc_reply_hooks_run        (NorpcCompletionHook     *hook,
                                                   NorpcCall               *call);
void                 norpc_reply_release_with     (NorpcReply              *self,
                                                   NorpcCall               *outer);

G_END_DECLS
