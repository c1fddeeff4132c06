/* test-layer-held.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Where the arguments of a call are released that a layer has held, and drops. */

#include "call/norpc-call-private.h"
#include "channel/norpc-channel-private.h"
#include "layer-fixture.h"

/* A layer that holds all calls for the test. */
#define TEST_TYPE_KEEPER (test_keeper_get_type ())
G_DECLARE_FINAL_TYPE (TestKeeper, test_keeper, TEST, KEEPER, NorpcLayer)

struct _TestKeeper
{
  NorpcLayer   parent_instance;
  GAsyncQueue *calls; /* (owned): of owned NorpcCall */
};

G_DEFINE_FINAL_TYPE (TestKeeper, test_keeper, NORPC_TYPE_LAYER)

static gboolean
test_keeper_take (NorpcLayer  *layer,
                  NorpcCall   *call,
                  GError     **error)
{
  g_async_queue_push (TEST_KEEPER (layer)->calls, norpc_call_ref (call));

  return TRUE;
}

static void
test_keeper_finalize (GObject *object)
{
  g_async_queue_unref (TEST_KEEPER (object)->calls);

  G_OBJECT_CLASS (test_keeper_parent_class)->finalize (object);
}

static void
test_keeper_class_init (TestKeeperClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = test_keeper_take;
  G_OBJECT_CLASS (klass)->finalize = test_keeper_finalize;
}

static void
test_keeper_init (TestKeeper *self)
{
  self->calls = g_async_queue_new ();
}

/* Sends a call that says where its argument was released, and has it held. Returns what the
 * layer has of it (owned).
 */
static NorpcCall *
have_held (Layered     *fixture,
           TestKeeper  *keeper,
           Outcome     *outcome,
           GThread    **freed_in)
{
  NorpcCall *call = new_call ("Echo");

  g_value_take_boxed (norpc_call_get_args (call, NULL), tracked_bytes_new (freed_in));
  norpc_endpoint_call (fixture->stack, call, NULL, reply_cb, outcome);

  return g_async_queue_pop (keeper->calls);
}

static void
test_dropped (Layered       *fixture,
              gconstpointer  side)
{
  TestKeeper *keeper = g_object_new (TEST_TYPE_KEEPER, NULL);
  Outcome outcome = { 0 };
  GThread *freed_in;

  layered_start (fixture, GPOINTER_TO_UINT (side), keeper, NULL);
  /* So that the thread of the service is known. */
  layered_let_pass (fixture);
  norpc_call_unref (have_held (fixture, keeper, &outcome, &freed_in));
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_NO_REPLY);
  outcome_clear (&outcome);

  if (GPOINTER_TO_UINT (side) == SIDE_CLIENT)
    g_assert_true (freed_in == g_thread_self ());
  else
    g_assert_true (tracked_bytes_wait (&freed_in) ==
                   probe_state_get_thread (fixture->other_state, &fixture->other_state->thread));
}

/* It is no longer open when it ends: no handler will begin with it, whoever has a reference. */
static void
test_closed (Layered       *fixture,
             gconstpointer  side)
{
  TestKeeper *keeper = g_object_new (TEST_TYPE_KEEPER, NULL);
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);
  Outcome outcomes[2] = { { 0 } };
  GThread *freed_in[2];
  NorpcCall *call;

  norpc_server_set_max_open_calls (fixture->server, 1);
  layered_start (fixture, SIDE_SERVER, keeper, NULL);
  call = have_held (fixture, keeper, &outcomes[0], &freed_in[0]);
  layered_let_pass (fixture);
  g_assert_cmpuint (norpc_channel_get_n_open (channel), ==, 1);
  norpc_call_reject (call, NORPC_ERROR_BUSY, "was refused by a test");
  outcome_wait (&outcomes[0]);
  g_assert_error (outcomes[0].error, NORPC_ERROR, NORPC_ERROR_BUSY);
  outcome_clear (&outcomes[0]);
  g_assert_cmpuint (norpc_channel_get_n_open (channel), ==, 0);

  norpc_call_unref (call);
  call = have_held (fixture, keeper, &outcomes[1], &freed_in[1]);
  g_assert_nonnull (tracked_bytes_wait (&freed_in[0]));
  norpc_call_unref (call);
  outcome_wait (&outcomes[1]);
  g_assert_nonnull (tracked_bytes_wait (&freed_in[1]));
  outcome_clear (&outcomes[1]);
}

#define TEST_TYPE_PASSER (test_passer_get_type ())
G_DECLARE_FINAL_TYPE (TestPasser, test_passer, TEST, PASSER, NorpcLayer)

/* Passes calls on, and then waits until the service has answered them. */
struct _TestPasser
{
  NorpcLayer parent_instance;

  Layered   *fixture; /* (unowned) */
  gboolean   refs;    /* takes a reference afterwards, as language bindings do */
  NorpcCall *call;    /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (TestPasser, test_passer, NORPC_TYPE_LAYER)

static gboolean
test_passer_take (NorpcLayer  *layer,
                  NorpcCall   *call,
                  GError     **error)
{
  TestPasser *self = TEST_PASSER (layer);

  norpc_layer_pass_on (layer, call);
  layered_let_pass (self->fixture);
  if (self->refs)
    self->call = norpc_call_ref (call);

  return TRUE;
}

static void
test_passer_class_init (TestPasserClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = test_passer_take;
}

static void
test_passer_init (TestPasser *self)
{
}

/* A call that was passed on is no longer the layer's, so its arguments end with the service. */
static void
test_passed_on (Layered       *fixture,
                gconstpointer  unused)
{
  TestPasser *passer = g_object_new (TEST_TYPE_PASSER, NULL);
  NorpcCall *call = new_call ("Echo");
  GThread *freed_in;

  passer->fixture = fixture;
  layered_start (fixture, SIDE_CLIENT, passer, NULL);
  g_value_take_boxed (norpc_call_get_args (call, NULL), tracked_bytes_new (&freed_in));
  norpc_endpoint_send (fixture->stack, call);
  g_assert_true (tracked_bytes_wait (&freed_in) ==
                 probe_state_get_thread (fixture->state, &fixture->state->thread));
}

/* A reference to a call that has ended is valid, and has nothing to answer. */
static void
test_reference_afterwards (Layered       *fixture,
                           gconstpointer  unused)
{
  TestPasser *passer = g_object_new (TEST_TYPE_PASSER, NULL);
  Outcome outcome = { 0 };
  NorpcCall *call;

  passer->fixture = fixture;
  passer->refs = TRUE;
  layered_start (fixture, SIDE_CLIENT, passer, NULL);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &outcome);
  outcome_wait (&outcome);
  g_assert_no_error (outcome.error);
  g_assert_cmpuint (outcome.n, ==, 1);

  call = g_steal_pointer (&passer->call);
  g_assert_true (norpc_call_ref (call) == call);
  g_assert_cmpstr (norpc_call_get_method_name (call), ==, "Noop");
  norpc_call_unref (call);
  norpc_call_unref (call);
  g_assert_cmpuint (outcome.n, ==, 1);
}

/* The service has ended, or is just about to: nothing is left behind. */
static void
test_stopped (Layered       *fixture,
              gconstpointer  after)
{
  TestKeeper *keeper = g_object_new (TEST_TYPE_KEEPER, NULL);
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 }, blocked = { 0 };
  GThread *freed_in;
  NorpcCall *call;

  layered_start (fixture, SIDE_SERVER, keeper, NULL);
  call = have_held (fixture, keeper, &outcome, &freed_in);
  probe_probe_proxy_call_block (fixture->other, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->other_state);
  if (after == NULL)
    norpc_call_unref (g_steal_pointer (&call));
  norpc_server_stop_async (fixture->server, NORPC_STOP_ABANDON, NULL, NULL, NULL);
  probe_state_open_gate (fixture->other_state);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, &error));
  g_assert_no_error (error);
  if (after != NULL)
    {
      /* The thread that stops it has finished. */
      layered_let_pass (fixture);
      norpc_call_unref (call);
      g_assert_true (tracked_bytes_wait (&freed_in) != g_thread_self ());
    }
  else
    {
      g_assert_true (tracked_bytes_wait (&freed_in) ==
                     probe_state_get_thread (fixture->other_state, &fixture->other_state->thread));
    }

  outcome_wait (&outcome);
  outcome_clear (&outcome);
  outcome_wait (&blocked);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER_SIDES ("/layer-held/dropped", test_dropped);
  TEST_LAYER ("/layer-held/passed-on", SIDE_CLIENT, test_passed_on);
  TEST_LAYER ("/layer-held/reference-afterwards", SIDE_CLIENT, test_reference_afterwards);
  TEST_LAYER ("/layer-held/closed", 0, test_closed);
  TEST_LAYER ("/layer-held/stopped/before", 0, test_stopped);
  TEST_LAYER ("/layer-held/stopped/after", 1, test_stopped);

  return g_test_run ();
}
