/* norpc-supervision.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-background-private.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-error.h"
#include "core/norpc-timer-private.h"
#include "norpc-supervised-run-private.h"
#include "norpc-supervision-private.h"
#include "server/norpc-server-private.h"

/* How long the next service waits for one that is replaced to stop, in milliseconds. */
#define REPLACE_TIMEOUT 1000

struct _NorpcSupervision
{
  gatomicrefcount ref_count; /* one for the supervisor, for each run, and for the timer or what it has pushed */

  /* Set before it is started. */
  GMainContext        *context;      /* (owned) (nullable): of all services */
  NorpcSupervisorFunc  make_service; /* (nullable) */
  gpointer             user_data;
  GDestroyNotify       destroy;

  NorpcSupervisedStatus status;   /* its lock is that of the fields below */
  NorpcRestartPolicy    policy;   /* [lock] */
  NorpcSupervisedRun   *run;      /* (owned) (nullable) [lock]: while a service starts, runs or stops */
  gboolean              replaces; /* [lock]: when the run ends, the next one follows at once */
  gint64                due;      /* [lock]: when the timer fires, or 0 */
  NorpcTimer            timer;    /* started and stopped with the lock held */
};

static const NorpcSupervisedRunFuncs run_funcs;

static NorpcSupervision *
supervision_ref (NorpcSupervision *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_supervision_unref (NorpcSupervision *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_clear_pointer (&self->context, g_main_context_unref);
  norpc_supervised_status_clear (&self->status);
  norpc_restart_policy_clear (&self->policy);
  g_free (self);
}

static void
unref_owner_cb (gpointer self)
{
  norpc_supervision_unref (self);
}

static void
supervision_lock (NorpcSupervision *self)
{
  norpc_replaceable_lock (self->status.replaceable);
}

/* Changes of the replaceable take effect. */
static void
supervision_unlock (NorpcSupervision *self)
{
  norpc_replaceable_unlock (self->status.replaceable);
  norpc_replaceable_flush (self->status.replaceable);
}

/* @delay is in milliseconds; with 0, the timer fires at once. */
static void
start_timer_locked (NorpcSupervision *self,
                    guint             delay)
{
  self->due = norpc_clock_now () + delay * G_TIME_SPAN_MILLISECOND;
  if (!norpc_timer_stop (&self->timer))
    supervision_ref (self);
  norpc_timer_start (&self->timer, self->due);
}

/* The caller has a reference of its own. */
static void
stop_timer_locked (NorpcSupervision *self)
{
  self->due = 0;
  if (norpc_timer_stop (&self->timer))
    norpc_supervision_unref (self);
}

/* Returns the next run (owned), which is to be launched without the lock. */
static NorpcSupervisedRun *
begin_run_locked (NorpcSupervision *self)
{
  guint timeout = self->policy.values[NORPC_RESTART_START_TIMEOUT];

  self->run = norpc_supervised_run_new (&run_funcs, supervision_ref (self), self->context, self->make_service,
                                        self->user_data);
  self->replaces = FALSE;
  norpc_supervised_status_change_locked (&self->status, NORPC_SUPERVISOR_STARTING);
  self->status.n_starts++;
  norpc_restart_policy_note_start (&self->policy, norpc_clock_now ());
  norpc_replaceable_forget_locked (self->status.replaceable);
  norpc_replaceable_expect_locked (self->status.replaceable);
  if (timeout > 0)
    start_timer_locked (self, timeout);
  else
    stop_timer_locked (self);

  return norpc_supervised_run_ref (self->run);
}

/* Thread-safe. Takes ownership of @run (nullable). */
static void
launch_run (NorpcSupervisedRun *run)
{
  if (run == NULL)
    return;

  norpc_supervised_run_launch (run);
  norpc_supervised_run_unref (run);
}

/* The next service is made when the policy says so, if it does. @error (owned) is why the last one has ended. */
static void
restart_later_locked (NorpcSupervision *self,
                      GError           *error)
{
  guint delay;
  gboolean restarts = norpc_restart_policy_note_end (&self->policy, norpc_clock_now (), &delay);
  g_autofree char *reason = g_strdup_printf ("its service has ended%s: %s", restarts ? "" : " too often", error->message);

  norpc_supervised_status_note_locked (&self->status, error);
  norpc_supervised_status_change_locked (&self->status, restarts ? NORPC_SUPERVISOR_WAITING : NORPC_SUPERVISOR_FAILED);
  norpc_replaceable_forget_locked (self->status.replaceable);
  norpc_replaceable_close_locked (self->status.replaceable, reason);
  if (restarts)
    start_timer_locked (self, delay);
  else
    stop_timer_locked (self);
}

/* Thread-safe. Called when a run has ended, or is not waited for any longer. Takes ownership of @error. */
static void
end_run (gpointer            data,
         NorpcSupervisedRun *run,
         GError             *error)
{
  NorpcSupervision *self = data;
  g_autoptr (GError) unused = error;
  g_autoptr (NorpcServer) server = norpc_supervised_run_dup_server (run);
  NorpcSupervisedRun *ended = NULL, *next = NULL;

  supervision_lock (self);
  if (self->run == run)
    {
      ended = g_steal_pointer (&self->run);
      if (self->status.state != NORPC_SUPERVISOR_STOPPED && self->replaces)
        next = begin_run_locked (self);
      else if (self->status.state != NORPC_SUPERVISOR_STOPPED)
        restart_later_locked (self, g_steal_pointer (&unused));
      else
        norpc_replaceable_forget_locked (self->status.replaceable);
    }
  supervision_unlock (self);

  if (ended != NULL && server != NULL)
    norpc_worker_stop (server->worker, NORPC_STOP_ABANDON, "its supervisor has replaced it");
  g_clear_pointer (&ended, norpc_supervised_run_unref);
  launch_run (next);
}

/* Thread-safe. */
static void
note_started (gpointer            data,
              NorpcSupervisedRun *run,
              NorpcServer        *server)
{
  NorpcSupervision *self = data;

  supervision_lock (self);
  if (self->run == run && self->status.state == NORPC_SUPERVISOR_STARTING && !self->replaces)
    {
      norpc_supervised_status_change_locked (&self->status, NORPC_SUPERVISOR_RUNNING);
      stop_timer_locked (self);
      norpc_replaceable_connect_locked (self->status.replaceable, norpc_server_get_endpoint (server));
    }
  supervision_unlock (self);
}

/* Runs in the service's context. */
static gboolean
may_start (gpointer            data,
           NorpcSupervisedRun *run)
{
  NorpcSupervision *self = data;
  gboolean may;

  norpc_replaceable_lock (self->status.replaceable);
  may = self->run == run && self->status.state != NORPC_SUPERVISOR_STOPPED && !self->replaces;
  norpc_replaceable_unlock (self->status.replaceable);

  return may;
}

/* Called in the thread that launches the run. */
static void
note_begins (gpointer            data,
             NorpcSupervisedRun *run,
             GMainContext       *context)
{
  NorpcSupervision *self = data;

  norpc_replaceable_lock (self->status.replaceable);
  if (self->run == run && self->status.state == NORPC_SUPERVISOR_STARTING)
    norpc_replaceable_set_executor_locked (self->status.replaceable, context);
  norpc_replaceable_unlock (self->status.replaceable);
}

static const NorpcSupervisedRunFuncs run_funcs = { note_begins, may_start, note_started, end_run, unref_owner_cb };

/* Runs in a thread of the pool. */
static void
timer_cb (gpointer data)
{
  NorpcSupervision *self = data;
  NorpcSupervisedRun *next = NULL, *late = NULL;

  supervision_lock (self);
  /* The timer may have been stopped or started again meanwhile. */
  if (self->due != 0 && self->due <= norpc_clock_now ())
    {
      self->due = 0;
      if (self->status.state == NORPC_SUPERVISOR_WAITING)
        next = begin_run_locked (self);
      else if (self->status.state == NORPC_SUPERVISOR_STARTING)
        late = norpc_supervised_run_ref (self->run);
    }
  supervision_unlock (self);

  launch_run (next);
  if (late != NULL)
    {
      end_run (self, late, g_error_new_literal (NORPC_ERROR, NORPC_ERROR_TIMED_OUT, "It did not start in time"));
      norpc_supervised_run_unref (late);
    }
  norpc_supervision_unref (self);
}

static gpointer
take_supervision (gpointer owner)
{
  return owner;
}

/* Runs in the timers' thread. */
static void
fire_supervision (gpointer taken)
{
  norpc_background_push (timer_cb, taken);
}

static const NorpcTimerFuncs timer_funcs = { take_supervision, fire_supervision };

/* Called in the thread that constructs @supervisor. */
NorpcSupervision *
norpc_supervision_new (GObject *supervisor)
{
  NorpcSupervision *self = g_new0 (NorpcSupervision, 1);

  g_atomic_ref_count_init (&self->ref_count);
  norpc_supervised_status_init (&self->status, supervisor, NORPC_SUPERVISOR_NEW, "its supervisor has not been started");
  norpc_restart_policy_init (&self->policy);
  norpc_timer_init (&self->timer, &timer_funcs, self);

  return self;
}

/* Called once, before it is started. */
void
norpc_supervision_set_func (NorpcSupervision    *self,
                            GMainContext        *context,
                            NorpcSupervisorFunc  make_service,
                            gpointer             user_data,
                            GDestroyNotify       destroy)
{
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  self->make_service = make_service;
  self->user_data = user_data;
  self->destroy = destroy;
}

/* Returns the status (unowned). */
NorpcSupervisedStatus *
norpc_supervision_get_status (NorpcSupervision *self)
{
  return &self->status;
}

guint
norpc_supervision_get_value (NorpcSupervision     *self,
                             NorpcRestartProperty  property)
{
  guint value;

  norpc_replaceable_lock (self->status.replaceable);
  value = self->policy.values[property];
  norpc_replaceable_unlock (self->status.replaceable);

  return value;
}

void
norpc_supervision_set_value (NorpcSupervision     *self,
                             NorpcRestartProperty  property,
                             guint                 value)
{
  norpc_replaceable_lock (self->status.replaceable);
  self->policy.values[property] = value;
  norpc_replaceable_unlock (self->status.replaceable);
}

void
norpc_supervision_start (NorpcSupervision *self)
{
  NorpcSupervisedRun *run = NULL;

  supervision_lock (self);
  if (self->status.state == NORPC_SUPERVISOR_NEW)
    run = begin_run_locked (self);
  supervision_unlock (self);

  launch_run (run);
}

/* Returns the server (owned) that is to be stopped, or NULL. A service that finishes its calls is waited for as long as
 * they take, but a start does not get more time.
 */
static NorpcServer *
replace_run_locked (NorpcSupervision *self,
                    NorpcStopMode     mode)
{
  self->replaces = TRUE;
  norpc_supervised_status_change_locked (&self->status, NORPC_SUPERVISOR_STARTING);
  norpc_replaceable_expect_locked (self->status.replaceable);
  if (mode == NORPC_STOP_ABANDON)
    start_timer_locked (self, REPLACE_TIMEOUT);

  return norpc_supervised_run_dup_server (self->run);
}

/* A service that runs stops first. */
void
norpc_supervision_restart (NorpcSupervision *self,
                           NorpcStopMode     mode)
{
  g_autoptr (NorpcServer) server = NULL;
  NorpcSupervisedRun *next = NULL;

  supervision_lock (self);
  norpc_restart_policy_forget (&self->policy);
  if (self->status.state == NORPC_SUPERVISOR_WAITING || self->status.state == NORPC_SUPERVISOR_FAILED)
    next = begin_run_locked (self);
  else if (self->status.state == NORPC_SUPERVISOR_RUNNING || self->status.state == NORPC_SUPERVISOR_STARTING)
    server = replace_run_locked (self, mode);
  supervision_unlock (self);

  if (server != NULL)
    norpc_worker_stop (server->worker, mode, "its service was replaced");
  launch_run (next);
}

/* No further service is made. Returns the current run (owned), which the caller stops, or NULL. */
NorpcSupervisedRun *
norpc_supervision_stop (NorpcSupervision *self,
                        const char       *reason)
{
  NorpcSupervisedRun *run;

  supervision_lock (self);
  if (self->status.state != NORPC_SUPERVISOR_STOPPED)
    {
      norpc_supervised_status_change_locked (&self->status, NORPC_SUPERVISOR_STOPPED);
      stop_timer_locked (self);
      norpc_replaceable_close_locked (self->status.replaceable, reason);
    }
  run = self->run != NULL ? norpc_supervised_run_ref (self->run) : NULL;
  supervision_unlock (self);

  return run;
}

/* Called when the supervisor is released. Does not wait for the service. */
void
norpc_supervision_release (NorpcSupervision *self)
{
  NorpcSupervisedRun *run = norpc_supervision_stop (self, "its supervisor was released");
  g_autoptr (NorpcServer) server = run != NULL ? norpc_supervised_run_dup_server (run) : NULL;
  NorpcSupervisedRun *current;

  if (server != NULL)
    norpc_worker_stop (server->worker, NORPC_STOP_ABANDON, "its supervisor was released");
  g_clear_pointer (&run, norpc_supervised_run_unref);

  supervision_lock (self);
  current = g_steal_pointer (&self->run);
  norpc_replaceable_forget_locked (self->status.replaceable);
  supervision_unlock (self);
  g_clear_pointer (&current, norpc_supervised_run_unref);
  norpc_supervision_unref (self);
}
