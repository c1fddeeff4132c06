/* test-interleavings-layers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Threads that meet in a proxy or in a layer, each at the worst moment. The linker puts the
 * functions named __wrap_… in the place of the library's, for calls from one of its files
 * to another.
 */

#include "call/norpc-call-private.h"
#include "channel/norpc-channel-private.h"
#include "core/norpc-background-private.h"
#include "layer-fixture.h"

void     __real_norpc_call_send_end     (NorpcCall     *call);
void     __wrap_norpc_call_send_end     (NorpcCall     *call);
gboolean __real_norpc_endpoint_is_ready (NorpcEndpoint *endpoint);
gboolean __wrap_norpc_endpoint_is_ready (NorpcEndpoint *endpoint);

/* A place where the next thread that comes there stops. */
typedef enum
{
  GATE_OPEN,
  GATE_SHUT,
  GATE_STOPPED, /* a thread is there */
} Gate;

static void
stop_at (int *gate)
{
  if (!g_atomic_int_compare_and_exchange (gate, GATE_SHUT, GATE_STOPPED))
    return;

  while (g_atomic_int_get (gate) == GATE_STOPPED)
    g_thread_yield ();
}

static void
wait_stopped (int *gate)
{
  while (g_atomic_int_get (gate) != GATE_STOPPED)
    g_thread_yield ();
}

/* A call is known to its proxy, and not sent yet; atomic. */
static int known = GATE_OPEN;

void
__wrap_norpc_call_send_end (NorpcCall *call)
{
  stop_at (&known);
  __real_norpc_call_send_end (call);
}

static NorpcEndpoint *asked = NULL;      /* (unowned) (nullable), atomic */
static int drain_asked = GATE_OPEN;      /* atomic: a drain has heard that it is ready */
static int sender_asked = GATE_OPEN;     /* atomic: a thread that sends has heard that it is ready */
static NorpcEndpoint *asked_twice = NULL; /* (unowned) (nullable), atomic */
static int n_asked_twice = 0;            /* atomic: so many threads have heard that it is ready */

gboolean
__wrap_norpc_endpoint_is_ready (NorpcEndpoint *endpoint)
{
  gboolean ready = __real_norpc_endpoint_is_ready (endpoint);

  if (ready && endpoint == g_atomic_pointer_get (&asked))
    stop_at (norpc_background_is_current () ? &drain_asked : &sender_asked);

  if (endpoint == g_atomic_pointer_get (&asked_twice))
    {
      g_assert_true (ready);
      g_atomic_int_inc (&n_asked_twice);
      while (g_atomic_int_get (&n_asked_twice) < 2)
        g_thread_yield ();
    }

  return ready;
}

typedef enum
{
  HOW_ASYNC,
  HOW_CANCELLABLE,
  HOW_SYNC,
  HOW_SYNC_CANCELLABLE,
  HOW_ONE_WAY
} How;

typedef struct
{
  ProbeProbeProxy *proxy;
  How              how;
  Outcome          outcome;
} First;

/* Makes the call that is superseded before it is sent. */
static gpointer
call_first (gpointer data)
{
  First *first = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  NorpcCall *call;

  g_main_context_push_thread_default (context);
  switch (first->how)
    {
    case HOW_ASYNC:
    case HOW_CANCELLABLE:
      probe_probe_proxy_call_note_latest (first->proxy, 1,
                                          first->how == HOW_CANCELLABLE ? cancellable : NULL,
                                          note_latest_cb, &first->outcome);
      outcome_wait (&first->outcome);
      break;

    case HOW_SYNC:
    case HOW_SYNC_CANCELLABLE:
      first->outcome.ok =
        probe_probe_proxy_call_note_latest_sync (first->proxy, 1,
                                                 first->how == HOW_SYNC ? NULL : cancellable,
                                                 &first->outcome.error);
      break;

    case HOW_ONE_WAY:
    default:
      call = new_call ("NoteLatest");
      g_value_set_uint (norpc_call_get_args (call, NULL), 1);
      norpc_proxy_send (NORPC_PROXY (first->proxy), call);
      break;
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

/* A newer call of another thread comes when the proxy knows the first, and has not sent it. */
static void
test_superseded (Fixture       *fixture,
                 gconstpointer  unused)
{
  for (How how = HOW_ASYNC; how <= HOW_ONE_WAY; how++)
    for (guint i = 0; i < 2; i++)
      {
        First first = { fixture->proxy, how, { 0 } };
        g_autoptr (GError) error = NULL;
        GThread *thread;

        g_array_set_size (fixture->state->numbers, 0);
        g_atomic_int_set (&known, GATE_SHUT);
        thread = g_thread_new ("first", call_first, &first);
        wait_stopped (&known);
        g_assert_true (probe_probe_proxy_call_note_latest_sync (fixture->proxy, 2, NULL, &error));
        g_assert_no_error (error);
        g_atomic_int_set (&known, GATE_OPEN);
        g_thread_join (thread);

        if (how != HOW_ONE_WAY)
          g_assert_error (first.outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_assert_false (first.outcome.ok);
        g_clear_error (&first.outcome.error);
        g_assert_true (probe_probe_proxy_call_noop_sync (fixture->proxy, NULL, NULL));
        g_assert_cmpuint (fixture->state->numbers->len, ==, 1);
        g_assert_cmpuint (g_array_index (fixture->state->numbers, guint, 0), ==, 2);
      }
}

/* All calls of the proxy are cancelled then. */
static void
test_cancelled_all (Fixture       *fixture,
                    gconstpointer  unused)
{
  for (How how = HOW_ASYNC; how <= HOW_SYNC_CANCELLABLE; how++)
    {
      First first = { fixture->proxy, how, { 0 } };
      GThread *thread;

      g_atomic_int_set (&known, GATE_SHUT);
      thread = g_thread_new ("first", call_first, &first);
      wait_stopped (&known);
      norpc_proxy_cancel_all (NORPC_PROXY (fixture->proxy));
      g_atomic_int_set (&known, GATE_OPEN);
      g_thread_join (thread);
      g_assert_error (first.outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&first.outcome.error);
    }
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 0);
}

/* The drain of a buffer has heard that there is room, for a call that is cancelled now, and
 * others send: they come to the channel one by one, and none is answered BUSY.
 */
static void
test_buffer (Fixture       *fixture,
             gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_buffer_new (10), channel, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  g_autoptr (GCancellable) queued_cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) held_cancellable = g_cancellable_new ();
  Outcome blocked = { 0 }, queued = { 0 }, held = { 0 }, notes[2] = { { 0 } };

  probe_probe_proxy_call_block (proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  probe_probe_proxy_call_noop (proxy, queued_cancellable, noop_cb, &queued);
  probe_probe_proxy_call_noop (proxy, held_cancellable, noop_cb, &held);
  while (g_atomic_int_get (&channel->n_probes) == 0)
    g_thread_yield ();

  g_atomic_pointer_set (&asked, NORPC_ENDPOINT (channel));
  g_atomic_int_set (&drain_asked, GATE_SHUT);
  g_cancellable_cancel (queued_cancellable);
  wait_stopped (&drain_asked);
  g_cancellable_cancel (held_cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    probe_probe_proxy_call_note (proxy, i, NULL, note_cb, &notes[i]);
  g_atomic_int_set (&drain_asked, GATE_OPEN);
  g_atomic_pointer_set (&asked, NULL);
  /* It goes on, and has one of them in the channel. */
  while (norpc_channel_get_length (channel) == 0 || g_atomic_int_get (&channel->n_probes) == 0)
    {
      g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (notes[0].n + notes[1].n, ==, 0);
    }

  probe_state_open_gate (fixture->state);
  outcome_wait (&notes[1]);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    g_assert_no_error (notes[i].error);
  assert_numbers (fixture->state, 2);
  outcome_clear (&queued);
  outcome_clear (&held);
}

static gpointer
call_noop (gpointer proxy)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
  g_assert_no_error (error);

  return NULL;
}

/* A thread has heard that there is room for one call when another one sends. */
static void
test_buffer_senders (Fixture       *fixture,
                     gconstpointer  unused)
{
  NorpcChannel *channel = norpc_server_get_channel (fixture->server);
  g_autoptr (NorpcEndpoint) stack = norpc_stack_new (norpc_buffer_new (10), channel, NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  Outcome blocked = { 0 }, note = { 0 };
  GThread *thread;

  probe_probe_proxy_call_block (proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (fixture->state);
  g_atomic_pointer_set (&asked, NORPC_ENDPOINT (channel));
  g_atomic_int_set (&sender_asked, GATE_SHUT);
  thread = g_thread_new ("sender", call_noop, proxy);
  wait_stopped (&sender_asked);
  g_atomic_pointer_set (&asked, NULL);
  probe_probe_proxy_call_note (proxy, 0, NULL, note_cb, &note);
  g_assert_cmpuint (norpc_channel_get_length (channel), ==, 0);
  g_atomic_int_set (&sender_asked, GATE_OPEN);
  while (norpc_channel_get_length (channel) == 0)
    g_thread_yield ();
  probe_state_open_gate (fixture->state);
  g_thread_join (thread);
  outcome_wait (&note);
  g_assert_no_error (note.error);
}

/* From one of several threads: all of the calls pass, each in the order of its thread. */
static gpointer
note_many (gpointer data)
{
  ProbeProbeProxy *proxy = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  Outcome notes[100] = { { 0 } };

  g_main_context_push_thread_default (context);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    probe_probe_proxy_call_note (proxy, i, NULL, note_cb, &notes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      outcome_wait (&notes[i]);
      g_assert_no_error (notes[i].error);
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_buffer_producers (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_buffer_new (1000), norpc_server_get_channel (fixture->server), NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("producer", note_many, proxy);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (fixture->state->numbers->len, ==, 100 * G_N_ELEMENTS (threads));
}

static GThread *sender; /* of the next call; (unowned), atomic */
static int sent;        /* atomic: its number */
static int n_others;    /* atomic: calls that were passed on by the sender of another one */

static gboolean
note_passer (NorpcCall  *call,
             gpointer    unused,
             GError    **error)
{
  guint n_args;
  GValue *args = norpc_call_get_args (call, &n_args);

  if (g_thread_self () == g_atomic_pointer_get (&sender) &&
      (n_args == 0 || (int) g_value_get_uint (&args[0]) != g_atomic_int_get (&sent)))
    g_atomic_int_inc (&n_others);

  return TRUE;
}

/* Calls that had to wait are passed on in their order, and not by a thread that sends. */
static void
test_senders_pass_own (Layered       *fixture,
                       gconstpointer  unused)
{
  NorpcLayer *filter = norpc_filter_new ();
  Outcome held = { 0 }, notes[50] = { { 0 } };

  norpc_filter_set_call_func (NORPC_FILTER (filter), note_passer, NULL, NULL);
  layered_start (fixture, SIDE_CLIENT, norpc_concurrency_limit_new (1), filter, NULL);
  probe_probe_proxy_call_hold (fixture->proxy, NULL, hold_cb, &held);
  g_atomic_int_set (&n_others, 0);
  g_atomic_pointer_set (&sender, g_thread_self ());
  g_atomic_int_set (&sent, -1);
  for (guint i = 0; i < 25; i++)
    probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);
  /* In this thread: it lets the others pass, and sends more while they do. */
  answer (probe_state_take_held (fixture->state));
  for (guint i = 25; i < G_N_ELEMENTS (notes); i++)
    {
      g_atomic_int_set (&sent, (int) i);
      probe_probe_proxy_call_note (fixture->proxy, i, NULL, note_cb, &notes[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      outcome_wait (&notes[i]);
      g_assert_no_error (notes[i].error);
    }
  g_assert_cmpint (g_atomic_int_get (&n_others), ==, 0);
  assert_numbers (fixture->state, G_N_ELEMENTS (notes));
  g_atomic_pointer_set (&sender, NULL);
}

typedef struct
{
  ProbeProbeProxy *proxy;
  int             *n_busy; /* atomic */
} Shed;

static gpointer
call_block (gpointer data)
{
  Shed *shed = data;
  g_autoptr (GError) error = NULL;

  if (!probe_probe_proxy_call_block_sync (shed->proxy, NULL, &error))
    {
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_BUSY);
      g_atomic_int_inc (shed->n_busy);
    }

  return NULL;
}

/* Two threads find the one slot of a limit behind a load shed: the call that does not get
 * it is answered, and not held.
 */
static void
test_load_shed (Fixture       *fixture,
                gconstpointer  unused)
{
  NorpcLayer *limit = norpc_concurrency_limit_new (1);
  g_autoptr (NorpcEndpoint) stack =
    norpc_stack_new (norpc_load_shed_new (), limit, norpc_server_get_channel (fixture->server), NULL);
  g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
  int n_busy = 0;
  Shed shed = { proxy, &n_busy };
  GThread *threads[2];

  g_atomic_int_set (&n_asked_twice, 0);
  g_atomic_pointer_set (&asked_twice, NORPC_ENDPOINT (limit));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("shed", call_block, &shed);
  /* The service has one, and does not go on with it before the other was answered. */
  probe_state_wait_blocked (fixture->state);
  while (g_atomic_int_get (&n_busy) == 0)
    g_thread_yield ();
  g_atomic_pointer_set (&asked_twice, NULL);
  probe_state_open_gate (fixture->state);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (n_busy, ==, 1);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/interleavings-layers/superseded", test_superseded);
  TEST ("/interleavings-layers/cancelled-all", test_cancelled_all);
  TEST_CAPACITY ("/interleavings-layers/buffer", 1, test_buffer);
  TEST_CAPACITY ("/interleavings-layers/buffer-senders", 1, test_buffer_senders);
  TEST_CAPACITY ("/interleavings-layers/buffer-producers", 1, test_buffer_producers);
  TEST_LAYER ("/interleavings-layers/senders-pass-own", 0, test_senders_pass_own);
  TEST ("/interleavings-layers/load-shed", test_load_shed);

  return g_test_run ();
}
