/* test-service-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where calls wait that have come through a server's layers in another thread. */

#include "fixture.h"
#include "server/norpc-server-private.h"
#include "server/norpc-service-endpoint-private.h"

#define N_CALLS 3

typedef struct
{
  Fixture               fixture;
  NorpcServiceEndpoint *service_endpoint;
  ProbeProbeProxy      *proxy;
  Outcome               outcomes[N_CALLS];
  guint                 n_woken;
  int                   n_refs;
} Served;

/* No thread is the service's, so that all calls wait. */
static gboolean
may_handle (gpointer owner)
{
  return FALSE;
}

static void
handle (gpointer   owner,
        NorpcCall *call)
{
  g_assert_not_reached ();
}

static void
wake_up (gpointer owner)
{
  ((Served *) owner)->n_woken++;
}

static gpointer
ref (gpointer owner)
{
  ((Served *) owner)->n_refs++;

  return owner;
}

static void
unref (gpointer owner)
{
  ((Served *) owner)->n_refs--;
}

static const NorpcServiceEndpointFuncs funcs = { may_handle, handle, wake_up, ref, unref };

static void
set_up (Served         *self,
        gconstpointer  unused)
{
  fixture_set_up (&self->fixture, NULL);
  self->service_endpoint = norpc_service_endpoint_new (&funcs);
  self->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (self->service_endpoint));
  norpc_service_endpoint_open (self->service_endpoint, ref (self));
  for (guint i = 0; i < N_CALLS; i++)
    probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &self->outcomes[i]);
}

static void
tear_down (Served         *self,
           gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->service_endpoint);
  g_assert_cmpuint (self->n_woken, ==, N_CALLS);
  g_assert_cmpint (self->n_refs, ==, 0);
  fixture_tear_down (&self->fixture, NULL);
}

static void
test_take (Served         *self,
           gconstpointer  unused)
{
  NorpcCall *call;

  for (guint i = 0; i < N_CALLS; i++)
    {
      g_assert_true (norpc_service_endpoint_has_calls (self->service_endpoint));
      call = norpc_service_endpoint_take (self->service_endpoint);
      norpc_call_return_values (call, 0, NULL);
      norpc_call_unref (call);
      outcome_wait (&self->outcomes[i]);
      g_assert_no_error (self->outcomes[i].error);
    }
  g_assert_false (norpc_service_endpoint_has_calls (self->service_endpoint));
  g_assert_null (norpc_service_endpoint_take (self->service_endpoint));

  norpc_service_endpoint_close (self->service_endpoint);
}

/* All that waits is answered, and what still comes is. */
static void
test_close (Served         *self,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  norpc_service_endpoint_close (self->service_endpoint);
  g_assert_false (norpc_service_endpoint_has_calls (self->service_endpoint));
  for (guint i = 0; i < N_CALLS; i++)
    {
      outcome_wait (&self->outcomes[i]);
      g_assert_error (self->outcomes[i].error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      outcome_clear (&self->outcomes[i]);
    }

  g_assert_false (probe_probe_proxy_call_noop_sync (self->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/service-endpoint/take", Served, NULL, set_up, test_take, tear_down);
  g_test_add ("/service-endpoint/close", Served, NULL, set_up, test_close, tear_down);

  return g_test_run ();
}
