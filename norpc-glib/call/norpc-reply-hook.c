/* norpc-reply-hook.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-reply-hook-private.h"

static const char closed_marker = 0;

/* In place of the list when the answer has been delivered. */
#define CLOSED ((NorpcCompletionHook *) &closed_marker)

/* Any thread that has the call. FALSE if the answer has been delivered already: then @func is
 * not called.
 */
gboolean
norpc_call_add_reply_hook (NorpcCall               *call,
                           NorpcCompletionHook     *hook,
                           NorpcCompletionHookFunc  func)
{
  NorpcCompletionHook *next;

  hook->func = func;
  do
    {
      next = g_atomic_pointer_get (&call->reply_hooks);
      if (next == CLOSED)
        return FALSE;
      hook->next = next;
    }
  while (!g_atomic_pointer_compare_and_exchange (&call->reply_hooks, next, hook));

  return TRUE;
}

/* Any thread: takes the list, to which nothing is added any more. */
NorpcCompletionHook *
norpc_call_steal_reply_hooks (NorpcCall *call)
{
  NorpcCompletionHook *hooks = g_atomic_pointer_exchange (&call->reply_hooks, CLOSED);

  return hooks != CLOSED ? hooks : NULL;
}

/* Calls all functions of the list, the last added first. */
void
norpc_reply_hooks_run (NorpcCompletionHook *hook,
                       NorpcCall           *call)
{
  while (hook != NULL)
    {
      NorpcCompletionHook *next = hook->next;

      hook->func (hook, call);
      hook = next;
    }
}

/* The client's context, or a thread of the pool for an attempt that has failed: the call
 * has ended.
 */
void
norpc_call_run_reply_hooks (NorpcCall *call)
{
  norpc_reply_hooks_run (norpc_call_steal_reply_hooks (call), call);
}

/* Any thread: the client never gets an answer. */
void
norpc_call_drop_reply_hooks (NorpcCall *call)
{
  norpc_reply_hooks_run (norpc_call_steal_reply_hooks (call), NULL);
}
