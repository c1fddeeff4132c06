/* norpc-channel-returned.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Calls that a layer of a server has held, and drops in some other thread. Their
 * arguments have to be released in the service's context, so the host does that.
 */

#include "norpc-call-private.h"
#include "norpc-channel-private.h"

/* Any thread: drops a reference. If the call is behind the layers of a server, that is done
 * in the context of the service, as long as there is a host.
 */
void
norpc_call_unref_in_service (NorpcCall *self)
{
  g_autoptr (NorpcChannel) channel = NULL;
  gboolean returned;

  if (self->released_at == NULL)
    {
      norpc_call_unref (self);
      return;
    }

  channel = g_object_ref (self->released_at);
  g_async_queue_lock (channel->queue);
  returned = channel->context != NULL && !g_main_context_is_owner (channel->context);
  if (returned)
    {
      g_queue_push_tail (&channel->returned, self);
      g_atomic_int_inc (&channel->n_returned);
    }
  g_async_queue_unlock (channel->queue);

  if (returned)
    norpc_channel_wake_up (channel);
  else
    norpc_call_unref (self);
}

/* Thread-safe. */
gboolean
norpc_channel_has_returned (NorpcChannel *self)
{
  return g_atomic_int_get (&self->n_returned) > 0;
}

/* The host's context, or the thread that ends it, with no lock held. */
void
norpc_channel_release_returned (NorpcChannel *self,
                                guint         max)
{
  for (guint i = 0; i < max && norpc_channel_has_returned (self); i++)
    {
      g_autoptr (NorpcCall) call = NULL;

      g_async_queue_lock (self->queue);
      call = g_queue_pop_head (&self->returned);
      if (call != NULL)
        g_atomic_int_add (&self->n_returned, -1);
      g_async_queue_unlock (self->queue);
    }
}
