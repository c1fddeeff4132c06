/* test-nats-slots.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A client that calls again as soon as its call has completed, at an endpoint with as many calls as it may have. */

#include "nats-fixture.h"
#include "norpc-nats-liveness-private.h"

void __wrap_norpc_nats_liveness_remove (NorpcNatsLiveness *self,
                                        NorpcNatsWatched  *watched);
void __real_norpc_nats_liveness_remove (NorpcNatsLiveness *self,
                                        NorpcNatsWatched  *watched);

/* The thread of the link waits before it releases a call, until the client has called again. */
static int gate_closed; /* atomic */

void
__wrap_norpc_nats_liveness_remove (NorpcNatsLiveness *self,
                                   NorpcNatsWatched  *watched)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (&gate_closed))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (1000);
    }

  __real_norpc_nats_liveness_remove (self, watched);
}

static void
again_cb (GObject      *proxy,
          GAsyncResult *result,
          gpointer      n_completed)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = depot_depot_proxy_call_echo_finish (DEPOT_DEPOT_PROXY (proxy), result, &error);

  g_assert_no_error (error);
  (*(guint *) n_completed)++;
}

static void
first_cb (GObject      *proxy,
          GAsyncResult *result,
          gpointer      n_completed)
{
  again_cb (proxy, result, n_completed);
  depot_depot_proxy_call_echo (DEPOT_DEPOT_PROXY (proxy), "again", NULL, again_cb, n_completed);
  g_atomic_int_set (&gate_closed, FALSE);
}

static void
test_again (Fixture       *fixture,
            gconstpointer  unused)
{
  NorpcEndpoint *endpoint = g_object_new (NORPC_NATS_TYPE_ENDPOINT, "connection", fixture->connection, "prefix", PREFIX,
                                          "capacity", 1, NULL);
  DepotDepotProxy *proxy = depot_depot_proxy_new (endpoint);
  guint n_completed = 0;

  g_atomic_int_set (&gate_closed, TRUE);
  depot_depot_proxy_call_echo (proxy, "first", NULL, first_cb, &n_completed);
  while (n_completed < 2)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (proxy);
  release_and_wait (endpoint);
}

static void
add_tests (void)
{
  TEST ("/nats/slots/again", test_again);
}

int
main (int   argc,
      char *argv[])
{
  return run_tests (argc, argv, add_tests);
}
