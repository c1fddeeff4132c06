/* norpc-pool.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-error.h"
#include "norpc-host-private.h"
#include "norpc-pool.h"
#include "norpc-server-private.h"

/**
 * NorpcPool:
 *
 * Several servers of the same kind behind one endpoint.
 *
 * Each has a service of its own, which a function makes, in a thread of its own. A
 * [class@Norpc.Balance] spreads the calls over them. This is for work that is done
 * several times at once, or, by key, for a resource in parts that each have
 * one owner.
 *
 * Dropping the last reference drops the servers, which abandon their calls.
 *
 * Since: 0.1
 */

struct _NorpcPool
{
  GObject parent_instance;

  /* Since construction. */
  GPtrArray     *servers; /* (owned): of owned NorpcServer */
  NorpcEndpoint *balance; /* (owned) */

  int started; /* atomic: or was to be */
};

static void norpc_pool_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcPool, norpc_pool, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT,
                                                      norpc_pool_endpoint_iface_init))

typedef enum
{
  PROP_N_SERVERS = 1,
  PROP_BALANCE,
} NorpcPoolProperty;

static GParamSpec *properties[PROP_BALANCE + 1];

static void
norpc_pool_send (NorpcEndpoint *endpoint,
                 NorpcCall     *call)
{
  norpc_endpoint_send (NORPC_POOL (endpoint)->balance, call);
}

static gboolean
norpc_pool_is_ready (NorpcEndpoint *endpoint)
{
  return norpc_endpoint_is_ready (NORPC_POOL (endpoint)->balance);
}

static void
norpc_pool_await_ready (NorpcEndpoint *endpoint,
                        NorpcCall     *probe)
{
  norpc_endpoint_await_ready (NORPC_POOL (endpoint)->balance, probe);
}

static void
norpc_pool_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_pool_send;
  iface->is_ready = norpc_pool_is_ready;
  iface->await_ready = norpc_pool_await_ready;
}

static void
norpc_pool_get_property (GObject    *object,
                         guint       property_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  NorpcPool *self = NORPC_POOL (object);

  switch ((NorpcPoolProperty) property_id)
    {
    case PROP_N_SERVERS:
      g_value_set_uint (value, self->servers->len);
      break;

    case PROP_BALANCE:
      g_value_set_object (value, self->balance);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_pool_finalize (GObject *object)
{
  NorpcPool *self = NORPC_POOL (object);

  g_ptr_array_unref (self->servers);
  g_clear_object (&self->balance);

  G_OBJECT_CLASS (norpc_pool_parent_class)->finalize (object);
}

static void
norpc_pool_class_init (NorpcPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = norpc_pool_get_property;
  object_class->finalize = norpc_pool_finalize;

  /**
   * NorpcPool:n-servers: (getter get_n_servers)
   *
   * How many servers there are.
   *
   * Since: 0.1
   */
  properties[PROP_N_SERVERS] =
    g_param_spec_uint ("n-servers", NULL, NULL,
                       0, G_MAXUINT, 0,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcPool:balance: (getter get_balance)
   *
   * What spreads the calls over the servers.
   *
   * Since: 0.1
   */
  properties[PROP_BALANCE] =
    g_param_spec_object ("balance", NULL, NULL,
                         NORPC_TYPE_BALANCE,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_pool_init (NorpcPool *self)
{
  self->servers = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
add_server (NorpcPool *self,
            GObject   *service)
{
  NorpcServer *server = norpc_server_new (service);

  g_ptr_array_add (self->servers, server);
  norpc_balance_add_endpoint (NORPC_BALANCE (self->balance),
                              NORPC_ENDPOINT (norpc_server_get_channel (server)));
}

/**
 * norpc_pool_new:
 * @n_servers: how many servers there are, at least 1
 * @policy: which of them gets a call
 * @make_service: (scope call): makes a service for each
 * @user_data: data for @make_service
 *
 * Makes a pool, with services that @make_service makes now.
 *
 * If it makes fewer, there are fewer servers.
 *
 * Returns: (transfer full): a new pool, to be started
 * Since: 0.1
 */
NorpcPool *
norpc_pool_new (guint              n_servers,
                NorpcBalancePolicy policy,
                NorpcServiceFunc   make_service,
                gpointer           user_data)
{
  NorpcPool *self;

  g_return_val_if_fail (n_servers >= 1, NULL);
  g_return_val_if_fail (make_service != NULL, NULL);

  self = g_object_new (NORPC_TYPE_POOL, NULL);
  self->balance = g_object_ref_sink (NORPC_ENDPOINT (norpc_balance_new (policy)));
  for (guint i = 0; i < n_servers; i++)
    {
      g_autoptr (GObject) service = make_service (i, user_data);

      if (service != NULL)
        add_server (self, service);
    }

  return self;
}

/**
 * norpc_pool_get_n_servers:
 * @self: a pool
 *
 * Tells how many servers there are.
 *
 * Returns: the number
 * Since: 0.1
 */
guint
norpc_pool_get_n_servers (NorpcPool *self)
{
  g_return_val_if_fail (NORPC_IS_POOL (self), 0);

  return self->servers->len;
}

/**
 * norpc_pool_get_server:
 * @self: a pool
 * @index: which one, from 0 on
 *
 * Gets one of the servers: to be given layers before it is started, or to be asked
 * for its statistics.
 *
 * Returns: (transfer none): a server
 * Since: 0.1
 */
NorpcServer *
norpc_pool_get_server (NorpcPool *self,
                       guint      index)
{
  g_return_val_if_fail (NORPC_IS_POOL (self), NULL);
  g_return_val_if_fail (index < self->servers->len, NULL);

  return self->servers->pdata[index];
}

/**
 * norpc_pool_get_balance:
 * @self: a pool
 *
 * Gets what spreads the calls over the servers.
 *
 * Returns: (transfer none): the balance
 * Since: 0.1
 */
NorpcBalance *
norpc_pool_get_balance (NorpcPool *self)
{
  g_return_val_if_fail (NORPC_IS_POOL (self), NULL);

  return NORPC_BALANCE (self->balance);
}

static NorpcHost *
get_host (NorpcPool *self,
          guint      i)
{
  return NORPC_SERVER (self->servers->pdata[i])->host;
}

/* Any thread: stops what has started, and does not wait. */
static void
abandon (NorpcPool *self)
{
  for (guint i = 0; i < self->servers->len; i++)
    norpc_host_stop (get_host (self, i), NORPC_STOP_ABANDON, "another server of its pool could not start");
}

/* Any thread: FALSE if there is nothing to start. */
static gboolean
claim_start (NorpcPool  *self,
             GError    **error)
{
  if (self->servers->len == 0)
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                         "The pool has no servers: no service was made for them");
  else if (!g_atomic_int_compare_and_exchange (&self->started, FALSE, TRUE))
    g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_FAILED,
                         "The pool has been started already");
  else
    return TRUE;

  return FALSE;
}

/* The calling thread: starts all at once. */
static gboolean
start_all (NorpcPool     *self,
           GCancellable  *cancellable,
           GError       **error)
{
  for (guint i = 0; i < self->servers->len; i++)
    if (!norpc_host_attach (get_host (self, i), NULL, NULL, error))
      return FALSE;

  for (guint i = 0; i < self->servers->len; i++)
    if (!norpc_waiters_wait (&get_host (self, i)->waiters, get_host (self, i),
                             NORPC_HOST_RUNNING, cancellable, error) ||
        !norpc_host_has_started (get_host (self, i), error))
      return FALSE;

  return TRUE;
}

/**
 * norpc_pool_start:
 * @self: a pool
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Starts the servers, all at once, and waits until their services have started.
 *
 * If one does not start, the others are stopped. The errors are those of
 * [method@Norpc.Server.start]; after %G_IO_ERROR_CANCELLED, they are stopped, too.
 *
 * Returns: %TRUE if all services have started, %FALSE with @error set if not
 * Since: 0.1
 */
gboolean
norpc_pool_start (NorpcPool     *self,
                  GCancellable  *cancellable,
                  GError       **error)
{
  g_return_val_if_fail (NORPC_IS_POOL (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!claim_start (self, error))
    return FALSE;

  if (start_all (self, cancellable, error))
    return TRUE;

  abandon (self);

  return FALSE;
}

/* What is done with all servers, in the context of a task that returns when it
 * is.
 */
typedef struct
{
  guint   n_left;
  GError *error; /* (owned) (nullable): the first */
} Progress;

static void
progress_free (gpointer data)
{
  Progress *progress = data;

  g_clear_error (&progress->error);
  g_free (progress);
}

static GTask *
task_new (NorpcPool           *self,
          GCancellable        *cancellable,
          GAsyncReadyCallback  callback,
          gpointer             user_data,
          gpointer             tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Progress *progress = g_new0 (Progress, 1);

  progress->n_left = self->servers->len;
  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, progress, progress_free);

  return task;
}

/* The task's context: one server more is done. TRUE if it was the last. */
static gboolean
note_done (GTask  *task,
           GError *error)
{
  Progress *progress = g_task_get_task_data (task);

  if (progress->error == NULL)
    progress->error = error;
  else
    g_clear_error (&error);

  return --progress->n_left == 0;
}

static void
return_progress (GTask *task)
{
  Progress *progress = g_task_get_task_data (task);

  if (progress->error != NULL)
    g_task_return_error (task, g_steal_pointer (&progress->error));
  else
    g_task_return_boolean (task, TRUE);
}

/* The task's context. */
static void
server_started_cb (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (!norpc_server_start_finish (NORPC_SERVER (object), result, &error))
    abandon (g_task_get_source_object (task));
  if (note_done (task, error))
    return_progress (task);
}

/**
 * norpc_pool_start_async:
 * @self: a pool
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): called when the services have started
 * @user_data: data for @callback
 *
 * Starts the servers, without waiting for their services.
 *
 * Since: 0.1
 */
void
norpc_pool_start_async (NorpcPool           *self,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (NORPC_IS_POOL (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = task_new (self, cancellable, callback, user_data, norpc_pool_start_async);
  if (!claim_start (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  for (guint i = 0; i < self->servers->len; i++)
    norpc_server_start_async (self->servers->pdata[i], cancellable,
                              server_started_cb, g_object_ref (task));
}

/**
 * norpc_pool_start_finish:
 * @self: a pool
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Tells how [method@Norpc.Pool.start_async] went.
 *
 * The errors are those of [method@Norpc.Pool.start].
 *
 * Returns: %TRUE if all services have started, %FALSE with @error set if not
 * Since: 0.1
 */
gboolean
norpc_pool_start_finish (NorpcPool     *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_pool_start_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * norpc_pool_stop:
 * @self: a pool
 * @mode: what becomes of the calls that the servers have accepted
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Stops the servers, all at once, and waits until their services have stopped.
 *
 * It does with each what [method@Norpc.Server.stop] does, and has the same errors.
 *
 * Returns: %TRUE if all services have stopped, %FALSE with @error set if not
 * Since: 0.1
 */
gboolean
norpc_pool_stop (NorpcPool      *self,
                 NorpcStopMode   mode,
                 GCancellable   *cancellable,
                 GError        **error)
{
  GError *first_error = NULL;

  g_return_val_if_fail (NORPC_IS_POOL (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  for (guint i = 0; i < self->servers->len; i++)
    if (norpc_host_get_state (get_host (self, i)) != NORPC_HOST_NEW)
      norpc_server_stop_async (self->servers->pdata[i], mode, NULL, NULL, NULL);

  for (guint i = 0; i < self->servers->len; i++)
    norpc_server_stop (self->servers->pdata[i], mode, cancellable,
                       first_error == NULL ? &first_error : NULL);

  if (first_error != NULL)
    g_propagate_error (error, first_error);

  return first_error == NULL;
}

/* The task's context. */
static void
server_stopped_cb (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  norpc_server_stop_finish (NORPC_SERVER (object), result, &error);
  if (note_done (task, error))
    return_progress (task);
}

/**
 * norpc_pool_stop_async:
 * @self: a pool
 * @mode: what becomes of the calls that the servers have accepted
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): called when the services have stopped
 * @user_data: data for @callback
 *
 * Stops the servers, without waiting for their services.
 *
 * Since: 0.1
 */
void
norpc_pool_stop_async (NorpcPool           *self,
                       NorpcStopMode        mode,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (NORPC_IS_POOL (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = task_new (self, cancellable, callback, user_data, norpc_pool_stop_async);
  if (self->servers->len == 0)
    g_task_return_boolean (task, TRUE);
  for (guint i = 0; i < self->servers->len; i++)
    norpc_server_stop_async (self->servers->pdata[i], mode, cancellable,
                             server_stopped_cb, g_object_ref (task));
}

/**
 * norpc_pool_stop_finish:
 * @self: a pool
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Tells how [method@Norpc.Pool.stop_async] went.
 *
 * The only error is %G_IO_ERROR_CANCELLED: then the servers stop all the same.
 *
 * Returns: %TRUE if all services have stopped, %FALSE with @error set if not
 * Since: 0.1
 */
gboolean
norpc_pool_stop_finish (NorpcPool     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, norpc_pool_stop_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
