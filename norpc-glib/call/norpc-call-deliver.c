/* norpc-call-deliver.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How the answer of a call gets to its sink. */

#include "norpc-call-private.h"
#include "norpc-reply-hook-private.h"
#include "norpc-trace-private.h"

/* Thread-safe. Returns TRUE if the caller has won the right to answer; it then writes the
 * answer and calls norpc_call_deliver ().
 */
gboolean
norpc_call_claim (NorpcCall *self)
{
  return g_atomic_int_compare_and_exchange (&self->state,
                                            NORPC_CALL_OPEN,
                                            NORPC_CALL_ANSWERING);
}

/* Thread-safe. Releases the answer of a call without a sink. */
static void
drop_answer (NorpcCall *self)
{
  if (self->one_way && self->error != NULL)
    norpc_call_note_failure (self);
  norpc_call_drop_reply_hooks (self);
  norpc_reply_unref (norpc_call_get_reply (self));
}

/* Called in the thread that answers the call and in the one that prepares it; the last of the
 * two delivers the answer.
 */
void
norpc_call_unblock_answer (NorpcCall *self)
{
  if (!g_atomic_int_dec_and_test (&self->n_blockers))
    return;

  if (self->link.sink != NULL)
    self->link.sink->deliver (self);
  else
    drop_answer (self);
}

/* Called in the thread that completes the call. The queue is alive until the slot is FREED. */
static void
leave_queue (NorpcCall *self)
{
  if (g_atomic_int_compare_and_exchange (&self->slot, NORPC_SLOT_QUEUED, NORPC_SLOT_FREEING))
    self->queue->funcs->leave (self->queue, self);
}

/* Called in the thread that claimed the call. The client may run and release its half before
 * this function returns, so a caller that uses the call afterwards must keep a reference to
 * it.
 */
void
norpc_call_deliver (NorpcCall *self)
{
  NorpcCallOwner *owner = NULL;

  if (g_atomic_int_get (&self->replied))
    norpc_call_send_lists (self);

  norpc_trace (self, "%s%s",
               self->error != NULL ? "failed: " : "answered",
               self->error != NULL ? self->error->message : "");

  g_atomic_int_set (&self->state, NORPC_CALL_ANSWERED);

  /* Before the client is notified, so that the client then finds the call closed and its slot
   * in the queue free. The owner is released because its context may keep a reference to the
   * call.
   */
  if (g_atomic_int_get (&self->slot) == NORPC_SLOT_QUEUED)
    leave_queue (self);
  if (g_atomic_pointer_get (&self->owner) != NULL)
    owner = g_atomic_pointer_exchange (&self->owner, NULL);
  if (owner != NULL)
    owner->funcs->answered (owner, self);
  /* Also if no handler can start any more, whatever references are left. */
  if (g_atomic_int_get (&self->replied) || norpc_call_get_stage (self) < NORPC_CALL_ATTEMPTED)
    norpc_call_close (self);
  if (self->outer != NULL)
    norpc_call_end_attempt (self);
  norpc_call_run_completion_hooks (self);

  norpc_call_unblock_answer (self);
}

/* Thread-safe. Returns the error (owned) of a call that was superseded by a newer one. */
GError *
norpc_call_superseded_error (NorpcCall *self)
{
  return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                      "%s.%s was superseded by a newer call",
                      norpc_call_get_interface_name (self),
                      norpc_call_peek_method_name (self));
}
