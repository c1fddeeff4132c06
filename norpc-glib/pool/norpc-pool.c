/* norpc-pool.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-endpoint-private.h"
#include "norpc-pool-private.h"

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
norpc_pool_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_pool_send;
  iface->is_ready = norpc_pool_is_ready;
  iface->await_ready = norpc_pool_await_ready;
  iface->is_closed = norpc_pool_is_closed;
  iface->get_executor = norpc_pool_get_executor;
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
