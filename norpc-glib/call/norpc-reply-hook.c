/* norpc-reply-hook.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-background-private.h"
#include "norpc-call-private.h"
#include "norpc-reply-hook-private.h"

static const char closed_marker = 0;

/* In place of the list when the answer has been delivered. */
#define CLOSED ((NorpcCallWatch *) &closed_marker)

/* Any thread that has the call. FALSE if the answer has been delivered already: then @func is
 * not called.
 */
gboolean
norpc_call_add_return_watch (NorpcCall          *call,
                             NorpcCallWatch     *watch,
                             NorpcCallWatchFunc  func)
{
  NorpcCallWatch *next;

  watch->func = func;
  do
    {
      next = g_atomic_pointer_get (&call->return_watches);
      if (next == CLOSED)
        return FALSE;
      watch->next = next;
    }
  while (!g_atomic_pointer_compare_and_exchange (&call->return_watches, next, watch));

  return TRUE;
}

/* Any thread: takes the list, to which nothing is added any more. */
static NorpcCallWatch *
close_list (NorpcCall *call)
{
  NorpcCallWatch *watches = g_atomic_pointer_exchange (&call->return_watches, CLOSED);

  return watches != CLOSED ? watches : NULL;
}

static void
call_all (NorpcCallWatch *watch,
          NorpcCall      *call)
{
  while (watch != NULL)
    {
      NorpcCallWatch *next = watch->next;

      watch->func (watch, call);
      watch = next;
    }
}

/* The client's context, or a thread of the pool for an attempt that has failed: the call
 * has ended.
 */
void
norpc_call_run_return_watches (NorpcCall *call)
{
  call_all (close_list (call), call);
}

/* Any thread: the client never gets an answer. */
void
norpc_call_drop_return_watches (NorpcCall *call)
{
  call_all (close_list (call), NULL);
}

/* The answer to an attempt that no client gets. */
typedef struct
{
  NorpcReply     *reply; /* (owned) */
  NorpcCallWatch *watches;
} Undelivered;

/* A thread of the pool. */
static void
call_watches (gpointer data)
{
  g_autofree Undelivered *self = data;

  call_all (self->watches, norpc_reply_get_call (self->reply));
  norpc_reply_unref (self->reply);
}

static void
call_watches_in_background (NorpcCall      *call,
                            NorpcCallWatch *watches)
{
  Undelivered *self = g_new (Undelivered, 1);

  *self = (Undelivered) { norpc_reply_ref (norpc_call_get_reply (call)), watches };
  norpc_background_push (call_watches, self);
}

/* The thread that ended @call, an attempt at @to, which is going to end in the same way. If the
 * client of @to has its answer already, because it cancelled the call, the functions are called
 * in a thread of the pool.
 */
void
norpc_call_move_return_watches (NorpcCall *call,
                                NorpcCall *to)
{
  NorpcCallWatch *first = NULL;
  NorpcCallWatch *watch = close_list (call);

  /* In the order in which they were added. */
  while (watch != NULL)
    {
      NorpcCallWatch *next = watch->next;

      watch->next = first;
      first = watch;
      watch = next;
    }

  while (first != NULL)
    {
      NorpcCallWatch *next = first->next;

      if (!norpc_call_add_return_watch (to, first, first->func))
        {
          first->next = next;
          call_watches_in_background (call, first);
          return;
        }
      first = next;
    }
}
