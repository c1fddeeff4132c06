/* norpc-server-state.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-deadlock-private.h"
#include "channel/norpc-channel-private.h"
#include "core/norpc-error.h"
#include "norpc-server-state-private.h"
#include "norpc-worker-private.h"

/* A task that waits. It is completed, and done with, by whoever takes it off
 * the list; as its data it lives as long as the task.
 */
typedef struct
{
  NorpcWorker      *worker; /* (owned) */
  NorpcServerPhase  state;
  GTask          *task;      /* (owned): until it is done */
  GSource        *cancelled; /* (owned) (nullable): until it is done */
} Wait;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_clear_pointer (&wait->worker, norpc_worker_unref);
  g_free (wait);
}

static void
wait_done (gpointer data)
{
  Wait *wait = data;

  if (wait->cancelled != NULL)
    g_source_destroy (wait->cancelled);
  g_clear_pointer (&wait->cancelled, g_source_unref);
  g_object_unref (g_steal_pointer (&wait->task));
}

static void
wait_complete (Wait *wait)
{
  g_autoptr (GError) error = NULL;

  if (wait->state == NORPC_SERVER_RUNNING && !norpc_worker_has_started (wait->worker, &error))
    g_task_return_error (wait->task, g_steal_pointer (&error));
  else
    g_task_return_boolean (wait->task, TRUE);
}

void
norpc_server_state_init (NorpcServerState *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->waits = g_ptr_array_new_with_free_func (wait_done);
}

void
norpc_server_state_clear (NorpcServerState *self)
{
  g_ptr_array_unref (self->waits);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

/* The thread that has moved @worker on. */
void
norpc_server_state_wake (NorpcServerState *self,
                         NorpcWorker      *worker)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new_with_free_func (wait_done);
  NorpcServerPhase state;

  g_mutex_lock (&self->lock);
  state = norpc_worker_get_phase (worker);
  for (guint i = 0; i < self->waits->len;)
    {
      Wait *wait = self->waits->pdata[i];

      if (wait->state <= state)
        g_ptr_array_add (done, g_ptr_array_steal_index (self->waits, i));
      else
        i++;
    }
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < done->len; i++)
    wait_complete (done->pdata[i]);
}

/* The thread that cancels. */
static void
wait_cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
                   gpointer      user_data)
{
  NorpcServerState *self = user_data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* The calling thread: FALSE if the worker could only come to @state when the calling
 * thread goes on.
 */
static gboolean
begin_wait (NorpcThreadWait  *wait,
            GError          **error)
{
  if (norpc_deadlock_begin_wait (wait))
    return TRUE;

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK,
                       "The thread of the service waits for the calling thread");

  return FALSE;
}

/* The calling thread. FALSE if it was cancelled, or the wait would never end. */
gboolean
norpc_server_state_wait (NorpcServerState  *self,
                         NorpcWorker       *worker,
                         NorpcServerPhase   state,
                         GCancellable      *cancellable,
                         GError           **error)
{
  NorpcThreadWait wait = {
    .executor = norpc_channel_get_executor (NORPC_ENDPOINT (worker->channel)),
    .worker = worker,
    .state = state
  };
  gulong cancelled_id = 0;
  gboolean reached;

  if (!begin_wait (&wait, error))
    return FALSE;

  if (cancellable != NULL)
    cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (wait_cancelled_cb), self, NULL);

  g_mutex_lock (&self->lock);
  while (norpc_worker_get_phase (worker) < state && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->changed, &self->lock);
  reached = norpc_worker_get_phase (worker) >= state;
  g_mutex_unlock (&self->lock);

  g_cancellable_disconnect (cancellable, cancelled_id);
  norpc_deadlock_end_wait (&wait);

  return reached || !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* The context of the task. */
static gboolean
task_cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
                   gpointer      user_data)
{
  GTask *task = user_data;
  Wait *wait = g_task_get_task_data (task);
  NorpcServerState *self = &wait->worker->server_state;
  guint index;
  gboolean found;

  g_mutex_lock (&self->lock);
  found = g_ptr_array_find (self->waits, wait, &index);
  if (found)
    g_ptr_array_steal_index (self->waits, index);
  g_mutex_unlock (&self->lock);

  if (found)
    {
      g_task_return_error_if_cancelled (task);
      wait_done (wait);
    }

  return G_SOURCE_REMOVE;
}

/* The context of the task, which is completed there when @worker has come to
 * @state or the task is cancelled.
 */
void
norpc_server_state_await (NorpcServerState *self,
                          NorpcWorker      *worker,
                          NorpcServerPhase  state,
                          GTask            *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Wait *wait = g_new0 (Wait, 1);
  gboolean reached;

  wait->worker = norpc_worker_ref (worker);
  wait->state = state;
  wait->task = g_object_ref (task);
  g_task_set_task_data (task, wait, wait_free);

  /* Its source may be dispatched at once, in another thread. */
  g_mutex_lock (&self->lock);
  if (cancellable != NULL)
    {
      wait->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_static_name (wait->cancelled, "norpc server: cancelled");
      g_task_attach_source (task, wait->cancelled, (GSourceFunc) (GCallback) task_cancelled_cb);
    }

  reached = norpc_worker_get_phase (worker) >= state;
  if (!reached)
    g_ptr_array_add (self->waits, wait);
  g_mutex_unlock (&self->lock);

  if (reached)
    {
      wait_complete (wait);
      wait_done (wait);
    }
}
