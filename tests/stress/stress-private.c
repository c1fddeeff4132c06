/* stress-private.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Routes to a service that a client has to itself, so that it answers all calls: directly, or through
 * another server, whose service is a proxy and passes calls on. */

#include "stress.h"

static NorpcServer *
server_new (NorpcServer *server)
{
  g_autoptr (GError) error = NULL;

  stress_watch (server, STRESS_SERVERS);
  stress_watch (norpc_server_get_channel (server), STRESS_CHANNELS);
  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);

  return server;
}

/* A proxy that passes calls on, and its thread. */
typedef struct
{
  NorpcServer       *back;  /* (owned) */
  StressFate        *fate;  /* (unowned) */
  StressTargetProxy *proxy; /* (owned) (nullable): atomic */
} Front;

/* The thread of the front, in whose context the proxy emits its signals. */
static gboolean
make_proxy (gpointer user_data)
{
  Front *front = user_data;
  StressTargetProxy *proxy =
    stress_target_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (front->back)));

  stress_watch (proxy, STRESS_PROXIES);
  g_object_set_data_full (G_OBJECT (proxy), "back", front->back, g_object_unref);
  g_atomic_pointer_set (&front->fate->front, g_thread_self ());
  g_atomic_pointer_set (&front->proxy, proxy);

  return G_SOURCE_REMOVE;
}

/* The client's thread. Returns a server (owned) that passes calls on to @back (owned), and keeps it. */
static NorpcServer *
front_new (NorpcServer *back,
           StressFate  *fate)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new ("front");
  Front front = { back, fate, NULL };
  g_autoptr (GObject) proxy = NULL;

  g_main_context_invoke (norpc_thread_get_main_context (thread), make_proxy, &front);
  while ((proxy = (GObject *) g_atomic_pointer_get (&front.proxy)) == NULL)
    g_thread_yield ();

  return server_new (norpc_server_new_on_thread (proxy, thread));
}

/* The client's thread. */
void
stress_route_to_private (StressRoute *self,
                         GRand       *rand)
{
  g_autoptr (StressFate) fate = stress_fate_new (STRESS_OWN_THREAD);
  g_autoptr (GObject) service = stress_service_new (fate, NULL);

  fate->capacity = NORPC_CHANNEL_DEFAULT_CAPACITY;
  fate->when_full = NORPC_WHEN_FULL_BUSY;
  self->group = stress_group_new (fate);
  self->server = server_new (norpc_server_new (service));
  g_atomic_int_set (&fate->started, TRUE);
  if (g_rand_boolean (rand))
    {
      self->server = front_new (self->server, fate);
      self->traits.carries = TRUE;
    }
  self->endpoint = NORPC_ENDPOINT (g_object_ref (norpc_server_get_channel (self->server)));
}

/* The thread that drops the route: half of the servers are stopped, the others dropped. */
void
stress_route_end_private (StressRoute *self)
{
  StressFate *fate = stress_group_get_single (self->group);

  g_atomic_int_set (&fate->ending, TRUE);
  if (fate->number % 2 == 0)
    norpc_server_stop_async (self->server, NORPC_STOP_FINISH, NULL, NULL, NULL);
  g_clear_object (&self->server);
}
