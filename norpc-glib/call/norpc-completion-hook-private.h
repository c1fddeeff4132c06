/* norpc-completion-hook-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * Who wants to know that a call has ended, without being its client.
 *
 * The function is called exactly once, in the thread that ends the call and
 * before its client knows, with no lock held. The answer can be read then.
 * Who adds a hook puts it into something that lives until then; the function
 * may free it. If the call has ended already, it is not called.
 */
typedef struct _NorpcCompletionHook NorpcCompletionHook;

typedef void (*NorpcCompletionHookFunc) (NorpcCompletionHook *hook,
                                         NorpcCall      *call);

struct _NorpcCompletionHook
{
  NorpcCompletionHook     *next; /* (unowned) (nullable): the one that was added before */
  NorpcCompletionHookFunc  func;
};

gboolean norpc_call_add_completion_hook  (NorpcCall               *call,
                                          NorpcCompletionHook     *hook,
                                          NorpcCompletionHookFunc  func);
void     norpc_call_run_completion_hooks (NorpcCall               *call);

G_END_DECLS
