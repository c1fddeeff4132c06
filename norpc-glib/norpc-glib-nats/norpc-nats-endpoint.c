/* norpc-nats-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-call-private.h"
#include "norpc-nats-connection-private.h"
#include "norpc-nats-endpoint.h"
#include "norpc-nats-info-private.h"

/**
 * NorpcNatsEndpoint:
 *
 * An endpoint that sends calls to services in other processes, also on other machines, over NATS.
 *
 * A proxy that is made for it is used like any other: only the line that makes the endpoint is another one. The
 * services are those of [class@NorpcNats.Export] with the same prefix; if there are several, each call goes to
 * one of them.
 *
 * Signals and properties follow the services, too, in the order of the replies. [property@Norpc.Proxy:connected] says
 * whether there is a service; see [the page on NATS](../norpc-glib-1/nats.html#signals-and-properties).
 *
 * Calls fail with %NORPC_ERROR_CLOSED at once if nothing serves the prefix, or if the connection is lost before
 * they are answered; see [class@NorpcNats.Connection] for methods that are idempotent. A method whose values have
 * no form outside of the process fails with %NORPC_ERROR_NOT_IMPLEMENTED. Other errors are those of the service.
 *
 * An endpoint that is constructed without a connection or a valid prefix logs a critical, and is closed.
 *
 * The endpoint is thread-safe. It works in the thread of the connection, so that a synchronous call needs no
 * running main loop.
 *
 * Since: 0.1
 */

#define UNUSABLE "the endpoint was constructed without a connection or a valid prefix"

/* So few probes are not worth a look for those that were cancelled. */
#define MIN_PROBES 16

struct _NorpcNatsEndpoint
{
  GObject parent_instance;

  /* Since construction. */
  NorpcNatsConnection *connection; /* (owned) */
  char                *prefix;     /* (owned) */
  guint                capacity;
  NorpcNatsRoute       route;

  GMutex lock;
  guint  n_calls;    /* [lock]: that have not completed */
  GQueue probes;     /* [lock]: of owned NorpcCall, which wait until there are fewer calls */
  guint  max_probes; /* [lock]: if there are more, those that were cancelled are removed */
};

static void norpc_nats_endpoint_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcNatsEndpoint, norpc_nats_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT, norpc_nats_endpoint_endpoint_iface_init))

typedef enum
{
  PROP_CONNECTION = 1,
  PROP_PREFIX,
  PROP_CAPACITY,
} NorpcNatsEndpointProperty;

static GParamSpec *properties[PROP_CAPACITY + 1];

/* Thread-safe. Answers a probe, or keeps it until there are fewer calls. */
static void
settle_probe (NorpcNatsEndpoint *self,
              NorpcCall         *probe)
{
  g_autofree char *reason = NULL;
  gboolean waits;

  /* A probe that was cancelled does not wait again. */
  if (norpc_call_is_cancelled (probe))
    return;
  if (norpc_nats_link_is_closed (self->route.link))
    {
      reason = norpc_nats_link_describe_end (self->route.link);
      norpc_call_return_error (probe, NORPC_ERROR, NORPC_ERROR_CLOSED, "The endpoint is closed: %s", reason);
      return;
    }

  g_mutex_lock (&self->lock);
  waits = self->n_calls >= self->capacity;
  if (waits)
    g_queue_push_tail (&self->probes, norpc_call_ref (probe));
  g_mutex_unlock (&self->lock);

  if (!waits)
    norpc_call_return_values (probe, 0, NULL);
}

/* Thread-safe. All that wait are settled, because those that are answered first may not use the room. */
static void
settle_probes (NorpcNatsEndpoint *self)
{
  NorpcCall *probe;
  GQueue probes;

  g_mutex_lock (&self->lock);
  probes = self->probes;
  g_queue_init (&self->probes);
  g_mutex_unlock (&self->lock);

  while ((probe = g_queue_pop_head (&probes)) != NULL)
    {
      settle_probe (self, probe);
      norpc_call_unref (probe);
    }
}

/* Thread-safe. There is room for one more call. */
static void
call_ended (GObject *object)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (object);

  g_mutex_lock (&self->lock);
  self->n_calls--;
  g_mutex_unlock (&self->lock);

  settle_probes (self);
}

/* Returns TRUE if the endpoint was constructed without what it needs. Then it is closed. */
static gboolean
is_unusable (NorpcNatsEndpoint *self)
{
  return self->route.link == NULL;
}

/* Takes ownership of @call. */
static void
reject_busy (NorpcNatsEndpoint *self,
             NorpcCall         *call)
{
  GError *error = g_error_new (NORPC_ERROR, NORPC_ERROR_BUSY, "%s.%s was rejected: %u calls wait for their replies",
                               norpc_interface_info_get_name (norpc_call_get_interface_info (call)),
                               norpc_call_get_method_name (call), self->capacity);

  norpc_nats_call_note_unsent (&self->route, call, error);
  norpc_call_take_error (call, error);
  norpc_call_unref (call);
}

static void
norpc_nats_endpoint_send (NorpcEndpoint *endpoint,
                          NorpcCall     *call)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (endpoint);
  gboolean is_full;

  if (is_unusable (self))
    {
      norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_CLOSED, "%s.%s was rejected: " UNUSABLE,
                               norpc_interface_info_get_name (norpc_call_get_interface_info (call)),
                               norpc_call_get_method_name (call));
      norpc_call_unref (call);
      return;
    }

  g_mutex_lock (&self->lock);
  is_full = self->n_calls >= self->capacity;
  if (!is_full)
    self->n_calls++;
  g_mutex_unlock (&self->lock);

  if (is_full)
    reject_busy (self, call);
  else
    norpc_nats_call_send (&self->route, call);
}

static gboolean
norpc_nats_endpoint_is_closed (NorpcEndpoint *endpoint)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (endpoint);

  return is_unusable (self) || !norpc_nats_link_is_connected (self->route.link) ||
         norpc_nats_remote_is_absent (self->route.remote);
}

static gboolean
norpc_nats_endpoint_is_ready (NorpcEndpoint *endpoint)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (endpoint);
  gboolean is_ready;

  g_mutex_lock (&self->lock);
  is_ready = self->n_calls < self->capacity;
  g_mutex_unlock (&self->lock);

  return is_ready && !is_unusable (self) && !norpc_nats_link_is_closed (self->route.link);
}

/* Probes that were cancelled stay for a while, but not more of them than others. */
static void
norpc_nats_endpoint_await_ready (NorpcEndpoint *endpoint,
                                 NorpcCall     *probe)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (endpoint);
  gboolean are_many;

  if (is_unusable (self))
    {
      norpc_call_return_error_literal (probe, NORPC_ERROR, NORPC_ERROR_CLOSED, UNUSABLE);
      return;
    }

  settle_probe (self, probe);
  g_mutex_lock (&self->lock);
  are_many = self->probes.length > self->max_probes;
  g_mutex_unlock (&self->lock);

  if (!are_many)
    return;
  settle_probes (self);
  g_mutex_lock (&self->lock);
  self->max_probes = MAX (2 * self->probes.length, MIN_PROBES);
  g_mutex_unlock (&self->lock);
}

static void
norpc_nats_endpoint_subscribe (NorpcEndpoint   *endpoint,
                               NorpcSubscriber *subscriber)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (endpoint);

  if (!is_unusable (self))
    norpc_nats_remote_subscribe (self->route.remote, subscriber);
}

static void
norpc_nats_endpoint_unsubscribe (NorpcEndpoint   *endpoint,
                                 NorpcSubscriber *subscriber)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (endpoint);

  if (!is_unusable (self))
    norpc_nats_remote_unsubscribe (self->route.remote, subscriber);
}

static void
norpc_nats_endpoint_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_nats_endpoint_send;
  iface->is_closed = norpc_nats_endpoint_is_closed;
  iface->is_ready = norpc_nats_endpoint_is_ready;
  iface->await_ready = norpc_nats_endpoint_await_ready;
  iface->subscribe = norpc_nats_endpoint_subscribe;
  iface->unsubscribe = norpc_nats_endpoint_unsubscribe;
}

/* Returns FALSE and logs a critical if a property is wrong. Languages other than C may construct the object by its
 * properties.
 */
static gboolean
check_properties (NorpcNatsEndpoint *self)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (self->connection != NULL, FALSE);
  g_return_val_if_fail (norpc_nats_connection_get_link (self->connection) != NULL, FALSE);
  g_return_val_if_fail (self->prefix != NULL, FALSE);

  if (norpc_nats_check_prefix ("prefix", self->prefix, &error))
    return TRUE;

  g_critical ("%s", error->message);

  return FALSE;
}

static void
norpc_nats_endpoint_constructed (GObject *object)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (object);

  G_OBJECT_CLASS (norpc_nats_endpoint_parent_class)->constructed (object);
  if (!check_properties (self))
    return;

  self->route.link = norpc_nats_connection_get_link (self->connection);
  self->route.inbox = norpc_nats_connection_get_inbox (self->connection);
  self->route.liveness = norpc_nats_liveness_new (self->route.link, self->route.inbox, self->prefix);
  self->route.remote = norpc_nats_remote_new (self->route.link, self->route.inbox, self->prefix);
  self->route.prefix = self->prefix;
  self->route.owner = object;
  self->route.ended = call_ended;
}

static void
norpc_nats_endpoint_finalize (GObject *object)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (object);

  /* Those that were cancelled stay until the next one. */
  g_queue_clear_full (&self->probes, (GDestroyNotify) norpc_call_unref);
  g_clear_pointer (&self->route.remote, norpc_nats_remote_end);
  g_clear_pointer (&self->route.liveness, norpc_nats_liveness_end);
  g_mutex_clear (&self->lock);
  g_free (self->prefix);
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (norpc_nats_endpoint_parent_class)->finalize (object);
}

static void
norpc_nats_endpoint_set_property (GObject      *object,
                                  guint         property_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (object);

  switch ((NorpcNatsEndpointProperty) property_id)
    {
    case PROP_CONNECTION:
      self->connection = g_value_dup_object (value);
      break;

    case PROP_PREFIX:
      self->prefix = g_value_dup_string (value);
      break;

    case PROP_CAPACITY:
      self->capacity = g_value_get_uint (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
norpc_nats_endpoint_get_property (GObject    *object,
                                  guint       property_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  NorpcNatsEndpoint *self = NORPC_NATS_ENDPOINT (object);

  switch ((NorpcNatsEndpointProperty) property_id)
    {
    case PROP_CONNECTION:
      g_value_set_object (value, self->connection);
      break;

    case PROP_PREFIX:
      g_value_set_string (value, self->prefix);
      break;

    case PROP_CAPACITY:
      g_value_set_uint (value, self->capacity);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
norpc_nats_endpoint_class_init (NorpcNatsEndpointClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = norpc_nats_endpoint_constructed;
  object_class->finalize = norpc_nats_endpoint_finalize;
  object_class->set_property = norpc_nats_endpoint_set_property;
  object_class->get_property = norpc_nats_endpoint_get_property;

  /**
   * NorpcNatsEndpoint:connection:
   *
   * The connection.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECTION] =
    g_param_spec_object ("connection", NULL, NULL, NORPC_NATS_TYPE_CONNECTION,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcNatsEndpoint:prefix:
   *
   * The subjects of the calls begin with it.
   *
   * Since: 0.1
   */
  properties[PROP_PREFIX] =
    g_param_spec_string ("prefix", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * NorpcNatsEndpoint:capacity:
   *
   * The maximum number of calls that wait for their replies. More calls fail with %NORPC_ERROR_BUSY.
   *
   * Since: 0.1
   */
  properties[PROP_CAPACITY] =
    g_param_spec_uint ("capacity", NULL, NULL, 1, G_MAXUINT, NORPC_CHANNEL_DEFAULT_CAPACITY,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_nats_endpoint_init (NorpcNatsEndpoint *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->probes);
  self->max_probes = MIN_PROBES;
}

/**
 * norpc_nats_endpoint_new:
 * @connection: a connection
 * @prefix: the prefix of the services, such as `shop.store`
 *
 * Creates an endpoint for the services with a prefix.
 *
 * A prefix that is not valid is an error of the programmer. A program that gets it from its user checks it before, by
 * [func@NorpcNats.Endpoint.check_prefix].
 *
 * This function does not block. It does not check that there are services: the first call finds out.
 *
 * Returns: (transfer full): a new endpoint
 * Since: 0.1
 */
NorpcNatsEndpoint *
norpc_nats_endpoint_new (NorpcNatsConnection *connection,
                         const char          *prefix)
{
  g_autoptr (NorpcNatsEndpoint) self = NULL;

  g_return_val_if_fail (NORPC_NATS_IS_CONNECTION (connection), NULL);
  g_return_val_if_fail (prefix != NULL, NULL);

  self = g_object_new (NORPC_NATS_TYPE_ENDPOINT, "connection", connection, "prefix", prefix, NULL);

  return is_unusable (self) ? NULL : g_steal_pointer (&self);
}

/**
 * norpc_nats_endpoint_check_prefix:
 * @prefix: a text, such as one from the configuration of a program
 * @error: return location for an error
 *
 * Checks whether an endpoint can have a prefix: see [the page on NATS](../norpc-glib-1/nats.html#serving-and-calling) for
 * what it may contain. If it is not valid, the error is %NORPC_ERROR_INVALID_ARGUMENT, and its message can be shown to
 * the user.
 *
 * This function is thread-safe. Functions that make an export need no such check, because they fail with the same error.
 *
 * Returns: whether the prefix is valid; %FALSE if @error is set
 * Since: 0.1
 */
gboolean
norpc_nats_endpoint_check_prefix (const char  *prefix,
                                  GError     **error)
{
  g_return_val_if_fail (prefix != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return norpc_nats_check_prefix ("prefix", prefix, error);
}

/**
 * norpc_nats_endpoint_get_connection:
 * @self: an endpoint
 *
 * Gets the connection.
 *
 * Returns: (transfer none): the connection
 * Since: 0.1
 */
NorpcNatsConnection *
norpc_nats_endpoint_get_connection (NorpcNatsEndpoint *self)
{
  g_return_val_if_fail (NORPC_NATS_IS_ENDPOINT (self), NULL);

  return self->connection;
}

/**
 * norpc_nats_endpoint_get_prefix:
 * @self: an endpoint
 *
 * Gets the prefix of the services.
 *
 * Returns: the prefix
 * Since: 0.1
 */
const char *
norpc_nats_endpoint_get_prefix (NorpcNatsEndpoint *self)
{
  g_return_val_if_fail (NORPC_NATS_IS_ENDPOINT (self), NULL);

  return self->prefix;
}

/**
 * norpc_nats_endpoint_get_capacity:
 * @self: an endpoint
 *
 * Gets the maximum number of calls that wait for their replies.
 *
 * Returns: the capacity
 * Since: 0.1
 */
guint
norpc_nats_endpoint_get_capacity (NorpcNatsEndpoint *self)
{
  g_return_val_if_fail (NORPC_NATS_IS_ENDPOINT (self), 0);

  return self->capacity;
}
