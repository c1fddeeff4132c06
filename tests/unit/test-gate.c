/* test-gate.c
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
  Fixture          fixture;
  NorpcGate       *gate;
  ProbeProbeProxy *proxy;
  Outcome          outcomes[N_CALLS];
} Gated;

static void
set_up (Gated         *self,
        gconstpointer  unused)
{
  fixture_set_up (&self->fixture, NULL);
  self->gate = norpc_gate_new ();
  self->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (self->gate));
  norpc_gate_open (self->gate, self->fixture.server->host);
  for (guint i = 0; i < N_CALLS; i++)
    probe_probe_proxy_call_noop (self->proxy, NULL, noop_cb, &self->outcomes[i]);
}

static void
tear_down (Gated         *self,
           gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->gate);
  fixture_tear_down (&self->fixture, NULL);
}

static void
test_take (Gated         *self,
           gconstpointer  unused)
{
  NorpcCall *call;

  for (guint i = 0; i < N_CALLS; i++)
    {
      g_assert_true (norpc_gate_has_calls (self->gate));
      call = norpc_gate_take (self->gate);
      norpc_call_return_values (call, 0, NULL);
      norpc_call_unref (call);
      outcome_wait (&self->outcomes[i]);
      g_assert_no_error (self->outcomes[i].error);
    }
  g_assert_false (norpc_gate_has_calls (self->gate));
  g_assert_null (norpc_gate_take (self->gate));

  norpc_gate_close (self->gate);
}

/* All that waits is answered, and what still comes is. */
static void
test_close (Gated         *self,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  norpc_gate_close (self->gate);
  g_assert_false (norpc_gate_has_calls (self->gate));
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

  g_test_add ("/gate/take", Gated, NULL, set_up, test_take, tear_down);
  g_test_add ("/gate/close", Gated, NULL, set_up, test_close, tear_down);

  return g_test_run ();
}
