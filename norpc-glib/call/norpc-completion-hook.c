/* norpc-completion-hook.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-completion-hook-private.h"

/* The one thread that has the call; any other may end it meanwhile. FALSE if
 * it has ended: then @func will not be called. Who ends it sets its state
 * before it looks for completion_hooks, and we do it the other way round.
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

  /* The function may have been called, and have freed the hook. */
  return g_atomic_int_get (&call->state) != NORPC_CALL_ANSWERED ||
         !g_atomic_pointer_compare_and_exchange (&call->completion_hooks, hook, next);
}

/* The thread that ends the call, whose state says so: tells those who asked,
 * from the service outwards.
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
