/* norpc-call-send.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The client's side of sending a call: the properties that it inherits from the call being
 * handled in the sending thread, and its links to its proxy and parent until the answer
 * arrives.
 */

#include "call/norpc-call-private.h"
#include "call/norpc-call-scope-private.h"
#include "call/norpc-call-scope.h"
#include "call/norpc-reply-hook-private.h"
#include "call/norpc-trace-context-private.h"
#include "core/norpc-clock-private.h"
#include "norpc-call-send-private.h"
#include "norpc-sync-wait-private.h"

/* Called in the client's thread, before other threads know the call. Keeps the client's half
 * alive until norpc_call_send_end (), even if the call completes earlier.
 */
void
norpc_call_send_begin (NorpcCall *self)
{
  self->n_blockers = 2;
}

/* Called in the client's thread, which keeps a reference to the call and has prepared it. */
void
norpc_call_send_end (NorpcCall *self)
{
  norpc_call_unblock_answer (self);
}

/* Called in the client's thread. Gets the timeout of the call in milliseconds. */
static guint
get_timeout (NorpcCall              *call,
             const NorpcThreadScope *scope)
{
  guint described;

  if (call->has_timeout)
    return call->timeout;

  if (scope->timeout != 0)
    return scope->timeout;

  if (call->timeout != 0)
    return call->timeout;

  described = norpc_call_get_method_info (call)->timeout;
  if (described != 0)
    return described;

  return call->link.sink == &norpc_sync_wait_sink ? NORPC_DEFAULT_SYNC_TIMEOUT : NORPC_NO_TIMEOUT;
}

/* Called in a thread that works on behalf of @parent; there may be several. */
static NorpcCallGroup *
ensure_children (NorpcCall *parent)
{
  NorpcCallGroup *group = g_atomic_pointer_get (&parent->children);

  if (group != NULL)
    return group;

  group = norpc_call_group_new (G_STRUCT_OFFSET (NorpcCall, parent_link), NULL);
  if (g_atomic_pointer_compare_and_exchange (&parent->children, NULL, group))
    return group;

  norpc_call_group_unref (group);

  return g_atomic_pointer_get (&parent->children);
}

/* Called in the client's thread. */
static void
cancel_without_owner (NorpcCall    *call,
                      GCancellable *owner_gone)
{
  if (g_cancellable_is_cancelled (owner_gone))
    norpc_call_cancel (call, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                  "The owner of the proxy has been disposed"));
}

/* Called in the client's thread, before the call is sent. Returns the call that is being handled
 * (unowned), or NULL if there is none that is still to be answered. The call has its priority and its
 * trace context, unless it has those of its own, or the thread has them.
 */
static NorpcCall *
inherit_options (NorpcCall              *call,
                 const NorpcThreadScope *scope)
{
  NorpcCall *parent = scope->call;

  if (scope->has_priority)
    {
      call->priority = scope->priority;
      call->has_priority = TRUE;
    }
  if (G_UNLIKELY (scope->trace_context != NULL))
    norpc_call_take_scope_context (call, scope);

  if (parent == NULL || g_atomic_int_get (&parent->replied))
    return NULL;

  if (!call->has_priority)
    call->priority = parent->priority;
  if (norpc_call_has_trace_context (parent))
    norpc_call_copy_trace_context (call, parent);

  return parent;
}

/* Called in the client's thread, before a one-way call is sent. It has no deadline, and nobody cancels
 * it.
 */
void
norpc_call_send_inherit_options (NorpcCall *call)
{
  inherit_options (call, norpc_thread_scope_get ());
}

/* Called in the client's thread, between norpc_call_send_begin () and norpc_call_send_end (),
 * because other threads may complete the call as soon as it is linked to its origin or its
 * parent. Sets the deadline and the priority of the call, and links it to the proxy that sends
 * it (@origin, nullable) and to the call being handled, if there is one.
 */
void
norpc_call_send_apply_scope (NorpcCall              *call,
                             const NorpcThreadScope *scope,
                             const NorpcCallOrigin  *origin)
{
  NorpcCall *parent;
  guint timeout = get_timeout (call, scope);

  if (timeout != NORPC_NO_TIMEOUT)
    call->deadline = norpc_clock_now () + (gint64) timeout * 1000;

  if (origin != NULL)
    {
      norpc_call_group_add (origin->calls, call);
      if (origin->latest != NULL)
        norpc_latest_replace (origin->latest, call);
      /* A thread that cancels the calls of the proxy cancels @owner_gone before. */
      if (origin->owner_gone != NULL)
        cancel_without_owner (call, origin->owner_gone);
    }

  parent = inherit_options (call, scope);
  if (parent == NULL)
    return;

  if (parent->deadline != 0 && (call->deadline == 0 || parent->deadline < call->deadline))
    call->deadline = parent->deadline;

  norpc_call_group_add (ensure_children (parent), call);

  /* A thread that cancels the parent sets its state before it reads its children. */
  if (g_atomic_int_get (&parent->cancelled))
    norpc_call_cancel (call, norpc_call_copy_reason (parent));
}

/* Called by the client when it has the answer. Removes the call from the calls in flight. */
void
norpc_call_send_detach (NorpcCall *self)
{
  norpc_group_link_remove (&self->proxy_link);
  norpc_group_link_remove (&self->parent_link);

  if (self->cancelled_id != 0)
    g_signal_handler_disconnect (self->cancellable, self->cancelled_id);

  /* A layer may still keep a reference to the call: this closes the list, so that no hook is
   * added later.
   */
  norpc_call_run_reply_hooks (self);
}
