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

NorpcHost *
norpc_host_new (GObject      *service,
                NorpcChannel *channel)
{
  NorpcHost *self = g_new0 (NorpcHost, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->service = g_object_ref (service);
  self->home = norpc_home_get (service);
  self->channel = g_object_ref (channel);
  self->spin = (NorpcSpin) NORPC_SPIN_INIT;
  norpc_backlog_init (&self->backlog);
  norpc_waiters_init (&self->waiters);
  g_mutex_init (&self->lock);

  return self;
}

static void
norpc_host_free (NorpcHost *self)
{
  g_clear_object (&self->layers);
  g_clear_object (&self->gate);
  g_clear_object (&self->channel);
  g_clear_object (&self->thread);
  g_clear_object (&self->service);
  norpc_home_unref (self->home);
  g_clear_error (&self->error);
  norpc_backlog_clear (&self->backlog);
  norpc_waiters_clear (&self->waiters);
  g_mutex_clear (&self->lock);
  g_free (self);
}

NorpcHost *
norpc_host_ref (NorpcHost *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_host_unref (NorpcHost *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    norpc_host_free (self);
}

/* Any thread. */
void
norpc_host_set_state (NorpcHost      *self,
                      NorpcHostState  state)
{
  g_mutex_lock (&self->lock);
  if (self->state < (int) state)
    g_atomic_int_set (&self->state, state);
  g_mutex_unlock (&self->lock);
}

/* The host's context. Whoever waits for the start finds the error with the
 * state that tells of it.
 */
static void
start_service (NorpcHost *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;
  gboolean started;

  norpc_home_move_in (self->home, self);
  started = !NORPC_IS_LIFECYCLE (self->service) ||
            norpc_lifecycle_start (NORPC_LIFECYCLE (self->service), &error);
  if (!started)
    reason = g_strdup_printf ("its service could not start: %s", error->message);

  g_mutex_lock (&self->lock);
  self->started = started;
  self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->lock);

  if (started)
    norpc_host_set_state (self, NORPC_HOST_RUNNING);
  else
    norpc_host_stop (self, NORPC_STOP_ABANDON, reason);

  norpc_waiters_wake (&self->waiters, self);
}

/* The host's context, or the thread that ends it. */
static void
stop_service (NorpcHost *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->started && NORPC_IS_LIFECYCLE (self->service))
    norpc_lifecycle_stop (NORPC_LIFECYCLE (self->service));
  if (self->gate != NULL)
    norpc_gate_close (self->gate);
  norpc_channel_run_jobs (self->channel, G_MAXUINT);
  norpc_home_move_out (self->home, self);
  g_clear_object (&self->service);

  norpc_host_set_state (self, NORPC_HOST_STOPPED);

  g_mutex_lock (&self->lock);
  source = self->source != NULL ? g_source_ref (self->source) : NULL;
  g_mutex_unlock (&self->lock);

  if (source != NULL)
    g_source_destroy (source);
  if (self->thread != NULL)
    norpc_thread_remove_host (self->thread, self);
  if (self->owns_thread)
    norpc_thread_quit (self->thread);
  norpc_waiters_wake (&self->waiters, self);
}

/* The host's context: what was accepted is answered, and it is to stop. Once
 * all is abandoned, a call is open only while another thread is just writing
 * its answer: there may be nobody left to run the host after that.
 */
static gboolean
may_stop (NorpcHost *self)
{
  return norpc_host_get_state (self) == NORPC_HOST_STOPPING &&
         norpc_backlog_is_empty (&self->backlog, self->channel,
                                 !g_atomic_int_get (&self->abandoned));
}

/* The host's context: there is something to do besides what is in the
 * channel.
 */
gboolean
norpc_host_has_work (NorpcHost *self)
{
  NorpcHostState state = norpc_host_get_state (self);

  if (state == NORPC_HOST_NEW || state == NORPC_HOST_STOPPED)
    return FALSE;

  return !self->tried || may_stop (self) || norpc_channel_has_jobs (self->channel) ||
         (self->gate != NULL && norpc_gate_has_calls (self->gate));
}

/* Any thread: whether the service may be given another call. Abandoned calls do not
 * count, as the service does not see them.
 */
gboolean
norpc_host_has_room (NorpcHost *self)
{
  guint max_open = (guint) g_atomic_int_get (&self->max_open);
  guint n_open = norpc_channel_get_n_open (self->channel);

  return max_open == 0 || g_atomic_int_get (&self->abandoned) || n_open < max_open;
}

/* The host's context: there is a call that the service may be given. */
gboolean
norpc_host_can_serve (NorpcHost *self)
{
  return norpc_channel_has_calls (self->channel) && norpc_host_has_room (self);
}

/* The host's context: TRUE if the service has as many calls open as it may.
 * Then the thread that closes one of them wakes up the context.
 */
gboolean
norpc_host_hold_up (NorpcHost *self)
{
  gboolean held_up = FALSE;

  if (!norpc_host_has_room (self))
    {
      /* Whoever closes a call does so before looking here. */
      g_atomic_int_set (&self->channel->held_up, TRUE);
      held_up = !norpc_host_has_room (self);
    }
  if (!held_up)
    g_atomic_int_set (&self->channel->held_up, FALSE);

  return held_up;
}

/* Any thread. */
void
norpc_host_set_max_open (NorpcHost *self,
                         guint      max_open)
{
  g_atomic_int_set (&self->max_open, (int) max_open);
  if (g_atomic_int_get (&self->channel->held_up))
    norpc_channel_wake_up (self->channel);
}

/* The host's context. */
static void
serve_call (NorpcHost *self,
            NorpcCall *call)
{
  norpc_channel_served (self->channel, call);

  if (self->layers == NULL)
    {
      norpc_host_handle (self, call);
      return;
    }

  if (g_atomic_int_get (&call->state) != NORPC_CALL_OPEN)
    return;

  /* One that was passed on by another server belongs to that. */
  if (call->released_at == NULL)
    call->released_at = g_object_ref (self->channel);
  norpc_endpoint_send (self->layers, norpc_call_ref (call));
}

/* The host's context, which has served so many calls, and given some of them to the
 * service.
 */
static gboolean
may_go_on (NorpcHost *self,
           guint      n_served)
{
  return n_served < NORPC_HOST_MAX_CALLS && self->n_left > 0;
}

/* The host's context. As calls often come one after the other, it looks for
 * more before it lets go of the context, which then polls. Other sources wait
 * no longer for that than for a batch of calls that came at once.
 */
static void
serve_calls (NorpcHost *self)
{
  guint n_served = 0;
  NorpcCall *call;

  do
    {
      while ((call = norpc_backlog_next (&self->backlog, self, may_go_on (self, n_served))) != NULL)
        {
          serve_call (self, call);
          n_served++;
        }
    }
  while (may_go_on (self, n_served) && norpc_host_has_room (self) &&
         norpc_channel_look (self->channel, &self->spin));
}

/* The host's context. Does what there is to do now: starts the service,
 * serves calls, stops the service.
 */
static void
run_once (NorpcHost *self)
{
  if (!self->tried)
    {
      self->tried = TRUE;
      if (!g_atomic_int_get (&self->abandoned))
        start_service (self);
    }
  else
    {
      self->n_left = NORPC_HOST_MAX_CALLS;
      norpc_channel_run_jobs (self->channel, NORPC_HOST_MAX_CALLS);
      if (self->gate != NULL)
        norpc_host_serve_gate (self);
      serve_calls (self);
    }

  if (may_stop (self))
    stop_service (self);
}

/* The host's context, which is @context, or the thread that ends it. FALSE
 * if there was nothing to do, or the host is running already.
 */
gboolean
norpc_host_run (NorpcHost    *self,
                GMainContext *context)
{
  GMainContext *thread_default = g_main_context_get_thread_default ();
  gboolean push, told;

  if (self->busy || !(norpc_host_can_serve (self) || norpc_host_has_work (self)))
    return FALSE;

  /* What the service begins in a handler has to end where the service is. */
  if (thread_default == NULL)
    thread_default = g_main_context_default ();
  push = context != NULL && context != thread_default;

  self->busy = TRUE;
  told = self->gate != NULL || norpc_home_is_shared (self->home);
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
abandon_calls (NorpcHost  *self,
               const char *reason)
{
  g_autoptr (GPtrArray) calls = NULL;
  g_autofree char *message = g_strdup_printf ("was not served: %s", reason);

  calls = norpc_backlog_hold_calls (&self->backlog, self->channel);
  for (guint i = 0; i < calls->len; i++)
    norpc_call_refuse (calls->pdata[i], NORPC_ERROR_CLOSED, message);

  /* Not before: a service that is not started for it gets no call either. */
  g_atomic_int_set (&self->abandoned, TRUE);
}

/* Any thread: the context of the host is to stop the service, when it has
 * served what was accepted or at once. The channel closes first: what it
 * accepts, the host serves.
 */
void
norpc_host_stop (NorpcHost     *self,
                 NorpcStopMode  mode,
                 const char    *reason)
{
  NorpcHostState state;

  /* Before the channel closes: who finds it closed finds out why. */
  g_atomic_int_set (&self->told_to_stop, TRUE);

  g_mutex_lock (&self->lock);
  if (self->state == NORPC_HOST_NEW)
    g_atomic_int_set (&self->state, NORPC_HOST_STOPPED);
  state = self->state;
  g_mutex_unlock (&self->lock);

  if (state == NORPC_HOST_STOPPED)
    {
      norpc_waiters_wake (&self->waiters, self);
      return;
    }

  norpc_channel_close (self->channel, reason);
  if (mode == NORPC_STOP_ABANDON)
    abandon_calls (self, reason);
  norpc_host_set_state (self, NORPC_HOST_STOPPING);

  norpc_channel_wake_up (self->channel);
}

/* The thread that ends or frees the context: nothing else will run the host
 * any more.
 */
void
norpc_host_end (NorpcHost  *self,
                const char *reason)
{
  norpc_host_stop (self, NORPC_STOP_ABANDON, reason);

  /* Once it has stopped, another thread may still be on its way out of it. */
  while (norpc_host_get_state (self) < NORPC_HOST_STOPPED && norpc_host_run (self, NULL))
    ;
}

/* Any thread. */
NorpcHostState
norpc_host_get_state (NorpcHost *self)
{
  return (NorpcHostState) g_atomic_int_get (&self->state);
}

/* Any thread. */
void
norpc_host_set_overtaken_error (GError **error)
{
  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_CLOSED,
                       "The server was stopped before it had started");
}

/* Any thread, when the state is past STARTING. */
gboolean
norpc_host_has_started (NorpcHost  *self,
                        GError    **error)
{
  gboolean started;

  g_mutex_lock (&self->lock);
  started = self->started;
  if (self->error != NULL && error != NULL)
    *error = g_error_copy (self->error);
  else if (!started)
    norpc_host_set_overtaken_error (error);
  g_mutex_unlock (&self->lock);

  return started;
}

/* Any thread: the thread that ends with the host, if there is one. */
NorpcThread *
norpc_host_dup_own_thread (NorpcHost *self)
{
  NorpcThread *thread;

  g_mutex_lock (&self->lock);
  thread = self->owns_thread ? g_object_ref (self->thread) : NULL;
  g_mutex_unlock (&self->lock);

  return thread;
}

/* Any thread: a call that was open is answered. */
void
norpc_host_forget (NorpcHost *self,
                   NorpcCall *call)
{
  gboolean last = norpc_backlog_forget (&self->backlog, call);

  if (last && norpc_host_get_state (self) == NORPC_HOST_STOPPING)
    norpc_channel_wake_up (self->channel);
}
