/* norpc-stream-writer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The end of a stream that writes its items. */

#include "core/norpc-error.h"
#include "core/norpc-info-match-private.h"
#include "norpc-list-relay-private.h"
#include "norpc-stream-private.h"

/* Thread-safe. Returns an error (owned) if no item can be written now, or NULL. Behind a layer, the
 * call that the service handles may be an attempt that is no longer waited for. The call of a client
 * may be cancelled because it has failed: its error says how the stream ended.
 */
static GError *
find_error (NorpcStreamPrivate *priv)
{
  NorpcCall *call = priv->call;

  if (priv->is_client || g_atomic_int_get (&call->state) == NORPC_CALL_OPEN)
    return norpc_pipe_find_write_error (priv->pipe);

  /* The thread that has claimed the call says a few instructions later what for. */
  while (g_atomic_int_get (&call->state) == NORPC_CALL_ANSWERING &&
         !g_atomic_int_get (&call->cancelled) && !g_atomic_int_get (&call->replied))
    g_thread_yield ();

  if (g_atomic_int_get (&call->cancelled))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The stream was cancelled");

  return g_error_new_literal (NORPC_ERROR, NORPC_ERROR_CLOSED, "The stream has ended");
}

static gboolean
is_busy (const GError *error)
{
  return g_error_matches (error, NORPC_ERROR, NORPC_ERROR_BUSY);
}

/**
 * norpc_stream_write: (skip)
 * @self: the end of a stream that writes
 * @item: (transfer full): an item
 * @error: return location for an error
 *
 * Writes an item. Generated functions use this function.
 *
 * This function does not block, and is thread-safe.
 *
 * Returns: %TRUE if the item was written, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_stream_write (NorpcStream  *self,
                    NorpcItem    *item,
                    GError      **error)
{
  g_autoptr (NorpcItem) written = item;
  NorpcStreamPrivate *priv;
  GError *problem;

  g_return_val_if_fail (NORPC_IS_STREAM (self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  priv = norpc_stream_get_private (self);
  g_return_val_if_fail (norpc_stream_may_write (self), FALSE);
  g_return_val_if_fail (norpc_methods_match (item->interface_info, item->method,
                                             priv->call->interface_info, priv->call->method), FALSE);

  problem = norpc_item_find_problem (item);
  if (problem == NULL)
    problem = find_error (priv);
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }

  /* The client may have the values in another form. */
  if (G_UNLIKELY (item->interface_info != priv->pipe->interface_info))
    {
      written = norpc_item_convert (g_steal_pointer (&written), priv->pipe->interface_info, priv->pipe->method, error);
      if (written == NULL)
        return FALSE;
    }

  if (!priv->is_client)
    norpc_list_relay_tell_for (priv->call);
  norpc_item_export (written);

  return norpc_pipe_write (priv->pipe, g_steal_pointer (&written), error);
}

/**
 * norpc_stream_end:
 * @self: the end of a stream that writes
 *
 * Ends the items of a stream that go from a client to a service. The client then waits for the
 * outcome.
 *
 * A service ends its items by answering the call. This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_stream_end (NorpcStream *self)
{
  NorpcStreamPrivate *priv;

  g_return_if_fail (NORPC_IS_STREAM (self));

  priv = norpc_stream_get_private (self);
  g_return_if_fail (norpc_stream_may_write (self) && priv->is_client);

  norpc_pipe_write (priv->pipe, norpc_item_new_end (priv->call->interface_info, priv->call->method), NULL);
}

/**
 * norpc_stream_is_ready:
 * @self: the end of a stream that writes
 *
 * Checks whether an item can be written without waiting.
 *
 * The result is %TRUE, too, if the stream has ended, so that a write fails at once. This function
 * is thread-safe.
 *
 * Returns: %FALSE if the maximum number of items waits for the reader
 * Since: 0.1
 */
gboolean
norpc_stream_is_ready (NorpcStream *self)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (NORPC_IS_STREAM (self), TRUE);
  g_return_val_if_fail (norpc_stream_get_private (self)->pipe != NULL, TRUE);

  error = find_error (norpc_stream_get_private (self));

  return !is_busy (error);
}

static void
return_ready (NorpcWaitResult *result,
              GError          *error)
{
  if (g_cancellable_is_cancelled (norpc_wait_result_get_cancellable (result)))
    {
      g_clear_error (&error);
      norpc_wait_result_return_error_if_cancelled (result);
    }
  else if (error != NULL)
    norpc_wait_result_return_error (result, error);
  else
    norpc_wait_result_return_pointer (result, GINT_TO_POINTER (TRUE), NULL);
}

/* Runs in the context of the wait. Ends it if it is over. */
static void
complete_ready (gpointer object)
{
  NorpcStream *self = object;
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);
  GError *error = find_error (priv);
  NorpcWait wait;

  if (is_busy (error) && !norpc_stream_is_muted (self) &&
      !g_cancellable_is_cancelled (norpc_wait_result_get_cancellable (priv->pipe->write_wait.result)))
    {
      g_error_free (error);
      return;
    }

  g_mutex_lock (&priv->pipe->lock);
  wait = norpc_wait_steal (&priv->pipe->write_wait);
  g_mutex_unlock (&priv->pipe->lock);

  return_ready (wait.result, error);
  norpc_wait_end (&wait);
}

/**
 * norpc_stream_ready_async:
 * @self: the end of a stream that writes
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when an item can be written
 * @user_data: data for @callback
 *
 * Waits until an item can be written. If the maximum number of items waits, this is when the reader
 * has read half of them.
 *
 * Errors are %NORPC_ERROR_CLOSED if the stream has ended, %G_IO_ERROR_CANCELLED if it or
 * @cancellable was cancelled, and %G_IO_ERROR_PENDING if the end is waiting already.
 *
 * @callback is called in the thread-default main context of the caller.
 *
 * Since: 0.1
 */
void
norpc_stream_ready_async (NorpcStream         *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  NorpcStreamPrivate *priv;

  g_return_if_fail (NORPC_IS_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  priv = norpc_stream_get_private (self);
  g_return_if_fail (norpc_stream_may_write (self));

  norpc_stream_wait (self, &priv->pipe->write_wait, cancellable, callback, user_data,
                     norpc_stream_ready_async, complete_ready);
}

/**
 * norpc_stream_ready_finish:
 * @self: the end of a stream that writes
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.Stream.ready_async].
 *
 * Returns: %TRUE if an item can be written, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_stream_ready_finish (NorpcStream   *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (norpc_wait_result_is_valid (result, self, norpc_stream_ready_async), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return norpc_wait_result_propagate_pointer (NORPC_WAIT_RESULT (result), error) != NULL;
}
