/* test-layer-line.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The line in which layers hold calls, where it matters who comes when. */

#include "layer-fixture.h"
#include "norpc-line-private.h"

/* A layer whose line lets pass what a test says. */
#define TOLD_TYPE_LAYER (told_layer_get_type ())
G_DECLARE_FINAL_TYPE (ToldLayer, told_layer, TOLD, LAYER, NorpcLayer)

struct _ToldLayer
{
  NorpcLayer parent_instance;

  NorpcLine *line;
  gboolean   may_pass;
  gboolean   somebody_comes; /* while the line is drained */
  guint      n_judged;
};

G_DEFINE_FINAL_TYPE (ToldLayer, told_layer, NORPC_TYPE_LAYER)

static gpointer
drain_thread (gpointer data)
{
  ToldLayer *self = data;

  norpc_line_drain (self->line, NORPC_LAYER (self));

  return NULL;
}

/* It looks, and before it has gone on, another thread lets the call pass. */
static NorpcLineVerdict
judge (NorpcLayer *layer)
{
  ToldLayer *self = TOLD_LAYER (layer);
  NorpcLineVerdict verdict = self->may_pass ? NORPC_LINE_PASS : NORPC_LINE_HOLD;

  self->n_judged++;
  if (self->somebody_comes)
    {
      self->somebody_comes = FALSE;
      self->may_pass = TRUE;
      g_thread_join (g_thread_new ("comes", drain_thread, self));
    }

  return verdict;
}

static gboolean
has_room (NorpcLayer *layer)
{
  return TRUE;
}

static const NorpcLineFuncs line_funcs = { judge, NULL, has_room, NULL, NULL, FALSE };

static void
told_layer_take (NorpcLayer *layer,
                 NorpcCall  *call)
{
  norpc_line_send (TOLD_LAYER (layer)->line, layer, call);
}

static void
told_layer_finalize (GObject *object)
{
  norpc_line_close (TOLD_LAYER (object)->line);
  norpc_line_unref (TOLD_LAYER (object)->line);

  G_OBJECT_CLASS (told_layer_parent_class)->finalize (object);
}

static void
told_layer_class_init (ToldLayerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = told_layer_finalize;
  NORPC_LAYER_CLASS (klass)->take = told_layer_take;
}

static void
told_layer_init (ToldLayer *self)
{
  self->line = norpc_line_new (NORPC_LAYER (self), &line_funcs);
}

/* Who comes while another thread drains the line leaves it to that, which looks
 * again.
 */
static void
test_again (Layered       *fixture,
            gconstpointer  unused)
{
  ToldLayer *told = g_object_new (TOLD_TYPE_LAYER, NULL);

  told->somebody_comes = TRUE;
  layered_start (fixture, SIDE_CLIENT, told, NULL);
  norpc_proxy_set_timeout (NORPC_PROXY (fixture->proxy), 5000);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (told->n_judged, ==, 2);
}

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
  g_assert_cmpuint (nesting.n_calls, ==, 10);
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

  norpc_layer_pass_on (NORPC_LAYER (self), g_steal_pointer (&self->call));

  return NULL;
}

static void
odd_layer_take (NorpcLayer *layer,
                NorpcCall  *call)
{
  OddLayer *self = ODD_LAYER (layer);

  if (self->n_calls++ > 0)
    {
      norpc_layer_pass_on (layer, call);
      return;
    }

  self->call = call;
  g_thread_join (g_thread_new ("passes on", pass_on_thread, self));
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

  TEST_LAYER ("/layer-line/again", SIDE_CLIENT, test_again);
  g_test_add_func ("/layer-line/nesting", test_nesting);
  TEST_LAYER ("/layer-line/gate", SIDE_SERVER, test_gate);

  return g_test_run ();
}
