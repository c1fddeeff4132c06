/* norpc-channel-lane.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-channel-lane-private.h"

/* Called with the lock that protects the chain held. Adds its calls to @calls, with references to their
 * memory.
 */
void
norpc_call_list_chain (NorpcCall *first,
                       GPtrArray *calls)
{
  for (NorpcCall *call = first; call != NULL; call = call->queue_next)
    {
      norpc_call_ref_memory (call);
      g_ptr_array_add (calls, call);
    }
}

/* Called with the lock of the queue held. Adds all calls to @calls, with references to their memory.
 * They stay in the lane.
 */
void
norpc_lane_list_locked (NorpcLane *self,
                        GPtrArray *calls)
{
  NorpcCall *queued = g_async_queue_try_pop_unlocked (self->queue);

  norpc_call_list_chain (self->first, calls);
  norpc_call_list_chain (queued, calls);
  if (queued != NULL)
    g_async_queue_push_unlocked (self->queue, queued);
}
