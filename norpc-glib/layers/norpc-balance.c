/* norpc-balance.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-balance.h"
#include "norpc-call-key-private.h"
#include "norpc-call-private.h"
#include "norpc-enum-types.h"
#include "norpc-layer-private.h"

/**
 * NorpcBalance:
 *
 * Spreads calls over several endpoints.
 *
 * It is the last layer of a stack, or leads to what gets the calls as long as
 * there is no endpoint. Endpoints can be added and removed at any time. One that
 * is closed, as the channel of a server that has stopped, gets no call unless all
 * are; the calls that it got before end as they do without the layer, so that a
 * [class@Norpc.Retry] before it can send them elsewhere.
 *
 * By key, the key of a call is its first argument, or what the function says that
 * [method@Norpc.Balance.set_key_func] sets. When an endpoint is added or
 * removed, only the keys that it gets or had go elsewhere.
 *
 * Since: 0.1
 */

/* How many calls an endpoint has to answer: lives until they have ended, and does
 * not hold the endpoint, which may hold them.
 */
typedef struct
{
  gatomicrefcount ref_count;
  int             n; /* atomic */
} Pending;

/* An endpoint that calls go to. */
typedef struct
{
  gatomicrefcount ref_count;
  NorpcEndpoint  *endpoint; /* (owned) */
  guint64         number;   /* in the order in which they were added */
  Pending        *pending;  /* (owned) */
} Member;

/* Members that do not change, but are replaced by others. */
typedef struct
{
  gatomicrefcount ref_count;
  guint           n;
  Member         *at[]; /* (owned) */
} Members;

/* A call on its way to a member: freed by who ends it. */
typedef struct
{
  NorpcCallWatch watch;   /* the first */
  Pending       *pending; /* (owned) */
} Passage;

struct _NorpcBalance
{
  NorpcLayer parent_instance;

  NorpcBalancePolicy policy; /* since construction */

  /* Before the first call. */
  NorpcKeyFunc   key_func; /* (nullable) */
  gpointer       key_data;
  GDestroyNotify key_destroy; /* (nullable) */

  GMutex     lock;
  Members *members; /* (owned) [lock] */
  guint64  next;    /* [lock]: the number of the next member */
  int      turn;    /* atomic: of the next call */
};

G_DEFINE_FINAL_TYPE (NorpcBalance, norpc_balance, NORPC_TYPE_LAYER)

typedef enum
{
  PROP_POLICY = 1,
} NorpcBalanceProperty;

static GParamSpec *properties[PROP_POLICY + 1];

static void
pending_unref (Pending *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

static Member *
member_ref (Member *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
member_unref (Member *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->endpoint);
  pending_unref (self->pending);
  g_free (self);
}

/* With room for @max. */
static Members *
members_new (guint max)
{
  Members *self = g_malloc0 (sizeof (Members) + max * sizeof (Member *));

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

static void
members_add (Members *self,
             Member  *member)
{
  self->at[self->n++] = member_ref (member);
}

static void
members_unref (Members *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n; i++)
    member_unref (self->at[i]);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Members, members_unref)

/* Any thread: the members there are now (owned). */
static Members *
get_members (NorpcBalance *self)
{
  Members *members;

  g_mutex_lock (&self->lock);
  members = self->members;
  g_atomic_ref_count_inc (&members->ref_count);
  g_mutex_unlock (&self->lock);

  return members;
}

/* Any thread: the other one, if @first is busier. */
static Member *
get_better (Member *first,
            Member *second)
{
  gboolean first_ready = norpc_endpoint_is_ready (first->endpoint);
  gboolean second_ready = norpc_endpoint_is_ready (second->endpoint);

  if (first_ready != second_ready)
    return first_ready ? first : second;

  return g_atomic_int_get (&second->pending->n) < g_atomic_int_get (&first->pending->n) ? second : first;
}

/* Any thread: a number that says how close the key is to the member. */
static guint64
get_closeness (Member *member,
               guint   key)
{
  guint64 x = (guint64) key + (member->number + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return x ^ (x >> 31);
}

static Member *
get_closest (Members *members,
             guint    key)
{
  Member *closest = members->at[0];

  for (guint i = 1; i < members->n; i++)
    if (get_closeness (members->at[i], key) > get_closeness (closest, key))
      closest = members->at[i];

  return closest;
}

static Member *
get_less_busy (Members *members)
{
  guint first, second;

  if (members->n == 1)
    return members->at[0];

  first = (guint) g_random_int_range (0, (gint32) members->n);
  second = (guint) g_random_int_range (0, (gint32) members->n - 1);
  if (second >= first)
    second++;

  return get_better (members->at[first], members->at[second]);
}

static guint
get_key (NorpcBalance *self,
         NorpcCall    *call)
{
  return self->key_func != NULL ? self->key_func (call, self->key_data)
                                : norpc_call_hash_first_arg (call);
}

/* Any thread. @members has at least one. */
static Member *
choose_among (NorpcBalance *self,
              Members      *members,
              NorpcCall    *call)
{
  switch (self->policy)
    {
    case NORPC_BALANCE_ROUND_ROBIN:
      return members->at[(guint) g_atomic_int_add (&self->turn, 1) % members->n];

    case NORPC_BALANCE_BY_KEY:
      return get_closest (members, get_key (self, call));

    case NORPC_BALANCE_LEAST_PENDING:
    default:
      return get_less_busy (members);
    }
}

/* Any thread: those that are not closed (owned). */
static Members *
get_open (Members *members)
{
  Members *open = members_new (members->n);

  for (guint i = 0; i < members->n; i++)
    if (!norpc_layer_is_closed (members->at[i]->endpoint))
      members_add (open, members->at[i]);

  return open;
}

/* Any thread. */
gboolean
norpc_balance_is_closed (NorpcBalance *self)
{
  g_autoptr (Members) members = get_members (self);
  g_autoptr (Members) open = get_open (members);

  return members->n > 0 ? open->n == 0
                        : norpc_layer_is_closed (norpc_layer_get_endpoint (NORPC_LAYER (self)));
}

/* Any thread: who gets @call (owned), or NULL if there is nobody. */
static Member *
choose (NorpcBalance *self,
        NorpcCall    *call)
{
  g_autoptr (Members) members = get_members (self);
  Member *member;

  if (members->n == 0)
    return NULL;

  member = choose_among (self, members, call);
  if (norpc_layer_is_closed (member->endpoint))
    {
      g_autoptr (Members) open = get_open (members);

      if (open->n > 0)
        member = choose_among (self, open, call);
    }

  return member_ref (member);
}

/* The thread that ends the call. */
static void
passage_ended (NorpcCallWatch *watch,
               NorpcCall      *call G_GNUC_UNUSED)
{
  Passage *passage = (Passage *) watch;

  g_atomic_int_add (&passage->pending->n, -1);
  pending_unref (passage->pending);
  g_free (passage);
}

static void
norpc_balance_take (NorpcLayer *layer,
                    NorpcCall  *call)
{
  Member *member = choose (NORPC_BALANCE (layer), call);
  Passage *passage;

  if (member == NULL)
    {
      norpc_layer_pass_on (layer, call);
      return;
    }

  passage = g_new0 (Passage, 1);
  passage->pending = member->pending;
  g_atomic_ref_count_inc (&passage->pending->ref_count);
  g_atomic_int_inc (&passage->pending->n);
  if (norpc_call_add_watch (call, &passage->watch, passage_ended))
    {
      norpc_endpoint_send (member->endpoint, call);
    }
  else
    {
      passage_ended (&passage->watch, call);
      norpc_call_unref (call);
    }
  member_unref (member);
}

static gboolean
norpc_balance_has_room (NorpcLayer *layer)
{
  g_autoptr (Members) members = get_members (NORPC_BALANCE (layer));

  for (guint i = 0; i < members->n; i++)
    if (norpc_endpoint_is_ready (members->at[i]->endpoint))
      return TRUE;

  return members->n == 0 &&
         NORPC_LAYER_CLASS (norpc_balance_parent_class)->has_room (layer);
}

/* The one that is ready, or else of those that are open the one that has the
 * least to do.
 */
static Member *
get_readiest (Members *members)
{
  g_autoptr (Members) open = get_open (members);
  Member *best = open->n > 0 ? open->at[0] : members->at[0];

  for (guint i = 1; i < open->n; i++)
    best = get_better (best, open->at[i]);

  return best;
}

static void
norpc_balance_await_room (NorpcLayer *layer,
                          NorpcCall  *probe)
{
  g_autoptr (Members) members = get_members (NORPC_BALANCE (layer));

  if (members->n > 0)
    norpc_endpoint_await_ready (get_readiest (members)->endpoint, probe);
  else
    NORPC_LAYER_CLASS (norpc_balance_parent_class)->await_room (layer, probe);
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

static void
norpc_balance_finalize (GObject *object)
{
  NorpcBalance *self = NORPC_BALANCE (object);

  members_unref (self->members);
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
  object_class->finalize = norpc_balance_finalize;

  layer_class->take = norpc_balance_take;
  layer_class->has_room = norpc_balance_has_room;
  layer_class->await_room = norpc_balance_await_room;

  /**
   * NorpcBalance:policy: (getter get_policy)
   *
   * Which endpoint gets a call.
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
  self->members = members_new (0);
  g_mutex_init (&self->lock);
}

/**
 * norpc_balance_new:
 * @policy: which endpoint gets a call
 *
 * Makes a layer that spreads calls over endpoints, which are to be added.
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
 * Tells which endpoint gets a call.
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

/* With the lock held: a copy of the members (owned), without the one at @except. */
static Members *
copy_members_locked (NorpcBalance *self,
                     guint         except)
{
  Members *members = members_new (self->members->n + 1);

  for (guint i = 0; i < self->members->n; i++)
    if (i != except)
      members_add (members, self->members->at[i]);

  return members;
}

/**
 * norpc_balance_add_endpoint:
 * @self: a balance
 * @endpoint: an endpoint
 *
 * Adds an endpoint, which gets calls from now on.
 *
 * Any thread may do this, at any time.
 *
 * Since: 0.1
 */
void
norpc_balance_add_endpoint (NorpcBalance  *self,
                            NorpcEndpoint *endpoint)
{
  g_autoptr (Members) old_members = NULL;
  Member *member;

  g_return_if_fail (NORPC_IS_BALANCE (self));
  g_return_if_fail (NORPC_IS_ENDPOINT (endpoint));
  g_return_if_fail ((gpointer) endpoint != self);

  member = g_new0 (Member, 1);
  g_atomic_ref_count_init (&member->ref_count);
  member->endpoint = g_object_ref_sink (endpoint);
  member->pending = g_new0 (Pending, 1);
  g_atomic_ref_count_init (&member->pending->ref_count);

  g_mutex_lock (&self->lock);
  old_members = self->members;
  self->members = copy_members_locked (self, G_MAXUINT);
  member->number = self->next++;
  members_add (self->members, member);
  g_mutex_unlock (&self->lock);
  member_unref (member);
}

static guint
find_endpoint_locked (NorpcBalance  *self,
                      NorpcEndpoint *endpoint)
{
  for (guint i = 0; i < self->members->n; i++)
    if (self->members->at[i]->endpoint == endpoint)
      return i;

  return G_MAXUINT;
}

/**
 * norpc_balance_remove_endpoint:
 * @self: a balance
 * @endpoint: an endpoint that was added
 *
 * Removes an endpoint, which gets no more calls.
 *
 * Those that it has got go on. Any thread may do this, at any time.
 *
 * Returns: %TRUE if it was there
 * Since: 0.1
 */
gboolean
norpc_balance_remove_endpoint (NorpcBalance  *self,
                               NorpcEndpoint *endpoint)
{
  g_autoptr (Members) old_members = NULL;
  guint place;

  g_return_val_if_fail (NORPC_IS_BALANCE (self), FALSE);
  g_return_val_if_fail (NORPC_IS_ENDPOINT (endpoint), FALSE);

  g_mutex_lock (&self->lock);
  place = find_endpoint_locked (self, endpoint);
  if (place != G_MAXUINT)
    {
      old_members = self->members;
      self->members = copy_members_locked (self, place);
    }
  g_mutex_unlock (&self->lock);

  return place != G_MAXUINT;
}

/**
 * norpc_balance_get_n_endpoints:
 * @self: a balance
 *
 * Tells how many endpoints there are.
 *
 * Returns: the number
 * Since: 0.1
 */
guint
norpc_balance_get_n_endpoints (NorpcBalance *self)
{
  g_autoptr (Members) members = NULL;

  g_return_val_if_fail (NORPC_IS_BALANCE (self), 0);

  members = get_members (self);

  return members->n;
}

/**
 * norpc_balance_set_key_func:
 * @self: a balance
 * @func: (scope notified): tells the key of a call
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets what tells the keys of calls, before the first call.
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
