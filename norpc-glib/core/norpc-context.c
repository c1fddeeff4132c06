/* norpc-context.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE

#include "norpc-context-private.h"

#ifdef __linux__
#include <unistd.h>
#endif

/* Where it cannot be told, no thread is the main one. */
static gboolean
is_main_thread (void)
{
#ifdef __linux__
  return gettid () == getpid ();
#else
  return FALSE;
#endif
}

/* The calling thread: TRUE if it is the one that runs @context. The main
 * thread is the one for the default context, also while it runs no loop, if no
 * other thread does.
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
