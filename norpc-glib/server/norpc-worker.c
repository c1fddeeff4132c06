/* norpc-worker.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "channel/norpc-channel-private.h"
#include "core/norpc-error.h"
#include "core/norpc-foreign-service-private.h"
#include "norpc-lifecycle.h"
#include "norpc-thread-private.h"
#include "norpc-worker-private.h"

NorpcWorker *
norpc_worker_new (GObject      *service,
                  NorpcChannel *channel)
{
  NorpcWorker *self = g_new0 (NorpcWorker, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->service = g_object_ref (service);
  self->home = norpc_thread_check_get (service);
  self->channel = g_object_ref (channel);
  self->spin = (NorpcSpin) NORPC_SPIN_INIT;
  norpc_pending_calls_init (&self->pending);
  norpc_server_state_init (&self->server_state);
  g_mutex_init (&self->lock);

  return self;
}

static void
norpc_worker_free (NorpcWorker *self)
{
  g_clear_object (&self->layers);
  g_clear_object (&self->service_endpoint);
  g_clear_object (&self->channel);
  g_clear_object (&self->thread);
  g_clear_object (&self->service);
  norpc_thread_check_unref (self->home);
  g_clear_error (&self->error);
  norpc_pending_calls_clear (&self->pending);
  norpc_server_state_clear (&self->server_state);
  g_mutex_clear (&self->lock);
  g_free (self);
}

NorpcWorker *
norpc_worker_ref (NorpcWorker *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_worker_unref (NorpcWorker *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    norpc_worker_free (self);
}

/* Any thread. */
void
norpc_worker_set_phase (NorpcWorker      *self,
                        NorpcServerPhase  state)
{
  g_mutex_lock (&self->lock);
  if (self->state < (int) state)
    g_atomic_int_set (&self->state, state);
  g_mutex_unlock (&self->lock);
}

/* The worker's context. Whoever waits for the start finds the error with the
 * state that tells of it.
 */
static void
start_service (NorpcWorker *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;
  gboolean started;

  norpc_thread_check_add_worker (self->home, self);
  started = !NORPC_IS_LIFECYCLE (self->service) ||
            norpc_lifecycle_start (NORPC_LIFECYCLE (self->service), &error);
  if (!started)
    reason = g_strdup_printf ("its service could not start: %s", error->message);

  g_mutex_lock (&self->lock);
  self->started = started;
  self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->lock);

  if (started)
    norpc_worker_set_phase (self, NORPC_SERVER_RUNNING);
  else
    norpc_worker_stop (self, NORPC_STOP_ABANDON, reason);

  norpc_server_state_wake (&self->server_state, self);
}

/* The worker's context, or the thread that ends it. */
static void
stop_service (NorpcWorker *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->started && NORPC_IS_LIFECYCLE (self->service))
    norpc_lifecycle_stop (NORPC_LIFECYCLE (self->service));
  if (self->service_endpoint != NULL)
    norpc_service_endpoint_close (self->service_endpoint);
  norpc_channel_run_jobs (self->channel, G_MAXUINT);
  norpc_thread_check_remove_worker (self->home, self);
  g_clear_object (&self->service);

  norpc_worker_set_phase (self, NORPC_SERVER_STOPPED);

  g_mutex_lock (&self->lock);
  source = self->source != NULL ? g_source_ref (self->source) : NULL;
  g_mutex_unlock (&self->lock);

  if (source != NULL)
    g_source_destroy (source);
  if (self->thread != NULL)
    norpc_thread_remove_worker (self->thread, self);
  if (self->owns_thread)
    norpc_thread_quit (self->thread);
  norpc_server_state_wake (&self->server_state, self);
}

/* The worker's context: what was accepted is answered, and it is to stop. Once
 * all is abandoned, a call is open only while another thread is just writing
 * its answer: there may be nobody left to run the worker after that.
 */
static gboolean
may_stop (NorpcWorker *self)
{
  return norpc_worker_get_phase (self) == NORPC_SERVER_STOPPING &&
         norpc_pending_calls_is_empty (&self->pending, self->channel,
                                       !g_atomic_int_get (&self->abandoned));
}

/* The worker's context: there is something to do besides what is in the
 * channel.
 */
gboolean
norpc_worker_has_work (NorpcWorker *self)
{
  NorpcServerPhase state = norpc_worker_get_phase (self);

  if (state == NORPC_SERVER_NEW || state == NORPC_SERVER_STOPPED)
    return FALSE;

  return !self->tried || may_stop (self) || norpc_channel_has_jobs (self->channel) ||
         (self->service_endpoint != NULL && norpc_service_endpoint_has_calls (self->service_endpoint));
}

/* Any thread: whether the service may be given another call. Abandoned calls do not
 * count, as the service does not see them.
 */
gboolean
norpc_worker_is_below_limit (NorpcWorker *self)
{
  guint max_open = (guint) g_atomic_int_get (&self->max_open);
  guint n_open = norpc_channel_get_n_open (self->channel);

  return max_open == 0 || g_atomic_int_get (&self->abandoned) || n_open < max_open;
}

/* The worker's context: there is a call that the service may be given. */
gboolean
norpc_worker_can_serve (NorpcWorker *self)
{
  return norpc_channel_has_calls (self->channel) && norpc_worker_is_below_limit (self);
}

/* The worker's context: TRUE if the service has as many calls open as it may.
 * Then the thread that closes one of them wakes up the context.
 */
gboolean
norpc_worker_pause_at_limit (NorpcWorker *self)
{
  gboolean paused = FALSE;

  if (!norpc_worker_is_below_limit (self))
    {
      /* Whoever closes a call does so before looking here. */
      g_atomic_int_set (&self->channel->paused, TRUE);
      paused = !norpc_worker_is_below_limit (self);
    }
  if (!paused)
    g_atomic_int_set (&self->channel->paused, FALSE);

  return paused;
}

/* Any thread. */
void
norpc_worker_set_max_open (NorpcWorker *self,
                           guint        max_open)
{
  g_atomic_int_set (&self->max_open, (int) max_open);
  if (g_atomic_int_get (&self->channel->paused))
    norpc_channel_wake_up (self->channel);
}

/* The worker's context. */
static void
serve_call (NorpcWorker *self,
            NorpcCall   *call)
{
  norpc_channel_served (self->channel, call);

  if (self->layers == NULL)
    {
      norpc_worker_handle (self, call);
      return;
    }

  if (g_atomic_int_get (&call->state) != NORPC_CALL_OPEN)
    return;

  /* One that was passed on by another server belongs to that. */
  if (call->released_at == NULL)
    call->released_at = g_object_ref (self->channel);
  norpc_endpoint_send (self->layers, norpc_call_ref (call));
}

/* The worker's context, which has served so many calls, and given some of them to the
 * service.
 */
static gboolean
may_go_on (NorpcWorker *self,
           guint        n_served)
{
  return n_served < NORPC_WORKER_MAX_CALLS && self->n_left > 0;
}

/* The worker's context. As calls often come one after the other, it looks for
 * more before it lets go of the context, which then polls. Other sources wait
 * no longer for that than for a batch of calls that came at once.
 */
static void
serve_calls (NorpcWorker *self)
{
  guint n_served = 0;
  NorpcCall *call;

  do
    {
      while ((call = norpc_pending_calls_next (&self->pending, self, may_go_on (self, n_served))) != NULL)
        {
          serve_call (self, call);
          n_served++;
        }
    }
  while (may_go_on (self, n_served) && norpc_worker_is_below_limit (self) &&
         norpc_channel_spin (self->channel, &self->spin));
}

/* The worker's context. Does what there is to do now: starts the service,
 * serves calls, stops the service.
 */
static void
run_once (NorpcWorker *self)
{
  if (!self->tried)
    {
      self->tried = TRUE;
      if (!g_atomic_int_get (&self->abandoned))
        start_service (self);
    }
  else
    {
      self->n_left = NORPC_WORKER_MAX_CALLS;
      norpc_channel_run_jobs (self->channel, NORPC_WORKER_MAX_CALLS);
      if (self->service_endpoint != NULL)
        norpc_worker_serve_layered_calls (self);
      serve_calls (self);
    }

  if (may_stop (self))
    stop_service (self);
}

/* The worker's context, which is @context, or the thread that ends it. FALSE
 * if there was nothing to do, or the worker is running already.
 */
gboolean
norpc_worker_run (NorpcWorker  *self,
                  GMainContext *context)
{
  GMainContext *thread_default = g_main_context_get_thread_default ();
  gboolean push, told;

  if (self->busy || !(norpc_worker_can_serve (self) || norpc_worker_has_work (self)))
    return FALSE;

  /* What the service begins in a handler has to end where the service is. */
  if (thread_default == NULL)
    thread_default = g_main_context_default ();
  push = context != NULL && context != thread_default;

  self->busy = TRUE;
  told = self->service_endpoint != NULL || norpc_thread_check_is_shared (self->home);
  if (told)
    g_atomic_pointer_set (&self->busy_thread, g_thread_self ());
  if (push)
    g_main_context_push_thread_default (context);
  run_once (self);
  if (push)
    g_main_context_pop_thread_default (context);
  if (told)
    g_atomic_pointer_set (&self->busy_thread, NULL);
  self->busy = FALSE;

  return TRUE;
}

/* Any thread: answers everything that was accepted and is not answered. The
 * calls stay where they are, so that their arguments end in the context of
 * the service.
 */
static void
abandon_calls (NorpcWorker *self,
               const char  *reason)
{
  g_autoptr (GPtrArray) calls = NULL;
  g_autofree char *message = g_strdup_printf ("was not served: %s", reason);

  calls = norpc_pending_calls_list (&self->pending, self->channel);
  for (guint i = 0; i < calls->len; i++)
    norpc_call_reject (calls->pdata[i], NORPC_ERROR_CLOSED, message);

  /* Not before: a service that is not started for it gets no call either. */
  g_atomic_int_set (&self->abandoned, TRUE);
}

/* Any thread: the context of the worker is to stop the service, when it has
 * served what was accepted or at once. The channel closes first: what it
 * accepts, the worker serves.
 */
void
norpc_worker_stop (NorpcWorker   *self,
                   NorpcStopMode  mode,
                   const char    *reason)
{
  NorpcServerPhase state;

  /* Before the channel closes: who finds it closed finds out why. */
  g_atomic_int_set (&self->told_to_stop, TRUE);

  g_mutex_lock (&self->lock);
  if (self->state == NORPC_SERVER_NEW)
    g_atomic_int_set (&self->state, NORPC_SERVER_STOPPED);
  state = self->state;
  g_mutex_unlock (&self->lock);

  if (state == NORPC_SERVER_STOPPED)
    {
      norpc_server_state_wake (&self->server_state, self);
      return;
    }

  norpc_channel_close (self->channel, reason);
  if (mode == NORPC_STOP_ABANDON)
    abandon_calls (self, reason);
  norpc_worker_set_phase (self, NORPC_SERVER_STOPPING);

  norpc_channel_wake_up (self->channel);
}

/* The thread that ends or frees the context: nothing else will run the worker
 * any more.
 */
void
norpc_worker_end (NorpcWorker *self,
                  const char  *reason)
{
  norpc_worker_stop (self, NORPC_STOP_ABANDON, reason);

  /* Once it has stopped, another thread may still be on its way out of it. */
  while (norpc_worker_get_phase (self) < NORPC_SERVER_STOPPED && norpc_worker_run (self, NULL))
    ;
}

/* Any thread. */
NorpcServerPhase
norpc_worker_get_phase (NorpcWorker *self)
{
  return (NorpcServerPhase) g_atomic_int_get (&self->state);
}

/* Any thread. */
void
norpc_worker_set_stopped_error (GError **error)
{
  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                       "The server was stopped before it had started");
}

/* Any thread, when the state is past STARTING. */
gboolean
norpc_worker_has_started (NorpcWorker  *self,
                          GError      **error)
{
  gboolean started;

  g_mutex_lock (&self->lock);
  started = self->started;
  if (self->error != NULL && error != NULL)
    *error = g_error_copy (self->error);
  else if (!started)
    norpc_worker_set_stopped_error (error);
  g_mutex_unlock (&self->lock);

  return started;
}

/* Any thread: the thread that ends with the worker, if there is one. */
NorpcThread *
norpc_worker_dup_own_thread (NorpcWorker *self)
{
  NorpcThread *thread;

  g_mutex_lock (&self->lock);
  thread = self->owns_thread ? g_object_ref (self->thread) : NULL;
  g_mutex_unlock (&self->lock);

  return thread;
}

/* Any thread: a call that was open is answered. */
void
norpc_worker_forget (NorpcWorker *self,
                     NorpcCall   *call)
{
  gboolean last = norpc_pending_calls_remove (&self->pending, call);

  if (last && norpc_worker_get_phase (self) == NORPC_SERVER_STOPPING)
    norpc_channel_wake_up (self->channel);
}
