/* stress-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Routes to several services: through a balance whose members come and go while calls
 * are under way, and to pools. */

#include "stress.h"

#define N_POOL_SERVERS 2

/* One that a balance leads to. */
typedef struct
{
  NorpcEndpoint *endpoint; /* (owned) */
  StressFate    *fate;     /* (owned) */
} Member;

static void
member_free (gpointer data)
{
  Member *member = data;

  g_object_unref (member->endpoint);
  stress_fate_unref (member->fate);
  g_free (member);
}

/* The client's thread. Returns the members that @balance has, or has had (unowned), of owned
 * Member. These stay, so that calls that their layers hold go on. */
static GPtrArray *
get_members (NorpcBalance *balance,
             const char   *key)
{
  GPtrArray *members = g_object_get_data (G_OBJECT (balance), key);

  if (members == NULL)
    {
      members = g_ptr_array_new_with_free_func (member_free);
      g_object_set_data_full (G_OBJECT (balance), key, members,
                              (GDestroyNotify) g_ptr_array_unref);
    }

  return members;
}

/* The client's thread. Returns an owned endpoint that leads to @host, with layers at times. */
static NorpcEndpoint *
endpoint_new (StressRoute *route,
              StressHost  *host,
              GRand       *rand)
{
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new ();
  StressSide side = { NULL, g_thread_self () };

  if (g_rand_int_range (rand, 0, 3) == 0)
    stress_layers_add (endpoints, &route->group->traits, rand, &side);
  g_ptr_array_add (endpoints, norpc_server_get_channel (host->server));

  return norpc_stack_newv ((NorpcEndpoint **) endpoints->pdata, endpoints->len);
}

/* The client's thread. */
static void
add_member (StressRoute *self,
            GRand       *rand)
{
  g_autoptr (StressHost) host = stress_hosts_pick (g_rand_int_range (rand, 0, STRESS_N_HOSTS));
  Member *member;

  if (!stress_group_add (self->group, host->fate))
    return;

  stress_traits_add (&self->group->traits, &host->traits);
  member = g_new (Member, 1);
  member->fate = stress_fate_ref (host->fate);
  member->endpoint = endpoint_new (self, host, rand);
  g_ptr_array_add (get_members (self->balance, "members"), member);
  norpc_balance_add_endpoint (self->balance, member->endpoint);
}

/* The client's thread. The last one stays. */
static void
remove_member (StressRoute *self,
               GRand       *rand)
{
  GPtrArray *members = get_members (self->balance, "members");
  guint i = g_rand_int_range (rand, 0, members->len);
  Member *member = members->pdata[i];

  if (members->len < 2)
    return;

  stress_group_remove (self->group, member->fate);
  g_assert_true (norpc_balance_remove_endpoint (self->balance, member->endpoint));
  g_ptr_array_add (get_members (self->balance, "former-members"),
                   g_ptr_array_steal_index (members, i));
  g_assert_cmpuint (norpc_balance_get_n_endpoints (self->balance), ==, members->len);
}

/* The client's thread: adds or removes a service, if there are several. */
void
stress_route_change (StressRoute *self,
                     GRand       *rand)
{
  if (self->balance == NULL)
    return;

  if (g_rand_boolean (rand))
    add_member (self, rand);
  else
    remove_member (self, rand);
}

static NorpcBalancePolicy
pick_policy (GRand *rand)
{
  static const NorpcBalancePolicy policies[] = {
    NORPC_BALANCE_LEAST_PENDING, NORPC_BALANCE_ROUND_ROBIN, NORPC_BALANCE_BY_KEY,
  };

  return policies[g_rand_int_range (rand, 0, G_N_ELEMENTS (policies))];
}

/* The client's thread. The member that gets the next call may be faster than that before. */
void
stress_route_to_members (StressRoute *self,
                         GRand       *rand)
{
  NorpcLayer *balance = norpc_balance_new (pick_policy (rand));

  stress_watch (balance, STRESS_LAYERS);
  self->group = stress_group_new (NULL);
  self->balance = NORPC_BALANCE (g_object_ref_sink (balance));
  self->endpoint = NORPC_ENDPOINT (g_object_ref (balance));
  for (int n = g_rand_int_range (rand, 1, 4); n > 0; n--)
    add_member (self, rand);
  /* Any that come may have such layers. */
  self->traits = (StressTraits) { .reorders = TRUE, .retries = TRUE, .carries = TRUE };
}

static GObject *
make_service (guint    index,
              gpointer user_data)
{
  StressGroup *group = user_data;
  g_autoptr (StressFate) fate = stress_fate_new (STRESS_OWN_THREAD);

  fate->when_full = NORPC_WHEN_FULL_BUSY;
  fate->capacity = NORPC_CHANNEL_DEFAULT_CAPACITY;
  stress_group_add (group, fate);

  return stress_service_new (fate, NULL);
}

/* The client's thread. */
void
stress_route_to_pool (StressRoute *self,
                      GRand       *rand)
{
  g_autoptr (GError) error = NULL;

  self->group = stress_group_new (NULL);
  self->pool = norpc_pool_new (N_POOL_SERVERS, pick_policy (rand), make_service, self->group);
  self->endpoint = NORPC_ENDPOINT (g_object_ref (self->pool));
  self->traits.reorders = TRUE;
  for (guint i = 0; i < N_POOL_SERVERS; i++)
    {
      stress_watch (norpc_pool_get_server (self->pool, i), STRESS_SERVERS);
      stress_watch (norpc_server_get_channel (norpc_pool_get_server (self->pool, i)),
                    STRESS_CHANNELS);
    }

  norpc_pool_start (self->pool, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_POOL_SERVERS; i++)
    g_atomic_int_set (&self->group->fates[i]->started, TRUE);
}

/* The thread that drops the route: half of the pools are stopped, the others dropped. A client may have
 * dropped its last stream in a callback that is still running, and holds it.
 */
void
stress_pool_end (StressRoute *self)
{
  for (guint i = 0; i < N_POOL_SERVERS; i++)
    g_atomic_int_set (&self->group->fates[i]->ending, TRUE);

  if (self->group->fates[0]->number % 2 == 0)
    {
      g_autoptr (GError) error = NULL;

      if (norpc_pool_stop (self->pool, NORPC_STOP_FINISH, NULL, &error))
        return;

      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
      g_assert_cmpuint (stress_get_current_client ()->n_open, >, 0);
    }
}
