/* norpc-call-open.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which calls count as open with a service: those that it keeps, until it no longer works on
 * them because it has answered, also too late, or because nobody holds the call any more. What
 * the client does meanwhile makes no difference.
 */

#include "norpc-call-private.h"

/* Thread-safe: the service has answered. */
static gboolean
has_answered (NorpcCall *call)
{
  return g_atomic_int_get (&call->late) ||
         (g_atomic_int_get (&call->replied) &&
          g_atomic_int_get (&call->state) == NORPC_CALL_ANSWERED);
}

/* The service's context, which holds one reference to the call, and has seen its handler
 * return: TRUE if the service has not answered, and somebody else holds the call, too.
 */
gboolean
norpc_call_may_be_answered_later (NorpcCall *self)
{
  return g_atomic_int_get (&self->stage) >= NORPC_CALL_ATTEMPTED && !has_answered (self) &&
         !g_atomic_ref_count_compare (&self->call_refs, 1);
}

/* Any thread: the service no longer works on the call. */
void
norpc_call_close (NorpcCall *self)
{
  NorpcCallQueue *queue;

  if (g_atomic_pointer_get (&self->open_at) == NULL)
    return;

  queue = g_atomic_pointer_exchange (&self->open_at, NULL);
  if (queue != NULL)
    queue->funcs->close (queue);
}

/* Any thread, which has just counted the call as open. */
void
norpc_call_close_if_answered (NorpcCall *self)
{
  if (has_answered (self))
    norpc_call_close (self);
}

/* Thread-safe. Whether the service no longer works on the call, whose memory the caller holds. */
static gboolean
is_done_with (NorpcCall *call)
{
  return has_answered (call) || g_atomic_ref_count_compare (&call->call_refs, 0);
}

/* The thread that ends @outer, and holds something of @inner, which is the attempt at it: the
 * place of @outer is that of @inner from now on, if a service works on that. A thread that
 * answers or releases @inner does so before it reads its place; here it is the other way round.
 */
void
norpc_call_transfer_open (NorpcCall *outer,
                          NorpcCall *inner)
{
  NorpcCallQueue *queue;

  /* The place is that of the call which the worker has taken off the channel, or of an attempt
   * that was passed it.
   */
  while (outer != NULL && g_atomic_pointer_get (&outer->open_at) == NULL)
    outer = outer->outer;
  if (outer == NULL || norpc_call_get_stage (inner) < NORPC_CALL_ATTEMPTED || is_done_with (inner))
    return;

  queue = g_atomic_pointer_exchange (&outer->open_at, NULL);
  if (queue == NULL)
    return;

  if (!g_atomic_pointer_compare_and_exchange (&inner->open_at, NULL, queue))
    queue->funcs->close (queue);
  else if (is_done_with (inner))
    norpc_call_close (inner);
}
