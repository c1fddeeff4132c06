/* norpc-reply-queue-thread.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls that a NorpcThread has in flight. It cancels them when it ends, because no other thread
 * would deliver their replies.
 */

#include "core/norpc-log-private.h"
#include "norpc-reply-queue-parts-private.h"

/* Callbacks may send further calls while their thread ends; this limit keeps them from doing
 * so forever.
 */
#define MAX_LAST_ROUNDS 1000

/* Runs in the client's context. */
void
norpc_reply_queue_list_call (NorpcReplyQueue *self,
                             NorpcCall       *call)
{
  call->sent_next = self->sent;
  if (self->sent != NULL)
    self->sent->sent_previous = call;
  self->sent = call;
}

/* Runs in the client's context. The call may not be in the list. */
void
norpc_reply_queue_unlist_call (NorpcReplyQueue *self,
                               NorpcCall       *call)
{
  if (call->sent_previous != NULL)
    call->sent_previous->sent_next = call->sent_next;
  else if (self->sent == call)
    self->sent = call->sent_next;
  else
    return;

  if (call->sent_next != NULL)
    call->sent_next->sent_previous = call->sent_previous;
  call->sent_previous = call->sent_next = NULL;
}

/* Called in the same thread, when it ends. Cancels its calls in flight in the order in which
 * they were sent. Calls that were cancelled before are at the end of the list, and are visited
 * only the first time. Returns FALSE if there was no call to cancel.
 */
static gboolean
cancel_sent (NorpcReplyQueue *self)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref_memory);

  for (NorpcCall *call = self->sent; call != NULL; call = call->sent_next)
    if (g_atomic_int_get (&call->state) == NORPC_CALL_OPEN)
      {
        norpc_call_ref_memory (call);
        g_ptr_array_add (calls, call);
      }
    else if (self->n_rounds > 0)
      {
        break;
      }

  for (guint i = calls->len; i > 0; i--)
    norpc_call_cancel (calls->pdata[i - 1],
                       g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                            "The calling thread has been stopped"));

  return calls->len > 0;
}

/* Called in the same thread, when it ends. Cancels its calls in flight, whose answers no other
 * thread would deliver, and delivers their answers, including those of calls sent meanwhile.
 * Returns FALSE if callbacks keep sending calls.
 */
gboolean
norpc_reply_queue_end_calls (NorpcReplyQueue *self)
{
  while (self->sent != NULL)
    {
      if (cancel_sent (self) && ++self->n_rounds > MAX_LAST_ROUNDS)
        {
          norpc_warning ("Callbacks keep sending calls while their thread is being stopped; "
                         "the last calls never complete");
          return FALSE;
        }

      g_main_context_iteration (self->context, TRUE);
    }

  return TRUE;
}
