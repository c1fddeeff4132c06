/* stress-lane.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The calls of a client by one proxy. */

#include "stress.h"

static int n_lanes; /* atomic */

/* The client's thread. */
StressLane *
stress_lane_new (StressClient *client)
{
  StressLane *self = g_rc_box_new0 (StressLane);

  self->route = stress_route_new (client);
  self->number = (guint) g_atomic_int_add (&n_lanes, 1) + 1;

  return self;
}

static void
lane_clear (gpointer data)
{
  stress_route_unref (((StressLane *) data)->route);
}

void
stress_lane_unref (StressLane *self)
{
  g_rc_box_release_full (self, lane_clear);
}
