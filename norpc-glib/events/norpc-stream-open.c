/* norpc-stream-open.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How client and service get their ends of a stream. */

#include "call/norpc-call-deadline-private.h"
#include "client/norpc-endpoint-private.h"
#include "client/norpc-reply-queue-private.h"
#include "core/norpc-info-match-private.h"
#include "norpc-stream-private.h"

/* Returns the end of a stream (owned), whose class belongs to the method of @call, or to none. */
static NorpcStream *
stream_new (GType      type,
            NorpcCall *call,
            NorpcPipe *pipe,
            gboolean   is_client)
{
  NorpcStream *self = g_object_new (type, NULL);
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);
  gboolean goes_in = (norpc_call_get_method_info (call)->flags & NORPC_METHOD_FLAGS_STREAM_IN) != 0;

  g_assert (NORPC_STREAM_GET_CLASS (self)->interface_info == NULL ||
            norpc_methods_match (NORPC_STREAM_GET_CLASS (self)->interface_info, NORPC_STREAM_GET_CLASS (self)->method,
                                 call->interface_info, call->method));

  norpc_call_ref_memory (call);
  priv->call = call;
  priv->pipe = norpc_pipe_ref (pipe);
  priv->is_client = is_client;
  priv->reads = is_client != goes_in;

  return self;
}

/**
 * norpc_proxy_open_stream: (skip)
 * @self: a proxy
 * @stream_type: the class of the stream
 * @call: (transfer full): a call to the stream
 * @cancellable: (nullable): a cancellable
 *
 * Sends a call to a stream.
 *
 * Generated functions use this function.
 *
 * Returns: (transfer full): the client's end
 * Since: 0.1
 */
NorpcStream *
norpc_proxy_open_stream (NorpcProxy   *self,
                         GType         stream_type,
                         NorpcCall    *call,
                         GCancellable *cancellable)
{
  g_autoptr (NorpcStream) stream = NULL;
  NorpcStreamPrivate *priv;
  NorpcPipe *pipe;
  NorpcCallOrigin origin;

  g_return_val_if_fail (NORPC_IS_PROXY (self), NULL);
  g_return_val_if_fail (call != NULL, NULL);
  g_return_val_if_fail (norpc_call_is_new (call), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  pipe = norpc_pipe_new (call->interface_info, call->method);
  norpc_call_get_stream_part (call)->items = &pipe->parent;
  stream = stream_new (stream_type, call, pipe, TRUE);
  priv = norpc_stream_get_private (stream);
  priv->proxy = g_object_ref (self);
  priv->reply = norpc_reply_ref (norpc_call_get_reply (call));
  norpc_pipe_watch_call (pipe, call);
  if (priv->reads)
    norpc_stream_attach (stream);

  origin = norpc_proxy_prepare_call (self, call);
  norpc_reply_queue_note_iteration (call);
  norpc_stream_send_call (stream, &origin, cancellable);

  return g_steal_pointer (&stream);
}

/**
 * norpc_call_get_stream: (skip)
 * @self: a call that is being dispatched
 * @stream_type: the class of the stream
 *
 * Gets the service's end of the stream that @self belongs to.
 *
 * Generated functions use this function.
 *
 * Returns: (transfer none): the service's end, which @self owns
 * Since: 0.1
 */
NorpcStream *
norpc_call_get_stream (NorpcCall *self,
                       GType      stream_type)
{
  NorpcStreamPart *part;

  g_return_val_if_fail (self != NULL, NULL);

  part = norpc_call_get_stream_part (self);
  g_return_val_if_fail (part != NULL, NULL);

  if (part->end == NULL)
    {
      /* A call that was sent without an end for the client has no items. */
      if (part->items == NULL)
        g_atomic_pointer_set (&part->items,
                              &norpc_pipe_new_empty (self->interface_info, self->method)->parent);
      part->end = G_OBJECT (stream_new (stream_type, self, (NorpcPipe *) part->items, FALSE));
      /* The service may wait for its client, which may be blocked, so the deadline ends the waits
       * of both.
       */
      norpc_pipe_watch_handled_call ((NorpcPipe *) part->items, self);
      norpc_call_start_deadline_timer (self);
    }

  return NORPC_STREAM (part->end);
}

/* Thread-safe. Returns TRUE if @call is a stream that may go on only when its client reads or writes. */
gboolean
norpc_stream_needs_client (NorpcCall *call)
{
  NorpcStreamPart *part = norpc_call_get_stream_part (call);
  NorpcPipe *pipe = part != NULL ? (NorpcPipe *) g_atomic_pointer_get (&part->items) : NULL;
  gboolean needs_client;

  if (pipe == NULL)
    return FALSE;

  g_mutex_lock (&pipe->lock);
  needs_client = !pipe->completed && !pipe->ended && !pipe->drains;
  g_mutex_unlock (&pipe->lock);

  return needs_client;
}

/* Called before @call is sent. Its service's end, if it is a stream, is used in a thread of the library. */
void
norpc_stream_drop_elsewhere (NorpcCall *call)
{
  NorpcStreamPart *part = norpc_call_get_stream_part (call);

  if (part != NULL && part->items != NULL)
    norpc_pipe_drop_elsewhere ((NorpcPipe *) part->items);
}
