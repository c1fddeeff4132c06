/* stress-lane.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a client calls a service by: a proxy, and layers before the service. */

#include "stress.h"

static int n_lanes; /* atomic */

/* Returns an owned endpoint, and the owned fate of what it leads to. */
static NorpcEndpoint *
pick_endpoint (StressClient  *client,
               StressFate   **fate,
               StressTraits  *traits)
{
  g_autoptr (StressHost) host = NULL;
  g_autoptr (GObject) service = NULL;

  if (g_rand_int_range (client->rand, 0, 8) != 0)
    {
      host = stress_hosts_pick (g_rand_int_range (client->rand, 0, STRESS_N_HOSTS));
      *fate = stress_fate_ref (host->fate);
      *traits = host->traits;
      return NORPC_ENDPOINT (g_object_ref (norpc_server_get_channel (host->server)));
    }

  *fate = stress_fate_new (STRESS_DIRECT);
  (*fate)->started = TRUE;
  service = stress_service_new (*fate, client->context);

  return NORPC_ENDPOINT (norpc_direct_new (service));
}

/* Nothing may bring a call to a service in another thread than its own. */
static NorpcEndpoint *
add_layers (StressClient  *client,
            NorpcEndpoint *endpoint,
            StressTraits  *traits)
{
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new ();

  stress_layers_add (endpoints, traits, client->rand);
  g_ptr_array_add (endpoints, endpoint);

  return norpc_stack_newv ((NorpcEndpoint **) endpoints->pdata, endpoints->len);
}

/* The client's thread. */
StressLane *
stress_lane_new (StressClient *client)
{
  StressLane *self = g_rc_box_new0 (StressLane);
  g_autoptr (NorpcEndpoint) endpoint = pick_endpoint (client, &self->fate, &self->traits);

  self->endpoint = self->fate->place == STRESS_DIRECT
                     ? g_object_ref (endpoint)
                     : add_layers (client, endpoint, &self->traits);
  self->proxy = stress_target_proxy_new (self->endpoint);
  self->number = (guint) g_atomic_int_add (&n_lanes, 1) + 1;
  stress_watch (self->proxy, STRESS_PROXIES);

  return self;
}

static void
lane_clear (gpointer data)
{
  StressLane *self = data;

  g_clear_object (&self->proxy);
  g_clear_object (&self->endpoint);
  stress_fate_unref (self->fate);
}

void
stress_lane_unref (StressLane *self)
{
  g_rc_box_release_full (self, lane_clear);
}
