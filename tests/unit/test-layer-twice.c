/* test-layer-twice.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Layers that pass on a call twice. It is handled once, and others wait no longer for that. */

#include "layer-fixture.h"

static int n_criticals = 0; /* atomic */

static void
log_cb (const char    *domain,
        GLogLevelFlags level,
        const char    *message,
        gpointer       unused)
{
  g_assert_true (g_str_has_suffix (message, " was passed on twice; ignoring the second time"));
  g_atomic_int_inc (&n_criticals);
}

#define TEST_TYPE_TWICE (test_twice_get_type ())
G_DECLARE_FINAL_TYPE (TestTwice, test_twice, TEST, TWICE, NorpcLayer)

struct _TestTwice
{
  NorpcLayer parent_instance;

  NorpcCall *kept;  /* (owned) (nullable): the call, if it is only kept */
  gboolean   keeps;
};

G_DEFINE_FINAL_TYPE (TestTwice, test_twice, NORPC_TYPE_LAYER)

static gboolean
test_twice_take (NorpcLayer  *layer,
                 NorpcCall   *call,
                 GError     **error)
{
  TestTwice *self = TEST_TWICE (layer);

  if (self->keeps)
    {
      self->kept = norpc_call_ref (call);
      return TRUE;
    }

  norpc_layer_pass_on (layer, call);
  norpc_layer_pass_on (layer, call);

  return TRUE;
}

static void
test_twice_class_init (TestTwiceClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = test_twice_take;
}

static void
test_twice_init (TestTwice *self)
{
}

static void
start (Layered   *fixture,
       Side       side,
       TestTwice *layer)
{
  g_atomic_int_set (&n_criticals, 0);
  layered_start (fixture, side, layer, NULL);
}

/* Several calls wait in the queue. */
static void
test_in_take (Layered       *fixture,
              gconstpointer  side)
{
  Outcome outcomes[3] = { { 0 } }, blocked = { 0 };

  start (fixture, GPOINTER_TO_UINT (side), g_object_new (TEST_TYPE_TWICE, NULL));
  probe_probe_proxy_call_block (fixture->other, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->other_state);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcomes[i]);
  probe_state_open_gate (fixture->other_state);

  outcome_wait (&blocked);
  outcome_clear (&blocked);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      outcome_wait (&outcomes[i]);
      g_assert_no_error (outcomes[i].error);
      outcome_clear (&outcomes[i]);
    }
  layered_let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 3);
  g_assert_cmpint (g_atomic_int_get (&n_criticals), ==, 3);
}

/* The layer passes on the call after it has kept it for a while, when it is in the queue already. */
static void
test_in_the_queue (Layered       *fixture,
                   gconstpointer  unused)
{
  TestTwice *layer = g_object_new (TEST_TYPE_TWICE, NULL);
  Outcome outcome = { 0 }, blocked = { 0 };
  NorpcCall *call;

  layer->keeps = TRUE;
  start (fixture, SIDE_CLIENT, layer);
  probe_probe_proxy_call_block (fixture->other, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->other_state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);
  call = g_steal_pointer (&layer->kept);
  norpc_layer_pass_on (NORPC_LAYER (layer), call);
  norpc_layer_pass_on (NORPC_LAYER (layer), call);
  norpc_call_unref (call);
  g_assert_cmpint (g_atomic_int_get (&n_criticals), ==, 1);
  probe_state_open_gate (fixture->other_state);

  outcome_wait (&blocked);
  outcome_clear (&blocked);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  outcome_clear (&outcome);
  layered_let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
}

/* The service works on the call when it gets it once more. */
static void
test_in_the_service (Layered       *fixture,
                     gconstpointer  unused)
{
  TestTwice *layer = g_object_new (TEST_TYPE_TWICE, NULL);
  Outcome outcome = { 0 };
  NorpcCall *call;

  layer->keeps = TRUE;
  start (fixture, SIDE_CLIENT, layer);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &outcome);
  call = g_steal_pointer (&layer->kept);
  norpc_layer_pass_on (NORPC_LAYER (layer), call);
  layered_let_pass (fixture);
  norpc_layer_pass_on (NORPC_LAYER (layer), call);
  layered_let_pass (fixture);
  norpc_call_unref (call);
  g_assert_cmpint (g_atomic_int_get (&n_criticals), ==, 1);

  answer (probe_state_take_held (fixture->state));
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  outcome_clear (&outcome);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_handler ("Norpc", G_LOG_LEVEL_CRITICAL, log_cb, NULL);

  TEST_LAYER_SIDES ("/layer-twice/in-take", test_in_take);
  TEST_LAYER ("/layer-twice/in-the-queue", SIDE_CLIENT, test_in_the_queue);
  TEST_LAYER ("/layer-twice/in-the-service", SIDE_CLIENT, test_in_the_service);

  return g_test_run ();
}
