/* norpc-supervisor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-endpoint-private.h"
#include "server/norpc-thread.h"
#include "norpc-enum-types.h"
#include "norpc-supervision-private.h"

/**
 * NorpcSupervisor:
 *
 * An endpoint that creates a service with a function, and creates another one when the service fails to start or its
 * server stops.
 *
 * Each service runs in a thread of its own, in which the function creates it, or in a main context that the application
 * runs. Proxies, layers and exports use the supervisor as they use a channel. The proxies stay: they follow the next
 * service, get its properties, and emit its signals.
 *
 * The first service is created by [method@Norpc.Supervisor.start]. Calls that are sent while a service is created or
 * starts wait for it: as many as the capacity of a channel, more fail with %NORPC_ERROR_BUSY. When a service
 * ends, the calls that it has not answered fail with %NORPC_ERROR_CLOSED, and so do calls until the next one is created,
 * after [property@Norpc.Supervisor:min-delay]. Each next time, the supervisor waits twice as long, up to
 * [property@Norpc.Supervisor:max-delay], unless the service has run for a [property@Norpc.Supervisor:window]. If
 * services end more often than [property@Norpc.Supervisor:max-restarts] within the window, the supervisor creates no
 * further one, and is closed. The messages of the errors say why the last service has ended.
 *
 * A service ends in one of these ways:
 *
 * - It cannot be created, or [method@Norpc.Lifecycle.start] fails, or takes longer than
 *   [property@Norpc.Supervisor:start-timeout].
 * - Its server is stopped, by code that has a reference to the server, or because the thread or main context of the server
 *   ends.
 *
 * A service that works but is of no use any more, for example because its device was removed, is replaced by
 * [method@Norpc.Supervisor.restart], which the service can call, too. A service that crashes ends the process: run such
 * a service in a program of its own, with a [class@Norpc.Helper].
 *
 * The supervisor is thread-safe. [method@Norpc.Supervisor.stop] stops its service. Releasing the last reference does the
 * same, as with %NORPC_STOP_ABANDON, and does not wait; proxies have references, too.
 *
 * Since: 0.1
 */

struct _NorpcSupervisor
{
  GObject parent_instance;

  NorpcSupervision *supervision; /* (owned), since construction */
};

static void norpc_supervisor_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcSupervisor, norpc_supervisor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, norpc_supervisor_endpoint_iface_init))

/* Those of the policy come first. */
typedef enum
{
  PROP_STATE = NORPC_RESTART_N_PROPERTIES,
} NorpcSupervisorProperty;

static GParamSpec *properties[PROP_STATE + 1];

static NorpcReplaceable *
get_supervised_endpoint (NorpcEndpoint *endpoint)
{
  return norpc_supervision_get_status (NORPC_SUPERVISOR (endpoint)->supervision)->replaceable;
}

static void
norpc_supervisor_send (NorpcEndpoint *endpoint,
                       NorpcCall     *call)
{
  norpc_replaceable_send (get_supervised_endpoint (endpoint), call);
}

static gboolean
norpc_supervisor_is_closed (NorpcEndpoint *endpoint)
{
  return norpc_replaceable_is_closed (get_supervised_endpoint (endpoint));
}

static gboolean
norpc_supervisor_is_ready (NorpcEndpoint *endpoint)
{
  return norpc_replaceable_is_ready (get_supervised_endpoint (endpoint));
}

static void
norpc_supervisor_await_ready (NorpcEndpoint *endpoint,
                              NorpcCall     *probe)
{
  norpc_replaceable_await_ready (get_supervised_endpoint (endpoint), probe);
}

static gconstpointer
norpc_supervisor_get_executor (NorpcEndpoint *endpoint)
{
  return norpc_replaceable_get_executor (get_supervised_endpoint (endpoint));
}

static void
norpc_supervisor_subscribe (NorpcEndpoint   *endpoint,
                            NorpcSubscriber *subscriber)
{
  norpc_replaceable_subscribe (get_supervised_endpoint (endpoint), subscriber);
}

static void
norpc_supervisor_unsubscribe (NorpcEndpoint   *endpoint,
                              NorpcSubscriber *subscriber)
{
  norpc_replaceable_unsubscribe (get_supervised_endpoint (endpoint), subscriber);
}

static void
norpc_supervisor_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_supervisor_send;
  iface->is_closed = norpc_supervisor_is_closed;
  iface->is_ready = norpc_supervisor_is_ready;
  iface->await_ready = norpc_supervisor_await_ready;
  iface->get_executor = norpc_supervisor_get_executor;
  iface->subscribe = norpc_supervisor_subscribe;
  iface->unsubscribe = norpc_supervisor_unsubscribe;
}

static void
norpc_supervisor_set_property (GObject      *object,
                               guint         property_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  NorpcSupervisor *self = NORPC_SUPERVISOR (object);

  if (property_id < NORPC_RESTART_N_PROPERTIES)
    norpc_supervision_set_value (self->supervision, (NorpcRestartProperty) property_id, g_value_get_uint (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
norpc_supervisor_get_property (GObject    *object,
                               guint       property_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  NorpcSupervisor *self = NORPC_SUPERVISOR (object);

  if (property_id < NORPC_RESTART_N_PROPERTIES)
    g_value_set_uint (value, norpc_supervision_get_value (self->supervision, (NorpcRestartProperty) property_id));
  else if (property_id == PROP_STATE)
    g_value_set_enum (value, norpc_supervisor_get_state (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
norpc_supervisor_finalize (GObject *object)
{
  norpc_supervision_release (NORPC_SUPERVISOR (object)->supervision);

  G_OBJECT_CLASS (norpc_supervisor_parent_class)->finalize (object);
}

static void
norpc_supervisor_class_init (NorpcSupervisorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_supervisor_set_property;
  object_class->get_property = norpc_supervisor_get_property;
  object_class->finalize = norpc_supervisor_finalize;

  /**
   * NorpcSupervisor:max-restarts:
   *
   * How often a service may end within the window and is followed by another one, 5 by default.
   *
   * A change of a property applies when a service ends the next time.
   *
   * Since: 0.1
   */

  /**
   * NorpcSupervisor:window:
   *
   * The window for [property@Norpc.Supervisor:max-restarts], in milliseconds, 60000 by default.
   *
   * Since: 0.1
   */

  /**
   * NorpcSupervisor:min-delay:
   *
   * The time between the end of a service and the next one, at first, in milliseconds, 100 by default.
   *
   * Since: 0.1
   */

  /**
   * NorpcSupervisor:max-delay:
   *
   * The longest time between the end of a service and the next one, in milliseconds, 10000 by default.
   *
   * Since: 0.1
   */

  /**
   * NorpcSupervisor:start-timeout:
   *
   * How long the creation and the start of a service may take, in milliseconds, 25000 by default, or 0 for no limit.
   *
   * A service that takes longer is abandoned: it ends when its thread continues. The next one has another thread.
   *
   * Since: 0.1
   */
  for (guint i = NORPC_RESTART_MAX_RESTARTS; i < NORPC_RESTART_N_PROPERTIES; i++)
    properties[i] = norpc_restart_policy_make_pspec ((NorpcRestartProperty) i, G_PARAM_READWRITE);

  /**
   * NorpcSupervisor:state: (getter get_state)
   *
   * The state of the supervisor.
   *
   * The supervisor notifies in the thread-default main context of the thread that has created it, in order with the
   * replies and signals that arrive there. A handler gets the state at this moment: changes that follow each other
   * closely are one.
   *
   * Since: 0.1
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, NORPC_TYPE_SUPERVISOR_STATE, NORPC_SUPERVISOR_NEW,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_supervisor_init (NorpcSupervisor *self)
{
  self->supervision = norpc_supervision_new (G_OBJECT (self));
}

static NorpcSupervisor *
new_supervisor (GMainContext        *context,
                NorpcSupervisorFunc  make_service,
                gpointer             user_data,
                GDestroyNotify       destroy)
{
  NorpcSupervisor *self = g_object_new (NORPC_TYPE_SUPERVISOR, NULL);

  norpc_supervision_set_func (self->supervision, context, make_service, user_data, destroy);

  return self;
}

/**
 * norpc_supervisor_new:
 * @make_service: (scope notified) (closure user_data) (destroy destroy): the function that creates a service
 * @user_data: data for @make_service
 * @destroy: (nullable): the function to free @user_data with
 *
 * Creates a supervisor whose services run in a thread of their own each.
 *
 * @make_service runs in the thread of the service that it creates, also while an earlier service is still in another
 * thread because it did not stop. @destroy runs in the thread that releases the supervisor, or in that of a service.
 *
 * Returns: (transfer full): a new supervisor, which has not been started
 * Since: 0.1
 */
NorpcSupervisor *
norpc_supervisor_new (NorpcSupervisorFunc make_service,
                      gpointer            user_data,
                      GDestroyNotify      destroy)
{
  g_return_val_if_fail (make_service != NULL, NULL);

  return new_supervisor (NULL, make_service, user_data, destroy);
}

/**
 * norpc_supervisor_new_in_context:
 * @context: (nullable): a main context that the application runs, or %NULL for the global
 *   default context
 * @make_service: (scope notified) (closure user_data) (destroy destroy): the function that creates a service
 * @user_data: data for @make_service
 * @destroy: (nullable): the function to free @user_data with
 *
 * Creates a supervisor whose services run in @context.
 *
 * @make_service runs in @context. @destroy runs in the thread that releases the supervisor, or in @context. Services in
 * JavaScript can only run in the main context of JavaScript.
 *
 * Returns: (transfer full): a new supervisor, which has not been started
 * Since: 0.1
 */
NorpcSupervisor *
norpc_supervisor_new_in_context (GMainContext        *context,
                                 NorpcSupervisorFunc  make_service,
                                 gpointer             user_data,
                                 GDestroyNotify       destroy)
{
  g_return_val_if_fail (make_service != NULL, NULL);

  return new_supervisor (context != NULL ? context : g_main_context_default (), make_service, user_data, destroy);
}

/**
 * norpc_supervisor_get_state: (get-property state)
 * @self: a supervisor
 *
 * Gets the state of the supervisor, which may change at any time; see [property@Norpc.Supervisor:state].
 *
 * Returns: the state
 * Since: 0.1
 */
NorpcSupervisorState
norpc_supervisor_get_state (NorpcSupervisor *self)
{
  g_return_val_if_fail (NORPC_IS_SUPERVISOR (self), NORPC_SUPERVISOR_STOPPED);

  return (NorpcSupervisorState) norpc_supervised_status_get_state (norpc_supervision_get_status (self->supervision));
}

/**
 * norpc_supervisor_get_n_starts:
 * @self: a supervisor
 *
 * Gets how often the supervisor has begun to create a service.
 *
 * Returns: the number of starts
 * Since: 0.1
 */
guint
norpc_supervisor_get_n_starts (NorpcSupervisor *self)
{
  g_return_val_if_fail (NORPC_IS_SUPERVISOR (self), 0);

  return norpc_supervised_status_get_n_starts (norpc_supervision_get_status (self->supervision));
}

/**
 * norpc_supervisor_dup_error:
 * @self: a supervisor
 *
 * Gets why the last service that has ended by itself has done so.
 *
 * The error is that of the function that creates services or of [method@Norpc.Lifecycle.start]; %NORPC_ERROR_TIMED_OUT if
 * a service did not start in time; %NORPC_ERROR_CLOSED if its server was stopped; or %NORPC_ERROR_FAILED, as for
 * [method@Norpc.Server.start].
 *
 * Returns: (transfer full) (nullable): the error, or %NULL if no service has ended
 * Since: 0.1
 */
GError *
norpc_supervisor_dup_error (NorpcSupervisor *self)
{
  g_return_val_if_fail (NORPC_IS_SUPERVISOR (self), NULL);

  return norpc_supervised_status_dup_error (norpc_supervision_get_status (self->supervision));
}

/**
 * norpc_supervisor_start:
 * @self: a supervisor
 *
 * Has the first service created.
 *
 * This function does not block. It does nothing if the supervisor has been started or stopped before.
 * [method@Norpc.Endpoint.ready_async] waits until a service has started, and fails if it does not start.
 *
 * Since: 0.1
 */
void
norpc_supervisor_start (NorpcSupervisor *self)
{
  g_return_if_fail (NORPC_IS_SUPERVISOR (self));

  norpc_supervision_start (self->supervision);
}

/**
 * norpc_supervisor_restart:
 * @self: a supervisor
 * @mode: how to treat the calls that the service has accepted
 *
 * Replaces the service by another one, also if services have ended too often before.
 *
 * From now on, calls wait for the next service. With %NORPC_STOP_FINISH, this one first answers the calls that it has
 * accepted, and the next one is created when it has stopped. Use this mode in a service that replaces itself, whose
 * client then gets the answer. With %NORPC_STOP_ABANDON, the calls that are not answered fail with %NORPC_ERROR_CLOSED, and
 * the next service is created when this one has stopped, or after a second if it does not stop; both then exist
 * at the same time, in different threads. If services run in a given main context, the next one is created when this one
 * returns to it.
 *
 * Earlier ends of services no longer count for the policy.
 *
 * This function does not block, and the service may call it. It does nothing if the supervisor has not been started, or
 * has been stopped.
 *
 * Since: 0.1
 */
void
norpc_supervisor_restart (NorpcSupervisor *self,
                          NorpcStopMode    mode)
{
  g_return_if_fail (NORPC_IS_SUPERVISOR (self));

  norpc_supervision_restart (self->supervision, mode);
}

#define STOP_REASON "its supervisor was stopped"

static gboolean
stop_run (NorpcSupervisedRun  *run,
          NorpcStopMode        mode,
          GCancellable        *cancellable,
          GError             **error)
{
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (NorpcThread) thread = NULL;

  if (!norpc_supervised_run_wait_made (run, cancellable, error))
    return FALSE;

  server = norpc_supervised_run_dup_server (run);
  if (server != NULL && !norpc_server_stop (server, mode, cancellable, error))
    return FALSE;

  thread = norpc_supervised_run_dup_thread (run);
  if (thread != NULL)
    norpc_thread_stop (thread);

  return TRUE;
}

/**
 * norpc_supervisor_stop:
 * @self: a supervisor
 * @mode: how to treat the calls that the service has accepted
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Stops the service, creates no further one, and blocks until the service has stopped and its thread has ended.
 *
 * From now on, calls fail with %NORPC_ERROR_CLOSED, and so do those that wait for a service. A service that is being
 * created is not started; this function waits for the function that creates it, unless that runs in a given main
 * context. The server is stopped as by [method@Norpc.Server.stop], which also documents the errors. A service that
 * was abandoned before, because it did not stop or start in time, is not waited for.
 *
 * In the function that creates the service, this fails with %NORPC_ERROR_WOULD_DEADLOCK. The supervisor is stopped
 * all the same: the service is not started.
 *
 * Returns: %TRUE if the service has stopped, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_supervisor_stop (NorpcSupervisor  *self,
                       NorpcStopMode     mode,
                       GCancellable     *cancellable,
                       GError          **error)
{
  NorpcSupervisedRun *run;
  gboolean stopped;

  g_return_val_if_fail (NORPC_IS_SUPERVISOR (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  run = norpc_supervision_stop (self->supervision, STOP_REASON);
  stopped = run == NULL || stop_run (run, mode, cancellable, error);
  g_clear_pointer (&run, norpc_supervised_run_unref);

  return stopped;
}

/* Data of a task that stops a run. */
typedef struct
{
  NorpcSupervisedRun *run; /* (owned) */
  NorpcStopMode       mode;
} Stop;

static void
stop_free (gpointer data)
{
  Stop *stop = data;

  norpc_supervised_run_unref (stop->run);
  g_free (stop);
}

/* Runs in the context of the task. */
static void
stopped_cb (GObject      *server,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (norpc_server_stop_finish (NORPC_SERVER (server), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Runs in the context of the task. */
static void
made_cb (GObject      *supervisor G_GNUC_UNUSED,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const Stop *stop = g_task_get_task_data (task);
  g_autoptr (NorpcServer) server = norpc_supervised_run_dup_server (stop->run);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (task, error);
  else if (server == NULL)
    g_task_return_boolean (task, TRUE);
  else
    norpc_server_stop_async (server, stop->mode, g_task_get_cancellable (task), stopped_cb, g_object_ref (task));
}

/* Takes ownership of @run. */
static void
stop_run_async (GTask              *task,
                NorpcSupervisedRun *run,
                NorpcStopMode       mode)
{
  g_autoptr (GTask) making = g_task_new (g_task_get_source_object (task), g_task_get_cancellable (task), made_cb,
                                         g_object_ref (task));
  Stop *stop = g_new0 (Stop, 1);

  *stop = (Stop) { run, mode };
  g_task_set_task_data (task, stop, stop_free);
  g_task_set_source_tag (making, stop_run_async);
  norpc_supervised_run_await_made (run, making);
}

/**
 * norpc_supervisor_stop_async:
 * @self: a supervisor
 * @mode: how to treat the calls that the service has accepted
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the service has stopped
 * @user_data: data for @callback
 *
 * Stops the service asynchronously, and creates no further one.
 *
 * See [method@Norpc.Supervisor.stop]. The operation does not wait for the end of the thread.
 *
 * Since: 0.1
 */
void
norpc_supervisor_stop_async (NorpcSupervisor     *self,
                             NorpcStopMode        mode,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  NorpcSupervisedRun *run;
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (NORPC_IS_SUPERVISOR (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  run = norpc_supervision_stop (self->supervision, STOP_REASON);
  server = run != NULL ? norpc_supervised_run_dup_server (run) : NULL;
  if (server != NULL)
    norpc_server_stop_async (server, mode, NULL, NULL, NULL);
  if (callback != NULL)
    {
      task = g_task_new (self, cancellable, callback, user_data);
      g_task_set_source_tag (task, norpc_supervisor_stop_async);
    }

  if (task != NULL && run != NULL)
    stop_run_async (task, g_steal_pointer (&run), mode);
  else if (task != NULL)
    g_task_return_boolean (task, TRUE);
  g_clear_pointer (&run, norpc_supervised_run_unref);
}

/**
 * norpc_supervisor_stop_finish:
 * @self: a supervisor
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes an operation that was started with [method@Norpc.Supervisor.stop_async].
 *
 * The only error is %G_IO_ERROR_CANCELLED, in which case the service stops nevertheless.
 *
 * Returns: %TRUE if the service has stopped, %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_supervisor_stop_finish (NorpcSupervisor  *self,
                              GAsyncResult     *result,
                              GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_supervisor_stop_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
