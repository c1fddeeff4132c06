/* norpc-trace-context.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/call/norpc-call.h>

G_BEGIN_DECLS

NORPC_AVAILABLE_IN_ALL
gboolean norpc_call_set_trace_context (NorpcCall  *self,
                                       const char *trace_parent,
                                       const char *trace_state);
NORPC_AVAILABLE_IN_ALL
char    *norpc_call_dup_trace_parent  (NorpcCall  *self) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
char    *norpc_call_dup_trace_state   (NorpcCall  *self) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void     norpc_trace_context_push     (const char *trace_parent,
                                       const char *trace_state);
NORPC_AVAILABLE_IN_ALL
void     norpc_trace_context_pop      (void);

G_END_DECLS
