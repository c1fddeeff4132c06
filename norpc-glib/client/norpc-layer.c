/* norpc-layer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "core/norpc-error.h"
#include "norpc-endpoint-private.h"
#include "norpc-layer-private.h"

/**
 * NorpcLayer:
 *
 * An endpoint that processes calls before it passes them on to another endpoint.
 *
 * A layer sees each call on its way to the next endpoint: it can delay the call, answer
 * it, or watch its completion. The same layers serve a client, in a
 * [func@Norpc.stack_new] in front of a channel, and a server, with
 * [method@Norpc.Server.add_layer]. Any number of layers can be combined in any order.
 *
 * A layer belongs to one stack. It is created with a floating reference, which the stack
 * or the server takes over.
 *
 * Custom layers are subclasses that override [vfunc@Norpc.Layer.take]. Layers must be
 * thread-safe.
 *
 * A layer passes a call on in the thread that sent it. A call that had to wait is passed
 * on in a thread of GLib's pool, so that no other call, reply or timeout depends on the
 * endpoints behind the layer. Each layer uses one such thread at a time, which keeps the
 * calls in order.
 *
 * Since: 0.1
 */

/* Set once, before the first call. */
typedef struct
{
  NorpcEndpoint          *endpoint; /* (owned) (nullable) */
  NorpcEndpointInterface *iface;    /* (unowned) (nullable): of the endpoint */
} NorpcLayerPrivate;

static void norpc_layer_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (NorpcLayer, norpc_layer, G_TYPE_INITIALLY_UNOWNED,
                                  G_ADD_PRIVATE (NorpcLayer)
                                  G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT,
                                                         norpc_layer_endpoint_iface_init))

typedef enum
{
  PROP_ENDPOINT = 1,
} NorpcLayerProperty;

static GParamSpec *properties[PROP_ENDPOINT + 1];

/* A call that a layer has borrowed. */
typedef struct
{
  NorpcLayer *layer;        /* (unowned) */
  NorpcCall  *call;         /* (unowned) */
  gboolean    is_passed_on; /* the reference went with it */
} Loan;

/* (nullable): of the layer that runs in this thread. */
static _Thread_local Loan *current_loan;

static NorpcLayerPrivate *
get_layer_private (NorpcLayer *self)
{
  return norpc_layer_get_instance_private (self);
}

static void
norpc_layer_endpoint_send (NorpcEndpoint *endpoint,
                           NorpcCall     *call)
{
  NorpcLayer *self = (NorpcLayer *) endpoint; /* not checked: this runs for each call */

  NORPC_LAYER_GET_CLASS (self)->send (self, call);
}

static gboolean
norpc_layer_endpoint_is_ready (NorpcEndpoint *endpoint)
{
  return NORPC_LAYER_GET_CLASS (endpoint)->has_capacity (NORPC_LAYER (endpoint));
}

static void
norpc_layer_endpoint_await_ready (NorpcEndpoint *endpoint,
                                  NorpcCall     *probe)
{
  NORPC_LAYER_GET_CLASS (endpoint)->await_capacity (NORPC_LAYER (endpoint), probe);
}

static gboolean
norpc_layer_endpoint_is_closed (NorpcEndpoint *endpoint)
{
  return NORPC_LAYER_GET_CLASS (endpoint)->is_closed (NORPC_LAYER (endpoint));
}

static gconstpointer
norpc_layer_endpoint_get_executor (NorpcEndpoint *endpoint)
{
  return NORPC_LAYER_GET_CLASS (endpoint)->get_executor (NORPC_LAYER (endpoint));
}

static void
norpc_layer_endpoint_subscribe (NorpcEndpoint   *endpoint,
                                NorpcSubscriber *subscriber)
{
  NORPC_LAYER_GET_CLASS (endpoint)->subscribe (NORPC_LAYER (endpoint), subscriber);
}

static void
norpc_layer_endpoint_unsubscribe (NorpcEndpoint   *endpoint,
                                  NorpcSubscriber *subscriber)
{
  NORPC_LAYER_GET_CLASS (endpoint)->unsubscribe (NORPC_LAYER (endpoint), subscriber);
}

static void
norpc_layer_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_layer_endpoint_send;
  iface->is_ready = norpc_layer_endpoint_is_ready;
  iface->await_ready = norpc_layer_endpoint_await_ready;
  iface->is_closed = norpc_layer_endpoint_is_closed;
  iface->get_executor = norpc_layer_endpoint_get_executor;
  iface->subscribe = norpc_layer_endpoint_subscribe;
  iface->unsubscribe = norpc_layer_endpoint_unsubscribe;
}

static gboolean
norpc_layer_real_take (NorpcLayer  *self,
                       NorpcCall   *call,
                       GError     **error G_GNUC_UNUSED)
{
  norpc_layer_pass_on (self, call);

  return TRUE;
}

/* The layers of norpc-glib take ownership of the call. Other layers borrow it, and its
 * reference is passed on together with the call: if this function kept the reference, it could
 * release the last one, and so release arguments that the service has had in this thread.
 */
static void
norpc_layer_real_send (NorpcLayer *self,
                       NorpcCall  *call)
{
  Loan *outer_loan = current_loan;
  Loan loan = { self, call, FALSE };
  GError *error = NULL;
  gboolean taken, passed_on;

  norpc_call_ref_memory (call);
  current_loan = &loan;
  taken = NORPC_LAYER_GET_CLASS (self)->take (self, call, &error);
  current_loan = outer_loan;
  passed_on = loan.is_passed_on;

  /* Access control must fail closed: an error cancels the call even if it was passed on. */
  if (!passed_on && (!taken || error != NULL))
    norpc_call_fail (call, error);
  else if (!passed_on)
    norpc_call_unref (call);
  else if (error != NULL)
    norpc_call_cancel (call, error);
  else if (!taken)
    norpc_call_reject (call, NORPC_ERROR_FAILED, "failed and gave no reason");
  norpc_call_unref_memory (call);
}

static gboolean
norpc_layer_real_has_capacity (NorpcLayer *self)
{
  NorpcEndpoint *endpoint = get_layer_private (self)->endpoint;

  return endpoint == NULL || norpc_endpoint_is_ready (endpoint);
}

static void
norpc_layer_real_await_capacity (NorpcLayer *self,
                                 NorpcCall  *probe)
{
  NorpcEndpoint *endpoint = get_layer_private (self)->endpoint;

  if (endpoint != NULL)
    norpc_endpoint_await_ready (endpoint, probe);
  else
    norpc_layer_pass_on (self, probe);
}

/* Returns FALSE if the layer may answer calls itself, in any thread, as an application's layer
 * may.
 */
static gboolean
passes_on (NorpcLayer *self)
{
  NorpcLayerClass *klass = NORPC_LAYER_GET_CLASS (self);

  return klass->send != norpc_layer_real_send || klass->take == norpc_layer_real_take;
}

static gboolean
norpc_layer_real_is_closed (NorpcLayer *self)
{
  NorpcEndpoint *endpoint = get_layer_private (self)->endpoint;

  return endpoint != NULL ? norpc_endpoint_is_closed (endpoint) : passes_on (self);
}

static gconstpointer
norpc_layer_real_get_executor (NorpcLayer *self)
{
  NorpcEndpoint *endpoint = get_layer_private (self)->endpoint;

  return endpoint != NULL && passes_on (self) ? norpc_endpoint_get_executor (endpoint) : NULL;
}

static gboolean
norpc_layer_real_leads_to (NorpcLayer *self,
                           NorpcLayer *layer)
{
  NorpcEndpoint *endpoint = get_layer_private (self)->endpoint;

  return endpoint != NULL && norpc_endpoint_leads_to (endpoint, layer);
}

static void
norpc_layer_real_subscribe (NorpcLayer      *self,
                            NorpcSubscriber *subscriber)
{
  NorpcEndpoint *endpoint = get_layer_private (self)->endpoint;

  if (endpoint != NULL)
    norpc_endpoint_subscribe (endpoint, subscriber);
}

static void
norpc_layer_real_unsubscribe (NorpcLayer      *self,
                              NorpcSubscriber *subscriber)
{
  NorpcEndpoint *endpoint = get_layer_private (self)->endpoint;

  if (endpoint != NULL)
    norpc_endpoint_unsubscribe (endpoint, subscriber);
}

/* Returns TRUE if @layer may get a call that is sent to @self. */
gboolean
norpc_endpoint_leads_to (NorpcEndpoint *self,
                         NorpcLayer    *layer)
{
  return (gpointer) self == layer ||
         (NORPC_IS_LAYER (self) &&
          NORPC_LAYER_GET_CLASS (self)->leads_to (NORPC_LAYER (self), layer));
}

static void
norpc_layer_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  NorpcLayer *self = NORPC_LAYER (object);

  switch ((NorpcLayerProperty) property_id)
    {
    case PROP_ENDPOINT:
      if (g_value_get_object (value) != NULL)
        norpc_layer_set_endpoint (self, g_value_get_object (value));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_layer_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  NorpcLayer *self = NORPC_LAYER (object);

  switch ((NorpcLayerProperty) property_id)
    {
    case PROP_ENDPOINT:
      g_value_set_object (value, norpc_layer_get_endpoint (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_layer_finalize (GObject *object)
{
  g_clear_object (&get_layer_private (NORPC_LAYER (object))->endpoint);

  G_OBJECT_CLASS (norpc_layer_parent_class)->finalize (object);
}

static void
norpc_layer_class_init (NorpcLayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = norpc_layer_set_property;
  object_class->get_property = norpc_layer_get_property;
  object_class->finalize = norpc_layer_finalize;

  klass->take = norpc_layer_real_take;
  klass->send = norpc_layer_real_send;
  klass->has_capacity = norpc_layer_real_has_capacity;
  klass->await_capacity = norpc_layer_real_await_capacity;
  klass->is_closed = norpc_layer_real_is_closed;
  klass->get_executor = norpc_layer_real_get_executor;
  klass->leads_to = norpc_layer_real_leads_to;
  klass->subscribe = norpc_layer_real_subscribe;
  klass->unsubscribe = norpc_layer_real_unsubscribe;

  /**
   * NorpcLayer:endpoint: (getter get_endpoint) (setter set_endpoint)
   *
   * The next endpoint, to which the layer passes calls on.
   *
   * It is set once, by the stack or the server that the layer is added to.
   *
   * Since: 0.1
   */
  properties[PROP_ENDPOINT] =
    g_param_spec_object ("endpoint", NULL, NULL,
                         NORPC_TYPE_ENDPOINT,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_layer_init (NorpcLayer *self G_GNUC_UNUSED)
{
}

/**
 * norpc_layer_get_endpoint:
 * @self: a layer
 *
 * Gets the next endpoint, to which the layer passes calls on.
 *
 * Returns: (transfer none) (nullable): the next endpoint, or %NULL if the layer has not
 *   been added to a stack or a server
 * Since: 0.1
 */
NorpcEndpoint *
norpc_layer_get_endpoint (NorpcLayer *self)
{
  g_return_val_if_fail (NORPC_IS_LAYER (self), NULL);

  return get_layer_private (self)->endpoint;
}

/**
 * norpc_layer_set_endpoint:
 * @self: a layer without a next endpoint
 * @endpoint: the next endpoint, from which no call comes to @self
 *
 * Sets the next endpoint. Must be called before the first call is sent.
 *
 * [func@Norpc.stack_new] and [method@Norpc.Server.add_layer] call this function.
 *
 * Since: 0.1
 */
void
norpc_layer_set_endpoint (NorpcLayer    *self,
                          NorpcEndpoint *endpoint)
{
  g_return_if_fail (NORPC_IS_LAYER (self));
  g_return_if_fail (NORPC_IS_ENDPOINT (endpoint));
  g_return_if_fail (!norpc_endpoint_leads_to (endpoint, self));
  g_return_if_fail (get_layer_private (self)->endpoint == NULL);

  get_layer_private (self)->endpoint = g_object_ref_sink (endpoint);
  get_layer_private (self)->iface = NORPC_ENDPOINT_GET_IFACE (endpoint);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENDPOINT]);
}

/* Thread-safe. Takes ownership of @call, and passes it on. */
void
norpc_layer_forward (NorpcLayer *self,
                     NorpcCall  *call)
{
  NorpcLayerPrivate *priv = get_layer_private (self);

  if (priv->endpoint == NULL)
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: it was sent to a layer without a next endpoint");
  else if (g_atomic_int_get (&call->state) == NORPC_CALL_OPEN)
    norpc_endpoint_send_checked (priv->endpoint, call, priv->iface);
  else
    norpc_call_unref (call);
}

/**
 * norpc_layer_pass_on:
 * @self: a layer
 * @call: (transfer none): a call
 *
 * Passes a call on to the next endpoint.
 *
 * A call that has completed meanwhile is not passed on. After [vfunc@Norpc.Layer.take]
 * has passed a call on, it must not use the call any more unless it has taken a reference
 * before. A call can be passed on once.
 *
 * This function is thread-safe.
 *
 * Since: 0.1
 */
void
norpc_layer_pass_on (NorpcLayer *self,
                     NorpcCall  *call)
{
  Loan *loan = current_loan;

  g_return_if_fail (call != NULL);

  /* The layer that has borrowed a call is not checked: this runs for each call. */
  if (G_UNLIKELY (loan == NULL || loan->layer != self))
    g_return_if_fail (NORPC_IS_LAYER (self));

  if (loan == NULL || loan->call != call)
    {
      norpc_call_ref (call);
    }
  else if (!loan->is_passed_on)
    {
      loan->is_passed_on = TRUE;
    }
  else
    {
      norpc_call_note_sent_twice (call);
      return;
    }
  norpc_layer_forward (self, call);
}

/**
 * norpc_stack_newv: (rename-to norpc_stack_new)
 * @endpoints: (array length=n_endpoints): layers, followed by the endpoint that they pass
 *   calls to, such as a channel
 * @n_endpoints: the number of @endpoints, at least one
 *
 * Stacks layers in front of an endpoint, in the order in which calls pass through them.
 *
 * Returns: (transfer full): the first of @endpoints, to which calls are sent
 * Since: 0.1
 */
NorpcEndpoint *
norpc_stack_newv (NorpcEndpoint **endpoints,
                  guint           n_endpoints)
{
  g_return_val_if_fail (endpoints != NULL, NULL);
  g_return_val_if_fail (n_endpoints > 0, NULL);

  g_return_val_if_fail (NORPC_IS_ENDPOINT (endpoints[n_endpoints - 1]), NULL);

  for (guint i = 0; i + 1 < n_endpoints; i++)
    {
      g_return_val_if_fail (NORPC_IS_LAYER (endpoints[i]), NULL);
      for (guint j = i + 1; j < n_endpoints; j++)
        g_return_val_if_fail (endpoints[i] != endpoints[j], NULL);
    }

  for (guint i = 0; i + 1 < n_endpoints; i++)
    norpc_layer_set_endpoint (NORPC_LAYER (endpoints[i]), endpoints[i + 1]);

  return g_object_ref_sink (endpoints[0]);
}

/**
 * norpc_stack_new: (skip)
 * @first: a layer, or the final endpoint
 * @...: more layers, followed by the endpoint that they pass calls to, such as a channel,
 *   and %NULL
 *
 * Stacks layers in front of an endpoint, in the order in which calls pass through them.
 *
 * ```c
 * endpoint = norpc_stack_new (norpc_load_shed_new (),
 *                             norpc_concurrency_limit_new (100),
 *                             norpc_server_get_channel (server),
 *                             NULL);
 * ```
 *
 * Returns: (transfer full): @first, to which calls are sent
 * Since: 0.1
 */
NorpcEndpoint *
norpc_stack_new (gpointer first,
                 ...)
{
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new ();
  va_list args;

  va_start (args, first);
  for (gpointer endpoint = first; endpoint != NULL; endpoint = va_arg (args, gpointer))
    g_ptr_array_add (endpoints, endpoint);
  va_end (args);

  return norpc_stack_newv ((NorpcEndpoint **) endpoints->pdata, endpoints->len);
}
