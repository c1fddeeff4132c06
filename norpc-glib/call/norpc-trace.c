/* norpc-trace.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-trace-context-private.h"
#include "norpc-trace-private.h"

int norpc_trace_state = -1;

/* Thread-safe. Called on first use. */
gboolean
norpc_trace_find_out (void)
{
  gboolean on = !g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN);

  g_atomic_int_set (&norpc_trace_state, on);

  return on;
}

/* Thread-safe. The caller keeps a reference to @call. */
void
norpc_trace_print (NorpcCall  *call,
                   const char *format,
                   ...)
{
  g_autofree char *what = NULL;
  g_autofree char *trace_parent = norpc_call_dup_trace_parent (call);
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);

  g_debug ("call %p of %s.%s%s%s: %s", (gpointer) call, norpc_call_get_interface_name (call),
           norpc_call_peek_method_name (call), trace_parent != NULL ? " in " : "",
           trace_parent != NULL ? trace_parent : "", what);
}
