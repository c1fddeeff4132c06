/* test-layer-order.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The order of calls that layers hold, and the threads that pass them on. */

#include "core/norpc-background-private.h"
#include "layer-fixture.h"

typedef struct
{
  guint depth;
  guint max_depth;
  guint n_calls;
} Nesting;

static void
answer_at_once (ProbeService *service,
                NorpcCall    *call,
                gpointer      data)
{
  Nesting *nesting = data;

  nesting->n_calls++;
  nesting->depth++;
  nesting->max_depth = MAX (nesting->max_depth, nesting->depth);
  norpc_call_return_values (call, 0, NULL);
  nesting->depth--;
}

/* A call that is answered while it is passed on lets the next pass, but not
 * within.
 */
static void
test_nesting (void)
{
  ProbeState *state = probe_state_new ();
  GObject *service = probe_service_new (state);
  NorpcDirect *direct = norpc_direct_new (service);
  NorpcEndpoint *stack = norpc_stack_new (norpc_concurrency_limit_new (1), direct, NULL);
  ProbeProbeProxy *proxy = probe_probe_proxy_new (stack);
  Nesting nesting = { 0 };

  state->run = answer_at_once;
  state->run_data = &nesting;
  probe_probe_proxy_call_hold (proxy, NULL, NULL, NULL);
  for (guint i = 0; i < 10; i++)
    probe_probe_proxy_call_run (proxy, NULL, NULL, NULL);
  g_assert_cmpuint (nesting.n_calls, ==, 0);
  answer (probe_state_take_held (state));
  while (nesting.n_calls < 10)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (nesting.max_depth, ==, 1);

  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (proxy);
  g_object_unref (stack);
  g_object_unref (direct);
  g_object_unref (service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* A layer that passes its first call on in another thread, and the rest in
 * that of the server.
 */
#define ODD_TYPE_LAYER (odd_layer_get_type ())
G_DECLARE_FINAL_TYPE (OddLayer, odd_layer, ODD, LAYER, NorpcLayer)

struct _OddLayer
{
  NorpcLayer parent_instance;

  guint      n_calls;
  NorpcCall *call; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (OddLayer, odd_layer, NORPC_TYPE_LAYER)

static gpointer
pass_on_thread (gpointer data)
{
  OddLayer *self = data;

  g_autoptr (NorpcCall) call = g_steal_pointer (&self->call);

  norpc_layer_pass_on (NORPC_LAYER (self), call);

  return NULL;
}

static gboolean
odd_layer_take (NorpcLayer  *layer,
                NorpcCall   *call,
                GError     **error)
{
  OddLayer *self = ODD_LAYER (layer);

  if (self->n_calls++ > 0)
    {
      norpc_layer_pass_on (layer, call);
      return TRUE;
    }

  self->call = norpc_call_ref (call);
  g_thread_join (g_thread_new ("passes on", pass_on_thread, self));

  return TRUE;
}

static void
odd_layer_class_init (OddLayerClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = odd_layer_take;
}

static void
odd_layer_init (OddLayer *self)
{
}

/* At a server, what is passed on in its thread does not overtake what was passed
 * on before in another.
 */
static void
test_gate (Layered       *fixture,
           gconstpointer  unused)
{
  Outcome blocked = { 0 }, notes[3] = { { 0 } };

  layered_start (fixture, SIDE_SERVER, g_object_new (ODD_TYPE_LAYER, NULL), NULL);
  probe_probe_proxy_call_block (fixture->other, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->other_state);
  /* They come in one batch. */
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);
  probe_state_open_gate (fixture->other_state);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    while (notes[i].n == 0)
      g_main_context_iteration (NULL, TRUE);
  assert_numbers (fixture->state, G_N_ELEMENTS (notes));
  while (blocked.n == 0)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layer-order/nesting", test_nesting);
  TEST_LAYER ("/layer-order/gate", SIDE_SERVER, test_gate);

  return g_test_run ();
}
