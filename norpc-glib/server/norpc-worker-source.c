/* norpc-worker-source.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The source of a worker in its service's context. */

#include "channel/norpc-channel-private.h"
#include "core/norpc-burst-private.h"
#include "core/norpc-context-private.h"
#include "core/norpc-error.h"
#include "core/norpc-foreign-service-private.h"
#include "norpc-thread-private.h"
#include "norpc-worker-private.h"

typedef struct
{
  GSource    source;
  NorpcWorker *worker; /* (owned) */
} WorkerSource;

/* Runs in the service's context. Returns TRUE if there is something to do. Otherwise, the next thread
 * that gives the worker something to do wakes it up, at once or, if it naps, soon.
 */
static gboolean
prepare (NorpcWorker *self,
         gboolean     nap)
{
  /* The service runs the context recursively while it is being called. */
  if (self->busy)
    return FALSE;

  if (norpc_worker_has_work (self))
    return TRUE;
  if (!norpc_pending_calls_pause_at_limit (&self->pending) && 
      !norpc_channel_fall_asleep (self->channel, &self->spin, nap))
    return TRUE;

  /* A thread that changes the state does so before it checks whether the worker sleeps. The turn of
   * a call may have begun at the end of the last dispatch.
   */
  return norpc_worker_can_serve (self) || norpc_worker_has_work (self);
}

static gboolean
worker_source_prepare (GSource *source,
                       int     *timeout)
{
  NorpcWorker *self = ((WorkerSource *) source)->worker;

  *timeout = self->had_burst ? NORPC_NAP_TIME : -1;

  return prepare (self, self->had_burst);
}

static gboolean
worker_source_check (GSource *source)
{
  NorpcWorker *self = ((WorkerSource *) source)->worker;
  gboolean ready = !self->busy && (norpc_worker_can_serve (self) || norpc_worker_has_work (self));

  norpc_spin_wake (&self->spin, ready);
  /* The nap is over. If nothing has arrived, sleep comes next. */
  self->had_burst = self->had_burst && ready;

  return ready;
}

static gboolean
worker_source_dispatch (GSource     *source,
                        GSourceFunc  callback G_GNUC_UNUSED,
                        gpointer     user_data G_GNUC_UNUSED)
{
  g_autoptr (NorpcWorker) self = norpc_worker_ref (((WorkerSource *) source)->worker);

  norpc_worker_run (self, g_source_get_context (source));

  return G_SOURCE_CONTINUE;
}

static void
worker_source_finalize (GSource *source)
{
  norpc_worker_unref (((WorkerSource *) source)->worker);
}

static GSourceFuncs worker_source_funcs = {
  worker_source_prepare,
  worker_source_check,
  worker_source_dispatch,
  worker_source_finalize,
  NULL,
  NULL
};

static gboolean
worker_source_cb (gpointer user_data G_GNUC_UNUSED)
{
  return G_SOURCE_CONTINUE;
}

/* Thread-safe. Called when the source was destroyed, by the worker or together with the
 * context.
 */
static void
detached_cb (gpointer data)
{
  g_autoptr (NorpcWorker) self = data;

  g_mutex_lock (&self->lock);
  self->source = NULL;
  g_mutex_unlock (&self->lock);

  norpc_channel_detach (self->channel);
  norpc_worker_end (self, "its main context was freed");
}

/* Runs in the service's context. */
static gboolean
run_member (gpointer      data,
            GMainContext *context)
{
  NorpcWorker *self = data;

  norpc_worker_run (self, context);

  return norpc_worker_get_phase (self) < NORPC_SERVER_STOPPED && prepare (self, FALSE);
}

/* Thread-safe. Called while the context is being freed. */
static void
end_member (gpointer data)
{
  NorpcWorker *self = data;

  norpc_channel_detach (self->channel);
  norpc_worker_end (self, "its main context was freed");
}

/* Called in the thread that wakes up the worker, with a lock held. */
static void
wake_member (gpointer data)
{
  norpc_shared_source_wake (((NorpcWorker *) data)->shared_source, data);
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
static const NorpcSharedSourceFuncs shared_source_funcs = { run_member, end_member, ref_cb, unref_cb };

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

  if (!norpc_channel_open (self->channel, context, self->is_exported ? wake_member : NULL, self))
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

static GSource *
worker_source_new (NorpcWorker *self)
{
  GSource *source = g_source_new (&worker_source_funcs, sizeof (WorkerSource));

  ((WorkerSource *) source)->worker = norpc_worker_ref (self);
  g_source_set_static_name (source, "norpc server");
  g_source_set_callback (source, worker_source_cb, norpc_worker_ref (self), detached_cb);

  return source;
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

/* Thread-safe. The thread may have ended, and the worker with it. */
static void
attach_member (NorpcWorker  *self,
               GMainContext *context)
{
  g_mutex_lock (&self->lock);
  if (norpc_worker_get_phase (self) != NORPC_SERVER_STOPPED)
    norpc_shared_source_add (self->shared_source, self);
  g_mutex_unlock (&self->lock);

  norpc_shared_source_wake (self->shared_source, self);
  g_main_context_wakeup (context);
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
  g_autoptr (GSource) source = NULL;

  if (!norpc_server_state_claim_start (self->state, error))
    return FALSE;

  set_thread (self, context, thread);
  if (self->thread != NULL)
    context = norpc_thread_get_main_context (self->thread);

  open_service_endpoint (self);
  if (self->is_exported)
    self->shared_source = norpc_shared_source_get (context, &shared_source_funcs);
  if (!claim_channel_and_thread (self, context, error))
    {
      abandon_start (self);
      return FALSE;
    }

  if (self->is_exported)
    {
      attach_member (self, context);
      return TRUE;
    }
  source = worker_source_new (self);

  /* The thread may have ended, and the worker with it, before the source is attached. A source
   * that is destroyed while it is being attached would never be released.
   */
  g_mutex_lock (&self->lock);
  if (norpc_worker_get_phase (self) != NORPC_SERVER_STOPPED)
    {
      self->source = source;
      g_source_attach (source, context);
    }
  g_mutex_unlock (&self->lock);

  return TRUE;
}

/* Called in the thread that waits. If its own context is that of the worker, or if no thread
 * runs that context, acquires the context and runs the worker until it has reached @phase or
 * has nothing to do. Returns TRUE if the context is the thread's own.
 */
gboolean
norpc_worker_run_here (NorpcWorker      *self,
                       NorpcServerPhase  phase)
{
  g_autoptr (GSource) source = NULL;
  GMainContext *context;
  gboolean own, acquired;

  g_mutex_lock (&self->lock);
  source = self->source != NULL ? g_source_ref (self->source) : NULL;
  g_mutex_unlock (&self->lock);

  if (source == NULL || g_source_is_destroyed (source))
    return FALSE;

  context = g_source_get_context (source);
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
  if (self->shared_source != NULL)
    same = norpc_shared_source_get_context (self->shared_source) == context;
  else
    same = self->source != NULL && !g_source_is_destroyed (self->source) &&
           g_source_get_context (self->source) == context;
  g_mutex_unlock (&self->lock);

  return same && norpc_context_is_own (context);
}
