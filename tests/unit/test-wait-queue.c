/* test-wait-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many of those that wait for room in a layer are told that there is some, and calls
 * that come while another one is about to pass. The linker puts the functions named
 * __wrap_… in the place of the library's, for calls from one of its files to another.
 */

#include "layer-fixture.h"

void     __real_norpc_layer_forward     (NorpcLayer    *layer,
                                         NorpcCall     *call);
void     __wrap_norpc_layer_forward     (NorpcLayer    *layer,
                                         NorpcCall     *call);
gboolean __real_norpc_endpoint_is_ready (NorpcEndpoint *endpoint);
gboolean __wrap_norpc_endpoint_is_ready (NorpcEndpoint *endpoint);

#define N_WAITING 3

static gboolean
set_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

/* Runs the main context for long enough to see what should not come. */
static void
run_for_a_while (void)
{
  gboolean over = FALSE;

  g_timeout_add (50, set_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

/* As many are told as there are places, as long as others are taken. */
static void
test_told (Layered       *fixture,
           gconstpointer  unused)
{
  Outcome held[2] = { { 0 } }, ready[N_WAITING] = { { 0 } };
  NorpcCall *calls[2];

  layered_start (fixture, SIDE_CLIENT, norpc_concurrency_limit_new (2), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held[i]);
      calls[i] = probe_state_take_held (fixture->state);
    }
  for (guint i = 0; i < N_WAITING; i++)
    norpc_endpoint_ready_async (fixture->stack, NULL, ready_cb, &ready[i]);
  run_for_a_while ();
  for (guint i = 0; i < N_WAITING; i++)
    g_assert_cmpuint (ready[i].n, ==, 0);

  answer (calls[0]);
  outcome_wait (&ready[0]);
  g_assert_true (ready[0].ok);
  run_for_a_while ();
  g_assert_cmpuint (ready[1].n + ready[2].n, ==, 0);

  answer (calls[1]);
  for (guint i = 1; i < N_WAITING; i++)
    {
      outcome_wait (&ready[i]);
      g_assert_true (ready[i].ok);
    }
  g_assert_true (held[0].ok && held[1].ok);
}

/* By whom the second note is sent, in the middle of something else (unowned) (nullable),
 * atomic.
 */
static ProbeProbeProxy *sends_when_forwarding = NULL;
static ProbeProbeProxy *sends_when_asking = NULL;

static gboolean
send_second (ProbeProbeProxy **place)
{
  ProbeProbeProxy *proxy = g_atomic_pointer_get (place);

  if (proxy == NULL || !g_atomic_pointer_compare_and_exchange (place, proxy, NULL))
    return FALSE;

  probe_probe_proxy_call_note (proxy, 1, NULL, NULL, NULL);

  return TRUE;
}

void
__wrap_norpc_layer_forward (NorpcLayer *layer,
                            NorpcCall  *call)
{
  send_second (&sends_when_forwarding);
  __real_norpc_layer_forward (layer, call);
}

gboolean
__wrap_norpc_endpoint_is_ready (NorpcEndpoint *endpoint)
{
  return !send_second (&sends_when_asking) && __real_norpc_endpoint_is_ready (endpoint);
}

/* A call that was held is on its way out of the layer: what comes now stays behind it. */
static void
test_sent_while_forwarding (Layered       *fixture,
                            gconstpointer  unused)
{
  Outcome held[2] = { { 0 } }, note = { 0 };
  NorpcCall *calls[2];

  layered_start (fixture, SIDE_CLIENT, norpc_concurrency_limit_new (2), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    {
      probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held[i]);
      calls[i] = probe_state_take_held (fixture->state);
    }
  probe_probe_proxy_call_note (fixture->proxy, 0, NULL, note_cb, &note);
  g_atomic_pointer_set (&sends_when_forwarding, fixture->proxy);
  answer (calls[0]);
  outcome_wait (&note);
  g_assert_null (g_atomic_pointer_get (&sends_when_forwarding));
  answer (calls[1]);

  /* It is behind both. */
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  assert_numbers (fixture->state, 2);
  while (held[1].n == 0)
    g_main_context_iteration (NULL, TRUE);
}

/* A call finds the next endpoint busy, and another one comes meanwhile: it is still first. */
static void
test_sent_while_asking (Layered       *fixture,
                        gconstpointer  unused)
{
  layered_start (fixture, SIDE_CLIENT, norpc_buffer_new (10), NULL);
  g_atomic_pointer_set (&sends_when_asking, fixture->proxy);
  probe_probe_proxy_call_note (fixture->proxy, 0, NULL, NULL, NULL);
  g_assert_null (g_atomic_pointer_get (&sends_when_asking));

  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  assert_numbers (fixture->state, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER ("/wait-queue/told", SIDE_CLIENT, test_told);
  TEST_LAYER ("/wait-queue/sent-while-forwarding", SIDE_CLIENT, test_sent_while_forwarding);
  TEST_LAYER ("/wait-queue/sent-while-asking", SIDE_CLIENT, test_sent_while_asking);

  return g_test_run ();
}
