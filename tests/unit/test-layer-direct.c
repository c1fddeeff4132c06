/* test-layer-direct.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Layers before a service that is called on the spot. */

#include "layer-fixture.h"

typedef struct
{
  ProbeState      *state;
  GObject         *service;
  NorpcDirect     *direct;
  NorpcEndpoint   *stack;
  ProbeProbeProxy *proxy;
} Local;

static void
set_up (Local         *self,
        gconstpointer  unused)
{
  self->state = probe_state_new ();
  self->service = probe_service_new (self->state);
  self->direct = norpc_direct_new (self->service);
}

static void
put (Local      *self,
     NorpcLayer *layer)
{
  self->stack = norpc_stack_new (layer, self->direct, NULL);
  self->proxy = probe_probe_proxy_new (self->stack);
}

static void
tear_down (Local         *self,
           gconstpointer  unused)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self->proxy);
  g_object_unref (self->stack);
  g_object_unref (self->direct);
  g_object_unref (self->service);
  probe_state_wait_finalized (self->state);
  probe_state_free (self->state);
}

/* A timer lets calls pass: they come to the service in its thread, in order. */
static void
test_timer (Local         *self,
            gconstpointer  unused)
{
  Outcome notes[50] = { { 0 } };

  put (self, norpc_rate_limit_new (10, 1));
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    probe_probe_proxy_call_note (self->proxy, i, NULL, note_cb, &notes[i]);
  outcome_wait (&notes[49]);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      g_assert_no_error (notes[i].error);
      g_assert_cmpuint (notes[i].n, ==, 1);
    }
  assert_numbers (self->state, 50);
}

static gpointer
answer_thread (gpointer call)
{
  answer (call);

  return NULL;
}

/* Another thread answers, so that the next two pass: the service has them in this thread, in
 * their order. A call that does not pass the layer may come before them.
 */
static void
test_thread (Local         *self,
             gconstpointer  unused)
{
  Outcome held = { 0 }, notes[3] = { { 0 } };
  guint last = 0;

  put (self, norpc_concurrency_limit_new (1));
  probe_probe_proxy_call_hold (self->proxy, NULL, hold_cb, &held);
  probe_probe_proxy_call_note (self->proxy, 0, NULL, note_cb, &notes[0]);
  g_thread_join (g_thread_new ("answers", answer_thread, probe_state_take_held (self->state)));
  g_assert_cmpuint (self->state->numbers->len, ==, 0);
  probe_probe_proxy_call_note (self->proxy, 1, NULL, note_cb, &notes[1]);
  g_object_unref (self->proxy);
  self->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (self->direct));
  probe_probe_proxy_call_note (self->proxy, 2, NULL, note_cb, &notes[2]);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    outcome_wait (&notes[i]);
  g_assert_true (held.ok && notes[0].ok && notes[1].ok && notes[2].ok);
  g_assert_cmpuint (self->state->numbers->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    if (g_array_index (self->state->numbers, guint, i) != 2)
      g_assert_cmpuint (g_array_index (self->state->numbers, guint, i), ==, last++);
}

static gpointer
answer_and_open (gpointer data)
{
  ProbeState *state = data;

  probe_state_wait_blocked (state);
  answer (probe_state_take_held (state));
  probe_state_open_gate (state);

  return NULL;
}

static Outcome blocked;

static void
behind_blocked_cb (GObject      *object,
                   GAsyncResult *result,
                   gpointer      outcome)
{
  g_assert_cmpuint (blocked.n, ==, 1);
  note_cb (object, result, outcome);
}

/* A call that arrives while the service handles another one is answered after that. */
static void
test_answers_in_order (Local         *self,
                       gconstpointer  unused)
{
  g_autoptr (ProbeProbeProxy) direct = probe_probe_proxy_new (NORPC_ENDPOINT (self->direct));
  Outcome held = { 0 }, note = { 0 };
  GThread *thread;

  blocked = (Outcome) { 0 };
  put (self, norpc_concurrency_limit_new (1));
  probe_probe_proxy_call_hold (self->proxy, NULL, hold_cb, &held);
  probe_probe_proxy_call_note (self->proxy, 0, NULL, behind_blocked_cb, &note);
  thread = g_thread_new ("answers", answer_and_open, self->state);
  probe_probe_proxy_call_block (direct, NULL, block_cb, &blocked);
  g_thread_join (thread);
  outcome_wait (&note);
  g_assert_true (held.ok && blocked.ok && note.ok);
}

/* A thread that waits cannot serve. */
static void
test_sync (Local         *self,
           gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  put (self, norpc_rate_limit_new (1, get_some_time ()));
  g_assert_true (probe_probe_proxy_call_noop_sync (self->proxy, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_noop_sync (self->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
}

static gboolean
refuse_first (NorpcCall  *call,
              gpointer    n_calls,
              GError    **error)
{
  if ((*(guint *) n_calls)++ > 0)
    return TRUE;

  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_BUSY, "refused");

  return FALSE;
}

/* An attempt that a timer makes comes in the thread of the service, too. */
static void
test_retry (Local         *self,
            gconstpointer  unused)
{
  NorpcLayer *filter = norpc_filter_new ();
  Outcome first = { 0 }, second = { 0 };
  guint n_calls = 1;

  norpc_filter_set_call_func (NORPC_FILTER (filter), refuse_first, &n_calls, NULL);
  self->stack = norpc_stack_new (norpc_retry_new (3), filter, self->direct, NULL);
  self->proxy = probe_probe_proxy_new (self->stack);
  probe_probe_proxy_call_note (self->proxy, 0, NULL, note_cb, &first);
  outcome_wait (&first);
  n_calls = 0;
  probe_probe_proxy_call_note (self->proxy, 1, NULL, note_cb, &second);
  outcome_wait (&second);
  g_assert_no_error (second.error);
  g_assert_cmpuint (n_calls, ==, 2);
  assert_numbers (self->state, 2);
}

/* A client in another thread is still told that it is wrong there. */
static gpointer
call_elsewhere (gpointer data)
{
  Local *self = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (self->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);

  return NULL;
}

static void
test_elsewhere (Local         *self,
                gconstpointer  unused)
{
  put (self, norpc_concurrency_limit_new (1));
  g_assert_true (probe_probe_proxy_call_noop_sync (self->proxy, NULL, NULL));
  g_thread_join (g_thread_new ("elsewhere", call_elsewhere, self));
}

/* Nobody would be there to answer an attempt later, either. */
static void
test_retry_sync (Local         *self,
                 gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  put (self, norpc_retry_new (3));
  g_assert_true (probe_probe_proxy_call_noop_sync (self->proxy, NULL, NULL));
  g_assert_false (probe_probe_proxy_call_hold_sync (self->proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  norpc_call_unref (probe_state_take_held (self->state));
}

#define TEST_LOCAL(path, func) \
  g_test_add (path, Local, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LOCAL ("/layer-direct/timer", test_timer);
  TEST_LOCAL ("/layer-direct/thread", test_thread);
  TEST_LOCAL ("/layer-direct/answers-in-order", test_answers_in_order);
  TEST_LOCAL ("/layer-direct/sync", test_sync);
  TEST_LOCAL ("/layer-direct/retry", test_retry);
  TEST_LOCAL ("/layer-direct/retry-sync", test_retry_sync);
  TEST_LOCAL ("/layer-direct/elsewhere", test_elsewhere);

  return g_test_run ();
}
