/* norpc-nats-connection-flush.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-connection-private.h"
#include "norpc-nats-flush-private.h"
#include "norpc-nats-status-private.h"

/* Thread-safe. Returns FALSE and sets @error if a flush has failed, or one-way calls were not sent before. One that fails
 * because the connection is lost says that of those calls, too. One that nothing waits for any more says nothing.
 */
static gboolean
check_flush (NorpcNatsConnection  *self,
             natsStatus            status,
             GError              **error)
{
  g_autoptr (GError) unsent = NULL;

  if (status == NATS_TIMEOUT)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT, "Flushing the connection to NATS timed out");
      return FALSE;
    }

  unsent = norpc_nats_link_steal_unsent (norpc_nats_connection_get_link (self));
  if (!norpc_nats_check_status (status, "Could not flush the connection to NATS", error))
    return FALSE;
  if (unsent == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&unsent));

  return FALSE;
}

/* A task that flushes. */
typedef struct
{
  gatomicrefcount ref_count;
  GTask          *task;      /* (owned), since construction */
  GSource        *late;      /* (owned), since construction */
  GSource        *cancelled; /* (owned) (nullable), since construction */
  int             ended;     /* atomic: the task was completed */
} Flush;

/* Thread-safe. */
static void
flush_unref (gpointer data)
{
  Flush *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_source_unref (self->late);
  g_clear_pointer (&self->cancelled, g_source_unref);
  g_object_unref (self->task);
  g_free (self);
}

/* Thread-safe. The first outcome counts. Returns FALSE if there was one before. */
static gboolean
begin_to_end (Flush *self)
{
  if (!g_atomic_int_compare_and_exchange (&self->ended, FALSE, TRUE))
    return FALSE;

  g_source_destroy (self->late);
  if (self->cancelled != NULL)
    g_source_destroy (self->cancelled);

  return TRUE;
}

/* Thread-safe. */
static void
end_flush (Flush      *self,
           natsStatus  status)
{
  GError *error = NULL;

  if (!begin_to_end (self))
    return;

  if (check_flush (g_task_get_source_object (self->task), status, &error))
    g_task_return_boolean (self->task, TRUE);
  else
    g_task_return_error (self->task, error);
}

/* Runs in the thread of the link. */
static void
flushed (natsStatus status,
         gpointer   data)
{
  end_flush (data, status);
  flush_unref (data);
}

/* Runs in the context of the task. The connection may be in a state in which the flush does not begin. */
static gboolean
late_cb (gpointer data)
{
  end_flush (data, NATS_TIMEOUT);

  return G_SOURCE_REMOVE;
}

/* Runs in the context of the task. */
static gboolean
flush_cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
                    gpointer      data)
{
  Flush *self = data;

  if (begin_to_end (self))
    g_task_return_error_if_cancelled (self->task);

  return G_SOURCE_REMOVE;
}

/* Attaches a source to the context of the task. */
static void
attach (Flush       *self,
        GSource     *source,
        GSourceFunc  func)
{
  g_source_set_static_name (source, "NorpcNatsConnection flush");
  g_atomic_ref_count_inc (&self->ref_count);
  g_source_set_callback (source, func, self, flush_unref);
  g_source_attach (source, g_task_get_context (self->task));
}

/**
 * norpc_nats_connection_flush:
 * @self: a connection
 * @milliseconds: how long to wait, greater than 0
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the server has got everything
 * @user_data: data for @callback
 *
 * Waits until the server has got all that was sent to it before: the subscriptions of an export, and the calls that
 * proxies have sent in this thread.
 *
 * An export that was just made is reached by others a moment later; after this operation, it is. A program that ends
 * after a one-way call waits for this operation first, because the call is sent by the thread of the connection. Calls that
 * wait for the connection are included; one that waits in a layer in front of the endpoint is not. Without a connection,
 * this waits until there is one again.
 *
 * Fails with %NORPC_ERROR_TIMED_OUT if that takes longer than @milliseconds, and with %NORPC_ERROR_CLOSED if the connection
 * is closed, or lost meanwhile.
 *
 * It also fails if one-way calls of this connection were not sent since the last flush, in any thread, with the error of the
 * first one, such as %NORPC_ERROR_BUSY beyond the capacity of an endpoint, or %NORPC_ERROR_CLOSED if there was no connection,
 * or it was lost after the call. All else has been sent then. One that times out or is cancelled leaves this to the next
 * one.
 *
 * Since: 0.1
 */
void
norpc_nats_connection_flush (NorpcNatsConnection *self,
                             guint                milliseconds,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  Flush *flush;

  g_return_if_fail (NORPC_NATS_IS_CONNECTION (self));
  g_return_if_fail (norpc_nats_connection_get_link (self) != NULL);
  g_return_if_fail (milliseconds > 0);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  flush = g_new0 (Flush, 1);
  g_atomic_ref_count_init (&flush->ref_count);
  flush->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (flush->task, norpc_nats_connection_flush);
  g_task_set_check_cancellable (flush->task, FALSE); /* an error of one-way calls is returned once */
  flush->late = g_timeout_source_new (milliseconds);
  attach (flush, flush->late, late_cb);
  if (cancellable != NULL)
    {
      flush->cancelled = g_cancellable_source_new (cancellable);
      attach (flush, flush->cancelled, G_SOURCE_FUNC (flush_cancelled_cb));
    }
  norpc_nats_flush (norpc_nats_connection_get_inbox (self), milliseconds, flushed, flush);
}

/**
 * norpc_nats_connection_flush_finish:
 * @self: a connection
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Finishes an operation that was started with norpc_nats_connection_flush().
 *
 * Returns: %TRUE on success, or %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_nats_connection_flush_finish (NorpcNatsConnection  *self,
                                    GAsyncResult         *result,
                                    GError              **error)
{
  g_return_val_if_fail (NORPC_NATS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* A thread that waits for a flush. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex          lock;
  GCond           cond;
  gboolean        done;   /* [lock] */
  natsStatus      status; /* [lock] */
} Wait;

/* Thread-safe. */
static void
wait_unref (Wait *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Runs in the thread of the link. The other thread may not wait any more. */
static void
end_wait (natsStatus status,
          gpointer   data)
{
  Wait *self = data;

  g_mutex_lock (&self->lock);
  self->done = TRUE;
  self->status = status;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  wait_unref (self);
}

/**
 * norpc_nats_connection_flush_sync:
 * @self: a connection
 * @milliseconds: how long to wait, greater than 0
 * @error: return location for an error
 *
 * Blocks until the server has got all that was sent to it before, or until it is clear that it does not. See
 * [method@NorpcNats.Connection.flush].
 *
 * Returns: %TRUE on success, or %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_nats_connection_flush_sync (NorpcNatsConnection  *self,
                                  guint                 milliseconds,
                                  GError              **error)
{
  gint64 end = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;
  Wait *wait;
  natsStatus status;

  g_return_val_if_fail (NORPC_NATS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (norpc_nats_connection_get_link (self) != NULL, FALSE);
  g_return_val_if_fail (milliseconds > 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  wait = g_new0 (Wait, 1);
  g_atomic_ref_count_init (&wait->ref_count);
  g_mutex_init (&wait->lock);
  g_cond_init (&wait->cond);
  g_atomic_ref_count_inc (&wait->ref_count); /* for the thread of the link */
  norpc_nats_flush (norpc_nats_connection_get_inbox (self), milliseconds, end_wait, wait);

  g_mutex_lock (&wait->lock);
  while (!wait->done && g_cond_wait_until (&wait->cond, &wait->lock, end))
    ;
  status = wait->done ? wait->status : NATS_TIMEOUT;
  g_mutex_unlock (&wait->lock);
  wait_unref (wait);

  return check_flush (self, status, error);
}
