/* norpc-supervised-run.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-context-private.h"
#include "core/norpc-error.h"
#include "norpc-supervised-run-private.h"
#include "server/norpc-server-private.h"
#include "server/norpc-server-state-private.h"
#include "server/norpc-thread-private.h"

struct _NorpcSupervisedRun
{
  gatomicrefcount ref_count;

  /* Since construction. */
  const NorpcSupervisedRunFuncs *funcs;
  gpointer                       owner;   /* (owned) */
  GMainContext                  *context; /* (owned) (nullable): of the application */
  NorpcSupervisorFunc            make_service; /* (nullable) */
  gpointer                       user_data;    /* of the owner */
  NorpcServerState              *making;  /* (owned): has stopped when the function that makes the service has returned */
  GThread                       *maker;   /* (unowned) (nullable) [atomic]: the thread where that function runs */

  GMutex       lock;
  NorpcThread *thread; /* (owned) (nullable) [lock]: its own, once it is launched */
  NorpcServer *server; /* (owned) (nullable) [lock]: once the service is made */
};

/* Takes ownership of @owner, which has @user_data as long as it exists. */
NorpcSupervisedRun *
norpc_supervised_run_new (const NorpcSupervisedRunFuncs *funcs,
                          gpointer                       owner,
                          GMainContext                  *context,
                          NorpcSupervisorFunc            make_service,
                          gpointer                       user_data)
{
  NorpcSupervisedRun *self = g_new0 (NorpcSupervisedRun, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->funcs = funcs;
  self->owner = owner;
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  self->make_service = make_service;
  self->user_data = user_data;
  self->making = norpc_server_state_new ();
  g_mutex_init (&self->lock);

  return self;
}

NorpcSupervisedRun *
norpc_supervised_run_ref (NorpcSupervisedRun *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_supervised_run_unref (gpointer data)
{
  NorpcSupervisedRun *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->server);
  g_clear_object (&self->thread);
  g_clear_pointer (&self->context, g_main_context_unref);
  self->funcs->unref (self->owner);
  norpc_server_state_unref (self->making);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Returns the server (owned), or NULL. */
NorpcServer *
norpc_supervised_run_dup_server (NorpcSupervisedRun *self)
{
  NorpcServer *server;

  g_mutex_lock (&self->lock);
  server = self->server != NULL ? g_object_ref (self->server) : NULL;
  g_mutex_unlock (&self->lock);

  return server;
}

/* Returns the thread (owned) that was started for the service, or NULL. */
NorpcThread *
norpc_supervised_run_dup_thread (NorpcSupervisedRun *self)
{
  NorpcThread *thread;

  g_mutex_lock (&self->lock);
  thread = self->thread != NULL ? g_object_ref (self->thread) : NULL;
  g_mutex_unlock (&self->lock);

  return thread;
}

/* Thread-safe. Blocks while the service is being made in a thread of its own. A service that is not wanted any more has
 * no server then. Fails in the function that makes the service, which would wait for itself.
 */
gboolean
norpc_supervised_run_wait_made (NorpcSupervisedRun  *self,
                                GCancellable        *cancellable,
                                GError             **error)
{
  g_autoptr (NorpcThread) thread = norpc_supervised_run_dup_thread (self);

  if (g_atomic_pointer_get (&self->maker) == g_thread_self ())
    {
      g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK,
                           "The supervisor was stopped in the function that creates its service");
      return FALSE;
    }

  if (thread == NULL || norpc_thread_get_gthread (thread) == g_thread_self ())
    return TRUE;

  return norpc_server_state_wait (self->making, norpc_thread_get_main_context (thread), NORPC_SERVER_STOPPED, -1,
                                  cancellable, error);
}

/* Thread-safe. Completes @task, whose context is that of the calling thread, as norpc_supervised_run_wait_made () ends. */
void
norpc_supervised_run_await_made (NorpcSupervisedRun *self,
                                 GTask              *task)
{
  if (self->context == NULL)
    norpc_server_state_await (self->making, NORPC_SERVER_STOPPED, task);
  else
    g_task_return_boolean (task, TRUE);
}

static void
note_made (NorpcSupervisedRun *self)
{
  norpc_server_state_advance (self->making, NORPC_SERVER_STOPPED);
  norpc_server_state_wake (self->making);
}

/* Thread-safe. Takes ownership of @error. The thread ends with the service, also if objects that others have are there. */
static void
note_ended (NorpcSupervisedRun *self,
            GError             *error)
{
  g_autoptr (NorpcThread) thread = norpc_supervised_run_dup_thread (self);

  if (thread != NULL)
    norpc_thread_quit (thread);
  self->funcs->ended (self->owner, self, error);
}

static void
end_with_error (NorpcSupervisedRun *self,
                NorpcError          code,
                const char         *message)
{
  note_ended (self, g_error_new_literal (NORPC_ERROR, (int) code, message));
}

/* Thread-safe. Called when the phase of the server has changed. */
static void
server_changed (gpointer data)
{
  NorpcSupervisedRun *self = data;
  g_autoptr (NorpcServer) server = norpc_supervised_run_dup_server (self);
  NorpcServerPhase phase = norpc_worker_get_phase (server->worker);
  GError *error = NULL;

  if (phase == NORPC_SERVER_RUNNING)
    self->funcs->started (self->owner, self, server);
  else if (phase == NORPC_SERVER_STOPPED && norpc_server_state_has_started (server->worker->state, &error))
    end_with_error (self, NORPC_ERROR_CLOSED, "Its server has stopped");
  else if (phase == NORPC_SERVER_STOPPED)
    note_ended (self, error);
}

/* Runs in the service's context. Returns a server (owned) for a service, or the server that it is. */
static NorpcServer *
serve_object (NorpcSupervisedRun *self,
              GObject            *object,
              GError            **error)
{
  NorpcServer *server;

  if (!NORPC_IS_SERVER (object))
    {
      if (!norpc_service_check_interface (object, error))
        return NULL;

      return self->context != NULL ? norpc_server_new_in_context (object, self->context)
                                   : norpc_server_new_on_thread (object, self->thread);
    }

  server = g_object_ref (NORPC_SERVER (object));
  if (server->thread != NULL || server->context != NULL)
    return server;

  /* No other code has started it, or attaching it fails. */
  if (self->context != NULL)
    server->context = g_main_context_ref (self->context);
  else
    server->thread = g_object_ref (self->thread);

  return server;
}

/* Runs in the service's context. Returns what the function of the application does (owned). */
static GObject *
make_object (NorpcSupervisedRun  *self,
             GError             **error)
{
  GObject *object;

  if (self->make_service == NULL)
    return NULL;

  g_atomic_pointer_set (&self->maker, g_thread_self ());
  object = self->make_service (self->user_data, error);
  g_atomic_pointer_set (&self->maker, NULL);

  return object;
}

/* Runs in the service's context. Returns a server (owned) for the service, or NULL. */
static NorpcServer *
make_server (NorpcSupervisedRun *self,
             GError            **error)
{
  g_autoptr (GError) make_error = NULL;
  g_autoptr (GObject) object = make_object (self, &make_error);

  if (make_error != NULL || object == NULL)
    {
      /* An exception in another language arrives without an error. */
      if (make_error == NULL)
        g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED, "No service was created, and no reason was given");
      else
        g_propagate_error (error, g_steal_pointer (&make_error));
      return NULL;
    }

  return serve_object (self, object, error);
}

/* Runs in the service's context, where a service that does not start is released. */
static void
drop_server (NorpcSupervisedRun *self)
{
  g_autoptr (NorpcServer) server = NULL;

  g_mutex_lock (&self->lock);
  server = g_steal_pointer (&self->server);
  g_mutex_unlock (&self->lock);
}

/* Runs in the service's context. From the moment when the server is there, the owner can stop it. */
static void
serve (NorpcSupervisedRun *self)
{
  GError *error = NULL;
  g_autoptr (NorpcServer) server = make_server (self, &error);

  if (server == NULL)
    {
      note_ended (self, error);
      return;
    }

  g_mutex_lock (&self->lock);
  self->server = g_object_ref (server);
  g_mutex_unlock (&self->lock);

  if (self->funcs->may_start (self->owner, self) && norpc_server_attach (server, &error))
    {
      norpc_server_state_watch (server->worker->state, server_changed, norpc_supervised_run_ref (self),
                                norpc_supervised_run_unref);
      return;
    }

  if (error != NULL)
    note_ended (self, error);
  else
    end_with_error (self, NORPC_ERROR_CLOSED, "It was replaced before it started");
  drop_server (self);
}

/* Runs in the service's context. */
static gboolean
serve_cb (gpointer user_data)
{
  NorpcSupervisedRun *self = user_data;
  GMainContext *context = g_source_get_context (g_main_current_source ());
  gboolean pushed = norpc_context_push (context);

  if (self->funcs->may_start (self->owner, self))
    serve (self);
  else
    end_with_error (self, NORPC_ERROR_CLOSED, "It was replaced before it started");
  note_made (self);
  if (pushed)
    g_main_context_pop_thread_default (context);

  return G_SOURCE_REMOVE;
}

/* Returns the context (owned) of the service, or NULL if there is none. */
static GMainContext *
open_context (NorpcSupervisedRun *self)
{
  NorpcThread *thread;

  if (self->context != NULL)
    return g_main_context_ref (self->context);

  thread = norpc_thread_new ("norpc service");
  g_mutex_lock (&self->lock);
  self->thread = thread;
  g_mutex_unlock (&self->lock);

  return norpc_thread_get_gthread (thread) != NULL ? g_main_context_ref (norpc_thread_get_main_context (thread)) : NULL;
}

/* Called once. Makes the service and starts it, in its context. */
void
norpc_supervised_run_launch (NorpcSupervisedRun *self)
{
  g_autoptr (GMainContext) context = open_context (self);
  g_autoptr (GSource) source = NULL;

  if (context == NULL)
    {
      end_with_error (self, NORPC_ERROR_FAILED, "No thread could be started for it");
      note_made (self);
      return;
    }

  self->funcs->begins (self->owner, self, context);
  source = g_idle_source_new ();
  g_source_set_static_name (source, "norpc supervisor");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, serve_cb, norpc_supervised_run_ref (self), norpc_supervised_run_unref);
  g_source_attach (source, context);
}
