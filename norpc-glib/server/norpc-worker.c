/* norpc-worker.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "channel/norpc-channel-private.h"
#include "core/norpc-burst-private.h"
#include "core/norpc-context-private.h"
#include "norpc-dispatch-private.h"
#include "norpc-lifecycle.h"
#include "norpc-server-registry-private.h"
#include "norpc-thread-private.h"
#include "norpc-worker-private.h"

/* Thread-safe. Called when an open call is answered. */
static void
open_call_answered (NorpcCallOwner *owner,
                    NorpcCall      *call)
{
  g_autoptr (NorpcWorker) self = (NorpcWorker *) owner;
  gboolean last = norpc_pending_calls_remove (&self->pending, call);

  if (last && norpc_worker_get_phase (self) == NORPC_SERVER_STOPPING)
    norpc_channel_wake_up (self->channel);
}

static NorpcCallOwner *
ref_owner (NorpcCallOwner *owner)
{
  return &norpc_worker_ref ((NorpcWorker *) owner)->owner;
}

static void
unref_owner (NorpcCallOwner *owner)
{
  norpc_worker_unref ((NorpcWorker *) owner);
}

static const NorpcCallOwnerFuncs owner_funcs = { open_call_answered, ref_owner, unref_owner };

NorpcWorker *
norpc_worker_new (GObject      *service,
                  NorpcChannel *channel)
{
  NorpcWorker *self = g_new0 (NorpcWorker, 1);

  self->owner.funcs = &owner_funcs;
  g_atomic_ref_count_init (&self->ref_count);
  self->service = g_object_ref (service);
  self->service_type = G_OBJECT_TYPE (service);
  self->thread_check = norpc_thread_check_get (service);
  self->channel = g_object_ref (channel);
  self->state = norpc_server_state_new ();
  norpc_pending_calls_init (&self->pending, &self->owner, self->channel);
  g_mutex_init (&self->lock);

  return self;
}

static void
norpc_worker_free (NorpcWorker *self)
{
  norpc_server_registry_remove (self);
  g_clear_object (&self->layers);
  g_clear_object (&self->service_endpoint);
  norpc_pending_calls_clear (&self->pending);
  g_clear_object (&self->channel);
  g_clear_object (&self->thread);
  g_clear_pointer (&self->source, norpc_shared_source_unref);
  g_clear_pointer (&self->relay, norpc_signal_relay_free);
  g_clear_object (&self->service);
  norpc_thread_check_unref (self->thread_check);
  norpc_server_state_unref (self->state);
  g_mutex_clear (&self->lock);
  g_free (self);
}

NorpcWorker *
norpc_worker_ref (NorpcWorker *self)
{
  norpc_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_worker_unref (NorpcWorker *self)
{
  if (norpc_ref_count_dec (&self->ref_count))
    norpc_worker_free (self);
}

/* Runs in the service's context. Handles a call, which has passed through the layers, if there
 * are any.
 */
static void
handle_call (NorpcWorker *self,
             NorpcCall   *call)
{
  norpc_thread_check_run (self->thread_check, self, call);

  if (self->n_left > 0)
    self->n_left--;
  self->handling = TRUE;
  if (self->relay != NULL)
    norpc_list_relay_enter (norpc_signal_relay_get_lists (self->relay), call);
  /* Behind layers, other calls may be handled before the pending calls release this one. */
  norpc_dispatch (call, self->service, self->service_endpoint == NULL);
  self->handling = FALSE;
  if (self->relay != NULL)
    norpc_list_relay_tell (norpc_signal_relay_get_lists (self->relay));

  if (self->service_endpoint == NULL)
    return;

  /* The pending calls may have released the call already, or may not include it. */
  norpc_pending_calls_note_kept (call);
  norpc_channel_note_attempt (self->channel, call);
}

/* Runs in the service's context. If the pending calls have a reference to the call, too, this
 * one is released first, so that it can be detected whether any other code has one.
 */
static void
handle_layered_call (NorpcWorker *self,
                     NorpcCall   *call)
{
  gboolean current = norpc_pending_calls_is_current (&self->pending, call);

  if (current)
    norpc_call_unref (call);
  handle_call (self, call);
  if (!current)
    norpc_call_unref (call);
}

/* Thread-safe. Returns TRUE if the calling thread runs the worker, the service is not handling
 * a call, which must not be interrupted by another one, and the service has not yet got its
 * maximum number of calls in this dispatch.
 */
static gboolean
may_handle (NorpcWorker *self)
{
  return g_atomic_pointer_get (&self->busy_thread) == g_thread_self () &&
         !self->handling && self->n_left > 0 && self->service != NULL;
}

/* Runs in the service's context. Handles the calls that layers passed on in other threads, or
 * while the service was busy.
 */
static void
serve_layered_calls (NorpcWorker *self)
{
  while (self->n_left > 0)
    {
      g_autoptr (NorpcCall) call = norpc_service_endpoint_take (self->service_endpoint);

      if (call == NULL)
        break;
      handle_call (self, call);
    }
}

static void
wake_up (NorpcWorker *self)
{
  norpc_channel_wake_up (self->channel);
}

static const NorpcServiceEndpointFuncs service_endpoint_funcs = {
  (gboolean (*) (gpointer)) may_handle,
  (void (*) (gpointer, NorpcCall *)) handle_layered_call,
  (void (*) (gpointer)) wake_up,
  (gpointer (*) (gpointer)) norpc_worker_ref,
  (void (*) (gpointer)) norpc_worker_unref
};

/* Thread-safe. Called before the worker is attached. Adds @layer behind those that were added
 * before.
 */
void
norpc_worker_add_layer (NorpcWorker *self,
                        NorpcLayer  *layer)
{
  if (self->last_layer != NULL)
    {
      norpc_layer_set_endpoint (self->last_layer, NORPC_ENDPOINT (layer));
    }
  else
    {
      self->layers = g_object_ref_sink (NORPC_ENDPOINT (layer));
      self->service_endpoint = norpc_service_endpoint_new (&service_endpoint_funcs);
    }
  self->last_layer = layer;
}

/* Runs in the service's context, or before the worker is attached to it. Clients hear of the service
 * from now on.
 */
void
norpc_worker_begin_relay (NorpcWorker *self)
{
  if (self->relay == NULL)
    self->relay = norpc_signal_relay_new (self->service, self->channel->subscribers);
}

/* Runs in the service's context. Sets the error before the phase, so that a thread that waits
 * for the start finds it.
 */
static void
start_service (NorpcWorker *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *reason = NULL;
  gboolean started;

  norpc_thread_check_add_worker (self->thread_check, self);
  norpc_worker_begin_relay (self);
  started = !NORPC_IS_LIFECYCLE (self->service) ||
            norpc_lifecycle_start (NORPC_LIFECYCLE (self->service), &error);
  if (!started)
    reason = g_strdup_printf ("its service failed to start: %s", error->message);

  norpc_server_state_set_started (self->state, started, g_steal_pointer (&error));

  if (started)
    norpc_server_state_advance (self->state, NORPC_SERVER_RUNNING);
  else
    norpc_worker_stop (self, NORPC_STOP_ABANDON, reason);

  norpc_server_state_wake (self->state);
}

/* Runs in the service's context, or in the thread that ends it. */
static void
stop_service (NorpcWorker *self)
{
  if (norpc_server_state_has_started (self->state, NULL) && NORPC_IS_LIFECYCLE (self->service))
    norpc_lifecycle_stop (NORPC_LIFECYCLE (self->service));
  if (self->service_endpoint != NULL)
    norpc_service_endpoint_close (self->service_endpoint);
  norpc_channel_run_jobs (self->channel, G_MAXUINT);
  g_clear_pointer (&self->relay, norpc_signal_relay_free);
  norpc_thread_check_remove_worker (self->thread_check, self);
  g_clear_object (&self->service);

  norpc_server_registry_remove (self);
  norpc_server_state_advance (self->state, NORPC_SERVER_STOPPED);

  norpc_channel_detach (self->channel);
  /* If it stops before it is attached, it is not attached. */
  g_mutex_lock (&self->lock);
  norpc_shared_source_remove (self->source, &self->member);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    norpc_thread_remove_user (self->thread, self);
  if (self->owns_thread)
    norpc_thread_quit (self->thread);
  norpc_server_state_wake (self->state);
}

/* Runs in the service's context. Returns TRUE if the worker is to stop and all accepted calls
 * are answered.
 */
static gboolean
may_stop (NorpcWorker *self)
{
  return norpc_worker_get_phase (self) == NORPC_SERVER_STOPPING &&
         norpc_pending_calls_is_empty (&self->pending);
}

/* Runs in the service's context. Returns TRUE if there is work besides the calls in the
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

/* Runs in the service's context. Returns TRUE if there is a call that the service may get. */
gboolean
norpc_worker_can_serve (NorpcWorker *self)
{
  return norpc_pending_calls_have_next (&self->pending) &&
         norpc_pending_calls_are_below_limit (&self->pending);
}

static gboolean
has_calls (gpointer data)
{
  return norpc_channel_has_calls (data);
}

/* Runs in the service's context, when all dequeued calls are served. Polls the queue for a while,
 * unless another service of the context has something to do. Returns TRUE if there are calls.
 */
gboolean
norpc_worker_spin (NorpcWorker *self)
{
  if (norpc_channel_has_calls (self->channel))
    return TRUE;

  norpc_shared_source_spin (self->source, has_calls, self->channel);

  return norpc_channel_has_calls (self->channel);
}

/* Runs in the service's context. */
static void
serve_call (NorpcWorker *self,
            NorpcCall   *call)
{
  norpc_channel_served (self->channel, call);

  if (self->layers == NULL)
    {
      handle_call (self, call);
      return;
    }

  if (g_atomic_int_get (&call->state) != NORPC_CALL_OPEN)
    return;

  /* A call that was passed on by another server belongs to that server. */
  if (call->released_at == NULL)
    call->released_at = self->channel->call_queue.funcs->ref (&self->channel->call_queue);
  norpc_endpoint_send (self->layers, norpc_call_ref (call));
}

/* Runs in the service's context. Returns TRUE if the worker may serve more calls in this
 * dispatch.
 */
static gboolean
may_continue (NorpcWorker *self,
              guint        n_served)
{
  return n_served < NORPC_WORKER_MAX_CALLS && self->n_left > 0;
}

/* Runs in the service's context. Calls often arrive in quick succession, so the worker spins
 * for more before it returns to the main loop, which polls. Other sources wait no longer for
 * this than for a batch of calls that arrived at once.
 */
static void
serve_calls (NorpcWorker *self)
{
  guint n_served = 0;
  NorpcCall *call;

  norpc_burst_begin ();
  do
    {
      while ((call = norpc_pending_calls_next (&self->pending, may_continue (self, n_served))) != NULL)
        {
          serve_call (self, call);
          if (++n_served % NORPC_BURST_LENGTH == 0)
            norpc_burst_flush ();
        }
      norpc_burst_flush ();
    }
  while (may_continue (self, n_served) && norpc_pending_calls_are_below_limit (&self->pending) &&
         norpc_worker_spin (self));
  norpc_burst_end ();

  self->had_burst = n_served >= NORPC_BURST_MIN_LENGTH;
}

/* Runs in the service's context. Does the work that is due: starts the service, serves calls,
 * or stops the service.
 */
static void
run_once (NorpcWorker *self)
{
  if (!self->tried)
    {
      self->tried = TRUE;
      if (!g_atomic_int_get (&self->pending.abandoned))
        start_service (self);
    }
  else
    {
      self->n_left = NORPC_WORKER_MAX_CALLS;
      norpc_channel_run_jobs (self->channel, NORPC_WORKER_MAX_CALLS);
      if (self->service_endpoint != NULL)
        serve_layered_calls (self);
      serve_calls (self);
    }

  if (may_stop (self))
    stop_service (self);
}

/* Runs in the service's context, which is @context, or in the thread that ends it. Returns
 * FALSE if there was nothing to do, or if the worker is running already.
 */
gboolean
norpc_worker_run (NorpcWorker  *self,
                  GMainContext *context)
{
  gboolean pushed, publishes_thread;

  if (self->busy || !(norpc_worker_can_serve (self) || norpc_worker_has_work (self)))
    return FALSE;

  self->busy = TRUE;
  publishes_thread = self->service_endpoint != NULL || norpc_thread_check_is_shared (self->thread_check);
  if (publishes_thread)
    g_atomic_pointer_set (&self->busy_thread, g_thread_self ());
  pushed = context != NULL && norpc_context_push (context);
  run_once (self);
  if (pushed)
    g_main_context_pop_thread_default (context);
  if (publishes_thread)
    g_atomic_pointer_set (&self->busy_thread, NULL);
  self->busy = FALSE;

  return TRUE;
}

/* Thread-safe. Makes the worker stop the service, after it has served all accepted calls, or
 * immediately. The channel is closed first, because the worker serves all calls that it
 * accepts.
 */
void
norpc_worker_stop (NorpcWorker   *self,
                   NorpcStopMode  mode,
                   const char    *reason)
{
  /* Set before the channel is closed, so that a thread that finds it closed knows the reason. */
  g_atomic_int_set (&self->stop_requested, TRUE);

  if (norpc_server_state_claim_stop (self->state))
    {
      norpc_server_state_wake (self->state);
      return;
    }

  norpc_channel_close (self->channel, reason);
  if (mode == NORPC_STOP_ABANDON)
    norpc_pending_calls_abandon (&self->pending, reason);
  norpc_server_state_advance (self->state, NORPC_SERVER_STOPPING);

  norpc_channel_wake_up (self->channel);
}

/* Called in the thread that ends or frees the context, after which the worker cannot run any
 * more.
 */
void
norpc_worker_end (NorpcWorker *self,
                  const char  *reason)
{
  norpc_worker_stop (self, NORPC_STOP_ABANDON, reason);

  /* Once the worker has stopped, another thread may still be returning from it. */
  while (norpc_worker_get_phase (self) < NORPC_SERVER_STOPPED && norpc_worker_run (self, NULL))
    ;
}

/* Thread-safe. Returns the thread (owned) that was created for the worker, or NULL. */
NorpcThread *
norpc_worker_dup_own_thread (NorpcWorker *self)
{
  NorpcThread *thread;

  g_mutex_lock (&self->lock);
  thread = self->owns_thread ? g_object_ref (self->thread) : NULL;
  g_mutex_unlock (&self->lock);

  return thread;
}
