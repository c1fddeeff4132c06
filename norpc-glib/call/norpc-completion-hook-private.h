/* norpc-completion-hook-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * A hook that runs when a call completes.
 *
 * The function is called exactly once, in the thread that completes the call, before the
 * client is notified and with no lock held. It can read the answer. The hook is embedded in an
 * object that lives until then; the function may free it. If the call has completed already,
 * the function is not called.
 */
typedef struct _NorpcCompletionHook NorpcCompletionHook;

typedef void (*NorpcCompletionHookFunc) (NorpcCompletionHook *hook,
                                         NorpcCall      *call);

struct _NorpcCompletionHook
{
  NorpcCompletionHook     *next; /* (unowned) (nullable): the hook that was added before */
  NorpcCompletionHookFunc  func;
};

gboolean norpc_call_add_completion_hook  (NorpcCall               *call,
                                          NorpcCompletionHook     *hook,
                                          NorpcCompletionHookFunc  func);
void     norpc_call_run_completion_hooks (NorpcCall               *call);

G_END_DECLS
