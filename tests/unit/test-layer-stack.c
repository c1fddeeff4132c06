/* test-layer-stack.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Several layers, in every order, on either side and on both. */

#include "layer-fixture.h"

static NorpcLayer *
new_layer (guint kind)
{
  switch (kind)
    {
    case 0:
      return norpc_concurrency_limit_new (2);
    case 1:
      return norpc_rate_limit_new (100, 1);
    case 2:
      return norpc_time_limit_new (60 * 1000);
    case 3:
    default:
      return norpc_buffer_new (50);
    }
}

/* The kinds in the @n-th of their 24 orders. */
static void
get_order (guint n,
           guint order[4])
{
  guint left[4] = { 0, 1, 2, 3 };

  for (guint i = 0; i < 4; i++)
    {
      guint choice = n % (4 - i);

      n /= 4 - i;
      order[i] = left[choice];
      for (guint j = choice; j < 3; j++)
        left[j] = left[j + 1];
    }
}

static void
call_in_order (guint n)
{
  Layered fixture = { 0 };
  Outcome notes[40] = { { 0 } };
  Side side = n % 2 == 0 ? SIDE_CLIENT : SIDE_SERVER;
  guint order[4];

  get_order (n, order);
  layered_set_up (&fixture, GUINT_TO_POINTER (side));
  /* And one on the other side. */
  if (side == SIDE_CLIENT)
    norpc_server_add_layer (fixture.server, norpc_concurrency_limit_new (3));
  layered_start (&fixture, side, new_layer (order[0]), new_layer (order[1]),
                 new_layer (order[2]), new_layer (order[3]), NULL);

  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    probe_probe_proxy_call_note (fixture.proxy, i, NULL, note_cb, &notes[i]);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture.proxy, NULL, NULL));
  outcome_wait (&notes[39]);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    g_assert_true (notes[i].n == 1 && notes[i].ok);
  assert_numbers (fixture.state, G_N_ELEMENTS (notes));
  layered_tear_down (&fixture, GUINT_TO_POINTER (side));
}

static void
test_orders (void)
{
  for (guint n = 0; n < 24; n++)
    call_in_order (n);
}

/* Of two calls it passes on the one that came last, and then the other. */
G_DECLARE_FINAL_TYPE (SwapLayer, swap_layer, SWAP, LAYER, NorpcLayer)

struct _SwapLayer
{
  NorpcLayer parent_instance;

  NorpcCall *first; /* (owned) (nullable): the server's context */
};

G_DEFINE_FINAL_TYPE (SwapLayer, swap_layer, NORPC_TYPE_LAYER)

static gboolean
swap_layer_take (NorpcLayer  *layer,
                 NorpcCall   *call,
                 GError     **error)
{
  SwapLayer *self = SWAP_LAYER (layer);
  NorpcCall *first = g_steal_pointer (&self->first);

  if (first == NULL)
    {
      self->first = norpc_call_ref (call);
      return TRUE;
    }

  norpc_layer_pass_on (layer, call);
  norpc_layer_pass_on (layer, first);
  norpc_call_unref (first);

  return TRUE;
}

static void
swap_layer_class_init (SwapLayerClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = swap_layer_take;
}

static void
swap_layer_init (SwapLayer *self)
{
}

typedef struct
{
  Outcome *other; /* (unowned) */
  Outcome  outcome;
} LastNote;

static void
last_note_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      note)
{
  g_assert_cmpuint (((LastNote *) note)->other->n, ==, 0);
  note_cb (object, result, &((LastNote *) note)->outcome);
}

/* Replies come in the order of the answers, whichever way the calls came. */
static void
test_answers_in_order (Layered       *fixture,
                       gconstpointer  unused)
{
  Outcome first = { 0 };
  LastNote last = { .other = &first };

  layered_start (fixture, SIDE_SERVER, g_object_new (swap_layer_get_type (), NULL), NULL);
  probe_probe_proxy_call_note (fixture->proxy, 1, NULL, note_cb, &first);
  probe_probe_proxy_call_note (fixture->proxy, 0, NULL, last_note_cb, &last);
  outcome_wait (&first);
  g_assert_true (first.ok && last.outcome.ok);
  assert_numbers (fixture->state, 2);
}

/* As it stands in the docs. */
static void
test_docs (Fixture       *fixture,
           gconstpointer  unused)
{
  NorpcServer *server = fixture->server;
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_load_shed_new (),
                     norpc_concurrency_limit_new (100),
                     norpc_server_get_channel (server),
                     NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);

  g_assert_true (NORPC_IS_LOAD_SHED (stack));
  g_assert_true (NORPC_IS_CONCURRENCY_LIMIT (norpc_layer_get_endpoint (NORPC_LAYER (stack))));
  g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, NULL));
}

static void
look (NorpcReply *reply,
      gpointer    n_replies)
{
  g_atomic_int_inc ((int *) n_replies);
}

/* Calls that are held do not keep the layers before those that hold them. */
static void
test_dropped (Layered       *fixture,
              gconstpointer  unused)
{
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_LEAST_PENDING);
  NorpcLayer *filter = norpc_filter_new ();
  Outcome first = { 0 }, second = { 0 };
  int n_replies = 0;

  layered_start (fixture, SIDE_CLIENT, norpc_concurrency_limit_new (1), NULL);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), fixture->stack);
  norpc_filter_set_reply_func (NORPC_FILTER (filter), look, &n_replies, NULL);
  g_set_object (&fixture->stack, NULL);
  fixture->stack = norpc_stack_new (norpc_meter_new (), filter, norpc_retry_new (3), balance, NULL);
  g_clear_object (&fixture->proxy);

  norpc_endpoint_call (fixture->stack, new_call ("Hold"), NULL, reply_cb, &first);
  norpc_endpoint_call (fixture->stack, new_call ("Noop"), NULL, reply_cb, &second);
  layered_drop (fixture);
  outcome_wait (&second);
  g_assert_error (second.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_cmpuint (first.n, ==, 0);
  answer (probe_state_take_held (fixture->state));
  outcome_wait (&first);
  g_assert_no_error (first.error);
  g_assert_cmpint (g_atomic_int_get (&n_replies), ==, 2);
  outcome_clear (&second);
}

/* A layer that is put nowhere. */
static void
test_nowhere (void)
{
  NorpcLayer *(*makers[]) (void) = { norpc_load_shed_new };
  g_autoptr (NorpcEndpoint) alone = NULL;

  for (guint kind = 0; kind <= 4; kind++)
    {
      g_autoptr (ProbeProbeProxy) proxy = NULL;
      g_autoptr (GError) error = NULL;

      g_clear_object (&alone);
      alone = g_object_ref_sink (NORPC_ENDPOINT (kind < 4 ? new_layer (kind) : makers[0] ()));
      proxy = probe_probe_proxy_new (alone);
      g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
    }
}

/* Calls would go round for ever. */
static void
test_twice (void)
{
  NorpcLayer *layers[] = { g_object_ref_sink (norpc_load_shed_new ()), g_object_ref_sink (norpc_load_shed_new ()) };

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*endpoints*!=*endpoints*");
  g_assert_null (norpc_stack_new (layers[0], layers[1], layers[0], NULL));
  g_test_assert_expected_messages ();
  g_assert_null (norpc_layer_get_endpoint (layers[0]));

  g_object_unref (layers[0]);
  g_object_unref (layers[1]);
}

static void
expect_refusal (const char *function)
{
  g_autofree char *pattern = g_strdup_printf ("%s: *leads_to*", function);

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, pattern);
}

/* Layers that lead to each other, directly or by a balance. */
static void
test_circle (void)
{
  g_autoptr (NorpcLayer) first = g_object_ref_sink (norpc_load_shed_new ());
  g_autoptr (NorpcLayer) second = g_object_ref_sink (norpc_load_shed_new ());
  g_autoptr (NorpcLayer) balance = g_object_ref_sink (norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN));

  norpc_layer_set_endpoint (first, NORPC_ENDPOINT (balance));
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), NORPC_ENDPOINT (second));

  expect_refusal ("norpc_layer_set_endpoint");
  norpc_layer_set_endpoint (second, NORPC_ENDPOINT (second));
  expect_refusal ("norpc_layer_set_endpoint");
  norpc_layer_set_endpoint (second, NORPC_ENDPOINT (first));
  expect_refusal ("norpc_balance_add_endpoint");
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), NORPC_ENDPOINT (first));
  expect_refusal ("norpc_balance_add_endpoint");
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), NORPC_ENDPOINT (balance));
  g_test_assert_expected_messages ();
  g_assert_null (norpc_layer_get_endpoint (second));
  g_assert_cmpuint (norpc_balance_get_n_endpoints (NORPC_BALANCE (balance)), ==, 1);
}

/* A list from a binding may have a hole at its end. */
static void
test_no_last (void)
{
  g_autoptr (NorpcLayer) layer = g_object_ref_sink (norpc_load_shed_new ());
  NorpcEndpoint *endpoints[] = { NORPC_ENDPOINT (layer), NULL };

  g_test_expect_message ("Norpc", G_LOG_LEVEL_CRITICAL, "*IS_ENDPOINT*");
  g_assert_null (norpc_stack_newv (endpoints, G_N_ELEMENTS (endpoints)));
  g_test_assert_expected_messages ();
  g_assert_null (norpc_layer_get_endpoint (layer));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/layer-stack/orders", test_orders);
  TEST_LAYER ("/layer-stack/answers-in-order", SIDE_SERVER, test_answers_in_order);
  TEST ("/layer-stack/docs", test_docs);
  TEST_LAYER ("/layer-stack/dropped", SIDE_CLIENT, test_dropped);
  g_test_add_func ("/layer-stack/nowhere", test_nowhere);
  g_test_add_func ("/layer-stack/twice", test_twice);
  g_test_add_func ("/layer-stack/circle", test_circle);
  g_test_add_func ("/layer-stack/no-last", test_no_last);

  return g_test_run ();
}
