/* test-layer-shed.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Layers that ask whether the next endpoint is ready: load shed and buffer. */

#include "layer-fixture.h"

static Side
get_side (gconstpointer data)
{
  return (Side) GPOINTER_TO_UINT (data);
}

static void
test_shed (Layered       *fixture,
           gconstpointer  side)
{
  Outcome held = { 0 }, shed = { 0 };
  NorpcCall *call;

  layered_start (fixture, get_side (side), norpc_load_shed_new (),
                 norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &shed);
  outcome_wait (&shed);
  g_assert_error (shed.error, NORPC_ERROR, NORPC_ERROR_BUSY);
  if (get_side (side) == SIDE_CLIENT)
    g_assert_false (norpc_endpoint_is_ready (fixture->stack));

  answer (call);
  outcome_wait (&held);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 2);
  outcome_clear (&shed);
}

/* A channel that is full of normal calls still takes an urgent one. */
static void
test_urgent (Layered       *fixture,
             gconstpointer  unused)
{
  g_autoptr (NorpcChannel) channel = norpc_channel_new (1, NORPC_WHEN_FULL_BUSY);
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = g_object_new (NORPC_TYPE_SERVER, "service", service, "channel", channel,
                                                 "max-open-calls", 1, NULL);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_load_shed_new (), channel, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  Outcome held = { 0 }, normal = { 0 }, shed = { 0 }, urgent = { 0 };
  NorpcCall *call;

  g_clear_object (&service);
  g_assert_true (norpc_server_start (server, NULL, NULL));
  probe_probe_proxy_call_hold (proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (state);
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &normal);
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &shed);
  norpc_proxy_set_priority (NORPC_PROXY (proxy), NORPC_PRIORITY_URGENT);
  probe_probe_proxy_call_noop (proxy, NULL, noop_cb, &urgent);
  outcome_wait (&shed);
  g_assert_error (shed.error, NORPC_ERROR, NORPC_ERROR_BUSY);
  answer (call);
  outcome_wait (&urgent);
  g_assert_no_error (urgent.error);
  outcome_wait (&normal);
  g_assert_no_error (normal.error);
  outcome_wait (&held);

  outcome_clear (&shed);
  g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, NULL));
  g_clear_object (&proxy);
  g_clear_object (&stack);
  g_clear_object (&server);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* That a server is not there is said as without the layer. */
static void
test_shed_closed (Layered       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  layered_start (fixture, SIDE_CLIENT, norpc_load_shed_new (), norpc_concurrency_limit_new (5), NULL);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
}

static void
test_buffer (Layered       *fixture,
             gconstpointer  side)
{
  NorpcLayer *buffer = norpc_buffer_new (2);
  Outcome held = { 0 }, notes[2] = { { 0 } }, busy = { 0 };
  NorpcCall *call;

  g_assert_cmpuint (norpc_buffer_get_capacity (NORPC_BUFFER (buffer)), ==, 2);
  layered_start (fixture, get_side (side), buffer, norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);
  probe_probe_proxy_call_note (fixture->proxy, 2, NULL, note_cb, &busy);
  outcome_wait (&busy);
  g_assert_error (busy.error, NORPC_ERROR, NORPC_ERROR_BUSY);
  g_assert_cmpuint (notes[0].n + notes[1].n, ==, 0);

  answer (call);
  outcome_wait (&notes[1]);
  g_assert_true (notes[0].ok && notes[1].ok);
  assert_numbers (fixture->state, 2);
  outcome_clear (&busy);
}

/* Before a channel, which has room for one. */
static void
test_buffer_channel (Fixture       *fixture,
                     gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_buffer_new (10), channel, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  Outcome outcomes[12] = { { 0 } };

  probe_probe_proxy_call_block (proxy, NULL, block_cb, &outcomes[0]);
  probe_state_wait_blocked (fixture->state);
  for (guint i = 1; i < G_N_ELEMENTS (outcomes); i++)
    probe_probe_proxy_call_note (proxy, i - 1, NULL, note_cb, &outcomes[i]);
  g_assert_cmpuint (norpc_channel_get_length (channel), ==, 1);
  g_assert_false (norpc_endpoint_is_ready (stack));
  probe_state_open_gate (fixture->state);
  outcome_wait (&outcomes[11]);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      g_assert_no_error (outcomes[i].error);
      g_assert_cmpuint (outcomes[i].n, ==, 1);
    }
  assert_numbers (fixture->state, 11);
}

static gpointer
answer_held (gpointer state)
{
  answer (probe_state_take_held (state));

  return NULL;
}

static void
test_buffer_sync (Layered       *fixture,
                  gconstpointer  side)
{
  g_autoptr (GError) error = NULL;
  GThread *thread;

  layered_start (fixture, get_side (side), norpc_buffer_new (1), norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  thread = g_thread_new ("answers", answer_held, fixture->state);
  g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, &error));
  g_assert_no_error (error);
  g_thread_join (thread);
}

/* It is ready as soon as there is room in it. */
static void
test_buffer_ready (Layered       *fixture,
                   gconstpointer  unused)
{
  Outcome ready = { 0 }, cancelled = { 0 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *call;

  layered_start (fixture, SIDE_CLIENT, norpc_buffer_new (1), norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, NULL, NULL);
  call = probe_state_take_held (fixture->state);
  g_assert_true (norpc_endpoint_is_ready (fixture->stack));
  probe_probe_proxy_call_noop (fixture->proxy, cancellable, noop_cb, &cancelled);
  g_assert_false (norpc_endpoint_is_ready (fixture->stack));
  norpc_endpoint_ready_async (fixture->stack, NULL, ready_cb, &ready);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (ready.n, ==, 0);

  g_cancellable_cancel (cancellable);
  outcome_wait (&ready);
  g_assert_true (ready.ok);
  g_assert_true (norpc_endpoint_is_ready (fixture->stack));
  answer (call);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  outcome_clear (&cancelled);
}

static void
test_buffer_closed (Layered       *fixture,
                    gconstpointer  unused)
{
  Outcome held = { 0 }, first = { 0 }, second = { 0 };
  NorpcCall *call;

  layered_start (fixture, SIDE_CLIENT, norpc_buffer_new (5), norpc_concurrency_limit_new (1), NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  call = probe_state_take_held (fixture->state);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &first);
  probe_probe_proxy_call_noop (fixture->proxy, NULL, noop_cb, &second);
  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, NULL));
  outcome_wait (&second);
  g_assert_error (held.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_error (first.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_error (second.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  answer (call);
  outcome_clear (&held);
  outcome_clear (&first);
  outcome_clear (&second);
}

static void
test_buffer_dropped (Layered       *fixture,
                     gconstpointer  unused)
{
  Outcome first = { 0 }, second = { 0 };

  layered_start (fixture, SIDE_CLIENT, norpc_buffer_new (5), norpc_concurrency_limit_new (1), NULL);
  norpc_endpoint_call (fixture->stack, new_call ("Hold"), NULL, reply_cb, &first);
  norpc_endpoint_call (fixture->stack, new_call ("Noop"), NULL, reply_cb, &second);
  layered_drop (fixture);
  outcome_wait (&second);
  g_assert_error (second.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  answer (probe_state_take_held (fixture->state));
  outcome_wait (&first);
  outcome_clear (&second);
}

/* Makes 300 calls, which take 299 ms at the least, and returns how many microseconds it was. */
static gint64
time_buffered_calls (Layered *fixture)
{
  Outcome notes[300] = { { 0 } };
  guint n_before = fixture->state->numbers->len;
  gint64 start = g_get_monotonic_time (), took;

  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    probe_probe_proxy_call_note (fixture->proxy, n_before + i, NULL, note_cb, &notes[i]);
  outcome_wait (&notes[299]);
  took = g_get_monotonic_time () - start;
  assert_numbers (fixture->state, n_before + 300);
  g_test_message ("300 calls took %" G_GINT64_FORMAT " µs", took);
  g_assert_cmpint (took, >=, 298000);

  return took;
}

/* A buffer before a rate limit keeps its pace. The limit makes up for no delay of the
 * machine, so a machine that is busy may need more than one try.
 */
static void
test_buffer_rate (Layered       *fixture,
                  gconstpointer  side)
{
  gint64 shortest = G_MAXINT64;

  layered_start (fixture, get_side (side), norpc_buffer_new (300), norpc_rate_limit_new (1000, 1000), NULL);
  for (guint i = 0; i < 10 && shortest >= 299000 * 3 / 2; i++)
    {
      gint64 took = time_buffered_calls (fixture);

      shortest = MIN (shortest, took);
    }
  g_assert_cmpint (shortest, <, 299000 * 3 / 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER_SIDES ("/layer-shed/shed", test_shed);
  TEST_LAYER ("/layer-shed/urgent", SIDE_CLIENT, test_urgent);
  TEST_LAYER ("/layer-shed/closed", SIDE_CLIENT, test_shed_closed);
  TEST_LAYER_SIDES ("/layer-shed/buffer", test_buffer);
  TEST_CAPACITY ("/layer-shed/buffer-channel", 1, test_buffer_channel);
  TEST_LAYER_SIDES ("/layer-shed/buffer-sync", test_buffer_sync);
  TEST_LAYER ("/layer-shed/buffer-ready", SIDE_CLIENT, test_buffer_ready);
  TEST_LAYER ("/layer-shed/buffer-closed", SIDE_CLIENT, test_buffer_closed);
  TEST_LAYER ("/layer-shed/buffer-dropped", SIDE_CLIENT, test_buffer_dropped);
  TEST_LAYER_SIDES ("/layer-shed/buffer-rate", test_buffer_rate);

  return g_test_run ();
}
