/* test-wait-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many of those that wait for room in a layer are told that there is some. */

#include "layer-fixture.h"

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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER ("/wait-queue/told", SIDE_CLIENT, test_told);

  return g_test_run ();
}
