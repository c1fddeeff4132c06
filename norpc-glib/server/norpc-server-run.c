/* norpc-server-run.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a server starts and stops. What it does in the context of its service
 * is its worker's (norpc-worker.c).
 */

#include "client/norpc-endpoint-private.h"
#include "core/norpc-error.h"
#include "norpc-server-private.h"
#include "norpc-thread.h"

/* The calling thread: what runs the service. */
static gconstpointer
get_executor (NorpcServer *self)
{
  return norpc_endpoint_get_executor (NORPC_ENDPOINT (self->channel));
}

/**
 * norpc_server_is_running:
 * @self: a server
 *
 * Tells whether the service has started and not been told to stop.
 *
 * Any thread may ask; the answer may be old when it arrives.
 *
 * Returns: %TRUE if calls are served
 * Since: 0.1
 */
gboolean
norpc_server_is_running (NorpcServer *self)
{
  g_return_val_if_fail (NORPC_IS_SERVER (self), FALSE);

  return norpc_worker_get_phase (self->worker) == NORPC_SERVER_RUNNING;
}

/**
 * norpc_server_start:
 * @self: a server
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Starts the server, and waits until its service has started.
 *
 * If the service is in a context of the calling thread, or in one that no
 * thread runs at the moment, it starts within this function. So a thread that
 * is to run a context has to have it before a server is started in it.
 *
 * The errors are those of the service's [method@Norpc.Lifecycle.start],
 * %NORPC_ERROR_FAILED if the server was started before, its channel has
 * another server, the system cannot start another thread, or its service cannot be in
 * the thread that it is meant for (one that is written in JavaScript can only be where
 * its interpreter is), %NORPC_ERROR_CLOSED if it or its thread was stopped before, and
 * %G_IO_ERROR_CANCELLED: then the server starts all the same.
 *
 * Returns: %TRUE if the service has started, %FALSE with @error set if not
 * Since: 0.1
 */
gboolean
norpc_server_start (NorpcServer   *self,
                    GCancellable  *cancellable,
                    GError       **error)
{
  g_return_val_if_fail (NORPC_IS_SERVER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!norpc_worker_attach (self->worker, self->context, self->thread, error))
    return FALSE;

  norpc_worker_run_here (self->worker, NORPC_SERVER_RUNNING);

  return norpc_server_state_wait (self->worker->state, get_executor (self), NORPC_SERVER_RUNNING,
                                cancellable, error) &&
         norpc_server_state_has_started (self->worker->state, error);
}

/**
 * norpc_server_start_async:
 * @self: a server
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): called when the service has started
 * @user_data: data for @callback
 *
 * Starts the server, without waiting for its service.
 *
 * Calls are accepted from now on, and served when the service has started. The server is kept
 * until then: to cancel a start in a context that nobody runs, stop the server.
 *
 * Since: 0.1
 */
void
norpc_server_start_async (NorpcServer         *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (NORPC_IS_SERVER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_server_start_async);

  if (!norpc_worker_attach (self->worker, self->context, self->thread, &error))
    g_task_return_error (task, error);
  else
    norpc_server_state_await (self->worker->state, NORPC_SERVER_RUNNING, task);
}

/**
 * norpc_server_start_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Tells how [method@Norpc.Server.start_async] went.
 *
 * The errors are those of [method@Norpc.Server.start].
 *
 * Returns: %TRUE if the service has started, %FALSE with @error set if not
 * Since: 0.1
 */
gboolean
norpc_server_start_finish (NorpcServer   *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_server_start_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * norpc_server_stop:
 * @self: a server
 * @mode: what becomes of the calls that it has accepted
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Stops the server, and waits until its service has stopped.
 *
 * From now on calls are answered %NORPC_ERROR_CLOSED. With
 * %NORPC_STOP_FINISH, the service first answers what was accepted, also what
 * it answers later. With %NORPC_STOP_ABANDON, all of these calls end with
 * %NORPC_ERROR_CLOSED at once, and what the service is at is cancelled; this
 * may also follow a stop that takes too long. A thread that the server made
 * has ended when this returns, also if the server had been told to stop before. In that
 * thread itself, it does not wait for that.
 *
 * If the service is in a context of the calling thread, it stops within this
 * function. Where it cannot, because it handles a call at the moment or is to
 * finish one that it answers later, or because its thread waits for the calling
 * thread to stop another server, the error is
 * %NORPC_ERROR_WOULD_DEADLOCK. If it waits for the calling thread in a synchronous
 * call, that fails. On %G_IO_ERROR_CANCELLED, only the waiting
 * ends. In both cases the server stops all the same, as soon as it can.
 *
 * Returns: %TRUE if the service has stopped, %FALSE with @error set if not
 * Since: 0.1
 */
gboolean
norpc_server_stop (NorpcServer    *self,
                   NorpcStopMode   mode,
                   GCancellable   *cancellable,
                   GError        **error)
{
  g_autoptr (NorpcThread) own_thread = NULL;

  g_return_val_if_fail (NORPC_IS_SERVER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  norpc_worker_stop (self->worker, mode, "its server was stopped");

  if (norpc_worker_run_here (self->worker, NORPC_SERVER_STOPPED) &&
      norpc_worker_get_phase (self->worker) != NORPC_SERVER_STOPPED)
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK,
                           "The server was stopped in the thread of its service, "
                           "which has calls to answer first");
      return FALSE;
    }

  if (!norpc_server_state_wait (self->worker->state, get_executor (self), NORPC_SERVER_STOPPED,
                                cancellable, error))
    return FALSE;

  own_thread = norpc_worker_dup_own_thread (self->worker);
  if (own_thread != NULL)
    norpc_thread_stop (own_thread);

  return TRUE;
}

/**
 * norpc_server_stop_async:
 * @self: a server
 * @mode: what becomes of the calls that it has accepted
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): called when the service has stopped
 * @user_data: data for @callback
 *
 * Stops the server, without waiting for its service.
 *
 * It does what [method@Norpc.Server.stop] does.
 *
 * Since: 0.1
 */
void
norpc_server_stop_async (NorpcServer         *self,
                         NorpcStopMode        mode,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (NORPC_IS_SERVER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_server_stop_async);

  norpc_worker_stop (self->worker, mode, "its server was stopped");
  norpc_server_state_await (self->worker->state, NORPC_SERVER_STOPPED, task);
}

/**
 * norpc_server_stop_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Tells how [method@Norpc.Server.stop_async] went.
 *
 * The only error is %G_IO_ERROR_CANCELLED: then the server stops all the
 * same.
 *
 * Returns: %TRUE if the service has stopped, %FALSE with @error set if not
 * Since: 0.1
 */
gboolean
norpc_server_stop_finish (NorpcServer   *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_server_stop_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
