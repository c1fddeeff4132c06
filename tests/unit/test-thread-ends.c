/* test-thread-ends.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How threads of servers end, and that there may be none. The linker puts the functions
 * named __wrap_… in the place of the library's.
 */

#include "call/norpc-completion-hook-private.h"
#include "call/norpc-deadlock-private.h"
#include "fixture.h"
#include "server/norpc-thread-private.h"

gboolean __real_norpc_deadlock_begin_wait (NorpcThreadWait *wait);
gboolean __wrap_norpc_deadlock_begin_wait (NorpcThreadWait *wait);
GThread *__real_g_thread_try_new          (const char      *name,
                                           GThreadFunc      func,
                                           gpointer         data,
                                           GError         **error);
GThread *__wrap_g_thread_try_new          (const char      *name,
                                           GThreadFunc      func,
                                           gpointer         data,
                                           GError         **error);

/* Has its gate opened by whoever waits for the end of a thread (unowned) (nullable), atomic. */
static ProbeState *until_waited = NULL;

/* How many threads wait for the end of a thread; atomic. */
static int n_stoppers = 0;

gboolean
__wrap_norpc_deadlock_begin_wait (NorpcThreadWait *wait)
{
  ProbeState *state = g_atomic_pointer_get (&until_waited);

  if (wait->call == NULL && wait->is_over == NULL)
    {
      g_atomic_int_inc (&n_stoppers);
      if (state != NULL)
        probe_state_open_gate (state);
    }

  return __real_norpc_deadlock_begin_wait (wait);
}

/* A service that calls another as it is told to, and what becomes of that. */
typedef struct
{
  Fixture    *other;
  ProbeState *blocking;
  int         ended; /* atomic: the callback has returned */
} Ending;

/* The service's thread, which ends: blocks until somebody waits for that. */
static void
block_end_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  Ending *ending = user_data;
  ProbeState *state = ending->blocking;

  g_assert_false (probe_probe_proxy_call_hold_finish (PROBE_PROBE_PROXY (object), result, NULL));
  g_mutex_lock (&state->lock);
  state->n_blocked++;
  g_cond_broadcast (&state->changed);
  while (!state->open)
    g_cond_wait (&state->changed, &state->lock);
  g_mutex_unlock (&state->lock);
  g_atomic_int_set (&ending->ended, TRUE);
}

static void
call_other (ProbeService *service,
            NorpcCall    *call,
            gpointer      data)
{
  Ending *ending = data;

  norpc_call_return_values (call, 0, NULL);
  probe_probe_proxy_call_hold (ending->other->proxy, NULL, block_end_cb, ending);
}

/* To stop a server that was told to stop before waits for its thread all the same, as
 * often as it is done.
 */
static void
test_stop_again (Fixture       *fixture,
                 gconstpointer  unused)
{
  Fixture other;
  Ending ending = { .other = &other, .blocking = fixture->state };
  g_autoptr (GError) error = NULL;

  fixture_set_up (&other, NULL);
  fixture->state->run = call_other;
  fixture->state->run_data = &ending;
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, NULL));
  norpc_server_stop_async (fixture->server, NORPC_STOP_FINISH, NULL, NULL, NULL);
  probe_state_wait_blocked (fixture->state);

  g_atomic_pointer_set (&until_waited, fixture->state);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, &error));
      g_assert_no_error (error);
      g_assert_true (g_atomic_int_get (&ending.ended));
    }
  g_atomic_pointer_set (&until_waited, NULL);
  fixture_tear_down (&other, NULL);
}

/* A part of the service's thread that ends with that, slowly, when several wait for it. */
static void
end_slowly (gpointer ended)
{
  while (g_atomic_int_get (&n_stoppers) < 2)
    g_thread_yield ();
  /* A stopper that does not wait for this has time to go on. */
  g_usleep (50 * 1000);
  g_atomic_int_set ((int *) ended, TRUE);
}

static GPrivate ends_slowly = G_PRIVATE_INIT (end_slowly);

static void
set_private (ProbeService *service,
             NorpcCall    *call,
             gpointer      ended)
{
  g_private_set (&ends_slowly, ended);
  norpc_call_return_values (call, 0, NULL);
}

static gpointer
stop_server (gpointer data)
{
  Fixture *fixture = data;

  g_assert_true (norpc_server_stop (fixture->server, NORPC_STOP_FINISH, NULL, NULL));
  g_assert_true (g_atomic_int_get ((int *) fixture->state->run_data));

  return NULL;
}

/* Whoever stops a server finds its thread ended, with all that it had. */
static void
test_stop_together (Fixture       *fixture,
                    gconstpointer  unused)
{
  int ended = FALSE; /* atomic */
  GThread *stoppers[2];

  g_atomic_int_set (&n_stoppers, 0);
  fixture->state->run = set_private;
  fixture->state->run_data = &ended;
  g_assert_true (probe_probe_proxy_call_run_sync (fixture->proxy, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (stoppers); i++)
    stoppers[i] = g_thread_new ("stopper", stop_server, fixture);
  for (guint i = 0; i < G_N_ELEMENTS (stoppers); i++)
    g_thread_join (stoppers[i]);
}

/* No thread can be made; atomic. */
static int no_threads = FALSE;

/* How many threads for timers were started; atomic. */
static int n_timer_threads = 0;

GThread *
__wrap_g_thread_try_new (const char   *name,
                         GThreadFunc   func,
                         gpointer      data,
                         GError      **error)
{
  if (g_strcmp0 (name, "norpc timers") == 0)
    g_atomic_int_inc (&n_timer_threads);
  if (!g_atomic_int_get (&no_threads))
    return __real_g_thread_try_new (name, func, data, error);

  g_set_error_literal (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "There are too many threads");

  return NULL;
}

/* A layer that holds calls starts the thread of the timers when it is made, so that it does not
 * depend on a thread that could not be had later.
 */
static void
test_timers_of_layer (gconstpointer make)
{
  g_autoptr (NorpcLayer) layer = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }

  layer = ((NorpcLayer *(*) (guint)) make) (1);
  g_assert_true (NORPC_IS_LAYER (layer));
  g_assert_cmpint (g_atomic_int_get (&n_timer_threads), ==, 1);
}

static void
start_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      error)
{
  if (NORPC_IS_POOL (object))
    g_assert_false (norpc_pool_start_finish (NORPC_POOL (object), result, error));
  else
    g_assert_false (norpc_server_start_finish (NORPC_SERVER (object), result, error));
}

static void
assert_no_thread (GError **error)
{
  while (*error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (*error, NORPC_ERROR, NORPC_ERROR_FAILED);
  g_assert_cmpstr ((*error)->message, ==, "There are too many threads");
  g_clear_error (error);
}

static GObject *
make_service (guint    index,
              gpointer state)
{
  return probe_service_new (state);
}

/* A server that finds no thread does not start, and says why. */
static void
test_no_thread (void)
{
  ProbeState *state = probe_state_new ();
  GError *error = NULL;

  g_atomic_int_set (&no_threads, TRUE);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GObject) service = probe_service_new (state);
      g_autoptr (NorpcThread) thread = i % 2 == 0 ? norpc_thread_new ("none") : NULL;
      g_autoptr (NorpcServer) server = g_object_new (NORPC_TYPE_SERVER, "service", service,
                                                     "thread", thread, NULL);
      g_autoptr (ProbeProbeProxy) proxy =
        probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));

      if (i < 2)
        g_assert_false (norpc_server_start (server, NULL, &error));
      else
        norpc_server_start_async (server, NULL, start_cb, &error);
      assert_no_thread (&error);

      g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
      g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
      g_clear_error (&error);
      g_assert_true (norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error));
      g_assert_no_error (error);
      if (thread != NULL)
        {
          g_assert_nonnull (norpc_thread_get_main_context (thread));
          norpc_thread_stop (thread);
        }
    }

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (NorpcPool) pool = norpc_pool_new (2, NORPC_BALANCE_ROUND_ROBIN, make_service, state);

      if (i == 0)
        g_assert_false (norpc_pool_start (pool, NULL, &error));
      else
        norpc_pool_start_async (pool, NULL, start_cb, &error);
      assert_no_thread (&error);
    }
  g_atomic_int_set (&no_threads, FALSE);

  probe_state_wait_finalized (state);
  probe_state_free (state);
}

static gboolean
never_ends_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* A source that is always ready does not keep a thread that was stopped. */
static void
test_source_that_never_ends (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, never_ends_cb, NULL, NULL);
  g_source_attach (source, norpc_thread_get_main_context (thread));
  norpc_thread_stop (thread);
  g_source_destroy (source);
}

/* A thread that is told to stop takes no server any more, also while it is blocked. */
static void
test_server_on_blocked_thread (void)
{
  g_autoptr (NorpcThread) thread = norpc_thread_new (NULL);
  ProbeState *states[2] = { probe_state_new (), probe_state_new () };
  NorpcServer *servers[2];
  g_autoptr (ProbeProbeProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  Outcome blocked = { 0 };

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GObject) service = probe_service_new (states[i]);

      servers[i] = norpc_server_new_on_thread (service, thread);
    }
  g_assert_true (norpc_server_start (servers[0], NULL, NULL));
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (servers[0])));
  probe_probe_proxy_call_block (proxy, NULL, block_cb, &blocked);
  probe_state_wait_blocked (states[0]);

  norpc_thread_quit (thread);
  g_assert_false (norpc_server_start (servers[1], NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);

  probe_state_open_gate (states[0]);
  outcome_wait (&blocked);
  outcome_clear (&blocked);
  norpc_thread_stop (thread);
  for (guint i = 0; i < 2; i++)
    {
      g_object_unref (servers[i]);
      probe_state_wait_finalized (states[i]);
      probe_state_free (states[i]);
    }
}

/* A call that the stopping thread ends, and does not get any further with for a while. */
typedef struct
{
  NorpcCompletionHook hook;
  GAsyncQueue        *reached; /* (owned) */
  GAsyncQueue        *gate;    /* (owned) */
} SlowEnd;

static void
complete_slowly (NorpcCompletionHook *hook,
                 NorpcCall           *call)
{
  SlowEnd *self = (SlowEnd *) hook;

  g_async_queue_push (self->reached, self);
  g_async_queue_pop (self->gate);
}

static gpointer
stop_thread (gpointer thread)
{
  norpc_thread_stop (thread);

  return NULL;
}

static gboolean
note_run (gpointer run)
{
  g_async_queue_push (run, run);

  return G_SOURCE_REMOVE;
}

/* A hook of a call, which a stop runs, that releases the object that is being stopped. */
typedef struct
{
  NorpcCompletionHook hook;
  gpointer            object; /* (owned) */
} Releasing;

static void
release_object (NorpcCompletionHook *hook,
                NorpcCall           *call)
{
  g_object_unref (g_steal_pointer (&((Releasing *) hook)->object));
}

/* A client that is notified by a stop may release the last reference to the server. */
static void
test_released_while_it_stops (void)
{
  ProbeState *state = probe_state_new ();
  GObject *service = probe_service_new (state);
  NorpcServer *server = norpc_server_new (service);
  g_autoptr (ProbeProbeProxy) proxy = NULL;
  Releasing releasing = { .object = server };
  Outcome outcome = { 0 };
  NorpcCall *call;

  g_object_unref (service);
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  probe_probe_proxy_call_hold (proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (state);
  g_assert_true (norpc_call_add_completion_hook (call, &releasing.hook, release_object));

  g_assert_true (norpc_server_stop (server, NORPC_STOP_ABANDON, NULL, NULL));

  g_assert_null (releasing.object);
  norpc_call_unref (call);
  outcome_wait (&outcome);
  outcome_clear (&outcome);
  release_and_wait (g_steal_pointer (&proxy));
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

/* A thread goes on while another one stops its servers, which may wake up what waits in it. */
static void
test_wakes_while_stopped (void)
{
  ProbeState *state = probe_state_new ();
  g_autoptr (GObject) service = probe_service_new (state);
  g_autoptr (NorpcThread) thread = norpc_thread_new ("stopped");
  g_autoptr (NorpcServer) server = norpc_server_new_on_thread (service, thread);
  g_autoptr (ProbeProbeProxy) proxy = NULL;
  g_autoptr (GAsyncQueue) reached = g_async_queue_new (), gate = g_async_queue_new (), run = g_async_queue_new ();
  SlowEnd end = { .reached = reached, .gate = gate };
  Outcome outcome = { 0 };
  GThread *stopper;
  NorpcCall *call;

  g_clear_object (&service);
  proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (server)));
  g_assert_true (norpc_server_start (server, NULL, NULL));
  probe_probe_proxy_call_hold (proxy, NULL, hold_cb, &outcome);
  call = probe_state_take_held (state);
  g_assert_true (norpc_call_add_completion_hook (call, &end.hook, complete_slowly));

  stopper = g_thread_new ("stopper", stop_thread, thread);
  g_async_queue_pop (reached);
  /* More often than a thread that ends looks at its context. */
  for (guint i = 0; i < 3000; i++)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_callback (source, note_run, run, NULL);
      g_source_attach (source, norpc_thread_get_main_context (thread));
      g_assert_nonnull (g_async_queue_timeout_pop (run, 10 * G_USEC_PER_SEC));
    }

  g_async_queue_push (gate, gate);
  g_thread_join (stopper);
  norpc_call_unref (call);
  outcome_wait (&outcome);
  outcome_clear (&outcome);
  release_and_wait (g_steal_pointer (&proxy));
  release_and_wait (g_steal_pointer (&server));
  probe_state_wait_finalized (state);
  probe_state_free (state);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/thread-ends/stop-again", test_stop_again);
  TEST ("/thread-ends/stop-together", test_stop_together);
  g_test_add_func ("/thread-ends/no-thread", test_no_thread);
  g_test_add_data_func ("/thread-ends/timers/concurrency-limit", norpc_concurrency_limit_new,
                        test_timers_of_layer);
  g_test_add_data_func ("/thread-ends/timers/retry", norpc_retry_new, test_timers_of_layer);
  g_test_add_func ("/thread-ends/source-that-never-ends", test_source_that_never_ends);
  g_test_add_func ("/thread-ends/server-on-blocked-thread", test_server_on_blocked_thread);
  g_test_add_func ("/thread-ends/wakes-while-stopped", test_wakes_while_stopped);
  g_test_add_func ("/thread-ends/released-while-it-stops", test_released_while_it_stops);

  return g_test_run ();
}
