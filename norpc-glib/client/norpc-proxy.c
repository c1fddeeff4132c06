/* norpc-proxy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "norpc-closed-endpoint-private.h"
#include "norpc-endpoint-private.h"
#include "norpc-proxy-private.h"
#include "norpc-enum-types.h"

/**
 * NorpcProxy:
 *
 * The base class of generated client proxies.
 *
 * A proxy sends calls to an endpoint. It is thread-safe, and replies are delivered in the
 * thread-default main context of the caller. A proxy may outlive the service that it
 * calls: calls then fail with %NORPC_ERROR_CLOSED. So do the calls of a proxy that is
 * constructed without an endpoint.
 *
 * Arguments are checked when a call is sent. A call fails with
 * %NORPC_ERROR_INVALID_ARGUMENT if an argument does not match the description, for
 * example if it is %NULL and not nullable, has another type, or is text that is not valid
 * UTF-8. Elements of arrays and fields of records are checked, too.
 *
 * Since: 0.1
 */

typedef struct
{
  NorpcEndpoint *endpoint; /* (owned), since construction */
  int            timeout;  /* atomic: milliseconds, or 0 */
  int            priority; /* atomic: NorpcPriority */
  NorpcCallGroup *calls;   /* (owned), since construction: the calls in flight */
  NorpcLatest    latest;   /* has its own lock */
  NorpcSubscriber *subscriber; /* (owned) (nullable), since construction, until it is disposed */
  gboolean       loads_properties; /* since construction */
} NorpcProxyPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (NorpcProxy, norpc_proxy, G_TYPE_OBJECT)

typedef enum
{
  PROP_ENDPOINT = 1,
  PROP_TIMEOUT,
  PROP_PRIORITY,
  PROP_CONNECTED,
  PROP_READY,
  PROP_LOAD_PROPERTIES,
} NorpcProxyProperty;

static GParamSpec *properties[PROP_LOAD_PROPERTIES + 1];

static NorpcProxyPrivate *
get_proxy_private (NorpcProxy *self)
{
  return norpc_proxy_get_instance_private (self);
}

static void
norpc_proxy_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  NorpcProxy *self = NORPC_PROXY (object);

  switch ((NorpcProxyProperty) property_id)
    {
    case PROP_ENDPOINT:
      get_proxy_private (self)->endpoint = g_value_dup_object (value);
      break;

    case PROP_TIMEOUT:
      norpc_proxy_set_timeout (self, g_value_get_uint (value));
      break;

    case PROP_PRIORITY:
      norpc_proxy_set_priority (self, (NorpcPriority) g_value_get_enum (value));
      break;

    case PROP_LOAD_PROPERTIES:
      get_proxy_private (self)->loads_properties = g_value_get_boolean (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_proxy_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  NorpcProxy *self = NORPC_PROXY (object);

  switch ((NorpcProxyProperty) property_id)
    {
    case PROP_ENDPOINT:
      g_value_set_object (value, get_proxy_private (self)->endpoint);
      break;

    case PROP_TIMEOUT:
      g_value_set_uint (value, norpc_proxy_get_timeout (self));
      break;

    case PROP_PRIORITY:
      g_value_set_enum (value, norpc_proxy_get_priority (self));
      break;

    case PROP_CONNECTED:
      g_value_set_boolean (value, norpc_proxy_is_connected (self));
      break;

    case PROP_READY:
      g_value_set_boolean (value, norpc_proxy_is_ready (self));
      break;

    case PROP_LOAD_PROPERTIES:
      g_value_set_boolean (value, get_proxy_private (self)->loads_properties);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_proxy_constructed (GObject *object)
{
  NorpcProxy *self = NORPC_PROXY (object);
  NorpcProxyPrivate *priv = get_proxy_private (self);
  NorpcProxyClass *klass = NORPC_PROXY_GET_CLASS (self);

  G_OBJECT_CLASS (norpc_proxy_parent_class)->constructed (object);

  if (priv->endpoint == NULL)
    priv->endpoint = g_object_new (NORPC_TYPE_CLOSED_ENDPOINT, NULL);
  if (klass->events == NULL)
    return;

  priv->subscriber = klass->events->subscriber_new (self, klass->interface_info);
  norpc_endpoint_subscribe (priv->endpoint, priv->subscriber);
  if (priv->loads_properties)
    klass->events->load (priv->subscriber);
}

/* Called in the thread that disposes of the proxy. Other threads may be about to pass signals on
 * to it.
 */
static void
norpc_proxy_dispose (GObject *object)
{
  NorpcProxyPrivate *priv = get_proxy_private (NORPC_PROXY (object));
  NorpcSubscriber *subscriber = g_steal_pointer (&priv->subscriber);

  if (subscriber != NULL)
    {
      norpc_endpoint_unsubscribe (priv->endpoint, subscriber);
      NORPC_PROXY_GET_CLASS (object)->events->subscriber_close (subscriber);
    }

  G_OBJECT_CLASS (norpc_proxy_parent_class)->dispose (object);
}

static void
norpc_proxy_finalize (GObject *object)
{
  NorpcProxy *self = NORPC_PROXY (object);

  g_clear_object (&get_proxy_private (self)->endpoint);
  g_clear_pointer (&get_proxy_private (self)->calls, norpc_call_group_unref);
  norpc_latest_clear (&get_proxy_private (self)->latest);

  G_OBJECT_CLASS (norpc_proxy_parent_class)->finalize (object);
}

static void
make_call_properties (void)
{
  /**
   * NorpcProxy:endpoint: (getter get_endpoint)
   *
   * The endpoint that calls are sent to.
   *
   * If it is %NULL at construction, the proxy has an endpoint that is always closed.
   *
   * Since: 0.1
   */
  properties[PROP_ENDPOINT] =
    g_param_spec_object ("endpoint", NULL, NULL,
                         NORPC_TYPE_ENDPOINT,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcProxy:timeout: (getter get_timeout) (setter set_timeout)
   *
   * The timeout of a call in milliseconds, or %NORPC_NO_TIMEOUT, or 0 for the default: the
   * timeout in the description or, if there is none, %NORPC_NO_TIMEOUT for asynchronous
   * calls and %NORPC_DEFAULT_SYNC_TIMEOUT for synchronous calls.
   *
   * Since: 0.1
   */
  properties[PROP_TIMEOUT] =
    g_param_spec_uint ("timeout", NULL, NULL,
                       0, G_MAXUINT, 0,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcProxy:priority: (getter get_priority) (setter set_priority)
   *
   * The priority of calls in the queue to the service.
   *
   * Since: 0.1
   */
  properties[PROP_PRIORITY] =
    g_param_spec_enum ("priority", NULL, NULL,
                       NORPC_TYPE_PRIORITY, NORPC_PRIORITY_NORMAL,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
}

static void
make_service_properties (void)
{
  /**
   * NorpcProxy:connected: (getter is_connected)
   *
   * Whether the endpoint accepts calls.
   *
   * It changes when a server starts or stops, or when a [class@Norpc.Balance] gets its first
   * running server or loses its last one. A proxy of an interface with signals or properties
   * notifies of each change, in the context in which it emits signals, after all signals that the
   * service has emitted before.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECTED] =
    g_param_spec_boolean ("connected", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcProxy:ready: (getter is_ready)
   *
   * Whether the proxy has had the values of all properties of its service.
   *
   * Before that, the properties of the proxy have default values. A proxy of an interface
   * without properties is always ready.
   *
   * Since: 0.1
   */
  properties[PROP_READY] =
    g_param_spec_boolean ("ready", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcProxy:load-properties:
   *
   * Whether the proxy requests the values of the properties when it is constructed.
   *
   * Otherwise it does not show them before [method@Norpc.Proxy.load_async] or
   * [method@Norpc.Proxy.load_sync] is called.
   *
   * Since: 0.1
   */
  properties[PROP_LOAD_PROPERTIES] =
    g_param_spec_boolean ("load-properties", NULL, NULL,
                          TRUE,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
}

static void
install_proxy_signals (void)
{
  /**
   * NorpcProxy::signals-lost:
   * @self: the proxy
   * @signal_name: the name of a signal
   * @n_lost: how many emissions were lost
   *
   * Emitted if the proxy did not emit a signal as fast as the service did, so that the oldest
   * emissions were dropped. The emission that follows is the oldest one that was not
   * dropped.
   *
   * Since: 0.1
   */
  g_signal_new ("signals-lost", NORPC_TYPE_PROXY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_UINT);

  /**
   * NorpcProxy::signal-closed:
   * @self: the proxy
   * @signal_name: the name of a signal
   *
   * Emitted if the proxy did not emit a signal as fast as the service did, and the
   * description says that it then gets no more emissions. A new proxy gets them again.
   *
   * Since: 0.1
   */
  g_signal_new ("signal-closed", NORPC_TYPE_PROXY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);

  /**
   * NorpcProxy::write-failed:
   * @self: the proxy
   * @property_name: the name of a property
   * @error: the error
   *
   * Emitted if a value that was written to a property of the proxy could not be set in the
   * service. If no other write of the property is in flight, the property has the value of
   * the service again.
   *
   * Since: 0.1
   */
  g_signal_new ("write-failed", NORPC_TYPE_PROXY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_ERROR);
}

static void
norpc_proxy_class_init (NorpcProxyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_proxy_set_property;
  object_class->get_property = norpc_proxy_get_property;
  object_class->constructed = norpc_proxy_constructed;
  object_class->dispose = norpc_proxy_dispose;
  object_class->finalize = norpc_proxy_finalize;

  make_call_properties ();
  make_service_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  install_proxy_signals ();
}

static void
norpc_proxy_init (NorpcProxy *self)
{
  get_proxy_private (self)->calls = norpc_call_group_new (G_STRUCT_OFFSET (NorpcCall, proxy_link));
  norpc_latest_init (&get_proxy_private (self)->latest);
}

/**
 * norpc_proxy_get_endpoint:
 * @self: a proxy
 *
 * Gets the endpoint that calls are sent to.
 *
 * Returns: (transfer none): the endpoint
 * Since: 0.1
 */
NorpcEndpoint *
norpc_proxy_get_endpoint (NorpcProxy *self)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), NULL);

  return get_proxy_private (self)->endpoint;
}

/**
 * norpc_proxy_is_connected: (get-property connected)
 * @self: a proxy
 *
 * Checks whether the endpoint accepts calls; see [property@Norpc.Proxy:connected].
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if the endpoint accepts calls
 * Since: 0.1
 */
gboolean
norpc_proxy_is_connected (NorpcProxy *self)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), FALSE);

  return !norpc_endpoint_is_closed (get_proxy_private (self)->endpoint);
}

/**
 * norpc_proxy_is_ready: (get-property ready)
 * @self: a proxy
 *
 * Checks whether the proxy has had the values of all properties; see
 * [property@Norpc.Proxy:ready].
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if the proxy is ready
 * Since: 0.1
 */
gboolean
norpc_proxy_is_ready (NorpcProxy *self)
{
  NorpcSubscriber *subscriber;

  g_return_val_if_fail (NORPC_IS_PROXY (self), FALSE);

  subscriber = get_proxy_private (self)->subscriber;

  return subscriber == NULL || NORPC_PROXY_GET_CLASS (self)->events->is_ready (subscriber);
}

/* Runs in the client's context. A property of the interface may have the same name. */
void
norpc_proxy_notify_ready (NorpcProxy *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_READY]);
}

/* Runs in the client's context, as norpc_proxy_notify_ready (). */
void
norpc_proxy_notify_connected (NorpcProxy *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECTED]);
}

/**
 * norpc_proxy_get_timeout:
 * @self: a proxy
 *
 * Gets the timeout of calls.
 *
 * Returns: the timeout in milliseconds, %NORPC_NO_TIMEOUT, or 0 for the default; see
 *   [method@Norpc.Proxy.set_timeout]
 * Since: 0.1
 */
guint
norpc_proxy_get_timeout (NorpcProxy *self)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), 0);

  return (guint) g_atomic_int_get (&get_proxy_private (self)->timeout);
}

/**
 * norpc_proxy_set_timeout:
 * @self: a proxy
 * @milliseconds: the timeout in milliseconds, %NORPC_NO_TIMEOUT, or 0 for the default
 *
 * Sets the timeout of calls that are sent from now on.
 *
 * The default is the timeout in the description. If there is none, asynchronous calls
 * never time out, and synchronous calls time out after %NORPC_DEFAULT_SYNC_TIMEOUT.
 *
 * A call that times out fails with %NORPC_ERROR_TIMED_OUT. If it is still waiting for the
 * service, its handler never starts; if the service is handling it, the work is
 * cancelled. A call that a handler sends never gets more time than is left for the call
 * being handled. See also [func@Norpc.timeout_push].
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_proxy_set_timeout (NorpcProxy *self,
                         guint       milliseconds)
{
  NorpcProxyPrivate *priv;

  g_return_if_fail (NORPC_IS_PROXY (self));

  priv = get_proxy_private (self);
  if ((guint) g_atomic_int_get (&priv->timeout) == milliseconds)
    return;

  g_atomic_int_set (&priv->timeout, (int) milliseconds);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIMEOUT]);
}

/**
 * norpc_proxy_get_priority:
 * @self: a proxy
 *
 * Gets the priority of calls in the queue to the service.
 *
 * Returns: the priority
 * Since: 0.1
 */
NorpcPriority
norpc_proxy_get_priority (NorpcProxy *self)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), NORPC_PRIORITY_NORMAL);

  return (NorpcPriority) g_atomic_int_get (&get_proxy_private (self)->priority);
}

/**
 * norpc_proxy_set_priority:
 * @self: a proxy
 * @priority: the priority
 *
 * Sets the priority of calls that are sent from now on, in the queue to the service.
 *
 * A call that a handler sends through a proxy of normal priority inherits the priority of
 * the call being handled.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_proxy_set_priority (NorpcProxy    *self,
                          NorpcPriority  priority)
{
  NorpcProxyPrivate *priv;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (priority >= NORPC_PRIORITY_LOW && priority <= NORPC_PRIORITY_URGENT);

  priv = get_proxy_private (self);
  if (g_atomic_int_get (&priv->priority) == (int) priority)
    return;

  g_atomic_int_set (&priv->priority, priority);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PRIORITY]);
}

/**
 * norpc_proxy_cancel_all:
 * @self: a proxy
 *
 * Cancels all calls in flight that were sent by @self.
 *
 * Each call fails with %G_IO_ERROR_CANCELLED, as if its cancellable had been cancelled.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_proxy_cancel_all (NorpcProxy *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (NORPC_IS_PROXY (self));

  g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "All calls of the proxy were cancelled");
  norpc_call_group_cancel (get_proxy_private (self)->calls, error);
}

/* Thread-safe. Returns NULL if the interface has neither signals nor properties, and after the proxy
 * has been disposed.
 */
NorpcSubscriber *
norpc_proxy_get_subscriber (NorpcProxy *self)
{
  return get_proxy_private (self)->subscriber;
}

/* Called in the client's thread, before it sends the call. */
NorpcCallOrigin
norpc_proxy_prepare_call (NorpcProxy *self,
                          NorpcCall  *call)
{
  NorpcProxyPrivate *priv = get_proxy_private (self);
  int priority = g_atomic_int_get (&priv->priority);

  if (!call->has_timeout)
    call->timeout = (guint) g_atomic_int_get (&priv->timeout);
  if (!call->has_priority && priority != NORPC_PRIORITY_NORMAL)
    norpc_call_set_priority (call, (NorpcPriority) priority);

  return (NorpcCallOrigin) { priv->calls, &priv->latest };
}

/* Runs in the client's context. Returns the reply with the task, which runs its callback. */
static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (norpc_reply_propagate_error (reply, &error))
    {
      g_task_return_pointer (task, reply, (GDestroyNotify) norpc_reply_unref);
    }
  else
    {
      norpc_reply_unref (reply);
      g_task_return_error (task, error);
    }
}

/**
 * norpc_proxy_call:
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @callback: (nullable) (scope async): the function to call when the reply arrives
 * @user_data: data for @callback
 *
 * Sends a call asynchronously.
 *
 * Generated functions use this function. The source tag of the result is the
 * [struct@Norpc.MethodInfo] of the method. @callback is called in the thread-default main
 * context of the caller, never within this function.
 *
 * Since: 0.1
 */
void
norpc_proxy_call (NorpcProxy          *self,
                  NorpcCall           *call,
                  GCancellable        *cancellable,
                  GAsyncReadyCallback  callback,
                  gpointer             user_data)
{
  NorpcCallOrigin origin;
  GTask *task;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (norpc_call_is_new (call));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  origin = norpc_proxy_prepare_call (self, call);
  if (callback == NULL)
    {
      norpc_endpoint_call_for (get_proxy_private (self)->endpoint, call, &origin, cancellable, NULL, NULL);
      return;
    }

  task = g_task_new (self, cancellable, callback, user_data);
  /* The macro of the same name would also set the name of the task, which takes longer than
   * everything else here.
   */
  (g_task_set_source_tag) (task, (gpointer) norpc_call_get_method_info (call));
  norpc_call_send_note_iteration (call);
  norpc_endpoint_call_for (get_proxy_private (self)->endpoint, call, &origin, cancellable, reply_cb, task);
}

/**
 * norpc_proxy_call_finish:
 * @self: a proxy
 * @result: the result that was passed to the callback
 * @error: return location for an error
 *
 * Finishes a call that was sent with [method@Norpc.Proxy.call].
 *
 * Errors are those of the service and of [error@Norpc.Error], and %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the reply, or %NULL if the call failed and @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_proxy_call_finish (NorpcProxy    *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * norpc_proxy_call_sync:
 * @self: a proxy
 * @call: (transfer full): a call
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Sends a call, and blocks until the reply arrives. Does not run a main context.
 *
 * Errors are those of [method@Norpc.Endpoint.call_sync].
 *
 * Returns: (transfer full): the reply, or %NULL if the call failed and @error is set
 * Since: 0.1
 */
NorpcReply *
norpc_proxy_call_sync (NorpcProxy    *self,
                       NorpcCall     *call,
                       GCancellable  *cancellable,
                       GError       **error)
{
  NorpcCallOrigin origin;

  g_return_val_if_fail (NORPC_IS_PROXY (self), NULL);
  g_return_val_if_fail (call != NULL, NULL);
  g_return_val_if_fail (norpc_call_is_new (call), NULL);

  origin = norpc_proxy_prepare_call (self, call);

  return norpc_endpoint_call_sync_for (get_proxy_private (self)->endpoint, call, &origin, cancellable, error);
}

/**
 * norpc_proxy_send:
 * @self: a proxy
 * @call: (transfer full): a call
 *
 * Sends a one-way call, without waiting for an answer.
 *
 * Generated functions of `oneway` methods use this function. The call has no deadline,
 * cannot be cancelled, and inherits neither from a call that is being handled. It is
 * handled after the calls that were sent before it.
 *
 * If the service fails or does not implement the method, a warning is logged, once for
 * each method and error code. If the call is rejected with %NORPC_ERROR_BUSY or
 * %NORPC_ERROR_CLOSED, it is dropped without a warning, because this is normal under load
 * and when a program exits.
 *
 * This function does not block, and is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_proxy_send (NorpcProxy *self,
                  NorpcCall  *call)
{
  NorpcCallOrigin origin;

  g_return_if_fail (NORPC_IS_PROXY (self));
  g_return_if_fail (call != NULL);
  g_return_if_fail (norpc_call_is_new (call));

  origin = norpc_proxy_prepare_call (self, call);
  call->one_way = TRUE;
  norpc_endpoint_send_for (get_proxy_private (self)->endpoint, call, &origin);
}
