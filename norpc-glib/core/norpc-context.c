/* norpc-context.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE

#include "norpc-context-private.h"

#ifdef __linux__
#include <unistd.h>
#endif

/* Returns FALSE on systems that cannot tell which thread is the main thread. */
static gboolean
is_main_thread (void)
{
#ifdef __linux__
  return gettid () == getpid ();
#else
  return FALSE;
#endif
}

/* Returns TRUE if the calling thread runs @context. The main thread counts as the thread of
 * the default context even while it runs no main loop, unless another thread owns that
 * context.
 */
gboolean
norpc_context_is_own (GMainContext *context)
{
  if (g_main_context_is_owner (context))
    return TRUE;

  if (context != g_main_context_default () || !is_main_thread () ||
      !g_main_context_acquire (context))
    return FALSE;

  g_main_context_release (context);

  return TRUE;
}

/* Called in the thread that runs @context. Makes it the thread-default context, so that what
 * application code starts ends there: the thread may run another one than its thread-default
 * context. Returns TRUE if the caller must pop it.
 */
gboolean
norpc_context_push (GMainContext *context)
{
  GMainContext *thread_default = g_main_context_get_thread_default ();

  if (context == (thread_default != NULL ? thread_default : g_main_context_default ()))
    return FALSE;

  g_main_context_push_thread_default (context);

  return TRUE;
}

/**
 * norpc_context_seize: (skip)
 * @context: a main context
 *
 * Acquires a main context if no thread runs it.
 *
 * An export that brings norpc-glib to another kind of bus calls this when it ends. If no thread runs the context in which it
 * sends replies, they may never be sent, so the export rejects its calls.
 *
 * A callback of the context, such as a handler, is run by a thread that goes on to run the context. Outside of its callbacks, a
 * thread that owns the context may never run it again: to make it the thread-default one is enough to own it.
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if no thread runs @context: the caller then owns it, and releases it with g_main_context_release()
 * Since: 0.1
 */
gboolean
norpc_context_seize (GMainContext *context)
{
  GSource *source = g_main_current_source ();

  g_return_val_if_fail (context != NULL, FALSE);

  if (g_main_context_is_owner (context) && source != NULL &&
      (g_source_get_context (source) == context || g_main_depth () > 1))
    return FALSE;

  return g_main_context_acquire (context);
}
