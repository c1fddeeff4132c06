/* norpc-stream-outcome.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The results of a call to a stream, which end it. */

#include "core/norpc-error.h"
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

/* Runs in the client's context, when the reply has arrived. */
void
norpc_stream_complete_outcome (NorpcStream *self)
{
  if (norpc_stream_get_private (self)->outcome_wait.result != NULL)
    complete_outcome (self);
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

  g_return_val_if_fail (NORPC_IS_STREAM (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  priv = norpc_stream_get_private (self);
  g_return_val_if_fail (priv->is_client, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  begin_waiting (priv);

  return norpc_stream_block (self, is_completed, cancellable, error) ? take_outcome (priv, error) : NULL;
}
