/* test-thread-calls.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A thread ends when the calls that its services have made are complete. */

#include "fixture.h"
#include "server/norpc-thread-private.h"

typedef struct
{
  ProbeProbeProxy *other; /* (unowned) */
  Outcome          held;
} Caller;

/* On nobody's behalf: the call that is handled has ended. */
static void
call_and_go_on (ProbeService *service,
                NorpcCall    *call,
                gpointer      data)
{
  Caller *caller = data;

  norpc_call_return_values (call, 0, NULL);
  probe_probe_proxy_call_hold (caller->other, NULL, hold_cb, &caller->held);
}

/* Has @part call @other, and returns that call (owned). */
static NorpcCall *
have_call_held (Fixture *part,
                Fixture *other,
                Caller  *caller)
{
  g_autoptr (GError) error = NULL;

  caller->other = other->proxy;
  part->state->run = call_and_go_on;
  part->state->run_data = caller;
  g_assert_true (probe_probe_proxy_call_run_sync (part->proxy, NULL, &error));

  return probe_state_take_held (other->state);
}

/* Calls that its services have made complete before the thread has ended. */
static void
test_ends_with_calls (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (NorpcThread) other_thread = norpc_thread_new (NULL);
  g_autoptr (NorpcCall) call = NULL;
  Caller caller = { NULL };
  Fixture part, other;

  fixture_set_up_on_thread (&part, thread);
  fixture_set_up_on_thread (&other, other_thread);
  call = have_call_held (&part, &other, &caller);

  norpc_thread_stop (thread);
  g_assert_cmpuint (caller.held.n, ==, 1);
  g_assert_true (caller.held.thread == part.state->thread);
  g_assert_error (caller.held.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (norpc_call_is_cancelled (call));

  outcome_clear (&caller.held);
  g_clear_pointer (&call, norpc_call_unref);
  fixture_release (&part);
  fixture_release (&other);
}

static gpointer
stop_thread (gpointer data)
{
  norpc_thread_stop (data);

  return NULL;
}

/* It also waits for an answer that is just being written. */
static void
test_ends_with_an_answer (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (NorpcThread) other_thread = norpc_thread_new (NULL);
  g_autoptr (NorpcCall) call = NULL;
  Caller caller = { NULL };
  Fixture part, other;
  GThread *stopper;

  fixture_set_up_on_thread (&part, thread);
  fixture_set_up_on_thread (&other, other_thread);
  call = have_call_held (&part, &other, &caller);

  norpc_call_begin_reply (call, norpc_call_get_interface_info (call), norpc_call_get_method (call));
  stopper = g_thread_new ("stopper", stop_thread, thread);
  /* If it does not wait, it has this time to do so. */
  g_usleep (20 * 1000);
  norpc_call_end_reply (call);
  g_thread_join (stopper);
  g_assert_cmpuint (caller.held.n, ==, 1);
  g_assert_no_error (caller.held.error);

  g_clear_pointer (&call, norpc_call_unref);
  fixture_release (&part);
  fixture_release (&other);
}

/* Makes another call, as often as it may, whenever a call has ended. */
typedef struct
{
  Caller caller;
  guint  n_left;
  guint  n_cancelled;
  guint  n_within; /* completed within the call function */
  gboolean calling;
  GThread *thread; /* where it was called back last */
} Chain;

static void
chain_call (Chain *chain);

static void
chain_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Chain *chain = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_hold_finish (PROBE_PROBE_PROXY (object), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  chain->n_cancelled++;
  chain->n_within += chain->calling;
  chain->thread = g_thread_self ();

  if (chain->n_left > 0)
    {
      chain->n_left--;
      chain_call (chain);
    }
}

static void
chain_call (Chain *chain)
{
  chain->calling = TRUE;
  probe_probe_proxy_call_hold (chain->caller.other, NULL, chain_cb, chain);
  chain->calling = FALSE;
}

static void
begin_chain (ProbeService *service,
             NorpcCall    *call,
             gpointer      chain)
{
  norpc_call_return_values (call, 0, NULL);
  chain_call (chain);
}

/* Calls that callbacks make while the thread ends complete before it has ended, too. */
static void
test_ends_with_new_calls (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (NorpcThread) other_thread = norpc_thread_new (NULL);
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_unref);
  Chain chain = { .n_left = 10 };
  Fixture part, other;
  GThread *service_thread;

  fixture_set_up_on_thread (&part, thread);
  fixture_set_up_on_thread (&other, other_thread);
  chain.caller.other = other.proxy;
  part.state->run = begin_chain;
  part.state->run_data = &chain;
  g_assert_true (probe_probe_proxy_call_run_sync (part.proxy, NULL, NULL));
  g_ptr_array_add (held, probe_state_take_held (other.state));
  service_thread = part.state->thread;

  norpc_thread_stop (thread);
  g_assert_cmpuint (chain.n_cancelled, ==, 11);
  g_assert_cmpuint (chain.n_within, ==, 0);
  g_assert_true (chain.thread == service_thread);

  fixture_release (&part);
  fixture_release (&other);
}

static gboolean
call_late_cb (gpointer chain)
{
  chain_call (chain);

  return G_SOURCE_REMOVE;
}

static void
finish_late (gpointer chain)
{
  call_late_cb (chain);
}

/* Calls of a source of the context, or of its end, when the servers have ended. */
static void
test_ends_with_sources (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (NorpcThread) other_thread = norpc_thread_new (NULL);
  g_autoptr (GSource) source = g_idle_source_new ();
  Outcome blocked = { 0 };
  Chain chain = { .n_left = 1 };
  Fixture part, other;

  fixture_set_up_on_thread (&part, thread);
  fixture_set_up_on_thread (&other, other_thread);
  chain.caller.other = other.proxy;
  probe_probe_proxy_call_block (part.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (part.state);
  g_source_set_callback (source, call_late_cb, &chain, finish_late);
  g_source_attach (source, norpc_thread_get_main_context (thread));

  /* The thread sees that it is to end before it comes to the source. */
  norpc_thread_quit (thread);
  probe_state_open_gate (part.state);
  norpc_thread_stop (thread);
  g_assert_cmpuint (chain.n_cancelled, ==, 3);
  g_assert_cmpuint (chain.n_within, ==, 0);

  outcome_wait (&blocked);
  outcome_clear (&blocked);
  fixture_release (&part);
  fixture_release (&other);
}

/* Callbacks that call for ever do not keep the thread, and are warned of. */
static void
test_ends_for_ever (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
      g_autoptr (NorpcThread) other_thread = norpc_thread_new (NULL);
      static Chain chain = { .n_left = G_MAXUINT };
      Fixture part, other;

      g_log_set_always_fatal (G_LOG_FATAL_MASK);
      fixture_set_up_on_thread (&part, thread);
      fixture_set_up_on_thread (&other, other_thread);
      chain.caller.other = other.proxy;
      part.state->run = begin_chain;
      part.state->run_data = &chain;
      g_assert_true (probe_probe_proxy_call_run_sync (part.proxy, NULL, NULL));
      norpc_thread_stop (thread);
      g_assert_cmpuint (chain.n_cancelled, >, 100);
      fixture_release (&part);
      fixture_release (&other);
      return;
    }

  g_test_trap_subprocess (NULL, 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*Callbacks keep sending calls*");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/thread-calls/ends-with-calls", test_ends_with_calls);
  g_test_add_func ("/thread-calls/ends-with-an-answer", test_ends_with_an_answer);
  g_test_add_func ("/thread-calls/ends-with-new-calls", test_ends_with_new_calls);
  g_test_add_func ("/thread-calls/ends-with-sources", test_ends_with_sources);
  g_test_add_func ("/thread-calls/ends-for-ever", test_ends_for_ever);

  return g_test_run ();
}
