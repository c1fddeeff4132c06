/* norpc-completion-hook.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-completion-hook-private.h"

/* The one thread that has the call; any other may end it meanwhile. FALSE if
 * it has ended: then @func will not be called. Who ends it sets its state
 * before it looks for watches, and we do it the other way round.
 */
gboolean
norpc_call_add_watch (NorpcCall          *call,
                      NorpcCallWatch     *watch,
                      NorpcCallWatchFunc  func)
{
  NorpcCallWatch *next = g_atomic_pointer_get (&call->watches);

  watch->func = func;
  watch->next = next;
  if (!g_atomic_pointer_compare_and_exchange (&call->watches, next, watch))
    return FALSE;

  /* The function may have been called, and have freed the watch. */
  return g_atomic_int_get (&call->state) != NORPC_CALL_ANSWERED ||
         !g_atomic_pointer_compare_and_exchange (&call->watches, watch, next);
}

/* The thread that ends the call, whose state says so: tells those who asked,
 * from the service outwards.
 */
void
norpc_call_run_watches (NorpcCall *call)
{
  NorpcCallWatch *watch;

  if (g_atomic_pointer_get (&call->watches) == NULL)
    return;

  watch = g_atomic_pointer_exchange (&call->watches, NULL);
  while (watch != NULL)
    {
      NorpcCallWatch *next = watch->next;

      watch->func (watch, call);
      watch = next;
    }
}
