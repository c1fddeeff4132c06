/* norpc-call-open.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Which calls count as open: those that a service works on, from when its handler has returned
 * without an answer. A call is closed when the service answers it, even too late, or when the
 * last reference to the service's half is released. The state of the client does not matter.
 */

#include "norpc-call-private.h"

/* Thread-safe. Returns TRUE if the service has answered. */
static gboolean
has_answered (NorpcCall *call)
{
  return g_atomic_int_get (&call->late) ||
         (g_atomic_int_get (&call->replied) &&
          g_atomic_int_get (&call->state) == NORPC_CALL_ANSWERED);
}

/* Runs in the service's context, which keeps one reference to the call, after the handler has
 * returned. Returns TRUE if the service has not answered and some other code keeps a
 * reference, too.
 */
gboolean
norpc_call_may_be_answered_later (NorpcCall *self)
{
  return g_atomic_int_get (&self->stage) >= NORPC_CALL_ATTEMPTED && !has_answered (self) &&
         !norpc_ref_count_is (&self->call_refs, 1);
}

/* The slow path of norpc_call_close (). */
void
norpc_call_close_open (NorpcCall *self)
{
  NorpcCallQueue *queue = g_atomic_pointer_exchange (&self->open_at, NULL);

  if (queue != NULL)
    queue->funcs->close (queue, self);
}

/* Called in the thread that has just counted the call as open. */
void
norpc_call_close_if_answered (NorpcCall *self)
{
  if (has_answered (self))
    norpc_call_close (self);
}

/* Thread-safe. The caller keeps a reference to the memory of the call. Returns TRUE if the
 * service no longer works on the call.
 */
static gboolean
is_finished (NorpcCall *call)
{
  return has_answered (call) || norpc_ref_count_is (&call->call_refs, 0);
}

/* Thread-safe. The caller keeps a reference to the memory of the call. A thread that answers or
 * releases the call does so before it reads `open_at`; the caller has counted the call as open
 * before it calls this function.
 */
void
norpc_call_close_if_finished (NorpcCall *self)
{
  if (is_finished (self))
    norpc_call_close (self);
}

/* Called in the thread that completes @outer and keeps a reference to @inner, which is an
 * attempt at @outer. If a service still works on @inner, the count of @outer as an open call
 * passes to @inner. A thread that answers or releases @inner does so before it reads
 * `open_at`; this function writes `open_at` first and then checks.
 */
void
norpc_call_transfer_open (NorpcCall *outer,
                          NorpcCall *inner)
{
  NorpcCallQueue *queue;

  /* The count belongs to the call that the worker took off the channel, or to an attempt that
   * it was passed to.
   */
  while (outer != NULL && g_atomic_pointer_get (&outer->open_at) == NULL)
    outer = outer->outer;
  if (outer == NULL || norpc_call_get_stage (inner) < NORPC_CALL_ATTEMPTED || is_finished (inner))
    return;

  queue = g_atomic_pointer_exchange (&outer->open_at, NULL);
  if (queue == NULL)
    return;

  if (!g_atomic_pointer_compare_and_exchange (&inner->open_at, NULL, queue))
    queue->funcs->close (queue, outer);
  else if (is_finished (inner))
    norpc_call_close (inner);
}
