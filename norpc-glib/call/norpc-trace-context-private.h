/* norpc-trace-context-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-call-private.h"
#include "norpc-call-scope-private.h"
#include "norpc-trace-context.h"

G_BEGIN_DECLS

NorpcTraceContext *norpc_trace_context_new       (const char             *parent,
                                                  const char             *state);
void               norpc_trace_context_unref     (gpointer                self);

void               norpc_call_take_trace_context (NorpcCall              *self,
                                                  NorpcTraceContext      *context);
void               norpc_call_copy_trace_context (NorpcCall              *self,
                                                  NorpcCall              *from);
void               norpc_call_take_scope_context (NorpcCall              *self,
                                                  const NorpcThreadScope *scope);
void               norpc_call_drop_trace_context (NorpcCall              *self);

extern int norpc_n_trace_contexts; /* atomic: how many calls have one */

gboolean norpc_call_find_trace_context (NorpcCall *self);

/* Thread-safe. Only reads a variable as long as no call has a context. */
static inline gboolean
norpc_call_has_trace_context (NorpcCall *self)
{
  return G_UNLIKELY (g_atomic_int_get (&norpc_n_trace_contexts) > 0) && norpc_call_find_trace_context (self);
}

G_END_DECLS
