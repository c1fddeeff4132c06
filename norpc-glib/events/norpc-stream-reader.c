/* norpc-stream-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The end of a stream that reads its items. */

#include "core/norpc-error.h"
#include "core/norpc-log-private.h"
#include "norpc-stream-private.h"

typedef enum
{
  READ_NOT_YET,
  READ_ITEM,
  READ_END,
  READ_FAILED
} ReadState;

/* Thread-safe. Returns TRUE if the call of this end has completed, and if it failed sets @error. @abandoned tells
 * whether it was cancelled, so that the items that are left do not matter.
 */
static gboolean
has_completed (NorpcStreamPrivate  *priv,
               gboolean            *abandoned,
               GError             **error)
{
  NorpcPipe *pipe = priv->pipe;
  const GError *reason;
  gboolean completed;

  g_mutex_lock (&pipe->lock);
  completed = pipe->completed || (!priv->is_client && pipe->handled);
  reason = pipe->completed ? pipe->error : pipe->handled_error;
  if (completed && reason != NULL)
    *error = g_error_copy (reason);
  *abandoned = pipe->abandoned;
  g_mutex_unlock (&pipe->lock);

  return completed;
}

/* Called by the service's end when the call has completed. */
static ReadState
fail_answered (GError *reason,
               GError **error)
{
  if (reason != NULL)
    g_propagate_error (error, reason);
  else
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED, "The call has been answered");

  return READ_FAILED;
}

static ReadState
fail_closed (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The stream was closed");

  return READ_FAILED;
}

/* Called in the service's thread. Takes ownership of @item, which is in the form of the client, and returns one (owned) in
 * that of the service, or NULL if @error is set.
 */
static NorpcItem *
take_converted (NorpcCall  *call,
                NorpcItem  *item,
                GError    **error)
{
  g_autoptr (GError) problem = NULL;
  NorpcItem *converted = norpc_item_convert (item, call->interface_info, call->method, &problem);

  if (problem != NULL && error == NULL)
    norpc_warning ("%s; the item was dropped", problem->message);
  else if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));

  return converted;
}

/* Called in the reader's thread. If @in_order is TRUE, what has not arrived in its context is not
 * there yet. Sets @item (owned) or @error.
 */
static ReadState
read_next (NorpcStream  *self,
           gboolean      in_order,
           NorpcItem   **item,
           GError      **error)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);
  GError *reason = NULL;
  gboolean over, abandoned, at_end;

  *item = NULL;
  if (g_atomic_int_get (&priv->closed) || norpc_stream_is_muted (self))
    return fail_closed (error);
  if (priv->pipe->empty)
    return READ_END;

  /* Before the items: none is written after that. */
  over = has_completed (priv, &abandoned, &reason) && (!in_order || !priv->is_client || priv->replied);
  if (over && (!priv->is_client || abandoned))
    return fail_answered (reason, error);

  *item = norpc_pipe_take (priv->pipe, in_order ? priv->n_arrived : G_MAXUINT64, &at_end);
  /* Another thread may have closed the stream meanwhile, and dropped the items that were left. */
  if (*item == NULL && g_atomic_int_get (&priv->closed))
    {
      g_clear_error (&reason);
      return fail_closed (error);
    }
  if (*item == NULL && !at_end && over && reason != NULL)
    return fail_answered (reason, error);
  g_clear_error (&reason);
  if (*item == NULL)
    return at_end || over ? READ_END : READ_NOT_YET;

  norpc_item_import (*item);
  if (G_UNLIKELY ((*item)->interface_info != priv->call->interface_info))
    *item = take_converted (priv->call, *item, error);

  return *item != NULL ? READ_ITEM : READ_FAILED;
}

/* Runs in the context of the read, with no lock held. Ends it and returns TRUE if it is over. */
static gboolean
try_complete_read (NorpcStream *self)
{
  NorpcPipe *pipe = norpc_stream_get_private (self)->pipe;
  g_autoptr (NorpcItem) item = NULL;
  GError *error = NULL;
  ReadState state = READ_FAILED;
  NorpcWait wait;

  if (!g_cancellable_set_error_if_cancelled (norpc_wait_result_get_cancellable (pipe->read_wait.result), &error))
    state = read_next (self, TRUE, &item, &error);
  if (state == READ_NOT_YET)
    return FALSE;

  g_mutex_lock (&pipe->lock);
  wait = norpc_wait_steal (&pipe->read_wait);
  g_mutex_unlock (&pipe->lock);

  if (state == READ_FAILED)
    norpc_wait_result_return_error (wait.result, error);
  else
    norpc_wait_result_return_pointer (wait.result, g_steal_pointer (&item), (GDestroyNotify) norpc_item_unref);
  norpc_wait_end (&wait);

  return TRUE;
}

/* Runs in the context of the read, with no lock held. */
static void
complete_read (gpointer object)
{
  try_complete_read (object);
}

/* Runs in the context of the reader, when something has arrived. If a callback reads on at once, it
 * gets the items that have arrived together before anything that the service sent after them.
 */
void
norpc_stream_continue_reading (NorpcStream *self)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);

  while (priv->reads && priv->pipe->read_wait.result != NULL && try_complete_read (self))
    ;
}

/* Runs in the context of the reader. */
static void
arrived_cb (GObject *reader,
            guint64  number)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (NORPC_STREAM (reader));

  if (priv->n_arrived >= number)
    return;

  priv->n_arrived = number;
  norpc_stream_continue_reading (NORPC_STREAM (reader));
}

/* Called in the context of the reader, which hears of items from now on. */
void
norpc_stream_attach (NorpcStream *self)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);

  if (priv->attached)
    return;

  priv->attached = TRUE;
  norpc_pipe_attach (priv->pipe, G_OBJECT (self), arrived_cb);
}

/* Called before the first item is read. */
static void
begin_reading (NorpcStream *self)
{
  norpc_stream_get_private (self)->has_read = TRUE;
  norpc_stream_attach (self);
}

/**
 * norpc_stream_read_async: (skip)
 * @self: the end of a stream that reads
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when there is an item, or the end
 * @user_data: data for @callback
 *
 * Reads the next item. Generated functions use this function.
 *
 * Since: 0.1
 */
void
norpc_stream_read_async (NorpcStream         *self,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  NorpcStreamPrivate *priv;

  g_return_if_fail (NORPC_IS_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  priv = norpc_stream_get_private (self);
  g_return_if_fail (norpc_stream_may_read (self));

  begin_reading (self);
  norpc_stream_wait (self, &priv->pipe->read_wait, cancellable, callback, user_data,
                     norpc_stream_read_async, complete_read);
}

/**
 * norpc_stream_read_finish: (skip)
 * @self: the end of a stream that reads
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes [method@Norpc.Stream.read_async].
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end, or if @error is set
 * Since: 0.1
 */
NorpcItem *
norpc_stream_read_finish (NorpcStream   *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (norpc_wait_result_is_valid (result, self, norpc_stream_read_async), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return norpc_wait_result_propagate_pointer (NORPC_WAIT_RESULT (result), error);
}

/* Called with the lock held. */
static gboolean
is_readable (NorpcPipe *pipe)
{
  return pipe->oldest != NULL || pipe->completed;
}

/* Called with the lock held. */
static gboolean
is_readable_by_service (NorpcPipe *pipe)
{
  return is_readable (pipe) || pipe->handled;
}

/**
 * norpc_stream_read_sync: (skip)
 * @self: the end of a stream that reads
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads the next item, and blocks until it is there. Generated functions use this function.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL at the end, or if @error is set
 * Since: 0.1
 */
NorpcItem *
norpc_stream_read_sync (NorpcStream   *self,
                        GCancellable  *cancellable,
                        GError       **error)
{
  NorpcStreamPrivate *priv;
  NorpcItem *item = NULL;

  g_return_val_if_fail (NORPC_IS_STREAM (self), NULL);
  g_return_val_if_fail (norpc_stream_may_read (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  priv = norpc_stream_get_private (self);
  priv->has_read = TRUE;
  while (read_next (self, FALSE, &item, error) == READ_NOT_YET)
    if (!norpc_stream_block (self, priv->is_client ? is_readable : is_readable_by_service, cancellable, error))
      return NULL;

  return item;
}

/**
 * norpc_stream_try_read: (skip)
 * @self: the end of a stream that reads
 *
 * Reads the next item if it has arrived. Generated functions use this function.
 *
 * Returns: (transfer full) (nullable): the item, or %NULL if there is none
 * Since: 0.1
 */
NorpcItem *
norpc_stream_try_read (NorpcStream *self)
{
  NorpcItem *item = NULL;

  g_return_val_if_fail (NORPC_IS_STREAM (self), NULL);
  g_return_val_if_fail (norpc_stream_may_read (self), NULL);

  begin_reading (self);
  read_next (self, TRUE, &item, NULL);

  return item;
}

/* Called by one thread at a time, for the service's end. Reads the next item (owned) if there is one, in whatever
 * context the end is used, or returns NULL.
 */
NorpcItem *
norpc_stream_take_item (NorpcStream *self)
{
  NorpcItem *item = NULL;

  read_next (self, FALSE, &item, NULL);

  return item;
}

/* Thread-safe. Returns TRUE if the writer has ended, and all items have been read. */
gboolean
norpc_stream_is_at_end (NorpcStream *self)
{
  NorpcPipe *pipe = norpc_stream_get_private (self)->pipe;
  gboolean at_end;

  g_mutex_lock (&pipe->lock);
  at_end = pipe->oldest != NULL && pipe->oldest->is_end;
  g_mutex_unlock (&pipe->lock);

  return at_end;
}
