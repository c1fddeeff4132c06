/* norpc-balance.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-endpoint-private.h"
#include "client/norpc-layer-private.h"
#include "norpc-balance-parts-private.h"
#include "norpc-call-key-private.h"
#include "norpc-enum-types.h"
#include "norpc-member-choice-private.h"

/**
 * NorpcBalance:
 *
 * Distributes calls over several endpoints.
 *
 * A balance is the last layer of a stack; as long as it has no endpoints, it passes calls
 * on to the next endpoint of the stack, and proxies get the signals from there. Endpoints
 * can be added and removed at any time. An endpoint that is closed, such as the channel of a stopped server, gets no calls
 * unless all endpoints are closed. Calls that it got earlier complete as they do without
 * the layer, so a [class@Norpc.Retry] in front of the balance can send them elsewhere.
 * Unless calls have keys, an endpoint that is not ready gets no calls while another one
 * is ready.
 *
 * The layer is ready if any of its endpoints is, and closed if all of them are.
 *
 * If calls are distributed by key, the key of a call is its first argument, or is
 * computed by the function set with [method@Norpc.Balance.set_key_func]. When an endpoint
 * is added or removed, only the keys of that endpoint move.
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (NorpcBalance, norpc_balance, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_POLICY = 1,
} NorpcBalanceProperty;

static GParamSpec *properties[PROP_POLICY + 1];

#define NO_ENDPOINTS "was rejected: it was sent to a balance without endpoints"

/* Thread-safe. @members must not be empty. */
static NorpcMember *
choose_among (NorpcBalance *self,
              NorpcMembers *members,
              guint         key)
{
  switch (self->policy)
    {
    case NORPC_BALANCE_ROUND_ROBIN:
      return norpc_members_choose_ready (members, (guint) g_atomic_int_add (&self->turn, 1) % members->n);

    case NORPC_BALANCE_BY_KEY:
      return norpc_members_choose_by_key (members, key);

    case NORPC_BALANCE_LEAST_PENDING:
    default:
      return norpc_members_choose_less_busy (members);
    }
}

/* Thread-safe. Chooses the member for a call with @key (owned), or returns NULL if there are
 * no members.
 */
static NorpcMember *
choose (NorpcBalance *self,
        guint         key)
{
  g_autoptr (NorpcMembers) members = norpc_balance_get_members (self);
  g_autoptr (NorpcMembers) open = NULL;

  if (members->n == 0)
    return NULL;

  open = norpc_members_copy_open (members);

  return norpc_member_ref (choose_among (self, open->n > 0 ? open : members, key));
}

/* Called in the thread that sends the call. Returns FALSE if the key function failed; the call
 * then fails with @error.
 */
static gboolean
get_key (NorpcBalance  *self,
         NorpcCall     *call,
         guint         *key,
         GError       **error)
{
  *key = 0;
  if (self->policy != NORPC_BALANCE_BY_KEY)
    return TRUE;
  if (self->key_func != NULL)
    return self->key_func (call, key, self->key_data, error) && *error == NULL;

  *key = norpc_call_hash_first_arg (call);

  return TRUE;
}

static void
norpc_balance_send (NorpcLayer *layer,
                    NorpcCall  *call)
{
  NorpcBalance *self = NORPC_BALANCE (layer);
  g_autoptr (NorpcMember) member = NULL;
  GError *error = NULL;
  guint key;

  if (!get_key (self, call, &key, &error))
    {
      norpc_call_fail (call, error);
      return;
    }

  member = choose (self, key);
  if (member != NULL)
    norpc_member_send (member, call);
  else if (norpc_layer_get_endpoint (layer) == NULL)
    norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, NO_ENDPOINTS);
  else
    norpc_layer_forward (layer, call);
}

static gboolean
norpc_balance_is_closed (NorpcLayer *layer)
{
  g_autoptr (NorpcMembers) members = norpc_balance_get_members (NORPC_BALANCE (layer));

  for (guint i = 0; i < members->n; i++)
    if (!norpc_endpoint_is_closed (members->at[i]->endpoint))
      return FALSE;

  return members->n > 0 || NORPC_LAYER_CLASS (norpc_balance_parent_class)->is_closed (layer);
}

static gboolean
norpc_balance_leads_to (NorpcLayer *layer,
                        NorpcLayer *other)
{
  g_autoptr (NorpcMembers) members = norpc_balance_get_members (NORPC_BALANCE (layer));

  for (guint i = 0; i < members->n; i++)
    if (norpc_endpoint_leads_to (members->at[i]->endpoint, other))
      return TRUE;

  return NORPC_LAYER_CLASS (norpc_balance_parent_class)->leads_to (layer, other);
}

/* Returns the executor if all members have the same. */
static gconstpointer
norpc_balance_get_executor (NorpcLayer *layer)
{
  g_autoptr (NorpcMembers) members = norpc_balance_get_members (NORPC_BALANCE (layer));
  gconstpointer executor;

  if (members->n == 0)
    return NORPC_LAYER_CLASS (norpc_balance_parent_class)->get_executor (layer);

  executor = norpc_endpoint_get_executor (members->at[0]->endpoint);
  for (guint i = 1; i < members->n; i++)
    if (norpc_endpoint_get_executor (members->at[i]->endpoint) != executor)
      return NULL;

  return executor;
}

static gboolean
norpc_balance_has_capacity (NorpcLayer *layer)
{
  g_autoptr (NorpcMembers) members = norpc_balance_get_members (NORPC_BALANCE (layer));

  for (guint i = 0; i < members->n; i++)
    if (norpc_endpoint_is_ready (members->at[i]->endpoint))
      return TRUE;

  return members->n == 0 && norpc_layer_get_endpoint (layer) != NULL &&
         NORPC_LAYER_CLASS (norpc_balance_parent_class)->has_capacity (layer);
}

static void
norpc_balance_await_capacity (NorpcLayer *layer,
                              NorpcCall  *probe)
{
  NorpcBalance *self = NORPC_BALANCE (layer);
  g_autoptr (NorpcMembers) members = norpc_balance_get_members (self);

  if (members->n > 0)
    norpc_inquiries_add (self->inquiries, probe, members);
  else if (norpc_layer_get_endpoint (layer) == NULL)
    norpc_call_reject (probe, NORPC_ERROR_CLOSED, NO_ENDPOINTS);
  else
    NORPC_LAYER_CLASS (norpc_balance_parent_class)->await_capacity (layer, probe);
}

static void
norpc_balance_set_property (GObject      *object,
                            guint         property_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  switch ((NorpcBalanceProperty) property_id)
    {
    case PROP_POLICY:
      NORPC_BALANCE (object)->policy = (NorpcBalancePolicy) g_value_get_enum (value);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
norpc_balance_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  switch ((NorpcBalanceProperty) property_id)
    {
    case PROP_POLICY:
      g_value_set_enum (value, NORPC_BALANCE (object)->policy);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Thread-safe. Rejects the probes that wait for a member. */
static void
norpc_balance_dispose (GObject *object)
{
  norpc_inquiries_close (NORPC_BALANCE (object)->inquiries);

  G_OBJECT_CLASS (norpc_balance_parent_class)->dispose (object);
}

static void
norpc_balance_finalize (GObject *object)
{
  NorpcBalance *self = NORPC_BALANCE (object);

  norpc_members_unref (self->members);
  norpc_inquiries_unref (self->inquiries);
  g_hash_table_unref (self->subscribers);
  g_mutex_clear (&self->subscribers_lock);
  if (self->key_destroy != NULL)
    self->key_destroy (self->key_data);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (norpc_balance_parent_class)->finalize (object);
}

static void
norpc_balance_class_init (NorpcBalanceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  NorpcLayerClass *layer_class = NORPC_LAYER_CLASS (klass);

  object_class->set_property = norpc_balance_set_property;
  object_class->get_property = norpc_balance_get_property;
  object_class->dispose = norpc_balance_dispose;
  object_class->finalize = norpc_balance_finalize;

  layer_class->send = norpc_balance_send;
  layer_class->is_closed = norpc_balance_is_closed;
  layer_class->get_executor = norpc_balance_get_executor;
  layer_class->leads_to = norpc_balance_leads_to;
  layer_class->subscribe = norpc_balance_subscribe;
  layer_class->unsubscribe = norpc_balance_unsubscribe;
  layer_class->has_capacity = norpc_balance_has_capacity;
  layer_class->await_capacity = norpc_balance_await_capacity;

  /**
   * NorpcBalance:policy: (getter get_policy)
   *
   * The policy that selects the endpoint of a call.
   *
   * Since: 0.1
   */
  properties[PROP_POLICY] =
    g_param_spec_enum ("policy", NULL, NULL,
                       NORPC_TYPE_BALANCE_POLICY, NORPC_BALANCE_LEAST_PENDING,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
norpc_balance_init (NorpcBalance *self)
{
  self->members = norpc_members_new ();
  self->inquiries = norpc_inquiries_new ();
  self->subscribers = g_hash_table_new (NULL, NULL);
  g_mutex_init (&self->subscribers_lock);
  g_mutex_init (&self->lock);
}

/**
 * norpc_balance_new:
 * @policy: the policy that selects the endpoint of a call
 *
 * Creates a layer that distributes calls over endpoints, to be added with
 * [method@Norpc.Balance.add_endpoint].
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_balance_new (NorpcBalancePolicy policy)
{
  return g_object_new (NORPC_TYPE_BALANCE, "policy", policy, NULL);
}

/**
 * norpc_balance_get_policy:
 * @self: a balance
 *
 * Gets the policy that selects the endpoint of a call.
 *
 * Returns: the policy
 * Since: 0.1
 */
NorpcBalancePolicy
norpc_balance_get_policy (NorpcBalance *self)
{
  g_return_val_if_fail (NORPC_IS_BALANCE (self), NORPC_BALANCE_LEAST_PENDING);

  return self->policy;
}

/**
 * norpc_balance_set_key_func:
 * @self: a balance
 * @func: (scope notified): the function that computes the key of a call
 * @user_data: data for @func
 * @destroy: (nullable): the function to free @user_data with
 *
 * Sets the function that computes the keys of calls. Must be called before the first call
 * is sent.
 *
 * Since: 0.1
 */
void
norpc_balance_set_key_func (NorpcBalance   *self,
                            NorpcKeyFunc    func,
                            gpointer        user_data,
                            GDestroyNotify  destroy)
{
  g_return_if_fail (NORPC_IS_BALANCE (self));
  g_return_if_fail (func != NULL);
  g_return_if_fail (self->key_func == NULL);

  self->key_func = func;
  self->key_data = user_data;
  self->key_destroy = destroy;
}
