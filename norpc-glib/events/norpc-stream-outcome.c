/* norpc-stream-outcome.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The results of a call to a stream, which end it. */

#include "client/norpc-endpoint-private.h"
#include "client/norpc-reply-queue-private.h"
#include "core/norpc-error.h"
#include "core/norpc-weak-ref.h"
#include "norpc-stream-private.h"

/* Called in the client's thread, when the call has completed. Returns the reply (owned), or NULL if
 * @error is set.
 */
static NorpcReply *
take_outcome (NorpcStreamPrivate  *priv,
              GError             **error)
{
  if (priv->reply == NULL)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED, "The outcome has been taken already");
      return NULL;
    }

  if (!norpc_reply_propagate_error (priv->reply, error))
    return NULL;

  norpc_reply_import_results (priv->reply);

  return g_steal_pointer (&priv->reply);
}

static void
return_outcome (NorpcStream     *self,
                NorpcWaitResult *result)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);
  GError *error = NULL;
  NorpcReply *reply;

  if (norpc_wait_result_return_error_if_cancelled (result))
    return;

  if (!priv->replied)
    {
      norpc_wait_result_return_new_error (result, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                          "The owner of the proxy has been disposed");
      return;
    }

  reply = take_outcome (priv, &error);
  if (reply != NULL)
    norpc_wait_result_return_pointer (result, reply, (GDestroyNotify) norpc_reply_unref);
  else
    norpc_wait_result_return_error (result, error);
}

/* Runs in the client's context. Ends the wait if the outcome is there. */
static void
complete_outcome (gpointer object)
{
  NorpcStream *self = object;
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);
  NorpcWait wait;

  if (!priv->replied && !norpc_stream_is_muted (self) &&
      !g_cancellable_is_cancelled (norpc_wait_result_get_cancellable (priv->outcome_wait.result)))
    return;

  wait = norpc_wait_steal (&priv->outcome_wait);
  return_outcome (self, wait.result);
  norpc_wait_end (&wait);
}

/* The client's end, as long as it is there. */
typedef struct
{
  GWeakRef stream;
} Opened;

/* Runs in the client's context, after all items. */
static void
outcome_arrived_cb (NorpcReply *reply,
                    gpointer    user_data)
{
  Opened *opened = user_data;
  g_autoptr (NorpcStream) self = norpc_weak_ref_get (&opened->stream);

  g_weak_ref_clear (&opened->stream);
  g_free (opened);
  if (self != NULL)
    norpc_pipe_note_outcome (norpc_stream_get_private (self)->pipe, norpc_reply_get_error (reply));
  norpc_reply_unref (reply);
  if (self == NULL)
    return;

  norpc_stream_get_private (self)->replied = TRUE;
  norpc_stream_continue_reading (self);
  if (norpc_stream_get_private (self)->outcome_wait.result != NULL)
    complete_outcome (self);
}

/* Called in the client's thread. Takes ownership of the call of the stream, which was prepared for it, and whose reply is
 * the outcome.
 */
void
norpc_stream_send_call (NorpcStream           *self,
                        const NorpcCallOrigin *origin,
                        GCancellable          *cancellable)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);
  Opened *opened = g_new (Opened, 1);

  g_weak_ref_init (&opened->stream, self);
  norpc_endpoint_call_for (norpc_proxy_get_endpoint (priv->proxy), priv->call, origin, cancellable, outcome_arrived_cb,
                           opened);
}

/* Returns TRUE if a reply that waits tells its client nothing new: the outcome has been taken, or there is no stream any
 * more.
 */
static gboolean
is_outcome_known (NorpcCall *call)
{
  g_autoptr (NorpcStream) stream = NULL;

  if (call->reply_func != outcome_arrived_cb)
    return FALSE;

  stream = norpc_weak_ref_get (&((Opened *) call->reply_data)->stream);

  return stream == NULL || norpc_stream_get_private (stream)->reply == NULL;
}

/* Called in a client's thread that may not run its context. */
static void
forget_outcomes (void)
{
  g_autoptr (NorpcReplyQueue) reply_queue = norpc_reply_queue_get_thread_default ();

  norpc_reply_queue_deliver_some (reply_queue, is_outcome_known);
}

/* Called before the client waits for the outcome. If it has not begun to read, it never does. */
static void
begin_waiting (NorpcStreamPrivate *priv)
{
  if (priv->reads && !priv->has_read)
    norpc_pipe_drain (priv->pipe);
}

/**
 * norpc_stream_outcome_async: (skip)
 * @self: the client's end of a stream
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the call has completed
 * @user_data: data for @callback
 *
 * Waits for the outcome. Generated functions use this function.
 *
 * Since: 0.1
 */
void
norpc_stream_outcome_async (NorpcStream         *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  NorpcStreamPrivate *priv;

  g_return_if_fail (NORPC_IS_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  priv = norpc_stream_get_private (self);
  g_return_if_fail (priv->is_client);

  begin_waiting (priv);
  norpc_stream_wait (self, &priv->outcome_wait, cancellable, callback, user_data,
                     norpc_stream_outcome_async, complete_outcome);
}

/**
 * norpc_stream_outcome_finish: (skip)
 * @self: the client's end of a stream
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.Stream.outcome_async].
 *
 * Returns: (transfer full): the reply, or %NULL if @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_stream_outcome_finish (NorpcStream   *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (norpc_wait_result_is_valid (result, self, norpc_stream_outcome_async), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return norpc_wait_result_propagate_pointer (NORPC_WAIT_RESULT (result), error);
}

/* Called with the lock held. */
static gboolean
is_completed (NorpcPipe *pipe)
{
  return pipe->completed;
}

/**
 * norpc_stream_outcome_sync: (skip)
 * @self: the client's end of a stream
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Waits for the outcome, and blocks until it is there. Generated functions use this function.
 *
 * Returns: (transfer full): the reply, or %NULL if @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_stream_outcome_sync (NorpcStream   *self,
                           GCancellable  *cancellable,
                           GError       **error)
{
  NorpcStreamPrivate *priv;
  NorpcReply *reply;

  g_return_val_if_fail (NORPC_IS_STREAM (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  priv = norpc_stream_get_private (self);
  g_return_val_if_fail (priv->is_client, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  begin_waiting (priv);

  reply = norpc_stream_block (self, is_completed, cancellable, error) ? take_outcome (priv, error) : NULL;
  forget_outcomes ();

  return reply;
}
