/* norpc-completion-hook.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-completion-hook-private.h"

/* Called in the thread that owns the call; any other thread may complete it meanwhile. Returns
 * FALSE if the call has completed; @func is then not called. A thread that completes the call
 * sets its state before it reads `completion_hooks`; this function writes the hook before it
 * reads the state.
 */
gboolean
norpc_call_add_completion_hook (NorpcCall               *call,
                                NorpcCompletionHook     *hook,
                                NorpcCompletionHookFunc  func)
{
  NorpcCompletionHook *next = g_atomic_pointer_get (&call->completion_hooks);

  hook->func = func;
  hook->next = next;
  if (!g_atomic_pointer_compare_and_exchange (&call->completion_hooks, next, hook))
    return FALSE;

  /* The function may have been called already, and may have freed the hook. */
  return g_atomic_int_get (&call->state) != NORPC_CALL_ANSWERED ||
         !g_atomic_pointer_compare_and_exchange (&call->completion_hooks, hook, next);
}

/* Called in the thread that completes the call, after it has set the state. Runs the hooks,
 * the innermost first.
 */
void
norpc_call_run_completion_hooks (NorpcCall *call)
{
  NorpcCompletionHook *hook;

  if (g_atomic_pointer_get (&call->completion_hooks) == NULL)
    return;

  hook = g_atomic_pointer_exchange (&call->completion_hooks, NULL);
  while (hook != NULL)
    {
      NorpcCompletionHook *next = hook->next;

      hook->func (hook, call);
      hook = next;
    }
}
