/* norpc-pool.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-endpoint-private.h"
#include "norpc-pool-private.h"

/**
 * NorpcPool:
 *
 * Several servers of the same kind behind one endpoint.
 *
 * Each server has a service of its own, created by a function, in a thread of its own. A
 * [class@Norpc.Balance] distributes the calls over the servers. Use a pool for work that
 * can be done in parallel or, with calls that have keys, for a resource that is divided
 * into parts with one owner each.
 *
 * Releasing the last reference to a pool releases its servers, which abandon their calls.
 *
 * Since: 0.1
 */

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

/* Thread-safe. Rejects a call or a probe if nothing can answer it. */
static gboolean
reject_if_empty (NorpcEndpoint *endpoint,
                 NorpcCall     *call)
{
  NorpcPool *self = NORPC_POOL (endpoint);

  if (self->servers->len > 0 || norpc_balance_get_n_endpoints (NORPC_BALANCE (self->balance)) > 0)
    return FALSE;

  norpc_call_reject (call, NORPC_ERROR_CLOSED, "was rejected: it was sent to a pool without services");

  return TRUE;
}

static void
norpc_pool_send (NorpcEndpoint *endpoint,
                 NorpcCall     *call)
{
  if (reject_if_empty (endpoint, call))
    norpc_call_unref (call);
  else
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
  if (!reject_if_empty (endpoint, probe))
    norpc_endpoint_await_ready (NORPC_POOL (endpoint)->balance, probe);
}

static gboolean
norpc_pool_is_closed (NorpcEndpoint *endpoint)
{
  return norpc_endpoint_is_closed (NORPC_POOL (endpoint)->balance);
}

static gconstpointer
norpc_pool_get_executor (NorpcEndpoint *endpoint)
{
  return norpc_endpoint_get_executor (NORPC_POOL (endpoint)->balance);
}

static void
norpc_pool_subscribe (NorpcEndpoint   *endpoint,
                      NorpcSubscriber *subscriber)
{
  norpc_endpoint_subscribe (NORPC_POOL (endpoint)->balance, subscriber);
}

static void
norpc_pool_unsubscribe (NorpcEndpoint   *endpoint,
                        NorpcSubscriber *subscriber)
{
  norpc_endpoint_unsubscribe (NORPC_POOL (endpoint)->balance, subscriber);
}

static void
norpc_pool_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_pool_send;
  iface->is_ready = norpc_pool_is_ready;
  iface->await_ready = norpc_pool_await_ready;
  iface->is_closed = norpc_pool_is_closed;
  iface->get_executor = norpc_pool_get_executor;
  iface->subscribe = norpc_pool_subscribe;
  iface->unsubscribe = norpc_pool_unsubscribe;
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
   * The number of servers.
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
   * The layer that distributes the calls over the servers.
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
  self->balance = g_object_ref_sink (NORPC_ENDPOINT (norpc_balance_new (NORPC_BALANCE_LEAST_PENDING)));
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
 * @n_servers: the number of servers, at least 1
 * @policy: the policy that selects the server of a call
 * @make_service: (scope call): the function that creates the service of each server
 * @user_data: data for @make_service
 *
 * Creates a pool, and its services with @make_service.
 *
 * If @make_service returns %NULL, the pool has fewer servers.
 *
 * Returns: (transfer full): a new pool, which has not been started
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
  g_object_unref (self->balance);
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
 * Gets the number of servers.
 *
 * Returns: the number of servers
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
 * @index: the index of the server, from 0
 *
 * Gets one of the servers, for example to add layers before it is started, or to get its
 * statistics.
 *
 * Returns: (transfer none): the server
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
 * Gets the layer that distributes the calls over the servers.
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
