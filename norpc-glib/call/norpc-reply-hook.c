/* norpc-reply-hook.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-background-private.h"
#include "norpc-call-private.h"
#include "norpc-reply-hook-private.h"

static const char closed_marker = 0;

/* Replaces the list once the answer has been delivered. */
#define CLOSED ((NorpcCompletionHook *) &closed_marker)

/* Called in a thread that owns the call. Returns FALSE if the answer has been delivered
 * already; @func is then not called.
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

/* Thread-safe. Takes the list and closes it. */
NorpcCompletionHook *
norpc_call_steal_reply_hooks (NorpcCall *call)
{
  NorpcCompletionHook *hooks = g_atomic_pointer_exchange (&call->reply_hooks, CLOSED);

  return hooks != CLOSED ? hooks : NULL;
}

/* Runs all hooks of the list, the one that was added last first. */
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

/* Runs in the client's context or, for an attempt that has failed, in a thread of the pool.
 * The call has completed.
 */
void
norpc_call_run_reply_hooks (NorpcCall *call)
{
  /* Only a thread that owns the call adds hooks. */
  if (norpc_ref_count_is (&call->call_refs, 0) && g_atomic_pointer_get (&call->reply_hooks) == NULL)
    return;

  norpc_reply_hooks_run (norpc_call_steal_reply_hooks (call), call);
}

/* Thread-safe. Called when the client never gets an answer. */
void
norpc_call_drop_reply_hooks (NorpcCall *call)
{
  norpc_reply_hooks_run (norpc_call_steal_reply_hooks (call), NULL);
}

/* A reply that is released when the client gets the answer to its call. */
typedef struct
{
  NorpcCompletionHook hook; /* must be first */
  NorpcReply    *reply; /* (owned) */
} Rest;

static void
drop_reply (gpointer data)
{
  norpc_reply_unref (data);
}

/* Runs in the client's context; or in any thread, with @outer NULL, if no client waits for it. */
static void
release_rest (NorpcCompletionHook *hook,
              NorpcCall           *outer)
{
  Rest *rest = (Rest *) hook;

  if (outer != NULL)
    norpc_reply_unref (rest->reply);
  else
    norpc_background_push_release (drop_reply, rest->reply);
  g_free (rest);
}

/* Thread-safe. Called before the client gets the answer to @outer. Takes ownership of the reply of an attempt at it. If
 * the handler of the attempt never starts, its arguments are released on the client's side, and so
 * are results that no client receives.
 */
void
norpc_reply_release_with (NorpcReply *self,
                          NorpcCall  *outer)
{
  NorpcCall *inner = norpc_reply_get_call (self);
  Rest *rest;

  if (inner->n_args == 0 && inner->error != NULL)
    {
      norpc_reply_unref (self);
      return;
    }

  rest = g_new0 (Rest, 1);
  rest->reply = self;
  if (!norpc_call_add_reply_hook (outer, &rest->hook, release_rest))
    release_rest (&rest->hook, NULL);
}
