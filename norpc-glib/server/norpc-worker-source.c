/* norpc-worker-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How a worker is attached to its service's context, whose source runs it. */

#include "channel/norpc-channel-private.h"
#include "core/norpc-burst-private.h"
#include "core/norpc-context-private.h"
#include "core/norpc-error.h"
#include "core/norpc-foreign-service-private.h"
#include "norpc-server-registry-private.h"
#include "norpc-thread-private.h"
#include "norpc-worker-private.h"

/* Runs in the service's context. Returns TRUE if there is something to do. Otherwise, the next thread
 * that gives the worker something to do wakes it up, at once or, if it naps, soon.
 */
static gboolean
has_more_to_do (NorpcWorker *self)
{
  /* The service runs the context recursively while it is being called. */
  if (self->busy)
    return FALSE;

  if (norpc_worker_has_work (self))
    return TRUE;
  if (!norpc_pending_calls_pause_at_limit (&self->pending) &&
      (norpc_worker_spin (self) || !norpc_channel_fall_asleep (self->channel, self->had_burst)))
    return TRUE;

  /* A thread that changes the state does so before it checks whether the worker sleeps. The turn of
   * a call may have begun at the end of the last dispatch.
   */
  return norpc_worker_can_serve (self) || norpc_worker_has_work (self);
}

/* Runs in the service's context. */
static NorpcMemberState
run_worker (gpointer      data,
            GMainContext *context)
{
  NorpcWorker *self = data;

  /* If nothing has arrived during a nap, sleep comes next. */
  if (!norpc_worker_run (self, context))
    self->had_burst = FALSE;
  if (norpc_worker_get_phase (self) == NORPC_SERVER_STOPPED)
    return NORPC_MEMBER_ASLEEP;
  if (has_more_to_do (self))
    return NORPC_MEMBER_READY;

  return self->had_burst ? NORPC_MEMBER_NAPPING : NORPC_MEMBER_ASLEEP;
}

/* Thread-safe. Called while the context is being freed. */
static void
end_worker (gpointer data)
{
  NorpcWorker *self = data;

  norpc_channel_detach (self->channel);
  norpc_worker_end (self, "its main context was freed");
}

/* Called in the thread that wakes up the worker, with the lock of the waker held. */
static gboolean
wake_worker (gpointer data)
{
  NorpcWorker *self = data;

  return norpc_shared_source_wake (self->source, &self->member);
}

#define THREAD_STOPPED "its thread was stopped"

/* Thread-safe. */
static void
stop_cb (gpointer data)
{
  norpc_worker_stop (data, NORPC_STOP_ABANDON, THREAD_STOPPED);
}

/* Runs in the service's thread. */
static void
end_cb (gpointer data)
{
  norpc_worker_end (data, THREAD_STOPPED);
}

static void
ref_cb (gpointer data)
{
  norpc_worker_ref (data);
}

static void
unref_cb (gpointer data)
{
  norpc_worker_unref (data);
}

static const NorpcThreadUserFuncs thread_user_funcs = { stop_cb, end_cb, ref_cb, unref_cb };
static const NorpcSharedSourceFuncs shared_source_funcs = { run_worker, end_worker, ref_cb, unref_cb };

static gboolean
add_to_thread (NorpcWorker  *self,
               GError      **error)
{
  if (norpc_thread_add_user (self->thread, &thread_user_funcs, norpc_worker_ref (self), error))
    return TRUE;

  norpc_worker_unref (self);

  return FALSE;
}

/* Thread-safe. Claims the channel and the thread for the worker. Returns FALSE if that fails. */
static gboolean
claim_channel_and_thread (NorpcWorker   *self,
                          GMainContext  *context,
                          GError       **error)
{
  GThread *gthread = self->thread != NULL ? norpc_thread_get_gthread (self->thread) : NULL;

  if (!norpc_foreign_service_can_run (self->service, context, gthread))
    {
      g_set_error (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                   "%s is written in JavaScript and can only run in the main context of "
                   "the interpreter: use norpc_server_new_in_context()",
                   G_OBJECT_TYPE_NAME (self->service));
      return FALSE;
    }

  if (self->thread != NULL && !add_to_thread (self, error))
    return FALSE;

  if (!norpc_channel_open (self->channel, context, wake_worker, self))
    {
      if (self->thread != NULL)
        norpc_thread_remove_user (self->thread, self);
      if (g_atomic_int_get (&self->stop_requested))
        norpc_server_state_set_stopped_error (error);
      else
        g_set_error (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                     "The channel already belongs to another server");
      return FALSE;
    }

  return TRUE;
}

/* Thread-safe. Connects the layers to the service. */
static void
open_service_endpoint (NorpcWorker *self)
{
  if (self->service_endpoint == NULL)
    return;

  norpc_layer_set_endpoint (self->last_layer, NORPC_ENDPOINT (self->service_endpoint));
  norpc_service_endpoint_open (self->service_endpoint, norpc_worker_ref (self));
}

/* Thread-safe. Called when the worker could not be attached. */
static void
abandon_start (NorpcWorker *self)
{
  if (self->service_endpoint != NULL)
    norpc_service_endpoint_close (self->service_endpoint);
  if (self->owns_thread)
    norpc_thread_stop (self->thread);
  norpc_server_state_advance (self->state, NORPC_SERVER_STOPPED);
  norpc_server_state_wake (self->state);
}

/* Thread-safe. Makes the worker run in @context, on @thread, or on a new thread if both are
 * NULL.
 */
static void
set_thread (NorpcWorker  *self,
            GMainContext *context,
            NorpcThread  *thread)
{
  gboolean owns_thread = thread == NULL && context == NULL;
  g_autoptr (NorpcThread) worker_thread =
    owns_thread ? norpc_thread_new (G_OBJECT_TYPE_NAME (self->service)) : NULL;

  if (thread != NULL)
    worker_thread = g_object_ref (thread);

  g_mutex_lock (&self->lock);
  self->owns_thread = owns_thread;
  self->thread = g_steal_pointer (&worker_thread);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. */
static void
set_source (NorpcWorker  *self,
            GMainContext *context)
{
  NorpcSharedSource *source = norpc_shared_source_get (context, &shared_source_funcs);

  g_mutex_lock (&self->lock);
  self->source = source;
  g_mutex_unlock (&self->lock);
}

/* Called with the lock held. Returns TRUE if the worker is in its context. */
static gboolean
is_attached_locked (NorpcWorker *self)
{
  return self->member.data != NULL && norpc_worker_get_phase (self) != NORPC_SERVER_STOPPED;
}

/* Thread-safe. The thread may have ended, and the worker with it. */
static void
attach_to_source (NorpcWorker *self)
{
  g_mutex_lock (&self->lock);
  if (norpc_worker_get_phase (self) != NORPC_SERVER_STOPPED)
    norpc_shared_source_add (self->source, &self->member, self);
  g_mutex_unlock (&self->lock);

  norpc_channel_wake_up (self->channel);
}

/* Thread-safe. Attaches the worker to @context, to @thread, or to a new thread if both are
 * NULL. From then on, the service is accessed only there. It starts when the context runs.
 */
gboolean
norpc_worker_attach (NorpcWorker   *self,
                     GMainContext  *context,
                     NorpcThread   *thread,
                     GError       **error)
{
  if (!norpc_server_state_claim_start (self->state, error))
    return FALSE;

  set_thread (self, context, thread);
  if (self->thread != NULL)
    context = norpc_thread_get_main_context (self->thread);

  open_service_endpoint (self);
  set_source (self, context);
  if (!claim_channel_and_thread (self, context, error))
    {
      abandon_start (self);
      return FALSE;
    }
  norpc_server_registry_add (self);
  attach_to_source (self);

  return TRUE;
}

/* Called in the thread that waits, with the context of the worker unless that belongs to a thread. If
 * the waiting thread's own context is that of the worker, or if no thread runs that context, acquires
 * the context and runs the worker until it has reached @phase or has nothing to do. Returns TRUE if
 * the context is the waiting thread's own.
 */
gboolean
norpc_worker_run_here (NorpcWorker      *self,
                       GMainContext     *context,
                       NorpcServerPhase  phase)
{
  gboolean own, acquired, attached;

  g_mutex_lock (&self->lock);
  attached = is_attached_locked (self);
  g_mutex_unlock (&self->lock);
  if (!attached)
    return FALSE;

  if (self->thread != NULL)
    context = norpc_thread_get_main_context (self->thread);
  own = g_main_context_is_owner (context);
  acquired = !own && self->thread == NULL && g_main_context_acquire (context);

  while ((own || acquired) && norpc_worker_get_phase (self) < phase &&
         norpc_worker_run (self, context))
    ;

  if (acquired)
    g_main_context_release (context);

  return own;
}

/* Thread-safe. Returns TRUE if the context of the worker is the thread-default one of the calling
 * thread, which runs it.
 */
gboolean
norpc_worker_is_here (NorpcWorker *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  gboolean same;

  g_mutex_lock (&self->lock);
  same = is_attached_locked (self) && norpc_shared_source_get_context (self->source) == context;
  g_mutex_unlock (&self->lock);

  return same && norpc_context_is_own (context);
}
