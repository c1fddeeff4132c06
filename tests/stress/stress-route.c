/* stress-route.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The way to services: a proxy, and layers before one service, or before
 * several. Some routes are shared by all clients, and some proxies have the same
 * endpoint. */

#include "stress.h"

static StressRoute *shared_routes[STRESS_N_SHARED_ROUTES]; /* (owned) [lock] */
static GMutex lock;

static StressRoute *
route_new (void)
{
  return g_atomic_rc_box_new0 (StressRoute);
}

static void
route_clear (gpointer data)
{
  StressRoute *self = data;

  if (self->pool != NULL)
    stress_pool_end (self);
  if (self->server != NULL)
    stress_route_end_private (self);
  if (stress_group_is_at (self->group, STRESS_DIRECT))
    g_atomic_int_set (&self->group->fates[0]->ending, TRUE);
  g_clear_object (&self->proxy);
  g_clear_object (&self->endpoint);
  g_clear_object (&self->balance);
  g_clear_object (&self->pool);
  stress_group_unref (self->group);
}

StressRoute *
stress_route_ref (StressRoute *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
stress_route_unref (StressRoute *self)
{
  g_atomic_rc_box_release_full (self, route_clear);
}

/* Any thread. */
static void
route_to_host (StressRoute *self,
               guint        i)
{
  g_autoptr (StressHost) host = stress_hosts_pick (i);

  self->group = stress_group_new (host->fate);
  self->traits = host->traits;
  self->endpoint = NORPC_ENDPOINT (g_object_ref (norpc_server_get_channel (host->server)));
}

/* The client's thread. No layer may send a call to such a service from another thread. */
static void
route_to_direct (StressRoute  *self,
                 GMainContext *context)
{
  g_autoptr (StressFate) fate = stress_fate_new (STRESS_DIRECT);
  g_autoptr (GObject) service = stress_service_new (fate, context);

  fate->started = TRUE;
  fate->thread = g_thread_self ();
  self->group = stress_group_new (fate);
  self->endpoint = NORPC_ENDPOINT (norpc_direct_new (service));
}

/* @client: the only one that uses it, or NULL. */
static void
add_layers (StressRoute *self,
            GRand       *rand,
            GThread     *client)
{
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new ();
  g_autoptr (NorpcEndpoint) last = g_steal_pointer (&self->endpoint);
  StressSide side = { NULL, client };
  gboolean denied = self->traits.denies;

  self->traits.denies = FALSE;
  stress_layers_add (endpoints, &self->traits, rand, &side);
  self->denies = self->traits.denies;
  self->traits.denies = self->denies || denied;
  g_ptr_array_add (endpoints, last);
  self->endpoint = norpc_stack_newv ((NorpcEndpoint **) endpoints->pdata, endpoints->len);
}

static void
add_proxy (StressRoute *self)
{
  self->proxy = stress_target_proxy_new (self->endpoint);
  stress_watch (self->proxy, STRESS_PROXIES);
  stress_signals_connect (self);
}

/* The client's thread: another proxy with the endpoint of @route. */
static StressRoute *
route_new_beside (StressRoute *route)
{
  StressRoute *self = route_new ();

  self->endpoint = g_object_ref (route->endpoint);
  self->group = stress_group_ref (route->group);
  if (route->balance != NULL)
    self->balance = g_object_ref (route->balance);
  self->traits = route->traits;
  self->denies = route->denies;
  add_proxy (self);

  return self;
}

static StressRoute *
dup_shared_route (guint i)
{
  StressRoute *route;

  g_mutex_lock (&lock);
  route = stress_route_ref (shared_routes[i]);
  g_mutex_unlock (&lock);

  return route;
}

/* Any thread: one that clients share leads to another service. */
static StressRoute *
shared_route_new (GRand *rand)
{
  StressRoute *self = route_new ();

  self->shared = TRUE;
  route_to_host (self, g_rand_int_range (rand, 0, STRESS_N_HOSTS));
  add_layers (self, rand, NULL);
  add_proxy (self);

  return self;
}

static StressRoute *
replace_shared_route (StressClient *client,
                      guint         i)
{
  StressRoute *route = shared_route_new (client->rand);
  g_autoptr (StressRoute) old = NULL;

  g_mutex_lock (&lock);
  old = shared_routes[i];
  shared_routes[i] = stress_route_ref (route);
  g_mutex_unlock (&lock);

  return route;
}

/* Returns an owned one that clients share, and that leads somewhere. */
static StressRoute *
pick_shared_route (StressClient *client)
{
  guint i = g_rand_int_range (client->rand, 0, STRESS_N_SHARED_ROUTES);
  g_autoptr (StressRoute) route = dup_shared_route (i);

  if (!stress_group_is_ending (route->group))
    return g_steal_pointer (&route);

  return replace_shared_route (client, i);
}

/* Returns an unowned one of the client, which no service is to outlive, or NULL. */
static StressRoute *
find_own_route (StressClient *client)
{
  for (guint i = 0; i < STRESS_N_LANES; i++)
    if (client->lanes[i] != NULL && !client->lanes[i]->route->shared &&
        client->lanes[i]->route->pool == NULL && client->lanes[i]->route->server == NULL)
      return client->lanes[i]->route;

  return NULL;
}

/* The client's thread. */
StressRoute *
stress_route_new (StressClient *client)
{
  StressRoute *own = find_own_route (client);
  guint dice = g_rand_int_range (client->rand, 0, 128);
  StressRoute *self;

  if (dice < 16)
    return pick_shared_route (client);
  if (dice < 32 && own != NULL)
    return route_new_beside (own);

  self = route_new ();
  if (dice < 40)
    route_to_direct (self, client->context);
  else if (dice < 64)
    stress_route_to_members (self, client->rand);
  else if (dice < 65)
    stress_route_to_pool (self, client->rand);
  else if (dice < 72)
    stress_route_to_private (self, client->rand);
  else
    route_to_host (self, g_rand_int_range (client->rand, 0, STRESS_N_HOSTS));
  if (dice >= 40 && (self->server == NULL || g_rand_boolean (client->rand)))
    add_layers (self, client->rand, g_thread_self ());
  add_proxy (self);

  return self;
}

/* The main thread, when there are hosts. */
void
stress_routes_begin (guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (guint i = 0; i < STRESS_N_SHARED_ROUTES; i++)
    shared_routes[i] = shared_route_new (rand);
}

/* The main thread, when all clients have ended. */
void
stress_routes_end (void)
{
  for (guint i = 0; i < STRESS_N_SHARED_ROUTES; i++)
    g_clear_pointer (&shared_routes[i], stress_route_unref);
}
