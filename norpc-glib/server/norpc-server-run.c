/* norpc-server-run.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Starting and stopping a server. The part that runs in the service's context is in
 * norpc-worker.c.
 */

#include "client/norpc-endpoint-private.h"
#include "core/norpc-error.h"
#include "core/norpc-interface-info-private.h"
#include "norpc-server-private.h"
#include "norpc-thread.h"

/* How often a blocked thread checks whether it has to run the service itself. */
#define RUN_INTERVAL (10 * G_TIME_SPAN_MILLISECOND)

/* Called in the thread that waits. Blocks until the server has reached @phase. Returns FALSE if
 * the wait was cancelled, or would deadlock.
 *
 * While no other thread runs a context that the application has given, this one runs the
 * service, whenever it has something to do. GLib does not tell when a thread stops running a
 * context, which may be at any time, so this is checked again and again.
 */
static gboolean
wait_for_phase (NorpcServer       *self,
                NorpcServerPhase   phase,
                GCancellable      *cancellable,
                GError           **error)
{
  NorpcWorker *worker = self->worker;
  gconstpointer executor = norpc_endpoint_get_executor (NORPC_ENDPOINT (self->channel));

  do
    {
      gint64 until = self->context != NULL ? g_get_monotonic_time () + RUN_INTERVAL : -1;

      if (norpc_worker_run_here (worker, self->context, phase) && norpc_worker_get_phase (worker) < phase)
        {
          g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK,
                               "The server was stopped in the thread of its service, "
                               "which has work to finish first");
          return FALSE;
        }

      if (!norpc_server_state_wait (worker->state, executor, phase, until, cancellable, error))
        return FALSE;
    }
  while (norpc_worker_get_phase (worker) < phase);

  return TRUE;
}

/* Thread-safe. Has the service start. */
gboolean
norpc_server_attach (NorpcServer  *self,
                     GError      **error)
{
  if (self->has_service)
    return norpc_worker_attach (self->worker, self->context, self->thread, error);

  norpc_worker_stop (self->worker, NORPC_STOP_ABANDON, "its server has no service");
  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                       "The server has no service: set the property \"service\" when it is created");

  return FALSE;
}

/**
 * norpc_server_is_running:
 * @self: a server
 *
 * Checks whether the service has started and has not been told to stop.
 *
 * This function is thread-safe. The result may be out of date when it is returned.
 *
 * Returns: %TRUE if the server is running
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
 * Starts the server, and blocks until its service has started.
 *
 * If the service's context belongs to the calling thread, or is not being run by any
 * thread, the service starts within this function. A thread that is meant to run a
 * context must therefore own it before a server is started in it.
 *
 * Errors are those of the service's [method@Norpc.Lifecycle.start]; %NORPC_ERROR_FAILED
 * if the server has no service, if it has been started before, if its channel belongs to another server, if the
 * system cannot start another thread, or if the service cannot run in its thread (a
 * service written in JavaScript can only run in the thread of its interpreter);
 * %NORPC_ERROR_CLOSED if the server or its thread has been stopped, or if an earlier start
 * failed; and
 * %G_IO_ERROR_CANCELLED, in which case the server starts nevertheless.
 *
 * Returns: %TRUE if the service has started, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_server_start (NorpcServer   *self,
                    GCancellable  *cancellable,
                    GError       **error)
{
  g_autoptr (NorpcServer) keep = NULL;

  g_return_val_if_fail (NORPC_IS_SERVER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* Another thread may release the last reference, also because the service starts. */
  keep = g_object_ref (self);
  if (!norpc_server_attach (self, error))
    return FALSE;

  return wait_for_phase (self, NORPC_SERVER_RUNNING, cancellable, error) &&
         norpc_server_state_has_started (self->worker->state, error);
}

/* Returns TRUE if calls of the object can be described, and sets @error otherwise. */
gboolean
norpc_service_check_interface (gpointer   service,
                               GError   **error)
{
  guint n;
  g_autofree GType *interfaces = g_type_interfaces (G_OBJECT_TYPE (service), &n);

  for (guint i = 0; i < n; i++)
    if (norpc_interface_type_get_info (interfaces[i]) != NULL)
      return TRUE;

  g_set_error (error, NORPC_ERROR, NORPC_ERROR_FAILED, "%s implements no interface of a description, so it cannot be called",
               G_OBJECT_TYPE_NAME (service));

  return FALSE;
}

/**
 * norpc_serve:
 * @service: (type GObject.Object) (transfer full): an object that implements one or more generated
 *   interfaces
 * @error: return location for an error
 *
 * Creates a server that runs @service in a thread of its own, and starts it.
 *
 * It blocks until the service has started. The caller gives away its reference to @service, also in
 * case of an error, so that the service is finalized in its own context. Errors are those of
 * [method@Norpc.Server.start], and %NORPC_ERROR_FAILED if @service implements no interface. Proxies for the service
 * use the endpoint that [method@Norpc.Server.get_endpoint] returns.
 *
 * Returns: (transfer full): a server that is running, or %NULL with @error set
 * Since: 0.1
 */
NorpcServer *
norpc_serve (gpointer   service,
             GError   **error)
{
  g_autoptr (NorpcServer) self = NULL;

  g_return_val_if_fail (G_IS_OBJECT (service), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!norpc_service_check_interface (service, error))
    {
      g_object_unref (service);
      return NULL;
    }

  self = norpc_server_new (service);
  g_object_unref (service);

  return norpc_server_start (self, NULL, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * norpc_server_start_async:
 * @self: a server
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the service has started
 * @user_data: data for @callback
 *
 * Starts the server asynchronously.
 *
 * Calls are accepted immediately, and served once the service has started. The operation
 * keeps a reference to the server until then; to cancel a start in a context that no
 * thread runs, stop the server with [method@Norpc.Server.stop].
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

  if (!norpc_server_attach (self, &error))
    g_task_return_error (task, error);
  else
    norpc_server_state_await (self->worker->state, NORPC_SERVER_RUNNING, task);
}

/**
 * norpc_server_start_finish:
 * @self: a server
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes an operation that was started with [method@Norpc.Server.start_async].
 *
 * Errors are those of [method@Norpc.Server.start].
 *
 * Returns: %TRUE if the service has started, %FALSE if @error is set
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
 * @mode: how to treat the calls that the server has accepted
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Stops the server, and blocks until its service has stopped.
 *
 * From now on, calls fail with %NORPC_ERROR_CLOSED. With %NORPC_STOP_FINISH, the service
 * first answers all accepted calls, including those that it answers later. With
 * %NORPC_STOP_ABANDON, these calls fail with %NORPC_ERROR_CLOSED immediately, and the
 * work that the service does for them is cancelled; this mode can also be used after a
 * stop that takes too long. When this function returns, a thread that the server created
 * has ended, even if the server had been told to stop before. If it is called in that
 * thread, it does not wait for the end of the thread.
 *
 * If the service's context belongs to the calling thread, the service stops within this
 * function. If it cannot stop, because it is handling a call, or because it must finish a
 * call that it answers later, or because its thread waits for the calling thread to stop
 * another server, the error is %NORPC_ERROR_WOULD_DEADLOCK. It is the same, with
 * %NORPC_STOP_FINISH, if the calling thread has the client's end of an open stream, which it
 * should close first. If the service's thread waits for the calling thread in a synchronous
 * call, that call fails. On %G_IO_ERROR_CANCELLED, only the waiting ends. In all cases the
 * server stops nevertheless, as soon as it can.
 *
 * The main context of the calling thread does not run meanwhile. If that is the context of an export, such as a
 * [class@Norpc.DBusExport], replies to other processes are not sent: use [method@Norpc.Server.stop_async].
 *
 * Returns: %TRUE if the service has stopped, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_server_stop (NorpcServer    *self,
                   NorpcStopMode   mode,
                   GCancellable   *cancellable,
                   GError        **error)
{
  g_autoptr (NorpcServer) keep = NULL;
  g_autoptr (NorpcThread) own_thread = NULL;

  g_return_val_if_fail (NORPC_IS_SERVER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* A client whose call ends here may release the last reference. */
  keep = g_object_ref (self);
  norpc_worker_stop (self->worker, mode, "its server was stopped");

  if (mode == NORPC_STOP_FINISH && norpc_pending_calls_need_caller (&self->worker->pending))
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK,
                           "The server was stopped in the thread that has the client's end of an open stream");
      return FALSE;
    }

  if (!wait_for_phase (self, NORPC_SERVER_STOPPED, cancellable, error))
    return FALSE;

  own_thread = norpc_worker_dup_own_thread (self->worker);
  if (own_thread != NULL)
    norpc_thread_stop (own_thread);

  return TRUE;
}

/**
 * norpc_server_stop_async:
 * @self: a server
 * @mode: how to treat the calls that the server has accepted
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the service has stopped
 * @user_data: data for @callback
 *
 * Stops the server asynchronously.
 *
 * See [method@Norpc.Server.stop]. This function does not run the context of the service, so
 * the operation does not complete while no thread runs that context.
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

  norpc_worker_stop (self->worker, mode, "its server was stopped");

  /* A task keeps its context alive. If that is the service's own context, and it is released
   * before the service has stopped, the service would never stop.
   */
  if (callback == NULL)
    return;

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, norpc_server_stop_async);
  norpc_server_state_await (self->worker->state, NORPC_SERVER_STOPPED, task);
}

/**
 * norpc_server_stop_finish:
 * @self: a server
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes an operation that was started with [method@Norpc.Server.stop_async].
 *
 * The only error is %G_IO_ERROR_CANCELLED, in which case the server stops nevertheless.
 *
 * Returns: %TRUE if the service has stopped, %FALSE if @error is set
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
