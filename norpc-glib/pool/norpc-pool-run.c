/* norpc-pool-run.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Starting and stopping the servers of a pool, all in parallel. */

#include "client/norpc-endpoint-private.h"
#include "core/norpc-error.h"
#include "norpc-pool-private.h"
#include "server/norpc-server-private.h"

static NorpcWorker *
get_worker (NorpcPool *self,
            guint      i)
{
  return NORPC_SERVER (self->servers->pdata[i])->worker;
}

/* Thread-safe. Stops the servers that have started, without waiting. */
static void
abandon (NorpcPool *self)
{
  for (guint i = 0; i < self->servers->len; i++)
    norpc_worker_stop (get_worker (self, i), NORPC_STOP_ABANDON, "another server of its pool failed to start");
}

/* Thread-safe. Returns FALSE if there is nothing to start. */
static gboolean
claim_pool_start (NorpcPool  *self,
                  GError    **error)
{
  if (self->servers->len == 0)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                         "The pool has no servers, because no service was created for it");
  else if (!g_atomic_int_compare_and_exchange (&self->started, FALSE, TRUE))
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                         "The pool has already been started");
  else
    return TRUE;

  return FALSE;
}

/* Called in the thread that waits. Starts all servers in parallel. */
static gboolean
start_all (NorpcPool     *self,
           GCancellable  *cancellable,
           GError       **error)
{
  for (guint i = 0; i < self->servers->len; i++)
    if (!norpc_worker_attach (get_worker (self, i), NULL, NULL, error))
      return FALSE;

  for (guint i = 0; i < self->servers->len; i++)
    {
      NorpcWorker *worker = get_worker (self, i);
      gconstpointer executor = norpc_endpoint_get_executor (NORPC_ENDPOINT (worker->channel));

      if (!norpc_server_state_wait (worker->state, executor, NORPC_SERVER_RUNNING, -1, cancellable,
                                    error) ||
          !norpc_server_state_has_started (worker->state, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * norpc_pool_start:
 * @self: a pool
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Starts all servers in parallel, and blocks until their services have started.
 *
 * If one server fails to start, the others are stopped. Errors are those of
 * [method@Norpc.Server.start]; on %G_IO_ERROR_CANCELLED, all servers are stopped, too.
 *
 * Returns: %TRUE if all services have started, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_pool_start (NorpcPool     *self,
                  GCancellable  *cancellable,
                  GError       **error)
{
  g_return_val_if_fail (NORPC_IS_POOL (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!claim_pool_start (self, error))
    return FALSE;

  if (start_all (self, cancellable, error))
    return TRUE;

  abandon (self);

  return FALSE;
}

/* An operation on all servers, in the context of a task that returns when it is complete. */
typedef struct
{
  guint   n_left;
  GError *error; /* (owned) (nullable): the first error */
} Progress;

static void
progress_free (gpointer data)
{
  Progress *progress = data;

  g_clear_error (&progress->error);
  g_free (progress);
}

static GTask *
task_new (NorpcPool           *self,
          GCancellable        *cancellable,
          GAsyncReadyCallback  callback,
          gpointer             user_data,
          gpointer             tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Progress *progress = g_new0 (Progress, 1);

  progress->n_left = self->servers->len;
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, progress, progress_free);

  return task;
}

/* Runs in the context of the task. Notes that one more server is done. Returns TRUE if it was
 * the last.
 */
static gboolean
note_done (GTask  *task,
           GError *error)
{
  Progress *progress = g_task_get_task_data (task);

  if (progress->error == NULL)
    progress->error = error;
  else
    g_clear_error (&error);

  return --progress->n_left == 0;
}

static void
return_progress (GTask *task)
{
  Progress *progress = g_task_get_task_data (task);

  if (progress->error != NULL)
    g_task_return_error (task, g_steal_pointer (&progress->error));
  else
    g_task_return_boolean (task, TRUE);
}

/* Runs in the context of the task. */
static void
server_started_cb (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!norpc_server_start_finish (NORPC_SERVER (object), result, &error))
    abandon (g_task_get_source_object (task));
  if (note_done (task, error))
    return_progress (task);
}

/**
 * norpc_pool_start_async:
 * @self: a pool
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the services have
 *   started
 * @user_data: data for @callback
 *
 * Starts all servers asynchronously.
 *
 * Since: 0.1
 */
void
norpc_pool_start_async (NorpcPool           *self,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (NORPC_IS_POOL (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = task_new (self, cancellable, callback, user_data, norpc_pool_start_async);
  if (!claim_pool_start (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  for (guint i = 0; i < self->servers->len; i++)
    norpc_server_start_async (self->servers->pdata[i], cancellable,
                              server_started_cb, g_object_ref (task));
}

/**
 * norpc_pool_start_finish:
 * @self: a pool
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes an operation that was started with [method@Norpc.Pool.start_async].
 *
 * Errors are those of [method@Norpc.Pool.start].
 *
 * Returns: %TRUE if all services have started, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_pool_start_finish (NorpcPool     *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_pool_start_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * norpc_pool_stop:
 * @self: a pool
 * @mode: how to treat the calls that the servers have accepted
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Stops all servers in parallel, and blocks until their services have stopped.
 *
 * Each server is stopped as by [method@Norpc.Server.stop], which also documents the
 * errors.
 *
 * Returns: %TRUE if all services have stopped, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_pool_stop (NorpcPool      *self,
                 NorpcStopMode   mode,
                 GCancellable   *cancellable,
                 GError        **error)
{
  GError *first_error = NULL;

  g_return_val_if_fail (NORPC_IS_POOL (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  for (guint i = 0; i < self->servers->len; i++)
    if (norpc_worker_get_phase (get_worker (self, i)) != NORPC_SERVER_NEW)
      norpc_worker_stop (get_worker (self, i), mode, "its server was stopped");

  for (guint i = 0; i < self->servers->len; i++)
    norpc_server_stop (self->servers->pdata[i], mode, cancellable,
                       first_error == NULL ? &first_error : NULL);

  if (first_error != NULL)
    g_propagate_error (error, first_error);

  return first_error == NULL;
}

/* Runs in the context of the task. */
static void
server_stopped_cb (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  norpc_server_stop_finish (NORPC_SERVER (object), result, &error);
  if (note_done (task, error))
    return_progress (task);
}

/**
 * norpc_pool_stop_async:
 * @self: a pool
 * @mode: how to treat the calls that the servers have accepted
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the services have
 *   stopped
 * @user_data: data for @callback
 *
 * Stops all servers asynchronously.
 *
 * Since: 0.1
 */
void
norpc_pool_stop_async (NorpcPool           *self,
                       NorpcStopMode        mode,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (NORPC_IS_POOL (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (callback != NULL)
    task = task_new (self, cancellable, callback, user_data, norpc_pool_stop_async);
  if (task != NULL && self->servers->len == 0)
    g_task_return_boolean (task, TRUE);
  for (guint i = 0; i < self->servers->len; i++)
    norpc_server_stop_async (self->servers->pdata[i], mode, cancellable,
                             task != NULL ? server_stopped_cb : NULL,
                             task != NULL ? g_object_ref (task) : NULL);
}

/**
 * norpc_pool_stop_finish:
 * @self: a pool
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes an operation that was started with [method@Norpc.Pool.stop_async].
 *
 * The only error is %G_IO_ERROR_CANCELLED, in which case the servers stop nevertheless.
 *
 * Returns: %TRUE if all services have stopped, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_pool_stop_finish (NorpcPool     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_pool_stop_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
