/* norpc-server-state.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-deadlock-private.h"
#include "core/norpc-error.h"
#include "norpc-server-state-private.h"

struct _NorpcServerState
{
  int phase; /* atomic, written with the lock: NorpcServerPhase */

  GMutex     lock;
  GCond      changed;
  GPtrArray *waits;   /* (owned) [lock]: of owned Wait */
  gboolean   started; /* [lock]: the service runs or ran */
  GError    *error;   /* (owned) (nullable) [lock]: why it did not start */
};

/* A task that waits. It is completed by the thread that takes it off the list; as the data of
 * the task it lives as long as that.
 */
typedef struct
{
  NorpcServerState *state; /* (owned) */
  NorpcServerPhase  phase;
  GTask            *task;      /* (owned): until it is done */
  GSource          *cancelled; /* (owned) (nullable): until it is done */
} Wait;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_clear_pointer (&wait->state, norpc_server_state_unref);
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

  if (wait->phase == NORPC_SERVER_RUNNING && !norpc_server_state_has_started (wait->state, &error))
    g_task_return_error (wait->task, g_steal_pointer (&error));
  else
    g_task_return_boolean (wait->task, TRUE);
}

/* Returns an owned state, which is NORPC_SERVER_NEW. */
NorpcServerState *
norpc_server_state_new (void)
{
  NorpcServerState *self = g_atomic_rc_box_new0 (NorpcServerState);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->waits = g_ptr_array_new_with_free_func (wait_done);

  return self;
}

static void
clear (gpointer data)
{
  NorpcServerState *self = data;

  g_ptr_array_unref (self->waits);
  g_clear_error (&self->error);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
}

void
norpc_server_state_unref (NorpcServerState *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* Thread-safe. */
NorpcServerPhase
norpc_server_state_get_phase (NorpcServerState *self)
{
  return (NorpcServerPhase) g_atomic_int_get (&self->phase);
}

/* Thread-safe. Does not wake up those that wait: see norpc_server_state_wake (). */
void
norpc_server_state_advance (NorpcServerState *self,
                            NorpcServerPhase  phase)
{
  g_mutex_lock (&self->lock);
  if (self->phase < (int) phase)
    g_atomic_int_set (&self->phase, phase);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. FALSE if the server was started, or stopped, before. */
gboolean
norpc_server_state_claim_start (NorpcServerState  *self,
                                GError           **error)
{
  NorpcServerPhase phase;

  g_mutex_lock (&self->lock);
  phase = (NorpcServerPhase) self->phase;
  if (phase == NORPC_SERVER_NEW)
    g_atomic_int_set (&self->phase, NORPC_SERVER_STARTING);
  g_mutex_unlock (&self->lock);

  if (phase >= NORPC_SERVER_STOPPING)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                         "A server that was stopped does not start again");
  else if (phase > NORPC_SERVER_NEW)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                         "The server has been started already");

  return phase == NORPC_SERVER_NEW;
}

/* Thread-safe. A server that was not started has stopped. TRUE if it has stopped. */
gboolean
norpc_server_state_claim_stop (NorpcServerState *self)
{
  gboolean stopped;

  g_mutex_lock (&self->lock);
  if (self->phase == NORPC_SERVER_NEW)
    g_atomic_int_set (&self->phase, NORPC_SERVER_STOPPED);
  stopped = self->phase == NORPC_SERVER_STOPPED;
  g_mutex_unlock (&self->lock);

  return stopped;
}

/* The context of the service. @error (owned) is why it did not start, if it did not. */
void
norpc_server_state_set_started (NorpcServerState *self,
                                gboolean          started,
                                GError           *error)
{
  g_mutex_lock (&self->lock);
  self->started = started;
  self->error = error;
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. */
void
norpc_server_state_set_stopped_error (GError **error)
{
  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                       "The server was stopped before it had started");
}

/* Thread-safe, when the phase is past STARTING. */
gboolean
norpc_server_state_has_started (NorpcServerState  *self,
                                GError           **error)
{
  gboolean started;

  g_mutex_lock (&self->lock);
  started = self->started;
  if (self->error != NULL && error != NULL)
    *error = g_error_copy (self->error);
  else if (!started)
    norpc_server_state_set_stopped_error (error);
  g_mutex_unlock (&self->lock);

  return started;
}

/* The thread that has changed the phase. */
void
norpc_server_state_wake (NorpcServerState *self)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new_with_free_func (wait_done);
  NorpcServerPhase phase;

  g_mutex_lock (&self->lock);
  phase = norpc_server_state_get_phase (self);
  for (guint i = 0; i < self->waits->len;)
    {
      Wait *wait = self->waits->pdata[i];

      if (wait->phase <= phase)
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

/* What a thread that blocks waits for. */
typedef struct
{
  NorpcServerState *state; /* (unowned) */
  NorpcServerPhase  phase;
} Goal;

/* Thread-safe; the lock of the waits may be held. */
static gboolean
is_reached (gpointer data)
{
  const Goal *goal = data;

  return norpc_server_state_get_phase (goal->state) >= goal->phase;
}

/* The calling thread: FALSE if the server could only come to the phase when the
 * calling thread goes on.
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

/* The calling thread. @executor is what runs the service. FALSE if it was cancelled, or the wait
 * would never end.
 */
gboolean
norpc_server_state_wait (NorpcServerState  *self,
                         gconstpointer      executor,
                         NorpcServerPhase   phase,
                         GCancellable      *cancellable,
                         GError           **error)
{
  Goal goal = { self, phase };
  NorpcThreadWait wait = { .executor = executor, .is_over = is_reached, .data = &goal };
  gulong cancelled_id = 0;
  gboolean reached;

  if (!begin_wait (&wait, error))
    return FALSE;

  if (cancellable != NULL)
    cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (wait_cancelled_cb), self, NULL);

  g_mutex_lock (&self->lock);
  while (!is_reached (&goal) && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->changed, &self->lock);
  reached = is_reached (&goal);
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
  NorpcServerState *self = wait->state;
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

/* The context of the task, which is completed there when the server has come to @phase or the
 * task is cancelled.
 */
void
norpc_server_state_await (NorpcServerState *self,
                          NorpcServerPhase  phase,
                          GTask            *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Wait *wait = g_new0 (Wait, 1);
  gboolean reached;

  wait->state = g_atomic_rc_box_acquire (self);
  wait->phase = phase;
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

  reached = norpc_server_state_get_phase (self) >= phase;
  if (!reached)
    g_ptr_array_add (self->waits, wait);
  g_mutex_unlock (&self->lock);

  if (reached)
    {
      wait_complete (wait);
      wait_done (wait);
    }
}
