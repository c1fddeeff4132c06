/* norpc-reply-hook.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-background-private.h"
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
static NorpcCompletionHook *
close_list (NorpcCall *call)
{
  NorpcCompletionHook *completion_hooks = g_atomic_pointer_exchange (&call->reply_hooks, CLOSED);

  return completion_hooks != CLOSED ? completion_hooks : NULL;
}

static void
call_all (NorpcCompletionHook *hook,
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
  call_all (close_list (call), call);
}

/* Any thread: the client never gets an answer. */
void
norpc_call_drop_reply_hooks (NorpcCall *call)
{
  call_all (close_list (call), NULL);
}

/* The answer to an attempt that no client gets. */
typedef struct
{
  NorpcReply     *reply; /* (owned) */
  NorpcCompletionHook *completion_hooks;
} Undelivered;

/* A thread of the pool. */
static void
call_watches (gpointer data)
{
  g_autofree Undelivered *self = data;

  call_all (self->completion_hooks, norpc_reply_get_call (self->reply));
  norpc_reply_unref (self->reply);
}

static void
call_watches_in_background (NorpcCall           *call,
                            NorpcCompletionHook *completion_hooks)
{
  Undelivered *self = g_new (Undelivered, 1);

  *self = (Undelivered) { norpc_reply_ref (norpc_call_get_reply (call)), completion_hooks };
  norpc_background_push (call_watches, self);
}

/* The thread that ended @call, an attempt at @to, which is going to end in the same way. If the
 * client of @to has its answer already, because it cancelled the call, the functions are called
 * in a thread of the pool.
 */
void
norpc_call_move_reply_hooks (NorpcCall *call,
                             NorpcCall *to)
{
  NorpcCompletionHook *first = NULL;
  NorpcCompletionHook *hook = close_list (call);

  /* In the order in which they were added. */
  while (hook != NULL)
    {
      NorpcCompletionHook *next = hook->next;

      hook->next = first;
      first = hook;
      hook = next;
    }

  while (first != NULL)
    {
      NorpcCompletionHook *next = first->next;

      if (!norpc_call_add_reply_hook (to, first, first->func))
        {
          first->next = next;
          call_watches_in_background (call, first);
          return;
        }
      first = next;
    }
}
