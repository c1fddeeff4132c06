/* norpc-server.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "channel/norpc-channel-private.h"
#include "channel/norpc-channel.h"
#include "norpc-server-private.h"
#include "norpc-thread.h"

/**
 * NorpcServer:
 *
 * Runs a service: dequeues calls from a channel and passes them to the service, in one
 * main context.
 *
 * A service is any object that implements one or more generated interfaces. Its code runs
 * only in the server's context: in a thread of its own ([ctor@Norpc.Server.new]), in a
 * thread that it shares with other services ([ctor@Norpc.Server.new_on_thread]), or in a
 * main context that the application runs ([ctor@Norpc.Server.new_in_context]). The
 * service is also finalized there, provided that the application has released its own
 * references.
 *
 * A service can implement [iface@Norpc.Lifecycle] to run code when it starts and stops.
 *
 * Releasing the last reference to a server abandons all calls, as with
 * %NORPC_STOP_ABANDON, and does not wait; [method@Norpc.Server.stop] does. A server that
 * has stopped cannot be started again.
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (NorpcServer, norpc_server, G_TYPE_OBJECT)

typedef enum
{
  PROP_SERVICE = 1,
  PROP_CHANNEL,
  PROP_THREAD,
  PROP_MAIN_CONTEXT,
  PROP_MAX_OPEN_CALLS,
  PROP_ONE_CALL_PER_CLIENT,
  PROP_COLLECT_STATS,
} NorpcServerProperty;

static GParamSpec *properties[PROP_COLLECT_STATS + 1];

static void
norpc_server_constructed (GObject *object)
{
  NorpcServer *self = NORPC_SERVER (object);

  G_OBJECT_CLASS (norpc_server_parent_class)->constructed (object);

  if (self->channel == NULL)
    self->channel = norpc_channel_new (NORPC_CHANNEL_DEFAULT_CAPACITY, NORPC_WHEN_FULL_BUSY);

  /* One without a service never starts, but the rest of it can be used as that of any other. */
  self->has_service = self->service != NULL;
  if (!self->has_service)
    self->service = g_object_new (G_TYPE_OBJECT, NULL);

  self->worker = norpc_worker_new (self->service, self->channel);
  g_clear_object (&self->service);
}

static void
norpc_server_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  NorpcServer *self = NORPC_SERVER (object);

  switch ((NorpcServerProperty) property_id)
    {
    case PROP_SERVICE:
      self->service = g_value_dup_object (value);
      break;

    case PROP_CHANNEL:
      self->channel = g_value_dup_object (value);
      break;

    case PROP_THREAD:
      self->thread = g_value_dup_object (value);
      break;

    case PROP_MAIN_CONTEXT:
      self->context = g_value_dup_boxed (value);
      break;

    case PROP_MAX_OPEN_CALLS:
      norpc_server_set_max_open_calls (self, g_value_get_uint (value));
      break;

    case PROP_ONE_CALL_PER_CLIENT:
      norpc_server_set_one_call_per_client (self, g_value_get_boolean (value));
      break;

    case PROP_COLLECT_STATS:
      norpc_server_set_collect_stats (self, g_value_get_boolean (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_server_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  NorpcServer *self = NORPC_SERVER (object);

  switch ((NorpcServerProperty) property_id)
    {
    case PROP_CHANNEL:
      g_value_set_object (value, self->channel);
      break;

    case PROP_THREAD:
      g_value_set_object (value, self->thread);
      break;

    case PROP_MAIN_CONTEXT:
      g_value_set_boxed (value, self->context);
      break;

    case PROP_MAX_OPEN_CALLS:
      g_value_set_uint (value, norpc_server_get_max_open_calls (self));
      break;

    case PROP_ONE_CALL_PER_CLIENT:
      g_value_set_boolean (value, norpc_server_get_one_call_per_client (self));
      break;

    case PROP_COLLECT_STATS:
      g_value_set_boolean (value, norpc_server_get_collect_stats (self));
      break;

    case PROP_SERVICE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Thread-safe. Does not wait, because it may run in any thread. */
static void
norpc_server_dispose (GObject *object)
{
  NorpcServer *self = NORPC_SERVER (object);

  if (self->worker != NULL)
    norpc_worker_stop (self->worker, NORPC_STOP_ABANDON, "its server was released");

  G_OBJECT_CLASS (norpc_server_parent_class)->dispose (object);
}

static void
norpc_server_finalize (GObject *object)
{
  NorpcServer *self = NORPC_SERVER (object);

  g_clear_pointer (&self->worker, norpc_worker_unref);
  g_clear_object (&self->channel);
  g_clear_object (&self->service);
  g_clear_object (&self->thread);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (norpc_server_parent_class)->finalize (object);
}

/* Installs the construct-only properties. */
static void
make_construction_properties (void)
{
  /**
   * NorpcServer:service:
   *
   * The service.
   *
   * It belongs to its main context, so the property cannot be read.
   *
   * Since: 0.1
   */
  properties[PROP_SERVICE] =
    g_param_spec_object ("service", NULL, NULL,
                         G_TYPE_OBJECT,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcServer:channel: (getter get_channel)
   *
   * The channel that the server takes calls from.
   *
   * If it is %NULL at construction, the server creates a channel.
   *
   * Since: 0.1
   */
  properties[PROP_CHANNEL] =
    g_param_spec_object ("channel", NULL, NULL,
                         NORPC_TYPE_CHANNEL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcServer:thread:
   *
   * The thread that the service runs in.
   *
   * If both this property and [property@Norpc.Server:main-context] are %NULL, the server
   * creates a thread when it starts. That thread is not available through this property.
   *
   * Since: 0.1
   */
  properties[PROP_THREAD] =
    g_param_spec_object ("thread", NULL, NULL,
                         NORPC_TYPE_THREAD,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcServer:main-context:
   *
   * The main context that the service runs in, if the application runs that context.
   *
   * Since: 0.1
   */
  properties[PROP_MAIN_CONTEXT] =
    g_param_spec_boxed ("main-context", NULL, NULL,
                        G_TYPE_MAIN_CONTEXT,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
}

static void
norpc_server_class_init (NorpcServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = norpc_server_constructed;
  object_class->set_property = norpc_server_set_property;
  object_class->get_property = norpc_server_get_property;
  object_class->dispose = norpc_server_dispose;
  object_class->finalize = norpc_server_finalize;

  make_construction_properties ();

  /**
   * NorpcServer:max-open-calls: (getter get_max_open_calls) (setter set_max_open_calls)
   *
   * The maximum number of open calls of the service, or 0 for no limit.
   *
   * See [method@Norpc.Server.set_max_open_calls].
   *
   * Since: 0.1
   */
  properties[PROP_MAX_OPEN_CALLS] =
    g_param_spec_uint ("max-open-calls", NULL, NULL,
                       0, G_MAXINT, 0,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcServer:one-call-per-client: (getter get_one_call_per_client) (setter set_one_call_per_client)
   *
   * Whether each client has at most one open call at a time.
   *
   * See [method@Norpc.Server.set_one_call_per_client].
   *
   * Since: 0.1
   */
  properties[PROP_ONE_CALL_PER_CLIENT] =
    g_param_spec_boolean ("one-call-per-client", NULL, NULL,
                          FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcServer:collect-stats: (getter get_collect_stats) (setter set_collect_stats)
   *
   * Whether the server collects statistics of its calls.
   *
   * Since: 0.1
   */
  properties[PROP_COLLECT_STATS] =
    g_param_spec_boolean ("collect-stats", NULL, NULL,
                          FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_server_init (NorpcServer *self G_GNUC_UNUSED)
{
}

/**
 * norpc_server_new:
 * @service: an object that implements one or more generated interfaces
 *
 * Creates a server that runs @service in a thread of its own.
 *
 * Returns: (transfer full): a new server, which has not been started
 * Since: 0.1
 */
NorpcServer *
norpc_server_new (GObject *service)
{
  g_return_val_if_fail (G_IS_OBJECT (service), NULL);

  return g_object_new (NORPC_TYPE_SERVER, "service", service, NULL);
}

/**
 * norpc_server_new_on_thread:
 * @service: an object that implements one or more generated interfaces
 * @thread: a thread, which can be shared with other servers
 *
 * Creates a server that runs @service on @thread.
 *
 * Returns: (transfer full): a new server, which has not been started
 * Since: 0.1
 */
NorpcServer *
norpc_server_new_on_thread (GObject     *service,
                            NorpcThread *thread)
{
  g_return_val_if_fail (G_IS_OBJECT (service), NULL);
  g_return_val_if_fail (NORPC_IS_THREAD (thread), NULL);

  return g_object_new (NORPC_TYPE_SERVER, "service", service, "thread", thread, NULL);
}

/**
 * norpc_server_new_in_context:
 * @service: an object that implements one or more generated interfaces
 * @context: (nullable): a main context that the application runs, or %NULL for the global
 *   default context
 *
 * Creates a server that runs @service in @context.
 *
 * Returns: (transfer full): a new server, which has not been started
 * Since: 0.1
 */
NorpcServer *
norpc_server_new_in_context (GObject      *service,
                             GMainContext *context)
{
  g_return_val_if_fail (G_IS_OBJECT (service), NULL);

  return g_object_new (NORPC_TYPE_SERVER,
                       "service", service,
                       "main-context", context != NULL ? context : g_main_context_default (),
                       NULL);
}

/**
 * norpc_server_get_channel:
 * @self: a server
 *
 * Gets the channel of the server, which proxies for the service use as their endpoint.
 *
 * The channel is thread-safe, and may outlive the server.
 *
 * Returns: (transfer none): the channel
 * Since: 0.1
 */
NorpcChannel *
norpc_server_get_channel (NorpcServer *self)
{
  g_return_val_if_fail (NORPC_IS_SERVER (self), NULL);

  return self->channel;
}

/**
 * norpc_server_get_endpoint:
 * @self: a server
 *
 * Gets the endpoint of the server, which proxies for the service are made with: its channel.
 *
 * The endpoint is thread-safe, and may outlive the server.
 *
 * Returns: (transfer none): the endpoint
 * Since: 0.1
 */
NorpcEndpoint *
norpc_server_get_endpoint (NorpcServer *self)
{
  g_return_val_if_fail (NORPC_IS_SERVER (self), NULL);

  return NORPC_ENDPOINT (self->channel);
}

/**
 * norpc_server_add_layer:
 * @self: a server that has not been started
 * @layer: a layer
 *
 * Adds a layer in front of the service, behind those that were added before. Calls pass
 * through layers in this order. Adding a layer after the server has started is a programmer
 * error.
 *
 * The service gets each call in its own context, even if layers pass the call on in
 * another thread. A call that is pending in a layer is open: it counts for
 * [property@Norpc.Server:max-open-calls], and a server that stops with %NORPC_STOP_FINISH
 * waits for it as long as its client does.
 *
 * Since: 0.1
 */
void
norpc_server_add_layer (NorpcServer *self,
                        NorpcLayer  *layer)
{
  g_return_if_fail (NORPC_IS_SERVER (self));
  g_return_if_fail (NORPC_IS_LAYER (layer));
  g_return_if_fail (norpc_layer_get_endpoint (layer) == NULL);
  g_return_if_fail (norpc_worker_get_phase (self->worker) == NORPC_SERVER_NEW);

  norpc_worker_add_layer (self->worker, layer);
}

/**
 * norpc_server_get_max_open_calls:
 * @self: a server
 *
 * Gets the maximum number of open calls of the service.
 *
 * Returns: the maximum number, or 0 for no limit
 * Since: 0.1
 */
guint
norpc_server_get_max_open_calls (NorpcServer *self)
{
  g_return_val_if_fail (NORPC_IS_SERVER (self), 0);

  return (guint) g_atomic_int_get (&self->worker->pending.max_open);
}

/**
 * norpc_server_set_max_open_calls:
 * @self: a server
 * @max_open_calls: the maximum number, at most %G_MAXINT, or 0 for no limit
 *
 * Sets the maximum number of open calls of the service.
 *
 * A call is open from when the service gets it until the service has answered it, or has
 * released its last reference to it. It stays open if the client cancels the call or if
 * it times out, because the service may still be working on it;
 * [method@Norpc.Call.get_cancellable] notifies the service. Other calls wait in the
 * channel meanwhile. With a maximum of 1, the service gets a call only when the one
 * before is no longer open, even if it answers later. By default there is no limit.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_server_set_max_open_calls (NorpcServer *self,
                                 guint        max_open_calls)
{
  g_return_if_fail (NORPC_IS_SERVER (self));
  g_return_if_fail (max_open_calls <= G_MAXINT);

  if (norpc_server_get_max_open_calls (self) == max_open_calls)
    return;

  norpc_pending_calls_set_max_open (&self->worker->pending, max_open_calls);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_OPEN_CALLS]);
}

/**
 * norpc_server_get_one_call_per_client:
 * @self: a server
 *
 * Checks whether each client has at most one open call at a time.
 *
 * This function is thread-safe.
 *
 * Returns: %TRUE if calls of one client never overlap
 * Since: 0.1
 */
gboolean
norpc_server_get_one_call_per_client (NorpcServer *self)
{
  g_return_val_if_fail (NORPC_IS_SERVER (self), FALSE);

  return norpc_channel_has_turns (self->channel);
}

/**
 * norpc_server_set_one_call_per_client:
 * @self: a server
 * @one_call_per_client: whether calls of one client never overlap
 *
 * Sets whether each client has at most one open call at a time.
 *
 * A client is a proxy, or over D-Bus, a process. While one of its calls is open, as defined by
 * [method@Norpc.Server.set_max_open_calls], its next ones wait in the channel, and calls of other
 * clients overtake them. A service that answers later can thus handle many clients at once, and
 * still handle the calls of each client one after the other; those of one priority, in the order in
 * which they were sent. A call that a proxy forwards counts for the client that has sent it. Calls whose client
 * is not known may overlap, such as those over NATS.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_server_set_one_call_per_client (NorpcServer *self,
                                      gboolean     one_call_per_client)
{
  g_return_if_fail (NORPC_IS_SERVER (self));

  if (norpc_channel_has_turns (self->channel) == !!one_call_per_client)
    return;

  norpc_channel_enable_turns (self->channel, one_call_per_client);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ONE_CALL_PER_CLIENT]);
}
