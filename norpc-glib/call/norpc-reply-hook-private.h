/* norpc-reply-hook-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-completion-hook-private.h"

G_BEGIN_DECLS

/*
 * Functions of the client's side that are called when the answer to a call is delivered, in
 * the client's context and just before it gets the reply. So they may be foreign, as the
 * reply function of a filter is.
 *
 * The hook is called exactly once, and then with the call, or with NULL if the client never
 * gets an answer: then any thread may call it, and it only has to free itself.
 */
gboolean             norpc_call_add_reply_hook    (NorpcCall               *call,
                                                   NorpcCompletionHook     *hook,
                                                   NorpcCompletionHookFunc  func);
void                 norpc_call_run_reply_hooks   (NorpcCall               *call);
void                 norpc_call_drop_reply_hooks  (NorpcCall               *call);
NorpcCompletionHook *norpc_call_steal_reply_hooks (NorpcCall               *call);
void                 norpc_reply_hooks_run        (NorpcCompletionHook     *hook,
                                                   NorpcCall               *call);

G_END_DECLS
