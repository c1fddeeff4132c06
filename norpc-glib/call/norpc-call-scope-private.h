/* norpc-call-scope-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/* See norpc-trace-context.c. */
typedef struct _NorpcTraceContext NorpcTraceContext;

/* The state of a thread that sends and handles calls. It is accessed in that thread only. One struct,
 * because each look-up of a thread-local variable is expensive.
 */
typedef struct
{
  NorpcCall *call;      /* (unowned) (nullable): on whose behalf the thread works */
  guint      n_entered; /* the number of calls entered */
  guint      n_outside; /* the number of them that were entered before the running handler or
                           callback, which must not leave them */
  guint      timeout;   /* that was pushed last, in milliseconds, or 0 */
  guint8     has_priority : 1; /* a priority was pushed */
  gint8      priority;         /* that was pushed last */
  NorpcReplyQueue *reply_queue; /* (unowned) (nullable): that the thread used last; see
                                   norpc-reply-queue.c */
  NorpcTraceContext *trace_context; /* (unowned) (nullable): that was pushed last */
} NorpcThreadScope;

/* The scope to return to, while a handler or a callback runs in a thread. */
typedef struct
{
  NorpcThreadScope *thread;    /* (unowned) */
  NorpcCall        *call;      /* (unowned) (nullable) */
  guint             n_outside;
} NorpcCallScope;

NorpcThreadScope *norpc_thread_scope_get (void);

void     norpc_call_scope_leave_forgotten (NorpcThreadScope *thread,
                                           NorpcCall        *call);
gboolean norpc_call_scope_is_handler      (NorpcCall        *call);

/* Called in the thread that runs a handler of @call, or a callback, for which @call is NULL.
 * Saves the previous scope in @outer.
 */
static inline void
norpc_call_scope_begin (NorpcCallScope *outer,
                        NorpcCall      *call)
{
  NorpcThreadScope *thread = norpc_thread_scope_get ();

  outer->thread = thread;
  outer->call = thread->call;
  outer->n_outside = thread->n_outside;
  thread->call = call;
  thread->n_outside = thread->n_entered;
}

/* Called in the same thread, when the handler or callback has returned. */
static inline void
norpc_call_scope_end (NorpcCallScope *outer,
                      NorpcCall      *call)
{
  NorpcThreadScope *thread = outer->thread;

  if (G_UNLIKELY (thread->n_entered != thread->n_outside))
    norpc_call_scope_leave_forgotten (thread, call);

  thread->call = outer->call;
  thread->n_outside = outer->n_outside;
}

G_END_DECLS
