/* norpc-trace-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * Traces the progress of each call in debug messages: set G_MESSAGES_DEBUG=Norpc to show them.
 * If tracing is disabled, a trace point only reads a variable.
 */
extern int norpc_trace_state; /* atomic: negative until it is known, then a boolean */

gboolean norpc_trace_find_out (void);
void     norpc_trace_print    (NorpcCall  *call,
                               const char *format,
                               ...) G_GNUC_PRINTF (2, 3);

static inline gboolean
norpc_trace_is_on (void)
{
  int state = g_atomic_int_get (&norpc_trace_state);

  return G_UNLIKELY (state != 0) && (state > 0 || norpc_trace_find_out ());
}

#define norpc_trace(call, ...)                \
  G_STMT_START                                \
    {                                         \
      if (norpc_trace_is_on ())               \
        norpc_trace_print (call, __VA_ARGS__); \
    }                                         \
  G_STMT_END

G_END_DECLS
