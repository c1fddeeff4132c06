/* norpc-server-state.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-deadlock-private.h"
#include "core/norpc-error.h"
#include "core/norpc-interrupt-private.h"
#include "norpc-server-state-private.h"

/* A function that is called when the phase has changed. Shared by the threads that call it. */
typedef struct
{
  NorpcServerWatchFunc func;
  gpointer             data;    /* (owned) */
  GDestroyNotify       destroy;
} Watcher;

struct _NorpcServerState
{
  int phase; /* atomic, written with the lock: NorpcServerPhase */

  GMutex     lock;
  GCond      changed;
  GPtrArray *waits;   /* (owned) [lock]: of owned Wait */
  gboolean   started; /* [lock]: the service has started */
  Watcher   *watcher; /* (owned) (nullable) [lock]: until the server has stopped */
  GError    *error;   /* (owned) (nullable) [lock]: why it failed to start */
};

/* A task that waits. It is completed by the thread that removes it from the list. The struct
 * is the data of the task, and lives as long as the task.
 */
typedef struct
{
  NorpcServerState *state; /* (owned) */
  NorpcServerPhase  phase;
  GTask            *task;      /* (owned): until the task is completed */
  GSource          *cancelled; /* (owned) (nullable): until the task is completed */
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

static void
watcher_clear (gpointer data)
{
  Watcher *watcher = data;

  watcher->destroy (watcher->data);
}

static void
watcher_unref (Watcher *watcher)
{
  g_atomic_rc_box_release_full (watcher, watcher_clear);
}

/* Returns a state (owned) with the phase NORPC_SERVER_NEW. */
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
  g_clear_pointer (&self->watcher, watcher_unref);
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

/* Thread-safe. Does not wake up waiting threads and tasks: see norpc_server_state_wake (). */
void
norpc_server_state_advance (NorpcServerState *self,
                            NorpcServerPhase  phase)
{
  g_mutex_lock (&self->lock);
  if (self->phase < (int) phase)
    g_atomic_int_set (&self->phase, phase);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Returns FALSE if the server has been started or stopped before. */
gboolean
norpc_server_state_claim_start (NorpcServerState  *self,
                                GError           **error)
{
  NorpcServerPhase phase;
  gboolean failed;

  g_mutex_lock (&self->lock);
  phase = (NorpcServerPhase) self->phase;
  failed = self->error != NULL;
  if (phase == NORPC_SERVER_NEW)
    g_atomic_int_set (&self->phase, NORPC_SERVER_STARTING);
  g_mutex_unlock (&self->lock);

  if (phase >= NORPC_SERVER_STOPPING)
    g_set_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                 "The server %s, and cannot be started again",
                 failed ? "failed to start" : "has been stopped");
  else if (phase > NORPC_SERVER_NEW)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                         "The server has already been started");

  return phase == NORPC_SERVER_NEW;
}

/* Thread-safe. Moves a server that was never started to NORPC_SERVER_STOPPED. Returns TRUE if
 * the server has stopped.
 */
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

/* Runs in the service's context. @error (owned) is the reason why the service failed to start,
 * or NULL.
 */
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
                       "The server was stopped before it started");
}

/* Thread-safe. Called when the phase is past STARTING. */
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

/* Thread-safe. Calls @func with @data (owned) now, and when the phase has changed, in the thread that has changed it,
 * with no lock held, until the server has stopped. Several threads may call it at once, and not in the order
 * of the phases.
 */
void
norpc_server_state_watch (NorpcServerState     *self,
                          NorpcServerWatchFunc  func,
                          gpointer              data,
                          GDestroyNotify        destroy)
{
  Watcher *watcher = g_atomic_rc_box_new (Watcher);

  *watcher = (Watcher) { func, data, destroy };
  g_mutex_lock (&self->lock);
  if (norpc_server_state_get_phase (self) != NORPC_SERVER_STOPPED)
    self->watcher = g_atomic_rc_box_acquire (watcher);
  g_mutex_unlock (&self->lock);

  func (data);
  watcher_unref (watcher);
}

/* Called with the lock held. Returns the watcher (owned), or NULL. */
static Watcher *
dup_watcher_locked (NorpcServerState *self,
                    NorpcServerPhase  phase)
{
  if (self->watcher == NULL || phase == NORPC_SERVER_STOPPED)
    return g_steal_pointer (&self->watcher);

  return g_atomic_rc_box_acquire (self->watcher);
}

/* Called in the thread that has changed the phase. Wakes up waiting threads and tasks. */
void
norpc_server_state_wake (NorpcServerState *self)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new_with_free_func (wait_done);
  NorpcServerPhase phase;
  Watcher *watcher;

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
  watcher = dup_watcher_locked (self, phase);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < done->len; i++)
    wait_complete (done->pdata[i]);
  if (watcher != NULL)
    {
      watcher->func (watcher->data);
      watcher_unref (watcher);
    }
}

/* Runs in the thread that cancels the wait. */
static void
wait_cancelled_cb (GCancellable *cancellable G_GNUC_UNUSED,
                   gpointer      user_data)
{
  NorpcServerState *self = user_data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* The phase that a blocked thread waits for. */
typedef struct
{
  NorpcServerState *state; /* (unowned) */
  NorpcServerPhase  phase;
} Goal;

/* Thread-safe. May be called with the lock of deadlock detection held. */
static gboolean
is_reached (gpointer data)
{
  const Goal *goal = data;

  return norpc_server_state_get_phase (goal->state) >= goal->phase;
}

/* Called in the thread that waits. Returns FALSE if the server can reach the phase only when
 * this thread continues.
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

/* Called in the thread that waits. Waits until the server has reached @phase or, if @until is
 * not -1, until that monotonic time. @executor is the executor of the service. Returns FALSE if
 * the wait was cancelled, or would deadlock.
 */
gboolean
norpc_server_state_wait (NorpcServerState  *self,
                         gconstpointer      executor,
                         NorpcServerPhase   phase,
                         gint64             until,
                         GCancellable      *cancellable,
                         GError           **error)
{
  Goal goal = { self, phase };
  NorpcThreadWait wait = { .executor = executor, .is_over = is_reached, .data = &goal };
  NorpcInterruptibleWait sleep;
  gulong cancelled_id = 0;
  gboolean reached, timed_out = FALSE;

  if (!begin_wait (&wait, error))
    return FALSE;

  if (cancellable != NULL)
    cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (wait_cancelled_cb), self, NULL);

  norpc_interrupt_begin_wait (&sleep, &self->lock, &self->changed);
  g_mutex_lock (&self->lock);
  while (!is_reached (&goal) && !timed_out && !g_cancellable_is_cancelled (cancellable))
    if (norpc_interrupt_run_locked (&sleep))
      continue;
    else if (until < 0)
      g_cond_wait (&self->changed, &self->lock);
    else
      timed_out = !g_cond_wait_until (&self->changed, &self->lock, until);
  reached = is_reached (&goal);
  g_mutex_unlock (&self->lock);
  norpc_interrupt_end_wait (&sleep);

  g_cancellable_disconnect (cancellable, cancelled_id);
  norpc_deadlock_end_wait (&wait);

  return reached || !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Runs in the context of the task. */
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

/* Called in the context of the task. The task is completed there when the server has reached
 * @phase, or when the task is cancelled.
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

  /* The source may be dispatched immediately, in another thread. */
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
