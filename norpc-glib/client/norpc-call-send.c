/* norpc-call-send.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The client's side of sending a call: what it inherits from the call that is being handled
 * there, and how it is bound to its proxy until its answer has arrived.
 */

#include "call/norpc-call-private.h"
#include "call/norpc-call-scope-private.h"
#include "call/norpc-call-scope.h"
#include "call/norpc-reply-hook-private.h"
#include "norpc-call-send-private.h"
#include "norpc-sync-wait-private.h"

/* The calling thread, before the call is sent: what GTask keeps of a task as
 * well. See may_hand_over ().
 */
void
norpc_call_send_note_iteration (NorpcCall *self)
{
  GSource *source = g_main_current_source ();

  if (source != NULL)
    self->sent_time = g_source_get_time (source);
}

/* The calling thread, before anybody else knows of the call. Whatever ends
 * it from now on, its client's half stays until norpc_call_send_end ().
 */
void
norpc_call_send_begin (NorpcCall *self)
{
  self->n_blockers = 2;
}

/* The calling thread, which holds the call and has prepared it. */
void
norpc_call_send_end (NorpcCall *self)
{
  norpc_call_unblock_answer (self);
}

/* The calling thread: how long @call may take, in milliseconds. */
static guint
get_timeout (NorpcCall *call)
{
  guint pushed, described;

  if (call->has_timeout)
    return call->timeout;

  pushed = norpc_call_scope_get_timeout ();
  if (pushed != 0)
    return pushed;

  if (call->timeout != 0)
    return call->timeout;

  described = norpc_call_get_method_info (call)->timeout;
  if (described != 0)
    return described;

  return call->sink == &norpc_sync_wait_sink ? NORPC_DEFAULT_SYNC_TIMEOUT : NORPC_NO_TIMEOUT;
}

/* The thread that works on behalf of @parent; there may be several. */
static NorpcCallGroup *
ensure_children (NorpcCall *parent)
{
  NorpcCallGroup *group = g_atomic_pointer_get (&parent->children);

  if (group != NULL)
    return group;

  group = norpc_call_group_new (G_STRUCT_OFFSET (NorpcCall, parent_link));
  if (g_atomic_pointer_compare_and_exchange (&parent->children, NULL, group))
    return group;

  norpc_call_group_unref (group);

  return g_atomic_pointer_get (&parent->children);
}

/* The calling thread, between norpc_call_send_begin () and norpc_call_send_end (), as
 * other threads may end the call as soon as it is known to its origin or its parent:
 * sets its deadline and priority, and binds it to the proxy that makes it (@origin,
 * nullable) and to the call that is being handled, if there is one.
 */
void
norpc_call_send_apply_scope (NorpcCall             *call,
                             const NorpcCallOrigin *origin)
{
  NorpcCall *parent = norpc_call_scope_get_call ();
  guint timeout = get_timeout (call);

  if (timeout != NORPC_NO_TIMEOUT)
    call->deadline = g_get_monotonic_time () + (gint64) timeout * 1000;

  if (origin != NULL)
    {
      norpc_call_group_add (origin->calls, call);
      norpc_latest_replace (origin->latest, call);
    }

  if (parent == NULL || g_atomic_int_get (&parent->replied))
    return;

  if (parent->deadline != 0 && (call->deadline == 0 || parent->deadline < call->deadline))
    call->deadline = parent->deadline;

  if (!call->has_priority)
    call->priority = parent->priority;

  norpc_call_group_add (ensure_children (parent), call);

  /* Who gives the parent up sets its state before it looks for children. */
  if (g_atomic_int_get (&parent->cancelled))
    norpc_call_cancel (call, norpc_call_copy_reason (parent));
}

/* The client, when it has the answer: the call is in flight no more. */
void
norpc_call_send_detach (NorpcCall *self)
{
  norpc_group_link_remove (&self->proxy_link);
  norpc_group_link_remove (&self->parent_link);

  if (self->cancelled_id != 0)
    g_signal_handler_disconnect (self->cancellable, self->cancelled_id);

  /* A layer may still hold the call: closes the list, so that none is added later. */
  norpc_call_run_reply_hooks (self);
}
