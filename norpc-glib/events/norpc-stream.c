/* norpc-stream.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-scope-private.h"
#include "call/norpc-call-scope.h"
#include "call/norpc-deadlock-private.h"
#include "client/norpc-endpoint-private.h"
#include "client/norpc-owner-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-error.h"
#include "core/norpc-interrupt-private.h"
#include "norpc-stream-private.h"

/**
 * NorpcStream:
 *
 * One end of a stream: a call that has items between its arguments and its results.
 *
 * The generated code has a class for each stream, with typed functions. The items go from the
 * service to the client or, if the description says `direction="in"`, from the client to the
 * service. One end writes them, the other one reads them, in order, each once. A limited number of
 * items waits for the reader; a writer that is faster waits for it.
 *
 * A stream ends with its outcome: the results of the call, or its error. If a client closes its
 * end or releases it, the call is cancelled, and the service hears of that as of the cancellation of
 * any call. If the service answers the call or drops it, the client's end gets the items that were
 * written before, and then the end.
 *
 * An end is used in one main context: that in which the client opens the stream, or that of the
 * service. Items may be written in any thread, and the functions that block may be called in any
 * thread, one at a time.
 *
 * Since: 0.1
 */

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (NorpcStream, norpc_stream, G_TYPE_OBJECT)

NorpcStreamPrivate *
norpc_stream_get_private (NorpcStream *self)
{
  return norpc_stream_get_instance_private (self);
}

/* Called in the thread that disposes of the end. */
static void
norpc_stream_dispose (GObject *object)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (NORPC_STREAM (object));

  if (priv->is_client)
    norpc_stream_close (NORPC_STREAM (object));
  else if (priv->pipe != NULL && priv->attached)
    norpc_pipe_close (priv->pipe, FALSE);
  g_clear_object (&priv->proxy);

  G_OBJECT_CLASS (norpc_stream_parent_class)->dispose (object);
}

static void
norpc_stream_finalize (GObject *object)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (NORPC_STREAM (object));

  g_clear_pointer (&priv->reply, norpc_reply_unref);
  g_clear_pointer (&priv->call, norpc_call_unref_memory);
  g_clear_pointer (&priv->pipe, norpc_pipe_unref);

  G_OBJECT_CLASS (norpc_stream_parent_class)->finalize (object);
}

static void
norpc_stream_class_init (NorpcStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = norpc_stream_dispose;
  G_OBJECT_CLASS (klass)->finalize = norpc_stream_finalize;
}

static void
norpc_stream_init (NorpcStream *self G_GNUC_UNUSED)
{
}

/**
 * norpc_stream_get_interface_info:
 * @self: an end of a stream
 * @method: (out) (optional): return location for the index of the stream among the methods
 *
 * Gets the interface info that describes the stream.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer none) (nullable): the interface info, or %NULL if no proxy and no server has
 *   opened the stream
 * Since: 0.1
 */
const NorpcInterfaceInfo *
norpc_stream_get_interface_info (NorpcStream *self,
                                 guint       *method)
{
  NorpcStreamPrivate *priv;

  g_return_val_if_fail (NORPC_IS_STREAM (self), NULL);

  priv = norpc_stream_get_private (self);
  if (method != NULL)
    *method = priv->call != NULL ? priv->call->method : 0;

  return priv->call != NULL ? priv->call->interface_info : NULL;
}

/**
 * norpc_stream_is_reader:
 * @self: an end of a stream
 *
 * Checks whether this end reads items. The other end writes them.
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if this end reads items, %FALSE if it writes items, or if no proxy and no server
 *   has opened the stream
 * Since: 0.1
 */
gboolean
norpc_stream_is_reader (NorpcStream *self)
{
  g_return_val_if_fail (NORPC_IS_STREAM (self), FALSE);

  return norpc_stream_may_read (self);
}

/**
 * norpc_stream_close:
 * @self: an end of a stream
 *
 * Closes this end: nothing is read or written any more.
 *
 * A client thus cancels the call, unless it has been answered. A service that closes the end of a
 * stream whose items come in lets the client's writes fail; it still has to answer the call.
 *
 * An end is closed when its last reference is released. This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_stream_close (NorpcStream *self)
{
  NorpcStreamPrivate *priv;

  g_return_if_fail (NORPC_IS_STREAM (self));

  priv = norpc_stream_get_private (self);
  g_atomic_int_set (&priv->closed, TRUE);
  if (priv->is_client)
    norpc_call_cancel (priv->call,
                       g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The stream was closed"));
  if (priv->pipe != NULL)
    norpc_pipe_close (priv->pipe, priv->is_client);
}

/* Returns a cancellable (unowned) that is cancelled when the owner of the proxy is disposed, or NULL. */
GCancellable *
norpc_stream_get_owner_gone (NorpcStream *self)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);

  return priv->proxy != NULL ? norpc_proxy_get_owner_gone (priv->proxy) : NULL;
}

gboolean
norpc_stream_is_muted (NorpcStream *self)
{
  return g_cancellable_is_cancelled (norpc_stream_get_owner_gone (self));
}

/* Called in the context of this end. Begins @wait, which belongs to the lock of the pipe, or rejects
 * it if it has begun already. If what it waits for is there, @func runs soon.
 */
void
norpc_stream_wait (NorpcStream         *self,
                   NorpcWait           *wait,
                   GCancellable        *cancellable,
                   GAsyncReadyCallback  callback,
                   gpointer             user_data,
                   gpointer             source_tag,
                   NorpcWaitFunc        func)
{
  NorpcPipe *pipe = norpc_stream_get_private (self)->pipe;
  GCancellable *gone = norpc_stream_get_owner_gone (self);
  gboolean waits;

  g_mutex_lock (&pipe->lock);
  waits = wait->result != NULL;
  if (!waits)
    {
      norpc_wait_begin (wait, self, cancellable, callback, user_data, source_tag, func, gone);
      norpc_wait_wake (wait);
    }
  g_mutex_unlock (&pipe->lock);

  if (waits)
    norpc_wait_refuse (self, callback, user_data, source_tag, gone,
                       g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PENDING,
                                            "The stream is already being waited for"));
}

/* Runs in the thread that cancels. */
static void
wake_pipe_cb (GCancellable *cancellable G_GNUC_UNUSED,
              gpointer      user_data)
{
  NorpcPipe *pipe = user_data;

  g_mutex_lock (&pipe->lock);
  g_cond_broadcast (&pipe->changed);
  g_mutex_unlock (&pipe->lock);
}

/* Called in the thread that waits. Returns FALSE at @deadline, or if @cancellable is cancelled. */
static gboolean
sleep_until_over (NorpcPipe      *pipe,
                  gboolean      (*is_over) (NorpcPipe *pipe),
                  GCancellable   *cancellable,
                  gint64          deadline)
{
  gint64 wake_time = norpc_clock_get_wake_time (deadline);
  gboolean in_time = TRUE, over;
  NorpcInterruptibleWait wait;

  norpc_interrupt_begin_wait (&wait, &pipe->lock, &pipe->changed);
  g_mutex_lock (&pipe->lock);
  while (!(over = is_over (pipe)) && in_time && !g_cancellable_is_cancelled (cancellable))
    if (!norpc_interrupt_run_locked (&wait))
      in_time = g_cond_wait_until (&pipe->changed, &pipe->lock, wake_time);
  g_mutex_unlock (&pipe->lock);
  norpc_interrupt_end_wait (&wait);

  return over;
}

/* Called in the client's thread, which is blocked, so that its context does not notice the deadline
 * of the call. Once the call has begun in the service, the service notices it.
 */
static gboolean
sleep_until_timed_out (NorpcStreamPrivate  *priv,
                       gboolean           (*is_over) (NorpcPipe *pipe),
                       GCancellable        *cancellable,
                       gint64               limit)
{
  gint64 deadline = norpc_call_get_deadline (priv->call);

  if (deadline == 0 || deadline > limit)
    return sleep_until_over (priv->pipe, is_over, cancellable, limit);
  if (sleep_until_over (priv->pipe, is_over, cancellable, deadline))
    return TRUE;

  if (!g_cancellable_is_cancelled (cancellable))
    norpc_call_time_out (priv->call);

  /* Another thread may be answering the call at this moment. */
  limit = norpc_clock_now () + NORPC_DEFAULT_SYNC_TIMEOUT * G_TIME_SPAN_MILLISECOND;

  return sleep_until_over (priv->pipe, is_over, cancellable, limit);
}

/* Called in the thread that blocks. Gets the time at which it stops waiting: the timeout that it has pushed
 * counts, or that of the call. Without both, it waits as long as a synchronous call does.
 */
static gint64
get_limit (NorpcStreamPrivate *priv)
{
  guint pushed = norpc_thread_scope_get ()->timeout;
  guint timeout = pushed != 0 ? pushed : NORPC_DEFAULT_SYNC_TIMEOUT;
  gint64 limit = timeout != NORPC_NO_TIMEOUT
                   ? norpc_clock_now () + timeout * G_TIME_SPAN_MILLISECOND : G_MAXINT64;

  if (pushed == 0 && priv->is_client && norpc_call_get_deadline (priv->call) != 0)
    limit = MAX (limit, norpc_call_get_deadline (priv->call));

  return limit;
}

/* Called in the thread that has waited in vain. */
static void
set_wait_error (NorpcStreamPrivate  *priv,
                GError             **error)
{
  const char *interface_name = norpc_call_get_interface_name (priv->call);
  const char *method_name = norpc_call_peek_method_name (priv->call);
  guint n_items;

  g_mutex_lock (&priv->pipe->lock);
  n_items = priv->pipe->n_items;
  g_mutex_unlock (&priv->pipe->lock);

  if (priv->reads && n_items > 0)
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT,
                 "The wait for the outcome of %s.%s timed out: %u of its items were not read",
                 interface_name, method_name, n_items);
  else
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT,
                 "The wait for the other end of %s.%s timed out", interface_name, method_name);
}

/* Called in the thread that blocks, until @is_over, which is called with the lock of the pipe held,
 * returns TRUE. If it is certain that this cannot happen, the call fails, which ends the wait.
 */
gboolean
norpc_stream_block (NorpcStream   *self,
                    gboolean     (*is_over) (NorpcPipe *pipe),
                    GCancellable  *cancellable,
                    GError       **error)
{
  NorpcStreamPrivate *priv = norpc_stream_get_private (self);
  NorpcThreadWait wait = { .call = priv->call };
  gint64 limit = get_limit (priv);
  gulong id = 0;
  gboolean over;

  if (priv->is_client && g_atomic_pointer_get (&priv->call->executor) == NULL)
    norpc_call_set_executor (priv->call, norpc_endpoint_get_executor (norpc_proxy_get_endpoint (priv->proxy)));
  if (cancellable != NULL)
    id = g_cancellable_connect (cancellable, G_CALLBACK (wake_pipe_cb), priv->pipe, NULL);

  if (priv->is_client)
    norpc_deadlock_begin_wait (&wait);
  over = priv->is_client ? sleep_until_timed_out (priv, is_over, cancellable, limit)
                         : sleep_until_over (priv->pipe, is_over, cancellable, limit);
  if (priv->is_client)
    norpc_deadlock_end_wait (&wait);

  g_cancellable_disconnect (cancellable, id);
  if (over || g_cancellable_set_error_if_cancelled (cancellable, error))
    return over;

  set_wait_error (priv, error);

  return FALSE;
}
