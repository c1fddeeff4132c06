/* test-thread.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Threads, and servers that share one. */

#include "fixture.h"
#include "server/norpc-thread-private.h"

typedef struct
{
  ProbeState      *state;
  NorpcServer     *server;
  ProbeProbeProxy *proxy;
} Part;

static void
part_start (Part        *part,
            NorpcThread *thread)
{
  g_autoptr (GObject) service = NULL;
  g_autoptr (GError) error = NULL;

  part->state = probe_state_new ();
  service = probe_service_new (part->state);
  part->server = norpc_server_new_on_thread (service, thread);
  part->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (part->server)));
  norpc_server_start (part->server, NULL, &error);
  g_assert_no_error (error);
}

static void
part_end (Part *part)
{
  g_clear_object (&part->server);
  g_clear_object (&part->proxy);
  probe_state_wait_finalized (part->state);
  probe_state_free (part->state);
}

static void
test_shared (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new ("shared");
  g_autoptr (GError) error = NULL;
  Part parts[3];

  g_assert_cmpstr (norpc_thread_get_name (thread), ==, "shared");
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      part_start (&parts[i], thread);
      g_assert_true (probe_probe_proxy_call_noop_sync (parts[i].proxy, NULL, &error));
      g_assert_true (parts[i].state->thread == parts[0].state->thread);
    }

  /* One that stops leaves the others be. */
  g_assert_true (norpc_server_stop (parts[0].server, NORPC_STOP_FINISH, NULL, &error));
  g_assert_true (probe_probe_proxy_call_noop_sync (parts[1].proxy, NULL, &error));
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    part_end (&parts[i]);
  norpc_thread_stop (thread);
}

/* Two services on one thread can only wait for each other in vain. */
static void
call_other (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (probe_probe_proxy_call_noop_sync (data, NULL, &error));
  norpc_call_return_gerror (call, error);
}

static void
test_sync_on_the_same (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (GError) error = NULL;
  Part first, second;

  part_start (&first, thread);
  part_start (&second, thread);
  first.state->run = call_other;
  first.state->run_data = second.proxy;
  g_assert_false (probe_probe_proxy_call_run_sync (first.proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_WOULD_DEADLOCK);
  part_end (&first);
  part_end (&second);
}

/* A thread that is stopped takes its servers along. */
static void
test_stop_with_servers (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcCall) call = NULL;
  Outcome outcome = { 0 };
  GThread *service_thread;
  Part part;

  part_start (&part, thread);
  probe_probe_proxy_call_hold (part.proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (part.state);
  service_thread = part.state->thread;

  norpc_thread_stop (thread);
  g_assert_true (part.state->stopped_in == service_thread);
  g_assert_true (part.state->finalized_in == service_thread);
  outcome_wait (&outcome);
  g_assert_error (outcome.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_clear (&outcome);

  g_assert_false (probe_probe_proxy_call_noop_sync (part.proxy, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  /* Stopping again does nothing. */
  norpc_thread_stop (thread);
  part_end (&part);
}

/* Returns when its call is cancelled. */
static void
wait_for_cancellation (ProbeService *service,
                       NorpcCall    *call,
                       gpointer      begun)
{
  GCancellable *cancellable = norpc_call_get_cancellable (call);
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  g_async_queue_push (begun, GUINT_TO_POINTER (1));
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
}

/* A handler hears at once that its thread is stopped, and no queued call is served. */
static void
test_stop_abandons (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (GAsyncQueue) begun = g_async_queue_new ();
  Outcome running = { 0 };
  Outcome queued = { 0 };
  Part part;

  part_start (&part, thread);
  part.state->run = wait_for_cancellation;
  part.state->run_data = begun;
  probe_probe_proxy_call_run (part.proxy, NULL, run_cb, &running);
  probe_probe_proxy_call_noop (part.proxy, NULL, noop_cb, &queued);
  g_async_queue_pop (begun);

  norpc_thread_stop (thread);
  outcome_wait (&running);
  outcome_wait (&queued);
  g_assert_error (running.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_error (queued.error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  outcome_clear (&running);
  outcome_clear (&queued);
  part_end (&part);
}

static void
test_start_on_stopped (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new_on_thread (service, thread);
  g_autoptr (GError) error = NULL;

  norpc_thread_stop (thread);
  g_assert_false (norpc_server_start (server, NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_clear_object (&server);
  g_clear_object (&service);
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static void
stop_own_thread (ProbeService *service,
                 NorpcCall    *call,
                 gpointer      data)
{
  norpc_thread_stop (data);
  norpc_call_return_values (call, 0, NULL);
}

/* The thread is stopped by a handler: its own call, and those behind it, are abandoned. */
static void
test_stop_from_within (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  Outcome blocked = { 0 }, stopping = { 0 }, queued = { 0 };
  Part part;

  part_start (&part, thread);
  part.state->run = stop_own_thread;
  part.state->run_data = thread;
  probe_probe_proxy_call_block (part.proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (part.state);
  probe_probe_proxy_call_run (part.proxy, NULL, run_cb, &stopping);
  probe_probe_proxy_call_noop (part.proxy, NULL, noop_cb, &queued);
  probe_state_open_gate (part.state);

  outcome_wait (&blocked);
  g_assert_no_error (blocked.error);
  outcome_wait (&stopping);
  g_assert_error (stopping.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  outcome_wait (&queued);
  g_assert_error (queued.error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  norpc_thread_stop (thread);
  g_assert_nonnull (part.state->finalized_in);
  g_assert_cmpuint (probe_state_get_n_handled (part.state), ==, 2);

  outcome_clear (&stopping);
  outcome_clear (&queued);
  part_end (&part);
}

/* The servers hold the thread. */
static void
test_dropped_first (void)
{
  NorpcThread *thread = norpc_thread_new (NULL);
  g_autoptr (GError) error = NULL;
  Part part;

  part_start (&part, thread);
  g_object_unref (thread);
  g_assert_true (probe_probe_proxy_call_noop_sync (part.proxy, NULL, &error));
  g_assert_no_error (error);
  part_end (&part);
}

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
have_call_held (Part   *part,
                Part   *other,
                Caller *caller)
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
  Part part, other;

  part_start (&part, thread);
  part_start (&other, other_thread);
  call = have_call_held (&part, &other, &caller);

  norpc_thread_stop (thread);
  g_assert_cmpuint (caller.held.n, ==, 1);
  g_assert_true (caller.held.thread == part.state->thread);
  g_assert_error (caller.held.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (norpc_call_is_cancelled (call));

  outcome_clear (&caller.held);
  g_clear_pointer (&call, norpc_call_unref);
  part_end (&part);
  part_end (&other);
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
  Part part, other;
  GThread *stopper;

  part_start (&part, thread);
  part_start (&other, other_thread);
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
  part_end (&part);
  part_end (&other);
}

/* From the beginning: nobody else could run what is in it. */
static void
test_has_its_context (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);

      g_assert_false (g_main_context_acquire (norpc_thread_get_main_context (thread)));
    }
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
  Part part, other;
  GThread *service_thread;

  part_start (&part, thread);
  part_start (&other, other_thread);
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

  part_end (&part);
  part_end (&other);
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
  Part part, other;

  part_start (&part, thread);
  part_start (&other, other_thread);
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
  part_end (&part);
  part_end (&other);
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
      Part part, other;

      g_log_set_always_fatal (G_LOG_FATAL_MASK);
      part_start (&part, thread);
      part_start (&other, other_thread);
      chain.caller.other = other.proxy;
      part.state->run = begin_chain;
      part.state->run_data = &chain;
      g_assert_true (probe_probe_proxy_call_run_sync (part.proxy, NULL, NULL));
      norpc_thread_stop (thread);
      g_assert_cmpuint (chain.n_cancelled, >, 100);
      part_end (&part);
      part_end (&other);
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

  g_test_add_func ("/thread/shared", test_shared);
  g_test_add_func ("/thread/has-its-context", test_has_its_context);
  g_test_add_func ("/thread/sync-on-the-same", test_sync_on_the_same);
  g_test_add_func ("/thread/stop-with-servers", test_stop_with_servers);
  g_test_add_func ("/thread/stop-abandons", test_stop_abandons);
  g_test_add_func ("/thread/start-on-stopped", test_start_on_stopped);
  g_test_add_func ("/thread/stop-from-within", test_stop_from_within);
  g_test_add_func ("/thread/dropped-first", test_dropped_first);
  g_test_add_func ("/thread/ends-with-calls", test_ends_with_calls);
  g_test_add_func ("/thread/ends-with-an-answer", test_ends_with_an_answer);
  g_test_add_func ("/thread/ends-with-new-calls", test_ends_with_new_calls);
  g_test_add_func ("/thread/ends-with-sources", test_ends_with_sources);
  g_test_add_func ("/thread/ends-for-ever", test_ends_for_ever);

  return g_test_run ();
}
