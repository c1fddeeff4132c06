/* norpc-proxy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "core/norpc-weak-ref.h"
#include "norpc-closed-endpoint-private.h"
#include "norpc-endpoint-private.h"
#include "norpc-proxy-parts-private.h"
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

G_DEFINE_TYPE_WITH_PRIVATE (NorpcProxy, norpc_proxy, G_TYPE_OBJECT)

typedef enum
{
  PROP_ENDPOINT = 1,
  PROP_TIMEOUT,
  PROP_PRIORITY,
  PROP_CONNECTED,
  PROP_READY,
  PROP_LOAD_PROPERTIES,
  PROP_BUSY,
} NorpcProxyProperty;

static GParamSpec *properties[PROP_BUSY + 1];

NorpcProxyPrivate *
norpc_proxy_get_private (NorpcProxy *self)
{
  return norpc_proxy_get_instance_private (self);
}

GType norpc_proxy_last_type = G_TYPE_INVALID;

/* The slow path of norpc_proxy_is_valid (). */
gboolean
norpc_proxy_check_type (NorpcProxy *self)
{
  if (!NORPC_IS_PROXY (self))
    return FALSE;

  g_atomic_pointer_set (&norpc_proxy_last_type, G_TYPE_FROM_INSTANCE (self));

  return TRUE;
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
      norpc_proxy_get_private (self)->endpoint = g_value_dup_object (value);
      break;

    case PROP_TIMEOUT:
      norpc_proxy_set_timeout (self, g_value_get_uint (value));
      break;

    case PROP_PRIORITY:
      norpc_proxy_set_priority (self, (NorpcPriority) g_value_get_enum (value));
      break;

    case PROP_LOAD_PROPERTIES:
      norpc_proxy_get_private (self)->loads_properties = g_value_get_boolean (value);
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
      g_value_set_object (value, norpc_proxy_get_private (self)->endpoint);
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
      g_value_set_boolean (value, norpc_proxy_get_private (self)->loads_properties);
      break;

    case PROP_BUSY:
      g_value_set_boolean (value, norpc_proxy_is_busy (self));
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
  NorpcProxyPrivate *priv = norpc_proxy_get_private (self);
  NorpcProxyClass *klass = NORPC_PROXY_GET_CLASS (self);

  G_OBJECT_CLASS (norpc_proxy_parent_class)->constructed (object);

  if (priv->endpoint == NULL)
    priv->endpoint = g_object_new (NORPC_TYPE_CLOSED_ENDPOINT, NULL);
  priv->endpoint_iface = NORPC_ENDPOINT_GET_IFACE (priv->endpoint);
  priv->busy_watcher = norpc_proxy_busy_watcher_new (self);
  priv->calls = norpc_call_group_new (G_STRUCT_OFFSET (NorpcCall, proxy_link), priv->busy_watcher);
  if (klass->events == NULL)
    return;

  priv->subscriber = klass->events->subscriber_new (self, klass->interface_info);
  norpc_endpoint_subscribe (priv->endpoint, priv->subscriber);
  priv->is_subscribed = TRUE;
  if (priv->loads_properties)
    klass->events->load (priv->subscriber);
}

/* Called in the thread that disposes of the proxy or its owner. Other threads may be about to
 * pass signals on to it.
 */
void
norpc_proxy_unsubscribe (NorpcProxy *self)
{
  NorpcProxyPrivate *priv = norpc_proxy_get_private (self);

  if (priv->is_subscribed)
    norpc_endpoint_unsubscribe (priv->endpoint, priv->subscriber);
  priv->is_subscribed = FALSE;
}

static void
norpc_proxy_dispose (GObject *object)
{
  NorpcProxyPrivate *priv = norpc_proxy_get_private (NORPC_PROXY (object));
  NorpcSubscriber *subscriber;

  norpc_proxy_unsubscribe (NORPC_PROXY (object));
  subscriber = g_steal_pointer (&priv->subscriber);
  if (subscriber != NULL)
    NORPC_PROXY_GET_CLASS (object)->events->subscriber_close (subscriber);

  G_OBJECT_CLASS (norpc_proxy_parent_class)->dispose (object);
}

static void
norpc_proxy_finalize (GObject *object)
{
  NorpcProxy *self = NORPC_PROXY (object);

  g_clear_pointer (&norpc_proxy_get_private (self)->owner, norpc_owner_free);
  g_clear_object (&norpc_proxy_get_private (self)->endpoint);
  g_clear_pointer (&norpc_proxy_get_private (self)->busy_watcher, norpc_proxy_busy_watcher_close);
  g_clear_pointer (&norpc_proxy_get_private (self)->calls, norpc_call_group_unref);
  norpc_latest_clear (&norpc_proxy_get_private (self)->latest);

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
make_busy_property (void)
{
  /**
   * NorpcProxy:busy: (getter is_busy)
   *
   * Whether calls of the proxy are in flight, other than one-way calls.
   *
   * The proxy notifies in the context in which it was constructed, never within the function that
   * sends a call. When it notifies that it is no longer busy, the callbacks of the calls have run.
   *
   * Since: 0.1
   */
  properties[PROP_BUSY] =
    g_param_spec_boolean ("busy", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
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
   * running server or loses its last one. While a [class@Norpc.Supervisor] or a [class@Norpc.Helper]
   * starts or replaces a service, calls wait for it, and the property is %TRUE. A generated proxy
   * notifies of each change, in the context in which it emits signals, after all signals that the
   * service has emitted before. A handler gets the value at this moment: changes that follow each
   * other closely are one.
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
   * @n_lost: how many emissions were lost; with NATS, how many times messages were lost, which may be others
   *
   * Emitted if the proxy did not emit a signal as fast as the service did, so that the oldest
   * emissions were dropped, or if they were lost on their way from another process. It is emitted
   * in their place: the emission that follows, if any, is the oldest one that was not lost.
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
   * Emitted if the proxy did not emit a signal as fast as the service did, or emissions were lost
   * on their way from another process, and the description says that it then gets no more
   * emissions. A new proxy gets them again.
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

/* Runs in the client's context. A handler may dispose of the owner. */
static void
norpc_proxy_dispatch_properties_changed (GObject     *object,
                                         guint        n_pspecs,
                                         GParamSpec **pspecs)
{
  for (guint i = 0; i < n_pspecs && !norpc_proxy_is_muted (NORPC_PROXY (object)); i++)
    G_OBJECT_CLASS (norpc_proxy_parent_class)->dispatch_properties_changed (object, 1, &pspecs[i]);
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
  object_class->dispatch_properties_changed = norpc_proxy_dispatch_properties_changed;

  make_call_properties ();
  make_busy_property ();
  make_service_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
  install_proxy_signals ();
}

static void
norpc_proxy_init (NorpcProxy *self)
{
  norpc_latest_init (&norpc_proxy_get_private (self)->latest);
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

  return norpc_proxy_get_private (self)->endpoint;
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
  NorpcProxyPrivate *priv;

  g_return_val_if_fail (NORPC_IS_PROXY (self), FALSE);

  priv = norpc_proxy_get_private (self);
  g_atomic_int_set (&priv->was_read, TRUE);

  return !norpc_endpoint_is_closed (priv->endpoint);
}

gboolean
norpc_proxy_connected_was_read (NorpcProxy *self)
{
  return g_atomic_int_get (&norpc_proxy_get_private (self)->was_read);
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

  subscriber = norpc_proxy_get_private (self)->subscriber;

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
 * norpc_proxy_is_busy: (get-property busy)
 * @self: a proxy
 *
 * Checks whether calls of @self are in flight; see [property@Norpc.Proxy:busy].
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if @self waits for a reply
 * Since: 0.1
 */
gboolean
norpc_proxy_is_busy (NorpcProxy *self)
{
  g_return_val_if_fail (NORPC_IS_PROXY (self), FALSE);

  return !norpc_call_group_is_empty (norpc_proxy_get_private (self)->calls);
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

  return (guint) g_atomic_int_get (&norpc_proxy_get_private (self)->timeout);
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

  priv = norpc_proxy_get_private (self);
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

  return (NorpcPriority) g_atomic_int_get (&norpc_proxy_get_private (self)->priority);
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

  priv = norpc_proxy_get_private (self);
  if (g_atomic_int_get (&priv->priority) == (int) priority)
    return;

  g_atomic_int_set (&priv->priority, priority);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PRIORITY]);
}

/* Thread-safe. Returns NULL if the proxy is not a generated one, and after it has been disposed. */
NorpcSubscriber *
norpc_proxy_get_subscriber (NorpcProxy *self)
{
  return norpc_proxy_get_private (self)->subscriber;
}

/* Thread-safe. Returns a cancellable (unowned) that is cancelled when the owner is disposed, or
 * NULL.
 */
GCancellable *
norpc_proxy_get_owner_gone (NorpcProxy *self)
{
  NorpcOwner *owner = g_atomic_pointer_get (&norpc_proxy_get_private (self)->owner);

  return owner != NULL ? norpc_owner_get_gone (owner) : NULL;
}

/* Thread-safe. */
gboolean
norpc_proxy_is_muted (NorpcProxy *self)
{
  return g_cancellable_is_cancelled (norpc_proxy_get_owner_gone (self));
}

/* Runs in the client's context. Returns the proxy (owned) if it may emit signals, or NULL. */
NorpcProxy *
norpc_proxy_lock (GWeakRef *weak_proxy)
{
  g_autoptr (NorpcProxy) proxy = norpc_weak_ref_get (weak_proxy);

  return proxy != NULL && !norpc_proxy_is_muted (proxy) ? g_steal_pointer (&proxy) : NULL;
}
